/* Priors against closed forms: shares of variance, quantiles, safety, known states; the same bytes for any
 * number of threads; queries that are wrong. */
#include <check.h>
#include <math.h>
#include <netcdf.h>
#include <string.h>
#include <unistd.h>

#include "src/stats/normal.h"
#include "src/study/prior.h"
#include "tests/place.h"

Suite *rein_suite_prior(void);

/* a: 10 + N(0, 1) u + N(0, 2) b, constant. g: grows, its logarithm is normal. m decays from what is known. */
static const char MODEL[] =
    "rein: model/1\nname: m\ntime: h\nboundary: health_management\nparameters:\n"
    "  a0: {value: 10 mg, between: normal(sd: 2 mg), uncertain: normal(sd: 1 mg), assumed: test}\n"
    "  g0: {value: 5 mg, between: lognormal(cv: 40 %), uncertain: lognormal(cv: 30 %), assumed: test}\n"
    "  k: {value: 0.1 1/h, assumed: test}\n"
    "states:\n"
    "  a: {unit: mg, initial: a0, scale: 10 mg, rate: k * dose}\n"
    "  g: {unit: mg, initial: g0, scale: 10 mg, rate: 0 * k * g}\n"
    "  m: {unit: mg, initial: 0, scale: 10 mg, rate: -k * m}\n"
    "  dose: {unit: mg, initial: 0, scale: 10 mg, rate: -k * dose}\n"
    "actions:\n  drug: {kind: drug, unit: mg, into: dose, boundary: physician_judgement}\n"
    "observables:\n"
    "  A: {is: a, unit: mg, noise: additive(sd: 0.5 mg), smallest_change: 3 mg, limits: [0, inf]}\n"
    "  G: {is: g, unit: mg, noise: lognormal(cv: 20 %)}\n"
    "  Q: {is: (a - 10 mg)^2 / (1 mg), unit: mg, noise: additive(sd: 0.3 mg)}\n"
    "safety:\n  high: {when: a > 12 mg, message: above}\n"
    "valid: {drug: 0 .. 30 mg, horizon: 24 h}\n";

static rein_status run(const char *more, int n_thread, rein_prior *out, const char **said) {
  diag = rein_diag_create(arena);
  write_file("model.yaml", MODEL);
  const char *query = rein_arena_printf(arena, "rein: prior/1\nname: q\nmodel: ./model.yaml\n%s%s%s",
                                        strstr(more, "horizons:") ? "" : "horizons: [1 h, 10 h]\n",
                                        strncmp(more, "n:", 2) == 0 ? "" : "n: 8192\n", more);
  const rein_prior_options options = {.n_thread = n_thread};
  const rein_status status =
      rein_prior_run(arena, units, write_file("query.yaml", query), &options, diag, out);
  *said = messages();
  return status;
}

static rein_prior ask(const char *more) {
  rein_prior p;
  const char *said;
  const rein_status status = run(more, 1, &p, &said);
  ck_assert_msg(status == REIN_OK, "%s", said);
  return p;
}

static void near(rein_estimate e, double truth, double most_error, const char *what) {
  ck_assert_msg(e.error < most_error, "%s: error %g", what, e.error);
  ck_assert_msg(fabs(e.value - truth) < 4.5 * e.error + 1e-9, "%s: %g (%g), not %g", what, e.value, e.error,
                truth);
}

static const char PLAIN[] = "states: {start: initial}\nactions: {none: {}}\n";

static void check_shares(const char *draws) {
  const rein_prior p = ask(rein_arena_printf(arena, "%s%s", PLAIN, draws));
  const rein_variances a = rein_prior_row_of(&p, 0, 0, 1, 0)->measured,
                       g = rein_prior_row_of(&p, 0, 0, 1, 1)->measured;
  near(a.noise, 0.25, 1e-9, "noise of A");
  near(a.between, 4.0, 0.15, "between of A");
  near(a.uncertain, 1.0, 0.15, "uncertain of A");
  near(a.total, 5.25, 0.2, "total of A");
  near(a.share[2], 1.0 / 5.25, 0.03, "share of A");
  /* G = 5 U B E: with e = 1 + cv^2 the mean of the square of a lognormal of median 1 is e^2, of itself
   * e^(1/2) */
  const double eu = 1.09, eb = 1.16, ew = 1.04;
  near(g.noise, 25 * eu * eu * eb * eb * ew * (ew - 1), 1.0, "noise of G");
  near(g.between, 25 * ew * eu * eu * eb * (eb - 1), 1.0, "between of G");
  near(g.uncertain, 25 * ew * eb * eu * (eu - 1), 1.0, "uncertain of G");
}

START_TEST(test_shares_sobol) {
  check_shares("");
}
END_TEST

START_TEST(test_shares_philox) {
  check_shares("draws: philox\n");
}
END_TEST

START_TEST(test_sobol_is_better) { /* than Philox: the mean of a sum of functions of single numbers */
  const rein_prior s = ask(PLAIN), r = ask(rein_arena_printf(arena, "%sdraws: philox\n", PLAIN));
  const rein_prior_row *a = rein_prior_row_of(&s, 0, 0, 0, 0), *b = rein_prior_row_of(&r, 0, 0, 0, 0);
  near(a->latent_mean, 10.0, 0.015, "mean with Sobol");
  near(b->latent_mean, 10.0, 0.06, "mean with Philox");
  ck_assert_double_lt(a->latent_mean.error * 2.5, b->latent_mean.error);
}
END_TEST

START_TEST(test_quantiles) {
  const rein_prior p = ask(PLAIN);
  const rein_prior_row *a = rein_prior_row_of(&p, 0, 0, 0, 0), *g = rein_prior_row_of(&p, 0, 0, 0, 1);
  const double log_sd = sqrt(log(1.09) + log(1.16) + log(1.04));
  for (int k = 0; k < REIN_PRIOR_PROBS; k++) {
    const double z = rein_normal_quantile(rein_prior_prob[k]);
    near(a->latent[k], 10 + sqrt(5.0) * z, 0.08, "latent quantile");
    near(a->quantile[k], 10 + sqrt(5.25) * z, 0.12, "measured quantile");
    near(g->quantile[k], 5 * exp(log_sd * z), 0.3, "quantile of G");
  }
  ck_assert_double_lt(a->fit_gaussian, 0.015);
  ck_assert_double_lt(g->fit_lognormal, 0.015);
  ck_assert_double_gt(g->fit_gaussian, 0.05);
  ck_assert_double_eq_tol(g->log_sd.value, log_sd, 0.02);
  ck_assert(isnan(a->fit_lognormal) || a->fit_lognormal > 0.02);
}
END_TEST

START_TEST(test_actions_and_safety) {
  /* 20 mg at time 0 raise a by 20 (1 - exp(-t / 10)): 1.903 after 1 h, 12.64 after 10 h. */
  const rein_prior p = ask("states: {start: initial}\nactions:\n  none: {}\n"
                           "  once: {actions: [{do: drug, amount: 20 mg}]}\n");
  const rein_prior_row *one = rein_prior_row_of(&p, 0, 1, 0, 0), *ten = rein_prior_row_of(&p, 0, 1, 1, 0);
  ck_assert_double_eq_tol(one->change.value, 20 * (1 - exp(-0.1)), 1e-4);
  ck_assert_double_eq_tol(ten->change.value, 20 * (1 - exp(-1.0)), 1e-4);
  ck_assert_double_eq(one->p_unchanged.value, 1.0);
  ck_assert_double_eq(ten->p_up.value, 1.0);
  ck_assert_ptr_nonnull(rein_prior_row_of(&p, 0, 1, 1, 1)->na_direction);
  ck_assert_str_eq(p.action[1].boundary, "physician_judgement");
  ck_assert_str_eq(p.action[0].boundary, "health_management");
  const rein_prior_pair *none = rein_prior_pair_of(&p, 0, 0, 0), *after = rein_prior_pair_of(&p, 0, 1, 0);
  near(none->safety[0], 1 - rein_normal_cdf(2 / sqrt(5.0)), 0.01, "signal without drug");
  near(after->safety[0], 1 - rein_normal_cdf((2 - 20 * (1 - exp(-0.1))) / sqrt(5.0)), 0.01, "signal with it");
  /* the change does not depend on the person here, so it does not vary */
  ck_assert_double_lt(fabs(after->covariance[0]), 1e-6);
}
END_TEST

START_TEST(test_known_states) {
  /* m starts from 8 mg, or from N(8, 1): exp(-0.1) of it is left after 1 h; a is given, and people do not
   * vary. */
  const rein_prior p = ask("states:\n  fixed: {known: {m: 8 mg, a: 3 mg}}\n  spread: {known: {m: "
                           "'normal(mean: 8 mg, sd: 1 mg)'}}\n"
                           "actions: {none: {}}\nobservables: [A]\nkeep: [m]\n");
  ck_assert_int_eq(p.n_quantity, 2);
  const rein_prior_row *m = rein_prior_row_of(&p, 0, 0, 0, 1), *s = rein_prior_row_of(&p, 1, 0, 0, 1),
                       *a = rein_prior_row_of(&p, 0, 0, 0, 0);
  ck_assert_double_eq_tol(m->latent_mean.value, 8 * exp(-0.1), 1e-5);
  ck_assert_double_eq_tol(m->change.value, 8 * exp(-0.1) - 8, 1e-5);
  near(s->latent_mean, 8 * exp(-0.1), 0.02, "mean of m");
  near(s->measured.between, exp(-0.2), 0.03, "variance of m");
  ck_assert_ptr_nonnull(s->na_noise);
  ck_assert_double_eq_tol(a->measured.between.value, 0.0, 1e-12);
  ck_assert_double_eq_tol(a->latent_mean.value, 3.0, 1e-12);
}
END_TEST

START_TEST(test_states_together) {
  /* a state simulated beside others is what it is alone: but for the steps that are shared */
  static const char DO[] = "actions:\n  none: {}\n  once: {actions: [{do: drug, amount: 20 mg}]}\n";
  static const char *const STATES[] = {"{known: {m: 8 mg}}", "initial", "{known: {dose: 12 mg, a: 3 mg}}"};
  const rein_prior all =
      ask(rein_arena_printf(arena, "states: {p: %s, q: %s, r: %s}\n%s", STATES[0], STATES[1], STATES[2], DO));
  ck_assert_int_eq((int)all.n_member, 3 * 2 * 8192);
  for (int i = 0; i < 3; i++) {
    const rein_prior alone = ask(rein_arena_printf(arena, "states: {s: %s}\n%s", STATES[i], DO));
    for (int k = 0; k < 2 * 2 * all.n_quantity; k++) {
      const rein_prior_row *a = &all.row[i * 2 * 2 * all.n_quantity + k], *b = &alone.row[k];
      ck_assert_int_eq(a->state, i);
      ck_assert_int_eq(a->action, b->action);
      ck_assert_double_eq_tol(a->latent_mean.value, b->latent_mean.value, 1e-4);
      ck_assert_double_eq_tol(a->change.value, b->change.value, 1e-4);
      ck_assert_double_eq_tol(a->quantile[3].value, b->quantile[3].value, 1e-4);
    }
    for (int k = 0; k < 2 * 2; k++)
      ck_assert_double_eq_tol(all.pair[i * 2 * 2 + k].safety[0].value, alone.pair[k].safety[0].value, 1e-3);
  }
  ck_assert_double_gt(
      fabs(all.row[0].latent_mean.value - all.row[2 * 2 * 2 * all.n_quantity].latent_mean.value), 1);
}
END_TEST

START_TEST(test_same_bytes) {
  rein_prior one, two;
  const char *said;
  rein_text a, b;
  rein_text_init(&a, arena), rein_text_init(&b, arena);
  ck_assert_int_eq(run(PLAIN, 1, &one, &said), REIN_OK);
  ck_assert_int_eq(run(PLAIN, 3, &two, &said), REIN_OK);
  ck_assert_int_eq(rein_prior_print_json(&one, &a), REIN_OK);
  ck_assert_int_eq(rein_prior_print_json(&two, &b), REIN_OK);
  ck_assert_str_eq(a.bytes, b.bytes);
  ck_assert_ptr_nonnull(strstr(a.bytes, "\"origin\": \"prior\""));
  ck_assert_ptr_nonnull(strstr(a.bytes, "For research only"));
}
END_TEST

/* ---- conditioning ---- */

/* A = a + noise of SD 0.5 is 12: a is N(10 + 2 * 5 / 5.25, 5 * 0.25 / 5.25). What is left of a given u is
 * 4 * 0.25 / 4.25. */
static void check_posterior(const char *by) {
  const rein_prior p =
      ask(rein_arena_printf(arena,
                            "n: 131072\npeople: 256\nobservables: [A]\nactions: {none: {}}\n"
                            "states: {s: {measured: {observable: A, value: 12 mg}, by: %s}}\n",
                            by));
  const rein_prior_row *a = rein_prior_row_of(&p, 0, 0, 1, 0);
  const double mean = 10 + 2 * 5 / 5.25, variance = 5 * 0.25 / 5.25, given_u = 4 * 0.25 / 4.25;
  const double latent = a->measured.total.value - a->measured.noise.value;
  ck_assert_ptr_null(p.state[0].refused);
  ck_assert_ptr_null(p.state[0].flag);
  ck_assert_double_eq_tol(a->latent_mean.value, mean, 0.01 * mean);
  ck_assert_double_eq_tol(a->latent_mean.value, mean, 4.5 * a->latent_mean.error + 0.005);
  ck_assert_double_eq_tol(a->latent[3].value, mean, 0.01 * mean);
  ck_assert_msg(fabs(a->latent[5].value - mean - 1.6449 * sqrt(variance)) < 0.01 * mean, "%g",
                a->latent[5].value);
  ck_assert_msg(fabs(sqrt(latent / variance) - 1) < 0.01, "%s: SD %g, not %g", by, sqrt(latent),
                sqrt(variance));
  ck_assert_ptr_null(a->na_shares);
  ck_assert_double_eq_tol(a->measured.between.value, given_u, 0.05 * given_u);
}

START_TEST(test_posterior_by_weights) {
  check_posterior("weights");
}
END_TEST

START_TEST(test_posterior_by_kalman) {
  check_posterior("kalman");
}
END_TEST

START_TEST(test_two_modes) { /* (a - 10)^2 is 4: a is near 8 or near 12 */
  const char *query = "n: 32768\nobservables: [A]\nactions: {none: {}}\n"
                      "states:\n  w: {measured: {observable: Q, value: 4 mg}}\n"
                      "  k: {measured: {observable: Q, value: 4 mg}, by: kalman}\n";
  const rein_prior p = ask(query);
  const rein_prior_row *w = rein_prior_row_of(&p, 0, 0, 0, 0);
  ck_assert_ptr_nonnull(p.state[1].flag);
  ck_assert_ptr_nonnull(strstr(p.state[1].flag, "several modes"));
  ck_assert_ptr_null(p.state[0].flag);
  ck_assert_double_eq_tol(w->latent_mean.value, 10.0, 0.1);
  ck_assert_double_eq_tol(w->latent[2].value, 8.0, 0.1);
  ck_assert_double_eq_tol(w->latent[4].value, 12.0, 0.1);
}
END_TEST

START_TEST(test_refused) {
  rein_prior p;
  const char *said;
  rein_text text, json;
  rein_text_init(&text, arena), rein_text_init(&json, arena);
  ck_assert_int_eq(
      run("actions: {none: {}}\nstates: {s: {measured: {observable: A, value: 25 mg}}}\n", 1, &p, &said),
      REIN_ERR_MEMBERS);
  ck_assert_ptr_nonnull(p.state[0].refused);
  rein_prior_print(&p, &text);
  ck_assert_ptr_nonnull(strstr(text.bytes, "REFUSED what was measured leaves"));
  ck_assert_ptr_null(strstr(text.bytes, "median"));
  ck_assert_int_eq(rein_prior_print_json(&p, &json), REIN_OK);
  ck_assert_ptr_null(strstr(json.bytes, "quantiles"));
}
END_TEST

START_TEST(test_limits_and_history) {
  /* Measured 1 h before time 0, above 12 with noise: E of N(10, 5.25) above 12, shrunk by 5 / 5.25. A dose
   * given 1 h before time 0 has put 20 (1 - exp(-0.1)) into a by then. */
  const rein_prior p = ask("n: 65536\nstart: -2 h\nobservables: [A]\nactions: {none: {}}\nstates:\n"
                           "  above: {measured: {observable: A, at: -1 h, above: 12 mg}}\n"
                           "  dosed: {history: {do: drug, amount: 20 mg, at: -1 h}}\n");
  const double s = sqrt(5.25), h = 2 / s, tail = 1 - rein_normal_cdf(h);
  const double mean = 10 + 5 / s * exp(-h * h / 2) / sqrt(2 * M_PI) / tail;
  near(rein_prior_row_of(&p, 0, 0, 0, 0)->latent_mean, mean, 0.03, "mean above a limit");
  const rein_prior_row *dosed = rein_prior_row_of(&p, 1, 0, 1, 0);
  ck_assert_double_eq_tol(dosed->change.value, 20 * (exp(-0.1) - exp(-1.1)), 1e-4);
  near(dosed->latent_mean, 10 + 20 * (1 - exp(-1.1)), 0.03, "after a dose");
}
END_TEST

/* ---- files ---- */

static int count(const char *line, char wanted) {
  int n = 0;
  for (; *line && *line != '\n'; line++) n += *line == wanted;
  return n;
}

START_TEST(test_files) {
  const rein_prior p = ask(PLAIN);
  rein_text csv, stan, python;
  rein_text_init(&csv, arena), rein_text_init(&stan, arena), rein_text_init(&python, arena);
  rein_prior_print_csv(&p, &csv);
  rein_prior_print_stan(&p, &stan);
  rein_prior_print_python(&p, &python);
  /* as many cells in every line as names; no text of this query holds a comma */
  const int n_cell = count(csv.bytes, ',');
  int n_line = 0;
  for (const char *at = csv.bytes; *at; at = strchr(at, '\n') + 1, n_line++)
    ck_assert_int_eq(count(at, ','), n_cell);
  ck_assert_int_eq(n_line, 1 + 2 * 3);
  ck_assert_ptr_nonnull(strstr(csv.bytes, "\nprior,health_management,m,"));
  ck_assert_ptr_nonnull(strstr(stan.bytes, "For research only"));
  ck_assert_int_eq(count(strstr(stan.bytes, "is_log = {") + 11, ','), 5);
  ck_assert_ptr_nonnull(strstr(python.bytes, "(\"start\", \"none\", \"10 h\", \"G\"): (\"lognormal\", "));
  ck_assert_ptr_nonnull(strstr(python.bytes, "(\"start\", \"none\", \"10 h\", \"A\"): (\"normal\", "));

  const char *path = in("prior.nc");
  ck_assert_int_eq(rein_prior_write_netcdf(&p, path, diag), REIN_OK);
  int id, var;
  double value;
  const size_t at[] = {0, 0, 1, 0};
  ck_assert_int_eq(nc_open(path, NC_NOWRITE, &id), NC_NOERR);
  ck_assert_int_eq(nc_inq_varid(id, "variance_uncertain", &var), NC_NOERR);
  ck_assert_int_eq(nc_get_var1_double(id, var, at, &value), NC_NOERR);
  ck_assert_double_eq(value, rein_prior_row_of(&p, 0, 0, 1, 0)->measured.uncertain.value);
  nc_close(id);
  unlink(path);
  ck_assert_int_eq(rein_prior_write_netcdf(&p, "/nowhere/prior.nc", diag), REIN_ERR_FILE);
}
END_TEST

/* What an answer says of itself has to be in every form it leaves in. */
START_TEST(test_files_keep_words) {
  rein_prior p;
  const char *said;
  ck_assert_int_eq(
      run("observables: [A]\nactions: {none: {}, big: {actions: [{do: drug, amount: 50 mg, at: 2 h}]}}\n"
          "horizons: [1 h, 30 h]\nstates:\n  fine: initial\n"
          "  bent: {measured: {observable: Q, value: 4 mg}, by: kalman}\n"
          "  far: {measured: {observable: A, value: 25 mg}}\n"
          "  sure: {known: {a: 100 mg}}\n",
          1, &p, &said),
      REIN_ERR_MEMBERS);
  const rein_prior_pair *all = p.pair;
  ck_assert_ptr_null(all[0].outside_valid);
  ck_assert_str_eq(all[1].outside_valid, "the model is valid for 24 h from the start, and this is 30");
  ck_assert_ptr_null(all[2].outside_valid); /* the dose is after it */
  ck_assert_str_eq(
      all[3].outside_valid,
      "8192 of 8192 draws are given what the model is not valid for, first 50 mg of 'drug' in all at "
      "2 h, valid for 0 to 30 mg; the model is valid for 24 h from the start, and this is 30");
  rein_text out[5];
  for (int i = 0; i < 5; i++) rein_text_init(&out[i], arena);
  rein_prior_print(&p, &out[0]), rein_prior_print_csv(&p, &out[1]);
  rein_prior_print_stan(&p, &out[2]), rein_prior_print_python(&p, &out[3]);
  ck_assert_int_eq(rein_prior_print_json(&p, &out[4]), REIN_OK);
  for (int i = 0; i < 5; i++) {
    ck_assert_msg(strstr(out[i].bytes, p.state[1].flag), "flag, %d", i);
    ck_assert_msg(strstr(out[i].bytes, p.state[2].refused), "refused, %d", i);
    ck_assert_msg(strstr(out[i].bytes, all[1].outside_valid), "horizon, %d", i);
    ck_assert_msg(strstr(out[i].bytes, all[3].outside_valid), "amount, %d", i);
  }
  ck_assert_ptr_nonnull(strstr(out[2].bytes, "\n// state bent: FLAG "));
  ck_assert_ptr_nonnull(strstr(out[3].bytes, "\n    # state far: REFUSED, no lines: "));
  const char *path = in("words.nc"), *at = "\n    # fine, big, 30 h: OUTSIDE VALID 8192";
  ck_assert_ptr_nonnull(strstr(out[3].bytes, at));
  ck_assert_int_eq(rein_prior_write_netcdf(&p, path, diag), REIN_OK);
  int id, var;
  char *words;
  const size_t where[] = {0, 1, 1};
  ck_assert_int_eq(nc_open(path, NC_NOWRITE, &id), NC_NOERR);
  ck_assert_int_eq(nc_inq_varid(id, "outside_valid", &var), NC_NOERR);
  ck_assert_int_eq(nc_get_var1_string(id, var, where, &words), NC_NOERR);
  ck_assert_str_eq(words, all[3].outside_valid);
  nc_free_string(1, &words);
  nc_close(id);
  unlink(path);
}
END_TEST

/* A signal that is true of nobody is not known to be so without error: none of the 1024 draws of u. */
START_TEST(test_none_has_a_bound) {
  rein_prior p = ask("observables: [A]\nactions: {none: {}}\nstates: {low: {known: {a: 1 mg}}}\n");
  const double bound = 1.0 - pow(0.025, 1.0 / 1024);
  ck_assert_int_eq(p.n_replicate, 1024);
  ck_assert_double_eq(p.pair[0].safety[0].value, 0.0);
  ck_assert(isnan(p.pair[0].safety[0].error));
  ck_assert_double_eq_tol(p.pair[0].bound[0], bound, 1e-9);
  ck_assert_double_eq_tol(p.row[0].p_bound, bound, 1e-9);
  rein_text text, json, csv;
  rein_text_init(&text, arena), rein_text_init(&json, arena), rein_text_init(&csv, arena);
  rein_prior_print(&p, &text);
  ck_assert_ptr_nonnull(strstr(text.bytes, "up 0 (at most 0.0036), unchanged 1 (at least 0.9964)"));
  ck_assert_ptr_nonnull(strstr(text.bytes, "true by then with probability 0 (at most 0.0036)"));
  ck_assert_int_eq(rein_prior_print_json(&p, &json), REIN_OK);
  ck_assert_ptr_nonnull(strstr(json.bytes, "\"at_least\": 0.996"));
  rein_prior_print_csv(&p, &csv);
  ck_assert_ptr_nonnull(strstr(csv.bytes, "p_direction_bound"));
}
END_TEST

static void refuse(const char *more, const char *expected) {
  rein_prior p;
  const char *said;
  ck_assert_int_eq(run(more, 1, &p, &said), REIN_ERR_INPUT);
  ck_assert_msg(strstr(said, expected), "%s", said);
}

START_TEST(test_wrong_queries) {
  refuse("states: {start: initially}\nactions: {none: {}}\n",
         "query.yaml:6:17: error: state 'start': expected "
         "'initial'");
  refuse("states: {s: {known: {mm: 1 mg}}}\nactions: {none: {}}\n",
         "there is no state 'mm'; known are: a, g, m, dose");
  refuse("states: {s: {known: {m: 1 L}}}\nactions: {none: {}}\n", "initial 'm' has unit L, expected mg");
  refuse("states: {s: initial}\nactions: {one: {actions: [{do: drugs, amount: 1 mg}]}}\n",
         "did you mean 'drug'?");
  refuse("states: {s: initial, t: initial}\nactions: {one: {actions: [{do: drugs, amount: 1 mg}]}}\n",
         "did you mean 'drug'?");
  refuse("states: {s: initial}\nactions: {none: {}}\nobservables: [B]\n", "there is no observable 'B'");
  refuse("states: {s: initial}\nactions: {none: {}}\nbatches: 2\n", "'batches' has to be from 4 to 64");
  refuse("actions: {none: {}}\nstates: {s: {measured: {observable: A, at: 1 h, value: 1 mg}}}\n",
         "a state is told from what is measured up to time 0");
  refuse("actions: {none: {}}\nstates: {s: {measured: {observable: A, value: 1 mg, above: 2 mg}}}\n",
         "one of 'value', 'below', 'above'");
  refuse("actions: {none: {}}\nstates: {s: {measured: {observable: A, value: -1 mg}}}\n",
         "is below its limit of detection, 0 mg: did you mean 'below: 0 mg'?");
  refuse("actions: {none: {}}\nstates: {s: {measured: {observable: A, value: 0 mg}}}\n",
         "is at its limit of detection, 0 mg, which rein's records write for all that is beyond it: did you "
         "mean "
         "'below: 0 mg'?");
  refuse("actions: {n: {parameters: {k: 1 1/h}}}\nstates: {s: {measured: {observable: A, value: 1 mg}}}\n",
         "'n' sets parameters from the start on");
  refuse("states: {s: {by: kalman}}\nactions: {none: {}}\n", "nothing is");
  refuse("states: {s: initial}\nactions: {none: {}}\ncohort: {table: people.csv}\n", "unknown key 'cohort'");
}
END_TEST

Suite *rein_suite_prior(void) {
  Suite *suite = suite_create("prior");
  TCase *tcase = tcase_create("prior");
  tcase_add_checked_fixture(tcase, place_setup, place_teardown);
  tcase_set_timeout(tcase, 60);
  tcase_add_test(tcase, test_shares_sobol);
  tcase_add_test(tcase, test_shares_philox);
  tcase_add_test(tcase, test_sobol_is_better);
  tcase_add_test(tcase, test_quantiles);
  tcase_add_test(tcase, test_actions_and_safety);
  tcase_add_test(tcase, test_known_states);
  tcase_add_test(tcase, test_states_together);
  tcase_add_test(tcase, test_same_bytes);
  tcase_add_test(tcase, test_posterior_by_weights);
  tcase_add_test(tcase, test_posterior_by_kalman);
  tcase_add_test(tcase, test_two_modes);
  tcase_add_test(tcase, test_refused);
  tcase_add_test(tcase, test_limits_and_history);
  tcase_add_test(tcase, test_files);
  tcase_add_test(tcase, test_files_keep_words);
  tcase_add_test(tcase, test_none_has_a_bound);
  tcase_add_test(tcase, test_wrong_queries);
  suite_add_tcase(suite, tcase);
  return suite;
}
