/* Preparing a comparison: scenario, observed data, which row is compared with what; then the run's stations.
 */
#include "src/study/validate.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/files.h"
#include "src/lang/schema.h"
#include "src/stats/sort.h"
#include "src/study/validate_inside.h"

#define FEW_REPLICATES 100 /* fewer draws per person make a poor distribution */

static const char *const RULES[] = {"verdict/1", NULL};
static const rein_schema TEXT_RULE[] = {{.key = "", .kind = REIN_SCHEMA_TEXT}, {0}};
static const rein_schema EXPECT_KEYS[] = {
    {.key = "rule", .kind = REIN_SCHEMA_WORD, .required = true, .words = RULES},
    {.key = "observables", .kind = REIN_SCHEMA_LIST_OF, .keys = TEXT_RULE},
    {.key = "until", .kind = REIN_SCHEMA_QUANTITY},
    {.key = "notes", .kind = REIN_SCHEMA_TEXT},
    {0}};

static const rein_score_about scores[] = {
#define REIN_SCORE(id, key, heading, has_unit, meaning) {key, heading, meaning, has_unit},
#include "src/study/scores.def"
#undef REIN_SCORE
};

const rein_score_about *rein_validate_score(rein_score_id id) {
  return &scores[id];
}

static bool same_time(double a, double b) {
  return fabs(a - b) <= 1e-9 * (1.0 + fabs(b));
}

static const rein_observable *observable_of(const rein_validate_job *job, int o) {
  return &job->scenario->model->observable[job->observed->observable[o]];
}

/* ---- the expect block ---- */

/* The time up to which points are compared: the rest lies beyond what the model is held to. */
static bool read_until(rein_validate_job *job, rein_units *units) {
  const rein_yaml *node = rein_yaml_get(job->expect, "until");
  const rein_model *model = job->scenario->model;
  rein_unit unit;
  double value;
  job->until = INFINITY;
  if (!node) return true;
  if (!rein_quantity_parse(units, node->text, node->pos, false, job->diag, &value, &unit)) return false;
  if (!rein_unit_same_dimension(&unit, &model->time_unit)) {
    rein_error(job->diag, node->pos, "'until' has to be a time");
    return false;
  }
  job->until = rein_unit_convert(value, &unit, &model->time_unit);
  return true;
}

/* The file is read once more for this block: the scenario's reader keeps it for its hash only. */
static rein_status read_expect(rein_validate_job *job, rein_units *units) {
  const rein_pos nowhere = {NULL, 0, 0, 0};
  const rein_source *source;
  const rein_yaml *root;
  rein_status status = rein_files_read(job->arena, job->scenario->path, nowhere, job->diag, &source);
  if (status == REIN_OK) status = rein_yaml_parse(job->arena, source, job->diag, &root);
  if (status != REIN_OK) return status;
  job->expect = rein_yaml_get(root, "expect");
  job->until = INFINITY;
  if (!job->expect) return REIN_OK;
  if (!rein_schema_check(job->expect, EXPECT_KEYS, "expect", job->diag)) return REIN_ERR_INPUT;
  if (!read_until(job, units)) return REIN_ERR_INPUT;
  const rein_yaml *list = rein_yaml_get(job->expect, "observables");
  const int n = !list ? 0 : list->kind == REIN_YAML_LIST ? list->n : 1;
  for (int i = 0; i < n; i++) {
    const rein_yaml *name = list->kind == REIN_YAML_LIST ? list->item[i] : list;
    int o = 0;
    while (o < job->observed->n_observable && strcmp(observable_of(job, o)->name, name->text) != 0) o++;
    if (o == job->observed->n_observable)
      rein_error(job->diag, name->pos, "the observed data have no '%s'", name->text);
  }
  return rein_diag_status(job->diag);
}

/* ---- arms ---- */

static int find_observed_arm(const rein_validate_job *job, const char *name) {
  for (int a = 0; a < job->observed->n_arm; a++) {
    if (strcmp(job->observed->arm[a].name, name) == 0) return a;
  }
  return -1;
}

static void unknown_arm(const rein_validate_job *job, const char *name) {
  const rein_pos nowhere = {NULL, 0, 0, 0};
  rein_names *names = rein_names_create(job->arena);
  for (int a = 0; a < job->observed->n_arm; a++) rein_names_add(names, job->observed->arm[a].name, a);
  const char *closest = rein_names_closest(names, name);
  rein_error(job->diag, nowhere,
             "'compare' of scenario '%s' names the observed arm '%s', which the data do not have%s%s%s",
             job->scenario->name, name, closest ? "; did you mean '" : "", closest ? closest : "",
             closest ? "'?" : "");
}

/* Which arm of the scenario reproduces which observed regimen; every arm with rows needs one. */
static bool map_arms(rein_validate_job *job) {
  const rein_observed *o = job->observed;
  const rein_scenario *s = job->scenario;
  bool *used = REIN_NEW(job->arena, bool, o->n_arm), good = true;
  job->sim_arm = REIN_NEW(job->arena, int, o->n_arm);
  job->compared = REIN_NEW(job->arena, int, o->n_arm);
  for (int a = 0; a < o->n_arm; a++) job->sim_arm[a] = -1;
  for (int i = 0; i < s->n_compare; i++) {
    const int a = find_observed_arm(job, s->compare[i].observed);
    if (a >= 0) job->sim_arm[a] = s->compare[i].arm;
    if (a < 0) unknown_arm(job, s->compare[i].observed);
    good = good && a >= 0;
  }
  for (int i = 0; i < o->n_point; i++) used[o->point[i].arm] = true;
  for (int i = 0; i < o->n_completer; i++) used[o->completer[i].arm] = true;
  for (int a = 0; a < o->n_arm; a++) {
    if (!used[a]) continue;
    if (job->sim_arm[a] < 0) {
      rein_error(
          job->diag, o->arm[a].pos,
          "no arm of scenario '%s' reproduces the observed arm '%s'; name one in 'compare: {arm: {%s: ...}}'",
          s->name, o->arm[a].name, o->arm[a].name);
      good = false;
      continue;
    }
    int k = 0;
    while (k < job->n_compared && job->compared[k] != job->sim_arm[a]) k++;
    if (k == job->n_compared) job->compared[job->n_compared++] = job->sim_arm[a];
  }
  return good;
}

/* ---- people ---- */

/* Behind a mean at first. */
static double people_of(const rein_observed_point *p) {
  return p->n + p->lost;
}

/* A cohort of the group's size has to be among one replicate's people. */
static double largest_group(const rein_validate_job *job, int arm) {
  double largest = 0.0;
  for (int i = 0; i < job->observed->n_point; i++)
    if (job->observed->point[i].arm == arm) largest = fmax(largest, people_of(&job->observed->point[i]));
  return largest;
}

/* The two arms of an effect are of different people. */
static void check_effect_size(const rein_validate_job *job, int arm, int64_t n_people) {
  const rein_pos nowhere = {NULL, 0, 0, 0};
  const rein_observed_arm *of = &job->observed->arm[arm];
  if (of->comparator < 0) return;
  const double both = largest_group(job, arm) + largest_group(job, of->comparator);
  if (both > (double)n_people)
    rein_warning(job->diag, nowhere,
                 "arm '%s' and its comparator have %g people, but a replicate of the cohort only %lld: the "
                 "simulated arms share people, so their effect varies too little",
                 of->name, both, (long long)n_people);
}

static void check_cohort_size(const rein_validate_job *job) {
  const rein_pos nowhere = {NULL, 0, 0, 0};
  const int64_t n_people = job->scenario->n_individual / job->scenario->n_replicate;
  double largest = 0.0;
  for (int i = 0; i < job->observed->n_point; i++)
    largest = fmax(largest, people_of(&job->observed->point[i]));
  if (largest > (double)n_people)
    rein_warning(job->diag, nowhere,
                 "a group has %g people, but a replicate of the cohort only %lld: its means vary too much",
                 largest, (long long)n_people);
  for (int a = 0; a < job->observed->n_arm; a++) check_effect_size(job, a, n_people);
}

/* Anybody of a drawn cohort may stand for a person, but not with the doses of somebody else. */
static bool check_own_doses(const rein_validate_job *job) {
  const rein_pos nowhere = {NULL, 0, 0, 0};
  for (int i = 0; i < job->n_compared; i++) {
    const int arm = job->compared[i];
    if (!rein_scenario_has_own_doses(job->scenario, arm)) continue;
    rein_error(
        job->diag, nowhere,
        "arm '%s' of scenario '%s' gives each person doses of their own, but its cohort does not say who is "
        "who: 'cohort: {people: observed}' takes the people of one NONMEM table, 'table' and 'id' those of "
        "a table of people",
        job->scenario->arm[arm].name, job->scenario->name);
    return false;
  }
  return true;
}

/* The individuals that stand for a person: replicates of a row of the table, or the whole drawn cohort. */
static bool map_people(rein_validate_job *job) {
  const rein_observed *o = job->observed;
  const rein_scenario *s = job->scenario;
  bool good = true;
  job->n_candidate = s->n_individual;
  if (o->is_group) check_cohort_size(job);
  if (o->is_group) return true;
  job->first_member = REIN_NEW(job->arena, int64_t, o->n_person + 1);
  if (!s->source_id) return check_own_doses(job);
  job->n_candidate = s->n_replicate;
  rein_names *rows = rein_names_create(job->arena);
  for (int64_t i = 0; i < s->n_individual; i += s->n_replicate)
    rein_names_add(rows, s->source_id[i], (int)(i / s->n_replicate));
  bool *told = REIN_NEW(job->arena, bool, o->n_person + 1);
  for (int i = 0; i < o->n_point; i++) {
    const int person = o->point[i].person, row = rein_names_find(rows, o->person[person]);
    if (row >= 0) job->first_member[person] = row * s->n_replicate;
    if (row >= 0 || told[person]) continue;
    rein_error(job->diag, rein_observed_pos(o, &o->point[i], "id"),
               "this person is not in the scenario's table of people");
    told[person] = true;
    good = false;
  }
  if (good && s->n_replicate < FEW_REPLICATES) {
    const rein_pos nowhere = {NULL, 0, 0, 0};
    rein_warning(job->diag, nowhere,
                 "each person is simulated %lld times only; say 'replicates: 500' in 'cohort'",
                 (long long)s->n_replicate);
  }
  return good;
}

/* ---- times ---- */

/* The scenario's own times and the observed ones. */
static bool merge_times(rein_validate_job *job) {
  const rein_observed *o = job->observed;
  rein_scenario *s = job->scenario;
  const double last = s->time[s->n_time - 1];
  double *time = REIN_NEW(job->arena, double, s->n_time + o->n_point + o->n_completer);
  int n = s->n_time, n_kept = 0;
  bool good = true;
  memcpy(time, s->time, (size_t)n * sizeof *time);
  for (int i = 0; i < o->n_point + o->n_completer; i++) {
    const rein_observed_point *p = i < o->n_point ? &o->point[i] : &o->completer[i - o->n_point];
    const double t = p->time;
    if (t > job->until && !same_time(t, job->until)) continue;
    if (t > last && !same_time(t, last)) {
      rein_error(job->diag, rein_observed_pos(o, p, "time"),
                 "this row is later than the scenario's last measurement at %g %s", last,
                 s->model->time_unit_text);
      good = false;
    } else if (t > time[0]) {
      time[n++] = fmin(t, last);
    }
  }
  rein_sort_numbers(time, (size_t)n);
  for (int i = 0; i < n; i++) {
    if (n_kept == 0 || !same_time(time[i], time[n_kept - 1])) time[n_kept++] = time[i];
  }
  s->time = time;
  s->n_time = n_kept;
  s->n_horizon = 0;
  return good;
}

static int find_time(const rein_scenario *s, double time) {
  int best = 0;
  for (int t = 1; t < s->n_time; t++) {
    if (fabs(s->time[t] - time) < fabs(s->time[best] - time)) best = t;
  }
  return best;
}

/* ---- tasks ---- */

/* The period that a point of an n-of-1 arm is of. */
static const char *period_of(const rein_validate_job *job, const rein_observed_point *p) {
  return job->observed->arm[p->arm].assignment == REIN_ASSIGNED_N_OF_1 ? p->replicate : NULL;
}

static const rein_before *find_before(const rein_validate_job *job, const rein_observed_point *p) {
  const char *period = period_of(job, p);
  for (int i = 0; i < job->n_before; i++) {
    const rein_before *b = &job->before[i];
    if (b->study == p->study && b->arm == p->arm && b->observable == p->observable &&
        b->person == p->person && (!period || strcmp(b->period, period) == 0))
      return b;
  }
  return NULL;
}

static void collect_before(rein_validate_job *job) {
  const rein_observed *o = job->observed;
  const double start = job->scenario->time[0];
  job->before = REIN_NEW(job->arena, rein_before, o->n_point + 1);
  for (int i = 0; i < o->n_point; i++) {
    const rein_observed_point *p = &o->point[i];
    if (!same_time(p->time, start)) continue;
    job->before[job->n_before++] = (rein_before){p->study,    p->arm,   p->observable, p->person,
                                                 p->censored, p->value, p->n,          period_of(job, p)};
  }
}

rein_task rein_validate_task(const rein_validate_job *job, const rein_observed_point *p, double before,
                             double n_before) {
  const rein_observed *o = job->observed;
  const double known = o->known[p->observable], value = isnan(known) ? before : known;
  return (rein_task){.study = p->study,
                     .arm = p->arm,
                     .observable = p->observable,
                     .person = p->person,
                     .unit = o->is_group ? p->study * o->n_arm + p->arm : p->person,
                     .i_time = find_time(job->scenario, p->time),
                     .before = value,
                     .is_known = !isnan(known),
                     .after = p->value,
                     .censored = p->censored,
                     .limit_low = p->low,
                     .limit_high = p->high,
                     .n_before = n_before,
                     .n_after = p->n,
                     .sd = p->sd,
                     .relative_to = value,
                     .comparator = -1,
                     .period = period_of(job, p)};
}

static void add_task(rein_validate_job *job, const rein_observed_point *p) {
  const rein_before *b = find_before(job, p);
  const double known = job->observed->known[p->observable];
  if (isnan(known) && (!b || b->censored)) {
    job->n_without_before++;
    return;
  }
  job->task[job->n_task++] = rein_validate_task(job, p, b ? b->value : NAN, b ? b->n : people_of(p));
}

/* An arm and observable of which no point has a state before cannot be compared at all. */
static bool check_before(rein_validate_job *job) {
  const rein_observed *o = job->observed;
  bool good = true;
  for (int a = 0; a < o->n_arm; a++) {
    for (int k = 0; k < o->n_observable; k++) {
      const rein_observed_point *late = NULL;
      int n = 0;
      for (int i = 0; i < o->n_point; i++) {
        const rein_observed_point *p = &o->point[i];
        if (p->arm == a && p->observable == k && p->time > job->scenario->time[0] && p->time <= job->until)
          late = late ? late : p;
      }
      for (int i = 0; i < job->n_task; i++) n += job->task[i].arm == a && job->task[i].observable == k;
      if (!late || n) continue;
      rein_error(
          job->diag, rein_observed_pos(o, late, "time"),
          "arm '%s' has no '%s' at the baseline, %g %s, so no change can be compared; where it is known by "
          "definition, say 'baseline: {%s: ...}' in the YAML",
          o->arm[a].name, observable_of(job, k)->name, job->scenario->time[0],
          job->scenario->model->time_unit_text, observable_of(job, k)->name);
      good = false;
    }
  }
  return good;
}

static bool make_tasks(rein_validate_job *job) {
  const rein_observed *o = job->observed;
  const double start = job->scenario->time[0];
  job->task = REIN_NEW(job->arena, rein_task, o->n_point + 1);
  job->n_unit = o->is_group ? o->n_study * o->n_arm : o->n_person;
  collect_before(job);
  for (int i = 0; i < o->n_point; i++) {
    const rein_observed_point *p = &o->point[i];
    if (same_time(p->time, start)) continue;
    if (p->time < start)
      job->n_earlier++;
    else if (p->time > job->until && !same_time(p->time, job->until))
      job->n_later++;
    else
      add_task(job, p);
  }
  if (!check_before(job)) return false;
  if (job->n_task == 0)
    rein_error(job->diag, o->pos, "no row is later than the scenario's first measurement%s",
               isinf(job->until) ? "" : " and not beyond 'until'");
  return job->n_task > 0;
}

/* ---- stations ---- */

static rein_status prepare(rein_validate_job *job, rein_units *units, const char *path) {
  const rein_pos nowhere = {NULL, 0, 0, 0};
  rein_status status = rein_simulation_prepare(job->arena, units, path, &job->options.scenario,
                                               job->options.kernels, job->diag, &job->simulation);
  if (status != REIN_OK) return status;
  job->scenario = REIN_NEW(job->arena, rein_scenario, 1);
  *job->scenario = *job->simulation.scenario;
  if (!job->scenario->observed_path) {
    rein_error(job->diag, nowhere, "'%s' compares with nothing: it has no 'compare: {observed: ...}'", path);
    return REIN_ERR_INPUT;
  }
  status = rein_observed_read(job->arena, units, job->scenario->observed_path, job->scenario->model,
                              job->diag, &job->observed);
  if (status == REIN_OK) status = read_expect(job, units);
  if (status != REIN_OK) return status;
  const bool has_arms = map_arms(job), has_people = map_people(job);
  return has_arms && has_people && merge_times(job) && make_tasks(job) ? REIN_OK : REIN_ERR_INPUT;
}

rein_status rein_validate_prepare(rein_arena *arena, rein_units *units, const char *path,
                                  const rein_validate_options *options, rein_diag *diag,
                                  rein_validate_job **out) {
  rein_guard guard;
  if (REIN_GUARD(arena, &guard)) return REIN_ERR_MEMORY;
  rein_validate_job *job = REIN_NEW(arena, rein_validate_job, 1);
  job->arena = arena;
  job->diag = diag;
  if (options) job->options = *options;
  const rein_status status = prepare(job, units, path);
  rein_unguard(arena, &guard);
  if (status == REIN_OK) *out = job;
  return status;
}

rein_status rein_validate_run(rein_validate_job *job, rein_diag *diag, rein_validation *out) {
  rein_guard guard;
  job->diag = diag;
  if (REIN_GUARD(job->arena, &guard)) {
    rein_validate_free_members(job);
    return REIN_ERR_MEMORY;
  }
  rein_status status = rein_validate_simulate(job);
  if (status == REIN_OK) rein_validate_make_completers(job);
  if (status == REIN_OK) rein_validate_make_effects(job);
  if (status == REIN_OK) status = rein_validate_score_tasks(job);
  if (status == REIN_OK) rein_validate_sum(job, out);
  if (status == REIN_OK && job->options.why) status = rein_validate_why(job, out);
  rein_unguard(job->arena, &guard);
  rein_validate_free_members(job);
  return status == REIN_OK && job->n_failed > 0 ? REIN_ERR_MEMBERS : status;
}
