/* Columns, units, compartments and records of a table of doses; see doses.h. */
#include "src/scenario/dose_table.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define MAX_LISTED 12 /* names that a message lists */

/* ---- columns ---- */

bool rein_dose_find_columns(rein_dose_table *t) {
  const rein_yaml *covariates = rein_yaml_get(t->node, "covariates");
  if (!rein_nonmem_find_columns(&t->nm, covariates, rein_yaml_get(t->node, "ignore"))) return false;
  if (t->nm.at[REIN_COL_TIME] >= 0 && (t->nm.at[REIN_COL_AMT] >= 0 || covariates)) return true;
  rein_error(t->r->diag, rein_yaml_get(t->node, "table")->pos, "a table of doses needs the column %s",
             t->nm.at[REIN_COL_TIME] < 0 ? "TIME" : "AMT");
  return false;
}

/* ---- units ---- */

/* Factor from the unit that `units:` gives for a column to `to`. */
static bool unit_factor(rein_dose_table *t, const rein_yaml *node, const char *column_name,
                        const rein_unit *to, const char *to_text, double *factor) {
  rein_unit unit;
  if (!node || node->kind != REIN_YAML_SCALAR) {
    rein_error(t->r->diag, node ? node->pos : t->node->pos,
               "events: 'units' has to say the unit of column '%s', for example '%s'", column_name, to_text);
    return false;
  }
  if (to->unknown) {
    rein_error(t->r->diag, node->pos, "the model gives no unit that column '%s' could be converted to",
               column_name);
    return false;
  }
  if (!rein_unit_parse(t->r->units, node->text, node->pos, t->r->diag, &unit)) return false;
  if (!rein_unit_same_dimension(&unit, to)) {
    rein_error(t->r->diag, node->pos, "column '%s' has unit %s, expected %s", column_name, node->text,
               to_text);
    return false;
  }
  *factor = rein_unit_equal(&unit, to) ? 1.0 : rein_unit_factor(&unit, to);
  return true;
}

/* `units: {amt: mg}` or, where compartments differ, `units: {amt: {1: mg, 4: g}}`. */
static const rein_yaml *unit_node(const rein_dose_table *t, const char *key, const char *cmt) {
  const rein_yaml *node = rein_yaml_get(rein_yaml_get(t->node, "units"), key);
  return node && node->kind == REIN_YAML_MAP ? rein_yaml_get(node, cmt) : node;
}

bool rein_dose_read_units(rein_dose_table *t) {
  const rein_model *model = t->r->model;
  bool good = unit_factor(t, unit_node(t, "time", ""), "TIME", &model->time_unit, model->time_unit_text,
                          &t->time_factor);
  t->ii_factor = 1.0;
  if (t->nm.at[REIN_COL_II] < 0) return good;
  return unit_factor(t, unit_node(t, "ii", ""), "II", &model->time_unit, model->time_unit_text,
                     &t->ii_factor) &&
         good;
}

/* ---- compartments ---- */

static bool take_action(rein_dose_table *t, rein_dose_cmt *c, int i_action, rein_pos pos) {
  const rein_action *a = &t->r->model->action[i_action];
  int *place = a->rate ? &c->at_rate : a->duration ? &c->for_length : &c->plain;
  if (*place >= 0) {
    rein_error(t->r->diag, pos,
               "compartment '%s' could mean action '%s' or '%s'; say which: events: {actions: {%s: %s}}",
               c->name, t->r->model->action[*place].name, a->name, c->name, a->name);
    return false;
  }
  *place = i_action;
  return true;
}

/* Actions that `actions:` names for the compartment. */
static bool take_named(rein_dose_table *t, rein_dose_cmt *c, const rein_yaml *named) {
  const rein_model *model = t->r->model;
  for (int i = 0; i < (named->kind == REIN_YAML_LIST ? named->n : 1); i++) {
    const rein_yaml *node = named->kind == REIN_YAML_LIST ? named->item[i] : named;
    size_t k = 0;
    while (k < model->n_action && strcmp(model->action[k].name, node->text) != 0) k++;
    if (k == model->n_action || model->action[k].state < 0) {
      rein_error(t->r->diag, node->pos, "there is no action '%s' into a state", node->text);
      return false;
    }
    c->state = model->action[k].state;
    if (!take_action(t, c, (int)k, node->pos)) return false;
  }
  return true;
}

/* State that CMT means: a number counts the model's states, a name is that of a state or of an action, which
 * is then *i_action (else -1). */
static int state_of(const rein_model *model, const char *name, int *i_action) {
  char *end;
  long number = strtol(name, &end, 10);
  *i_action = -1;
  if (*end == '\0' && end != name)
    return number >= 1 && number <= (long)model->n_state ? (int)number - 1 : -1;
  for (size_t i = 0; i < model->n_state; i++)
    if (strcmp(model->state[i].name, name) == 0) return (int)i;
  for (size_t i = 0; i < model->n_action; i++)
    if (strcmp(model->action[i].name, name) == 0) return *i_action = (int)i, model->action[i].state;
  return -1;
}

/* "1 to 3 or gut, central, store": what CMT can be, the first names of it. */
static const char *list_compartments(const rein_dose_table *t) {
  const rein_model *model = t->r->model;
  const size_t n_shown = model->n_state < MAX_LISTED ? model->n_state : MAX_LISTED;
  rein_text text;
  rein_text_init(&text, t->r->arena);
  rein_text_printf(&text, "1 to %zu or", model->n_state);
  for (size_t i = 0; i < n_shown; i++)
    rein_text_printf(&text, "%s %s", i > 0 ? "," : "", model->state[i].name);
  rein_text_add(&text, n_shown < model->n_state ? ", ..., or an action into one" : ", or an action into one");
  return text.bytes;
}

static bool fill_compartment(rein_dose_table *t, rein_dose_cmt *c, rein_pos pos) {
  const rein_model *model = t->r->model;
  const rein_yaml *named = rein_yaml_get(rein_yaml_get(t->node, "actions"), c->name);
  if (named) {
    if (!take_named(t, c, named)) return false;
  } else {
    int said;
    c->state = state_of(model, c->name, &said);
    for (size_t k = 0; k < model->n_action && c->state >= 0; k++) {
      const bool meant = said < 0 ? model->action[k].state == c->state : (int)k == said;
      if (meant && !take_action(t, c, (int)k, pos)) return false;
    }
  }
  if (c->plain < 0 && c->at_rate < 0 && c->for_length < 0) {
    if (c->state < 0)
      rein_error(t->r->diag, pos, "unknown compartment: expected %s", list_compartments(t));
    else
      rein_error(t->r->diag, pos, "no action of the model goes into the compartment '%s'",
                 t->r->model->state[c->state].name);
    return false;
  }
  return true;
}

static bool read_factors(rein_dose_table *t, rein_dose_cmt *c) {
  const rein_model *model = t->r->model;
  int any = c->plain >= 0 ? c->plain : c->at_rate >= 0 ? c->at_rate : c->for_length;
  const rein_action *a = &model->action[any];
  c->rate_factor = 1.0;
  if (!unit_factor(t, unit_node(t, "amt", c->name), "AMT", &a->unit, a->unit_text, &c->amount_factor))
    return false;
  if (t->nm.at[REIN_COL_RATE] < 0 || !unit_node(t, "rate", c->name)) return true;
  rein_unit unit = rein_unit_divide(&a->unit, &model->time_unit);
  const char *text = rein_arena_printf(t->r->arena, "%s/%s", a->unit_text, model->time_unit_text);
  return unit_factor(t, unit_node(t, "rate", c->name), "RATE", &unit, text, &c->rate_factor);
}

/* The compartment of a line; NULL with an error. */
static rein_dose_cmt *find_compartment(rein_dose_table *t, int64_t row) {
  int k = t->nm.at[REIN_COL_CMT];
  rein_pos pos = k < 0 ? rein_yaml_get(t->node, "table")->pos : rein_csv_pos(t->nm.csv, row, k);
  const char *name = k < 0 ? "1" : rein_csv_text(t->nm.csv, row, k);
  if (k < 0 && t->r->model->n_action == 1) name = t->r->model->action[0].name;
  if (k < 0 && t->r->model->n_action != 1) {
    rein_error(t->r->diag, pos, "the model has several actions, so the table needs the column CMT");
    return NULL;
  }
  for (size_t i = 0; i < t->n_cmt; i++)
    if (strcmp(t->cmt[i].name, name) == 0) return t->cmt[i].ready ? &t->cmt[i] : NULL;
  rein_dose_cmt c = {.name = name, .state = -1, .plain = -1, .at_rate = -1, .for_length = -1};
  c.ready = fill_compartment(t, &c, pos) && read_factors(t, &c);
  REIN_PUSH(t->r->arena, t->cmt, t->n_cmt, t->cap_cmt, c);
  return c.ready ? &t->cmt[t->n_cmt - 1] : NULL;
}

/* ---- one record ---- */

/* Nothing but a rate, for ever. */
static bool is_constant(const rein_dose_record *x) {
  return x->amt == 0.0 && x->rate != 0.0 && x->ss > 0;
}

static void wrong(rein_dose_table *t, const rein_dose_record *x, rein_nonmem_column column,
                  const char *message) {
  rein_error(t->r->diag, rein_nonmem_cell(&t->nm, x->row, column), "%s", message);
}

static void check_rate(rein_dose_table *t, const rein_dose_record *x) {
  const rein_dose_cmt *cmt = x->cmt;
  if (x->rate < 0.0 && x->rate != -1.0 && x->rate != -2.0)
    wrong(t, x, REIN_COL_RATE,
          "RATE is negative; only -1 (rate of the model) and -2 (duration of the model) mean something");
  if (x->rate == -1.0 && cmt->at_rate < 0)
    wrong(t, x, REIN_COL_RATE, "RATE is -1, but no action into this compartment has a 'rate'");
  if (x->rate == -2.0 && cmt->for_length < 0)
    wrong(t, x, REIN_COL_RATE, "RATE is -2, but no action into this compartment has a 'duration'");
  if (x->rate > 0.0 && !unit_node(t, "rate", cmt->name))
    rein_error(t->r->diag, t->node->pos,
               "events: 'units' has to say the unit of column 'RATE', for example '%s/%s'",
               t->r->model->action[cmt->plain >= 0 ? cmt->plain : 0].unit_text, t->r->model->time_unit_text);
  if (x->rate >= 0.0 && cmt->plain < 0 && cmt->at_rate < 0 && cmt->for_length < 0)
    wrong(t, x, REIN_COL_CMT, "no action goes into this compartment");
}

static void check_amount(rein_dose_table *t, const rein_dose_record *x) {
  const int column = t->nm.at[REIN_COL_AMT];
  if (column >= 0 && rein_csv_is_missing(t->nm.csv, x->row, column) && !is_constant(x))
    rein_error(t->r->diag, rein_nonmem_cell(&t->nm, x->row, REIN_COL_AMT),
               "a dose (EVID %d) needs an amount; write 0 where nothing is given", x->evid);
  if (x->amt < 0.0 && x->rate != 0.0)
    wrong(t, x, REIN_COL_AMT, "a negative amount cannot be infused, only taken at once");
}

static void check_repeats(rein_dose_table *t, const rein_dose_record *x) {
  const bool constant = is_constant(x);
  if (x->ii < 0.0) wrong(t, x, REIN_COL_II, "II is negative");
  if (x->addl > 0 && !(x->ii > 0.0)) wrong(t, x, REIN_COL_ADDL, "ADDL needs an interval II above 0");
  if (x->ss > 0 && !(x->ii > 0.0) && !constant)
    wrong(t, x, REIN_COL_SS,
          "SS needs an interval II above 0; without, only a constant infusion (AMT 0, RATE not 0) is steady");
  if (constant && x->rate == -2.0)
    wrong(t, x, REIN_COL_RATE,
          "a steady constant infusion (AMT 0) has a rate and no duration: RATE above 0, or -1");
  if (constant && (x->ii > 0.0 || x->addl > 0))
    wrong(t, x, REIN_COL_SS, "a steady constant infusion (AMT 0) has neither II nor ADDL");
  if (x->ss > 0 && t->r->model->n_event > 0)
    wrong(t, x, REIN_COL_SS, "SS cannot be said of a model with events");
}

/* What does not fit together in a dose. */
static bool check_dose(rein_dose_table *t, const rein_dose_record *x) {
  const int n_error = rein_diag_n_error(t->r->diag);
  check_rate(t, x);
  check_amount(t, x);
  check_repeats(t, x);
  return rein_diag_n_error(t->r->diag) == n_error;
}

/* A record that gives nothing says nothing of a dose. */
static bool check_no_dose(rein_dose_table *t, const rein_dose_record *x, const rein_nonmem_line *line) {
  const struct {
    rein_nonmem_column column;
    const char *name;
    double value;
  } SAID[] = {{REIN_COL_RATE, "RATE", x->rate},
              {REIN_COL_II, "II", x->ii},
              {REIN_COL_ADDL, "ADDL", x->addl},
              {REIN_COL_SS, "SS", x->ss}};
  if (!rein_nonmem_has_no_amount(&t->nm, x->row, line)) return false;
  for (size_t i = 0; i < sizeof SAID / sizeof *SAID; i++) {
    if (SAID[i].value == 0.0) continue;
    rein_error(t->r->diag, rein_nonmem_cell(&t->nm, x->row, SAID[i].column),
               "a record that gives nothing (EVID %d) has no %s", x->evid, SAID[i].name);
    return false;
  }
  if (rein_nonmem_is_missing(&t->nm, x->row, REIN_COL_CMT)) return true;
  const char *name = rein_csv_text(t->nm.csv, x->row, t->nm.at[REIN_COL_CMT]);
  int action;
  if (name[0] == '-') {
    rein_error(t->r->diag, rein_nonmem_cell(&t->nm, x->row, REIN_COL_CMT),
               "CMT is negative: compartments are not turned off here");
    return false;
  }
  /* An observation's compartment says nothing here (DVID does), and 0 is NONMEM's word for none. */
  if (x->evid == 0 || strcmp(name, "0") == 0 || rein_yaml_get(rein_yaml_get(t->node, "actions"), name) ||
      state_of(t->r->model, name, &action) >= 0)
    return true;
  rein_error(t->r->diag, rein_nonmem_cell(&t->nm, x->row, REIN_COL_CMT), "unknown compartment: expected %s",
             list_compartments(t));
  return false;
}

/* EVID 8 sets the state at once. */
static bool check_replaced(rein_dose_table *t, const rein_dose_record *x) {
  if (x->evid != 8 || (x->rate == 0.0 && x->ss == 0)) return true;
  rein_error(t->r->diag, rein_nonmem_cell(&t->nm, x->row, x->rate != 0.0 ? REIN_COL_RATE : REIN_COL_SS),
             "EVID 8 sets the state at once, so it has no %s", x->rate != 0.0 ? "RATE" : "SS");
  return false;
}

bool rein_dose_read_record(rein_dose_table *t, int64_t row, rein_dose_record *x) {
  *x = (rein_dose_record){.row = row};
  rein_nonmem_line line;
  if (!rein_nonmem_read_line(&t->nm, row, &line)) return false;
  x->time = line.time, x->amt = line.amt, x->rate = line.rate, x->evid = line.evid;
  bool good = rein_nonmem_number(&t->nm, row, REIN_COL_II, 0.0, &x->ii);
  good = good && rein_nonmem_whole(&t->nm, row, REIN_COL_SS, 0, 2, "0, 1 or 2", &x->ss);
  good = good && rein_nonmem_whole(&t->nm, row, REIN_COL_ADDL, 0, REIN_SCENARIO_MAX_DOSE,
                                   "a whole number from 0 to 1000000", &x->addl);
  if (!good) return false;
  x->time = rein_scenario_round_time(x->time * t->time_factor);
  x->ii = rein_scenario_round_time(x->ii * t->ii_factor);
  const bool gives = x->evid == 1 || x->evid == 4 || x->evid == 8;
  if (!gives) return check_no_dose(t, x, &line);
  x->cmt = find_compartment(t, row);
  if (!x->cmt || !check_replaced(t, x)) return false;
  if (!check_dose(t, x)) return false;
  x->amt *= x->cmt->amount_factor;
  if (x->rate > 0.0) x->rate *= x->cmt->rate_factor;
  return true;
}
