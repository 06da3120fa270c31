/* CSV: of records, a line for each record and quantity; of summaries, a line for each aggregate. */
#include "src/record/csv_text.h"
#include "src/record/deidentify.h"
#include "src/record/summary.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- records ---- */

typedef struct {
  const rein_study_reader *reader;
  const rein_export_options *options;
  FILE *file;
  rein_diag *diag;
} csv;

static void put_head(const csv *c) {
  const rein_part *labels = &c->reader->labels;
  fputs(
      "origin,study,model_hash,scenario_hash,seed,boundary,individual,replicate,arm,reference,counterfactual,"
      "without,horizon,from,to,time_unit,status,fail_reason",
      c->file);
  for (int64_t k = 0; k < labels->n[REIN_AXIS_ACTION]; k++) {
    fputs(",prescribed_", c->file), rein_csv_put_text(c->file, labels->action[k]);
    fputs(",delivered_", c->file), rein_csv_put_text(c->file, labels->action[k]);
    fputs(",reported_", c->file), rein_csv_put_text(c->file, labels->action[k]);
    fputs(",unit_", c->file), rein_csv_put_text(c->file, labels->action[k]);
  }
  fputs(",quantity,unit,before,after,change,effect,solver_error,measured_before,measured_after,flag_before,"
        "flag_after,measured_sd,direction\n",
        c->file);
}

/* The cells that all quantities of a record share. */
static void put_record(const csv *c, const rein_part *part, int64_t m, int64_t h) {
  const rein_part *labels = &c->reader->labels;
  const rein_part_about *about = &c->reader->about;
  const int64_t i = m / part->n[REIN_AXIS_ARM], a = m % part->n[REIN_AXIS_ARM];
  const int64_t n_action = part->n[REIN_AXIS_ACTION], at = (m * part->n[REIN_AXIS_HORIZON] + h) * n_action;
  char code[18];
  rein_csv_put_text(c->file, about->origin);
  rein_csv_next_text(c->file, about->study);
  rein_csv_next_text(c->file, about->model_hash);
  rein_csv_next_text(c->file, about->scenario_hash);
  fprintf(c->file, ",%" PRIu64, about->seed);
  rein_csv_next_text(c->file, labels->boundary[a]);
  if (c->options->deidentify) {
    rein_deidentify_code(c->options, &c->reader->about, part->individual[i], code);
    rein_csv_next_text(c->file, code);
  } else {
    rein_csv_next_count(c->file, part->individual[i]);
  }
  rein_csv_next_count(c->file, part->replicate[i]);
  rein_csv_next_text(c->file, labels->arm[a]);
  rein_csv_next_text(c->file, labels->reference[a] < 0 ? "" : labels->arm[labels->reference[a]]);
  rein_csv_next_count(c->file, labels->counterfactual[a]);
  rein_csv_next_text(c->file, labels->without[a]);
  rein_csv_next_text(c->file, labels->horizon[h]);
  rein_csv_next_number(c->file, labels->time[labels->before[h]]);
  rein_csv_next_number(c->file, labels->time[labels->after[h]]);
  rein_csv_next_text(c->file, about->time_unit);
  rein_csv_next_text(c->file, rein_record_status_word(part->status[m]));
  rein_csv_next_text(
      c->file, part->status[m] == REIN_LANE_FINE ? "" : rein_fail_name((rein_fail)part->fail_reason[m]));
  for (int64_t k = 0; k < n_action; k++) {
    rein_csv_next_number(c->file, part->prescribed[at + k]);
    rein_csv_next_number(c->file, part->delivered[at + k]);
    rein_csv_next_number(c->file, part->reported[at + k]);
    rein_csv_next_text(c->file, labels->action_unit[k]);
  }
}

static void put_measured(const csv *c, const rein_part *part, int64_t m, int64_t h, int64_t o) {
  const rein_part *labels = &c->reader->labels;
  const int64_t n = part->n[REIN_AXIS_OBSERVABLE], n_time = part->n[REIN_AXIS_TIME];
  if (o < 0) {
    fputs(",,,,,,", c->file);
    return;
  }
  const int64_t before = (m * n_time + labels->before[h]) * n + o,
                after = (m * n_time + labels->after[h]) * n + o;
  rein_csv_next_number(c->file, part->measured[before]);
  rein_csv_next_number(c->file, part->measured[after]);
  rein_csv_next_text(c->file, rein_record_measured_word(part->measured_flag[before]));
  rein_csv_next_text(c->file, rein_record_measured_word(part->measured_flag[after]));
  rein_csv_next_number(c->file, (double)part->measured_sd[after]);
  rein_csv_next_text(
      c->file, rein_record_direction_word(part->direction[(m * part->n[REIN_AXIS_HORIZON] + h) * n + o]));
}

static void put_quantities(const csv *c, const rein_part *part, int64_t m, int64_t h) {
  const rein_part *labels = &c->reader->labels;
  const int64_t n = part->n[REIN_AXIS_QUANTITY], n_time = part->n[REIN_AXIS_TIME];
  for (int64_t q = 0; q < n; q++) {
    const int64_t at = (m * part->n[REIN_AXIS_HORIZON] + h) * n + q;
    const int64_t after = (m * n_time + labels->after[h]) * n + q;
    put_record(c, part, m, h);
    rein_csv_next_text(c->file, labels->quantity[q]);
    rein_csv_next_text(c->file, labels->quantity_unit[q]);
    rein_csv_next_number(c->file, part->latent[(m * n_time + labels->before[h]) * n + q]);
    rein_csv_next_number(c->file, part->latent[after]);
    rein_csv_next_number(c->file, part->change[at]);
    rein_csv_next_number(c->file, part->effect[at]);
    rein_csv_next_number(c->file, (double)part->solver_error[after]);
    put_measured(c, part, m, h, rein_record_observable(labels, q));
    fputc('\n', c->file);
  }
}

static rein_status put_part(void *context, const rein_part *part) {
  const csv *c = context;
  for (int64_t m = 0; m < part->n[REIN_AXIS_INDIVIDUAL] * part->n[REIN_AXIS_ARM]; m++) {
    for (int64_t h = 0; h < part->n[REIN_AXIS_HORIZON]; h++) put_quantities(c, part, m, h);
  }
  return ferror(c->file) ? rein_csv_finish(c->file, c->diag) : REIN_OK;
}

rein_status rein_export_csv(const rein_study_reader *reader, const rein_export_options *options, FILE *file,
                            rein_diag *diag) {
  rein_status status = rein_export_check(reader, options, diag);
  if (status != REIN_OK) return status;
  csv c = {.reader = reader, .options = options, .file = file, .diag = diag};
  put_head(&c);
  status = rein_reader_each(reader, REIN_FIELDS_ALL, diag, put_part, &c);
  return status == REIN_OK ? rein_csv_finish(file, diag) : status;
}

/* ---- summaries ---- */

static void put_number_row(FILE *file, const rein_part *labels, const rein_part_about *about,
                           const rein_summary_row *row, const char *what, const rein_summary_number *s) {
  rein_csv_put_text(file, about->origin);
  rein_csv_next_text(file, labels->boundary[row->i_arm]);
  rein_csv_next_text(file, labels->arm[row->i_arm]);
  const int32_t reference = labels->reference[row->i_arm];
  rein_csv_next_text(file, reference < 0 ? "" : labels->arm[reference]);
  rein_csv_next_text(file, labels->horizon[row->i_horizon]);
  rein_csv_next_text(file, labels->quantity[row->i_quantity]);
  rein_csv_next_text(file, labels->quantity_unit[row->i_quantity]);
  rein_csv_next_text(file, what);
  rein_csv_next_count(file, s->n);
  rein_csv_next_number(file, s->mean);
  rein_csv_next_number(file, s->sd);
  for (int k = 0; k < REIN_N_QUANTILE; k++) rein_csv_next_number(file, s->quantile[k]);
  fputs(s->n < 0 ? ",suppressed\n" : ",\n", file);
}

rein_status rein_summary_write_csv(const rein_summary *s, const rein_study_reader *reader, FILE *file,
                                   rein_diag *diag) {
  fputs("origin,boundary,arm,reference,horizon,quantity,unit,number,n,mean,sd,q05,q25,q50,q75,q95,note\n",
        file);
  for (int r = 0; r < s->n_row; r++) {
    const rein_summary_row *row = &s->row[r];
    put_number_row(file, &reader->labels, &reader->about, row, "after", &row->after);
    put_number_row(file, &reader->labels, &reader->about, row, "change", &row->change);
    if (reader->labels.reference[row->i_arm] >= 0)
      put_number_row(file, &reader->labels, &reader->about, row, "effect", &row->effect);
  }
  return rein_csv_finish(file, diag);
}
