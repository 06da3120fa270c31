/* Who of a simulated set is who of an observed one. Neither set holds an id: the table of people does, which
 * the scenario names and whose owner alone can join. */
#include <string.h>

#include "src/study/compare_inside.h"
#include "src/study/split.h"

/* Why the scenario cannot tell who is who; NULL: so far it can. */
static const char *why_not(const rein_compare_job *job, const rein_compare_set *simulated,
                           const rein_compare_set *seen) {
  const rein_scenario *s = job->scenario;
  if (!s)
    return "neither set holds ids; --scenario with the scenario that was run tells by its table who is who";
  if (!simulated->has_number || !seen->has_name)
    return "they are known by their number in the plan on one side and by the table's code on the other";
  if (!s->source_id) return "the people of the scenario are drawn, not those of a table";
  if (!s->observed_path) return "the scenario has no block 'compare' that names observed data";
  if (strcmp(s->hash, simulated->scenario_hash) != 0)
    return "the simulated set was not run from the scenario that --scenario gives, with the same table";
  return NULL;
}

/* Index of each person's code by row of the scenario's table, -1 none; NULL: some row is several people. */
static int *codes_of_rows(rein_compare_job *job, const rein_observed *o, int *n_found) {
  const rein_scenario *s = job->scenario;
  rein_arena *arena = job->c->arena;
  const int64_t n_row = s->n_individual / s->n_replicate;
  rein_names *rows = rein_names_create(arena);
  int *code_of = REIN_NEW(arena, int, n_row + 1);
  for (int64_t row = 0; row < n_row; row++) {
    code_of[row] = -1;
    rein_names_add(rows, s->source_id[row * s->n_replicate], (int)row);
  }
  for (int p = 0; p < o->n_person; p++) {
    char code[18];
    const int row = rein_names_find(rows, o->person[p]);
    rein_split_code(o, p, code);
    const rein_names *known = job->c->individual.names;
    const int k = known ? rein_names_find(known, code) : -1;
    if (row < 0 || k < 0) continue;
    if (code_of[row] >= 0) return NULL;
    code_of[row] = k, ++*n_found;
  }
  return code_of;
}

rein_status rein_compare_name_people(rein_compare_job *job) {
  rein_comparison *c = job->c;
  const bool first_seen = strcmp(c->set[0].origin, "observed") == 0,
             second_seen = strcmp(c->set[1].origin, "observed") == 0;
  rein_compare_set *simulated = &c->set[first_seen];
  rein_observed *o;
  int n_found = 0;
  if (first_seen == second_seen) return REIN_OK;
  job->nameless = why_not(job, simulated, &c->set[!first_seen]);
  if (job->nameless) return REIN_OK;
  const rein_scenario *s = job->scenario;
  const rein_status status =
      rein_observed_read(c->arena, job->units, s->observed_path, s->model, job->diag, &o);
  if (status != REIN_OK) return status;
  const int *code_of = o->is_group ? NULL : codes_of_rows(job, o, &n_found);
  if (!code_of)
    job->nameless = o->is_group ? "the scenario's observed data are means of groups"
                                : "several observed people have one id in the scenario's table";
  else if (n_found == 0)
    job->nameless = "no observed individual is of the tables that the scenario names";
  if (job->nameless) return REIN_OK;
  for (size_t i = 0; i < simulated->n_value; i++) {
    rein_compare_value *v = &simulated->value[i];
    if (v->individual < 0 || v->individual >= s->n_individual) continue;
    const int k = code_of[v->individual / s->n_replicate];
    if (k >= 0) v->individual = -1 - k;
  }
  simulated->has_name = true;
  return REIN_OK;
}
