/* Every command that makes a study of a scenario, of data or of records, each allocation failing once: no
 * crash, no leak (under the address sanitizer), and "out of memory" or the same text and the same file. */
#include <check.h>
#include <fcntl.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "src/base/files.h"
#include "src/base/sha256.h"
#include "src/cli/commands.h"
#include "tests/fault/attempts.h"

static const char model_text[] =
    "rein: model/1\nname: small\ntime: h\n"
    "parameters:\n"
    "  CL: {value: 1 L/h, between: 'lognormal(cv: 30 %)', uncertain: 'lognormal(cv: 20 %)', assumed: test}\n"
    "  V: {value: 10 L, between: 'lognormal(cv: 20 %)', assumed: test}\n"
    "  ka: {value: 1 1/h, assumed: test}\n"
    "states:\n"
    "  gut: {unit: mg, initial: 0, scale: 10 mg}\n"
    "  central: {unit: mg, initial: 0, scale: 10 mg}\n"
    "values:\n  level: {is: central / V, unit: mg/L}\n"
    "processes:\n"
    "  absorption: {from: gut, to: central, rate: ka * gut}\n"
    "  elimination: {from: central, rate: CL * level}\n"
    "actions:\n  drug: {kind: drug, unit: mg, into: gut}\n  drip: {kind: drug, unit: mg, into: central}\n"
    "observables:\n  seen: {is: level, unit: mg/L, noise: 'combined(sd: 0.05 mg/L, cv: 10 %)', "
    "smallest_change: 0.2 mg/L}\n"
    "safety:\n  high: {when: level > 3 'mg/L', message: high}\n"
    "valid: {drug: 0 .. 100 mg, drip: 0 .. 100 mg, horizon: 60 d}\n";

#define GIVEN "given: {actions: [{do: drug, amount: 30 mg, at: 0 h}]}"
#define HEAD "rein: scenario/1\nname: small\nmodel: ./m.yaml\nseed: 3\n"
#define MEASURE "measure: {at: [0 h, 2 h, 6 h]}\nhorizons: [2 h, 6 h]\n"

static const char scenario_text[] =
    HEAD "cohort: {n: 16}\narms:\n  " GIVEN "\ncounterfactual: {without: drug}\n" MEASURE;

static const char factorial_text[] =
    HEAD "cohort: {n: 8}\nkeep: [observables]\narms:\n"
         "  both:\n    factorial: {of: [drug, drip]}\n    actions: [{do: drug, amount: 30 mg, at: 0 h}, "
         "{do: drip, amount: 10 mg, at: 0 h}]\n" MEASURE;

/* Compared with people; with groups. */
static const char people_text[] = HEAD "cohort: {n: 40}\narms:\n  " GIVEN "\n  none: {}\n" MEASURE
                                       "compare: {observed: people_about.yaml, arm: {given: given, none: "
                                       "none}}\nexpect: {rule: verdict/1}\n";
static const char groups_text[] = HEAD "cohort: {n: 40}\narms:\n  " GIVEN "\n  none: {}\n" MEASURE
                                       "compare: {observed: groups_about.yaml, arm: {given: given, none: "
                                       "none}}\nexpect: {rule: verdict/1}\n";

#define ABOUT                                                                                                \
  "source: {title: made by a test}\nlicence: none\narms:\n"                                                  \
  "  given: {assignment: randomised, comparator: none, actions: a, concurrent: none, adherence: unknown}\n"  \
  "  none: {assignment: randomised, actions: a, concurrent: none, adherence: unknown}\n"                     \
  "used_for_fitting: []\nrelation: external\n"

static const char people_about[] =
    "data: people.csv\ncolumns: {study: text, arm: text, id: text, observable: text, unit: text, time: text, "
    "time_unit: text, value: text}\n" ABOUT;
static const char groups_about[] =
    "data: groups.csv\ncolumns: {study: text, arm: text, n: text, observable: text, unit: text, time: text, "
    "time_unit: text, mean: text, sd: text}\n" ABOUT "baseline: {seen: 0 mg/L}\n";

/* About twice what the model says. */
static const char groups_table[] = "study,arm,n,observable,unit,time,time_unit,mean,sd\n"
                                   "s1,given,25,seen,mg/L,2,h,4.6,0.4\ns1,given,25,seen,mg/L,6,h,3.1,0.4\n"
                                   "s1,none,25,seen,mg/L,2,h,0.02,0.05\n";

static const char nonmem_table[] = "ID,TIME,AMT,CMT,EVID,II,ADDL,DV,DVID\n"
                                   "planted1,0,0.03,drug,1,6,1,.,.\nplanted1,0,.,.,0,.,.,0.01,1\n"
                                   "planted1,2,.,.,0,.,.,2.3,1\nplanted1,6,.,.,0,.,.,1.5,1\n"
                                   "planted2,0,.,.,0,.,.,0.02,1\nplanted2,1,0.02,drug,1,.,.,.,.\n"
                                   "planted2,6,.,.,0,.,.,1.1,1\n";
static const char nonmem_about[] =
    "data: nonmem.csv\nnonmem: {units: {time: h, ii: h, amt: g, dv: mg/L}, observables: {1: seen}}\n"
    "source: {title: made by a test}\nlicence: none\narms:\n"
    "  given: {assignment: unknown, actions: a, concurrent: none, adherence: unknown}\n"
    "used_for_fitting: []\nrelation: external\n";
static const char nonmem_text[] =
    HEAD "cohort: {people: observed, replicates: 20}\narms:\n  given: {events: observed}\n"
         "measure: {at: [0 h, 8 h]}\ncompare: {observed: nonmem_about.yaml, arm: {given: given}}\n";

static const char prior_text[] = "rein: prior/1\nname: q\nmodel: ./m.yaml\nhorizons: [1 h, 4 h]\nn: 256\n"
                                 "states:\n  start: initial\n"
                                 "  told: {known: {central: 20 mg}, measured: {observable: seen, value: 2.2 "
                                 "mg/L}, by: %s}\nactions:\n  none: {}\n"
                                 "  drug: {actions: [{do: drug, amount: 30 mg}]}\n";

static const char goals_text[] =
    "rein: steer/1\nname: g\nscenario: ./s.yaml\narm: given\n"
    "actions:\n  drug: {field: actions.drug.amount, from: 0 mg, to: 100 mg}\n"
    "objectives:\n  seen: {observable: seen, want: high}\n"
    "search: {points: 16, rounds: 1, people: 40}\ncheck: {people: 40, seed: 9}\n";

/* ---- one command ---- */

static char folder[64];
static rein_arena *outer; /* of the test itself */
static char *command[12];
static int n_word, screen;         /* screen: standard output as it was */
static const char *printed, *made; /* files: what is printed, what --out names */

static const char *in(const char *name) {
  return rein_arena_printf(outer, "%s/%s", folder, name);
}

static const char *write_text(const char *name, const char *text) {
  const char *path = in(name);
  ck_assert_int_eq(rein_files_write(path, text, strlen(text), rein_diag_create(outer)), REIN_OK);
  return path;
}

static void write_people(void) {
  rein_text table;
  rein_text_init(&table, outer);
  rein_text_add(&table, "study,arm,id,observable,unit,time,time_unit,value\n");
  for (int i = 0; i < 12; i++)
    for (int t = 0; t < 3; t++)
      rein_text_printf(&table, "s1,%s,planted%d,seen,mg/L,%d,h,%.10g\n", i % 2 ? "none" : "given", i,
                       t == 2 ? 6 : 2 * t, i % 2 || t == 0 ? 0.01 * i : 4.0 + 0.1 * i - 0.7 * t);
  write_text("people.csv", table.bytes);
}

static void setup(void) {
  outer = rein_arena_create();
  json_set_alloc_funcs(malloc, free); /* here these are those that fail */
  /* where syncing to the disk costs nothing, if there is such a place */
  strcpy(folder, access("/dev/shm", W_OK) == 0 ? "/dev/shm/rein-faults-XXXXXX" : "/tmp/rein-faults-XXXXXX");
  ck_assert_ptr_nonnull(mkdtemp(folder));
  write_text("m.yaml", model_text);
  write_text("s.yaml", scenario_text);
  printed = in("printed"), made = NULL;
  fflush(stdout);
  screen = dup(STDOUT_FILENO);
  const int file = open(printed, O_RDWR | O_CREAT | O_TRUNC, 0600);
  ck_assert_int_ge(dup2(file, STDOUT_FILENO), 0);
  close(file);
}

static void teardown(void) {
  fflush(stdout);
  ck_assert_int_ge(dup2(screen, STDOUT_FILENO), 0);
  close(screen);
  ck_assert_int_eq(system(rein_arena_printf(outer, "rm -rf '%s'", folder)), 0);
  rein_arena_destroy(outer);
}

/* As main does it, without its messages. */
static rein_status run_command(rein_arena *arena, size_t skip, rein_text *said) {
  rein_guard guard;
  if (REIN_GUARD(arena, &guard)) return REIN_ERR_MEMORY;
  if (skip) rein_arena_alloc(arena, skip);
  rein_cli cli = {.command = rein_command_find(command[0]), .arena = arena, .diag = rein_diag_create(arena)};
  rein_status status = rein_options_parse(&cli, n_word, command, 1);
  if (status == REIN_OK) status = cli.command->run(&cli);
  if (said) rein_diag_print(cli.diag, said);
  rein_unguard(arena, &guard);
  return status;
}

/* Hashes of what was printed and of the file, so that they are compared whole. */
static const char *answer(void) {
  const char *path[] = {printed, made};
  char hex[2][65] = {"", ""};
  rein_arena *arena = rein_arena_create();
  for (int i = 0; i < 2 && path[i]; i++) {
    const rein_source *text;
    ck_assert_int_eq(rein_files_read(arena, path[i], (rein_pos){0}, rein_diag_create(arena), &text), REIN_OK);
    rein_sha256_hex(text->bytes, text->n_byte, hex[i]);
  }
  rein_arena_destroy(arena);
  return rein_arena_printf(outer, "%s %s", hex[0], hex[1]);
}

static int count_open_files(void) {
  int n = 0;
  for (int fd = 0; fd < 1024; fd++) n += fcntl(fd, F_GETFD) >= 0;
  return n;
}

static fault_outcome try_command(fault_attempt *f) {
  fault_outcome o = {REIN_ERR_MEMORY, NULL};
  const int n_open = count_open_files();
  ck_assert_int_eq(ftruncate(STDOUT_FILENO, 0), 0);
  ck_assert_int_eq(lseek(STDOUT_FILENO, 0, SEEK_SET), 0);
  rein_fault_arm(f->kind, f->n);
  rein_arena *arena = rein_arena_create();
  if (arena) o.status = run_command(arena, f->skip, NULL);
  f->hit = rein_fault_disarm();
  rein_arena_destroy(arena);
  fflush(stdout);
  ck_assert_msg(count_open_files() == n_open, "%s: a file stays open", command[0]);
  if (o.status == REIN_ERR_MEMBERS) o.status = REIN_OK;
  if (o.status == REIN_OK) o.answer = answer();
  if (made) ck_assert_int_eq(rein_files_exists(made), o.status == REIN_OK);
  if (made) unlink(made);
  return o;
}

/* The words of a command, NULL at the end; `--out` is added where a file is to be made. */
static void set_command(const char *const *word, const char *out) {
  for (n_word = 0; word[n_word]; n_word++) command[n_word] = rein_arena_strdup(outer, word[n_word]);
  command[n_word++] = rein_arena_strdup(outer, "--threads"),
  command[n_word++] = rein_arena_strdup(outer, "1");
  if (!(rein_command_find(word[0])->options & (uint64_t)1 << REIN_OPTION_THREADS)) n_word -= 2;
  if (!out) return;
  made = in(out);
  command[n_word++] = rein_arena_strdup(outer, "--out"), command[n_word++] = rein_arena_strdup(outer, made);
}

#define COMMAND(out, ...) set_command((const char *const[]){__VA_ARGS__, NULL}, out)

/* Once as it is, for its messages; then with every failure. */
static void check_command(long malloc_stride, long arena_stride) {
  rein_text said;
  rein_arena *arena = rein_arena_create();
  rein_text_init(&said, arena);
  const rein_status status = run_command(arena, 0, &said);
  ck_assert_msg(status == REIN_OK || status == REIN_ERR_MEMBERS, "%s: %s", rein_status_name(status),
                said.bytes);
  rein_arena_destroy(arena);
  fflush(stdout);
  if (made) unlink(made);
  fault_every_allocation(try_command, 1, malloc_stride);
  fault_every_arena_allocation(try_command, arena_stride);
}

/* A study that the next command reads. */
static const char *run_study(const char *name, const char *scenario) {
  const char *path = in(name);
  COMMAND(NULL, "run", "--quiet", "-o", path, scenario);
  rein_arena *arena = rein_arena_create();
  ck_assert_int_eq(run_command(arena, 0, NULL), REIN_OK);
  rein_arena_destroy(arena);
  return path;
}

/* ---- the studies ---- */

START_TEST(test_validate_people) {
  write_people();
  write_text("people_about.yaml", people_about);
  COMMAND("out.json", "validate", "--why", write_text("people.yaml", people_text));
  check_command(17, 307);
}
END_TEST

START_TEST(test_validate_groups) {
  write_text("groups.csv", groups_table);
  write_text("groups_about.yaml", groups_about);
  COMMAND("out.json", "validate", "--why", write_text("groups.yaml", groups_text));
  check_command(17, 307);
}
END_TEST

START_TEST(test_why_not) {
  write_people();
  write_text("people_about.yaml", people_about);
  COMMAND("out.json", "why-not", write_text("people.yaml", people_text));
  check_command(17, 307);
}
END_TEST

START_TEST(test_prior) {
  const char *by[] = {"weights", "kalman"};
  for (int i = 0; i < 2; i++) {
    COMMAND(i ? "out.nc" : "out.json", "prior",
            write_text("q.yaml", rein_arena_printf(outer, prior_text, by[i])));
    check_command(17, 307);
  }
}
END_TEST

START_TEST(test_sensitivity) {
  static const char *const kind[] = {"local", "sobol", "morris"};
  for (int i = 0; i < 3; i++) {
    COMMAND("out.json", "sensitivity", "--kind", kind[i], in("s.yaml"));
    if (i > 0) command[n_word++] = rein_arena_strdup(outer, "--n=16");
    check_command(17, 307);
  }
}
END_TEST

START_TEST(test_explain) {
  COMMAND("out.json", "explain", in("s.yaml"));
  check_command(17, 307);
}
END_TEST

START_TEST(test_steer) {
  COMMAND("out.json", "steer", "--exploratory", write_text("g.yaml", goals_text));
  check_command(17, 307);
}
END_TEST

START_TEST(test_interact) {
  const char *path = run_study("study", write_text("f.yaml", factorial_text));
  COMMAND("out.json", "interact", path);
  check_command(17, 307);
}
END_TEST

START_TEST(test_compare) {
  const char *a = run_study("a", in("s.yaml")), *b = run_study("b", write_text("f.yaml", factorial_text));
  COMMAND(NULL, "compare", "--json", a, b);
  check_command(17, 307);
}
END_TEST

START_TEST(test_import_observed) {
  write_text("nonmem.csv", nonmem_table);
  write_text("nonmem_about.yaml", nonmem_about);
  COMMAND("out.ndjson", "import", "observed", "--individual-data", write_text("n.yaml", nonmem_text));
  check_command(17, 307);
}
END_TEST

/* Means of groups. */
START_TEST(test_import_groups) {
  write_text("groups.csv", groups_table);
  write_text("groups_about.yaml", groups_about);
  COMMAND(NULL, "import", "observed", "--individual-data", write_text("groups.yaml", groups_text));
  check_command(17, 307);
}
END_TEST

START_TEST(test_report) {
  write_people();
  write_text("people_about.yaml", people_about);
  COMMAND("out.html", "report", "--why", write_text("people.yaml", people_text));
  check_command(101, 997);
  const char *path = run_study("study", in("s.yaml"));
  COMMAND("out.html", "report", path);
  check_command(17, 307);
}
END_TEST

START_TEST(test_export_records) {
  const char *path = run_study("study", in("s.yaml"));
  COMMAND("out.ndjson", "export", "--columns", "CL,V", path);
  check_command(101, 307);
  COMMAND("out.csv", "export", "--format", "csv", path);
  check_command(17, 307);
}
END_TEST

START_TEST(test_plot) {
  const char *path = run_study("study", in("s.yaml"));
  COMMAND("out.svg", "plot", path);
  check_command(17, 307);
}
END_TEST

START_TEST(test_export_episodes) {
  const char *path = run_study("study", in("s.yaml"));
  COMMAND("episodes", "export", "--format", "minari", "--reward", "-seen", path);
  made = in("episodes/data/metadata.json"); /* the last of the folder; it says how many bytes the other has */
  check_command(17, 307);
}
END_TEST

Suite *rein_suite_fault_studies(void) {
  Suite *suite = suite_create("fault_studies");
  TCase *tc = tcase_create("commands");
  tcase_add_checked_fixture(tc, setup, teardown);
  tcase_set_timeout(tc, 900);
  tcase_add_test(tc, test_validate_people);
  tcase_add_test(tc, test_validate_groups);
  tcase_add_test(tc, test_why_not);
  tcase_add_test(tc, test_prior);
  tcase_add_test(tc, test_sensitivity);
  tcase_add_test(tc, test_explain);
  tcase_add_test(tc, test_steer);
  tcase_add_test(tc, test_interact);
  tcase_add_test(tc, test_compare);
  tcase_add_test(tc, test_import_observed);
  tcase_add_test(tc, test_import_groups);
  tcase_add_test(tc, test_report);
  tcase_add_test(tc, test_export_records);
  tcase_add_test(tc, test_plot);
  tcase_add_test(tc, test_export_episodes);
  suite_add_tcase(suite, tc);
  return suite;
}
