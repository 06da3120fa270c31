/* Attribution against closed forms: chains, two paths, a product, a feedback loop; accounts of every shipped
 * scenario. */
#include <check.h>
#include <glob.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "src/study/explain.h"
#include "tests/place.h"

Suite *rein_suite_explain(void);

/* The end of a scenario: arm `on` does the line, and is compared with the same without it. */
static const char *write_both(const char *model, const char *line) {
  write_file("m.yaml", rein_arena_printf(arena, "rein: model/1\nname: m\ntime: h\n%s", model));
  return write_file("s.yaml",
                    rein_arena_printf(arena,
                                      "rein: scenario/1\nname: s\nmodel: ./m.yaml\ncohort: typical\n"
                                      "arms: {on: {actions: [%s]}}\ncounterfactual: {without: act}\n"
                                      "measure: {at: [0 h, 1 h, 4 h]}\n"
                                      "horizons: [1 h, {from: 1 h, to: 4 h}, 4 h]\nsolver: {rtol: 1e-9}\n",
                                      line));
}

static rein_explanation explain(const char *path, const rein_explain_options *options) {
  rein_explanation e;
  const rein_status status = rein_explain(arena, units, path, options, diag, &e);
  ck_assert_msg(status == REIN_OK, "%s", messages());
  return e;
}

static int flux(const rein_explanation *e, const char *name) {
  for (int f = 0; f < e->twin->n_flux; f++)
    if (strcmp(e->flux[f].name, name) == 0) return f;
  ck_abort_msg("no flux %s", name);
}

static void expect_share(const rein_explanation *e, const char *name, double value, double tolerance) {
  const rein_explain_number *n = &e->flux[flux(e, name)].share;
  ck_assert_msg(!n->na && fabs(n->value - value) <= tolerance, "%s: %.9g, not %.9g (%s)", name, n->value,
                value, n->na ? n->na : "");
}

static double pair(const rein_explanation *e, const char *a, const char *b) {
  const int i = flux(e, a), k = flux(e, b);
  for (int p = 0; p < e->n_pair; p++)
    if ((e->pair[p].flux[0] == i && e->pair[p].flux[1] == k) ||
        (e->pair[p].flux[0] == k && e->pair[p].flux[1] == i))
      return e->pair[p].value.value;
  return 0.0;
}

static void expect_whole(const rein_explanation *e) {
  for (size_t i = 0; i < e->twin->of->n_state; i++) {
    const rein_explain_account *a = &e->account[i];
    double change = a->after - a->before, effect = a->after - a->after_without - a->at_start,
           moved = a->scale;
    if (a->na) continue;
    for (int k = 0; k < a->n_entry; k++) {
      change -= a->entry[k].change;
      effect -= a->entry[k].effect;
      moved += fabs(a->entry[k].change) + fabs(a->entry[k].effect);
    }
    ck_assert_msg(a->whole && fabs(change) <= 1e-6 * moved && fabs(effect) <= 1e-6 * moved,
                  "state %s: remainders %g and %g of %g", e->twin->of->state[i].name, change, effect, moved);
  }
}

/* With every flux held the two runs differ only by doses and by their start, whatever the fluxes do: nothing
 * is direct where what was dosed is not read. */
static void expect_nothing_direct(const rein_explanation *e) {
  ck_assert_msg(!e->direct.na && fabs(e->direct.value) <= 1e-6 * fabs(e->effect), "direct %g of %g: %s",
                e->direct.value, e->effect, e->direct.na ? e->direct.na : "");
}

static bool reads(const rein_model *m, const rein_ast *ast, int state) {
  if (ast->kind == REIN_AST_NAME && ast->symbol >= 0) {
    const rein_symbol *s = &m->symbol[ast->symbol];
    if (s->kind == REIN_SYMBOL_STATE) return s->index == state;
    return s->kind == REIN_SYMBOL_VALUE && reads(m, m->value[s->index].is, state);
  }
  for (int i = 0; i < ast->n_arg; i++)
    if (reads(m, ast->arg[i], state)) return true;
  return false;
}

/* All fluxes are held, and nothing but doses into states that are not read is done. */
static bool has_nothing_direct(const rein_explanation *e) {
  const rein_model *m = e->twin->of;
  bool dosed = false;
  for (int f = 0; f < e->twin->n_flux; f++)
    if (e->flux[f].share.na) return false;
  for (size_t i = 0; i < m->n_state; i++) {
    const rein_explain_account *a = &e->account[i];
    bool here = a->na || a->at_start != 0.0;
    for (int k = 0; k < a->n_entry; k++)
      here = here || (a->entry[k].kind != REIN_ACCOUNT_FLUX && a->entry[k].effect != 0.0);
    if (here && reads(m, m->observable[e->observable].is, (int)i)) return false;
    dosed = dosed || here;
  }
  return dosed && !e->none;
}

static const char *as_text(const rein_explanation *e) {
  rein_text text;
  rein_text_init(&text, arena);
  rein_explain_print(e, &text);
  ck_assert_int_eq(rein_explain_print_json(e, &text), REIN_OK);
  return text.bytes;
}

/* ---- closed forms ---- */

/* 100 mg through a gut: central(t) = D ka / (ka - ke) (exp(-ke t) - exp(-ka t)); without elimination it is
 * all that was absorbed. */
START_TEST(test_chain) {
  const char *path = write_both("parameters:\n  ka: {value: 1 1/h, assumed: test}\n"
                                "  ke: {value: 0.25 1/h, assumed: test}\n"
                                "states:\n  gut: {unit: mg, initial: 0, scale: 1 mg}\n"
                                "  central: {unit: mg, initial: 0, scale: 1 mg}\n"
                                "processes:\n  absorption: {from: gut, to: central, rate: ka * gut}\n"
                                "  elimination: {from: central, rate: ke * central}\n"
                                "actions:\n  act: {kind: drug, unit: mg, into: gut}\n"
                                "observables:\n  amount: {is: central, unit: mg, noise: none}\n",
                                "{do: act, amount: 100 mg, at: 0 h}");
  const rein_explanation e = explain(path, &(rein_explain_options){0});
  const double t = 4, absorbed = 100 * (1 - exp(-t)), effect = 100 / 0.75 * (exp(-0.25 * t) - exp(-t));
  ck_assert_double_eq_tol(e.effect, effect, 1e-5);
  expect_share(&e, "absorption", effect, 1e-5);
  expect_share(&e, "elimination", effect - absorbed, 1e-5);
  ck_assert_double_eq_tol(pair(&e, "absorption", "elimination"), absorbed - effect, 1e-5);
  expect_nothing_direct(&e);
  expect_whole(&e);
  const rein_explain_account *central = &e.account[1];
  ck_assert_int_eq(central->n_entry, 3);
  ck_assert_double_eq_tol(central->entry[0].change, absorbed, 1e-5);
  ck_assert_double_eq_tol(e.account[0].entry[e.account[0].n_entry - 1].change, 100.0, 1e-9);
  ck_assert_int_eq(e.n_path, 1);
  ck_assert_str_eq(e.path[0].start, "gut");
  /* Over a later horizon the account begins there. */
  const rein_explanation later = explain(path, &(rein_explain_options){.horizon = "1 h to 4 h"});
  ck_assert_double_eq_tol(later.account[1].entry[0].change, 100 * (exp(-1) - exp(-4)), 1e-5);
  expect_whole(&later);
}
END_TEST

static const char loop_head[] =
    "parameters:\n  u: {value: 0, assumed: test}\n  k: {value: 1 1/h, assumed: test}\n"
    "  r: {value: 1 mg/h, assumed: test}\n";
static const char loop_tail[] = "actions:\n  act: {kind: drug, unit: '1', sets: u}\n"
                                "observables:\n  seen: {is: y, unit: mg, noise: none}\n";

/* Two ways that add up: each has its own part, nothing is left. */
START_TEST(test_two_paths) {
  const char *path = write_both(
      rein_arena_printf(arena,
                        "%sstates:\n  y: {unit: mg, initial: 1 mg, scale: 1 mg}\n"
                        "processes:\n  fast: {to: y, rate: 3 * u * r}\n  slow: {to: y, rate: u * r}\n%s",
                        loop_head, loop_tail),
      "{do: act, amount: 1, at: 0 h}");
  const rein_explanation e = explain(path, &(rein_explain_options){0});
  ck_assert_double_eq_tol(e.effect, 16.0, 1e-7);
  expect_share(&e, "fast", 12.0, 1e-7);
  expect_share(&e, "slow", 4.0, 1e-7);
  ck_assert_double_eq_tol(pair(&e, "fast", "slow"), 0.0, 1e-7);
  ck_assert_double_eq_tol(e.higher.value, 0.0, 1e-7);
  ck_assert(e.adds_up && !e.none && e.error < 1e-6);
  ck_assert_double_eq_tol(e.direct.value, 0.0, 1e-7);
  expect_nothing_direct(&e);
  expect_whole(&e);
}
END_TEST

/* p' = q' = u, y' = p q: y = t^3 / 3 needs all three; each pair overlaps and the triple puts it back. */
START_TEST(test_product) {
  const char *path = write_both(
      rein_arena_printf(
          arena,
          "%sstates:\n  p: {unit: mg, initial: 0, scale: 1 mg}\n  q: {unit: mg, initial: 0, scale: 1 mg}\n"
          "  y: {unit: mg, initial: 0, scale: 1 mg}\n"
          "processes:\n  make_p: {to: p, rate: u * r}\n  make_q: {to: q, rate: u * r}\n"
          "  join: {to: y, rate: p * q * k / (1 mg)}\n%s",
          loop_head, loop_tail),
      "{do: act, amount: 1, at: 0 h}");
  const rein_explanation e = explain(path, &(rein_explain_options){0});
  const double y = 64.0 / 3;
  ck_assert_double_eq_tol(e.effect, y, 1e-5);
  expect_share(&e, "make_p", y, 1e-5);
  expect_share(&e, "make_q", y, 1e-5);
  expect_share(&e, "join", y, 1e-5);
  ck_assert_double_eq_tol(pair(&e, "make_p", "make_q"), -y, 1e-5);
  ck_assert_double_eq_tol(pair(&e, "make_q", "join"), -y, 1e-5);
  ck_assert_double_eq_tol(e.higher.value, y, 1e-5);
  ck_assert(!e.adds_up);
  const char *text = as_text(&e), *table = strstr(text, "Share of the effect");
  const char *warning = strstr(text, "do NOT add up here: 21.333 mg, 100 % of the effect");
  ck_assert_msg(warning && warning < table, "%s", text);
  ck_assert_ptr_nonnull(strstr(text, "\"shares_add_up\": false"));
  expect_nothing_direct(&e);
  expect_whole(&e);
}
END_TEST

/* y' = u - w / 4, w' = y - w: y = 4 - (4 + t) exp(-t / 2), w = 4 - (4 + 2 t) exp(-t / 2); cut open, y = t. */
START_TEST(test_feedback) {
  const char *path = write_both(
      rein_arena_printf(
          arena,
          "%sstates:\n  y: {unit: mg, initial: 0, scale: 1 mg}\n  w: {unit: mg, initial: 0, scale: 1 mg}\n"
          "processes:\n  input: {to: y, rate: u * r}\n  feedback: {from: y, rate: k * w / 4}\n"
          "  follow: {to: w, rate: k * y}\n  fade: {from: w, rate: k * w}\n%s",
          loop_head, loop_tail),
      "{do: act, amount: 1, at: 0 h}");
  const rein_explanation e = explain(path, &(rein_explain_options){0});
  const double t = 4, y = 4 - (4 + t) * exp(-t / 2);
  ck_assert_double_eq_tol(e.effect, y, 1e-6);
  expect_share(&e, "input", y, 1e-6);
  expect_share(&e, "feedback", y - t, 1e-6);
  expect_share(&e, "follow", y - t, 1e-6);
  /* fade held at 0: w' = y, y'' = -y / 4, y = 2 sin(t / 2) */
  expect_share(&e, "fade", y - 2 * sin(t / 2), 1e-6);
  expect_nothing_direct(&e);
  expect_whole(&e);
}
END_TEST

/* x = 5 exp(-k t) is above 1 for ln 5 hours; without its decay all the time. */
START_TEST(test_safety) {
  const char *path = write_both("parameters:\n  k: {value: 1 1/h, assumed: test}\n"
                                "states:\n  x: {unit: mg, initial: 0, scale: 1 mg}\n"
                                "processes:\n  decay: {from: x, rate: k * x}\n"
                                "actions:\n  act: {kind: drug, unit: mg, into: x}\n"
                                "observables:\n  seen: {is: x, unit: mg, noise: none}\n"
                                "safety:\n  high: {when: x > 1 mg, message: too much}\n",
                                "{do: act, amount: 5 mg, at: 0 h}");
  const rein_explanation e = explain(path, &(rein_explain_options){.safety = "high"});
  ck_assert_double_eq_tol(e.effect, log(5), 1e-5);
  expect_share(&e, "decay", log(5) - 4, 1e-5);
  ck_assert_double_eq_tol(e.direct.value, 4, 1e-5);
}
END_TEST

/* Raw rates are fluxes too; an event's jump is in the account, unless its value is older than its execution.
 */
START_TEST(test_events_and_raw_rates) {
  static const char *const event[] = {
      "{at: 2 h, set: {x: 0.5 * x}}",
      "{when: time > 1.5 h, delay: 0.5 h, values: trigger, set: {x: 0.5 * x}}"};
  for (int i = 0; i < 2; i++) {
    const char *path =
        write_both(rein_arena_printf(arena,
                                     "parameters:\n  k: {value: 1 1/h, assumed: test}\n"
                                     "states:\n  x: {unit: mg, initial: 8 mg, scale: 1 mg, rate: -k * x}\n"
                                     "actions:\n  act: {kind: drug, unit: mg, into: x}\n"
                                     "observables:\n  seen: {is: x, unit: mg, noise: none}\n"
                                     "events:\n  half: %s\n",
                                     event[i]),
                   "{do: act, amount: 8 mg, at: 1 h}");
    const rein_explanation e = explain(path, &(rein_explain_options){0});
    if (i == 0) {
      const double before = 8 * exp(-2) + 8 * exp(-1);
      const rein_explain_account *a = &e.account[0];
      ck_assert_double_eq_tol(e.effect, 0.5 * 8 * exp(-3), 1e-6);
      ck_assert_double_eq_tol(a->entry[a->n_entry - 1].change, -0.5 * before, 1e-6);
      ck_assert_double_eq_tol(a->entry[a->n_entry - 2].change, 8.0, 1e-9);
      expect_share(&e, "rate of x", e.effect - 0.5 * 8, 1e-5); /* 8 mg more, halved, nothing lost */
      expect_whole(&e);
    } else {
      ck_assert_ptr_nonnull(e.account[0].na);
    }
  }
}
END_TEST

/* ---- what cannot be asked ---- */

START_TEST(test_refusals) {
  const char *path = write_both("states:\n  x: {unit: mg, initial: 1 mg, scale: 1 mg}\n"
                                "actions:\n  act: {kind: drug, unit: mg, into: x}\n"
                                "observables:\n  seen: {is: x, unit: mg, noise: none}\n",
                                "{do: act, amount: 5 mg, at: 0 h}, {do: reset, at: 1 h}");
  static const struct {
    rein_explain_options options;
    const char *part;
  } cases[] = {{{.observable = "sean"}, "there is no observable 'sean': did you mean 'seen'?"},
               {{.arm = "onn"}, "there is no arm 'onn': did you mean 'on'?"},
               {{.arm = "on/without act"}, "has no reference"},
               {{.horizon = "7 h"}, "there is no horizon '7 h'"},
               {{.has_individual = true, .individual = 1}, "there is no individual 1"},
               {{.arm = NULL}, "explain cannot follow a reset"}};
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    rein_explanation e;
    diag = rein_diag_create(arena);
    ck_assert_int_eq(rein_explain(arena, units, path, &cases[i].options, diag, &e), REIN_ERR_INPUT);
    ck_assert_msg(strstr(messages(), cases[i].part), "%s", messages());
  }
}
END_TEST

/* ---- shipped models ---- */

START_TEST(test_every_shipped_scenario_sums) {
  glob_t found;
  int n_explained = 0, n_direct = 0;
  ck_assert_int_eq(glob("scenarios/*.yaml", 0, NULL, &found), 0);
  for (size_t i = 0; i < found.gl_pathc; i++) {
    rein_arena *own = rein_arena_create();
    rein_diag *told = rein_diag_create(own);
    rein_explanation e;
    const rein_explain_options options = {0};
    const rein_status status = rein_explain(own, units, found.gl_pathv[i], &options, told, &e);
    rein_text text;
    rein_text_init(&text, own);
    rein_diag_print(told, &text);
    if (status == REIN_OK) {
      n_explained++;
      expect_whole(&e);
      if (has_nothing_direct(&e)) n_direct++, expect_nothing_direct(&e);
    } else {
      ck_assert_msg(strstr(text.bytes, "no arm has a reference") || strstr(text.bytes, "cannot follow"),
                    "%s: %s", found.gl_pathv[i], text.bytes);
    }
    rein_arena_destroy(own);
  }
  globfree(&found);
  ck_assert_int_ge(n_explained, 6);
  ck_assert_int_ge(n_direct, 2);
}
END_TEST

/* What differs by rounding is not shared out. */
START_TEST(test_no_effect) {
  const char *shipped[] = {"scenarios/endotoxin_dose.yaml", "scenarios/infection_and_antibiotic.yaml"};
  for (int i = 0; i < 2; i++) {
    const rein_explanation e = explain(shipped[i], &(rein_explain_options){0});
    ck_assert_msg(e.none && fabs(e.effect) < 1e-6 && fabs(e.effect) <= e.error, "%s: %g within %g",
                  shipped[i], e.effect, e.error);
    for (int f = 0; f < e.twin->n_flux; f++)
      ck_assert_msg(e.flux[f].share.na && strstr(e.flux[f].share.na, "no effect beyond"), "%s",
                    e.flux[f].name);
    const char *text = as_text(&e);
    ck_assert_ptr_nonnull(strstr(text, "there are no shares"));
    ck_assert_ptr_nonnull(strstr(text, "\"no_effect\": true"));
  }
}
END_TEST

/* What is downstream of the readout has no share, even where held it would leave its range. */
START_TEST(test_what_cannot_reach) {
  const char *path = "scenarios/warfarin_single_dose.yaml";
  const rein_explanation up = explain(path, &(rein_explain_options){.observable = "concentration"});
  const int f = flux(&up, "degradation");
  ck_assert(!up.reaches[f] && !up.flux[f].share.na && up.flux[f].share.value == 0.0);
  ck_assert(up.reaches[flux(&up, "absorption")]);
  ck_assert(!up.none && !up.higher.na);
  const rein_explanation down = explain(path, &(rein_explain_options){.observable = "prothrombin"});
  const rein_explain_number *n = &down.flux[flux(&down, "degradation")].share;
  ck_assert(down.reaches[flux(&down, "degradation")]);
  ck_assert_msg(n->na && strstr(n->na, "it drives pca to -444.3 %, below its declared 0"), "%s",
                n->na ? n->na : "a share");
}
END_TEST

START_TEST(test_prints) {
  const char *path = write_both(rein_arena_printf(arena,
                                                  "%sstates:\n  y: {unit: mg, initial: 1 mg, scale: 1 mg}\n"
                                                  "processes:\n  make: {to: y, rate: u * r}\n%s",
                                                  loop_head, loop_tail),
                                "{do: act, amount: 1, at: 0 h}");
  const rein_explanation e = explain(path, &(rein_explain_options){0});
  rein_text text, json;
  rein_text_init(&text, arena);
  rein_text_init(&json, arena);
  rein_explain_print(&e, &text);
  ck_assert_ptr_nonnull(strstr(text.bytes, "For research only"));
  ck_assert_msg(strstr(text.bytes, "  make                                          4    100.0 %"), "%s",
                text.bytes);
  ck_assert_int_eq(rein_explain_print_json(&e, &json), REIN_OK);
  ck_assert_ptr_nonnull(strstr(json.bytes, "\"process\": \"make\""));
  ck_assert_ptr_nonnull(strstr(json.bytes, "\"evidence\": \"2 assumed parameters\""));
}
END_TEST

Suite *rein_suite_explain(void) {
  Suite *s = suite_create("explain");
  TCase *c = tcase_create("explain");
  tcase_add_checked_fixture(c, place_setup, place_teardown);
  tcase_set_timeout(c, 120);
  tcase_add_test(c, test_chain);
  tcase_add_test(c, test_two_paths);
  tcase_add_test(c, test_product);
  tcase_add_test(c, test_feedback);
  tcase_add_test(c, test_safety);
  tcase_add_test(c, test_events_and_raw_rates);
  tcase_add_test(c, test_refusals);
  tcase_add_test(c, test_every_shipped_scenario_sums);
  tcase_add_test(c, test_no_effect);
  tcase_add_test(c, test_what_cannot_reach);
  tcase_add_test(c, test_prints);
  suite_add_tcase(s, c);
  return s;
}
