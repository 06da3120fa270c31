/* Runs tests/cases/<stage>/<file>.case. A file holds cases one after another:
 *
 *   text before the first case is a comment
 *   === name_of_case
 *   --- model               the main text; its path in messages is the case's name
 *   rein: model/1
 *   ...
 *   --- file child.yaml     further files, in the folder the case runs in
 *   ...
 *   --- messages            the exact diagnostics; without this section there must be none
 *   ...
 *   --- print model         the exact print of a stage, see tests/cases_stages.c; any number
 *   ...
 *
 * Sections end at the next line that begins with "--- " or "=== ". Blank lines at the end of a section do not
 * count. With REIN_CASES_WRITE=1 the files are written anew with what came out: read the difference before
 * keeping it. */
#include "tests/cases.h"

#include <check.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "src/base/files.h"

#define MAX_SECTION 32

typedef struct {
  const char *head; /* "messages", "print model", "file child.yaml", "model" */
  const char *body;
} section;

typedef struct {
  const char *name;
  section section[MAX_SECTION];
  int n;
} test_case;

static glob_t files; /* filled once by the suite's maker, before any test runs */

/* ---- reading ---- */

/* The text from *at up to the next line that begins with `a` or `b`; blank lines at its end are cut to one
 * line end. */
static char *take_body(rein_arena *arena, const char **at, const char *a, const char *b) {
  const char *start = *at, *p = start;
  while (*p && strncmp(p, a, strlen(a)) != 0 && strncmp(p, b, strlen(b)) != 0) {
    p += strcspn(p, "\n");
    p += *p == '\n';
  }
  *at = p;
  while (p > start && (p[-1] == '\n' || p[-1] == ' ')) p--;
  return p == start ? rein_arena_strdup(arena, "")
                    : rein_arena_printf(arena, "%.*s\n", (int)(p - start), start);
}

/* The rest of the line behind its mark. */
static char *take_line(rein_arena *arena, const char **at) {
  const char *start = *at + 4;
  size_t n = strcspn(start, "\n");
  *at = start + n + (start[n] == '\n');
  while (n > 0 && start[n - 1] == ' ') n--;
  return rein_arena_strndup(arena, start, n);
}

/* The next case, false at the end. */
static bool take_case(rein_arena *arena, const char **at, test_case *c) {
  if (!**at) return false;
  c->n = 0;
  c->name = take_line(arena, at);
  take_body(arena, at, "=== ", "--- ");
  while (strncmp(*at, "--- ", 4) == 0) {
    ck_assert_int_lt(c->n, MAX_SECTION);
    section *s = &c->section[c->n++];
    s->head = take_line(arena, at);
    s->body = take_body(arena, at, "=== ", "--- ");
  }
  return true;
}

/* ---- running ---- */

static const rein_case_stage *find_stage(const char *input, const char *print) {
  for (const rein_case_stage *s = rein_case_stages; s->input; s++)
    if (strcmp(s->input, input) == 0 && strcmp(s->print, print) == 0) return s;
  return NULL;
}

static const section *main_section(const test_case *c) {
  for (int i = 0; i < c->n; i++)
    if (find_stage(c->section[i].head, "")) return &c->section[i];
  return NULL;
}

static void write_files(rein_arena *arena, const test_case *c, rein_diag *diag) {
  for (int i = 0; i < c->n; i++) {
    const char *head = c->section[i].head;
    if (strncmp(head, "file ", 5) != 0) continue;
    const char *slash = strrchr(head + 5, '/');
    if (slash)
      rein_files_make_folder(rein_arena_strndup(arena, head + 5, (size_t)(slash - head - 5)), 0700, diag);
    ck_assert_int_eq(rein_files_write(head + 5, c->section[i].body, strlen(c->section[i].body), diag),
                     REIN_OK);
  }
}

/* One stage's messages and print, in a fresh arena. */
static void run_stage(rein_arena *arena, const test_case *c, const char *print_word, rein_text *messages,
                      rein_text *print) {
  const section *input = main_section(c);
  ck_assert_msg(input != NULL, "case '%s' has no main section", c->name);
  const rein_case_stage *stage = find_stage(input->head, print_word);
  ck_assert_msg(stage != NULL, "case '%s' asks for the unknown print '%s'", c->name, print_word);
  rein_diag *diag = rein_diag_create(arena);
  rein_case input_case = {arena, c->name, input->body};
  write_files(arena, c, diag);
  stage->run(&input_case, diag, print);
  rein_diag_print(diag, messages);
}

static bool is_result(const char *head) {
  return strcmp(head, "messages") == 0 || strncmp(head, "print ", 6) == 0;
}

static void add_section(rein_text *out, const char *head, const char *body) {
  size_t n = strlen(body);
  rein_text_printf(out, "--- %s\n%s%s", head, body, n && body[n - 1] != '\n' ? "\n" : "");
}

/* The whole case with what really comes out. Prints are asked for as the case does. */
static void run_case(rein_arena *arena, const test_case *c, rein_text *out) {
  rein_text messages, print;
  rein_text_printf(out, "=== %s\n", c->name);
  for (int i = 0; i < c->n; i++)
    if (!is_result(c->section[i].head)) add_section(out, c->section[i].head, c->section[i].body);
  rein_text_init(&messages, arena);
  rein_text_init(&print, arena);
  run_stage(arena, c, "", &messages, &print);
  if (messages.n) add_section(out, "messages", messages.bytes);
  for (int i = 0; i < c->n; i++) {
    if (strncmp(c->section[i].head, "print ", 6) != 0) continue;
    rein_text_init(&messages, arena);
    rein_text_init(&print, arena);
    run_stage(arena, c, c->section[i].head + 6, &messages, &print);
    add_section(out, c->section[i].head, print.bytes);
  }
}

/* The case as it stands in the file, in the shape of run_case. */
static void expect_case(const test_case *c, rein_text *out) {
  rein_text_printf(out, "=== %s\n", c->name);
  for (int pass = 0; pass < 3; pass++)
    for (int i = 0; i < c->n; i++) {
      const section *s = &c->section[i];
      int order = strcmp(s->head, "messages") == 0 ? 1 : is_result(s->head) ? 2 : 0;
      if (order == pass && !(order == 1 && !s->body[0])) add_section(out, s->head, s->body);
    }
}

/* Runs in an empty folder and comes back. */
static void run_in_folder(rein_arena *arena, const test_case *c, rein_text *out) {
  char folder[] = "/tmp/rein-case-XXXXXX", *home = getcwd(NULL, 0);
  ck_assert_ptr_nonnull(home);
  ck_assert_ptr_nonnull(mkdtemp(folder));
  ck_assert_int_eq(chdir(folder), 0);
  run_case(arena, c, out);
  ck_assert_int_eq(chdir(home), 0);
  ck_assert_int_eq(system(rein_arena_printf(arena, "rm -r '%s'", folder)), 0);
  free(home);
}

START_TEST(run_file) {
  rein_arena *arena = rein_arena_create();
  rein_diag *diag = rein_diag_create(arena);
  const char *path = files.gl_pathv[_i];
  const rein_source *source = NULL;
  ck_assert_int_eq(rein_files_read(arena, path, (rein_pos){0}, diag, &source), REIN_OK);
  const char *at = source->bytes;
  bool write = getenv("REIN_CASES_WRITE") != NULL;
  rein_text all;
  rein_text_init(&all, arena);
  rein_text_add(&all, take_body(arena, &at, "=== ", "=== "));
  int n_case = 0;
  for (test_case c; take_case(arena, &at, &c); n_case++) {
    rein_text found, expected;
    rein_text_init(&found, arena);
    rein_text_init(&expected, arena);
    run_in_folder(arena, &c, &found);
    expect_case(&c, &expected);
    rein_text_printf(&all, "\n%s", found.bytes);
    if (!write)
      ck_assert_msg(strcmp(found.bytes, expected.bytes) == 0, "%s: case '%s'\nexpected:\n%s\nfound:\n%s",
                    path, c.name, expected.bytes, found.bytes);
  }
  ck_assert_int_gt(n_case, 0);
  if (write) ck_assert_int_eq(rein_files_write(path, all.bytes, all.n, diag), REIN_OK);
  rein_arena_destroy(arena);
}
END_TEST

Suite *rein_suite_cases(void) {
  Suite *suite = suite_create("cases");
  TCase *tcase = tcase_create("files");
  if (!files.gl_pathc) glob("tests/cases/*/*.case", 0, NULL, &files);
  tcase_set_timeout(tcase, 60);
  tcase_add_loop_test(tcase, run_file, 0, (int)files.gl_pathc);
  suite_add_tcase(suite, tcase);
  return suite;
}
