#include "solver/plan.h"

#include <stdlib.h>

static const struct {
  const char *name, *meaning;
} fails[] = {
#define REIN_FAIL(name, meaning) {#name, meaning},
#include "solver/fails.def"
#undef REIN_FAIL
};

const char *rein_method_name(rein_method_kind method) {
  static const char *const names[] = {"bdf", "adams", "dopri5"};
  return names[method];
}

const char *rein_fail_name(rein_fail fail) {
  return fails[fail].name;
}

const char *rein_fail_meaning(rein_fail fail) {
  return fails[fail].meaning;
}

/* Room for one more; the array stays as it was when memory is out. */
static bool grow(void **items, size_t n, size_t *cap, size_t item_bytes) {
  if (n < *cap) return true;
  size_t larger = *cap ? 2 * *cap : 16;
  void *grown = realloc(*items, larger * item_bytes);
  if (!grown) return false;
  *items = grown;
  *cap = larger;
  return true;
}

bool rein_lane_add_item(rein_lane_plan *lane, rein_item item) {
  void *items = lane->item;
  if (!grow(&items, lane->n_item, &lane->cap_item, sizeof item)) return false;
  lane->item = items;
  lane->item[lane->n_item++] = item;
  return true;
}

bool rein_lane_add_dose(rein_lane_plan *lane, rein_dose dose) {
  void *doses = lane->dose;
  if (!grow(&doses, lane->n_dose, &lane->cap_dose, sizeof dose)) return false;
  lane->dose = doses;
  lane->dose[lane->n_dose++] = dose;
  return true;
}

bool rein_lane_add_steady(rein_lane_plan *lane, double time, rein_steady steady) {
  void *list = lane->steady;
  if (!grow(&list, lane->n_steady, &lane->cap_steady, sizeof steady)) return false;
  lane->steady = list;
  lane->steady[lane->n_steady] = steady;
  return rein_lane_add_item(
      lane, (rein_item){.time = time, .kind = REIN_ITEM_STEADY, .target = (int32_t)lane->n_steady++});
}

bool rein_lane_add_ruling(rein_lane_plan *lane, rein_ruling ruling) {
  void *list = lane->ruling;
  if (!grow(&list, lane->n_ruling, &lane->cap_ruling, sizeof ruling)) return false;
  lane->ruling = list;
  lane->ruling[lane->n_ruling++] = ruling;
  return true;
}

bool rein_lane_make_memo(rein_lane_plan *lane, size_t n) {
  if (n > lane->cap_memo) {
    double *larger = realloc(lane->memo, n * sizeof *larger);
    if (!larger) return false;
    lane->memo = larger;
    lane->cap_memo = n;
  }
  lane->n_memo = n;
  return true;
}

void rein_lane_empty(rein_lane_plan *lane) {
  lane->n_item = lane->n_dose = lane->n_steady = lane->n_ruling = lane->n_memo = 0;
}

void rein_lane_clear(rein_lane_plan *lane) {
  free(lane->item), free(lane->dose), free(lane->steady), free(lane->ruling), free(lane->memo);
  *lane = (rein_lane_plan){0};
}

/* Insertion from the back: lists come nearly sorted, equal times keep their order. Lists that come far from
 * sorted fall back to a bottom-up merge, so that 10,000 doses stay cheap. */
static bool insertion_sort(rein_item *item, size_t n, size_t budget) {
  for (size_t i = 1; i < n; i++) {
    rein_item moved = item[i];
    size_t j = i;
    while (j > 0 && item[j - 1].time > moved.time) {
      item[j] = item[j - 1];
      j--;
      if (budget-- == 0) {
        item[j] = moved;
        return false;
      }
    }
    item[j] = moved;
  }
  return true;
}

static void merge_runs(const rein_item *from, rein_item *to, size_t n, size_t width) {
  for (size_t low = 0; low < n; low += 2 * width) {
    size_t mid = low + width < n ? low + width : n, high = low + 2 * width < n ? low + 2 * width : n;
    size_t a = low, b = mid;
    for (size_t k = low; k < high; k++)
      to[k] = a < mid && (b >= high || from[a].time <= from[b].time) ? from[a++] : from[b++];
  }
}

void rein_lane_sort_items(rein_lane_plan *lane) {
  size_t n = lane->n_item;
  if (insertion_sort(lane->item, n, 16 * n + 64)) return;
  rein_item *other = malloc(n * sizeof *other);
  if (!other) {
    insertion_sort(lane->item, n, SIZE_MAX);
    return;
  }
  rein_item *from = lane->item, *to = other;
  for (size_t width = 1; width < n; width *= 2) {
    merge_runs(from, to, n, width);
    rein_item *swap = from;
    from = to;
    to = swap;
  }
  if (from != lane->item)
    for (size_t i = 0; i < n; i++) lane->item[i] = from[i];
  free(other);
}
