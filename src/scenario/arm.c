/* Arms as written, multiplied by sweeps; the reference of each; counterfactual arms that rein makes. */
#include <string.h>

#include "src/scenario/inside.h"

typedef struct {
  rein_scenario_reader *r;
  const rein_sweep *sweep;
  rein_arm *arm;
  rein_arm_inside *inside;
  size_t n, cap_arm, n_inside, cap_inside;
  const rein_yaml **reference; /* (n) `reference:` of the arm as written, NULL none */
  int *nothing;                /* (n_nothing) the run of its factorial without any factor, -1 none */
  size_t n_nothing, cap_nothing;
  size_t n_reference, cap_reference;
} arm_list;

static const rein_yaml *arms_of(const rein_scenario_reader *r) {
  return rein_yaml_get(r->root, "arms");
}

/* ---- which sweeps an arm has ---- */

static bool has_action(const rein_yaml *arm, const char *name) {
  const rein_yaml *list = rein_yaml_get(arm, "actions");
  int n = !list ? 0 : list->kind == REIN_YAML_LIST ? list->n : 1;
  for (int i = 0; i < n; i++) {
    const rein_yaml *line = list->kind == REIN_YAML_LIST ? list->item[i] : list;
    const rein_yaml *called =
        rein_yaml_get(line, "name") ? rein_yaml_get(line, "name") : rein_yaml_get(line, "do");
    if (called && strcmp(called->text, name) == 0) return true;
  }
  return false;
}

static bool applies(const rein_sweep_axis *axis, const char *name, const rein_yaml *arm) {
  bool fits = strcmp(axis->section, "parameters") == 0 || has_action(arm, axis->target);
  if (axis->n_arm == 0) return fits;
  for (int i = 0; i < axis->n_arm; i++) {
    if (strcmp(axis->arm[i], name) == 0) return fits;
  }
  return false;
}

/* Each sweep has to change something. */
static bool check_sweeps(rein_scenario_reader *r, const rein_sweep *sweep) {
  const rein_yaml *arms = arms_of(r);
  bool good = true;
  for (int k = 0; k < sweep->n_axis; k++) {
    const rein_sweep_axis *axis = &sweep->axis[k];
    bool used = false;
    for (int i = 0; i < arms->n; i++) used = applies(axis, arms->key[i], arms->item[i]) || used;
    if (used) continue;
    rein_error(r->diag, axis->pos, "sweep '%s' changes nothing: no arm%s has the action '%s'", axis->name,
               axis->n_arm > 0 ? " it names" : "", axis->target);
    good = false;
  }
  return good;
}

/* ---- one arm ---- */

/* Strictness of boundaries, mildest first. */
static const char *const BOUNDARIES[] = {"health_management", "research_hypothesis",
                                         "needs_clinical_validation", "physician_judgement",
                                         "never_automatic"};

static const char *stricter(const char *a, const char *b) {
  if (!a || !b) return a ? a : b;
  int strict_a = -1, strict_b = -1;
  for (int i = 0; i < (int)(sizeof BOUNDARIES / sizeof *BOUNDARIES); i++) {
    if (strcmp(a, BOUNDARIES[i]) == 0) strict_a = i;
    if (strcmp(b, BOUNDARIES[i]) == 0) strict_b = i;
  }
  return strict_b > strict_a ? b : a;
}

/* Whether the arm's table has a dose of the action. */
static bool gives(const rein_arm_inside *arm, int action) {
  for (int64_t i = 0; arm->doses && i < arm->doses->n_person; i++) {
    const rein_person_doses *person = &arm->doses->person[i];
    for (size_t k = 0; k < person->n_course; k++)
      if (person->course[k].action == action) return true;
  }
  return false;
}

static const char *boundary_of(const rein_model *model, const rein_arm_inside *arm) {
  const char *boundary = model->boundary ? model->boundary : "research_hypothesis";
  for (int i = 0; i < arm->n_course; i++) {
    const rein_course *course = &arm->course[i];
    if (course->action >= 0 && !course->left_out)
      boundary = stricter(boundary, model->action[course->action].boundary);
  }
  for (size_t i = 0; i < model->n_action; i++)
    if (gives(arm, (int)i) && !(arm->left_out && arm->left_out[i]))
      boundary = stricter(boundary, model->action[i].boundary);
  return boundary;
}

static const char *prescription_of(rein_scenario_reader *r, const rein_arm_inside *arm,
                                   const char *parameters) {
  rein_text text;
  rein_text_init(&text, r->arena);
  for (int i = 0; i < arm->n_course; i++) {
    if (arm->course[i].left_out) continue;
    const rein_course *course = &arm->course[i];
    if (text.n > 0) rein_text_add(&text, "; ");
    rein_text_add(&text, course->words);
    const bool last_of_line = i + 1 == arm->n_course || arm->course[i + 1].line != course->line;
    for (int k = 0; k < course->n_titration && last_of_line; k++)
      rein_text_printf(&text, ", %s", course->titration[k]->words);
  }
  if (arm->doses) rein_text_printf(&text, "%sas in %s", text.n > 0 ? "; " : "", arm->doses->name);
  if (arm->left_out) rein_text_add(&text, ", in part");
  if (parameters[0] != '\0') {
    if (text.n > 0) rein_text_add(&text, "; ");
    rein_text_add(&text, parameters);
  }
  return text.n > 0 ? text.bytes : "nothing";
}

/* Typical values of an arm, and its own parameters in words. */
static bool read_theta(rein_scenario_reader *r, const rein_yaml *arm, const rein_override *override,
                       int n_override, const double **theta, const char **words) {
  const rein_yaml *map = rein_yaml_get(arm, "parameters");
  size_t n_param = r->model->n_param;
  double *own = NULL;
  bool good = true;
  rein_text text;
  rein_text_init(&text, r->arena);
  *theta = r->theta;
  for (int i = 0; i < (map ? map->n : 0) + n_override; i++) {
    bool written = i < (map ? map->n : 0);
    const rein_override *o = written ? NULL : &override[i - (map ? map->n : 0)];
    if (o && strcmp(o->section, "parameters") != 0) continue;
    if (!own) {
      own = REIN_NEW(r->arena, double, n_param);
      memcpy(own, r->theta, n_param * sizeof *own);
      *theta = own;
    }
    const char *name = written ? map->key[i] : o->name;
    const rein_yaml *value = written ? map->item[i] : o->value;
    good = rein_scenario_set_parameter(r, name, written ? map->key_pos[i] : value->pos, value, own) && good;
    rein_text_printf(&text, "%s%s = %s", text.n > 0 ? ", " : "", name, value->text);
  }
  *words = text.n > 0 ? text.bytes : "";
  return good;
}

/* What the cohort's table moves, no other table moves. */
static bool check_over_time(rein_scenario_reader *r, const rein_doses *doses, const rein_yaml *events) {
  const rein_doses *cohort = r->inside->over_time;
  for (int i = 0; cohort && i < cohort->n_param; i++)
    for (int k = 0; k < doses->n_param; k++) {
      if (cohort->param[i] != doses->param[k]) continue;
      rein_error(r->diag, events->pos, "'%s' comes from the cohort's 'over_time' already",
                 r->model->param[doses->param[k]].name);
      return false;
    }
  return true;
}

/* A run of a factorial; f NULL for arms without one. */
typedef struct {
  const rein_factorial *f;
  int i_run;
} factorial_run;

static bool add_arm(arm_list *list, int i_written, const char *suffix, const rein_override *override,
                    int n_override, factorial_run run) {
  rein_scenario_reader *r = list->r;
  const rein_yaml *arms = arms_of(r), *written = arms->item[i_written],
                  *title = rein_yaml_get(written, "title");
  rein_arm_inside inside = {0};
  const char *words;
  bool good = read_theta(r, written, override, n_override, &inside.theta, &words);
  const rein_periods *periods = NULL;
  const rein_yaml *periods_node = rein_yaml_get(written, "periods");
  if (periods_node && !rein_scenario_read_periods(r, periods_node, &periods)) return false;
  good = rein_scenario_read_courses(r, rein_yaml_get(written, "actions"), periods, override, n_override,
                                    &inside.course, &inside.n_course) &&
         good;
  const rein_yaml *events = rein_scenario_events(r, written);
  if (events) good = (inside.doses = rein_scenario_read_doses(r, events)) != NULL && good;
  if (good && inside.doses) good = check_over_time(r, inside.doses, events);
  good =
      rein_scenario_read_initial(r, rein_yaml_get(written, "initial"), &inside.initial, &inside.n_initial) &&
      good;
  if (!good) return false;
  const char *group = rein_arena_printf(r->arena, "%s%s", arms->key[i_written], suffix), *levels = NULL;
  const char *run_name = run.f ? rein_scenario_run_name(r, run.f, run.i_run) : "";
  if (run.f)
    inside.course = rein_scenario_run_courses(r, run.f, run.i_run, inside.course, inside.n_course, &levels);
  if (run.f && !levels) return false;
  inside.decision = rein_scenario_list_decisions(r, inside.course, inside.n_course, &inside.n_decision);
  rein_arm arm = {.name = rein_arena_printf(r->arena, "%s%s", group, run_name),
                  .group = i_written,
                  .reference = -1,
                  .factorial = run.f ? group : NULL,
                  .levels = levels,
                  .prescription = prescription_of(r, &inside, words),
                  .boundary = boundary_of(r->model, &inside)};
  arm.title = title ? rein_arena_printf(r->arena, "%s%s%s", title->text, suffix, run_name) : arm.name;
  REIN_PUSH(r->arena, list->arm, list->n, list->cap_arm, arm);
  REIN_PUSH(r->arena, list->inside, list->n_inside, list->cap_inside, inside);
  REIN_PUSH(r->arena, list->reference, list->n_reference, list->cap_reference,
            rein_yaml_get(written, "reference"));
  REIN_PUSH(r->arena, list->nothing, list->n_nothing, list->cap_nothing, -1);
  return true;
}

/* The runs of a factorial, each an arm; without any, the arm itself. Levels come before the sweep's values.
 */
static bool add_runs(arm_list *list, int i_written, const rein_factorial *f, const char *suffix,
                     const rein_override *override, int n_override) {
  if (!f) return add_arm(list, i_written, suffix, override, n_override, (factorial_run){0});
  rein_override *all = REIN_NEW(list->r->arena, rein_override, n_override + f->n_factor);
  size_t first = list->n;
  int nothing = -1;
  for (int i = 0; i < f->n_run; i++) {
    const int *level = f->run + (size_t)i * (size_t)f->n_factor;
    int n = 0, n_given = 0;
    for (int k = 0; k < f->n_factor; k++) {
      n_given += level[k] > 0;
      if (level[k] > 0 && f->level[k])
        all[n++] = (rein_override){.section = "actions",
                                   .name = f->factor[k],
                                   .field = "amount",
                                   .value = f->level[k][level[k] - 1]};
    }
    for (int k = 0; k < n_override; k++) all[n++] = override[k];
    if (!add_arm(list, i_written, suffix, all, n, (factorial_run){f, i})) return false;
    if (n_given == 0) nothing = (int)list->n - 1;
  }
  for (size_t i = first; i < list->n; i++) list->nothing[i] = (int)i == nothing ? -1 : nothing;
  return true;
}

/* ---- an arm times its sweeps ---- */

/* The values at one point of the arm's sweeps, as overrides and as a name. */
static const char *override_at(arm_list *list, const int *axis, int n, const int *at,
                               rein_override *override) {
  rein_text suffix;
  rein_text_init(&suffix, list->r->arena);
  for (int k = 0; k < n; k++) {
    const rein_sweep_axis *a = &list->sweep->axis[axis[k]];
    override[k] = (rein_override){
        .section = a->section, .name = a->target, .field = a->field, .value = a->value[at[k]]};
    rein_text_printf(&suffix, "/%s=%s", a->name, a->value[at[k]]->text);
  }
  return suffix.n > 0 ? suffix.bytes : "";
}

/* The next point, last axis fastest; false after the last. */
static bool next_point(const arm_list *list, const int *axis, int n, int *at) {
  if (list->sweep->sampled) {
    for (int k = 0; k < n; k++) at[k]++;
    return n > 0 && at[0] < list->sweep->axis[axis[0]].n_value;
  }
  for (int k = n - 1; k >= 0; k--) {
    if (++at[k] < list->sweep->axis[axis[k]].n_value) return true;
    at[k] = 0;
  }
  return false;
}

/* Wrong values show once: the first point finds what is wrong with the arm, then each value is tried with the
 * others at their first; the rest of a factorial is only read when those were right. */
static bool worth_reading(const arm_list *list, int n, const int *at, int n_error_before) {
  int n_away = 0;
  for (int k = 0; k < n; k++) n_away += at[k] > 0;
  return list->sweep->sampled || n_away <= 1 || rein_diag_n_error(list->r->diag) == n_error_before;
}

/* A factor's levels and a sweep cannot both say its amount. */
static bool is_said_twice(arm_list *list, const rein_factorial *f, const rein_sweep_axis *axis) {
  for (int k = 0; f && k < f->n_factor; k++) {
    if (!f->level[k] || strcmp(axis->section, "actions") != 0 || strcmp(axis->target, f->factor[k]) != 0 ||
        strcmp(axis->field, "amount") != 0)
      continue;
    rein_error(list->r->diag, axis->pos,
               "the amount of '%s' is swept here and has levels in 'factorial'; keep one", f->factor[k]);
    return true;
  }
  return false;
}

/* Two sweeps of one field: the later would silently stand in the place of the earlier. */
static bool is_swept_twice(arm_list *list, const int *axis, int n, const rein_sweep_axis *new) {
  for (int k = 0; k < n; k++) {
    const rein_sweep_axis *old = &list->sweep->axis[axis[k]];
    if (strcmp(old->section, new->section) != 0 || strcmp(old->target, new->target) != 0 ||
        strcmp(old->field ? old->field : "", new->field ? new->field : "") != 0)
      continue;
    rein_error(list->r->diag, new->pos, "sweeps '%s' and '%s' vary the same thing; keep one", old->name,
               new->name);
    return true;
  }
  return false;
}

/* The sweeps of an arm, *n of them; false with an error where their points are too many. */
static bool find_axes(arm_list *list, int i_written, const rein_factorial *f, int *axis, int *n) {
  const rein_yaml *arms = arms_of(list->r);
  int64_t n_point = 1;
  *n = 0;
  for (int k = 0; k < list->sweep->n_axis && n_point <= REIN_SCENARIO_MAX_ARM; k++) {
    if (!applies(&list->sweep->axis[k], arms->key[i_written], arms->item[i_written])) continue;
    if (is_said_twice(list, f, &list->sweep->axis[k])) return false;
    if (is_swept_twice(list, axis, *n, &list->sweep->axis[k])) return false;
    int64_t n_value = list->sweep->axis[k].n_value;
    n_point = list->sweep->sampled ? n_value : n_point * n_value;
    axis[(*n)++] = k;
  }
  if (f) n_point *= f->n_run;
  if ((int64_t)list->n + n_point <= REIN_SCENARIO_MAX_ARM) return true;
  rein_error(list->r->diag, arms->key_pos[i_written], "the sweep and the factorial make more than %d arms",
             REIN_SCENARIO_MAX_ARM);
  return false;
}

static void expand(arm_list *list, int i_written) {
  rein_scenario_reader *r = list->r;
  int n, n_error = rein_diag_n_error(r->diag);
  int *axis = REIN_NEW(r->arena, int, list->sweep->n_axis + 1),
      *at = REIN_NEW(r->arena, int, list->sweep->n_axis + 1);
  rein_override *override = REIN_NEW(r->arena, rein_override, list->sweep->n_axis + 1);
  const rein_yaml *arms = arms_of(r), *written = arms->item[i_written];
  const rein_factorial *f = NULL;
  if (rein_yaml_get(written, "factorial")) {
    f = rein_scenario_read_factorial(r, arms->key[i_written], written);
    if (!f) return;
    REIN_PUSH(r->arena, r->inside->factorial, r->inside->n_factorial, r->inside->cap_factorial, f);
  }
  if (!find_axes(list, i_written, f, axis, &n)) return;
  bool first = true;
  do {
    if (!worth_reading(list, n, at, n_error)) continue;
    const char *suffix = override_at(list, axis, n, at, override);
    if (!add_runs(list, i_written, f, suffix, override, n) && first) return;
    first = false;
  } while (next_point(list, axis, n, at));
}

/* ---- references ---- */

static bool same_periods(const rein_course *a, const rein_course *b) {
  const rein_periods *p = a->periods, *q = b->periods;
  if (a->letter != b->letter || (p != NULL) != (q != NULL)) return false;
  return !p || p == q ||
         (strcmp(p->letter, q->letter) == 0 && p->block == q->block && p->run_in == q->run_in &&
          p->length == q->length && p->washout == q->washout);
}

static bool same_titrations(const rein_course *a, const rein_course *b) {
  bool same = a->n_titration == b->n_titration;
  for (int k = 0; same && k < a->n_titration; k++)
    same = strcmp(a->titration[k]->text, b->titration[k]->text) == 0;
  return same;
}

static bool same_course(const rein_course *a, const rein_course *b) {
  bool same = strcmp(a->name, b->name) == 0 && a->action == b->action && a->amount == b->amount &&
              a->per_param == b->per_param && a->how == b->how && a->steady == b->steady &&
              a->every == b->every && a->given == b->given && a->n_dose == b->n_dose && same_periods(a, b) &&
              same_titrations(a, b) && rein_adherence_same(a->adherence, b->adherence) &&
              a->jitter == b->jitter && (a->missed != NULL) == (b->missed != NULL);
  size_t n = (size_t)a->n_dose;
  return same && memcmp(a->time, b->time, n * sizeof *a->time) == 0 &&
         (!a->missed || memcmp(a->missed, b->missed, n * sizeof *a->missed) == 0);
}

static int next_given(const rein_arm_inside *arm, int i) {
  while (i < arm->n_course && arm->course[i].left_out) i++;
  return i;
}

/* Nothing but what is left out differs. */
static bool same_treatment(const rein_arm_inside *a, const rein_arm_inside *b, const rein_model *model) {
  size_t n_param = model->n_param;
  bool same_table = a->doses == b->doses && (a->left_out != NULL) == (b->left_out != NULL);
  if (!same_table) return false;
  if (a->left_out && memcmp(a->left_out, b->left_out, model->n_action * sizeof *a->left_out) != 0)
    return false;
  if (a->theta != b->theta && memcmp(a->theta, b->theta, n_param * sizeof *a->theta) != 0) return false;
  if (a->n_initial != b->n_initial) return false;
  for (int n = 0; n < a->n_initial; n++)
    if (a->initial[n].state != b->initial[n].state || a->initial[n].amount != b->initial[n].amount ||
        a->initial[n].per_param != b->initial[n].per_param)
      return false;
  int i = next_given(a, 0), k = next_given(b, 0);
  while (i < a->n_course && k < b->n_course && same_course(&a->course[i], &b->course[k])) {
    i = next_given(a, i + 1);
    k = next_given(b, k + 1);
  }
  return i == a->n_course && k == b->n_course;
}

static bool is_action_named(const rein_yaml *without, const char *action) {
  int n = without->kind == REIN_YAML_LIST ? without->n : 1;
  for (int i = 0; i < n; i++)
    if (strcmp((without->kind == REIN_YAML_LIST ? without->item[i] : without)->text, action) == 0)
      return true;
  return false;
}

static bool is_named(const rein_yaml *without, const rein_course *course, const rein_model *model) {
  int n = without->kind == REIN_YAML_LIST ? without->n : 1;
  for (int i = 0; i < n && course->action >= 0; i++) {
    const char *name = without->kind == REIN_YAML_LIST ? without->item[i]->text : without->text;
    size_t length = strlen(name);
    bool line = strncmp(course->name, name, length) == 0 &&
                (course->name[length] == '\0' || course->name[length] == '#');
    if (line || strcmp(model->action[course->action].name, name) == 0) return true;
  }
  return false;
}

/* The arm without the named actions: their courses keep their instants. False where it has none of them. */
static bool leave_out(arm_list *list, const rein_arm_inside *arm, const rein_yaml *without,
                      rein_arm_inside *out) {
  rein_course *course = REIN_NEW(list->r->arena, rein_course, arm->n_course);
  bool any = false;
  for (int i = 0; i < arm->n_course; i++) {
    course[i] = arm->course[i];
    bool named = is_named(without, &course[i], list->r->model);
    any = any || (named && !course[i].left_out);
    course[i].left_out = course[i].left_out || named;
  }
  *out = (rein_arm_inside){.course = course,
                           .n_course = arm->n_course,
                           .theta = arm->theta,
                           .doses = arm->doses,
                           .initial = arm->initial,
                           .n_initial = arm->n_initial,
                           .decision = arm->decision,
                           .n_decision = arm->n_decision};
  bool *left = REIN_NEW(list->r->arena, bool, list->r->model->n_action + 1);
  for (size_t i = 0; arm->doses && i < list->r->model->n_action; i++) {
    left[i] = is_action_named(without, list->r->model->action[i].name) && gives(arm, (int)i);
    if (left[i]) out->left_out = left, any = true;
  }
  return any;
}

/* Name of a counterfactual: short where it is the only one of the arm as written; else all of them are named
 * after the run that they belong to first, with its swept values. */
static const char *free_name(arm_list *list, const rein_arm *arm, const char *without) {
  const char *group = arms_of(list->r)->key[arm->group];
  const char *brief = rein_arena_printf(list->r->arena, "%s/without %s", group, without);
  const char *full = rein_arena_printf(list->r->arena, "%s/without %s", arm->name, without);
  for (size_t i = 0; i < list->n; i++) {
    rein_arm *other = &list->arm[i];
    const bool same = strcmp(other->name, brief) == 0;
    if (!other->counterfactual || other->group != arm->group) {
      if (same) return full;
      continue;
    }
    size_t j = 0;
    while (same && list->arm[j].reference != (int)i) j++;
    if (same)
      other->name = other->title =
          rein_arena_printf(list->r->arena, "%s/without %s", list->arm[j].name, without);
    return full;
  }
  return brief;
}

static const char *join(rein_scenario_reader *r, const rein_yaml *names) {
  rein_text text;
  rein_text_init(&text, r->arena);
  for (int i = 0; i < (names->kind == REIN_YAML_LIST ? names->n : 1); i++) {
    rein_text_printf(&text, "%s%s", i > 0 ? ", " : "",
                     names->kind == REIN_YAML_LIST ? names->item[i]->text : names->text);
  }
  return text.bytes;
}

/* One reference for every arm that has the action; arms that agree in all else share it. */
static void add_counterfactuals(arm_list *list, const rein_yaml *without) {
  rein_scenario_reader *r = list->r;
  size_t n_written = list->n;
  if (without->kind == REIN_YAML_LIST && without->n == 0) {
    rein_error(r->diag, without->pos,
               "'without' is empty; it names the actions that the counterfactual leaves out, as in without: "
               "[warfarin]");
    return;
  }
  const char *words = join(r, without);
  bool any = false;
  for (size_t i = 0; i < n_written; i++) {
    rein_arm_inside inside;
    if (!leave_out(list, &list->inside[i], without, &inside)) continue;
    any = true;
    size_t k = n_written; /* an arm written by hand is no counterfactual, even where it would agree */
    while (k < list->n && !same_treatment(&inside, &list->inside[k], r->model)) k++;
    list->arm[i].reference = (int)k;
    if (k < list->n) continue;
    rein_arm arm = {.name = free_name(list, &list->arm[i], words),
                    .group = list->arm[i].group,
                    .reference = -1,
                    .counterfactual = true,
                    .without = words,
                    .prescription = prescription_of(r, &inside, ""),
                    .boundary = boundary_of(r->model, &inside)};
    arm.title = arm.name;
    REIN_PUSH(r->arena, list->arm, list->n, list->cap_arm, arm);
    REIN_PUSH(r->arena, list->inside, list->n_inside, list->cap_inside, inside);
  }
  if (!any)
    rein_error(r->diag, without->pos, "no arm has the action '%s', so there is nothing to leave out", words);
}

/* The arm of a name; an arm that was swept has none of its own name. */
static int find_arm(arm_list *list, const rein_yaml *node) {
  rein_scenario_reader *r = list->r;
  for (size_t i = 0; i < list->n; i++) {
    if (strcmp(list->arm[i].name, node->text) == 0) return (int)i;
  }
  const char **known = REIN_NEW(r->arena, const char *, list->n);
  for (size_t i = 0; i < list->n; i++) known[i] = list->arm[i].name;
  if (rein_yaml_get(arms_of(r), node->text)) {
    rein_error(r->diag, node->pos, "arm '%s' is swept, so it is several arms; a reference has to be one",
               node->text);
  } else {
    rein_scenario_unknown(r, node->pos, "arm", node->text, known, list->n);
  }
  return -1;
}

static void set_references(arm_list *list) {
  rein_scenario_reader *r = list->r;
  const rein_yaml *counterfactual = rein_yaml_get(r->root, "counterfactual"),
                  *common = rein_yaml_get(r->root, "reference");
  if (counterfactual && common) {
    rein_error(r->diag, common->pos,
               "'counterfactual' and 'reference' both name what arms are compared with; keep one");
    return;
  }
  if (counterfactual) add_counterfactuals(list, rein_yaml_get(counterfactual, "without"));
  int common_arm = common ? find_arm(list, common) : -1;
  const rein_yaml *last = NULL; /* arms of one sweep share their `reference:` */
  int last_arm = -1;
  for (size_t i = 0; i < list->n_reference; i++) {
    const rein_yaml *own = list->reference[i];
    if (own && own != last) last_arm = find_arm(list, own);
    last = own;
    int arm = own ? last_arm : common || counterfactual ? common_arm : list->nothing[i];
    if (own && arm == (int)i) rein_error(r->diag, own->pos, "an arm cannot be its own reference");
    if (arm >= 0 && arm != (int)i) list->arm[i].reference = arm;
  }
}

/* Which lines of all that are decided about each arm has. */
static void list_decided(arm_list *list) {
  rein_scenario_reader *r = list->r;
  rein_scenario_inside *inside = r->inside;
  r->scenario->line = inside->line;
  r->scenario->n_line = (int)inside->n_line;
  r->scenario->rule = inside->rule;
  r->scenario->n_rule = (int)inside->n_rule;
  for (size_t i = 0; i < list->n && inside->n_line > 0; i++) {
    bool *decides = REIN_NEW(r->arena, bool, inside->n_line);
    for (int k = 0; k < list->inside[i].n_course; k++) {
      const rein_course *course = &list->inside[i].course[k];
      if (course->n_titration > 0 && !course->left_out) decides[course->decided] = true;
    }
    list->arm[i].decides = decides;
  }
}

/* The values would make long names. */
static void name_points(arm_list *list) {
  for (size_t i = 0; i < list->n; i++)
    list->arm[i].name = list->arm[i].title = rein_arena_printf(list->r->arena, "point %d", (int)i);
}

bool rein_scenario_read_arms(rein_scenario_reader *r) {
  const rein_yaml *arms = arms_of(r);
  int n_error = rein_diag_n_error(r->diag);
  rein_sweep sweep;
  if (arms->n == 0) {
    rein_error(r->diag, arms->pos, "a scenario needs at least one arm");
    return false;
  }
  if (!(r->points ? rein_scenario_read_points : rein_scenario_read_sweep)(r, &sweep)) return false;
  if (!check_sweeps(r, &sweep)) return false;
  arm_list list = {.r = r, .sweep = &sweep};
  for (int i = 0; i < arms->n; i++)
    if (!r->points || strcmp(arms->key[i], r->points->arm) == 0) expand(&list, i);
  if (r->points) name_points(&list);
  if (rein_diag_n_error(r->diag) == n_error && (!r->points || r->points->references)) set_references(&list);
  list_decided(&list);
  r->scenario->arm = list.arm;
  r->scenario->n_arm = (int)list.n;
  r->inside->arm = list.inside;
  return rein_diag_n_error(r->diag) == n_error;
}
