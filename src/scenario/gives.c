/* Which actions an arm gives, however much and however often. */
#include <stdlib.h>

#include "src/scenario/inside.h"

static bool course_gives(const rein_course *course, size_t n, int action) {
  for (size_t i = 0; i < n; i++) {
    if (course[i].action == action && course[i].n_dose > 0 && !course[i].left_out) return true;
  }
  return false;
}

bool rein_scenario_gives_to(const rein_scenario *scenario, int arm, int64_t individual, int action) {
  const rein_arm_inside *a = &scenario->inside->arm[arm];
  if (course_gives(a->course, (size_t)a->n_course, action)) return true;
  if (!a->doses || (a->left_out && a->left_out[action])) return false;
  const rein_person_doses *own = rein_doses_of(a->doses, individual, scenario->n_replicate);
  return course_gives(own->course, own->n_course, action);
}

bool rein_scenario_gives(const rein_scenario *scenario, int arm, int action) {
  const rein_arm_inside *a = &scenario->inside->arm[arm];
  if (course_gives(a->course, (size_t)a->n_course, action)) return true;
  if (!a->doses || (a->left_out && a->left_out[action])) return false;
  for (int64_t i = 0; i < a->doses->n_person; i++) {
    if (course_gives(a->doses->person[i].course, a->doses->person[i].n_course, action)) return true;
  }
  return false;
}

typedef struct {
  rein_given_dose *dose; /* growing */
  size_t n, capacity;
} dose_list;

/* An amount of a person's own, from the cohort's table, is a number of the action's unit. */
static void set_amount(const rein_scenario *scenario, const rein_course *course, int64_t individual,
                       rein_given_dose *out) {
  const rein_people *people = &scenario->inside->people;
  const int extra = course->per_param - (int)scenario->model->n_param;
  out->amount = course->amount;
  out->per_param = course->per_param;
  if (extra < 0 || !people->extra[extra] || people->n_row == 0) return;
  const int64_t row = individual / scenario->n_replicate;
  out->amount *= people->extra[extra][row < people->n_row ? row : people->n_row - 1];
  out->per_param = -1;
}

static void add_doses(rein_arena *arena, const rein_scenario *scenario, const rein_course *course, size_t n,
                      const bool *left_out, int64_t individual, dose_list *out) {
  for (size_t i = 0; i < n; i++) {
    const rein_course *c = &course[i];
    if (c->action < 0 || c->left_out || (left_out && left_out[c->action])) continue;
    rein_given_dose dose = {.action = c->action, .how = (int)c->how, .given = c->given, .every = c->every};
    set_amount(scenario, c, individual, &dose);
    for (int k = 0; k < c->n_dose; k++) {
      dose.time = c->time[k];
      REIN_PUSH(arena, out->dose, out->n, out->capacity, dose);
    }
  }
}

static int by_action_and_time(const void *left, const void *right) {
  const rein_given_dose *a = left, *b = right;
  if (a->action != b->action) return a->action < b->action ? -1 : 1;
  if (a->time != b->time) return a->time < b->time ? -1 : 1;
  return (a->amount > b->amount) - (a->amount < b->amount);
}

size_t rein_scenario_list_doses(rein_arena *arena, const rein_scenario *scenario, int arm, int64_t individual,
                                const rein_given_dose **out) {
  const rein_arm_inside *a = &scenario->inside->arm[arm];
  dose_list list = {0};
  add_doses(arena, scenario, a->course, (size_t)a->n_course, NULL, individual, &list);
  if (a->doses) {
    const rein_person_doses *own = rein_doses_of(a->doses, individual, scenario->n_replicate);
    add_doses(arena, scenario, own->course, own->n_course, a->left_out, individual, &list);
  }
  if (list.n > 1) qsort(list.dose, list.n, sizeof *list.dose, by_action_and_time);
  *out = list.dose;
  return list.n;
}
