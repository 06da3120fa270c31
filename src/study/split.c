/* Making, reading and applying frozen splits. */
#include "src/study/split.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/files.h"
#include "src/base/sha256.h"
#include "src/lang/schema.h"
#include "src/scenario/draw.h"
#include "src/study/validate_inside.h"

static const char *const WORDS[] = {"individual", "dose", "action", "combination", "horizon", "study", NULL};
static const char *const KINDS[] = {"split/1", NULL};
static const rein_schema TEXT_RULE[] = {{.key = "", .kind = REIN_SCHEMA_TEXT}, {0}};
static const rein_schema FROZEN_KEYS[] = {{.key = "scenario", .kind = REIN_SCHEMA_TEXT, .required = true},
                                          {.key = "observed", .kind = REIN_SCHEMA_TEXT, .required = true},
                                          {.key = "expect", .kind = REIN_SCHEMA_TEXT, .required = true},
                                          {0}};
static const rein_schema POINTS_KEYS[] = {{.key = "test", .kind = REIN_SCHEMA_COUNT, .required = true},
                                          {.key = "train", .kind = REIN_SCHEMA_COUNT, .required = true},
                                          {0}};
static const rein_schema TOP_KEYS[] = {
    {.key = "rein", .kind = REIN_SCHEMA_WORD, .required = true, .words = KINDS},
    {.key = "name", .kind = REIN_SCHEMA_TEXT, .required = true},
    {.key = "notes", .kind = REIN_SCHEMA_TEXT},
    {.key = "scenario", .kind = REIN_SCHEMA_TEXT, .required = true},
    {.key = "by", .kind = REIN_SCHEMA_WORD, .required = true, .words = WORDS},
    {.key = "seed", .kind = REIN_SCHEMA_COUNT},
    {.key = "frozen", .kind = REIN_SCHEMA_MAP, .required = true, .keys = FROZEN_KEYS},
    {.key = "points", .kind = REIN_SCHEMA_MAP, .required = true, .keys = POINTS_KEYS},
    {.key = "test", .kind = REIN_SCHEMA_LIST_OF, .required = true, .keys = TEXT_RULE},
    {0}};

static const rein_pos nowhere = {NULL, 0, 0, 0};

const char *const *rein_split_words(void) {
  return WORDS;
}

/* ---- codes ---- */

static int study_of(const rein_observed *o, int person) {
  for (int i = 0; i < o->n_point; i++) {
    if (o->point[i].person == person) return o->point[i].study;
  }
  return 0;
}

/* The published hash of the data is of YAML and table without this prefix, so that it tells nothing here. */
void rein_split_code(const rein_observed *o, int person, char code[18]) {
  static const char prefix[] = "rein split, people of a table\n";
  const int study = study_of(o, person);
  rein_sha256 sha;
  unsigned char digest[32];
  char hex[65];
  rein_sha256_init(&sha);
  rein_sha256_add(&sha, prefix, sizeof prefix - 1);
  rein_sha256_add(&sha, o->csv->source->bytes, o->csv->source->n_byte);
  rein_sha256_add(&sha, "\n", 1);
  rein_sha256_add(&sha, o->study[study], strlen(o->study[study]) + 1);
  rein_sha256_add(&sha, o->person[person], strlen(o->person[person]));
  rein_sha256_finish(&sha, digest);
  rein_sha256_digits(digest, hex);
  code[0] = 'c';
  memcpy(code + 1, hex, 16);
  code[17] = 0;
}

/* ---- which points are the test ---- */

/* The test part in words: what stands under `test:` of the file. */
typedef struct {
  const char **word; /* (n) */
  size_t n, capacity;
  double last; /* horizon of the training part, model time */
} part;

static bool has(const part *p, const char *word) {
  for (size_t i = 0; i < p->n; i++) {
    if (strcmp(p->word[i], word) == 0) return true;
  }
  return false;
}

static double horizon_of(const rein_validate_job *job, const rein_task *task) {
  return job->scenario->time[task->i_time] - job->scenario->time[0];
}

static void mark(rein_validate_job *job, rein_split_kind by, const part *test, int *n_test) {
  const rein_observed *o = job->observed;
  bool *chosen = REIN_NEW(job->arena, bool, o->n_person + 1);
  for (int p = 0; p < o->n_person && by == REIN_SPLIT_INDIVIDUAL; p++) {
    char code[18];
    rein_split_code(o, p, code);
    chosen[p] = has(test, code);
  }
  *n_test = 0;
  for (int i = 0; i < job->n_task; i++) {
    rein_task *t = &job->task[i];
    t->is_test = by == REIN_SPLIT_INDIVIDUAL ? t->person >= 0 && chosen[t->person]
                 : by == REIN_SPLIT_HORIZON  ? horizon_of(job, t) > test->last * (1.0 + 1e-9)
                 : by == REIN_SPLIT_STUDY    ? has(test, o->study[t->study])
                                             : has(test, o->arm[t->arm].name);
    *n_test += t->is_test;
  }
}

/* ---- choosing ---- */

/* A word of the test part has to be one of the data's. */
static bool is_known(const rein_validate_job *job, rein_split_kind by, const char *word, rein_pos pos,
                     rein_diag *diag) {
  const rein_observed *o = job->observed;
  rein_names *names = rein_names_create(job->arena);
  const bool is_study = by == REIN_SPLIT_STUDY;
  for (int i = 0; i < (is_study ? o->n_study : o->n_arm); i++)
    rein_names_add(names, is_study ? o->study[i] : o->arm[i].name, i);
  if (rein_names_find(names, word) >= 0) return true;
  const char *closest = rein_names_closest(names, word);
  rein_error(diag, pos, "the observed data have no %s '%s'%s%s%s", is_study ? "study" : "arm", word,
             closest ? "; did you mean '" : "", closest ? closest : "", closest ? "'?" : "");
  return false;
}

static bool choose_names(const rein_validate_job *job, rein_split_kind by, const char *list, rein_diag *diag,
                         part *test) {
  bool good = true;
  while (*list) {
    const size_t n = strcspn(list, ",");
    const size_t skip = strspn(list, " ");
    const char *word =
        rein_arena_strndup(job->arena, list + (skip < n ? skip : n), n - (skip < n ? skip : n));
    good = is_known(job, by, word, nowhere, diag) && good;
    if (!has(test, word)) REIN_PUSH(job->arena, test->word, test->n, test->capacity, word);
    list += n + (list[n] == ',');
  }
  return good;
}

typedef struct {
  char code[18];
  double draw;
} candidate;

static int by_draw(const void *left, const void *right) {
  const candidate *a = left, *b = right;
  return a->draw != b->draw ? (a->draw > b->draw) - (a->draw < b->draw) : strcmp(a->code, b->code);
}

static int by_text(const void *left, const void *right) {
  return strcmp(*(const char *const *)left, *(const char *const *)right);
}

/* Each person's draw depends on the seed and their code, so not on the order of the table's rows. */
static bool choose_people(const rein_validate_job *job, rein_units *units, const char *text, uint64_t seed,
                          rein_diag *diag, part *test) {
  const rein_observed *o = job->observed;
  const rein_unit one = rein_unit_one();
  rein_unit unit;
  double share;
  if (o->is_group) {
    rein_error(diag, nowhere, "the data are means of groups: there are no people to split by");
    return false;
  }
  if (!rein_quantity_parse(units, text, nowhere, true, diag, &share, &unit)) return false;
  if (!rein_unit_same_dimension(&unit, &one) || !((share = rein_unit_convert(share, &unit, &one)) > 0.0) ||
      share >= 1.0) {
    rein_error(diag, nowhere, "the share of the test part is between 0 and 1, as in 0.3 or '30 %%', not '%s'",
               text);
    return false;
  }
  bool *used = REIN_NEW(job->arena, bool, o->n_person + 1);
  for (int i = 0; i < job->n_task; i++) used[job->task[i].person] = true;
  candidate *list = REIN_NEW(job->arena, candidate, o->n_person + 1);
  size_t n = 0;
  for (int p = 0; p < o->n_person; p++) {
    if (!used[p]) continue;
    rein_split_code(o, p, list[n].code);
    list[n].draw = rein_draw_uniform(seed, REIN_DRAW_DESIGN, 0, rein_draw_key(list[n].code), 0);
    n++;
  }
  qsort(list, n, sizeof *list, by_draw);
  const size_t wanted = (size_t)fmax(1.0, floor(share * (double)n + 0.5));
  for (size_t i = 0; i < wanted && i < n; i++)
    REIN_PUSH(job->arena, test->word, test->n, test->capacity, rein_arena_strdup(job->arena, list[i].code));
  qsort(test->word, test->n, sizeof *test->word, by_text);
  return true;
}

static bool choose_horizon(const rein_validate_job *job, rein_units *units, const char *text, rein_pos pos,
                           rein_diag *diag, part *test) {
  const rein_unit *to = &job->scenario->model->time_unit;
  rein_unit unit;
  if (!rein_quantity_parse(units, text, pos, false, diag, &test->last, &unit)) return false;
  if (!rein_unit_same_dimension(&unit, to)) {
    rein_error(diag, pos, "the last horizon of the training part has to be a time, not '%s'", text);
    return false;
  }
  test->last = rein_unit_convert(test->last, &unit, to);
  return true;
}

/* ---- what a test arm has to be ---- */

/* Of one table of doses for all arms, the doses of the people who were observed in this one. */
static bool gives(const rein_validate_job *job, int arm, size_t action) {
  const int sim_arm = job->sim_arm[arm];
  if (!rein_scenario_has_own_doses(job->scenario, sim_arm) || job->observed->is_group)
    return rein_scenario_gives(job->scenario, sim_arm, (int)action);
  for (int i = 0; i < job->n_task; i++) {
    const rein_task *t = &job->task[i];
    if (t->arm == arm &&
        rein_scenario_gives_to(job->scenario, sim_arm, job->first_member[t->person], (int)action))
      return true;
  }
  return false;
}

static bool is_test_arm(const rein_validate_job *job, const part *test, int arm) {
  return has(test, job->observed->arm[arm].name);
}

static bool same_actions(const rein_validate_job *job, int a, int b) {
  for (size_t k = 0; k < job->scenario->model->n_action; k++) {
    if (gives(job, a, k) != gives(job, b, k)) return false;
  }
  return true;
}

static bool in_training(const rein_validate_job *job, const part *test, size_t action) {
  for (int b = 0; b < job->observed->n_arm; b++) {
    if (job->sim_arm[b] >= 0 && !is_test_arm(job, test, b) && gives(job, b, action)) return true;
  }
  return false;
}

/* What is wrong with the dose of a test arm: the training part knows it; NULL where it does not. */
static const char *find_same_dose(const rein_validate_job *job, const part *test, int arm) {
  for (int b = 0; b < job->observed->n_arm; b++)
    if (job->sim_arm[b] >= 0 && !is_test_arm(job, test, b) && rein_split_same_dose(job, arm, b))
      return rein_arena_printf(job->arena, "gives the dose of '%s', which is in the training part",
                               job->observed->arm[b].name);
  return NULL;
}

/* Why an arm is not what the split is by; NULL where it is. */
static const char *why_not(const rein_validate_job *job, rein_split_kind by, const part *test, int arm) {
  int n_given = 0, n_new = 0;
  bool same = false;
  for (size_t k = 0; k < job->scenario->model->n_action; k++) {
    n_given += gives(job, arm, k);
    n_new += gives(job, arm, k) && !in_training(job, test, k);
  }
  for (int b = 0; b < job->observed->n_arm; b++)
    same |= job->sim_arm[b] >= 0 && !is_test_arm(job, test, b) && same_actions(job, arm, b);
  if (by == REIN_SPLIT_ACTION) return n_new ? NULL : "gives no action that the training part does not give";
  if (by == REIN_SPLIT_DOSE)
    return same ? find_same_dose(job, test, arm) : "gives other actions than every arm of the training part";
  if (n_given < 2) return "gives fewer than two actions";
  if (same) return "gives the same actions as an arm of the training part";
  return n_new ? "gives an action that the training part does not give: split by action" : NULL;
}

static bool check_arms(const rein_validate_job *job, rein_split_kind by, const part *test, rein_diag *diag) {
  const rein_observed *o = job->observed;
  bool good = true;
  if (by != REIN_SPLIT_DOSE && by != REIN_SPLIT_ACTION && by != REIN_SPLIT_COMBINATION) return true;
  for (int a = 0; a < o->n_arm; a++) {
    if (!is_test_arm(job, test, a)) continue;
    const char *why = job->sim_arm[a] < 0 ? "has no row" : why_not(job, by, test, a);
    if (why) rein_error(diag, nowhere, "'%s' is no new %s: it %s", o->arm[a].name, WORDS[by], why);
    good = good && !why;
  }
  return good;
}

/* ---- making ---- */

static void print(const rein_validate_job *job, rein_split_kind by, const part *test, uint64_t seed,
                  const char *scenario, int n_test, rein_text *out) {
  char expect[65];
  rein_validate_expect_hash(job, expect);
  rein_text_printf(out, "rein: split/1\nname: %s_by_%s\nscenario: '%s'\nby: %s\n", job->scenario->name,
                   WORDS[by], scenario, WORDS[by]);
  if (by == REIN_SPLIT_INDIVIDUAL) rein_text_printf(out, "seed: %llu\n", (unsigned long long)seed);
  rein_text_printf(
      out, "frozen:\n  scenario: %s\n  observed: %s\n  expect: %s\npoints: {test: %d, train: %d}\ntest:\n",
      job->scenario->hash, job->observed->hash, *expect ? expect : "none", n_test, job->n_task - n_test);
  for (size_t i = 0; i < test->n; i++) rein_text_printf(out, "  - '%s'\n", test->word[i]);
}

static rein_status make(rein_validate_job *job, rein_units *units, rein_split_kind by, const char *words,
                        uint64_t seed, const char *scenario, rein_diag *diag, rein_text *out) {
  part test = {.last = NAN};
  int n_test;
  bool good;
  if (by == REIN_SPLIT_INDIVIDUAL) {
    good = choose_people(job, units, words, seed, diag, &test);
  } else if (by == REIN_SPLIT_HORIZON) {
    good = choose_horizon(job, units, words, nowhere, diag, &test);
    REIN_PUSH(job->arena, test.word, test.n, test.capacity, words);
  } else {
    good = choose_names(job, by, words, diag, &test);
  }
  if (!good || !check_arms(job, by, &test, diag)) return REIN_ERR_INPUT;
  mark(job, by, &test, &n_test);
  if (n_test == 0 || n_test == job->n_task) {
    rein_error(diag, nowhere, "%d of %d points would be the test part: both parts need some", n_test,
               job->n_task);
    return REIN_ERR_INPUT;
  }
  print(job, by, &test, seed, scenario, n_test, out);
  return REIN_OK;
}

rein_status rein_split_make(rein_validate_job *job, rein_units *units, rein_split_kind by, const char *test,
                            uint64_t seed, const char *scenario, rein_diag *diag, rein_text *out) {
  rein_guard guard;
  if (REIN_GUARD(job->arena, &guard)) return REIN_ERR_MEMORY;
  const rein_status status = make(job, units, by, test, seed, scenario, diag, out);
  rein_unguard(job->arena, &guard);
  return status;
}

/* ---- reading and applying ---- */

static rein_status read_file(rein_arena *arena, const char *path, rein_diag *diag, rein_split *split) {
  const rein_source *source;
  rein_status status = rein_files_read(arena, path, nowhere, diag, &source);
  if (status == REIN_OK) status = rein_yaml_parse(arena, source, diag, &split->root);
  if (status != REIN_OK) return status;
  if (!rein_schema_check(split->root, TOP_KEYS, "a frozen split", diag)) return REIN_ERR_INPUT;
  const char *by = rein_yaml_get(split->root, "by")->text;
  int kind = 0;
  while (strcmp(WORDS[kind], by) != 0) kind++;
  split->by = (rein_split_kind)kind;
  split->name = rein_yaml_get(split->root, "name")->text;
  split->path = path;
  split->scenario = rein_files_resolve(arena, path, rein_yaml_get(split->root, "scenario")->text);
  rein_sha256_hex(source->bytes, source->n_byte, split->hash);
  return REIN_OK;
}

rein_status rein_split_read(rein_arena *arena, const char *path, rein_diag *diag, rein_split **out) {
  rein_guard guard;
  if (REIN_GUARD(arena, &guard)) return REIN_ERR_MEMORY;
  rein_split *split = REIN_NEW(arena, rein_split, 1);
  const rein_status status = read_file(arena, path, diag, split);
  rein_unguard(arena, &guard);
  if (status == REIN_OK) *out = split;
  return status;
}

static bool is_frozen(const rein_split *split, const char *key, const char *what, const char *hash,
                      rein_diag *diag) {
  const rein_yaml *node = rein_yaml_get(rein_yaml_get(split->root, "frozen"), key);
  if (strcmp(node->text, hash) == 0) return true;
  rein_error(diag, node->pos, "%s not what was frozen: the hash is now %.12s", what, hash);
  return false;
}

static bool read_test(const rein_validate_job *job, rein_units *units, const rein_split *split,
                      rein_diag *diag, part *test) {
  const rein_yaml *list = rein_yaml_get(split->root, "test");
  const int n = list->kind == REIN_YAML_LIST ? list->n : 1;
  bool good = true;
  for (int i = 0; i < n; i++) {
    const rein_yaml *node = list->kind == REIN_YAML_LIST ? list->item[i] : list;
    if (split->by == REIN_SPLIT_HORIZON)
      good = choose_horizon(job, units, node->text, node->pos, diag, test) && good;
    else if (split->by != REIN_SPLIT_INDIVIDUAL)
      good = is_known(job, split->by, node->text, node->pos, diag) && good;
    REIN_PUSH(job->arena, test->word, test->n, test->capacity, node->text);
  }
  return good;
}

static rein_status apply(rein_validate_job *job, rein_units *units, const rein_split *split,
                         rein_diag *diag) {
  part test = {.last = NAN};
  char expect[65], counted[64];
  int n_test;
  rein_validate_expect_hash(job, expect);
  bool good = is_frozen(split, "observed", "the observed data are", job->observed->hash, diag);
  good = is_frozen(split, "scenario", "the scenario is", job->scenario->hash, diag) && good;
  good = is_frozen(split, "expect", "the rule of 'expect' is", *expect ? expect : "none", diag) && good;
  if (!good || !read_test(job, units, split, diag, &test)) return REIN_ERR_INPUT;
  mark(job, split->by, &test, &n_test);
  const rein_yaml *points = rein_yaml_get(split->root, "points");
  const rein_yaml *frozen = rein_yaml_get(points, "test");
  snprintf(counted, sizeof counted, "%d", n_test);
  if (strcmp(frozen->text, counted) != 0) {
    rein_error(diag, frozen->pos, "%s points are frozen, but 'test' names %s", frozen->text, counted);
    return REIN_ERR_INPUT;
  }
  job->split = split;
  return REIN_OK;
}

rein_status rein_split_apply(rein_validate_job *job, rein_units *units, const rein_split *split,
                             rein_diag *diag) {
  rein_guard guard;
  if (REIN_GUARD(job->arena, &guard)) return REIN_ERR_MEMORY;
  const rein_status status = apply(job, units, split, diag);
  rein_unguard(job->arena, &guard);
  return status;
}

/* A text cell, quoted where it needs to be (RFC 4180). */
static void print_cell(const char *text, rein_text *out) {
  if (!strpbrk(text, ",\"\r\n")) {
    rein_text_printf(out, "%s,", text);
    return;
  }
  rein_text_add(out, "\"");
  for (const char *c = text; *c; c++) rein_text_printf(out, *c == '"' ? "\"%c" : "%c", *c);
  rein_text_add(out, "\",");
}

static void print_points(const rein_validate_job *job, const rein_split *split, rein_text *out) {
  const rein_observed *o = job->observed;
  const rein_model *model = job->scenario->model;
  rein_text_printf(out, "task,study,arm,%shorizon,horizon_unit,observable,unit\n",
                   o->is_group ? "" : "individual,");
  for (int i = 0; i < job->n_task; i++) {
    const rein_task *t = &job->task[i];
    const rein_observable *observable = &model->observable[o->observable[t->observable]];
    char code[18];
    if (!t->is_test) continue;
    print_cell(split->name, out);
    print_cell(o->study[t->study], out);
    print_cell(o->arm[t->arm].name, out);
    if (t->person >= 0) rein_split_code(o, t->person, code);
    if (t->person >= 0) rein_text_printf(out, "%s,", code);
    rein_text_number(out, horizon_of(job, t));
    rein_text_printf(out, ",%s,%s,%s\n", model->time_unit_text, observable->name, observable->unit_text);
  }
}

rein_status rein_split_print_points(const rein_validate_job *job, const rein_split *split,
                                    bool individual_data, rein_diag *diag, rein_text *out) {
  rein_guard guard;
  if (!job->observed->is_group && !individual_data) {
    rein_error(diag, nowhere, "these are lines of people, under codes; --individual-data allows them");
    return REIN_ERR_USAGE;
  }
  if (REIN_GUARD(job->arena, &guard)) return REIN_ERR_MEMORY;
  print_points(job, split, out);
  rein_unguard(job->arena, &guard);
  return REIN_OK;
}
