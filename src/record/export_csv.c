/* CSV: of records, a line for each record and quantity; of summaries, a line for each aggregate. */
#include "src/record/deidentify.h"
#include "src/record/summary.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const rein_pos nowhere = {0};

/* ---- cells ---- */

/* A text cell, quoted where it needs to be (RFC 4180). */
static void put_text(FILE *file, const char *text) {
  if (!strpbrk(text, ",\"\r\n")) {
    fputs(text, file);
    return;
  }
  fputc('"', file);
  for (const char *c = text; *c; c++) {
    if (*c == '"') fputc('"', file);
    fputc(*c, file);
  }
  fputc('"', file);
}

static void next_text(FILE *file, const char *text) {
  fputc(',', file);
  put_text(file, text);
}

/* The fewest digits that read back the same; empty where missing. */
static void next_number(FILE *file, double x) {
  char digits[40] = "";
  for (int n = 15; n <= 17 && isfinite(x); n++) {
    snprintf(digits, sizeof digits, "%.*g", n, x);
    if (strtod(digits, NULL) == x) break;
  }
  fprintf(file, ",%s", digits);
}

static void next_count(FILE *file, int64_t n) {
  if (n < 0)
    fputc(',', file);
  else
    fprintf(file, ",%" PRId64, n);
}

static rein_status finish(FILE *file, rein_diag *diag) {
  if (fflush(file) == 0 && !ferror(file)) return REIN_OK;
  rein_error(diag, nowhere, "cannot write the export: %s", strerror(errno));
  return REIN_ERR_FILE;
}

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
    fputs(",prescribed_", c->file), put_text(c->file, labels->action[k]);
    fputs(",delivered_", c->file), put_text(c->file, labels->action[k]);
    fputs(",reported_", c->file), put_text(c->file, labels->action[k]);
    fputs(",unit_", c->file), put_text(c->file, labels->action[k]);
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
  put_text(c->file, about->origin);
  next_text(c->file, about->study);
  next_text(c->file, about->model_hash);
  next_text(c->file, about->scenario_hash);
  fprintf(c->file, ",%" PRIu64, about->seed);
  next_text(c->file, labels->boundary[a]);
  if (c->options->deidentify) {
    rein_deidentify_code(c->options, &c->reader->about, part->individual[i], code);
    next_text(c->file, code);
  } else {
    next_count(c->file, part->individual[i]);
  }
  next_count(c->file, part->replicate[i]);
  next_text(c->file, labels->arm[a]);
  next_text(c->file, labels->reference[a] < 0 ? "" : labels->arm[labels->reference[a]]);
  next_count(c->file, labels->counterfactual[a]);
  next_text(c->file, labels->without[a]);
  next_text(c->file, labels->horizon[h]);
  next_number(c->file, labels->time[labels->before[h]]);
  next_number(c->file, labels->time[labels->after[h]]);
  next_text(c->file, about->time_unit);
  next_text(c->file, rein_record_status_word(part->status[m]));
  next_text(c->file,
            part->status[m] == REIN_LANE_FINE ? "" : rein_fail_name((rein_fail)part->fail_reason[m]));
  for (int64_t k = 0; k < n_action; k++) {
    next_number(c->file, part->prescribed[at + k]);
    next_number(c->file, part->delivered[at + k]);
    next_number(c->file, part->reported[at + k]);
    next_text(c->file, labels->action_unit[k]);
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
  next_number(c->file, part->measured[before]);
  next_number(c->file, part->measured[after]);
  next_text(c->file, rein_record_measured_word(part->measured_flag[before]));
  next_text(c->file, rein_record_measured_word(part->measured_flag[after]));
  next_number(c->file, (double)part->measured_sd[after]);
  next_text(c->file,
            rein_record_direction_word(part->direction[(m * part->n[REIN_AXIS_HORIZON] + h) * n + o]));
}

static void put_quantities(const csv *c, const rein_part *part, int64_t m, int64_t h) {
  const rein_part *labels = &c->reader->labels;
  const int64_t n = part->n[REIN_AXIS_QUANTITY], n_time = part->n[REIN_AXIS_TIME];
  for (int64_t q = 0; q < n; q++) {
    const int64_t at = (m * part->n[REIN_AXIS_HORIZON] + h) * n + q;
    const int64_t after = (m * n_time + labels->after[h]) * n + q;
    put_record(c, part, m, h);
    next_text(c->file, labels->quantity[q]);
    next_text(c->file, labels->quantity_unit[q]);
    next_number(c->file, part->latent[(m * n_time + labels->before[h]) * n + q]);
    next_number(c->file, part->latent[after]);
    next_number(c->file, part->change[at]);
    next_number(c->file, part->effect[at]);
    next_number(c->file, (double)part->solver_error[after]);
    put_measured(c, part, m, h, rein_record_observable(labels, q));
    fputc('\n', c->file);
  }
}

static rein_status put_part(void *context, const rein_part *part) {
  const csv *c = context;
  for (int64_t m = 0; m < part->n[REIN_AXIS_INDIVIDUAL] * part->n[REIN_AXIS_ARM]; m++) {
    for (int64_t h = 0; h < part->n[REIN_AXIS_HORIZON]; h++) put_quantities(c, part, m, h);
  }
  return ferror(c->file) ? finish(c->file, c->diag) : REIN_OK;
}

rein_status rein_export_csv(const rein_study_reader *reader, const rein_export_options *options, FILE *file,
                            rein_diag *diag) {
  rein_status status = rein_export_check(reader, options, diag);
  if (status != REIN_OK) return status;
  csv c = {.reader = reader, .options = options, .file = file, .diag = diag};
  put_head(&c);
  status = rein_reader_each(reader, REIN_FIELDS_ALL, diag, put_part, &c);
  return status == REIN_OK ? finish(file, diag) : status;
}

/* ---- summaries ---- */

static void put_number_row(FILE *file, const rein_part *labels, const rein_part_about *about,
                           const rein_summary_row *row, const char *what, const rein_summary_number *s) {
  put_text(file, about->origin);
  next_text(file, labels->boundary[row->i_arm]);
  next_text(file, labels->arm[row->i_arm]);
  const int32_t reference = labels->reference[row->i_arm];
  next_text(file, reference < 0 ? "" : labels->arm[reference]);
  next_text(file, labels->horizon[row->i_horizon]);
  next_text(file, labels->quantity[row->i_quantity]);
  next_text(file, labels->quantity_unit[row->i_quantity]);
  next_text(file, what);
  next_count(file, s->n);
  next_number(file, s->mean);
  next_number(file, s->sd);
  for (int k = 0; k < REIN_N_QUANTILE; k++) next_number(file, s->quantile[k]);
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
  return finish(file, diag);
}
