/* The model reader through its interface: numbers that other stages rely on, the hash, importers, lookup,
 * memory. Messages and prints are in tests/cases/lang. */
#include "src/lang/model.h"

#include <check.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "src/base/files.h"
#include "src/lang/graph.h"

#define HEAD "rein: model/1\nname: m\ntime: h\n"

static rein_arena *arena;
static rein_diag *diag;
static rein_units *units;

static void setup(void) {
  arena = rein_arena_create();
  diag = rein_diag_create(arena);
  ck_assert_int_eq(rein_units_create(diag, &units), REIN_OK);
}

static void teardown(void) {
  rein_units_destroy(units);
  rein_arena_destroy(arena);
}

static const char *messages(void) {
  rein_text text;
  rein_text_init(&text, arena);
  rein_diag_print(diag, &text);
  return text.bytes;
}

static rein_model *read_text(const char *text) {
  rein_model *model = NULL;
  const rein_source *source = rein_source_create(arena, "t.yaml", text, strlen(text));
  ck_assert_msg(rein_model_read_source(arena, units, source, NULL, diag, &model) == REIN_OK, "%s",
                messages());
  return model;
}

static const char warfarin[] = HEAD "sources:\n  paper: {kind: fitted}\n"
                                    "parameters:\n"
                                    "  CL: {value: 0.134 L/h, between: lognormal(cv: 29 %), source: paper}\n"
                                    "  V: {value: 8110 mL, assumed: example}\n"
                                    "states:\n"
                                    "  gut: {unit: mg, initial: 0}\n"
                                    "  central: {unit: ug, initial: 0, range: [0 mg, inf]}\n"
                                    "values:\n  c: {is: central / V, unit: mg/L}\n"
                                    "processes:\n"
                                    "  absorption: {from: gut, to: central, rate: 0.7 h^-1 * gut}\n"
                                    "  elimination: {from: central, rate: CL * c}\n"
                                    "actions:\n  dose: {unit: g, into: gut}\n";

START_TEST(numbers) {
  const rein_model *m = read_text(warfarin);
  ck_assert_uint_eq(m->n_param, 2);
  /* omega^2 = ln(1 + cv^2), docs/language.md "Distributions" */
  ck_assert_double_eq_tol(m->param[0].between.sd, sqrt(log(1 + 0.29 * 0.29)), 1e-15);
  ck_assert_double_eq(m->param[1].value, 8110);
  ck_assert_int_eq(m->process[0].n_flow, 2);
  ck_assert_double_eq(m->process[0].flow[0].factor, -1);
  ck_assert_double_eq(m->process[0].flow[1].factor, 1000); /* mg into ug */
  ck_assert_str_eq(m->process[0].unit_text, "mg/h");
  ck_assert_str_eq(m->process[1].unit_text, "ug/h");
  ck_assert_double_eq(m->action[0].factor, 1000); /* g into mg */
  ck_assert(isinf(m->state[1].range_high) && m->state[1].range_low == 0);
  ck_assert_int_eq(m->state[1].range_policy, REIN_RANGE_ERROR);
}
END_TEST

/* What a tree means, by the plainest evaluator: names from a table, conversions as written. */
static double evaluate(const rein_ast *ast, const rein_model *m, const double *symbol) {
  double a[3] = {0};
  if (ast->kind == REIN_AST_NUMBER) return ast->number;
  if (ast->kind == REIN_AST_NAME) return symbol[ast->symbol];
  for (int i = 0; i < ast->n_arg; i++) a[i] = evaluate(ast->arg[i], m, symbol);
  if (ast->kind == REIN_AST_CONVERT) return ast->number * a[0];
  switch (ast->op) {
  case REIN_OP_ADD:
    return a[0] + a[1];
  case REIN_OP_SUB:
    return a[0] - a[1];
  case REIN_OP_MUL:
    return a[0] * a[1];
  case REIN_OP_DIV:
    return a[0] / a[1];
  case REIN_OP_NEG:
    return -a[0];
  case REIN_OP_POW:
    return pow(a[0], a[1]);
  default:
    ck_abort_msg("operation %s", rein_op_name(ast->op));
    return 0;
  }
}

/* central = 16220 ug in 8.11 L is 2 mg/L; CL * c = 0.268 mg/h = 268 ug/h. */
START_TEST(conversions_are_right) {
  const rein_model *m = read_text(warfarin);
  double symbol[16] = {0};
  symbol[rein_names_find(m->names, "CL")] = 0.134;
  symbol[rein_names_find(m->names, "V")] = 8110;
  symbol[rein_names_find(m->names, "central")] = 16220;
  double c = evaluate(m->value[0].is, m, symbol);
  ck_assert_double_eq_tol(c, 2, 1e-14);
  symbol[rein_names_find(m->names, "c")] = c;
  ck_assert_double_eq_tol(evaluate(m->process[1].rate, m, symbol), 268, 1e-11);
}
END_TEST

START_TEST(order_is_by_need) {
  const rein_model *m = read_text(HEAD "states:\n  A: {unit: mg, initial: 0, rate: c / (1 h)}\n"
                                       "values:\n  c: {is: b + a, unit: mg}\n  b: {is: 2 * a, unit: mg}\n"
                                       "  a: {is: 3 * A, unit: mg}\n");
  ck_assert_uint_eq(m->n_order, 3);
  const char *expected[] = {"a", "b", "c"};
  for (int i = 0; i < 3; i++) ck_assert_str_eq(m->symbol[m->order[i]].name, expected[i]);
}
END_TEST

/* A chain of 20000 values: no recursion over values anywhere. */
START_TEST(long_chain) {
  rein_text text;
  rein_text_init(&text, arena);
  rein_text_add(&text, HEAD "states:\n  A: {unit: '1', initial: v0, rate: -A / (1 h)}\n"
                            "  B: {unit: '1', initial: v0 + A, rate: -B / (1 h)}\nvalues:\n");
  for (int i = 0; i < 20000; i++) rein_text_printf(&text, "  v%d: {is: v%d, unit: '1'}\n", i, i + 1);
  rein_text_add(&text, "  v20000: {is: 7, unit: '1'}\n");
  const rein_model *m = read_text(text.bytes);
  ck_assert_uint_eq(m->n_order, 20001);
}
END_TEST

static void hash_of(const char *text, char hash[65]) {
  rein_model_hash(read_text(text), arena, hash);
}

static char *replaced(const char *text, const char *from, const char *to) {
  const char *at = strstr(text, from);
  ck_assert_ptr_nonnull(at);
  return rein_arena_printf(arena, "%.*s%s%s", (int)(at - text), text, to, at + strlen(from));
}

/* Same meaning, same hash; each change of meaning, another one. */
START_TEST(hash) {
  static const char *const changes[][2] = {{"0.134", "0.135"},      {"29 %", "30 %"},
                                           {"8110 mL", "8110 L"},   {"initial: 0}", "initial: 1 mg}"},
                                           {"ug,", "mg,"},          {"0 mg, inf", "0, 9 g"},
                                           {"0.7 h", "0.8 h"},      {"to: central, ", ""},
                                           {"unit: g", "unit: kg"}, {"source: paper", "assumed: x"},
                                           {"name: m", "name: n"},  {"time: h", "time: d"}};
  char plain[65], other[65], all[20][65];
  hash_of(warfarin, plain);
  hash_of(replaced(warfarin, "kind: fitted", "kind: fitted, title: A paper"), other);
  ck_assert_str_eq(plain, other);
  hash_of(replaced(warfarin, "central / V", "  central/V"), other);
  ck_assert_str_eq(plain, other);
  size_t n = sizeof changes / sizeof *changes;
  for (size_t i = 0; i < n; i++) {
    hash_of(replaced(warfarin, changes[i][0], changes[i][1]), all[i]);
    ck_assert_msg(strcmp(plain, all[i]) != 0, "'%s' does not count", changes[i][0]);
    for (size_t k = 0; k < i; k++) ck_assert_str_ne(all[i], all[k]);
  }
}
END_TEST

/* An importer's model: names resolved, unknown units let through and converted into nothing. */
static rein_status import(rein_arena *in, rein_units *system, const rein_source *source, rein_diag *to,
                          rein_model **out) {
  (void)system;
  (void)to;
  rein_pos pos = {source, 1, 1, 1};
  rein_model *m = rein_model_create(in, source);
  m->name = "imported";
  m->param = REIN_NEW(in, rein_param, 1);
  m->param[m->n_param++] =
      (rein_param){.name = "k", .unit_text = "?", .unit = rein_unit_unknown(), .value = 2, .has_value = true};
  m->state = REIN_NEW(in, rein_state, 1);
  rein_ast *pair[2] = {rein_ast_name(in, pos, "k"), rein_ast_name(in, pos, "x")};
  m->state[m->n_state++] = (rein_state){.name = "x",
                                        .unit_text = "?",
                                        .unit = rein_unit_unknown(),
                                        .range_low = -INFINITY,
                                        .range_high = INFINITY,
                                        .initial = rein_ast_number(in, pos, 5),
                                        .rate = rein_ast_op(in, pos, REIN_OP_ADD, 2, pair)};
  *out = m;
  return REIN_OK;
}

START_TEST(importer) {
  rein_model *m = NULL;
  const rein_source *source = rein_source_create(arena, "t.xml", " <sbml/>", 8);
  ck_assert_msg(rein_model_read_source(arena, units, source, import, diag, &m) == REIN_OK, "%s", messages());
  ck_assert_int_eq(m->state[0].rate->arg[1]->symbol, rein_names_find(m->names, "x"));
  ck_assert(m->state[0].rate->unit.unknown);
  ck_assert_int_eq(m->state[0].rate->kind, REIN_AST_OP);
}
END_TEST

static void write_model(const char *folder, const char *name) {
  const char *text = rein_arena_printf(
      arena, "rein: model/1\nname: %s\ntime: h\nstates:\n  A: {unit: mg, initial: 0, rate: 1 'mg/h'}\n",
      name);
  ck_assert_int_eq(rein_files_make_folder(folder, 0700, diag), REIN_OK);
  ck_assert_int_eq(
      rein_files_write(rein_arena_printf(arena, "%s/model.yaml", folder), text, strlen(text), diag), REIN_OK);
}

static const char *name_of(const char *path) {
  rein_model *m = NULL;
  rein_status status = rein_model_read(arena, units, path, (rein_pos){0}, diag, &m);
  return status == REIN_OK ? m->name : rein_status_name(status);
}

/* By name from the folder or a parent, then REIN_MODELS; by path; never out of the searched folders. */
START_TEST(lookup) {
  char folder[] = "/tmp/rein-model-XXXXXX", *home = getcwd(NULL, 0);
  ck_assert_ptr_nonnull(mkdtemp(folder));
  ck_assert_int_eq(chdir(folder), 0);
  write_model("models/near", "near");
  write_model("elsewhere/far", "far");
  write_model("elsewhere/near", "shadowed");
  write_model("deep/down", "down");
  setenv("REIN_MODELS", rein_arena_printf(arena, ":%s/nothing:%s/elsewhere", folder, folder), 1);
  ck_assert_str_eq(name_of("near"), "near");
  ck_assert_str_eq(name_of("far"), "far");
  ck_assert_str_eq(name_of("deep/down"), "down");
  ck_assert_str_eq(name_of("deep/down/model.yaml"), "down");
  ck_assert_int_eq(chdir("deep/down"), 0);
  ck_assert_str_eq(name_of("near"), "near");
  ck_assert_str_eq(name_of("../../elsewhere/far"), "far");
  ck_assert_str_eq(name_of("nowhere"), "ERR_FILE");
  ck_assert_str_eq(name_of(""), "ERR_FILE");
  ck_assert_ptr_nonnull(strstr(messages(), "no model 'nowhere'"));
  ck_assert_int_eq(chdir(home), 0);
  ck_assert_int_eq(system(rein_arena_printf(arena, "rm -r '%s'", folder)), 0);
  free(home);
}
END_TEST

/* Parts that double at every level are stopped by their number. */
START_TEST(part_bomb) {
  char folder[] = "/tmp/rein-model-XXXXXX";
  ck_assert_ptr_nonnull(mkdtemp(folder));
  for (int i = 0; i < 12; i++) {
    const char *parts =
        i < 11 ? rein_arena_printf(arena, "parts:\n  a: {model: m%d.yaml}\n  b: {model: m%d.yaml}\n", i + 1,
                                   i + 1)
               : "";
    const char *text =
        rein_arena_printf(arena, HEAD "%sstates:\n  A: {unit: mg, initial: 0, rate: 1 'mg/h'}\n", parts);
    ck_assert_int_eq(
        rein_files_write(rein_arena_printf(arena, "%s/m%d.yaml", folder, i), text, strlen(text), diag),
        REIN_OK);
  }
  ck_assert_str_eq(name_of(rein_arena_printf(arena, "%s/m0.yaml", folder)), "ERR_INPUT");
  ck_assert_ptr_nonnull(strstr(messages(), "more than 256"));
  ck_assert_str_eq(name_of(rein_arena_printf(arena, "%s/m6.yaml", folder)), "m");
  ck_assert_int_eq(system(rein_arena_printf(arena, "rm -r '%s'", folder)), 0);
}
END_TEST

/* The next ```yaml block of a text, or NULL. *at moves behind it. */
static char *next_block(const char **at) {
  const char *start = strstr(*at, "\n```yaml\n");
  if (!start) return NULL;
  start += strlen("\n```yaml\n");
  const char *end = strstr(start, "\n```\n");
  ck_assert_ptr_nonnull(end);
  *at = end + 1;
  return rein_arena_strndup(arena, start, (size_t)(end + 1 - start));
}

/* Every whole model in docs/language.md is right, without a warning. A block that begins "# file <path>" is
 * written there first, for the parts of those after it. */
START_TEST(manual) {
  char folder[] = "/tmp/rein-model-XXXXXX", *home = getcwd(NULL, 0);
  const rein_source *text = NULL;
  int n_model = 0;
  ck_assert_int_eq(rein_files_read(arena, "docs/language.md", (rein_pos){0}, diag, &text), REIN_OK);
  ck_assert_ptr_nonnull(mkdtemp(folder));
  ck_assert_int_eq(chdir(folder), 0);
  const char *at = text->bytes;
  for (char *block; (block = next_block(&at));) {
    if (strncmp(block, "# file ", 7) == 0) {
      char *path = rein_arena_strndup(arena, block + 7, strcspn(block + 7, "\n")),
           *slash = strrchr(path, '/');
      if (slash)
        ck_assert_int_eq(
            rein_files_make_folder(rein_arena_strndup(arena, path, (size_t)(slash - path)), 0700, diag),
            REIN_OK);
      ck_assert_int_eq(rein_files_write(path, block, strlen(block), diag), REIN_OK);
    }
    if (!strstr(block, "rein: model/1")) continue;
    n_model++;
    read_text(block);
    ck_assert_msg(rein_diag_n_warning(diag) == 0, "%s", messages());
  }
  ck_assert_int_ge(n_model, 4);
  ck_assert_int_eq(chdir(home), 0);
  ck_assert_int_eq(system(rein_arena_printf(arena, "rm -r '%s'", folder)), 0);
  free(home);
}
END_TEST

static void count_circle(void *context, const int *node, int n_node) {
  int *n = context;
  (void)node;
  n[0]++;
  n[1] += n_node;
}

START_TEST(graph_order) {
  /* 0 needs 1 and 2, 1 needs 2; 3 and 4 need one another; 5 needs itself */
  const int first[] = {0, 2, 3, 3, 4, 5, 6}, edge[] = {1, 2, 2, 4, 3, 5};
  rein_graph graph = {6, first, edge};
  int order[6], place[6], found[2] = {0, 0};
  ck_assert_int_eq(rein_graph_order(&graph, arena, count_circle, found, order), 2);
  ck_assert_int_eq(found[0], 2);
  ck_assert_int_eq(found[1], 3);
  for (int i = 0; i < 6; i++) place[order[i]] = i;
  ck_assert(place[2] < place[1] && place[1] < place[0]);
}
END_TEST

Suite *rein_suite_model(void) {
  Suite *suite = suite_create("model");
  TCase *tcase = tcase_create("all");
  tcase_set_timeout(tcase, 60);
  tcase_add_checked_fixture(tcase, setup, teardown);
  tcase_add_test(tcase, numbers);
  tcase_add_test(tcase, conversions_are_right);
  tcase_add_test(tcase, order_is_by_need);
  tcase_add_test(tcase, long_chain);
  tcase_add_test(tcase, hash);
  tcase_add_test(tcase, importer);
  tcase_add_test(tcase, lookup);
  tcase_add_test(tcase, part_bomb);
  tcase_add_test(tcase, manual);
  tcase_add_test(tcase, graph_order);
  suite_add_tcase(suite, tcase);
  return suite;
}
