/* The table of a prior: one line for each quantity of each state, action and horizon; as CSV, NetCDF-4, and
 * as generated Stan and Python that hold its Gaussian and lognormal forms. */
#include <math.h>
#include <netcdf.h>
#include <stdio.h>
#include <string.h>

#include "src/base/files.h"
#include "src/record/record.h"
#include "src/study/prior.h"

/* ---- numbers of a line ---- */

#define N_QUANTILE_COLUMN (4 * REIN_PRIOR_PROBS)
enum { N_PLAIN = 28, N_COLUMN = N_PLAIN + N_QUANTILE_COLUMN };
static const char *const PLAIN[N_PLAIN] = {"n_effective",
                                           "latent_mean",
                                           "latent_mean_error",
                                           "mean",
                                           "sd",
                                           "variance",
                                           "variance_error",
                                           "variance_noise",
                                           "variance_between",
                                           "variance_between_error",
                                           "variance_uncertain",
                                           "variance_uncertain_error",
                                           "share_noise",
                                           "share_between",
                                           "share_between_error",
                                           "share_uncertain",
                                           "share_uncertain_error",
                                           "change",
                                           "change_error",
                                           "p_up",
                                           "p_unchanged",
                                           "p_down",
                                           "gaussian_distance",
                                           "log_mean",
                                           "log_sd",
                                           "lognormal_distance",
                                           "p_direction_error",
                                           "p_direction_bound"};
static const char *const PROB_WORDS[REIN_PRIOR_PROBS] = {"025", "05", "25", "50", "75", "95", "975"};

static void name_column(int k, char name[40]) {
  static const char *const OF[] = {"q%s", "q%s_error", "latent_q%s", "latent_q%s_error"};
  if (k < N_PLAIN) {
    snprintf(name, 40, "%s", PLAIN[k]);
    return;
  }
  const int of = (k - N_PLAIN) / REIN_PRIOR_PROBS, p = (k - N_PLAIN) % REIN_PRIOR_PROBS;
  const char *format = OF[of], *at = strchr(format, '%');
  snprintf(name, 40, "%.*s%s%s", (int)(at - format), format, PROB_WORDS[p], at + 2);
}

/* NaN where a number does not apply. */
static void fill_columns(const rein_prior_row *row, double out[N_COLUMN]) {
  const rein_variances *v = &row->measured;
  const bool shares = !row->na_shares;
  const double plain[N_PLAIN] = {row->n_effective,
                                 row->latent_mean.value,
                                 row->latent_mean.error,
                                 row->mean,
                                 row->sd,
                                 v->total.value,
                                 v->total.error,
                                 v->noise.value,
                                 shares ? v->between.value : NAN,
                                 shares ? v->between.error : NAN,
                                 shares ? v->uncertain.value : NAN,
                                 shares ? v->uncertain.error : NAN,
                                 shares ? v->share[0].value : NAN,
                                 shares ? v->share[1].value : NAN,
                                 shares ? v->share[1].error : NAN,
                                 shares ? v->share[2].value : NAN,
                                 shares ? v->share[2].error : NAN,
                                 row->change.value,
                                 row->change.error,
                                 row->p_up.value,
                                 row->p_unchanged.value,
                                 row->p_down.value,
                                 row->fit_gaussian,
                                 row->log_mean.value,
                                 row->log_sd.value,
                                 row->fit_lognormal,
                                 fmax(row->p_up.error, row->p_down.error),
                                 row->p_bound};
  memcpy(out, plain, sizeof plain);
  for (int p = 0; p < REIN_PRIOR_PROBS; p++) {
    out[N_PLAIN + p] = row->quantile[p].value;
    out[N_PLAIN + REIN_PRIOR_PROBS + p] = row->quantile[p].error;
    out[N_PLAIN + 2 * REIN_PRIOR_PROBS + p] = row->latent[p].value;
    out[N_PLAIN + 3 * REIN_PRIOR_PROBS + p] = row->latent[p].error;
  }
}

static int64_t n_row(const rein_prior *p) {
  return (int64_t)p->n_state * p->n_action * p->n_horizon * p->n_quantity;
}

/* ---- CSV ---- */

/* A cell; quoted where it has to be (RFC 4180). */
static void add_cell(rein_text *out, const char *text) {
  if (!text) text = "";
  if (!strpbrk(text, ",\"\r\n")) {
    rein_text_printf(out, "%s,", text);
    return;
  }
  rein_text_add(out, "\"");
  for (; *text; text++) rein_text_printf(out, *text == '"' ? "\"\"" : "%c", *text);
  rein_text_add(out, "\",");
}

static void add_number(rein_text *out, double value) {
  if (isfinite(value)) rein_text_number(out, value);
  rein_text_add(out, ",");
}

static void add_line(const rein_prior *p, const rein_prior_row *row, rein_text *out) {
  const rein_prior_state *state = &p->state[row->state];
  const rein_prior_action *action = &p->action[row->action];
  double number[N_COLUMN];
  fill_columns(row, number);
  add_cell(out, "prior");
  add_cell(out, action->boundary);
  add_cell(out, p->model->name);
  add_cell(out, p->model_hash);
  add_cell(out, p->hash);
  rein_text_printf(out, "%llu,", (unsigned long long)p->seed);
  add_cell(out, state->name);
  add_cell(out, action->name);
  add_cell(out, action->prescription);
  add_cell(out, p->horizon[row->horizon]);
  add_number(out, p->length[row->horizon]);
  add_cell(out, p->model->time_unit_text);
  add_cell(out, p->quantity[row->quantity].name);
  add_cell(out, p->quantity[row->quantity].unit);
  rein_text_printf(out, "%lld,", state->refused ? 0LL : (long long)row->n);
  for (int k = 0; k < N_COLUMN; k++) add_number(out, state->refused ? NAN : number[k]);
  add_cell(out, rein_prior_pair_of(p, row->state, row->action, row->horizon)->outside_valid);
  const char *note = state->refused ? state->refused : state->flag ? state->flag : row->na_shares;
  add_cell(out, note);
  out->bytes[out->n - 1] = '\n';
}

void rein_prior_print_csv(const rein_prior *p, rein_text *out) {
  char name[40];
  rein_text_add(out,
                "origin,boundary,model,model_hash,query_hash,seed,state,action,prescription,horizon,length,"
                "time_unit,quantity,unit,n,");
  for (int k = 0; k < N_COLUMN; k++) {
    name_column(k, name);
    rein_text_printf(out, "%s,", name);
  }
  rein_text_add(out, "outside_valid,note\n");
  for (int64_t i = 0; i < n_row(p); i++) add_line(p, &p->row[i], out);
}

/* ---- NetCDF ---- */

typedef struct {
  const rein_prior *prior;
  int id, dim[5]; /* state, action, horizon, quantity, quantity again */
  int status;
  const char **label; /* scratch: of one axis */
  double *value;      /* scratch: of one variable */
} file;

static void note(file *f, int status) {
  if (f->status == NC_NOERR) f->status = status;
}

static void put_text(file *f, const char *key, const char *text) {
  note(f, nc_put_att_text(f->id, NC_GLOBAL, key, strlen(text), text));
}

static void put_about(file *f) {
  const rein_prior *p = f->prior;
  const unsigned long long seed = p->seed;
  put_text(f, "record", "prior/1");
  put_text(f, "origin", "prior");
  put_text(f, "comment", REIN_FOR_RESEARCH);
  put_text(f, "title", p->title);
  put_text(f, "boundary", p->boundary);
  put_text(f, "model", p->model->name);
  put_text(f, "model_hash", p->model_hash);
  put_text(f, "query_hash", p->hash);
  put_text(f, "version", REIN_VERSION);
  put_text(f, "time_unit", p->model->time_unit_text);
  note(f, nc_put_att_ulonglong(f->id, NC_GLOBAL, "seed", NC_UINT64, 1, &seed));
}

static void put_labels(file *f, const char *name, int dim, const char **label, size_t n) {
  int var;
  note(f, nc_def_var(f->id, name, NC_STRING, 1, &f->dim[dim], &var));
  for (size_t i = 0; i < n && f->status == NC_NOERR; i++) {
    const size_t at[] = {i};
    note(f, nc_put_var1_string(f->id, var, at, &label[i]));
  }
}

static void put_all_labels(file *f) {
  const rein_prior *p = f->prior;
  const char **label = f->label;
  for (int i = 0; i < p->n_state; i++) label[i] = p->state[i].name;
  put_labels(f, "state", 0, label, (size_t)p->n_state);
  for (int i = 0; i < p->n_state; i++)
    label[i] = p->state[i].refused ? p->state[i].refused : p->state[i].flag ? p->state[i].flag : "";
  put_labels(f, "state_note", 0, label, (size_t)p->n_state);
  for (int i = 0; i < p->n_action; i++) label[i] = p->action[i].name;
  put_labels(f, "action", 1, label, (size_t)p->n_action);
  for (int i = 0; i < p->n_action; i++) label[i] = p->action[i].prescription;
  put_labels(f, "prescription", 1, label, (size_t)p->n_action);
  for (int i = 0; i < p->n_action; i++) label[i] = p->action[i].boundary;
  put_labels(f, "action_boundary", 1, label, (size_t)p->n_action);
  put_labels(f, "horizon", 2, p->horizon, (size_t)p->n_horizon);
  for (int i = 0; i < p->n_quantity; i++) label[i] = p->quantity[i].name;
  put_labels(f, "quantity", 3, label, (size_t)p->n_quantity);
  for (int i = 0; i < p->n_quantity; i++) label[i] = p->quantity[i].unit ? p->quantity[i].unit : "?";
  put_labels(f, "quantity_unit", 3, label, (size_t)p->n_quantity);
}

/* What the model is not valid for, of each pair and horizon; "" nothing. */
static void put_validity(file *f) {
  const rein_prior *p = f->prior;
  int var;
  note(f, nc_def_var(f->id, "outside_valid", NC_STRING, 3, f->dim, &var));
  for (int64_t i = 0; i < n_row(p) / p->n_quantity && f->status == NC_NOERR; i++) {
    const rein_prior_pair *pair = &p->pair[i];
    const size_t at[] = {(size_t)pair->state, (size_t)pair->action, (size_t)pair->horizon};
    const char *words = pair->outside_valid ? pair->outside_valid : "";
    note(f, nc_put_var1_string(f->id, var, at, &words));
  }
}

static void put_numbers(file *f) {
  const rein_prior *p = f->prior;
  double *value = f->value, number[N_COLUMN];
  char name[40];
  int var;
  for (int k = 0; k < N_COLUMN && f->status == NC_NOERR; k++) {
    name_column(k, name);
    note(f, nc_def_var(f->id, name, NC_DOUBLE, 4, f->dim, &var));
    for (int64_t i = 0; i < n_row(p); i++) {
      fill_columns(&p->row[i], number);
      value[i] = p->state[p->row[i].state].refused ? NAN : number[k];
    }
    note(f, nc_put_var_double(f->id, var, value));
  }
  const int n_q = p->n_quantity * p->n_quantity;
  for (int64_t i = 0; i < n_row(p) / p->n_quantity; i++)
    for (int k = 0; k < n_q; k++)
      value[i * n_q + k] = p->state[p->pair[i].state].refused ? NAN : p->pair[i].covariance[k];
  note(f, nc_def_var(f->id, "covariance_of_change", NC_DOUBLE, 5, f->dim, &var));
  note(f, nc_put_var_double(f->id, var, value));
  note(f, nc_def_var(f->id, "length", NC_DOUBLE, 1, &f->dim[2], &var));
  note(f, nc_put_var_double(f->id, var, p->length));
}

static rein_status put_netcdf(void *context, const rein_files_output *out) {
  file *f = context;
  const rein_prior *p = f->prior;
  f->status = nc_create(out->temporary[0] ? out->temporary : out->path, NC_NETCDF4 | NC_CLOBBER, &f->id);
  if (f->status != NC_NOERR) return REIN_ERR_FILE;
  note(f, nc_def_dim(f->id, "state", (size_t)p->n_state, &f->dim[0]));
  note(f, nc_def_dim(f->id, "action", (size_t)p->n_action, &f->dim[1]));
  note(f, nc_def_dim(f->id, "horizon", (size_t)p->n_horizon, &f->dim[2]));
  note(f, nc_def_dim(f->id, "quantity", (size_t)p->n_quantity, &f->dim[3]));
  note(f, nc_def_dim(f->id, "quantity_2", (size_t)p->n_quantity, &f->dim[4]));
  put_about(f);
  put_all_labels(f);
  put_validity(f);
  put_numbers(f);
  note(f, nc_close(f->id));
  return f->status == NC_NOERR ? REIN_OK : REIN_ERR_FILE;
}

rein_status rein_prior_write_netcdf(const rein_prior *p, const char *path, rein_diag *diag) {
  /* Memory first: while the file is open nothing may jump. */
  file f = {.prior = p,
            .label = REIN_NEW(p->arena, const char *, p->n_state + p->n_action + p->n_quantity),
            .value = REIN_NEW(p->arena, double, n_row(p) * p->n_quantity)};
  const rein_status status = rein_files_write_by(p->arena, path, put_netcdf, &f, diag);
  if (f.status != NC_NOERR)
    rein_error(diag, (rein_pos){0}, "cannot write '%s': %s", path, nc_strerror(f.status));
  return status;
}

/* ---- Stan, Python ---- */

/* Lines that have a form: those of a state that was refused have none. The nearer form is taken. */
static bool has_form(const rein_prior *p, const rein_prior_row *row) {
  return !p->state[row->state].refused && row->sd > 0.0 && isfinite(row->mean);
}

static bool is_lognormal(const rein_prior_row *row) {
  return row->log_sd.value > 0.0 && row->fit_lognormal < row->fit_gaussian;
}

static void add_about(const rein_prior *p, const char *mark, rein_text *out) {
  rein_text_printf(out, "%s Forms of the prior '%s' on model '%s'; generated, not to be edited.\n", mark,
                   p->name, p->model->name);
  rein_text_printf(out, "%s %s\n", mark, REIN_FOR_RESEARCH);
  rein_text_printf(out, "%s origin prior, boundary %s, model %s,\n%s query %s, seed %llu\n", mark,
                   p->boundary, p->model_hash, mark, p->hash, (unsigned long long)p->seed);
  rein_text_printf(out, "%s A distance is Kolmogorov's, of the form from the sample it stands for.\n", mark);
}

/* Comments before line i: what its state carries where it is the first of it, what its pair does likewise. A
 * state that was refused has no lines, and says so; nor has what does not vary. */
static void add_notes(const rein_prior *p, int64_t i, const char *mark, rein_text *out) {
  const rein_prior_row *row = &p->row[i];
  const rein_prior_state *s = &p->state[row->state];
  const rein_prior_pair *pair = &p->pair[i / p->n_quantity];
  const char *action = p->action[row->action].name, *horizon = p->horizon[row->horizon];
  const bool first = i % ((int64_t)p->n_action * p->n_horizon * p->n_quantity) == 0;
  if (first && s->flag) rein_text_printf(out, "%s state %s: FLAG %s\n", mark, s->name, s->flag);
  if (first && s->refused)
    rein_text_printf(out, "%s state %s: REFUSED, no lines: %s\n", mark, s->name, s->refused);
  if (s->refused) return;
  if (i % p->n_quantity == 0 && pair->outside_valid)
    rein_text_printf(out, "%s %s, %s, %s: OUTSIDE VALID %s\n", mark, s->name, action, horizon,
                     pair->outside_valid);
  if (!has_form(p, row))
    rein_text_printf(out, "%s %s, %s, %s, %s: no line, %s\n", mark, s->name, action, horizon,
                     p->quantity[row->quantity].name, isfinite(row->mean) ? "nothing varies" : "no values");
}

typedef enum { COLUMN_LOG, COLUMN_CENTRE, COLUMN_SPREAD } form_column;

static void add_stan_vector(const rein_prior *p, form_column column, rein_text *out) {
  int64_t n = 0;
  for (int64_t i = 0; i < n_row(p); i++) {
    const rein_prior_row *row = &p->row[i];
    const bool is_log = is_lognormal(row);
    if (!has_form(p, row)) continue;
    rein_text_add(out, n++ % 8 ? ", " : n > 1 ? ",\n      " : "\n      ");
    if (column == COLUMN_LOG) rein_text_printf(out, "%d", is_log);
    if (column == COLUMN_CENTRE) rein_text_number(out, is_log ? row->log_mean.value : row->mean);
    if (column == COLUMN_SPREAD) rein_text_number(out, is_log ? row->log_sd.value : row->sd);
  }
}

void rein_prior_print_stan(const rein_prior *p, rein_text *out) {
  int64_t n = 0;
  add_about(p, "//", out);
  rein_text_add(
      out,
      "// Each line of the table has a number: state, action, horizon, quantity (unit), form, distance.\n");
  for (int64_t i = 0; i < n_row(p); i++) {
    const rein_prior_row *row = &p->row[i];
    add_notes(p, i, "//", out);
    if (!has_form(p, row)) continue;
    rein_text_printf(out, "// %lld: %s, %s, %s, %s (%s), %s, %.3f\n", (long long)++n,
                     p->state[row->state].name, p->action[row->action].name, p->horizon[row->horizon],
                     p->quantity[row->quantity].name,
                     p->quantity[row->quantity].unit ? p->quantity[row->quantity].unit : "?",
                     is_lognormal(row) ? "lognormal" : "normal",
                     is_lognormal(row) ? row->fit_lognormal : row->fit_gaussian);
  }
  rein_text_printf(
      out,
      "functions {\n  real rein_prior_lpdf(real y, int is_log, real centre, real spread) {\n"
      "    return is_log ? lognormal_lpdf(y | centre, spread) : normal_lpdf(y | centre, spread);\n  }\n}\n"
      "data {\n  int<lower=0> n;\n  array[n] int<lower=1, upper=%lld> line;\n  vector[n] y;\n}\n"
      "transformed data {\n  array[%lld] int is_log = {",
      (long long)n, (long long)n);
  add_stan_vector(p, COLUMN_LOG, out);
  rein_text_printf(out, "};\n  vector[%lld] centre = [", (long long)n);
  add_stan_vector(p, COLUMN_CENTRE, out);
  rein_text_printf(out, "]';\n  vector[%lld] spread = [", (long long)n);
  add_stan_vector(p, COLUMN_SPREAD, out);
  rein_text_add(out, "]';\n}\ngenerated quantities {\n  vector[n] log_density;\n  for (i in 1:n)\n"
                     "    log_density[i] = rein_prior_lpdf(y[i] | is_log[line[i]], centre[line[i]], "
                     "spread[line[i]]);\n}\n");
}

void rein_prior_print_python(const rein_prior *p, rein_text *out) {
  add_about(p, "#", out);
  rein_text_add(
      out, "import pymc as pm\n\n# (state, action, horizon, quantity): (form, centre, spread, distance)\n"
           "PRIOR = {\n");
  for (int64_t i = 0; i < n_row(p); i++) {
    const rein_prior_row *row = &p->row[i];
    const bool is_log = is_lognormal(row);
    add_notes(p, i, "    #", out);
    if (!has_form(p, row)) continue;
    rein_text_printf(out, "    (\"%s\", \"%s\", \"%s\", \"%s\"): (\"%s\", ", p->state[row->state].name,
                     p->action[row->action].name, p->horizon[row->horizon], p->quantity[row->quantity].name,
                     is_log ? "lognormal" : "normal");
    rein_text_number(out, is_log ? row->log_mean.value : row->mean);
    rein_text_add(out, ", ");
    rein_text_number(out, is_log ? row->log_sd.value : row->sd);
    rein_text_printf(out, ", %.4f),\n", is_log ? row->fit_lognormal : row->fit_gaussian);
  }
  rein_text_add(out,
                "}\n\n\ndef next_state(name, state, action, horizon, quantity, **more):\n"
                "    \"\"\"The next measured value as a random variable of the current PyMC model.\"\"\"\n"
                "    form, centre, spread, _ = PRIOR[state, action, horizon, quantity]\n"
                "    make = pm.LogNormal if form == \"lognormal\" else pm.Normal\n"
                "    return make(name, mu=centre, sigma=spread, **more)\n");
}
