/* Whole runs through the program, compared with stored answers: tests/golden/<name>.yaml is run, its records
 * are exported, and what matters of them stands in <name>.csv.
 *
 * Words are compared exactly, numbers to six digits of the largest in their column and quantity (the runs
 * have a relative tolerance of 1e-9), step counts to 20 %, so that another compiler or another release of
 * SUNDIALS changes nothing here and a mistake does. Nothing vouches for the stored answers but the tests
 * beside this one; a changed answer is explained in the commit that changes it. To write them anew:
 *   REIN_GOLDEN_WRITE=1 REIN_TEST_PROGRAM=build/release/rein build/release/run_tests golden */
#include <check.h>
#include <jansson.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "src/base/files.h"
#include "src/lang/csv.h"

#define DIGITS 1e-6
#define STEPS 0.2

static rein_arena *arena;
static char folder[64];

static int shell(const char *format, ...) __attribute__((format(printf, 1, 2)));
static int shell(const char *format, ...) {
  char command[1024];
  va_list args;
  va_start(args, format);
  vsnprintf(command, sizeof command, format, args);
  va_end(args);
  const int status = system(command);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void setup(void) {
  arena = rein_arena_create();
  strcpy(folder, "/tmp/rein-golden-XXXXXX");
  ck_assert_ptr_nonnull(mkdtemp(folder));
}

static void teardown(void) {
  shell("rm -rf '%s'", folder);
  rein_arena_destroy(arena);
}

/* ---- records to a table ---- */

static const char *const number_column[] = {"before",          "after",          "change",     "effect",
                                            "measured_before", "measured_after", "measured_sd"};
enum { N_NUMBER = sizeof number_column / sizeof *number_column };

static const char *word(const json_t *object, const char *key) {
  const char *text = json_string_value(json_object_get(object, key));
  return text ? text : "NA";
}

static void add_number(rein_text *out, const json_t *value) {
  if (json_is_number(value))
    rein_text_printf(out, ",%.9g", json_number_value(value));
  else
    rein_text_add(out, ",NA");
}

/* Doses of all actions that were prescribed and delivered within the horizon, summed: one action acts in
 * these runs, or its amounts can be told apart. */
static void add_doses(rein_text *out, const json_t *actions) {
  double prescribed = 0, delivered = 0;
  size_t i;
  json_t *action;
  json_array_foreach(actions, i, action) {
    prescribed += json_number_value(json_object_get(action, "prescribed"));
    delivered += json_number_value(json_object_get(action, "delivered"));
  }
  rein_text_printf(out, ",%.9g,%.9g", prescribed, delivered);
}

static void add_record(rein_text *out, const json_t *record) {
  size_t i;
  json_t *quantity;
  const json_t *horizon = json_object_get(record, "horizon"), *counters = json_object_get(record, "counters");
  ck_assert(json_array_size(json_object_get(record, "quantities")) > 0);
  json_array_foreach(json_object_get(record, "quantities"), i, quantity) {
    rein_text_printf(out, "%lld,%s,%s,%s,%s,%s,%s",
                     (long long)json_integer_value(json_object_get(record, "individual")),
                     word(record, "arm"), word(horizon, "label"), word(record, "status"),
                     word(quantity, "name"), word(quantity, "unit"), word(quantity, "direction"));
    add_doses(out, json_object_get(record, "actions"));
    for (int k = 0; k < N_NUMBER; k++) add_number(out, json_object_get(quantity, number_column[k]));
    rein_text_printf(out, ",%lld\n", (long long)json_integer_value(json_object_get(counters, "n_step")));
  }
}

/* Runs a scenario and returns its records as the text of a table. */
static const char *run(const char *name) {
  const char *program = getenv("REIN_TEST_PROGRAM");
  if (!program) program = "build/release/rein";
  ck_assert_int_eq(shell("'%s' run tests/golden/%s.yaml --quiet --out '%s/study'", program, name, folder), 0);
  ck_assert_int_eq(shell("'%s' export --quiet --out '%s/records' '%s/study'", program, folder, folder), 0);
  FILE *file = fopen(rein_arena_printf(arena, "%s/records", folder), "rb");
  ck_assert_ptr_nonnull(file);
  rein_text out;
  rein_text_init(&out, arena);
  rein_text_add(&out, "individual,arm,horizon,status,quantity,unit,direction,prescribed,delivered");
  for (int k = 0; k < N_NUMBER; k++) rein_text_printf(&out, ",%s", number_column[k]);
  rein_text_add(&out, ",n_step\n");
  json_t *record;
  while ((record = json_loadf(file, JSON_DISABLE_EOF_CHECK, NULL)) != NULL) {
    add_record(&out, record);
    json_decref(record);
  }
  fclose(file);
  return out.bytes;
}

/* ---- comparison ---- */

static const rein_csv *parse(const char *path, const char *text) {
  rein_diag *diag = rein_diag_create(arena);
  const rein_source *source = NULL;
  rein_csv *csv = NULL;
  if (text) {
    ck_assert_int_eq(rein_files_write(path, text, strlen(text), diag), REIN_OK);
  }
  ck_assert_int_eq(rein_files_read(arena, path, (rein_pos){0}, diag, &source), REIN_OK);
  ck_assert_int_eq(rein_csv_parse(arena, source, diag, &csv), REIN_OK);
  return csv;
}

/* Largest number of a column among rows of one quantity. */
static double largest(const rein_csv *csv, int column, const char *quantity) {
  const int name = rein_csv_find(csv, "quantity");
  double most = 0;
  for (int64_t row = 0; row < csv->n_row; row++)
    if (strcmp(rein_csv_text(csv, row, name), quantity) == 0 && !rein_csv_is_missing(csv, row, column))
      most = fmax(most, fabs(strtod(rein_csv_text(csv, row, column), NULL)));
  return most;
}

static bool is_number_column(const char *header) {
  for (int k = 0; k < N_NUMBER; k++)
    if (strcmp(header, number_column[k]) == 0) return true;
  return strcmp(header, "prescribed") == 0 || strcmp(header, "delivered") == 0;
}

/* Cells that differ by more than they may; *first says which is the first. */
static int64_t count_differences(const rein_csv *have, const rein_csv *want, const char **first) {
  int64_t n = 0;
  ck_assert_int_eq(have->n_column, want->n_column);
  ck_assert_int_eq(have->n_row, want->n_row);
  const int name = rein_csv_find(want, "quantity");
  for (int64_t row = 0; row < want->n_row; row++)
    for (int c = 0; c < want->n_column; c++) {
      const char *a = rein_csv_text(have, row, c), *b = rein_csv_text(want, row, c);
      bool same = strcmp(a, b) == 0;
      const double x = strtod(a, NULL), y = strtod(b, NULL);
      const bool there = !rein_csv_is_missing(have, row, c) && !rein_csv_is_missing(want, row, c);
      if (there && is_number_column(want->header[c]))
        same = fabs(x - y) <= DIGITS * largest(want, c, rein_csv_text(want, row, name));
      if (there && strcmp(want->header[c], "n_step") == 0) same = y > 0 && fabs(x - y) <= STEPS * y;
      if (!same && n++ == 0)
        *first = rein_arena_printf(arena, "line %lld, %s: %s, stored %s", (long long)row + 1, want->header[c],
                                   a, b);
    }
  return n;
}

static void write_anew(const char *name, const char *path, const char *text) {
  const char *whole = rein_arena_printf(
      arena,
      "# Answers of tests/golden/%s.yaml; how they are made and compared: tests/golden/test_golden.c.\n%s",
      name, text);
  ck_assert_int_eq(rein_files_write(path, whole, strlen(whole), rein_diag_create(arena)), REIN_OK);
}

static const char *const runs[] = {"warfarin", "body_weight"};

START_TEST(test_run) {
  const char *path = rein_arena_printf(arena, "tests/golden/%s.csv", runs[_i]), *text = run(runs[_i]);
  if (getenv("REIN_GOLDEN_WRITE")) write_anew(runs[_i], path, text);
  const rein_csv *have = parse(rein_arena_printf(arena, "%s/have.csv", folder), text);
  const char *first = "";
  const int64_t n = count_differences(have, parse(path, NULL), &first);
  ck_assert_msg(n == 0, "%s: %lld cells differ, first %s", runs[_i], (long long)n, first);
}
END_TEST

/* The comparison sees a changed word, a changed sixth digit, a value that went missing, and a fourth more
 * steps. */
START_TEST(test_comparison_can_fail) {
  static const char head[] = "quantity,after,n_step\n";
  static const char *const rows[] = {"a,100,1000\n",     "a,100.00001,1190\n", "b,100,1000\n",
                                     "a,100.001,1000\n", "a,NA,1000\n",        "a,100,1250\n"};
  const char *path = rein_arena_printf(arena, "%s/compared.csv", folder);
  const rein_csv *want = parse(path, rein_arena_printf(arena, "%s%s", head, rows[0]));
  for (int i = 0; i < 6; i++) {
    const rein_csv *have = parse(path, rein_arena_printf(arena, "%s%s", head, rows[i]));
    const char *first = NULL;
    ck_assert_int_eq(count_differences(have, want, &first), i < 2 ? 0 : 1);
    ck_assert_int_eq(first != NULL, i >= 2);
  }
}
END_TEST

Suite *rein_suite_golden(void) {
  Suite *suite = suite_create("golden");
  TCase *tc = tcase_create("all");
  tcase_add_checked_fixture(tc, setup, teardown);
  tcase_set_timeout(tc, 60);
  tcase_add_loop_test(tc, test_run, 0, sizeof runs / sizeof *runs);
  tcase_add_test(tc, test_comparison_can_fail);
  suite_add_tcase(suite, tc);
  return suite;
}
