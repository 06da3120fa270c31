#include "src/base/names.h"

#include <stdint.h>
#include <string.h>
#include <strings.h>

#define MAX_DISTANCE_LENGTH                                                                                  \
  64 /* longer names are compared by their first bytes: suggestions need no more                             \
      */

#define MIN_SHORT_FORM 3 /* letters */

typedef struct {
  const char *name;
  int index;
} entry;

struct rein_names {
  rein_arena *arena;
  entry *slots; /* (n_slot), open addressing, name NULL where free */
  size_t n_slot, n;
};

static uint64_t hash(const char *name) {
  uint64_t h = 1469598103934665603u; /* FNV-1a, 64 bits */
  for (; *name; name++) h = (h ^ (unsigned char)*name) * 1099511628211u;
  return h;
}

static entry *slot_of(const rein_names *names, const char *name) {
  size_t i = hash(name) & (names->n_slot - 1);
  while (names->slots[i].name && strcmp(names->slots[i].name, name) != 0) i = (i + 1) & (names->n_slot - 1);
  return &names->slots[i];
}

rein_names *rein_names_create(rein_arena *arena) {
  rein_names *names = REIN_NEW(arena, rein_names, 1);
  *names = (rein_names){.arena = arena, .slots = REIN_NEW(arena, entry, 32), .n_slot = 32};
  return names;
}

static void enlarge(rein_names *names) {
  rein_names larger = {.arena = names->arena, .n_slot = 2 * names->n_slot, .n = names->n};
  larger.slots = REIN_NEW(names->arena, entry, larger.n_slot);
  for (size_t i = 0; i < names->n_slot; i++)
    if (names->slots[i].name) *slot_of(&larger, names->slots[i].name) = names->slots[i];
  *names = larger;
}

int rein_names_add(rein_names *names, const char *name, int index) {
  if (2 * names->n >= names->n_slot) enlarge(names);
  entry *e = slot_of(names, name);
  if (!e->name) {
    *e = (entry){rein_arena_strdup(names->arena, name), index};
    names->n++;
  }
  return e->index;
}

int rein_names_find(const rein_names *names, const char *name) {
  const entry *e = slot_of(names, name);
  return e->name ? e->index : -1;
}

static int min3(int a, int b, int c) {
  int m = a < b ? a : b;
  return m < c ? m : c;
}

static int edit_distance(const char *a, const char *b) {
  int row[3][MAX_DISTANCE_LENGTH + 1]; /* the last three rows of the table, in turn */
  int na = (int)strnlen(a, MAX_DISTANCE_LENGTH), nb = (int)strnlen(b, MAX_DISTANCE_LENGTH);
  for (int j = 0; j <= nb; j++) row[0][j] = j;
  for (int i = 1; i <= na; i++) {
    int *now = row[i % 3], *last = row[(i + 2) % 3], *before = row[(i + 1) % 3];
    now[0] = i;
    for (int j = 1; j <= nb; j++) {
      now[j] = min3(last[j] + 1, now[j - 1] + 1, last[j - 1] + (a[i - 1] != b[j - 1]));
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] && before[j - 2] + 1 < now[j])
        now[j] = before[j - 2] + 1;
    }
  }
  return row[na % 3][nb];
}

int rein_names_distance(const char *name, const char *known) {
  const size_t n = strlen(name);
  if (strcasecmp(name, known) == 0 || (n >= MIN_SHORT_FORM && strncmp(name, known, n) == 0)) return 0;
  return edit_distance(name, known);
}

const char *rein_names_closest(const rein_names *names, const char *name) {
  const char *best = NULL;
  int best_distance = (int)strlen(name) / 3 + 1;
  for (size_t i = 0; i < names->n_slot; i++) {
    if (!names->slots[i].name) continue;
    const int d = rein_names_distance(name, names->slots[i].name);
    /* equal distances: the smaller name, so that the answer does not depend on the table's order */
    if (d < best_distance || (d == best_distance && best && strcmp(names->slots[i].name, best) < 0)) {
      best_distance = d;
      best = names->slots[i].name;
    }
  }
  return best;
}
