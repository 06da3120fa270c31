/* Whether comparisons with observed data support a model for what is searched: all verdicts on an objective's
 * observable, of the same parameters, over horizons that hold the goals'. Comparisons are run anew, of the
 * model that is searched; those beside the model count whether the goals list them or not. */
#include <math.h>
#include <string.h>

#include "src/base/files.h"
#include "src/study/scenario_of_data.h"
#include "src/study/steer_inside.h"
#include "src/study/validate.h"

static const rein_pos nowhere = {NULL, 0, 0, 0};

/* How an objective stands. */
typedef struct {
  int n_for;
  const char *against;      /* the comparison whose verdict is worst, NULL: none is against */
  bool not_supported;       /* that verdict */
  int n_judged, n_external; /* comparisons that judge the observable; of them on external data */
  const char *beside;       /* why a comparison that does is none for these goals */
} standing;

/* What differs between the arm that is searched and those that were judged, NULL: nothing. */
static const char *differs(const rein_steer_job *job, const rein_validation *v) {
  const rein_scenario *here = job->probe, *there = v->scenario;
  if (rein_scenario_has_initial(here, 0)) return "the arm of the goals starts from states of its own";
  for (size_t p = 0; p < here->model->n_param; p++) {
    const rein_param *param = &here->model->param[p];
    if (param->covariate || param->moved || param->delayed || param->value_expr) continue;
    const double a = rein_scenario_parameter(here, 0, (int)p);
    for (int k = 0; k < there->n_compare; k++) {
      const double b = rein_scenario_parameter(there, there->compare[k].arm, (int)p);
      if (a == b) continue;
      if (isnan(a) || isnan(b))
        return rein_arena_printf(job->arena, "'%s' is each person's own in one of them", param->name);
      return rein_arena_printf(job->arena, "'%s' is %g %s in the goals' arm and %g in the compared one",
                               param->name, a, param->unit_text, b);
    }
  }
  return NULL;
}

/* Whether the goals' horizon is within those that an observable was judged over. */
static const char *is_beyond(const rein_steer_job *job, const rein_validation *v, int observable) {
  const rein_scenario *s = job->out->scenario;
  const double start = fmin(s->time[0], 0.0), span = s->time[job->i_after] - start;
  double first = INFINITY, last = -INFINITY;
  for (int i = 0; i < v->n_row; i++) {
    const rein_validation_row *row = &v->row[i];
    if (row->observable != observable || row->suppressed || isnan(row->time) ||
        row->n_point <= row->n_missing)
      continue;
    first = fmin(first, row->time - v->t_before);
    last = fmax(last, row->time - v->t_before);
  }
  if (span >= first * (1 - 1e-9) && span <= last * (1 + 1e-9)) return NULL;
  return rein_arena_printf(job->arena, "it was judged from %g to %g %s, the goals are at %g", first, last,
                           s->model->time_unit_text, span);
}

static void judge(const rein_steer_job *job, const rein_validation *v, const rein_validation_verdict *verdict,
                  standing *to) {
  const char *name = v->scenario->name, *why = differs(job, v);
  to->n_judged++;
  to->n_external += strcmp(v->relation, "external") == 0;
  if (verdict->verdict != REIN_VERDICT_SUPPORTED) {
    const bool worst = verdict->verdict == REIN_VERDICT_NOT_SUPPORTED;
    if (to->against && (to->not_supported || !worst)) return;
    to->not_supported = worst;
    to->against = rein_arena_printf(job->arena, "%s by '%s'", rein_verdict_word(verdict->verdict), name);
    return;
  }
  if (strcmp(v->relation, "external") != 0)
    why = rein_arena_printf(job->arena, "it is on %s", rein_validate_data_words(v));
  if (!verdict->counts) why = "it is not among the observables that were expected";
  if (!why) why = is_beyond(job, v, verdict->observable);
  if (why) to->beside = rein_arena_printf(job->arena, "'%s' is no evidence for these goals: %s", name, why);
  to->n_for += !why;
}

/* The verdicts of one comparison, or that it is of another model: then it is an error to list it. */
static rein_status add_comparison(rein_steer_job *job, const char *path, bool listed, rein_text *words,
                                  standing *to) {
  const rein_validate_options options = {.kernels = job->options->kernels,
                                         .n_thread = job->options->n_thread};
  const rein_steering *s = job->out;
  rein_validate_job *validate;
  rein_validation v;
  rein_status status = rein_validate_prepare(job->arena, job->units, path, &options, job->diag, &validate);
  if (status == REIN_OK) status = rein_validate_run(validate, job->diag, &v);
  if (status != REIN_OK && status != REIN_ERR_MEMBERS) return status;
  if (strcmp(v.model_hash, s->model_hash) != 0) {
    if (!listed) return REIN_OK;
    rein_error(job->diag, nowhere,
               "'%s' compares another model than that of the goals: it is no evidence here",
               v.scenario->name);
    return REIN_ERR_INPUT;
  }
  for (int i = 0; i < v.n_verdict && v.has_verdict; i++) {
    const rein_observable *o =
        &v.scenario->model->observable[v.observed->observable[v.verdict[i].observable]];
    rein_text_printf(words, "%s%s by %s: %s", words->n > 0 ? "; " : "", o->name, v.scenario->name,
                     strcmp(v.relation, "external") == 0
                         ? rein_verdict_word(v.verdict[i].verdict)
                         : rein_validate_verdict_words(&v, v.verdict[i].verdict, job->arena));
    for (int k = 0; k < s->n_objective; k++)
      if (strcmp(s->scenario->model->observable[s->objective[k].observable].name, o->name) == 0)
        judge(job, &v, &v.verdict[i], &to[k]);
  }
  return REIN_OK;
}

/* What the goals do not list, of the folder `validate` beside the model and those in it: nobody chooses among
 * comparisons. */
static rein_status add_unlisted(rein_steer_job *job, rein_text *words, standing *to) {
  const rein_source *model = job->out->scenario->model->source;
  if (!model) return REIN_OK;
  const char *folder = rein_files_resolve(job->arena, model->path, "validate");
  int n;
  const char **path = rein_comparisons_in(job->arena, folder, &n);
  for (int i = 0; i < n; i++) {
    bool listed = false;
    for (int k = 0; k < job->n_evidence; k++)
      listed = listed || rein_files_are_same(path[i], job->evidence[k]);
    const rein_status status = listed ? REIN_OK : add_comparison(job, path[i], false, words, to);
    if (status != REIN_OK) return status;
  }
  return REIN_OK;
}

rein_status rein_steer_weigh(rein_steer_job *job) {
  rein_steering *s = job->out;
  standing *to = REIN_NEW(job->arena, standing, s->n_objective + 1);
  bool all = true;
  rein_text words;
  rein_text_init(&words, job->arena);
  for (int i = 0; i < job->n_evidence; i++) {
    const rein_status status = add_comparison(job, job->evidence[i], true, &words, to);
    if (status != REIN_OK) return status;
  }
  const rein_status status = add_unlisted(job, &words, to);
  if (status != REIN_OK) return status;
  if (words.n == 0) rein_text_add(&words, "none");
  for (int k = 0; k < s->n_objective; k++) {
    if (to[k].n_for > 0 && !to[k].against) continue;
    const char *name = s->scenario->model->observable[s->objective[k].observable].name,
               *why = to[k].against ? to[k].against : to[k].beside;
    if (to[k].n_judged > 0 && to[k].n_external == 0)
      why = rein_arena_printf(job->arena, "%s; none of its comparisons is on external data", why);
    all = false;
    rein_text_printf(&words, "; so '%s' is not supported here", s->objective[k].name);
    if (why) rein_text_printf(&words, ": %s", why);
    if (!job->options->exploratory)
      rein_error(job->diag, nowhere,
                 "`evidence` does not say that the model is supported on '%s'%s%s%s; with --exploratory "
                 "every row is marked so",
                 name, why ? " (" : "", why ? why : "", why ? ")" : "");
  }
  s->exploratory = !all;
  s->evidence = words.bytes;
  return rein_diag_status(job->diag);
}
