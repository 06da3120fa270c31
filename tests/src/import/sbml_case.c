#include "tests/src/import/sbml_case.h"

#include <check.h>
#include <sbml/SBMLTypes.h>
#include <string.h>

#include "src/compile/compile.h"

static void add_formula(rein_arena *arena, rein_text *xml, const char *from, size_t n) {
  const char *formula = rein_arena_strndup(arena, from, n);
  ASTNode_t *math = SBML_parseL3Formula(formula);
  if (!math) ck_abort_msg("cannot be read: %s", formula);
  char *text = writeMathMLToString(math);
  ck_assert_ptr_nonnull(text);
  rein_text_add(xml, strstr(text, "<math"));
  free(text);
  ASTNode_free(math);
}

static const char *namespace_of(rein_arena *arena, int level, int version) {
  if (level < 3 && version == 1) return rein_arena_printf(arena, "http://www.sbml.org/sbml/level%d", level);
  return rein_arena_printf(arena, "http://www.sbml.org/sbml/level%d/version%d%s", level, version,
                           level == 3 ? "/core" : "");
}

const char *sbml_case_write(rein_arena *arena, int level, int version, const char *content) {
  rein_text xml;
  rein_text_init(&xml, arena);
  rein_text_printf(
      &xml,
      "<?xml version='1.0' encoding='UTF-8'?>\n<sbml xmlns='%s' level='%d' version='%d'>\n<model "
      "id='m'>\n",
      namespace_of(arena, level, version), level, version);
  while (*content) {
    const size_t n = strcspn(content, "{");
    rein_text_printf(&xml, "%.*s", (int)n, content);
    content += n;
    if (!*content) break;
    const size_t m = strcspn(content, "}");
    add_formula(arena, &xml, content + 1, m - 1);
    content += m + (content[m] != '\0');
  }
  rein_text_add(&xml, "</model></sbml>\n");
  return xml.bytes;
}

rein_status sbml_case_load(sbml_case *to, const char *xml) {
  rein_units *units = NULL;
  rein_model *model = NULL;
  rein_tape *tape = NULL;
  *to = (sbml_case){.arena = rein_arena_create()};
  to->diag = rein_diag_create(to->arena);
  ck_assert_int_eq(rein_units_create(to->diag, &units), REIN_OK);
  const rein_source *source = rein_source_create(to->arena, "model.xml", xml, strlen(xml));
  rein_status status = rein_sbml_read(to->arena, units, source, to->diag, &to->map, &model);
  if (status == REIN_OK) status = rein_model_check(model, units, to->diag);
  if (status == REIN_OK) status = rein_compile(to->arena, model, to->diag, &tape);
  rein_units_destroy(units);
  to->model = model, to->tape = tape;
  return status;
}

const char *sbml_case_messages(const sbml_case *of) {
  rein_text text;
  rein_text_init(&text, of->arena);
  rein_diag_print(of->diag, &text);
  return text.bytes;
}

static int row_of(const sbml_case *of, const char *name) {
  for (int i = 0; i < of->tape->n_state; i++)
    if (strcmp(of->tape->state[i].name, name) == 0) return i;
  for (int i = 0; i < of->tape->n_output; i++)
    if (strcmp(of->tape->output[i].name, name) == 0) return of->tape->n_state + i;
  ck_abort_msg("no row for '%s'", name);
  return -1;
}

int sbml_case_row(const sbml_case *of, const char *id, sbml_view which) {
  for (size_t i = 0; i < of->map.n_symbol; i++) {
    const rein_sbml_symbol *s = &of->map.symbol[i];
    if (strcmp(s->id, id) == 0)
      return row_of(of, which == AMOUNT ? s->amount : which == CONCENTRATION ? s->concentration : s->name);
  }
  ck_abort_msg("no id '%s'", id);
  return -1;
}

double sbml_case_value_of_lane(const char *xml, const char *id, sbml_view which, double time, int lane) {
  sbml_case l;
  if (sbml_case_load(&l, xml) != REIN_OK) ck_abort_msg("%s", sbml_case_messages(&l));
  int keep = sbml_case_row(&l, id, which);
  support_case c = {
      .tape = l.tape, .rtol = 1e-10, .atol = 1e-13, .t_end = time > 0 ? time : 1, .obs = &time, .n_obs = 1};
  c.keep = &keep, c.n_keep = 1, c.act_first = true;
  support_result r = support_run(&c);
  ck_assert_int_eq(r.status, REIN_OK);
  ck_assert_int_ne(r.outcome[lane].status, REIN_LANE_FAILED);
  double value = support_out(&r, lane, 0, 0);
  support_free(&r);
  rein_arena_destroy(l.arena);
  return value;
}

double sbml_case_value(const char *xml, const char *id, sbml_view which, double time) {
  return sbml_case_value_of_lane(xml, id, which, time, 0);
}

void sbml_case_refused(const char *xml, const char *part) {
  sbml_case l;
  ck_assert_int_eq(sbml_case_load(&l, xml), REIN_ERR_INPUT);
  ck_assert_msg(strstr(sbml_case_messages(&l), part) != NULL, "expected '%s' in:\n%s", part,
                sbml_case_messages(&l));
  rein_arena_destroy(l.arena);
}
