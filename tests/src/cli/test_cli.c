/* The program as a user meets it: exit codes, messages, help, and a study from `new` to `export`. Runs the
 * built program. */
#include <check.h>
#include <fcntl.h>
#include <math.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "src/cli/options.h"

static char folder[200];
static int code;                          /* of the last run */
static double most_bytes;                 /* of memory that it had */
static char out[1 << 18], words[1 << 16]; /* its standard output and error */

static const char *program(void) {
  const char *path = getenv("REIN_TEST_PROGRAM");
  return path ? path : "build/release/rein";
}

static void setup(void) {
  const char *base = getenv("TMPDIR");
  snprintf(folder, sizeof folder, "%s/rein-cli-XXXXXX", base ? base : P_tmpdir);
  ck_assert_ptr_nonnull(mkdtemp(folder));
}

static void teardown(void) {
  char command[300];
  snprintf(command, sizeof command, "rm -rf '%s'", folder);
  ck_assert_int_eq(system(command), 0);
}

static const char *in(const char *name) {
  static char path[16][300];
  static int i;
  i = (i + 1) % 16;
  snprintf(path[i], sizeof path[i], "%s/%s", folder, name);
  return path[i];
}

static void slurp(const char *path, char *to, size_t n) {
  FILE *file = fopen(path, "rb");
  ck_assert_ptr_nonnull(file);
  const size_t got = fread(to, 1, n - 1, file);
  to[got] = 0;
  fclose(file);
}

static void write_text(const char *path, const char *text) {
  FILE *file = fopen(path, "wb");
  ck_assert_ptr_nonnull(file);
  fputs(text, file);
  fclose(file);
}

static pid_t start(const char *const *args) {
  const char *argv[24] = {program()};
  for (int i = 0; args[i]; i++) argv[i + 1] = args[i];
  const pid_t child = fork();
  ck_assert_int_ge(child, 0);
  if (child == 0) {
    const int to_out = open(in("stdout"), O_WRONLY | O_CREAT | O_TRUNC, 0600);
    const int to_words = open(in("stderr"), O_WRONLY | O_CREAT | O_TRUNC, 0600);
    if (to_out >= 0 && to_words >= 0 && dup2(to_out, 1) == 1 && dup2(to_words, 2) == 2)
      execv(argv[0], (char *const *)argv);
    _exit(99);
  }
  return child;
}

static void finish(pid_t child) {
  int status;
  struct rusage usage;
  ck_assert_int_eq(wait4(child, &status, 0, &usage), child);
  most_bytes = 1024.0 * (double)usage.ru_maxrss;
  code = WIFEXITED(status) ? WEXITSTATUS(status) : 1000 + WTERMSIG(status);
  slurp(in("stdout"), out, sizeof out);
  slurp(in("stderr"), words, sizeof words);
}

/* rein args..., ended by NULL. */
static void rein(const char *first, ...) {
  const char *args[20];
  int n = 0;
  va_list list;
  va_start(list, first);
  for (const char *arg = first; arg; arg = va_arg(list, const char *)) args[n++] = arg;
  args[n] = NULL;
  va_end(list);
  finish(start(args));
}

static bool says(const char *text, const char *what) {
  if (strstr(text, what)) return true;
  fprintf(stderr, "expected \"%s\" in:\n%s\n", what, text);
  return false;
}

/* A small model and scenario in folder/m. */
static void make_study(void) {
  rein("new", in("m"), NULL);
  ck_assert_int_eq(code, 0);
}

/* ---- help ---- */

START_TEST(test_help_names_all_commands) {
  rein("--help", NULL);
  ck_assert_int_eq(code, 0);
  ck_assert_str_eq(words, "");
  for (const rein_command *c = rein_commands(); c->name; c++) ck_assert(says(out, c->name));
  ck_assert(says(out, "Research use only"));
}
END_TEST

START_TEST(test_each_command_explains_itself) {
  for (const rein_command *c = rein_commands(); c->name; c++) {
    static char by_option[sizeof out];
    rein(c->name, "--help", NULL);
    ck_assert_int_eq(code, 0);
    ck_assert(says(out, "Examples:"));
    ck_assert(says(out, c->summary));
    snprintf(by_option, sizeof by_option, "%s", out);
    rein("help", c->name, NULL);
    ck_assert_str_eq(out, by_option);
  }
}
END_TEST

START_TEST(test_version) {
  rein("--version", NULL);
  ck_assert_int_eq(code, 0);
  ck_assert_str_eq(out, "rein " REIN_VERSION "\n");
}
END_TEST

/* docs/rein.1 is what the program prints: `rein --man > docs/rein.1` after a change of the tables. */
START_TEST(test_man_page_is_the_tables) {
  static char kept[1 << 18];
  rein("--man", NULL);
  ck_assert_int_eq(code, 0);
  slurp("docs/rein.1", kept, sizeof kept);
  ck_assert_str_eq(out, kept);
}
END_TEST

/* ---- wrong command lines ---- */

START_TEST(test_nothing_to_do) {
  rein(NULL);
  ck_assert_int_eq(code, 2);
  ck_assert_str_eq(out, "");
  ck_assert(says(words, "rein COMMAND"));
}
END_TEST

START_TEST(test_unknown_words_get_a_suggestion) {
  rein("rum", NULL);
  ck_assert_int_eq(code, 2);
  ck_assert(says(words, "unknown command 'rum'; did you mean 'run'?"));
  rein("run", "--thread", "2", "x.yaml", NULL);
  ck_assert_int_eq(code, 2);
  ck_assert(says(words, "unknown option '--thread'; did you mean '--threads'?"));
  rein("dump", "--stage", "tap", "x.yaml", NULL);
  ck_assert_int_eq(code, 2);
  ck_assert(says(words, "did you mean 'tape'?"));
  rein("run", "--isa", "avx51", "x.yaml", NULL);
  ck_assert_int_eq(code, 2);
  ck_assert(says(words, "did you mean 'avx512'?"));
}
END_TEST

START_TEST(test_wrong_values) {
  static const char *const wrong[][4] = {
      {"run", "--seed", "x", "s.yaml"},    {"run", "--seed", "-1", "s.yaml"},
      {"run", "--n", "0", "s.yaml"},       {"run", "--rtol", "0", "s.yaml"},
      {"run", "--rtol", "nan", "s.yaml"},  {"run", "--lanes", "7", "s.yaml"},
      {"run", "--shard", "4/3", "s.yaml"}, {"run", "--shard", "1/3x", "s.yaml"},
      {"run", "--quiet=1", "s.yaml", ""},  {"export", "--format", "xml", "study"},
      {"run", "a.yaml", "b.yaml", ""},     {"plot", "-o", "a.pdf", "study"}};
  for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
    rein(wrong[i][0], wrong[i][1], wrong[i][2], *wrong[i][3] ? wrong[i][3] : NULL, NULL);
    ck_assert_msg(code == 2, "%s %s %s: code %d", wrong[i][0], wrong[i][1], wrong[i][2], code);
    ck_assert_str_eq(out, "");
  }
  rein("run", NULL);
  ck_assert_int_eq(code, 2);
  rein("run", "--seed", "1", "--seed", "2", "s.yaml", NULL);
  ck_assert(says(words, "--seed is given twice"));
  rein("run", "s.yaml", "--seed", NULL);
  ck_assert(says(words, "--seed needs a value"));
}
END_TEST

/* ---- input and surroundings ---- */

START_TEST(test_wrong_model_is_code_3_with_its_place) {
  write_text(in("bad.yaml"),
             "rein: model/1\nname: bad\ntime: h\nstates:\n  a: {unit: mg, initial: 0, rate: -k * a}\n");
  rein("check", in("bad.yaml"), NULL);
  ck_assert_int_eq(code, 3);
  ck_assert(says(words, "bad.yaml:5:"));
  ck_assert(says(words, "error:"));
}
END_TEST

START_TEST(test_missing_files_are_code_4) {
  rein("run", in("none.yaml"), NULL);
  ck_assert_int_eq(code, 4);
  ck_assert(says(words, "none.yaml"));
  rein("show", in("none"), NULL);
  ck_assert_int_eq(code, 4);
  rein("check", in("none.yaml"), NULL);
  ck_assert_int_eq(code, 4);
}
END_TEST

START_TEST(test_check_looks_at_every_file) {
  make_study();
  write_text(in("bad.yaml"), "rein: model/1\nname: bad\n");
  rein("check", in("bad.yaml"), in("m/scenario.yaml"), in("m/model.yaml"), NULL);
  ck_assert_int_eq(code, 3);
  ck_assert(says(out, "scenario 'm' on model 'm', 200 individuals, 4 arms"));
  ck_assert(says(out, "model 'm', 3 states, 6 parameters"));
  ck_assert(says(words, "bad.yaml"));
}
END_TEST

START_TEST(test_new_overwrites_nothing) {
  make_study();
  write_text(in("m/model.yaml"), "mine");
  rein("new", in("m"), NULL);
  ck_assert_int_eq(code, 4);
  slurp(in("m/model.yaml"), out, sizeof out);
  ck_assert_str_eq(out, "mine");
}
END_TEST

START_TEST(test_new_names) {
  rein("new", "", NULL);
  ck_assert_int_eq(code, 2);
  ck_assert(says(words, "the folder's name is empty"));
  rein("new", in("it's two words"), NULL);
  ck_assert_int_eq(code, 0);
  ck_assert(says(words, "/it'\\''s two words/scenario.yaml'\n")); /* as a shell takes it */
}
END_TEST

START_TEST(test_models_lists_shipped_ones) {
  rein("models", NULL);
  ck_assert_int_eq(code, 0);
  ck_assert(says(out, "warfarin"));
  ck_assert(says(out, "states"));
}
END_TEST

/* A program that was not installed finds its checkout's models from anywhere, and lists those it finds. */
START_TEST(test_models_from_elsewhere) {
  static char here[sizeof out];
  rein("models", NULL);
  snprintf(here, sizeof here, "%s", out);
  char command[2400], *path = realpath(program(), NULL);
  ck_assert_ptr_nonnull(path);
  snprintf(command, sizeof command, "cd '%s' && '%s' models > stdout 2> stderr", folder, path);
  free(path);
  ck_assert_int_eq(system(command), 0);
  slurp(in("stdout"), out, sizeof out);
  ck_assert_str_eq(out, here);
  ck_assert(says(out, "\nwarfarin "));
}
END_TEST

START_TEST(test_dump_stages) {
  static const struct {
    const char *stage, *file, *expected;
  } cases[] = {{"yaml", "m/model.yaml", "synthesis"},
               {"model", "m/model.yaml", "baseline"},
               {"dag", "m/model.yaml", "marker"},
               {"tape", "m/model.yaml", "marker [ng/mL]"},
               {"lu", "m/model.yaml", "3 states"},
               {"scenario", "m/scenario.yaml", "daily"},
               {"plan", "m/scenario.yaml", "arm 0 daily/dose=25 mg"},
               {"tape", "m/scenario.yaml", "marker [ng/mL]"}};
  make_study();
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    rein("dump", "--stage", cases[i].stage, in(cases[i].file), NULL);
    ck_assert_int_eq(code, 0);
    ck_assert(says(out, cases[i].expected));
  }
  rein("dump", "--stage", "plan", in("m/model.yaml"), NULL);
  ck_assert_int_eq(code, 2);
}
END_TEST

/* ---- a study ---- */

START_TEST(test_dry_run_writes_nothing) {
  make_study();
  rein("run", "--dry-run", "--n", "1000", "-o", in("study"), in("m/scenario.yaml"), NULL);
  ck_assert_int_eq(code, 0);
  ck_assert(says(out, "simulations 4000 (1000 individuals, 4 arms)"));
  ck_assert(says(out, "memory"));
  ck_assert(says(out, "disk"));
  ck_assert_int_ne(access(in("study"), F_OK), 0);
}
END_TEST

/* "memory      about 33.2 MB with ..." in bytes. */
static double bytes_said(const char *what) {
  static const char *const unit[] = {"B", "kB", "MB", "GB"};
  const char *line = strstr(out, what);
  char word[8] = "";
  double n = -1.0;
  ck_assert_ptr_nonnull(line);
  ck_assert_int_eq(sscanf(line + strlen(what), " about %lf %7s", &n, word), 2);
  for (size_t i = 0; i < sizeof unit / sizeof *unit; i++, n *= 1000.0) {
    if (strcmp(word, unit[i]) == 0) return n;
  }
  ck_abort_msg("unit '%s'", word);
}

static double bytes_in(const char *path) {
  char command[400];
  double n = -1.0;
  snprintf(command, sizeof command, "find '%s' -type f -printf '%%s\\n' | awk '{n += $1} END {print n}'",
           path);
  FILE *pipe = popen(command, "r");
  ck_assert_ptr_nonnull(pipe);
  ck_assert_int_eq(fscanf(pipe, "%lf", &n), 1);
  pclose(pipe);
  return n;
}

/* What a dry run says against what the run then takes; --shard is a part of it. */
START_TEST(test_dry_run_says_what_a_run_takes) {
  static const struct {
    const char *n, *shard, *folder;
  } cases[] = {{"3", "1/1", "a"}, {"6000", "1/1", "b"}, {"6000", "3/3", "c"}};
  make_study();
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    const char *const n = cases[i].n, *const shard = cases[i].shard, *const to = in(cases[i].folder);
    char simulated[64] = "";
    rein("run", "--dry-run", "--n", n, "--shard", shard, "-o", to, in("m/scenario.yaml"), NULL);
    ck_assert_int_eq(code, 0);
    ck_assert_int_eq(sscanf(out, "simulations %32s", simulated), 1);
    strcat(simulated, " simulations now");
    const double memory = bytes_said("memory"), disk = bytes_said("disk");
    rein("run", "--n", n, "--shard", shard, "-o", to, in("m/scenario.yaml"), NULL);
    ck_assert_int_eq(code, 0);
    ck_assert(says(words, simulated));
    ck_assert_double_le(fabs(disk / bytes_in(to) - 1.0), 0.1);
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
    ck_assert_double_le(fabs(memory / most_bytes - 1.0), 0.3);
#else
    ck_assert_double_gt(memory, 0.0);
#endif
  }
}
END_TEST

START_TEST(test_run_show_plot_export) {
  make_study();
  rein("run", "--n", "40", "-o", in("study"), in("m/scenario.yaml"), NULL);
  ck_assert_int_eq(code, 0);
  ck_assert_str_eq(out, "");
  ck_assert(says(words, "40 individuals, 4 arms: 160 simulations"));
  ck_assert(says(words, "research use only"));
  struct stat info;
  ck_assert_int_eq(stat(in("study"), &info), 0);
  ck_assert_int_eq(info.st_mode & 0777, 0700);

  rein("run", "--n", "40", "-o", in("study"), in("m/scenario.yaml"), NULL); /* all is there */
  ck_assert_int_eq(code, 0);
  ck_assert(says(words, "0 simulations now"));

  rein("show", in("study"), NULL);
  ck_assert_int_eq(code, 0);
  ck_assert(says(out, "160 simulated, 0 of them alone, 0 failed"));
  ck_assert(says(out, "daily/dose=100 mg"));

  rein("plot", in("study"), "-o", in("a.svg"), NULL);
  ck_assert_int_eq(code, 0);
  slurp(in("a.svg"), out, sizeof out);
  ck_assert(says(out, "Research use only - research_hypothesis"));
  ck_assert(says(out, "marker [ng/mL] over time [h]"));
  ck_assert(says(out, "daily/dose=50 mg"));
  rein("plot", in("study"), "--observable", "marker_levl", NULL);
  ck_assert_int_eq(code, 3);
  ck_assert(says(words, "did you mean 'marker_level'?"));

  rein("export", "-o", in("a.ndjson"), in("study"), NULL);
  ck_assert_int_eq(code, 0);
  FILE *file = fopen(in("a.ndjson"), "rb");
  ck_assert_ptr_nonnull(file);
  int n_line = 0;
  for (int c = fgetc(file); c != EOF; c = fgetc(file)) n_line += c == '\n';
  fclose(file);
  ck_assert_int_eq(n_line, 40 * 4 * 2); /* individuals, arms, horizons */

  rein("export", "--columns", "no_such", in("study"), NULL);
  ck_assert_int_eq(code, 2);
  ck_assert(says(words, "'no_such' is no parameter or covariate of the study"));
  ck_assert_int_eq(symlink("a.ndjson", in("link")), 0);
  rein("export", "--columns", "kout", "-o", in("link"), in("study"), NULL);
  ck_assert_int_eq(code, 0);
  ck_assert_int_eq(lstat(in("link"), &info), 0);
  ck_assert(S_ISLNK(info.st_mode));
  slurp(in("a.ndjson"), out, sizeof out);
  ck_assert(says(out, "\"name\":\"kout\""));
  ck_assert_ptr_null(strstr(out, "\"name\":\"baseline\""));
}
END_TEST

/* Three people: what is told of them is that they are few. A damaged part is told by its name. */
START_TEST(test_show_of_few_people) {
  make_study();
  write_text(in("m/people.csv"), "id,v\n1,50\n2,60\n3,70\n");
  write_text(in("m/few.yaml"), "rein: scenario/1\nname: few\nmodel: model.yaml\n"
                               "cohort: {table: people.csv, id: id, columns: {V: {column: v, unit: L}}}\n"
                               "arms: {dosed: {actions: [{do: drug, amount: 25 mg, at: 0 h}]}}\n"
                               "measure: {from: 0 h, to: 24 h, every: 24 h}\nhorizons: [24 h]\n");
  rein("run", "-o", in("study"), in("m/few.yaml"), NULL);
  ck_assert_msg(code == 0, "%s", words);
  rein("show", in("study"), NULL);
  ck_assert_int_eq(code, 0);
  ck_assert(says(out, "suppressed: fewer than 5\n"));
  ck_assert_ptr_null(strstr(out, "nan"));
  FILE *part = fopen(in("study/parts/part-000000.nc"), "r+b");
  ck_assert_ptr_nonnull(part);
  ck_assert_int_eq(fseek(part, 5000, SEEK_SET), 0);
  ck_assert_int_eq(fputc('?', part), '?');
  fclose(part);
  rein("show", in("study"), NULL);
  ck_assert_int_eq(code, 4);
  ck_assert(says(words, "part-000000.nc' is not what the manifest says: its SHA-256 differs"));
  rein("export", in("study"), NULL);
  ck_assert_int_eq(code, 4);
  ck_assert_str_eq(out, "");
}
END_TEST

START_TEST(test_quiet_is_quiet) {
  make_study();
  rein("run", "-q", "--n", "8", "-o", in("study"), in("m/scenario.yaml"), NULL);
  ck_assert_int_eq(code, 0);
  ck_assert_str_eq(out, "");
  ck_assert_str_eq(words, "");
}
END_TEST

START_TEST(test_folder_of_another_study_is_refused) {
  make_study();
  rein("run", "-q", "--n", "8", "-o", in("study"), in("m/scenario.yaml"), NULL);
  rein("run", "-q", "--n", "8", "--seed", "2", "-o", in("study"), in("m/scenario.yaml"), NULL);
  ck_assert_int_eq(code, 3);
  ck_assert(says(words, "error:"));
}
END_TEST

/* run.yaml says what was run: one that was edited afterwards is not read. */
START_TEST(test_edited_run_is_refused) {
  static const char *const command[] = {"show", "export"};
  make_study();
  rein("run", "-q", "--n", "8", "-o", in("study"), in("m/scenario.yaml"), NULL);
  ck_assert_int_eq(code, 0);
  static char kept[8192], edited[8192];
  slurp(in("study/run.yaml"), kept, sizeof kept);
  snprintf(edited, sizeof edited, "%s", kept);
  char *seed = strstr(edited, "seed: ");
  ck_assert_ptr_nonnull(seed);
  seed[6] = seed[6] == '9' ? '8' : '9';
  for (int i = 0; i < 2; i++) {
    write_text(in("study/run.yaml"), edited);
    rein(command[i], in("study"), NULL);
    ck_assert_int_eq(code, 4);
    ck_assert_str_eq(out, "");
    ck_assert(says(words, "run.yaml' is not what the manifest says"));
    write_text(in("study/run.yaml"), kept);
    rein(command[i], in("study"), NULL);
    ck_assert_int_eq(code, 0);
  }
}
END_TEST

/* A state that grows out of its range: its members fail, the others are there, and the code says 1. */
START_TEST(test_failed_members_are_code_1) {
  make_study();
  write_text(in("m/model.yaml"), "rein: model/1\nname: m\ntime: h\nparameters:\n"
                                 "  k: {value: 0.05 1/h, between: \"lognormal(cv: 80 %)\", assumed: test}\n"
                                 "states:\n  a: {unit: mg, initial: 1 mg, scale: 1 mg, range: [0 mg, 40 mg], "
                                 "outside: error, rate: k * a}\n"
                                 "observables:\n  seen: {is: a, unit: mg, noise: none}\n");
  write_text(in("m/scenario.yaml"),
             "rein: scenario/1\nname: m\nmodel: model.yaml\nseed: 1\ncohort: {n: 64}\narms:\n"
             "  alone: {actions: []}\nmeasure: {at: [0 h, 48 h]}\nhorizons: [48 h]\n");
  rein("run", "-o", in("study"), in("m/scenario.yaml"), NULL);
  ck_assert_int_eq(code, 1);
  ck_assert(says(words, "failed"));
  ck_assert(says(words, "a state left its declared range"));
}
END_TEST

/* Stops a long run, looks at the code, and lets the same command go on. */
static void interrupt_with(int number, int expected) {
  make_study();
  const char *args[] = {"run", "--n", "60000", "-o", in("study"), in("m/scenario.yaml"), NULL};
  const pid_t child = start(args);
  for (int i = 0; i < 200 && access(in("study/run.yaml"), F_OK) != 0; i++) usleep(20000);
  usleep(100000);
  kill(child, number);
  finish(child);
  ck_assert_int_eq(code, expected);
  ck_assert(says(words, "stopped by a signal; the same command goes on"));
  rein("show", in("study"), NULL); /* whatever is there can be read, or there is no part yet */
  ck_assert(code == 0 || code == 4);
}

START_TEST(test_interrupt) {
  interrupt_with(SIGINT, 130);
}
END_TEST

START_TEST(test_terminate) {
  interrupt_with(SIGTERM, 143);
}
END_TEST

Suite *rein_suite_cli(void) {
  Suite *suite = suite_create("cli");
  TCase *tcase = tcase_create("cli");
  tcase_set_timeout(tcase, 60);
  tcase_add_checked_fixture(tcase, setup, teardown);
  tcase_add_test(tcase, test_help_names_all_commands);
  tcase_add_test(tcase, test_each_command_explains_itself);
  tcase_add_test(tcase, test_version);
  tcase_add_test(tcase, test_man_page_is_the_tables);
  tcase_add_test(tcase, test_nothing_to_do);
  tcase_add_test(tcase, test_unknown_words_get_a_suggestion);
  tcase_add_test(tcase, test_wrong_values);
  tcase_add_test(tcase, test_wrong_model_is_code_3_with_its_place);
  tcase_add_test(tcase, test_missing_files_are_code_4);
  tcase_add_test(tcase, test_check_looks_at_every_file);
  tcase_add_test(tcase, test_new_overwrites_nothing);
  tcase_add_test(tcase, test_new_names);
  tcase_add_test(tcase, test_models_lists_shipped_ones);
  tcase_add_test(tcase, test_models_from_elsewhere);
  tcase_add_test(tcase, test_dump_stages);
  tcase_add_test(tcase, test_dry_run_writes_nothing);
  tcase_add_test(tcase, test_dry_run_says_what_a_run_takes);
  tcase_add_test(tcase, test_run_show_plot_export);
  tcase_add_test(tcase, test_show_of_few_people);
  tcase_add_test(tcase, test_quiet_is_quiet);
  tcase_add_test(tcase, test_folder_of_another_study_is_refused);
  tcase_add_test(tcase, test_edited_run_is_refused);
  tcase_add_test(tcase, test_failed_members_are_code_1);
  tcase_add_test(tcase, test_interrupt);
  tcase_add_test(tcase, test_terminate);
  suite_add_tcase(suite, tcase);
  return suite;
}
