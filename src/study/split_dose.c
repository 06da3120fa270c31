/* Whether two observed arms were given the same dose, so that one of them is no new dose beside the other. */
#include <math.h>

#include "src/study/validate_inside.h"

#define EQUAL 1e-9       /* of an amount */
#define SAME_SPACING 0.1 /* of the mean interval: clinics do not keep to the minute */

typedef struct {
  const rein_given_dose *dose; /* (n) by action, then time */
  size_t n;
} doses;

static doses doses_of(const rein_validate_job *job, int arm, int64_t individual) {
  doses d;
  d.n = rein_scenario_list_doses(job->arena, job->scenario, job->sim_arm[arm], individual, &d.dose);
  return d;
}

/* The doses of the action of the first. */
static doses take_action(doses *rest) {
  doses one = {rest->dose, 0};
  while (one.n < rest->n && one.dose[one.n].action == one.dose[0].action) one.n++;
  rest->dose += one.n;
  rest->n -= one.n;
  return one;
}

static bool equal(double a, double b) {
  return fabs(a - b) <= EQUAL * fmax(fabs(a), fabs(b));
}

/* Dose by dose as far as both go, since who leaves gets fewer of them; one dose is not many. */
static bool same_course(const doses *a, const doses *b) {
  const size_t n = a->n < b->n ? a->n : b->n;
  if (a->dose[0].action != b->dose[0].action || (n == 1 && a->n != b->n)) return false;
  for (size_t i = 0; i < n; i++) {
    const rein_given_dose *x = &a->dose[i], *y = &b->dose[i];
    if (x->per_param != y->per_param || x->how != y->how || !equal(x->amount, y->amount) ||
        !equal(x->given, y->given) || !equal(x->every, y->every))
      return false;
  }
  const double long_a = a->dose[n - 1].time - a->dose[0].time, long_b = b->dose[n - 1].time - b->dose[0].time;
  return fabs(long_a - long_b) <= SAME_SPACING * fmax(long_a, long_b);
}

static bool same(doses a, doses b) {
  while (a.n > 0 && b.n > 0) {
    const doses x = take_action(&a), y = take_action(&b);
    if (!same_course(&x, &y)) return false;
  }
  return a.n == b.n;
}

/* Doses of everybody who was observed in an arm. */
static doses *list_people(const rein_validate_job *job, int arm, int *n) {
  const rein_observed *o = job->observed;
  doses *list = REIN_NEW(job->arena, doses, o->n_person + 1);
  bool *seen = REIN_NEW(job->arena, bool, o->n_person + 1);
  *n = 0;
  for (int i = 0; i < job->n_task; i++) {
    const rein_task *t = &job->task[i];
    if (t->arm != arm || seen[t->person]) continue;
    seen[t->person] = true;
    list[(*n)++] = doses_of(job, arm, job->first_member[t->person]);
  }
  return list;
}

static bool same_of_groups(const rein_validate_job *job, int a, int b) {
  const rein_scenario *s = job->scenario;
  for (int64_t i = 0; i < s->n_individual; i += s->n_replicate)
    if (!same(doses_of(job, a, i), doses_of(job, b, i))) return false;
  return true;
}

bool rein_split_same_dose(const rein_validate_job *job, int a, int b) {
  int n_a, n_b;
  if (job->observed->is_group) return same_of_groups(job, a, b);
  const doses *all_a = list_people(job, a, &n_a), *all_b = list_people(job, b, &n_b);
  for (int i = 0; i < n_a; i++) {
    int k = 0;
    while (k < n_b && !same(all_a[i], all_b[k])) k++;
    if (k == n_b) return false;
  }
  return true;
}
