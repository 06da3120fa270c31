/* rein show STUDY: what a study holds, in a few lines and a table. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "src/cli/commands.h"
#include "src/cli/words.h"
#include "src/record/summary.h"

enum { MAX_ARM_LINES = 40 };

static void show_origin(const rein_study_reader *reader, const rein_summary *s) {
  const rein_part_about *a = &reader->about;
  const int64_t *n = reader->labels.n;
  printf("study     %s%s%s\n", a->study, *a->title ? ": " : "", a->title);
  printf("model     %s (%.12s), scenario %.12s, seed %" PRIu64 ", rein %s\n", a->model, a->model_hash,
         a->scenario_hash, a->seed, a->version);
  printf("boundary  %s: research use only, nothing here recommends a treatment\n", a->boundary);
  printf("members   %" PRId64 " individuals, %" PRId64 " arms: %" PRId64 " simulated, %" PRId64
         " of them alone, %" PRId64 " failed%s\n",
         a->n_individual, n[REIN_AXIS_ARM], s->n_member, s->n_alone, s->n_failed,
         s->complete ? "" : "; not complete: the same 'rein run' goes on");
  rein_words_failures(s, reader, stdout);
  printf("kept      %" PRId64 " times, %" PRId64 " horizons, %" PRId64 " quantities:", n[REIN_AXIS_TIME],
         n[REIN_AXIS_HORIZON], n[REIN_AXIS_QUANTITY]);
  for (int64_t i = 0; i < n[REIN_AXIS_QUANTITY]; i++) {
    printf("%s %s [%s]", i ? "," : "", reader->labels.quantity[i], reader->labels.quantity_unit[i]);
  }
  printf("\n");
}

static void show_median(const rein_summary_number *s) {
  if (s->n > 0) printf("  %+.3g", s->quantile[2]);
  if (s->n < 0) printf("  suppressed");
}

static void show_row(const char *arm, const rein_summary_row *r) {
  printf("  %-40s ", arm);
  if (r->after.n < 0) {
    printf("suppressed: fewer than %d\n", REIN_SMALLEST_GROUP);
    return;
  }
  if (r->after.n == 0) {
    printf("none: all failed\n");
    return;
  }
  printf("%9.4g (%.4g to %.4g)", r->after.quantile[2], r->after.quantile[0], r->after.quantile[4]);
  show_median(&r->change);
  show_median(&r->effect);
  printf("\n");
}

/* The first observable at the last horizon, arm by arm. */
static void show_arms(const rein_study_reader *reader, const rein_summary *s) {
  const rein_part *labels = &reader->labels;
  const int64_t n_horizon = labels->n[REIN_AXIS_HORIZON];
  if (n_horizon == 0 || labels->n[REIN_AXIS_QUANTITY] == 0) return;
  printf("\n%s [%s] after %s: median (5 to 95 %%), change, effect against the reference arm (medians)\n",
         labels->quantity[0], labels->quantity_unit[0], labels->horizon[n_horizon - 1]);
  int n_shown = 0;
  for (int i = 0; i < s->n_row; i++) {
    const rein_summary_row *r = &s->row[i];
    if (r->i_quantity != 0 || r->i_horizon != n_horizon - 1) continue;
    if (n_shown++ >= MAX_ARM_LINES) continue;
    show_row(labels->arm[r->i_arm], r);
  }
  if (n_shown > MAX_ARM_LINES) printf("  ... and %d more arms\n", n_shown - MAX_ARM_LINES);
}

static void show_safety(const rein_study_reader *reader, const rein_summary *s) {
  const rein_part *labels = &reader->labels;
  bool any = false;
  for (int i = 0; i < s->n_safety; i++) {
    const rein_summary_safety *f = &s->safety[i];
    if (f->n_true <= 0 || f->n <= 0) continue;
    if (!any) printf("\nsafety signals: share of individuals\n");
    any = true;
    printf("  %-40s %s %.1f %%\n", labels->arm[f->i_arm], labels->safety[f->i_safety],
           100.0 * (double)f->n_true / (double)f->n);
  }
}

static void show_share(int64_t n, int64_t of) {
  char text[24] = "suppressed";
  if (n >= 0 && of > 0) snprintf(text, sizeof text, "%.1f %%", 100.0 * (double)n / (double)of);
  printf("  %10s", text);
}

/* What became of the lines about which measurements decide. */
static void show_decisions(const rein_study_reader *reader, const rein_summary *s) {
  const rein_part *labels = &reader->labels;
  int n_shown = 0;
  for (int i = 0; i < s->n_line; i++) {
    const rein_summary_line *line = &s->line[i];
    if (line->n <= 0 || n_shown++ >= MAX_ARM_LINES) continue;
    if (n_shown == 1)
      printf("\n%-42s  %10s  %10s  %10s  last amount: median (5 to 95 %%)\n", "decisions on measurements",
             "changed", "held", "stopped");
    printf("  %-40s",
           rein_arena_printf(reader->arena, "%s: %s", labels->arm[line->i_arm], labels->line[line->i_line]));
    show_share(line->n_changed, line->n);
    show_share(line->n_held, line->n);
    show_share(line->n_stopped, line->n);
    if (line->amount.n > 0)
      printf("  %.4g (%.4g to %.4g) %s\n", line->amount.quantile[2], line->amount.quantile[0],
             line->amount.quantile[4], labels->line_unit[line->i_line]);
    else
      printf("  %s\n", line->amount.n < 0 ? "suppressed" : "none");
  }
  if (n_shown > MAX_ARM_LINES) printf("  ... and %d more\n", n_shown - MAX_ARM_LINES);
}

rein_status rein_cmd_show(rein_cli *cli) {
  rein_study_reader *reader;
  rein_summary *summary;
  rein_status status = rein_reader_open(cli->arena, cli->arg[0], true, cli->diag, &reader);
  if (status == REIN_OK) status = rein_summary_create(cli->arena, reader, false, cli->diag, &summary);
  if (status != REIN_OK) return status;
  show_origin(reader, summary);
  show_arms(reader, summary);
  show_decisions(reader, summary);
  show_safety(reader, summary);
  return REIN_OK;
}
