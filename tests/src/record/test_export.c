/* NDJSON against the published schema and fields.def, CSV, deidentification, aggregates. */
#include "tests/src/record/study_fixture.h"

#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static fixture f;
static rein_study_reader *reader;
static rein_export_options options;

static void set_up(void) {
  fixture_create(&f, 11);
  options = (rein_export_options){0};
}

static void tear_down(void) {
  fixture_destroy(&f);
}

static void open_study(void) {
  ck_assert_msg(fixture_run(&f, fixture_path(&f, "a"), false) == REIN_OK, "%s", fixture_messages(&f));
  ck_assert_msg(rein_reader_open(f.arena, fixture_path(&f, "a"), true, f.diag, &reader) == REIN_OK, "%s",
                fixture_messages(&f));
}

/* What an export writes, in the arena. */
static char *exported(bool csv) {
  char *bytes = NULL;
  size_t n = 0;
  FILE *file = open_memstream(&bytes, &n);
  const rein_status status = csv ? rein_export_csv(reader, &options, file, f.diag)
                                 : rein_export_ndjson(reader, &options, file, f.diag);
  fclose(file);
  ck_assert_msg(status == REIN_OK, "%s", fixture_messages(&f));
  char *copy = rein_arena_strdup(f.arena, bytes);
  free(bytes);
  return copy;
}

static json_t *read_schema(void) {
  json_error_t error;
  json_t *schema = json_load_file("docs/transition.schema.json", 0, &error);
  ck_assert_msg(schema != NULL, "%s", error.text);
  return schema;
}

/* ---- the part of JSON Schema that the file uses ---- */

static bool is_type(const json_t *x, const char *type) {
  if (strcmp(type, "null") == 0) return json_is_null(x);
  if (strcmp(type, "string") == 0) return json_is_string(x);
  if (strcmp(type, "integer") == 0) return json_is_integer(x);
  if (strcmp(type, "number") == 0) return json_is_number(x);
  if (strcmp(type, "boolean") == 0) return json_is_boolean(x);
  return strcmp(type, "array") == 0 ? json_is_array(x) : strcmp(type, "object") == 0 && json_is_object(x);
}

static bool has_type(const json_t *x, const json_t *type) {
  if (json_is_string(type)) return is_type(x, json_string_value(type));
  for (size_t i = 0; i < json_array_size(type); i++)
    if (is_type(x, json_string_value(json_array_get(type, i)))) return true;
  return json_array_size(type) == 0;
}

static bool in_enum(const json_t *x, const json_t *list) {
  for (size_t i = 0; i < json_array_size(list); i++)
    if (json_equal(x, json_array_get(list, i))) return true;
  return false;
}

void fixture_check_schema(json_t *x, json_t *schema, const char *path) {
  json_t *list = json_object_get(schema, "enum"), *constant = json_object_get(schema, "const"), *item;
  json_t *properties = json_object_get(schema, "properties"), *items = json_object_get(schema, "items");
  const char *key;
  size_t i;
  ck_assert_msg(has_type(x, json_object_get(schema, "type")), "%s has another type", path);
  ck_assert_msg(!list || in_enum(x, list), "%s is none of its words", path);
  ck_assert_msg(!constant || json_equal(x, constant), "%s is not its constant", path);
  if (json_is_object(x) && properties) {
    json_array_foreach(json_object_get(schema, "required"), i, item) ck_assert_msg(
        json_object_get(x, json_string_value(item)) != NULL, "%s lacks %s", path, json_string_value(item));
    json_object_foreach(x, key, item) {
      ck_assert_msg(json_object_get(properties, key) != NULL, "%s has %s, which the schema does not", path,
                    key);
      fixture_check_schema(item, json_object_get(properties, key), key);
    }
  }
  if (json_is_array(x) && items) json_array_foreach(x, i, item) fixture_check_schema(item, items, path);
}

START_TEST(test_every_line_fits_the_schema) {
  open_study();
  json_t *schema = read_schema();
  int n = 0;
  for (char *line = strtok(exported(false), "\n"); line; line = strtok(NULL, "\n"), n++) {
    json_error_t error;
    json_t *record = json_loads(line, 0, &error);
    ck_assert_msg(record != NULL, "%s", error.text);
    fixture_check_schema(record, schema, "record");
    json_decref(record);
  }
  ck_assert_int_eq(n, 11 * FIXTURE_ARMS * 2);
  json_decref(schema);
}
END_TEST

/* Schema of "a.b" below `schema`, through items of arrays; NULL if it has none. */
static json_t *find_key(json_t *schema, const char *path, size_t n) {
  char key[64];
  while (n > 0 && schema) {
    const char *dot = memchr(path, '.', n);
    const size_t length = dot ? (size_t)(dot - path) : n;
    snprintf(key, sizeof key, "%.*s", (int)length, path);
    json_t *items = json_object_get(schema, "items");
    schema = json_object_get(json_object_get(items ? items : schema, "properties"), key);
    path += dot ? length + 1 : length;
    n -= dot ? length + 1 : length;
  }
  return schema;
}

START_TEST(test_schema_and_fields_agree) {
  json_t *schema = read_schema();
  const rein_field *field = rein_record_fields();
  for (int i = 0; i < REIN_N_FIELD; i++) {
    for (const char *key = field[i].key; *key;) {
      const size_t n = strcspn(key, "|");
      ck_assert_msg(find_key(schema, key, n) != NULL, "the schema lacks %.*s of field %s", (int)n, key,
                    field[i].name);
      key += n + (key[n] == '|');
    }
  }
  ck_assert_ptr_null(find_key(schema, "quantities.nonsense", 19));
  json_decref(schema);
}
END_TEST

START_TEST(test_docs_name_every_field) {
  const rein_source *text = fixture_read(&f, "docs", "records.md");
  const rein_field *field = rein_record_fields();
  for (int i = 0; i < REIN_N_FIELD; i++)
    ck_assert_msg(strstr(text->bytes, rein_arena_printf(f.arena, "`%s`", field[i].name)) != NULL,
                  "docs/records.md lacks `%s`", field[i].name);
}
END_TEST

static json_t *line_of(char *text, int number) {
  for (int i = 0; i < number; i++) text = strchr(text, '\n') + 1;
  json_error_t error;
  json_t *record = json_loads(rein_arena_strndup(f.arena, text, strcspn(text, "\n")), 0, &error);
  ck_assert_msg(record != NULL, "%s", error.text);
  return record;
}

static json_t *at(json_t *x, const char *list, int i, const char *key) {
  return json_object_get(json_array_get(json_object_get(x, list), (size_t)i), key);
}

START_TEST(test_record_values) {
  open_study();
  json_t *r =
      line_of(exported(false), (1 * FIXTURE_ARMS + 1) * 2 + 1); /* individual 1, arm 1, second horizon */
  ck_assert_int_eq(json_integer_value(json_object_get(r, "individual")), 1);
  ck_assert_str_eq(json_string_value(json_object_get(r, "arm")), "daily/dose=5 mg");
  ck_assert_str_eq(json_string_value(json_object_get(r, "reference")), "none");
  ck_assert_double_eq(json_real_value(at(r, "quantities", 0, "before")), fixture_value(1, 1, 1, 0));
  ck_assert_double_eq(json_real_value(at(r, "quantities", 0, "after")), fixture_value(1, 1, 3, 0));
  ck_assert_double_eq(json_real_value(at(r, "quantities", 3, "effect")),
                      fixture_value(1, 1, 3, 3) - fixture_value(1, 0, 3, 3));
  ck_assert_str_eq(json_string_value(at(r, "quantities", 0, "direction")), "down");
  ck_assert(json_is_null(at(r, "quantities", 1, "direction")));
  ck_assert_ptr_null(at(r, "quantities", 2, "measured_after"));
  ck_assert_str_eq(json_string_value(json_object_get(json_object_get(r, "provenance"), "seed")),
                   "18446744073709551615");
  json_decref(r);
}
END_TEST

START_TEST(test_failed_record_is_null_not_zero) {
  open_study();
  json_t *r = line_of(exported(false), (FIXTURE_FAILED * FIXTURE_ARMS + 2) * 2);
  ck_assert_str_eq(json_string_value(json_object_get(r, "status")), "failed");
  ck_assert(json_is_null(at(r, "quantities", 0, "after")));
  ck_assert(json_is_real(at(r, "quantities", 0, "before")));
  ck_assert(json_is_null(at(r, "quantities", 0, "change")));
  ck_assert_str_eq(json_string_value(at(r, "quantities", 0, "flag_after")), "missing");
  json_t *failure = json_object_get(r, "failure");
  ck_assert_str_eq(json_string_value(json_object_get(failure, "reason")), rein_fail_name(REIN_FAIL_RATES));
  ck_assert_double_eq(json_real_value(json_object_get(failure, "time")), 10);
  json_decref(r);
}
END_TEST

START_TEST(test_export_is_the_same_twice) {
  open_study();
  ck_assert_str_eq(exported(false), exported(false));
  ck_assert_str_eq(exported(true), exported(true));
}
END_TEST

START_TEST(test_csv) {
  open_study();
  const char *text = exported(true);
  int lines = 0;
  for (const char *c = text; *c; c++) lines += *c == '\n';
  ck_assert_int_eq(lines, 1 + 11 * FIXTURE_ARMS * 2 * FIXTURE_KEPT);
  /* The first horizon of individual 0 under arm 0: value row 1 (activity) 20 -> 20 - 0.1 * 12 / 8 = 19.85 */
  ck_assert_ptr_nonnull(strstr(text, ",activity,%,20,19.85,"));
  /* Every line has as many cells as the first; no cell of this study holds a comma. */
  int expected = -1, commas = 0;
  for (const char *c = text; *c; c++) {
    commas += *c == ',';
    if (*c != '\n') continue;
    if (expected < 0) expected = commas;
    ck_assert_int_eq(commas, expected);
    commas = 0;
  }
}
END_TEST

START_TEST(test_people_need_leave) {
  f.scenario->individual_data = true;
  open_study();
  FILE *file = tmpfile();
  ck_assert_int_eq(rein_export_ndjson(reader, &options, file, f.diag), REIN_ERR_USAGE);
  ck_assert_int_eq(rein_export_csv(reader, &options, file, f.diag), REIN_ERR_USAGE);
  ck_assert_int_eq(ftell(file), 0);
  fclose(file);
  ck_assert_ptr_nonnull(strstr(fixture_messages(&f), "--individual-data"));
  options.individual_data = true;
  ck_assert_uint_gt(strlen(exported(false)), 1000);
}
END_TEST

START_TEST(test_deidentify) {
  static const char *const column[] = {"age", "visit_date"};
  open_study();
  options = (rein_export_options){
      .individual_data = true, .deidentify = true, .salt = "s", .column = column, .n_column = 2};
  char *text = exported(false);
  ck_assert_ptr_null(strstr(text, "\"CL\""));           /* not named */
  ck_assert_ptr_null(strstr(text, "\"once\\\" a day")); /* free text */
  double shift[11];
  bool differ = false;
  for (int i = 0; i < 11; i++) {
    json_t *r = line_of(text, i * FIXTURE_ARMS * 2);
    const double age = json_real_value(at(r, "parameters", 0, "value"));
    ck_assert_double_eq(age, 85 + i > 90 ? 90 : 85 + i);
    shift[i] = json_real_value(at(r, "parameters", 1, "value")) - 1000;
    ck_assert(shift[i] != 0 && fabs(shift[i]) <= 364 && shift[i] == floor(shift[i]));
    differ = differ || shift[i] != shift[0];
    ck_assert_uint_eq(strlen(json_string_value(json_object_get(r, "individual"))), 17);
    json_decref(r);
  }
  ck_assert(differ);
  const char *again = exported(false);
  ck_assert_str_eq(text, again);
  options.salt = "t";
  ck_assert_str_ne(exported(false), text);
}
END_TEST

/* One salt, two studies that differ in their seed alone: no code and no shift of one is the other's. */
START_TEST(test_codes_of_two_studies_differ) {
  static const char *const column[] = {"visit_date"};
  open_study();
  options = (rein_export_options){
      .individual_data = true, .deidentify = true, .salt = "s", .column = column, .n_column = 1};
  char *first = exported(false);
  f.scenario->seed = 7;
  ck_assert_int_eq(fixture_run(&f, fixture_path(&f, "b"), false), REIN_OK);
  ck_assert_int_eq(rein_reader_open(f.arena, fixture_path(&f, "b"), true, f.diag, &reader), REIN_OK);
  char *second = exported(false);
  int n_same_shift = 0;
  for (int i = 0; i < 11; i++) {
    json_t *a = line_of(first, i * FIXTURE_ARMS * 2), *b = line_of(second, i * FIXTURE_ARMS * 2);
    ck_assert_str_ne(json_string_value(json_object_get(a, "individual")),
                     json_string_value(json_object_get(b, "individual")));
    n_same_shift += json_equal(at(a, "parameters", 0, "value"), at(b, "parameters", 0, "value"));
    json_decref(a);
    json_decref(b);
  }
  ck_assert_int_lt(n_same_shift, 3);
}
END_TEST

START_TEST(test_deidentify_needs_salt) {
  open_study();
  options.deidentify = true;
  FILE *file = tmpfile();
  ck_assert_int_eq(rein_export_ndjson(reader, &options, file, f.diag), REIN_ERR_USAGE);
  fclose(file);
}
END_TEST

/* ---- summaries ---- */

static rein_summary *summarise(bool individual_data) {
  rein_summary *s;
  ck_assert_msg(rein_summary_create(f.arena, reader, individual_data, f.diag, &s) == REIN_OK, "%s",
                fixture_messages(&f));
  return s;
}

/* Values rise by 0.25 an individual: 11 of them have the median of individual 5, and quantiles between order
 * statistics. */
START_TEST(test_summary) {
  open_study();
  const rein_summary *s = summarise(false);
  ck_assert_int_eq(s->n_member, 33);
  ck_assert_int_eq(s->n_failed, 1);
  ck_assert_int_eq(s->n_alone, 1);
  ck_assert_int_eq(s->n_failure, 1);
  ck_assert_int_eq(s->failure[0].reason, REIN_FAIL_RATES);
  ck_assert_int_eq(s->failure[0].n, 1);
  ck_assert_double_eq(s->failure[0].first, 10);
  ck_assert(s->complete);
  ck_assert_int_eq(s->n_row, FIXTURE_KEPT * FIXTURE_ARMS * 2);
  const rein_summary_row *row = &s->row[0]; /* concentration, arm 0, 12 h */
  ck_assert_int_eq(row->after.n, 11);
  ck_assert_double_eq_tol(row->after.mean, fixture_value(5, 0, 2, 0), 1e-12);
  ck_assert_double_eq_tol(row->after.quantile[2], fixture_value(5, 0, 2, 0), 1e-12);
  ck_assert_double_eq_tol(row->after.quantile[0], fixture_value(0, 0, 2, 0) + 0.5 * 0.25, 1e-12);
  ck_assert_double_eq_tol(row->after.sd, 0.25 * sqrt(11.0), 1e-12); /* of 0 .. 10: sqrt(11) */
  ck_assert_double_eq_tol(row->change.mean, -0.15, 1e-12);
  ck_assert_double_eq_tol(row->change.sd, 0, 1e-12);
  ck_assert_int_eq(row->effect.n, 0);
  const rein_summary_row *failed = &s->row[2 * 2];
  ck_assert_int_eq(failed->after.n, 10);
  ck_assert_double_eq_tol(failed->effect.mean, -2 * 1.5, 1e-12);
  ck_assert_int_eq(s->safety[2 * 2].n, 10);
  ck_assert_int_eq(s->safety[2 * 2].n_true, 10);
  ck_assert_double_eq(s->safety[2 * 2].mean_duration, 7.25);
  ck_assert_int_eq(s->safety[0].n_true, 0);
}
END_TEST

START_TEST(test_small_groups_are_suppressed) {
  fixture_destroy(&f);
  fixture_create(&f, 4);
  f.scenario->individual_data = true;
  open_study();
  const rein_summary *s = summarise(false);
  ck_assert_int_eq(s->row[0].after.n, -1);
  ck_assert(isnan(s->row[0].after.mean));
  ck_assert_int_eq(s->safety[0].n_true, -1);
  ck_assert_int_eq(summarise(true)->row[0].after.n, 4);
  char *bytes = NULL;
  size_t n = 0;
  FILE *file = open_memstream(&bytes, &n);
  ck_assert_int_eq(rein_summary_write_csv(s, reader, file, f.diag), REIN_OK);
  fclose(file);
  ck_assert_ptr_nonnull(strstr(bytes, ",change,,,,,,,,,suppressed\n"));
  free(bytes);
}
END_TEST

START_TEST(test_bands) {
  static const double prob[2] = {0.0, 0.5};
  double *band;
  open_study();
  ck_assert_int_eq(rein_summary_bands(f.arena, reader, 1, false, prob, 2, false, f.diag, &band), REIN_OK);
  const int at = (1 * FIXTURE_TIMES + 3) * 2;
  ck_assert_double_eq_tol(band[at], fixture_value(0, 1, 3, 1), 1e-12);
  ck_assert_double_eq_tol(band[at + 1], fixture_value(5, 1, 3, 1), 1e-12);
  ck_assert_int_eq(rein_summary_bands(f.arena, reader, 0, true, prob, 2, false, f.diag, &band), REIN_OK);
  ck_assert(isfinite(band[0]));
}
END_TEST

Suite *rein_suite_export(void);
Suite *rein_suite_export(void) {
  Suite *suite = suite_create("export");
  TCase *tc = tcase_create("export");
  tcase_add_checked_fixture(tc, set_up, tear_down);
  tcase_set_timeout(tc, 60);
  tcase_add_test(tc, test_every_line_fits_the_schema);
  tcase_add_test(tc, test_schema_and_fields_agree);
  tcase_add_test(tc, test_docs_name_every_field);
  tcase_add_test(tc, test_record_values);
  tcase_add_test(tc, test_failed_record_is_null_not_zero);
  tcase_add_test(tc, test_export_is_the_same_twice);
  tcase_add_test(tc, test_csv);
  tcase_add_test(tc, test_people_need_leave);
  tcase_add_test(tc, test_deidentify);
  tcase_add_test(tc, test_codes_of_two_studies_differ);
  tcase_add_test(tc, test_deidentify_needs_salt);
  tcase_add_test(tc, test_summary);
  tcase_add_test(tc, test_small_groups_are_suppressed);
  tcase_add_test(tc, test_bands);
  suite_add_tcase(suite, tc);
  return suite;
}
