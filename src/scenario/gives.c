/* Which actions an arm gives, however much and however often. */
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
