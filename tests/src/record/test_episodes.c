/* Episodes for learning: the HDF5 file is opened by HDF5's own functions and compared with the study's
 * records. */
#include <hdf5.h>
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "src/record/episodes.h"
#include "src/rein.h"
#include "tests/src/record/study_fixture.h"

Suite *rein_suite_episodes(void);

static fixture f;
static rein_study_reader *reader;
static hid_t file;
static rein_episodes_totals totals;

static void set_up(void) {
  fixture_create(&f, 11);
  file = -1;
}

static void tear_down(void) {
  if (file >= 0) H5Fclose(file);
  fixture_destroy(&f);
}

/* ---- reading ---- */

/* All numbers of an array; shape (rows x columns), columns 0 for an array of one axis. */
static double *get(hid_t from, const char *path, int64_t rows, int64_t columns) {
  const hid_t set = H5Dopen2(from, path, H5P_DEFAULT);
  ck_assert_msg(set >= 0, "%s", path);
  const hid_t space = H5Dget_space(set), type = H5Dget_type(set);
  hsize_t n[2] = {0, 0};
  ck_assert_int_eq(H5Sget_simple_extent_ndims(space), columns ? 2 : 1);
  H5Sget_simple_extent_dims(space, n, NULL);
  ck_assert_int_eq((int64_t)n[0], rows);
  ck_assert_int_eq((int64_t)n[1], columns);
  ck_assert_msg(H5Tget_class(type) == H5T_FLOAT && H5Tget_size(type) == 8, "%s is no float64", path);
  double *x = REIN_NEW(f.arena, double, rows *(columns ? columns : 1) + 1);
  ck_assert_int_ge(H5Dread(set, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, x), 0);
  H5Tclose(type);
  H5Sclose(space);
  H5Dclose(set);
  return x;
}

/* Truth values as numpy's bool is kept: an enumeration of bytes, FALSE and TRUE. */
static const int8_t *get_truths(hid_t from, const char *path, int64_t rows) {
  const hid_t set = H5Dopen2(from, path, H5P_DEFAULT), type = H5Dget_type(set), space = H5Dget_space(set);
  int8_t no = 9, yes = 9;
  ck_assert_int_eq(H5Tget_class(type), H5T_ENUM);
  ck_assert_int_eq((int)H5Tget_size(type), 1);
  ck_assert_int_eq(H5Tcommitted(type), 0); /* a named type would be one episode more */
  ck_assert_int_ge(H5Tenum_valueof(type, "FALSE", &no), 0);
  ck_assert_int_ge(H5Tenum_valueof(type, "TRUE", &yes), 0);
  ck_assert(no == 0 && yes == 1);
  ck_assert_int_eq(H5Sget_simple_extent_npoints(space), rows);
  int8_t *x = REIN_NEW(f.arena, int8_t, rows);
  ck_assert_int_ge(H5Dread(set, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, x), 0);
  H5Sclose(space);
  H5Tclose(type);
  H5Dclose(set);
  return x;
}

static int64_t get_count(hid_t from, const char *name) {
  int64_t x = -1;
  const hid_t a = H5Aopen(from, name, H5P_DEFAULT);
  ck_assert_msg(a >= 0, "%s", name);
  ck_assert_int_ge(H5Aread(a, H5T_NATIVE_INT64, &x), 0);
  H5Aclose(a);
  return x;
}

static const char *get_text(hid_t from, const char *name) {
  char *text = NULL;
  const hid_t a = H5Aopen(from, name, H5P_DEFAULT), type = H5Aget_type(a);
  ck_assert_int_gt(H5Tis_variable_str(type), 0);
  ck_assert_int_ge(H5Aread(a, type, &text), 0);
  const char *copy = rein_arena_strdup(f.arena, text);
  H5free_memory(text);
  H5Tclose(type);
  H5Aclose(a);
  return copy;
}

static hid_t open_episode(int64_t i) {
  const hid_t g = H5Gopen2(file, rein_arena_printf(f.arena, "episode_%lld", (long long)i), H5P_DEFAULT);
  ck_assert_int_ge(g, 0);
  return g;
}

static json_t *get_metadata(const char *folder) {
  json_error_t error;
  json_t *top = json_load_file(rein_arena_printf(f.arena, "%s/data/metadata.json", folder), 0, &error);
  ck_assert_msg(top != NULL, "%s", error.text);
  return top;
}

/* ---- writing ---- */

static void open_study(const char *folder) {
  ck_assert_msg(rein_reader_open(f.arena, folder, true, f.diag, &reader) == REIN_OK, "%s",
                fixture_messages(&f));
}

static rein_status try_write(const rein_export_options *options, const char *reward, const char *folder) {
  rein_units *units;
  rein_episodes_options episodes = {.reward_text = reward, .test = 0.25};
  if (reward) {
    ck_assert_int_eq(rein_units_create(f.diag, &units), REIN_OK);
    ck_assert_msg(rein_reward_read(f.arena, units, reward, &reader->labels, reader->about.time_unit, f.diag,
                                   &episodes.reward) == REIN_OK,
                  "%s", fixture_messages(&f));
    rein_units_destroy(units);
  }
  return rein_episodes_write(reader, options, &episodes, folder, f.diag, &totals);
}

static const char *write_all(const char *reward, const char *name) {
  const rein_export_options none = {0};
  const char *folder = fixture_path(&f, name);
  ck_assert_msg(try_write(&none, reward, folder) == REIN_OK, "%s", fixture_messages(&f));
  file = H5Fopen(rein_arena_printf(f.arena, "%s/data/main_data.hdf5", folder), H5F_ACC_RDONLY, H5P_DEFAULT);
  ck_assert_int_ge(file, 0);
  return folder;
}

/* ---- against the fixture's closed formulas ---- */

START_TEST(test_episodes_hold_the_records) {
  ck_assert_int_eq(fixture_run(&f, fixture_path(&f, "a"), false), REIN_OK);
  open_study(fixture_path(&f, "a"));
  const char *folder =
      write_all("-abs(activity - 15 %) + 1 % * concentration / 1 'mg/L' + 0 % * time / 1 h", "e");
  /* 11 people, 3 arms; one failed under the last arm, where the others are stopped by the signal at 3.5 h. */
  ck_assert_int_eq(totals.n_episode, 32);
  ck_assert_int_eq(totals.n_failed, 1);
  ck_assert_int_eq(totals.n_terminated, 10);
  ck_assert_int_eq(totals.n_step, 22 * 3 + 10);
  H5G_info_t info;
  H5Gget_info(file, &info);
  ck_assert_int_eq((int64_t)info.nlinks, 32);
  static const double times[] = {0, 6, 12, 24};
  int64_t i = 0;
  for (int64_t m = 0; m < 33; m++) {
    const int64_t who = m / 3, arm = m % 3, n = arm == 2 ? 1 : 3;
    if (who == FIXTURE_FAILED && arm == 2) continue;
    const hid_t g = open_episode(i);
    const double *seen = get(g, "observations", n + 1, 2), *done = get(g, "actions", n, 2),
                 *reward = get(g, "rewards", n, 0), *elapsed = get(g, "infos/elapsed_time", n + 1, 0),
                 *latent = get(g, "infos/latent", n + 1, FIXTURE_KEPT);
    const int8_t *ended = get_truths(g, "terminations", n), *cut = get_truths(g, "truncations", n);
    ck_assert_int_eq(get_count(g, "id"), i++);
    ck_assert_int_eq(get_count(g, "total_steps"), n);
    ck_assert_int_eq(get_count(g, "individual"), who);
    ck_assert_str_eq(get_text(g, "arm"), f.scenario->arm[arm].name);
    for (int64_t t = 0; t <= n; t++) {
      ck_assert_double_eq(elapsed[t], times[t]);
      for (int k = 0; k < FIXTURE_KEPT; k++)
        ck_assert_double_eq(latent[t * FIXTURE_KEPT + k], fixture_value(who, (int)arm, (int)t, k));
    }
    for (int64_t t = 0; t < n; t++) {
      ck_assert_double_eq(done[2 * t],
                          t == 0 && arm > 0 ? 4.5 : 0.0); /* taken at 1 h; that of 12 h was not */
      ck_assert_double_eq(done[2 * t + 1], 0.0);
      ck_assert_double_eq(reward[t], -fabs(seen[2 * (t + 1) + 1] - 15) + seen[2 * (t + 1)]);
      ck_assert_int_eq(ended[t], arm == 2 && t == n - 1);
      ck_assert_int_eq(cut[t], arm != 2 && t == n - 1);
    }
    H5Gclose(g);
  }
  json_t *top = get_metadata(folder);
  ck_assert_int_eq(json_integer_value(json_object_get(top, "total_episodes")), 32);
  ck_assert_int_eq(json_integer_value(json_object_get(top, "total_steps")), 76);
  ck_assert_str_eq(json_string_value(json_object_get(top, "dataset_id")), "rein/made_up_study-v0");
  json_t *about = json_object_get(top, "rein"), *actions = json_object_get(about, "actions");
  ck_assert_str_eq(json_string_value(json_object_get(json_array_get(actions, 0), "unit")), "mg");
  ck_assert_int_eq((int)json_array_size(json_object_get(about, "terminated_by")), 1);
  ck_assert_int_eq(json_integer_value(json_object_get(about, "members_failed_and_left_out")), 1);
  json_decref(top);
}
END_TEST

static int64_t n_row;

/* The measured values of the part are the observations, bit for bit; amounts add up, and what sets a
 * parameter is what was in force. */
static rein_status compare_part(void *context, const rein_part *part) {
  const int64_t n_time = reader->labels.n[REIN_AXIS_TIME], n = reader->labels.n[REIN_AXIS_OBSERVABLE];
  int64_t *i = context;
  for (int64_t m = 0; m < part->n[REIN_AXIS_INDIVIDUAL] * part->n[REIN_AXIS_ARM]; m++, ++*i) {
    const hid_t g = open_episode(*i);
    const int64_t n_step = get_count(g, "total_steps"), n_action = reader->labels.n[REIN_AXIS_ACTION];
    const double *seen = get(g, "observations", n_step + 1, n), *done = get(g, "actions", n_step, n_action);
    ck_assert_mem_eq(seen, part->measured + m * n_time * n, (size_t)((n_step + 1) * n) * sizeof *seen);
    for (int64_t h = 0; h < reader->labels.n[REIN_AXIS_HORIZON]; h++) {
      const int32_t before = reader->labels.before[h], after = reader->labels.after[h];
      for (int64_t c = 0; after <= n_step && c < n_action; c++) {
        double sum = 0;
        const double *force = part->in_force + m * n_time * n_action + c;
        for (int32_t t = before; t < after; t++) sum += done[t * n_action + c];
        if (!isnan(force[after * n_action])) {
          ck_assert_double_eq(done[(after - 1) * n_action + c], force[after * n_action]);
          continue;
        }
        const double wanted = part->delivered[(m * reader->labels.n[REIN_AXIS_HORIZON] + h) * n_action + c];
        ck_assert_double_eq_tol(sum, wanted, 1e-12 * (1 + fabs(wanted)));
        n_row += wanted != 0;
      }
    }
    H5Gclose(g);
  }
  return REIN_OK;
}

/* Doses missed, late, doubled, titrated, infused: what is in the episodes adds up to what the records have.
 */
START_TEST(test_amounts_add_up) {
  static const char *const scenarios[] = {"scenarios/warfarin_adherence.yaml",
                                          "scenarios/warfarin_titration.yaml",
                                          "scenarios/infection_and_antibiotic.yaml"};
  rein_session *session = rein_session_create();
  for (int s = 0; s < 3; s++) {
    rein_scenario_file *scenario;
    const char *study = rein_arena_printf(f.arena, "%s/study%d", f.folder, s);
    const rein_load_options small = {.n_individual = 6};
    const rein_code code = rein_scenario_load(session, scenarios[s], &small, &scenario);
    ck_assert_msg(code == REIN_DONE, "%s", rein_session_messages(session));
    ck_assert_int_eq(rein_scenario_run(scenario, study, NULL, NULL), REIN_DONE);
    open_study(study);
    write_all(NULL, rein_arena_printf(f.arena, "e%d", s));
    int64_t i = 0;
    n_row = 0;
    const uint64_t wanted =
        REIN_FIELDS_LABELS | REIN_FIELD_BIT(measured) | REIN_FIELD_BIT(delivered) | REIN_FIELD_BIT(in_force);
    ck_assert_int_eq(rein_reader_each(reader, wanted, f.diag, compare_part, &i), REIN_OK);
    ck_assert_int_eq(i, totals.n_episode);
    ck_assert_int_gt(n_row, 0);
    H5Fclose(file);
    file = -1;
  }
  rein_session_destroy(session);
}
END_TEST

/* All arms of a person are on one side; the share is about what was asked; nothing else decides. */
START_TEST(test_split_by_person) {
  fixture_destroy(&f);
  fixture_create(&f, 301);
  ck_assert_int_eq(fixture_run(&f, fixture_path(&f, "a"), false), REIN_OK);
  open_study(fixture_path(&f, "a"));
  write_all(NULL, "e");
  bool side[301] = {false}, known[301] = {false};
  int64_t n_test = 0;
  for (int64_t i = 0; i < totals.n_episode; i++) {
    const hid_t g = open_episode(i);
    const int64_t who = get_count(g, "individual");
    const bool test = strcmp(get_text(g, "split"), "test") == 0;
    ck_assert(test || strcmp(get_text(g, "split"), "train") == 0);
    ck_assert(!known[who] || side[who] == test);
    if (!known[who]) n_test += test;
    known[who] = true, side[who] = test;
    H5Gclose(g);
  }
  ck_assert_int_ge(n_test, 50); /* of 301 at 25 %: 75, 95 % from 60 to 91 */
  ck_assert_int_le(n_test, 100);
}
END_TEST

START_TEST(test_same_bytes) {
  ck_assert_int_eq(fixture_run(&f, fixture_path(&f, "a"), false), REIN_OK);
  ck_assert_int_eq(fixture_run(&f, fixture_path(&f, "b"), true), REIN_OK);
  const char *const names[] = {"data/main_data.hdf5", "data/metadata.json"};
  const char *folder[2];
  for (int k = 0; k < 2; k++) {
    open_study(fixture_path(&f, k ? "b" : "a"));
    folder[k] = write_all("activity", k ? "eb" : "ea");
    H5Fclose(file);
    file = -1;
  }
  for (int k = 0; k < 2; k++) {
    const rein_source *a = fixture_read(&f, folder[0], names[k]), *b = fixture_read(&f, folder[1], names[k]);
    ck_assert_uint_eq(a->n_byte, b->n_byte);
    ck_assert_mem_eq(a->bytes, b->bytes, a->n_byte);
  }
}
END_TEST

START_TEST(test_refusals) {
  const rein_export_options none = {0};
  f.scenario->individual_data = true;
  ck_assert_int_eq(fixture_run(&f, fixture_path(&f, "a"), false), REIN_OK);
  open_study(fixture_path(&f, "a"));
  ck_assert_int_eq(try_write(&none, NULL, fixture_path(&f, "e")), REIN_ERR_USAGE);
  ck_assert_ptr_nonnull(strstr(fixture_messages(&f), "records of people"));
  ck_assert_int_ne(access(fixture_path(&f, "e"), F_OK), 0);
  const rein_export_options coded = {.individual_data = true, .deidentify = true, .salt = "salt"};
  ck_assert_int_eq(try_write(&coded, NULL, fixture_path(&f, "e")), REIN_OK);
  file = H5Fopen(fixture_path(&f, "e/data/main_data.hdf5"), H5F_ACC_RDONLY, H5P_DEFAULT);
  const hid_t g = open_episode(0);
  ck_assert_int_eq(get_text(g, "individual")[0], 'p');
  H5Gclose(g);
  ck_assert_int_eq(try_write(&coded, NULL, fixture_path(&f, "e")), REIN_ERR_FILE);
  ck_assert_ptr_nonnull(strstr(fixture_messages(&f), "holds a dataset already"));
}
END_TEST

/* A study from before there were amounts between measurements: its records are read, episodes are refused. */
START_TEST(test_older_study) {
  const rein_export_options none = {0};
  char *bytes = NULL;
  size_t n = 0;
  ck_assert_int_eq(fixture_run(&f, fixture_path(&f, "a"), false), REIN_OK);
  const hid_t part = H5Fopen(fixture_path(&f, "a/parts/part-000000.nc"), H5F_ACC_RDWR, H5P_DEFAULT);
  ck_assert_int_ge(part, 0);
  ck_assert_int_ge(H5Ldelete(part, "delivered_since", H5P_DEFAULT), 0);
  H5Fclose(part);
  ck_assert_int_eq(rein_reader_open(f.arena, fixture_path(&f, "a"), false, f.diag, &reader), REIN_OK);
  FILE *out = open_memstream(&bytes, &n);
  ck_assert_int_eq(rein_export_ndjson(reader, &none, out, f.diag), REIN_OK);
  fclose(out);
  free(bytes);
  ck_assert_int_eq(try_write(&none, NULL, fixture_path(&f, "e")), REIN_ERR_FILE);
  ck_assert_ptr_nonnull(strstr(fixture_messages(&f), "written by an older rein"));
  ck_assert_int_ne(access(fixture_path(&f, "e/data/main_data.hdf5"), F_OK), 0);
}
END_TEST

/* A reward's units and names are checked like a model's. */
START_TEST(test_rewards) {
  static const struct {
    const char *text, *part;
  } wrong[] = {{"-abs(activty)", "did you mean 'activity'?"},
               {"activity + concentration", "--reward:1:1: error"},
               {"activity +", "expected an operand"}};
  rein_units *units;
  const rein_reward *reward;
  ck_assert_int_eq(fixture_run(&f, fixture_path(&f, "a"), false), REIN_OK);
  open_study(fixture_path(&f, "a"));
  ck_assert_int_eq(rein_units_create(f.diag, &units), REIN_OK);
  for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
    f.diag = rein_diag_create(f.arena);
    ck_assert_int_eq(rein_reward_read(f.arena, units, wrong[i].text, &reader->labels, "h", f.diag, &reward),
                     REIN_ERR_INPUT);
    ck_assert_msg(strstr(fixture_messages(&f), wrong[i].part), "%s", fixture_messages(&f));
  }
  ck_assert_int_eq(
      rein_reward_read(f.arena, units,
                       "if concentration > 2 'g/L' then activity else if time > 0.25 d then -1 % else 0 %",
                       &reader->labels, "h", f.diag, &reward),
      REIN_OK);
  ck_assert_double_eq(rein_reward_value(reward, (double[]){2001.0, 7.0}, 12.0), 7.0);
  ck_assert_double_eq(rein_reward_value(reward, (double[]){1999.0, 7.0}, 12.0), -1.0);
  ck_assert_double_eq(rein_reward_value(reward, (double[]){1999.0, 7.0}, 5.0), 0.0);
  ck_assert(isnan(rein_reward_value(reward, (double[]){2001.0, NAN}, 12.0)));
  ck_assert_str_eq(rein_reward_unit(reward), "%");
  rein_units_destroy(units);
}
END_TEST

Suite *rein_suite_episodes(void) {
  Suite *s = suite_create("episodes");
  TCase *c = tcase_create("episodes");
  tcase_add_checked_fixture(c, set_up, tear_down);
  tcase_set_timeout(c, 60);
  tcase_add_test(c, test_episodes_hold_the_records);
  tcase_add_test(c, test_amounts_add_up);
  tcase_add_test(c, test_split_by_person);
  tcase_add_test(c, test_same_bytes);
  tcase_add_test(c, test_refusals);
  tcase_add_test(c, test_older_study);
  tcase_add_test(c, test_rewards);
  suite_add_tcase(s, c);
  return s;
}
