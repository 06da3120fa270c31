#include "src/record/summary.h"

#include "src/base/text.h"
#include "src/stats/sort.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

const double rein_summary_prob[REIN_N_QUANTILE] = {0.05, 0.25, 0.5, 0.75, 0.95};

/* Moves NaN out, sorts the rest; how many there are. */
static int64_t sort_numbers(double *x, int64_t n) {
  int64_t kept = 0;
  for (int64_t i = 0; i < n; i++) {
    if (!isnan(x[i])) x[kept++] = x[i];
  }
  rein_sort_numbers(x, (size_t)kept);
  return kept;
}

/* Definition 7 of Hyndman and Fan, of sorted numbers. */
static double quantile(const double *sorted, int64_t n, double p) {
  if (n == 0) return NAN;
  const double at = p * (double)(n - 1);
  const int64_t low = (int64_t)floor(at), high = low + 1 < n ? low + 1 : low;
  return sorted[low] + (at - (double)low) * (sorted[high] - sorted[low]);
}

/* Whether numbers of n members, n_replicate of each person, must not be shown. */
bool rein_summary_is_small(int64_t n, int64_t n_replicate, bool people) {
  return people && n > 0 && n < REIN_SMALLEST_GROUP * n_replicate;
}

static rein_summary_number suppressed(void) {
  rein_summary_number s = {.n = -1, .mean = NAN, .sd = NAN};
  for (int k = 0; k < REIN_N_QUANTILE; k++) s.quantile[k] = NAN;
  return s;
}

rein_summary_number rein_summary_of(double *x, int64_t n_all, int64_t n_replicate, bool people) {
  const int64_t n = sort_numbers(x, n_all);
  if (rein_summary_is_small(n, n_replicate, people)) return suppressed();
  rein_summary_number s = {.n = n, .mean = NAN, .sd = NAN};
  double sum = 0, squares = 0;
  for (int64_t i = 0; i < n; i++) sum += x[i];
  if (n) s.mean = sum / (double)n;
  for (int64_t i = 0; i < n; i++) squares += (x[i] - s.mean) * (x[i] - s.mean);
  if (n > 1) s.sd = sqrt(squares / (double)(n - 1));
  for (int k = 0; k < REIN_N_QUANTILE; k++) s.quantile[k] = quantile(x, n, rein_summary_prob[k]);
  return s;
}

/* ---- first pass: counts and safety ---- */

typedef struct {
  rein_arena *arena;
  rein_summary *summary;
  size_t n_failure, cap_failure;
} tally;

static void count_failure(tally *c, const rein_part *part, int64_t m) {
  const rein_summary_failure new = {.reason = (rein_fail)part->fail_reason[m],
                                    .state = part->fail_state[m],
                                    .origin = part->fail_origin[m],
                                    .n = 1,
                                    .first = part->fail_time[m]};
  for (size_t i = 0; i < c->n_failure; i++) {
    rein_summary_failure *f = &c->summary->failure[i];
    if (f->reason != new.reason || f->state != new.state || f->origin != new.origin) continue;
    f->n++;
    f->first = fmin(f->first, new.first);
    return;
  }
  REIN_PUSH(c->arena, c->summary->failure, c->n_failure, c->cap_failure, new);
}

static void count_member(tally *c, const rein_part *part, int64_t m) {
  rein_summary *s = c->summary;
  s->n_member++;
  if (part->status[m] == REIN_LANE_FINE) s->n_fine++;
  if (part->status[m] == REIN_LANE_ALONE) s->n_alone++;
  if (part->status[m] != REIN_LANE_FAILED) return;
  s->n_failed++;
  count_failure(c, part, m);
}

static int by_number(const void *left, const void *right) {
  const rein_summary_failure *a = left, *b = right;
  if (a->n != b->n) return a->n < b->n ? 1 : -1;
  if (a->reason != b->reason) return a->reason < b->reason ? -1 : 1;
  if (a->state != b->state) return a->state < b->state ? -1 : 1;
  return (a->origin > b->origin) - (a->origin < b->origin);
}

/* Of a few people even a time tells something. */
static void order_failures(const tally *c, bool people) {
  rein_summary *s = c->summary;
  s->n_failure = (int)c->n_failure;
  if (c->n_failure) qsort(s->failure, c->n_failure, sizeof *s->failure, by_number);
  for (int i = 0; i < s->n_failure; i++) {
    if (rein_summary_is_small(s->failure[i].n, s->n_replicate, people)) s->failure[i].first = NAN;
  }
}

const char *rein_summary_failure_text(const rein_summary_failure *f, const rein_study_reader *reader) {
  rein_text text;
  rein_text_init(&text, reader->arena);
  rein_text_add(&text, rein_fail_meaning(f->reason));
  const char *state = rein_origins_state(reader->origins, f->state);
  const char *expression = rein_origins_expression(reader->origins, f->origin);
  if (state) rein_text_printf(&text, ": state %s", state);
  if (expression) rein_text_printf(&text, "%s%s", state ? ", " : ": ", expression);
  if (isfinite(f->first)) rein_text_printf(&text, "; first at %.4g %s", f->first, reader->about.time_unit);
  return text.bytes;
}

static rein_status count_part(void *context, const rein_part *part) {
  tally *c = context;
  rein_summary *s = c->summary;
  const int64_t n_arm = part->n[REIN_AXIS_ARM], n_safety = part->n[REIN_AXIS_SAFETY];
  s->n_individual += part->n[REIN_AXIS_INDIVIDUAL];
  for (int64_t i = 0; i < part->n[REIN_AXIS_INDIVIDUAL]; i++) {
    if (part->replicate[i] >= s->n_replicate) s->n_replicate = part->replicate[i] + 1;
    for (int64_t a = 0; a < n_arm; a++) {
      const int64_t m = i * n_arm + a;
      count_member(c, part, m);
      for (int64_t k = 0; k < n_safety && part->status[m] != REIN_LANE_FAILED; k++) {
        rein_summary_safety *signal = &s->safety[a * n_safety + k];
        signal->n++;
        signal->n_true += !isnan(part->safety_first[m * n_safety + k]);
        signal->mean_duration += part->safety_duration[m * n_safety + k];
      }
    }
  }
  return REIN_OK;
}

static rein_status count_all(rein_arena *arena, const rein_study_reader *reader, bool people, rein_diag *diag,
                             rein_summary *s) {
  const int64_t n_arm = reader->labels.n[REIN_AXIS_ARM], n_safety = reader->labels.n[REIN_AXIS_SAFETY];
  s->n_safety = (int)(n_arm * n_safety);
  s->safety = REIN_NEW(arena, rein_summary_safety, s->n_safety);
  const uint64_t wanted = REIN_FIELD_BIT(individual) | REIN_FIELD_BIT(replicate) | REIN_FIELD_BIT(status) |
                          REIN_FIELD_BIT(fail_reason) | REIN_FIELD_BIT(fail_state) |
                          REIN_FIELD_BIT(fail_origin) | REIN_FIELD_BIT(fail_time) |
                          REIN_FIELD_BIT(safety_first) | REIN_FIELD_BIT(safety_duration);
  tally c = {.arena = arena, .summary = s};
  const rein_status status = rein_reader_each(reader, wanted, diag, count_part, &c);
  order_failures(&c, people);
  for (int k = 0; k < s->n_safety; k++) {
    rein_summary_safety *signal = &s->safety[k];
    signal->i_arm = k / (int)n_safety;
    signal->i_safety = k % (int)n_safety;
    signal->mean_duration /= (double)signal->n; /* NaN where all failed */
    /* A cell of few people tells as much as a small group. */
    if (rein_summary_is_small(signal->n, s->n_replicate, people) ||
        rein_summary_is_small(signal->n_true, s->n_replicate, people) ||
        rein_summary_is_small(signal->n - signal->n_true, s->n_replicate, people)) {
      signal->n_true = -1;
      signal->mean_duration = NAN;
    }
  }
  s->complete = rein_manifest_sum(reader->manifest).n_part == reader->manifest->n_part;
  return status;
}

/* ---- lines with decisions ---- */

typedef struct {
  rein_summary *summary;
  double *amount; /* (n_line x n_individual) */
  int64_t n_done;
} line_pass;

static rein_status collect_lines(void *context, const rein_part *part) {
  line_pass *p = context;
  rein_summary *s = p->summary;
  const int64_t n_arm = part->n[REIN_AXIS_ARM], n_line = part->n[REIN_AXIS_LINE];
  for (int64_t k = 0; k < part->n[REIN_AXIS_INDIVIDUAL] * n_arm * n_line; k++) {
    const int64_t m = k / n_line, row = k % (n_arm * n_line);
    rein_summary_line *line = &s->line[row];
    double *amount = &p->amount[row * s->n_individual + p->n_done + m / n_arm];
    *amount = NAN;
    if (part->line_state[k] == REIN_MISSING_BYTE || part->status[m] == REIN_LANE_FAILED) continue;
    line->n++;
    line->n_changed += part->line_changes[k] > 0;
    line->n_held += part->line_state[k] == REIN_LINE_HELD;
    line->n_stopped += part->line_state[k] == REIN_LINE_STOPPED;
    *amount = part->line_amount[k];
  }
  p->n_done += part->n[REIN_AXIS_INDIVIDUAL];
  return REIN_OK;
}

/* Cells of few people are suppressed as those of safety signals. */
static void suppress_line(rein_summary_line *line, int64_t n_replicate, bool people) {
  int64_t *count[] = {&line->n_changed, &line->n_held, &line->n_stopped};
  for (int i = 0; i < 3; i++)
    if (rein_summary_is_small(line->n, n_replicate, people) ||
        rein_summary_is_small(*count[i], n_replicate, people) ||
        rein_summary_is_small(line->n - *count[i], n_replicate, people))
      *count[i] = -1;
}

static rein_status summarise_lines(rein_arena *arena, const rein_study_reader *reader, bool people,
                                   rein_diag *diag, rein_summary *s) {
  const int64_t n_line = reader->labels.n[REIN_AXIS_LINE], n = reader->labels.n[REIN_AXIS_ARM] * n_line;
  if (n == 0) return REIN_OK;
  s->line = REIN_NEW(arena, rein_summary_line, n);
  s->n_line = (int)n;
  line_pass p = {.summary = s, .amount = REIN_NEW(arena, double, n * s->n_individual)};
  const uint64_t wanted = REIN_FIELD_BIT(status) | REIN_FIELD_BIT(line_state) | REIN_FIELD_BIT(line_changes) |
                          REIN_FIELD_BIT(line_amount);
  const rein_status status = rein_reader_each(reader, wanted, diag, collect_lines, &p);
  for (int64_t k = 0; k < n && status == REIN_OK; k++) {
    s->line[k].i_arm = (int)(k / n_line);
    s->line[k].i_line = (int)(k % n_line);
    s->line[k].amount =
        rein_summary_of(p.amount + k * s->n_individual, s->n_individual, s->n_replicate, people);
    suppress_line(&s->line[k], s->n_replicate, people);
  }
  return status;
}

/* ---- further passes: one quantity each ---- */

typedef struct {
  const rein_part *labels;
  int64_t q, n_individual, n_done;
  double *after, *change, *effect; /* (n_arm x n_horizon x n_individual) */
} quantity_pass;

static rein_status collect_part(void *context, const rein_part *part) {
  quantity_pass *p = context;
  const int64_t n_arm = part->n[REIN_AXIS_ARM], n_horizon = part->n[REIN_AXIS_HORIZON];
  const int64_t n_time = part->n[REIN_AXIS_TIME], n_quantity = part->n[REIN_AXIS_QUANTITY];
  const int64_t n_here = part->n[REIN_AXIS_INDIVIDUAL];
  for (int64_t m = 0; m < n_here * n_arm; m++) {
    for (int64_t h = 0; h < n_horizon; h++) {
      const int64_t to = ((m % n_arm) * n_horizon + h) * p->n_individual + p->n_done + m / n_arm;
      const int64_t from = (m * n_horizon + h) * n_quantity + p->q;
      p->after[to] = part->latent[(m * n_time + p->labels->after[h]) * n_quantity + p->q];
      p->change[to] = part->change[from];
      p->effect[to] = part->effect[from];
    }
  }
  p->n_done += n_here;
  return REIN_OK;
}

static rein_status summarise_quantity(rein_arena *arena, const rein_study_reader *reader, int64_t q,
                                      bool people, rein_diag *diag, rein_summary *s) {
  rein_arena *scratch = rein_arena_create_in(arena);
  const int64_t n_arm = reader->labels.n[REIN_AXIS_ARM], n_horizon = reader->labels.n[REIN_AXIS_HORIZON];
  const int64_t n = s->n_individual, n_row = n_arm * n_horizon;
  quantity_pass p = {.labels = &reader->labels,
                     .q = q,
                     .n_individual = n,
                     .after = REIN_NEW(scratch, double, n_row *n),
                     .change = REIN_NEW(scratch, double, n_row *n),
                     .effect = REIN_NEW(scratch, double, n_row *n)};
  const uint64_t wanted = REIN_FIELD_BIT(latent) | REIN_FIELD_BIT(change) | REIN_FIELD_BIT(effect);
  const rein_status status = rein_reader_each(reader, wanted, diag, collect_part, &p);
  for (int64_t k = 0; k < n_row && status == REIN_OK; k++) {
    s->row[s->n_row++] =
        (rein_summary_row){.i_arm = (int)(k / n_horizon),
                           .i_quantity = (int)q,
                           .i_horizon = (int)(k % n_horizon),
                           .after = rein_summary_of(p.after + k * n, n, s->n_replicate, people),
                           .change = rein_summary_of(p.change + k * n, n, s->n_replicate, people),
                           .effect = rein_summary_of(p.effect + k * n, n, s->n_replicate, people)};
  }
  rein_arena_release(arena, scratch);
  return status;
}

rein_status rein_summary_create(rein_arena *arena, const rein_study_reader *reader, bool individual_data,
                                rein_diag *diag, rein_summary **out) {
  rein_guard guard;
  if (REIN_GUARD(arena, &guard)) return REIN_ERR_MEMORY;
  const bool people = reader->about.individual_data && !individual_data;
  const int64_t *n = reader->labels.n;
  rein_summary *s = REIN_NEW(arena, rein_summary, 1);
  s->n_replicate = 1;
  s->row = REIN_NEW(arena, rein_summary_row, n[REIN_AXIS_QUANTITY] * n[REIN_AXIS_ARM] * n[REIN_AXIS_HORIZON]);
  rein_status status = count_all(arena, reader, people, diag, s);
  if (status == REIN_OK) status = summarise_lines(arena, reader, people, diag, s);
  for (int64_t q = 0; q < n[REIN_AXIS_QUANTITY] && status == REIN_OK; q++)
    status = summarise_quantity(arena, reader, q, people, diag, s);
  rein_unguard(arena, &guard);
  if (status == REIN_OK) *out = s;
  return status;
}

/* ---- bands ---- */

typedef struct {
  int64_t q, n_individual, n_done, n_replicate;
  bool measured;
  double *value; /* (n_arm x n_time x n_individual) */
} band_pass;

static rein_status count_individuals(void *context, const rein_part *part) {
  band_pass *p = context;
  p->n_individual += part->n[REIN_AXIS_INDIVIDUAL];
  for (int64_t i = 0; i < part->n[REIN_AXIS_INDIVIDUAL]; i++) {
    if (part->replicate[i] >= p->n_replicate) p->n_replicate = part->replicate[i] + 1;
  }
  return REIN_OK;
}

static rein_status collect_band(void *context, const rein_part *part) {
  band_pass *p = context;
  const int64_t n_arm = part->n[REIN_AXIS_ARM], n_time = part->n[REIN_AXIS_TIME];
  const int64_t n_row = part->n[p->measured ? REIN_AXIS_OBSERVABLE : REIN_AXIS_QUANTITY];
  const double *from = p->measured ? part->measured : part->latent;
  const int64_t n_here = part->n[REIN_AXIS_INDIVIDUAL];
  for (int64_t m = 0; m < n_here * n_arm; m++) {
    for (int64_t t = 0; t < n_time; t++)
      p->value[((m % n_arm) * n_time + t) * p->n_individual + p->n_done + m / n_arm] =
          from[(m * n_time + t) * n_row + p->q];
  }
  p->n_done += n_here;
  return REIN_OK;
}

static rein_status make_bands(rein_arena *scratch, const rein_study_reader *reader, band_pass *p,
                              const double *prob, int n_prob, bool people, rein_diag *diag, double *bands) {
  const int64_t n_row = reader->labels.n[REIN_AXIS_ARM] * reader->labels.n[REIN_AXIS_TIME];
  rein_status status = rein_reader_each(reader, REIN_FIELD_BIT(individual) | REIN_FIELD_BIT(replicate), diag,
                                        count_individuals, p);
  if (status != REIN_OK) return status;
  p->value = REIN_NEW(scratch, double, n_row * p->n_individual);
  const uint64_t wanted = p->measured ? REIN_FIELD_BIT(measured) : REIN_FIELD_BIT(latent);
  status = rein_reader_each(reader, wanted, diag, collect_band, p);
  for (int64_t k = 0; k < n_row && status == REIN_OK; k++) {
    double *x = p->value + k * p->n_individual;
    const int64_t n = sort_numbers(x, p->n_individual);
    const bool hidden = rein_summary_is_small(n, p->n_replicate, people);
    for (int i = 0; i < n_prob; i++) bands[k * n_prob + i] = hidden ? NAN : quantile(x, n, prob[i]);
  }
  return status;
}

rein_status rein_summary_bands(rein_arena *arena, const rein_study_reader *reader, int i_quantity,
                               bool measured, const double *prob, int n_prob, bool individual_data,
                               rein_diag *diag, double **out) {
  rein_guard guard;
  if (REIN_GUARD(arena, &guard)) return REIN_ERR_MEMORY;
  const bool people = reader->about.individual_data && !individual_data;
  double *bands =
      REIN_NEW(arena, double, reader->labels.n[REIN_AXIS_ARM] * reader->labels.n[REIN_AXIS_TIME] * n_prob);
  rein_arena *scratch = rein_arena_create_in(arena);
  band_pass pass = {.q = i_quantity, .measured = measured, .n_replicate = 1};
  const rein_status status = make_bands(scratch, reader, &pass, prob, n_prob, people, diag, bands);
  rein_arena_release(arena, scratch);
  rein_unguard(arena, &guard);
  if (status == REIN_OK) *out = bands;
  return status;
}
