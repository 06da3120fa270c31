/* From scores of single points to rows with intervals, and to the verdict. */
#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <gsl/gsl_cdf.h>

#include "src/base/sha256.h"
#include "src/record/reader.h"
#include "src/stats/binomial.h"
#include "src/stats/bootstrap.h"
#include "src/study/validate_inside.h"

#define LEVEL 0.95
#define NORMAL_95 1.959963984540054
#define ROUNDING 1e-12 /* of equal sums */

static const char few_units[] = "fewer than 8 units to resample";
static const char baseline_is_right[] = "the baseline is without error";

const char *rein_verdict_word(rein_verdict verdict) {
  static const char *const words[] = {"supported", "not supported", "undecided"};
  return words[verdict];
}

/* ---- one row ---- */

typedef struct {
  const rein_validate_job *job;
  const rein_task *task;        /* (n_task) among which: the job's, or its effects */
  const rein_task_score *score; /* (n_task) */
  int n_task, n_unit;
  int observable, study, arm;      /* study, arm -1: all */
  int i_time;                      /* -1: all */
  double *above, *below;           /* (n_unit) sums of one score */
  double *unit_above, *unit_below; /* (n_unit) of the units that have any */
} selection;

static bool is_effect(const rein_task *t) {
  return t->comparator >= 0;
}

static bool is_in(const selection *s, const rein_task *t) {
  return (is_effect(t) || rein_validate_is_scored(s->job, t)) && t->observable == s->observable &&
         (s->study < 0 || t->study == s->study) && (s->arm < 0 || t->arm == s->arm) &&
         (s->i_time < 0 || t->i_time == s->i_time);
}

/* What a point adds to the two sums of a score: places in its rein_task_score; ONE: the number 1. */
#define AT(field) offsetof(rein_task_score, field)
#define ONE SIZE_MAX
typedef struct {
  size_t above, below;
} terms;
static const terms terms_of[REIN_N_SCORE] = {[REIN_SCORE_DIRECTION] = {AT(direction), ONE},
                                             [REIN_SCORE_BIAS] = {AT(bias), ONE},
                                             [REIN_SCORE_ERROR] = {AT(error), ONE},
                                             [REIN_SCORE_ERROR_SD] = {AT(error_sd), ONE},
                                             [REIN_SCORE_COVER_50] = {AT(hit[0]), ONE},
                                             [REIN_SCORE_COVER_90] = {AT(hit[1]), ONE},
                                             [REIN_SCORE_COVER_95] = {AT(hit[2]), ONE},
                                             [REIN_SCORE_WIDTH_50] = {AT(width[0]), ONE},
                                             [REIN_SCORE_WIDTH_90] = {AT(width[1]), ONE},
                                             [REIN_SCORE_WIDTH_95] = {AT(width[2]), ONE},
                                             [REIN_SCORE_CRPS] = {AT(crps), ONE},
                                             [REIN_SCORE_LOG_SCORE] = {AT(log_score), ONE},
                                             [REIN_SCORE_NO_CHANGE] = {AT(crps), AT(no_change_point)},
                                             [REIN_SCORE_MEAN_CHANGE] = {AT(crps), AT(others)},
                                             [REIN_SCORE_SHUFFLED] = {AT(crps), AT(shuffled)},
                                             [REIN_SCORE_SWAPPED] = {AT(crps), AT(swapped)},
                                             [REIN_SCORE_RANK] = {AT(rank), ONE}};

static double term(const rein_task_score *p, size_t place) {
  return place == ONE ? 1.0 : *(const double *)((const char *)p + place);
}

/* False where the point does not take part. */
static bool take(const terms *t, const rein_task_score *p, double *above, double *below) {
  *above = term(p, t->above);
  *below = term(p, t->below);
  return !isnan(*above) && !isnan(*below);
}

static bool is_skill(const terms *t) {
  return t->below != ONE;
}

/* Observed arms that are compared. */
static int count_mapped(const rein_validate_job *job) {
  int n = 0;
  for (int a = 0; a < job->observed->n_arm; a++) n += job->sim_arm[a] >= 0;
  return n;
}

/* Why a score has no point it could be made of. */
static const char *why_not(const selection *s, rein_score_id id) {
  const bool is_group = s->job->observed->is_group, is_outside = s->job->outside != NULL;
  if (is_effect(s->task) && (id == REIN_SCORE_MEAN_CHANGE || id == REIN_SCORE_SHUFFLED ||
                             id == REIN_SCORE_SWAPPED || id == REIN_SCORE_RANK))
    return "the baseline of an effect is no effect";
  switch (id) {
  case REIN_SCORE_DIRECTION:
    return "the model declares no smallest change";
  case REIN_SCORE_ERROR_SD:
    return "the spread of the observed changes is not known";
  case REIN_SCORE_LOG_SCORE:
    if (is_outside) return "samples and quantiles have no density";
    return is_group ? "the simulated means do not vary" : "the model declares no noise, or no prediction";
  case REIN_SCORE_MEAN_CHANGE:
    return is_group ? "fewer than 3 other arms" : "fewer than 3 others in the arm";
  case REIN_SCORE_SHUFFLED:
    if (is_outside) return "no predictions for other arms";
    return s->job->n_compared == 1 && count_mapped(s->job) > 1
               ? "one simulated arm reproduces all observed ones"
               : "one arm only";
  case REIN_SCORE_SWAPPED:
    if (is_outside) return "no predictions from another's state";
    return is_group ? "group means" : "the state before is known, or of one person only";
  case REIN_SCORE_RANK:
    return is_outside ? "no predictions for other arms" : "fewer than 3 arms";
  default:
    return "no point";
  }
}

/* The better of the two forms of no change is the one to beat. */
static bool choose_no_change(const selection *s) {
  double point = 0.0, noise = 0.0;
  for (int i = 0; i < s->n_task; i++) {
    if (!is_in(s, &s->task[i])) continue;
    point += s->score[i].no_change_point;
    noise += s->score[i].no_change_noise;
  }
  return noise < point;
}

/* Sums of rounding errors are equal sums. */
static double without_rounding(double skill) {
  return fabs(skill) < ROUNDING ? 0.0 : skill;
}

/* Skill over a baseline without error (units: n): 0 without an error of one's own, and no number otherwise.
 */
static rein_score skill_over_right(size_t n, double above, double below) {
  if (n == 0) return (rein_score){NAN, NAN, NAN, NULL, NULL};
  if (below < 0.0) return (rein_score){NAN, NAN, NAN, "the baseline's estimated CRPS is below 0", NULL};
  if (above != 0.0) return (rein_score){NAN, NAN, NAN, baseline_is_right, NULL};
  if (n < REIN_BOOTSTRAP_SMALLEST) return (rein_score){0.0, NAN, NAN, NULL, few_units};
  return (rein_score){0.0, 0.0, 0.0, NULL, NULL};
}

/* The ratio of both sums, or for skills 1 minus it, with its interval. No value without na: no point. */
static rein_score sum_terms(const selection *s, const terms *t) {
  const rein_validate_job *job = s->job;
  rein_score score = {NAN, NAN, NAN, NULL, NULL};
  double above = 0.0, below = 0.0;
  size_t n = 0;
  bool *used = REIN_NEW(job->arena, bool, s->n_unit);
  for (int u = 0; u < s->n_unit; u++) s->above[u] = s->below[u] = 0.0;
  for (int i = 0; i < s->n_task; i++) {
    double a, b;
    if (!is_in(s, &s->task[i]) || !take(t, &s->score[i], &a, &b)) continue;
    s->above[s->task[i].unit] += a;
    s->below[s->task[i].unit] += b;
    used[s->task[i].unit] = true;
  }
  for (int u = 0; u < s->n_unit; u++) {
    if (!used[u]) continue;
    above += s->above[u], below += s->below[u];
    s->unit_above[n] = s->above[u], s->unit_below[n++] = s->below[u];
  }
  if (!(below > 0.0)) return is_skill(t) ? skill_over_right(n, above, below) : score;
  score.value = is_skill(t) ? 1.0 - above / below : above / below;
  if (is_skill(t)) score.value = without_rounding(score.value);
  if (!rein_bootstrap_ratio(job->arena, s->unit_above, s->unit_below, n, job->scenario->seed, LEVEL,
                            &score.low, &score.high)) {
    score.no_interval = few_units;
    score.low = score.high = NAN;
  } else if (is_skill(t)) {
    const double high = without_rounding(1.0 - score.low);
    score.low = without_rounding(1.0 - score.high);
    score.high = high;
  }
  return score;
}

static rein_score sum_score(const selection *s, rein_score_id id, bool noisy_no_change) {
  terms t = terms_of[id];
  if (id == REIN_SCORE_NO_CHANGE && noisy_no_change) t.below = AT(no_change_noise);
  rein_score score = sum_terms(s, &t);
  if (isnan(score.value) && !score.na) score.na = why_not(s, id);
  return score;
}

static int compare_levels(const void *left, const void *right) {
  const double a = ((const rein_validation_level *)left)->level,
               b = ((const rein_validation_level *)right)->level;
  return (a > b) - (a < b);
}

static rein_validation_level *sum_curve(const selection *s) {
  rein_validation_level *curve = REIN_NEW(s->job->arena, rein_validation_level, REIN_VALIDATE_N_LEVEL);
  for (size_t i = 0; i < REIN_VALIDATE_N_LEVEL; i++) {
    const terms hit = {AT(hit) + i * sizeof(double), ONE}, width = {AT(width) + i * sizeof(double), ONE};
    curve[i] = (rein_validation_level){rein_validate_level[i], sum_terms(s, &hit), sum_terms(s, &width)};
  }
  qsort(curve, REIN_VALIDATE_N_LEVEL, sizeof *curve, compare_levels);
  return curve;
}

/* Exact interval of 90 % coverage with as many trials as the points are worth. */
static void judge_coverage(const selection *s, rein_validation_row *row) {
  double hits = 0.0, trials = 0.0;
  for (int u = 0; u < s->n_unit; u++) s->above[u] = s->below[u] = 0.0;
  for (int i = 0; i < s->n_task; i++) {
    if (!is_in(s, &s->task[i])) continue;
    s->above[s->task[i].unit] += s->score[i].hit[1];
    s->below[s->task[i].unit] += 1.0;
    hits += s->score[i].hit[1];
    trials += 1.0;
  }
  row->n_effective = rein_binomial_effective(s->above, s->below, (size_t)s->n_unit);
  row->coverage_low = row->coverage_high = NAN;
  rein_binomial_interval(hits / trials * row->n_effective, row->n_effective, LEVEL, &row->coverage_low,
                         &row->coverage_high);
}

/* People of an effect within people at one horizon: each is a point. */
static int count_within(const selection *s, const rein_task *effect) {
  int n = 0;
  for (int i = 0; i < s->n_task; i++) {
    const rein_task *t = &s->task[i];
    n += t->is_within && t->observable == effect->observable && t->study == effect->study &&
         t->arm == effect->arm && t->i_time == effect->i_time;
  }
  return n;
}

/* Who is counted: people; of group means the people behind them. */
static bool is_small(const selection *s, const rein_validation_row *row) {
  if (!s->job->observed->is_group && !is_effect(s->task)) return row->n_unit < REIN_SMALLEST_GROUP;
  for (int i = 0; i < s->n_task; i++) {
    const rein_task *t = &s->task[i];
    if (!is_in(s, t)) continue;
    if (t->is_within) {
      if (count_within(s, t) < REIN_SMALLEST_GROUP) return true;
      continue;
    }
    if (t->n_after < REIN_SMALLEST_GROUP || t->n_before < REIN_SMALLEST_GROUP) return true;
    if (is_effect(t) && t->n_comparator < REIN_SMALLEST_GROUP) return true;
  }
  return false;
}

/* The largest number of each unit; of an effect with its comparator's, who are others. */
static double count_people(const selection *s) {
  double sum = 0.0;
  for (int u = 0; u < s->n_unit; u++) s->above[u] = 0.0;
  for (int i = 0; i < s->n_task; i++) {
    const rein_task *t = &s->task[i];
    const double others = is_effect(t) && !t->is_within ? t->n_comparator : 0.0;
    const double own = is_effect(t) ? t->n_after : fmax(t->n_before, t->n_after);
    if (is_in(s, t)) s->above[t->unit] = fmax(s->above[t->unit], own + others);
  }
  for (int u = 0; u < s->n_unit; u++) sum += s->above[u];
  return sum;
}

static void fill_row(const selection *s, rein_validation_row *row) {
  const rein_validate_job *job = s->job;
  bool *used = REIN_NEW(job->arena, bool, s->n_unit);
  *row = (rein_validation_row){.observable = s->observable,
                               .arm = s->arm,
                               .time = s->i_time < 0 ? NAN : job->scenario->time[s->i_time],
                               .n_before = NAN,
                               .n_after = NAN};
  for (int i = 0; i < s->n_task; i++) {
    const rein_task *t = &s->task[i];
    if (!is_in(s, t)) continue;
    row->n_point++;
    row->n_missing += s->score[i].missing;
    row->n_censored += t->censored != 0;
    row->n_others += !isnan(s->score[i].others);
    row->n_unit += !used[t->unit];
    used[t->unit] = true;
    row->is_within |= t->is_within;
    if (t->person < 0 && s->i_time >= 0) row->n_before = t->n_before, row->n_after = t->n_after;
  }
  row->n_people = count_people(s);
  row->suppressed = !job->options.individual_data && is_small(s, row);
  if (row->suppressed || row->n_point == 0) return;
  const bool noisy = choose_no_change(s);
  for (int id = 0; id < REIN_N_SCORE; id++) row->score[id] = sum_score(s, (rein_score_id)id, noisy);
  judge_coverage(s, row);
  if (job->options.pictures && !is_effect(s->task) && s->arm < 0 && s->i_time < 0) row->curve = sum_curve(s);
}

/* ---- rows ---- */

static void add_row(const selection *s, rein_validation *v) {
  rein_validation_row row;
  fill_row(s, &row);
  if (row.n_point > 0) v->row[v->n_row++] = row;
}

static void make_sums(selection *s) {
  double **const sum[] = {&s->above, &s->below, &s->unit_above, &s->unit_below};
  for (int i = 0; i < 4; i++) *sum[i] = REIN_NEW(s->job->arena, double, s->n_unit + 1);
}

static void add_rows(const rein_validate_job *job, rein_validation *v) {
  const rein_observed *o = job->observed;
  const int n_time = job->scenario->n_time;
  selection s = {.job = job,
                 .task = job->task,
                 .score = job->score,
                 .n_task = job->n_task,
                 .n_unit = job->n_unit,
                 .study = -1};
  make_sums(&s);
  v->row = REIN_NEW(job->arena, rein_validation_row, o->n_observable * (1 + o->n_arm * (1 + n_time)));
  for (s.observable = 0; s.observable < o->n_observable; s.observable++) {
    s.arm = s.i_time = -1;
    add_row(&s, v);
    for (s.arm = 0; s.arm < o->n_arm; s.arm++) {
      s.i_time = -1;
      if (v->n_arm > 1) add_row(&s, v);
      for (s.i_time = 0; s.i_time < n_time; s.i_time++) add_row(&s, v);
    }
  }
}

/* ---- effects ---- */

/* 95 % of the sampling error of what was observed: normal, of a mean over people by Student's t. */
static void set_observed(const rein_task *t, rein_validation_effect *e) {
  double reach = NORMAL_95;
  e->observed = t->after;
  e->observed_low = e->observed_high = NAN;
  e->no_observed = t->is_within && t->n_after < REIN_BOOTSTRAP_SMALLEST ? "fewer than 8 people"
                   : isnan(t->se)                                       ? "SE not known"
                                                                        : NULL;
  if (e->no_observed) return;
  if (t->is_within) reach = gsl_cdf_tdist_Pinv(0.5 * (1.0 + LEVEL), t->n_after - 1.0);
  e->observed_low = t->after - reach * t->se;
  e->observed_high = t->after + reach * t->se;
}

static void add_effect(const selection *s, const rein_task *t, const rein_task_score *score,
                       rein_validation *v) {
  rein_validation_effect *e = &v->effect[v->n_effect++];
  *e = (rein_validation_effect){.comparator = t ? t->comparator : -1, .study = t ? t->study : -1};
  fill_row(s, &e->row);
  if (!t || e->row.suppressed) return;
  e->n_arm = t->n_after;
  e->n_comparator = t->n_comparator;
  e->n_missing = score->n_missing;
  set_observed(t, e);
  e->predicted = score->missing ? NAN : t->after + score->bias;
  e->low = score->missing ? NAN : score->low;
  e->high = score->missing ? NAN : score->high;
}

/* All of an observable, then one by one; within people those of one horizon together. */
static void add_effects(const rein_validate_job *job, rein_validation *v) {
  const rein_observed *o = job->observed;
  selection s = {.job = job,
                 .task = job->effect,
                 .score = job->effect_score,
                 .n_task = job->n_effect,
                 .n_unit = o->n_study * o->n_arm + o->n_person};
  make_sums(&s);
  v->n_effect_censored = job->n_effect_censored;
  v->n_effect_shared = job->n_effect_shared;
  v->effect = REIN_NEW(job->arena, rein_validation_effect, o->n_observable + job->n_effect + 1);
  for (s.observable = 0; s.observable < o->n_observable; s.observable++) {
    const int first = v->n_effect;
    for (int i = 0; i < job->n_effect + job->n_within; i++) {
      const int w = i - job->n_effect;
      const rein_task *t = w < 0 ? &job->effect[i] : &job->within[w];
      if (t->observable != s.observable || (w < 0 && t->is_within)) continue;
      s.study = s.arm = s.i_time = -1;
      if (v->n_effect == first) add_effect(&s, NULL, NULL, v);
      s.study = t->study, s.arm = t->arm, s.i_time = t->i_time;
      add_effect(&s, t, w < 0 ? &job->effect_score[i] : &job->within_score[w], v);
    }
  }
}

/* ---- completers ---- */

/* What all and completers leave between them may be few people again; of all that are held back, completers
 * are a part. */
static void hold_back_rest(const rein_validate_job *job, const rein_validation *v, rein_validation_row *row) {
  for (int i = 0; i < v->n_row; i++) {
    const rein_validation_row *all = &v->row[i];
    if (all->observable != row->observable || all->arm != row->arm || all->time != row->time) continue;
    const int rest = all->n_unit - row->n_unit;
    if (job->observed->is_group || job->options.individual_data || row->suppressed) continue;
    row->suppressed = row->complement = all->suppressed || (rest > 0 && rest < REIN_SMALLEST_GROUP);
  }
}

static void add_completers(const rein_validate_job *job, rein_validation *v) {
  const rein_observed *o = job->observed;
  const int n_time = job->scenario->n_time;
  selection s = {.job = job,
                 .task = job->completer,
                 .score = job->completer_score,
                 .n_task = job->n_completer,
                 .n_unit = job->n_unit,
                 .study = -1};
  rein_validate_find_leavers(job, v);
  rein_validate_find_lost(job, v);
  if (job->n_completer == 0) return;
  make_sums(&s);
  v->completer = REIN_NEW(job->arena, rein_validation_row, o->n_observable * o->n_arm * n_time);
  for (s.observable = 0; s.observable < o->n_observable; s.observable++)
    for (s.arm = 0; s.arm < o->n_arm; s.arm++)
      for (s.i_time = 0; s.i_time < n_time; s.i_time++) {
        rein_validation_row *row = &v->completer[v->n_completer];
        fill_row(&s, row);
        hold_back_rest(job, v, row);
        v->n_completer += row->n_point > 0;
      }
}

/* ---- verdict ---- */

rein_verdict rein_validate_judge(const rein_score *no_change, const rein_score *mean_change,
                                 double coverage_low, double coverage_high, const char **reason) {
  /* NaN compares false: what has no interval decides nothing. */
  if (no_change->high < 0.0 || mean_change->high < 0.0) {
    *reason = no_change->high < 0.0 ? "worse than no change" : "worse than the mean change of the others";
    return REIN_VERDICT_NOT_SUPPORTED;
  }
  if (coverage_low > 0.90 || coverage_high < 0.90) {
    *reason = coverage_high < 0.90 ? "90 % intervals cover too little" : "90 % intervals cover too much";
    return REIN_VERDICT_NOT_SUPPORTED;
  }
  *reason = no_change->na == baseline_is_right        ? "no change is without error"
            : mean_change->na == baseline_is_right    ? "the mean change of the others is without error"
            : no_change->na || no_change->no_interval ? few_units
            : mean_change->na                         ? "no mean change of the others to compare with"
            : mean_change->no_interval                ? few_units
            : !(no_change->low > 0.0)                 ? "no clear skill over no change"
            : !(mean_change->low > 0.0)               ? "no clear skill over the mean change of the others"
            : isnan(coverage_low) || isnan(coverage_high) ? "no coverage"
                                                          : NULL;
  if (*reason) return REIN_VERDICT_UNDECIDED;
  *reason = "better than no change and the mean change of the others, and 90 % intervals cover 90 %";
  return REIN_VERDICT_SUPPORTED;
}

static void judge(const rein_validation_row *row, rein_validation_verdict *out) {
  out->verdict = REIN_VERDICT_UNDECIDED;
  out->reason = "fewer than 5 people";
  if (row->suppressed) return;
  out->verdict = rein_validate_judge(&row->score[REIN_SCORE_NO_CHANGE], &row->score[REIN_SCORE_MEAN_CHANGE],
                                     row->coverage_low, row->coverage_high, &out->reason);
  if (out->verdict != REIN_VERDICT_SUPPORTED || row->n_others == row->n_point) return;
  out->verdict = REIN_VERDICT_UNDECIDED;
  out->reason = "some points have no mean change of the others to compare with";
}

static bool is_expected(const rein_validate_job *job, int observable) {
  const rein_yaml *list = rein_yaml_get(job->expect, "observables");
  const char *name = job->scenario->model->observable[job->observed->observable[observable]].name;
  if (!list) return true;
  if (list->kind == REIN_YAML_SCALAR) return strcmp(list->text, name) == 0;
  for (int i = 0; i < list->n; i++) {
    if (strcmp(list->item[i]->text, name) == 0) return true;
  }
  return false;
}

static void add_verdicts(const rein_validate_job *job, rein_validation *v) {
  int n_counted = 0, n_supported = 0;
  bool refuted = false;
  v->has_verdict = job->expect != NULL;
  v->verdict = REIN_NEW(job->arena, rein_validation_verdict, job->observed->n_observable);
  for (int i = 0; i < v->n_row; i++) {
    const rein_validation_row *row = &v->row[i];
    if (row->arm >= 0 || !isnan(row->time)) continue;
    rein_validation_verdict *verdict = &v->verdict[v->n_verdict++];
    *verdict =
        (rein_validation_verdict){.observable = row->observable, .counts = is_expected(job, row->observable)};
    judge(row, verdict);
    for (int k = 0; k < job->n_task; k++)
      verdict->n_carried += job->task[k].observable == row->observable &&
                            rein_validate_is_scored(job, &job->task[k]) && job->score[k].is_carried &&
                            !isnan(job->score[k].others);
    if (!verdict->counts) continue;
    n_counted++;
    n_supported += verdict->verdict == REIN_VERDICT_SUPPORTED;
    refuted |= verdict->verdict == REIN_VERDICT_NOT_SUPPORTED;
  }
  v->overall = refuted                                     ? REIN_VERDICT_NOT_SUPPORTED
               : n_counted > 0 && n_supported == n_counted ? REIN_VERDICT_SUPPORTED
                                                           : REIN_VERDICT_UNDECIDED;
}

/* ---- what the report says beside scores ---- */

/* Whether any observable was seen at two times after baseline, or in two arms. */
static bool has_course(const rein_validate_job *job) {
  for (int i = 0; i < job->n_task; i++)
    for (int k = 0; k < i; k++) {
      const rein_task *a = &job->task[i], *b = &job->task[k];
      if (a->observable == b->observable && (a->i_time != b->i_time || a->arm != b->arm)) return true;
    }
  return false;
}

/* External needs two points after baseline or two arms, of one observable; less is not called so. */
static const char *relation_of(const rein_validate_job *job) {
  const rein_relation relation = job->observed->relation;
  if (relation == REIN_RELATION_EXTERNAL && !has_course(job)) return "other people, one point after baseline";
  return rein_observed_relation_word(relation);
}

static void count(const rein_validate_job *job, rein_validation *v) {
  const rein_model *model = job->scenario->model;
  bool *time = REIN_NEW(job->arena, bool, job->scenario->n_time),
       *arm = REIN_NEW(job->arena, bool, job->observed->n_arm);
  for (int i = 0; i < job->n_task; i++) {
    const rein_task *t = &job->task[i];
    if (!rein_validate_is_scored(job, t)) continue;
    v->n_test++;
    v->n_times += !time[t->i_time];
    v->n_arm += !arm[t->arm];
    time[t->i_time] = arm[t->arm] = true;
    v->n_missing += job->score[i].missing;
    v->n_carried += job->score[i].is_carried && !isnan(job->score[i].others);
  }
  for (size_t p = 0; p < model->n_param; p++)
    v->has_uncertain |= model->param[p].uncertain.kind != REIN_DIST_NONE;
}

void rein_validate_expect_hash(const rein_validate_job *job, char hash[65]) {
  hash[0] = 0;
  if (!job->expect) return;
  rein_text text;
  rein_text_init(&text, job->arena);
  rein_yaml_print(job->expect, &text);
  rein_sha256_hex(text.bytes, text.n, hash);
}

void rein_validate_sum(const rein_validate_job *job, rein_validation *out) {
  rein_validation v = {.scenario = job->scenario,
                       .observed = job->observed,
                       .t_before = job->scenario->time[0],
                       .n_member = job->scenario->n_individual * job->scenario->n_arm,
                       .n_failed = job->n_failed,
                       .n_without_before = job->n_without_before,
                       .n_earlier = job->n_earlier,
                       .n_later = job->n_later};
  count(job, &v);
  v.relation = relation_of(job);
  rein_model_hash(job->scenario->model, job->arena, v.model_hash);
  rein_validate_expect_hash(job, v.expect_hash);
  v.split = job->split;
  v.n_train = job->n_task - v.n_test;
  if (job->outside) v.outside_hash = rein_arena_strdup(job->arena, job->outside_hash);
  add_rows(job, &v);
  add_verdicts(job, &v);
  rein_validate_hold_back(job, &v);
  add_completers(job, &v);
  add_effects(job, &v);
  rein_validate_trend(job, &v);
  rein_validate_find_misses(job, &v);
  if (job->options.pictures) rein_validate_picture(job, &v);
  *out = v;
}
