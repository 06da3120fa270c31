/* Opens two sets, chooses what to join on, and finds for each value its counterpart or why it has none. */
#include "src/study/compare.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "src/import/sbml.h"
#include "src/study/compare_inside.h"

static const rein_pos nowhere = {NULL, 0, 0, 0};

static const struct {
  const char *word, *meaning;
} fates[] = {
#define REIN_FATE(id, word, meaning) {word, meaning},
#include "src/study/compare_fates.def"
#undef REIN_FATE
};

const char *rein_compare_fate_word(rein_compare_fate fate) {
  return fates[fate].word;
}

const char *rein_compare_fate_meaning(rein_compare_fate fate) {
  return fates[fate].meaning;
}

int64_t rein_compare_unit(const rein_compare_set *set, const rein_compare_value *v) {
  return v->individual < 0 || !set->is_people ? v->individual : v->individual / set->n_replicate;
}

/* ---- what is joined on ---- */

/* Why individuals of the two sets cannot be told to be the same; NULL: they can. */
static const char *why_not_individual(const rein_compare_job *job) {
  const rein_compare_set *a = &job->c->set[0], *b = &job->c->set[1];
  /* NDJSON does not say whether its individuals are people of a table. */
  const bool other_kind = job->reader[0] && job->reader[1] && a->is_people != b->is_people;
  if (job->nameless) return job->nameless;
  if (!(a->has_name && b->has_name) && !(a->has_number && b->has_number) && !(a->has_group && b->has_group))
    return "nothing says which individual or group of one set is which of the other";
  if (a->has_number && b->has_number &&
      (strcmp(a->seed, b->seed) != 0 || a->n_replicate != b->n_replicate || other_kind))
    return "the sets have other seeds, replicates or people, so a number is another individual in each";
  return NULL;
}

static rein_status choose(rein_compare_job *job) {
  rein_comparison *c = job->c;
  const char *why_not = why_not_individual(job);
  c->by = job->options->by;
  c->why = "as asked for";
  if (c->by == REIN_COMPARE_BY_INDIVIDUAL && why_not) {
    rein_error(job->diag, nowhere, "individuals cannot be joined: %s; '--by arm' joins means", why_not);
    return REIN_ERR_INPUT;
  }
  if (c->by != REIN_COMPARE_BY_BEST) return REIN_OK;
  c->by = why_not ? REIN_COMPARE_BY_ARM : REIN_COMPARE_BY_INDIVIDUAL;
  c->why = why_not         ? why_not
           : job->scenario ? "the scenario's table of people says who is who"
                           : "both sets know the same individuals";
  return REIN_OK;
}

/* ---- order ---- */

static int compare_keys(const rein_compare_value *a, const rein_compare_value *b) {
  if (a->observable != b->observable) return a->observable < b->observable ? -1 : 1;
  if (a->arm != b->arm) return a->arm < b->arm ? -1 : 1;
  if (a->horizon != b->horizon) return a->horizon < b->horizon ? -1 : 1;
  return (a->individual > b->individual) - (a->individual < b->individual);
}

static int compare_values(const void *left, const void *right) {
  const rein_compare_value *a = left, *b = right;
  const int key = compare_keys(a, b);
  if (key == 0 && a->number != b->number) return a->number < b->number ? -1 : 1;
  return key ? key : (a->order > b->order) - (a->order < b->order);
}

/* Horizons by time, whichever set has them first, so that lines come in an order that means something. */
static int compare_horizons(const void *left, const void *right) {
  const rein_compare_horizon *a = left, *b = right;
  if (a->from_s != b->from_s) return a->from_s < b->from_s ? -1 : 1;
  return (a->to_s > b->to_s) - (a->to_s < b->to_s);
}

static void sort_horizons(rein_comparison *c) {
  int *place = REIN_NEW(c->arena, int, c->n_horizon + 1);
  for (size_t i = 0; i < c->n_horizon; i++) c->horizon[i].met = (int)i;
  if (c->n_horizon) qsort(c->horizon, c->n_horizon, sizeof *c->horizon, compare_horizons);
  for (size_t i = 0; i < c->n_horizon; i++) {
    rein_compare_horizon *h = &c->horizon[i];
    h->text = rein_arena_printf(c->arena, "%.10g to %.10g %s", h->from, h->to, h->unit);
    place[h->met] = (int)i;
  }
  for (int side = 0; side < 2; side++) {
    for (size_t i = 0; i < c->set[side].n_value; i++)
      c->set[side].value[i].horizon = place[c->set[side].value[i].horizon];
  }
}

static void sort_values(rein_compare_set *set) {
  rein_compare_value *v = set->value;
  if (set->n_value) qsort(v, set->n_value, sizeof *v, compare_values);
  for (size_t i = 1; i < set->n_value; i++)
    v[i].repeat =
        compare_keys(&v[i - 1], &v[i]) == 0 && v[i - 1].number == v[i].number ? v[i - 1].repeat + 1 : 0;
}

/* ---- why a value has no counterpart ---- */

typedef struct {
  bool *observable, *arm, *horizon; /* by index of the comparison */
  int64_t *individual;              /* (n) rising */
  size_t n;
} presence;

static int compare_numbers(const void *left, const void *right) {
  const int64_t a = *(const int64_t *)left, b = *(const int64_t *)right;
  return (a > b) - (a < b);
}

static presence presence_of(const rein_comparison *c, const rein_compare_set *set) {
  presence p = {.observable = REIN_NEW(c->arena, bool, c->observable.n + 1),
                .arm = REIN_NEW(c->arena, bool, c->arm.n + 1),
                .horizon = REIN_NEW(c->arena, bool, c->n_horizon + 1),
                .individual = REIN_NEW(c->arena, int64_t, set->n_value + 1),
                .n = set->n_value};
  for (size_t i = 0; i < set->n_value; i++) {
    const rein_compare_value *v = &set->value[i];
    p.observable[v->observable] = p.arm[v->arm] = p.horizon[v->horizon] = true;
    p.individual[i] = v->individual;
  }
  qsort(p.individual, p.n, sizeof *p.individual, compare_numbers);
  return p;
}

static void end_alone(rein_comparison *c, rein_compare_value *v, const presence *other) {
  const bool by_individual = c->by == REIN_COMPARE_BY_INDIVIDUAL;
  const char *what = "";
  if (!other->observable[v->observable])
    v->fate = REIN_FATE_NO_OBSERVABLE, what = c->observable.item[v->observable];
  else if (!other->arm[v->arm])
    v->fate = REIN_FATE_NO_ARM, what = c->arm.item[v->arm];
  else if (!other->horizon[v->horizon])
    v->fate = REIN_FATE_NO_HORIZON, what = c->horizon[v->horizon].text;
  else if (by_individual && v->repeat > 0)
    v->fate = REIN_FATE_REPEATED;
  else if (by_individual &&
           !bsearch(&v->individual, other->individual, other->n, sizeof *other->individual, compare_numbers))
    v->fate = REIN_FATE_NO_INDIVIDUAL;
  else
    v->fate = REIN_FATE_NO_COMBINATION;
  v->detail = rein_compare_index(c->arena, &c->detail, what);
}

/* ---- joining ---- */

static bool other_amounts(const rein_compare_value *a, const rein_compare_value *b) {
  return a->action >= 0 && b->action >= 0 && a->action != b->action;
}

static void set_fate(rein_compare_value *v, rein_compare_fate fate) {
  v->fate = (uint8_t)fate;
}

/* Two values of the same key. True where they are a pair. */
static bool meet(rein_compare_value *a, rein_compare_value *b) {
  if (other_amounts(a, b)) {
    set_fate(a, REIN_FATE_OTHER_ACTION), set_fate(b, REIN_FATE_OTHER_ACTION);
    return false;
  }
  const bool no_a = isnan(a->change), no_b = isnan(b->change);
  set_fate(a, no_a ? REIN_FATE_NO_VALUE : no_b ? REIN_FATE_OTHER_HAS_NO_VALUE : REIN_FATE_MATCHED);
  set_fate(b, no_b ? REIN_FATE_NO_VALUE : no_a ? REIN_FATE_OTHER_HAS_NO_VALUE : REIN_FATE_MATCHED);
  return !no_a && !no_b;
}

/* Key and repeat, in the order of a set but for the replicates of one person. */
static int compare_places(const rein_compare_value *a, const rein_compare_value *b) {
  const int key = compare_keys(a, b);
  return key ? key : a->repeat - b->repeat;
}

/* One person's values of a key from place `first` on: several where replicates stand for them. */
static size_t replicates_at(const rein_compare_set *set, size_t first) {
  size_t n = 1;
  while (first + n < set->n_value && compare_places(&set->value[first], &set->value[first + n]) == 0) n++;
  return n;
}

/* A person's values on both sides; where one side has one, it meets all of the other. Answers the pairs. */
static size_t meet_person(rein_compare_value *a, size_t n_a, rein_compare_value *b, size_t n_b,
                          rein_compare_pair *pair) {
  size_t n = 0;
  for (size_t i = 0; i < (n_a > n_b ? n_a : n_b); i++) {
    rein_compare_value *x = &a[i < n_a ? i : n_a - 1], *y = &b[i < n_b ? i : n_b - 1];
    if (meet(x, y)) pair[n++] = (rein_compare_pair){{x, y}};
  }
  if (n > 0 && n_a != n_b) set_fate(n_a < n_b ? &a[n_a - 1] : &b[n_b - 1], REIN_FATE_MATCHED);
  return n;
}

static size_t join_individuals(rein_comparison *c, const presence *has, rein_compare_pair *pair) {
  rein_compare_set *a = &c->set[0], *b = &c->set[1];
  size_t i = 0, k = 0, n = 0;
  while (i < a->n_value || k < b->n_value) {
    const int order = i == a->n_value ? 1 : k == b->n_value ? -1 : compare_places(&a->value[i], &b->value[k]);
    if (order < 0) {
      end_alone(c, &a->value[i++], &has[1]);
    } else if (order > 0) {
      end_alone(c, &b->value[k++], &has[0]);
    } else {
      const size_t n_a = replicates_at(a, i), n_b = replicates_at(b, k);
      n += meet_person(&a->value[i], n_a, &b->value[k], n_b, pair + n);
      i += n_a, k += n_b;
    }
  }
  return n;
}

/* Values of one observable, arm and horizon. */
typedef struct {
  rein_compare_value *v;
  size_t n, n_known; /* with a change */
  uint64_t given;    /* actions prescribed to anybody there */
  bool has_action;
} cell;

static int compare_cells(const rein_compare_value *a, const rein_compare_value *b) {
  rein_compare_value x = *a, y = *b;
  x.individual = y.individual = 0;
  return compare_keys(&x, &y);
}

static cell cell_at(const rein_compare_set *set, size_t first) {
  cell here = {.v = set->value + first};
  while (first + here.n < set->n_value && compare_cells(here.v, here.v + here.n) == 0) {
    const rein_compare_value *v = &here.v[here.n++];
    here.n_known += !isnan(v->change);
    here.has_action = here.has_action || v->action >= 0;
    if (v->action >= 0) here.given |= v->given;
  }
  return here;
}

static void meet_cells(const cell *own, const cell *other) {
  const bool other_action = own->has_action && other->has_action && own->given != other->given;
  for (size_t i = 0; i < own->n; i++) {
    set_fate(&own->v[i], other_action              ? REIN_FATE_OTHER_ACTION
                         : isnan(own->v[i].change) ? REIN_FATE_NO_VALUE
                         : other->n_known == 0     ? REIN_FATE_OTHER_HAS_NO_VALUE
                                                   : REIN_FATE_MATCHED);
  }
}

static void join_arms(rein_comparison *c, const presence *has) {
  rein_compare_set *a = &c->set[0], *b = &c->set[1];
  size_t i = 0, k = 0;
  while (i < a->n_value || k < b->n_value) {
    const int order = i == a->n_value ? 1 : k == b->n_value ? -1 : compare_cells(&a->value[i], &b->value[k]);
    if (order < 0) {
      end_alone(c, &a->value[i++], &has[1]);
    } else if (order > 0) {
      end_alone(c, &b->value[k++], &has[0]);
    } else {
      const cell x = cell_at(a, i), y = cell_at(b, k);
      meet_cells(&x, &y), meet_cells(&y, &x);
      i += x.n, k += y.n;
    }
  }
}

/* ---- counting ---- */

static int compare_counts(const void *left, const void *right) {
  const rein_compare_count *a = left, *b = right;
  if (a->fate != b->fate) return a->fate < b->fate ? -1 : 1;
  return (a->first > b->first) - (a->first < b->first);
}

static void count(rein_comparison *c, int side) {
  rein_compare_set *set = &c->set[side];
  int64_t *at = REIN_NEW(c->arena, int64_t, (c->detail.n + 1) * REIN_N_FATE); /* 1 + place in count */
  for (size_t i = 0; i < set->n_value; i++) {
    rein_compare_value *v = &set->value[i];
    /* What is matched or fails for its counterpart's sake has no reason of its own. */
    if (v->fate == REIN_FATE_MATCHED || v->fate == REIN_FATE_OTHER_ACTION ||
        v->fate == REIN_FATE_OTHER_HAS_NO_VALUE)
      v->detail = -1;
    int64_t *place = &at[(size_t)(v->detail + 1) * REIN_N_FATE + v->fate];
    if (*place == 0) {
      const rein_compare_count first = {.fate = (rein_compare_fate)v->fate,
                                        .detail = v->detail < 0 ? "" : c->detail.item[v->detail],
                                        .first = (int64_t)i};
      REIN_PUSH(c->arena, set->count, set->n_count, set->cap_count, first);
      *place = (int64_t)set->n_count;
    }
    set->count[*place - 1].n++;
    c->n_matched[side] += v->fate == REIN_FATE_MATCHED;
  }
  if (set->n_count) qsort(set->count, set->n_count, sizeof *set->count, compare_counts);
}

/* ---- all ---- */

static rein_status read_scenario(rein_compare_job *job) {
  rein_scenario_options options = {.importer = rein_import_sbml};
  const bool a = strcmp(job->c->set[0].origin, "observed") == 0,
             b = strcmp(job->c->set[1].origin, "observed") == 0;
  rein_scenario *scenario = NULL;
  if (!job->options->scenario_path) return REIN_OK;
  if (a == b) {
    rein_error(job->diag, nowhere,
               "--scenario says which simulated arm reproduces which observed one, but %s observed",
               a ? "both sets are" : "neither set is");
    return REIN_ERR_USAGE;
  }
  char *end;
  const char *seed = job->c->set[a ? 1 : 0].seed; /* a run with --seed is of the same people */
  options.seed = strtoull(seed, &end, 10);
  options.has_seed = *seed && *end == 0;
  const rein_status status = rein_scenario_read(job->c->arena, job->units, job->options->scenario_path,
                                                &options, job->diag, &scenario);
  job->scenario = scenario;
  return status;
}

static rein_status compare(rein_compare_job *job) {
  rein_comparison *c = job->c;
  rein_status status = REIN_OK;
  for (int side = 0; side < 2 && status == REIN_OK; side++) status = rein_compare_open(job, side);
  if (status == REIN_OK) status = read_scenario(job);
  if (status != REIN_OK) return status;
  c->latent = strcmp(c->set[0].origin, "mechanistic") == 0 && strcmp(c->set[1].origin, "mechanistic") == 0;
  for (int side = 0; side < 2 && status == REIN_OK; side++) status = rein_compare_read(job, side);
  if (status == REIN_OK) status = rein_compare_name_people(job);
  if (status == REIN_OK) status = choose(job);
  if (status != REIN_OK) return status;
  sort_horizons(c);
  for (int side = 0; side < 2; side++) sort_values(&c->set[side]);
  const presence has[2] = {presence_of(c, &c->set[0]), presence_of(c, &c->set[1])};
  const size_t most = c->set[0].n_value > c->set[1].n_value ? c->set[0].n_value : c->set[1].n_value;
  rein_compare_pair *pair = REIN_NEW(c->arena, rein_compare_pair, most + 1);
  size_t n_pair = 0;
  if (c->by == REIN_COMPARE_BY_INDIVIDUAL)
    n_pair = join_individuals(c, has, pair);
  else
    join_arms(c, has);
  for (int side = 0; side < 2; side++) count(c, side);
  rein_compare_sum(c, pair, n_pair);
  const bool fine = c->n_matched[0] > 0 && c->set[0].n_failed == 0 && c->set[1].n_failed == 0;
  return fine ? REIN_OK : REIN_ERR_MEMBERS;
}

rein_status rein_compare_sets(rein_arena *arena, rein_units *units, const rein_compare_options *options,
                              rein_diag *diag, rein_comparison **out) {
  rein_guard guard;
  if (REIN_GUARD(arena, &guard)) return REIN_ERR_MEMORY;
  rein_comparison *c = REIN_NEW(arena, rein_comparison, 1);
  rein_compare_job *job = REIN_NEW(arena, rein_compare_job, 1);
  c->arena = arena;
  c->individual_data = options->individual_data;
  *job = (rein_compare_job){.c = c, .units = units, .options = options, .diag = diag};
  const rein_status status = compare(job);
  rein_unguard(arena, &guard);
  if (status == REIN_OK || status == REIN_ERR_MEMBERS) *out = c;
  return status;
}
