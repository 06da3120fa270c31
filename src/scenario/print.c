/* The checked scenario as text: everything that decides what is computed, nothing that names a file's place
 * or a person. */
#include <math.h>
#include <string.h>

#include "src/base/sha256.h"
#include "src/scenario/inside.h"

static void add_number(rein_text *out, const char *before, double value) {
  rein_text_add(out, before);
  rein_text_number(out, value);
}

/* The numbers that were taken from the table: other columns, or the same in other units, are other people. */
static void print_numbers(const rein_people *people, rein_text *out) {
  const size_t n_row = (size_t)people->n_row;
  rein_sha256 sha;
  unsigned char digest[32];
  char hex[65];
  rein_sha256_init(&sha);
  rein_sha256_add(&sha, people->table, n_row * (size_t)people->n_table_param * sizeof *people->table);
  for (int k = 0; k < people->n_extra; k++) {
    if (people->extra[k]) rein_sha256_add(&sha, people->extra[k], n_row * sizeof *people->extra[k]);
  }
  rein_sha256_finish(&sha, digest);
  rein_sha256_digits(digest, hex);
  rein_text_printf(out, "  numbers: sha256 %s\n", hex);
}

static void print_cohort(const rein_scenario *scenario, rein_text *out) {
  static const char *const KINDS[] = {"normal", "lognormal", "uniform", "bernoulli", "fixed"};
  const rein_people *people = &scenario->inside->people;
  rein_text_printf(out, "cohort: %lld individuals, %lld replicates%s%s\n", (long long)scenario->n_individual,
                   (long long)scenario->n_replicate, scenario->typical ? ", typical" : "",
                   people->uncertain ? ", uncertainty drawn" : "");
  if (scenario->inside->table_hash[0])
    rein_text_printf(out, "  table: sha256 %s\n", scenario->inside->table_hash);
  if (people->n_row > 0) print_numbers(people, out);
  for (int i = 0; i < people->n_table_param; i++) {
    rein_text_printf(out, "  table gives: %s\n", scenario->model->param[people->table_param[i]].name);
  }
  for (int i = 0; i < people->n_covariate; i++) {
    const rein_covariate *c = &people->covariate[i];
    bool extra = (size_t)c->param >= scenario->model->n_param;
    rein_text_printf(out, "  %s: %s", extra ? "an amount" : scenario->model->param[c->param].name,
                     KINDS[c->kind]);
    add_number(out, " centre ", c->centre);
    add_number(out, " sd ", c->sd);
    add_number(out, " low ", c->low);
    add_number(out, " high ", c->high);
    rein_text_add(out, "\n");
  }
}

static void print_course(const rein_scenario *scenario, const rein_course *course, rein_text *out) {
  static const char *const HOW[] = {"bolus",         "for",   "at rate", "modelled duration",
                                    "modelled rate", "reset", "replace", "multiply"};
  const rein_action *action = course->action >= 0 ? &scenario->model->action[course->action] : NULL;
  rein_text_printf(out, "    %s: %s %s", course->name, action ? action->name : "reset", HOW[course->how]);
  if (course->how == REIN_GIVEN_FOR || course->how == REIN_GIVEN_AT_RATE) add_number(out, " ", course->given);
  bool own = course->per_param >= (int)scenario->model->n_param;
  if (own) rein_text_add(out, ", amount of their own in");
  if (action && !own) add_number(out, ", amount ", course->amount);
  if (action) rein_text_printf(out, " %s", action->unit_text);
  if (course->per_param >= 0 && !own)
    rein_text_printf(out, " per %s", scenario->model->param[course->per_param].name);
  if (course->steady != REIN_STEADY_NOT) {
    rein_text_printf(out, ", steady state %s", course->steady == REIN_STEADY_ADDS ? "adds" : "resets");
    add_number(out, " every ", course->every);
  }
  if (course->adherence)
    rein_scenario_print_adherence(course->adherence, out);
  else
    rein_text_add(out, ", adherence 1");
  if (course->letter) {
    const rein_periods *p = course->periods;
    rein_text_printf(out, ", in %c of %s%s", course->letter, p->letter, p->block > 0 ? " random" : "");
    add_number(out, " length ", p->length);
    add_number(out, " run-in ", p->run_in);
    add_number(out, " washout ", p->washout);
  }
  if (course->jitter > 0.0) add_number(out, ", jitter ", course->jitter);
  for (int k = 0; k < course->n_titration; k++)
    rein_text_printf(out, "\n      %s", course->titration[k]->text);
  rein_text_printf(out, "%s\n      times:", course->left_out ? ", left out" : "");
  for (int i = 0; i < course->n_dose; i++) {
    add_number(out, " ", course->time[i]);
    if (course->missed && course->missed[i]) rein_text_add(out, "!");
  }
  rein_text_add(out, "\n");
}

static void print_arm(const rein_scenario *scenario, int i, rein_text *out) {
  const rein_arm *arm = &scenario->arm[i];
  const rein_arm_inside *inside = &scenario->inside->arm[i];
  rein_text_printf(out, "  %d %s: %s\n", i, arm->name, arm->prescription);
  if (arm->reference >= 0) rein_text_printf(out, "    reference: %s\n", scenario->arm[arm->reference].name);
  if (arm->counterfactual) rein_text_printf(out, "    without: %s\n", arm->without);
  rein_text_printf(out, "    boundary: %s\n", arm->boundary);
  for (size_t p = 0; p < scenario->model->n_param; p++) {
    const rein_param *param = &scenario->model->param[p];
    double typical = param->value_expr ? 0.0 : param->value;
    if (scenario->inside->people.given[p] || inside->theta[p] == typical) continue;
    rein_text_printf(out, "    %s", param->name);
    add_number(out, " = ", inside->theta[p]);
    rein_text_printf(out, " %s\n", param->unit_text ? param->unit_text : "?");
  }
  if (inside->doses)
    rein_text_printf(out, "    events: %lld people, sha256 %s, read as %s\n",
                     (long long)inside->doses->n_person, inside->doses->hash, inside->doses->read_hash);
  for (size_t k = 0; inside->left_out && k < scenario->model->n_action; k++)
    if (inside->left_out[k])
      rein_text_printf(out, "    events without: %s\n", scenario->model->action[k].name);
  for (int i_param = 0; inside->doses && i_param < inside->doses->n_param; i_param++)
    rein_text_printf(out, "    events give: %s, carried %s\n",
                     scenario->model->param[inside->doses->param[i_param]].name, inside->doses->carry);
  for (int k = 0; k < inside->n_initial; k++) {
    const rein_initial *start = &inside->initial[k];
    rein_text_printf(out, "    initial %s:", scenario->model->state[start->state].name);
    add_number(out, " ", start->amount);
    if (start->per_param >= 0)
      rein_text_printf(out, " of each person's own, number %d",
                       start->per_param - (int)scenario->model->n_param);
    rein_text_add(out, "\n");
  }
  for (int k = 0; k < inside->n_course; k++) print_course(scenario, &inside->course[k], out);
}

static const char *kept_name(const rein_model *model, int row) {
  size_t i = (size_t)row;
  if (i < model->n_state) return model->state[i].name;
  i -= model->n_state;
  if (i < model->n_observable) return model->observable[i].name;
  i -= model->n_observable;
  return i < model->n_value ? model->value[i].name : model->process[i - model->n_value].name;
}

static void print_measure(const rein_scenario *scenario, rein_text *out) {
  add_number(out, "start: ", scenario->inside->t_start);
  rein_text_printf(out, " %s\nmeasure:", scenario->model->time_unit_text);
  for (int i = 0; i < scenario->n_time; i++) add_number(out, " ", scenario->time[i]);
  rein_text_add(out, "\nhorizons:");
  for (int i = 0; i < scenario->n_horizon; i++) {
    const rein_horizon *h = &scenario->horizon[i];
    add_number(out, i > 0 ? ", " : " ", scenario->time[h->i_before]);
    add_number(out, " to ", scenario->time[h->i_after]);
    rein_text_printf(out, " '%s'", h->label);
  }
  rein_text_add(out, "\nkeep:");
  for (int i = 0; i < scenario->n_keep; i++)
    rein_text_printf(out, " %s", kept_name(scenario->model, scenario->keep[i]));
  rein_text_add(out, "\n");
}

static void print_expect(const rein_scenario *scenario, rein_text *out) {
  const rein_yaml *expect = rein_yaml_get(scenario->inside->root, "expect");
  for (int i = 0; i < scenario->n_compare; i++) {
    rein_text_printf(out, "compare: %s with %s\n", scenario->compare[i].observed,
                     scenario->arm[scenario->compare[i].arm].name);
  }
  if (!expect) return;
  rein_text_add(out, "expect:\n");
  rein_yaml_print(expect, out);
}

void rein_scenario_print(const rein_scenario *scenario, rein_text *out) {
  rein_text_printf(out, "scenario %s\ntitle: %s\nmodel: %s\nseed: %llu\n", scenario->name, scenario->title,
                   scenario->model->name, (unsigned long long)scenario->seed);
  print_cohort(scenario, out);
  print_measure(scenario, out);
  add_number(out, "solver: rtol ", scenario->rtol);
  add_number(out, ", atol_rel ", scenario->atol_rel);
  rein_text_printf(out, ", %s, %s first\n",
                   scenario->method_auto ? "auto" : rein_method_name(scenario->method),
                   scenario->act_first ? "act" : "observe");
  if (scenario->inside->equilibrates) rein_text_add(out, "before: equilibrate\n");
  if (scenario->inside->order != REIN_ORDER_AS_WRITTEN)
    rein_text_printf(out, "order: %s first\n",
                     scenario->inside->order == REIN_ORDER_RESETS_FIRST ? "resets" : "doses");
  if (scenario->inside->adding_ends) rein_text_add(out, "ss_add: ends infusions\n");
  rein_text_printf(out, "batch: %d individuals, %d lanes\n", scenario->individuals_per_batch,
                   scenario->n_lane);
  const rein_doses *over_time = scenario->inside->over_time;
  for (int k = 0; over_time && k < over_time->n_param; k++)
    rein_text_printf(out, "over time: %s, carried %s, sha256 %s, read as %s\n",
                     scenario->model->param[over_time->param[k]].name, over_time->carry, over_time->hash,
                     over_time->read_hash);
  rein_text_add(out, "arms:\n");
  for (int i = 0; i < scenario->n_arm; i++) print_arm(scenario, i, out);
  for (size_t i = 0; i < scenario->inside->n_factorial; i++)
    rein_scenario_print_factorial(scenario->inside->factorial[i], out);
  print_expect(scenario, out);
}
