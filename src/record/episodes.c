#include "src/record/episodes.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "src/base/files.h"
#include "src/record/deidentify.h"
#include "src/record/hdf5_file.h"
#include "src/record/json_text.h"
#include "src/scenario/draw.h"

static const rein_pos nowhere = {NULL, 0, 0, 0};

typedef struct {
  const rein_study_reader *reader;
  const rein_export_options *options;
  const rein_episodes_options *episodes;
  rein_diag *diag;
  rein_hdf5 file;
  int64_t n_replicate;
  double *actions, *rewards, *elapsed; /* (n_time x n_action), (n_time), (n_time) of one episode */
  int8_t *ends;                        /* (n_time) */
  rein_episodes_totals total;
  uint64_t n_byte; /* of the data */
} job;

static int64_t size(const job *j, rein_axis axis) {
  return j->reader->labels.n[axis];
}

/* ---- one episode ---- */

/* Whether signal s is about an amount, and not of the model. */
static bool is_dose_signal(const rein_part *labels, int64_t s) {
  const size_t n = strlen(labels->safety[s]), end = strlen(REIN_DOSE_SIGNAL);
  return n > end && strcmp(labels->safety[s] + n - end, REIN_DOSE_SIGNAL) == 0;
}

/* First time a signal of the kind was true for member m; infinite where none was. */
static double first_signal(const job *j, const rein_part *part, int64_t m, bool about_doses) {
  double first = INFINITY;
  for (int64_t s = 0; s < size(j, REIN_AXIS_SAFETY); s++) {
    const double time = part->safety_first[m * size(j, REIN_AXIS_SAFETY) + s];
    if (is_dose_signal(&j->reader->labels, s) == about_doses && time < first) first = time;
  }
  return first;
}

/* Steps until the first measurement at or after the signal, or all. */
static int64_t count_steps(const job *j, double signal) {
  const double *time = j->reader->labels.time;
  const int64_t n = size(j, REIN_AXIS_TIME) - 1;
  int64_t k = 1;
  while (k < n && time[k] < signal) k++;
  return k;
}

static void fill_steps(job *j, const rein_part *part, int64_t m, int64_t n_step, const double *seen) {
  const double *time = j->reader->labels.time;
  const int64_t n_time = size(j, REIN_AXIS_TIME), n_action = size(j, REIN_AXIS_ACTION),
                n_observable = size(j, REIN_AXIS_OBSERVABLE);
  for (int64_t k = 0; k <= n_step; k++) j->elapsed[k] = time[k] - time[0];
  for (int64_t k = 0; k < n_step; k++) {
    for (int64_t c = 0; c < n_action; c++) {
      const int64_t from = (m * n_time + k + 1) * n_action + c;
      j->actions[k * n_action + c] =
          isnan(part->in_force[from]) ? part->delivered_since[from] : part->in_force[from];
    }
    const double *after = seen + (k + 1) * n_observable;
    j->rewards[k] = j->episodes->reward ? rein_reward_value(j->episodes->reward, after, time[k + 1]) : 0.0;
  }
}

static void put_ends(job *j, int64_t group, const char *name, int64_t n_step, bool last) {
  memset(j->ends, 0, (size_t)n_step);
  j->ends[n_step - 1] = last;
  rein_hdf5_put_truths(&j->file, group, name, j->ends, n_step);
}

static void put_infos(job *j, int64_t group, const rein_part *part, int64_t m, int64_t n_step) {
  const int64_t n_time = size(j, REIN_AXIS_TIME), n_quantity = size(j, REIN_AXIS_QUANTITY),
                n_observable = size(j, REIN_AXIS_OBSERVABLE);
  const int64_t infos = rein_hdf5_enter(&j->file, group, "infos");
  rein_hdf5_put_row(&j->file, infos, "elapsed_time", j->elapsed, n_step + 1);
  rein_hdf5_put_table(&j->file, infos, "latent", part->latent + m * n_time * n_quantity, n_step + 1,
                      n_quantity);
  rein_hdf5_put_bytes(&j->file, infos, "measured_flag", part->measured_flag + m * n_time * n_observable,
                      n_step + 1, n_observable);
  rein_hdf5_leave(&j->file, infos);
}

static bool is_test(const job *j, int64_t individual) {
  const uint64_t person = (uint64_t)(individual / j->n_replicate);
  return rein_draw_uniform(j->reader->about.seed, REIN_DRAW_EPISODES, person, 0, 0) < j->episodes->test;
}

static void say_whose(job *j, int64_t group, const rein_part *part, int64_t i, int64_t a, bool test) {
  const rein_part *labels = &j->reader->labels;
  rein_hdf5 *h = &j->file;
  char code[18];
  rein_hdf5_say_text(h, group, "split", test ? "test" : "train");
  if (j->options->deidentify) {
    rein_deidentify_code(j->options, &j->reader->about, part->individual[i], code);
    rein_hdf5_say_text(h, group, "individual", code);
  } else {
    rein_hdf5_say_count(h, group, "individual", (uint64_t)part->individual[i]);
  }
  rein_hdf5_say_count(h, group, "replicate", (uint64_t)part->replicate[i]);
  rein_hdf5_say_text(h, group, "arm", labels->arm[a]);
  rein_hdf5_say_truth(h, group, "counterfactual", labels->counterfactual[a]);
  rein_hdf5_say_text(h, group, "boundary", labels->boundary[a]);
}

static void put_episode(job *j, const rein_part *part, int64_t i, int64_t a, int64_t m) {
  const int64_t n_time = size(j, REIN_AXIS_TIME), n_observable = size(j, REIN_AXIS_OBSERVABLE);
  const double *time = j->reader->labels.time, *seen = part->measured + m * n_time * n_observable;
  const double signal = first_signal(j, part, m, false);
  const int64_t n_step = count_steps(j, signal);
  const bool terminated = signal <= time[n_step], test = is_test(j, part->individual[i]);
  rein_hdf5 *h = &j->file;
  char name[40];
  snprintf(name, sizeof name, "episode_%" PRId64, j->total.n_episode);
  const int64_t group = rein_hdf5_enter(h, h->file, name);
  rein_hdf5_say_count(h, group, "id", (uint64_t)j->total.n_episode);
  rein_hdf5_say_count(h, group, "seed", j->reader->about.seed);
  rein_hdf5_say_count(h, group, "total_steps", (uint64_t)n_step);
  say_whose(j, group, part, i, a, test);
  rein_hdf5_say_truth(h, group, "amount_outside_valid_range", first_signal(j, part, m, true) <= time[n_step]);
  fill_steps(j, part, m, n_step, seen);
  rein_hdf5_put_table(h, group, "observations", seen, n_step + 1, n_observable);
  rein_hdf5_put_table(h, group, "actions", j->actions, n_step, size(j, REIN_AXIS_ACTION));
  rein_hdf5_put_row(h, group, "rewards", j->rewards, n_step);
  put_ends(j, group, "terminations", n_step, terminated);
  put_ends(j, group, "truncations", n_step, n_step == n_time - 1);
  put_infos(j, group, part, m, n_step);
  rein_hdf5_leave(h, group);
  j->total.n_episode++;
  j->total.n_step += n_step;
  j->total.n_terminated += terminated;
  j->total.n_test += test;
}

static rein_status put_part(void *context, const rein_part *part) {
  job *j = context;
  const int64_t n_arm = part->n[REIN_AXIS_ARM];
  if (size(j, REIN_AXIS_ACTION) > 0 && (!part->delivered_since || !part->in_force)) {
    rein_error(j->diag, nowhere,
               "'%s' does not hold what was delivered or in force between measurements: it was written by an "
               "older rein; "
               "run the study again in a new folder",
               j->reader->folder);
    return REIN_ERR_FILE;
  }
  rein_part_file_lock();
  for (int64_t m = 0; m < part->n[REIN_AXIS_INDIVIDUAL] * n_arm && !j->file.failed; m++) {
    if (part->status[m] == REIN_LANE_FAILED)
      j->total.n_failed++;
    else
      put_episode(j, part, m / n_arm, m % n_arm, m);
  }
  rein_part_file_unlock();
  return REIN_OK;
}

/* ---- what the columns are ---- */

/* Minari keeps a space as text of its own; its reader takes Python's words for the infinities. */
static const char *make_box(rein_arena *arena, int64_t n) {
  rein_text text;
  rein_text_init(&text, arena);
  rein_text_printf(&text, "{\"type\": \"Box\", \"dtype\": \"float64\", \"shape\": [%" PRId64 "]", n);
  for (int end = 0; end < 2; end++) {
    rein_text_printf(&text, ", \"%s\": [", end ? "high" : "low");
    for (int64_t i = 0; i < n; i++) rein_text_printf(&text, "%s%sInfinity", i ? ", " : "", end ? "" : "-");
    rein_text_add(&text, "]");
  }
  rein_text_add(&text, "}");
  return text.bytes;
}

static json_t *make_column(const char *name, const char *unit, const char *kind, const char *codes) {
  json_t *column = json_object();
  rein_json_set(&column, "name", rein_json_text(name));
  rein_json_set(&column, "unit", rein_json_text(unit));
  if (kind) rein_json_set(&column, "kind", rein_json_text(kind));
  rein_json_set(&column, "codes", codes[0] ? rein_json_text(codes) : json_null());
  return column;
}

static void add_columns(const rein_part *labels, json_t **about) {
  json_t *seen = json_array(), *done = json_array(), *latent = json_array();
  for (int64_t q = 0; q < labels->n[REIN_AXIS_QUANTITY]; q++) {
    const char *name = labels->quantity[q], *unit = labels->quantity_unit[q],
               *codes = labels->quantity_codes[q];
    rein_json_add(&latent, make_column(name, unit, labels->quantity_kind[q], codes));
    if (rein_record_observable(labels, q) >= 0) rein_json_add(&seen, make_column(name, unit, NULL, codes));
  }
  for (int64_t c = 0; c < labels->n[REIN_AXIS_ACTION]; c++)
    rein_json_add(&done, make_column(labels->action[c], labels->action_unit[c], labels->action_kind[c],
                                     labels->action_codes[c]));
  rein_json_set(about, "observations", seen);
  rein_json_set(about, "actions", done);
  rein_json_set(about, "latent", latent);
  rein_json_set(about, "measured_flags", rein_json_text(REIN_MEASURED_WORDS));
  json_t *signals = json_array();
  for (int64_t s = 0; s < labels->n[REIN_AXIS_SAFETY]; s++)
    if (!is_dose_signal(labels, s)) rein_json_add(&signals, rein_json_text(labels->safety[s]));
  rein_json_set(about, "terminated_by", signals);
}

static json_t *make_about(const job *j) {
  const rein_part_about *from = &j->reader->about;
  json_t *about = json_object();
  char seed[24];
  snprintf(seed, sizeof seed, "%" PRIu64, from->seed);
  rein_json_set(&about, "comment", rein_json_text(REIN_FOR_RESEARCH));
  rein_json_set(&about, "origin", rein_json_text(from->origin));
  rein_json_set(&about, "boundary", rein_json_text(from->boundary));
  rein_json_set(&about, "study", rein_json_text(from->study));
  rein_json_set(&about, "model", rein_json_text(from->model));
  rein_json_set(&about, "model_hash", rein_json_text(from->model_hash));
  rein_json_set(&about, "scenario_hash", rein_json_text(from->scenario_hash));
  rein_json_set(&about, "parameter_hash", rein_json_text(from->parameter_hash));
  rein_json_set(&about, "run_hash", rein_json_text(from->run_hash));
  rein_json_set(&about, "seed", rein_json_text(seed));
  rein_json_set(&about, "version", rein_json_text(from->version));
  rein_json_set(&about, "time_unit", rein_json_text(from->time_unit));
  rein_json_set(&about, "reward", rein_json_text(j->episodes->reward ? j->episodes->reward_text : "0"));
  rein_json_set(&about, "reward_unit",
                rein_json_text(j->episodes->reward ? rein_reward_unit(j->episodes->reward) : "1"));
  rein_json_set(&about, "test_share", rein_json_number(j->episodes->test));
  rein_json_set(&about, "test_episodes", json_integer(j->total.n_test));
  rein_json_set(&about, "terminated_episodes", json_integer(j->total.n_terminated));
  rein_json_set(&about, "members_failed_and_left_out", json_integer(j->total.n_failed));
  add_columns(&j->reader->labels, &about);
  return about;
}

static rein_status write_metadata(const job *j, const char *path, rein_diag *diag) {
  rein_arena *arena = j->reader->arena;
  rein_text text;
  rein_text_init(&text, arena);
  const char *id = rein_arena_printf(arena, "rein/%s-v0", j->reader->about.study);
  const char *seen = make_box(arena, size(j, REIN_AXIS_OBSERVABLE)),
             *done = make_box(arena, size(j, REIN_AXIS_ACTION));
  json_t *top = json_object();
  rein_json_set(&top, "total_episodes", json_integer(j->total.n_episode));
  rein_json_set(&top, "total_steps", json_integer(j->total.n_step));
  rein_json_set(&top, "data_format", json_string("hdf5"));
  rein_json_set(&top, "dataset_id", rein_json_text(id));
  rein_json_set(&top, "minari_version", json_string("~=0.5"));
  rein_json_set(&top, "dataset_size", json_real(round((double)j->n_byte / 1e5) / 10));
  rein_json_set(&top, "observation_space", rein_json_text(seen));
  rein_json_set(&top, "action_space", rein_json_text(done));
  rein_json_set(&top, "algorithm_name", json_string("what the scenario's arms prescribe"));
  rein_json_set(&top, "rein", make_about(j));
  const rein_status status = rein_json_print(top, &text);
  return status == REIN_OK ? rein_files_write(path, text.bytes, text.n, diag) : status;
}

/* ---- the whole ---- */

static rein_status count_replicates(void *context, const rein_part *part) {
  job *j = context;
  for (int64_t i = 0; i < part->n[REIN_AXIS_INDIVIDUAL]; i++)
    if (part->replicate[i] >= j->n_replicate) j->n_replicate = part->replicate[i] + 1;
  return REIN_OK;
}

static rein_status check(const job *j, rein_diag *diag) {
  const rein_status status = rein_export_check(j->reader, j->options, diag);
  if (status != REIN_OK) return status;
  const char *why = size(j, REIN_AXIS_TIME) < 2         ? "it has one measurement time, and a step takes two"
                    : size(j, REIN_AXIS_OBSERVABLE) < 1 ? "it keeps no observable"
                                                        : NULL;
  if (why) rein_error(diag, nowhere, "'%s' makes no episodes: %s", j->reader->folder, why);
  return why ? REIN_ERR_INPUT : REIN_OK;
}

/* Between create and close nothing is asked of an arena but in rein_reader_each, which comes back. */
static rein_status put_data(void *context, const rein_files_output *out) {
  job *j = context;
  rein_part_file_lock();
  rein_hdf5_create(&j->file, out->temporary[0] ? out->temporary : out->path);
  rein_part_file_unlock();
  const uint64_t wanted = REIN_FIELDS_LABELS | REIN_FIELD_BIT(measured) | REIN_FIELD_BIT(measured_flag) |
                          REIN_FIELD_BIT(latent) | REIN_FIELD_BIT(delivered_since) |
                          REIN_FIELD_BIT(in_force) | REIN_FIELD_BIT(safety_first) | REIN_FIELD_BIT(status);
  rein_status status = rein_reader_each(j->reader, wanted, j->diag, put_part, j);
  rein_part_file_lock();
  rein_hdf5_close(&j->file, &j->n_byte);
  rein_part_file_unlock();
  if (status == REIN_OK && j->file.failed) {
    rein_error(j->diag, nowhere, "cannot write '%s': HDF5 could not write there, or memory is out",
               out->path);
    status = REIN_ERR_FILE;
  }
  return status;
}

static rein_status write_both(job *j, const char *folder, rein_diag *diag) {
  rein_arena *arena = j->reader->arena;
  const char *inside = rein_arena_printf(arena, "%s/data", folder),
             *about = rein_arena_printf(arena, "%s/metadata.json", inside);
  if (rein_files_exists(about)) {
    rein_error(diag, nowhere, "'%s' holds a dataset already: it is left as it is, name another folder",
               folder);
    return REIN_ERR_FILE;
  }
  rein_status status = rein_files_make_folder(inside, 0700, diag);
  const size_t n_time = (size_t)size(j, REIN_AXIS_TIME);
  j->actions = REIN_NEW(arena, double, n_time *(size_t)size(j, REIN_AXIS_ACTION) + 1);
  j->rewards = REIN_NEW(arena, double, n_time);
  j->elapsed = REIN_NEW(arena, double, n_time);
  j->ends = REIN_NEW(arena, int8_t, n_time);
  const uint64_t replicates = REIN_FIELD_BIT(individual) | REIN_FIELD_BIT(replicate);
  if (status == REIN_OK) status = rein_reader_each(j->reader, replicates, diag, count_replicates, j);
  if (status == REIN_OK)
    status =
        rein_files_write_by(arena, rein_arena_printf(arena, "%s/main_data.hdf5", inside), put_data, j, diag);
  return status == REIN_OK ? write_metadata(j, about, diag) : status;
}

rein_status rein_episodes_write(const rein_study_reader *reader, const rein_export_options *options,
                                const rein_episodes_options *episodes, const char *folder, rein_diag *diag,
                                rein_episodes_totals *totals) {
  rein_guard guard;
  job j = {.reader = reader, .options = options, .episodes = episodes, .diag = diag, .n_replicate = 1};
  rein_status status = check(&j, diag);
  if (status != REIN_OK) return status;
  if (REIN_GUARD(reader->arena, &guard)) return REIN_ERR_MEMORY;
  status = write_both(&j, folder, diag);
  rein_unguard(reader->arena, &guard);
  if (status == REIN_OK) *totals = j.total;
  return status;
}
