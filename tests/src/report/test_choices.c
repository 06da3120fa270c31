/* The picture of choices: what its words say, that the same choices give the same bytes, that none do no
 * harm. */
#include <check.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "src/report/choices.h"

Suite *rein_suite_choices(void);

static rein_arena *arena;
static rein_diag *diag;
static char folder[64];

static void setup(void) {
  strcpy(folder, "/tmp/rein-choices-XXXXXX");
  ck_assert_ptr_nonnull(mkdtemp(folder));
  arena = rein_arena_create();
  diag = rein_diag_create(arena);
}

static void teardown(void) {
  ck_assert_int_eq(system(rein_arena_printf(arena, "rm -r %s", folder)), 0);
  rein_arena_destroy(arena);
}

/* One outcome of 100 people. */
static rein_steer_outcome outcome(double first, double second, int64_t beyond) {
  rein_steer_outcome o = {.n_person = 100, .within = beyond <= 5};
  o.objective = REIN_NEW(arena, rein_steer_number, 2);
  o.cost = REIN_NEW(arena, double, 2);
  o.beyond = REIN_NEW(arena, int64_t, 1);
  o.objective[0] = (rein_steer_number){first, 0.5, first - 3, first + 3};
  o.objective[1] = (rein_steer_number){second, 0.25, second - 1, second + 1};
  o.beyond[0] = beyond;
  return o;
}

static rein_steering make(bool exploratory) {
  rein_model *model = rein_model_create(arena, NULL);
  rein_scenario *scenario = REIN_NEW(arena, rein_scenario, 1);
  static rein_factor action = {.name = "dose", .unit = "mg"};
  rein_steering s = {.title = "A search", .evidence = "none", .exploratory = exploratory, .n_action = 1};
  s.n_search = s.n_check = 100;
  model->observable = REIN_NEW(arena, rein_observable, 2);
  model->observable[0] = (rein_observable){.name = "tumour", .unit_text = "mL"};
  model->observable[1] = (rein_observable){.name = "weight", .unit_text = "kg"};
  model->n_observable = 2;
  scenario->model = model;
  s.scenario = scenario;
  s.action = &action;
  s.n_objective = 2;
  s.objective = REIN_NEW(arena, rein_steer_objective, 2);
  s.objective[0] = (rein_steer_objective){"small", 0, REIN_STEER_LOW, 0, 0, 2};
  s.objective[1] = (rein_steer_objective){"steady", 1, REIN_STEER_RANGE, 60, 80, 1};
  s.n_limit = 1;
  s.limit = REIN_NEW(arena, rein_steer_limit, 1);
  s.limit[0] = (rein_steer_limit){.name = "toxic", .probability = 0.05};
  s.n_choice = 2;
  s.choice = REIN_NEW(arena, rein_steer_choice, 2);
  for (int i = 0; i < 2; i++) {
    s.choice[i].value = REIN_NEW(arena, double, 1);
    s.choice[i].value[0] = 20 + 10 * i;
    s.choice[i].layer = 1;
  }
  s.choice[0].rank = 1;
  s.choice[0].search = outcome(12, 70, 2), s.choice[0].check = outcome(13, 71, 4);
  s.choice[1].search = outcome(8, 65, 3), s.choice[1].check = outcome(9, 64, 11);
  return s;
}

static char *draw(const rein_steering *s, const char *name, size_t *n) {
  const char *path = rein_arena_printf(arena, "%s/%s", folder, name);
  ck_assert_int_eq(rein_choices_write(arena, s, REIN_PLOT_SVG, path, diag), REIN_OK);
  FILE *file = fopen(path, "rb");
  char *bytes = rein_arena_alloc(arena, 1 << 20);
  *n = fread(bytes, 1, (1 << 20) - 1, file);
  fclose(file);
  return bytes;
}

static void expect(const char *picture, const char *words, bool there) {
  ck_assert_msg((strstr(picture, words) != NULL) == there, "%s", words);
}

/* 4 of 100 beyond: exactly 1.1 to 9.9 % (Clopper and Pearson); 13 +- 1.96 * 0.5. */
START_TEST(test_words) {
  size_t n, m;
  const rein_steering s = make(true);
  const char *picture = draw(&s, "a.svg", &n), *again = draw(&s, "b.svg", &m);
  ck_assert_uint_eq(n, m);
  ck_assert_mem_eq(picture, again, n);
  expect(picture, "EXPLORATORY: not supported", true);
  expect(picture, "1, exploratory: dose 20 mg; small: tumour [mL]: search 12, check 13 (12.02 to 13.98)",
         true);
  expect(picture, "beyond toxic [% of people]: search 2, check 4 (1.1 to 9.926)", true);
  expect(picture, "dropped, exploratory: dose 30 mg", true);
  expect(picture, "steady: weight [kg]: wanted: 60 to 80 kg; weight 1", true);
  expect(picture, "limit: 5 %", true);
  expect(picture, "Nothing here chooses a treatment", true);
}
END_TEST

START_TEST(test_supported_and_empty) {
  size_t n, m;
  rein_steering s = make(false);
  const char *supported = draw(&s, "a.svg", &n);
  expect(supported, "EXPLORATORY", false);
  expect(supported, "1: dose 20 mg", true);
  s.choice[0].check.objective[0].mean = NAN;
  draw(&s, "b.svg", &m);
  s.n_choice = 0;
  expect(draw(&s, "c.svg", &m), "No point is within all limits", true);
}
END_TEST

Suite *rein_suite_choices(void) {
  Suite *s = suite_create("choices");
  TCase *c = tcase_create("choices");
  tcase_add_checked_fixture(c, setup, teardown);
  tcase_add_test(c, test_words);
  tcase_add_test(c, test_supported_and_empty);
  suite_add_tcase(s, c);
  return s;
}
