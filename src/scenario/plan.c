/* Batches of a scenario: which individual under which arm is in which lane, and the filling of their
 * parameters and items.
 *
 *   batch = block of individuals x chunk of arms       lane = i_individual * n_arm_of_chunk + i_arm, then
 * padding
 *
 * Invariants:
 *   1. number of lanes and individuals of a batch come from model and scenario, not from the machine or the
 * cohort's size;
 *   2. an arm and its reference are in one batch: where the arms need several chunks, a chunk without the
 * reference holds a copy of it that is not real;
 *   3. lanes behind the last pair of individual and arm repeat it; individuals behind the last of a drawn
 * cohort are the next of the endless cohort, so a longer cohort gives the same bytes for its first members;
 * behind a table, its last person.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "src/scenario/inside.h"
#include "src/stats/sort.h"

/* Arms beyond this many per batch are integrated in chunks: at 64 lanes and more a batch no longer gains. */
#define MAX_ARM_PER_BATCH 128
/* Steps that one lane's segment may take before it counts as failed: far above what real models need (see
 * numerics.md). */
#define MAX_STEPS 2000000
/* Steps that an imported model with switches, events or delays takes at least. */
#define MIN_STEPS 50

/* ---- shape of a batch ---- */

static int round_up(int n) {
  return (n + REIN_LANE_MULTIPLE - 1) / REIN_LANE_MULTIPLE * REIN_LANE_MULTIPLE;
}

/* Lanes at which a batch is fastest, measured on models of these sizes: more amortise decoding, until the
 * rows leave the cache. */
static int best_lanes(size_t n_state) {
  if (n_state <= 64) return 64; /* 4 states: 1.3 times as fast as 32 lanes with BDF, equal with dopri5 */
  return n_state < 300 ? 32 : 16;
}

/* Individuals per batch with n_arm lanes each: near `target` lanes with few of them padding. */
static int choose_individuals(int n_arm, int target) {
  int best = 1, most = 3 * target / (2 * n_arm);
  double best_cost = INFINITY;
  for (int n = 1; n <= (most > 1 ? most : 1); n++) {
    double used = (double)(n * n_arm), lanes = round_up(n * n_arm);
    double away = lanes > target ? lanes / target : target / lanes;
    double cost = lanes / used + 0.1 * away;
    if (cost < best_cost) {
      best_cost = cost;
      best = n;
    }
  }
  return best;
}

static void add_chunk(rein_scenario_reader *r, int first, int end) {
  const rein_scenario *scenario = r->scenario;
  rein_chunk *chunk = &r->inside->chunk[r->inside->n_chunk++];
  rein_lane_arm *lane = REIN_NEW(r->arena, rein_lane_arm, 2 * (end - first));
  int n = 0;
  for (int i = first; i < end; i++) lane[n++] = (rein_lane_arm){.arm = i, .real = true};
  for (int i = first; i < end; i++) {
    int reference = scenario->arm[i].reference;
    bool there = reference < 0 || (reference >= first && reference < end);
    for (int k = end - first; k < n && !there; k++) there = lane[k].arm == reference;
    if (!there) lane[n++] = (rein_lane_arm){.arm = reference};
  }
  chunk->lane = lane;
  chunk->n_lane = n;
}

void rein_scenario_choose_lanes(rein_scenario_reader *r, const rein_scenario_options *options) {
  rein_scenario *scenario = r->scenario;
  rein_scenario_inside *inside = r->inside;
  int n_chunk = (scenario->n_arm + MAX_ARM_PER_BATCH - 1) / MAX_ARM_PER_BATCH;
  inside->chunk = REIN_NEW(r->arena, rein_chunk, n_chunk);
  int widest = 0;
  for (int i = 0; i < n_chunk; i++) {
    add_chunk(r, (int)((int64_t)scenario->n_arm * i / n_chunk),
              (int)((int64_t)scenario->n_arm * (i + 1) / n_chunk));
    if (inside->chunk[i].n_lane > widest) widest = inside->chunk[i].n_lane;
  }
  int wanted = options ? options->n_lane : 0, n;
  if (wanted > 0) {
    n = wanted / widest > 0 ? wanted / widest : 1;
  } else {
    n = choose_individuals(widest, best_lanes(r->model->n_state));
  }
  if (scenario->typical) n = 1;
  scenario->individuals_per_batch = n;
  scenario->n_lane = round_up(n * widest);
  if (wanted > 0 && wanted != scenario->n_lane)
    rein_warning(r->diag, (rein_pos){0},
                 "batches have %d lanes, not %d: they hold whole individuals, of %d lanes each%s",
                 scenario->n_lane, wanted, widest, scenario->typical ? ", and there is one" : "");
}

/* ---- filling ---- */

typedef struct {
  const rein_scenario *scenario;
  const rein_tape *tape;
  rein_people people;
  bool pilot;
  const bool *reads; /* (tape->n_slot) what lags, bioavailabilities, rates and durations depend on */
  bool asks;         /* these may differ from dose to dose */
  bool feeds_back;   /* and when a parameter is set may depend on them */
} fill_context;

/* Memory of one fill. */
typedef struct {
  double *value;   /* (n_lane x n_value), each lane's own numbers together */
  double *scratch; /* (n_correlated) */
  double *time;    /* (n_lane) */
  double *action;  /* (4 n_action x n_lane) */
  rein_timeline timeline;
} fill_memory;

static void clear_memory(fill_memory *memory) {
  free(memory->value);
  free(memory->scratch);
  free(memory->time);
  free(memory->action);
  rein_timeline_clear(&memory->timeline);
}

static bool create_memory(fill_memory *memory, const fill_context *context, int n_lane) {
  size_t n_value = rein_people_n_value(&context->people), n_action = (size_t)context->tape->n_action;
  *memory = (fill_memory){.value = malloc((n_value * (size_t)n_lane + 1) * sizeof(double)),
                          .scratch = malloc(((size_t)context->people.n_correlated + 1) * sizeof(double)),
                          .time = rein_rows_create(1, n_lane),
                          .action = rein_rows_create(4 * n_action + 1, n_lane)};
  return memory->value && memory->scratch && memory->time && memory->action;
}

/* Who is in lane i_lane of a batch. */
typedef struct {
  int64_t individual;
  int arm;
  bool real;
} occupant;

static occupant occupant_of(const fill_context *context, int64_t i_batch, int i_lane) {
  const rein_scenario *scenario = context->scenario;
  const rein_scenario_inside *inside = scenario->inside;
  const rein_chunk *chunk = &inside->chunk[i_batch % inside->n_chunk];
  int n_individual = context->pilot ? 1 : scenario->individuals_per_batch;
  int n_used = n_individual * chunk->n_lane;
  int i_used = i_lane < n_used ? i_lane : n_used - 1;
  const rein_lane_arm *lane = &chunk->lane[i_used % chunk->n_lane];
  int64_t individual = i_batch / inside->n_chunk * n_individual + i_used / chunk->n_lane;
  bool real = lane->real && i_lane < n_used && individual < scenario->n_individual;
  if ((context->people.n_row > 0 || context->people.points) && individual >= scenario->n_individual)
    individual = scenario->n_individual - 1;
  return (occupant){.individual = individual, .arm = lane->arm, .real = real};
}

/* All lanes' parameters as they are at the start. */
static void set_params(const fill_context *context, const fill_memory *memory, rein_eval *eval) {
  const size_t n_value = rein_people_n_value(&context->people);
  for (int p = 0; p < context->tape->n_param; p++) {
    double *row = rein_eval_row(eval, p);
    for (int l = 0; l < rein_eval_n_lane(eval); l++) row[l] = memory->value[(size_t)l * n_value + (size_t)p];
  }
  rein_eval_params(eval);
}

/* The parameters of every lane, drawn once for neighbours of the same person and typical values. */
static void fill_values(const fill_context *context, fill_memory *memory, int64_t i_batch, rein_eval *eval) {
  int n_lane = rein_eval_n_lane(eval);
  size_t n_value = rein_people_n_value(&context->people);
  const rein_arm_inside *arm = context->scenario->inside->arm;
  int64_t last_individual = -1;
  const double *last_theta = NULL;
  for (int l = 0; l < n_lane; l++) {
    occupant who = occupant_of(context, i_batch, l);
    double *value = memory->value + (size_t)l * n_value;
    const double *theta = arm[who.arm].theta;
    if (l > 0 && who.individual == last_individual && theta == last_theta) {
      memcpy(value, value - n_value, n_value * sizeof *value);
    } else {
      rein_people_draw(&context->people, who.individual, theta, value, memory->scratch);
    }
    last_individual = who.individual;
    last_theta = theta;
  }
  for (int l = 0; l < n_lane; l++) { /* covariates over time begin with their first values */
    occupant who = occupant_of(context, i_batch, l);
    const rein_doses *tables[2] = {context->scenario->inside->over_time, arm[who.arm].doses};
    for (int i = 0; i < 2; i++)
      for (int k = 0; tables[i] && k < tables[i]->n_param; k++)
        memory->value[(size_t)l * n_value + (size_t)tables[i]->param[k]] =
            rein_doses_of(tables[i], who.individual, context->scenario->n_replicate)->first[k];
  }
  set_params(context, memory, eval);
}

/* What a lane keeps for writing its items again, in lane->memo. */
typedef struct {
  double *value;         /* (n_value) as rein_timeline_lane has it */
  double *action;        /* (4 n_action) the action's rows at the start */
  double *moment;        /* (n_moment) rising times of doses, where the rows differ from dose to dose */
  double *moment_action; /* (n_moment x 4 n_action) the rows there */
  size_t n_moment;
} lane_memo;

static lane_memo memo_of(const fill_context *context, const rein_lane_plan *lane) {
  const size_t n_value = rein_people_n_value(&context->people),
               n_action = 4 * (size_t)context->tape->n_action;
  if (lane->n_memo == 0) return (lane_memo){0};
  lane_memo memo = {.value = lane->memo, .action = lane->memo + n_value};
  memo.n_moment = (lane->n_memo - n_value - n_action) / (1 + n_action);
  memo.moment = memo.action + n_action;
  memo.moment_action = memo.moment + memo.n_moment;
  return memo;
}

/* A table's changes. A value carried back from the next line begins after all else at its instant. */
static bool add_changes(const rein_doses *table, int64_t person, int64_t n_replicate, bool after,
                        rein_lane_plan *lane) {
  if (!table || table->n_param == 0 || after != (strcmp(table->carry, "next") == 0)) return true;
  const rein_person_doses *doses = rein_doses_of(table, person, n_replicate);
  for (size_t i = 0; i < doses->n_change; i++) {
    const rein_change *c = &doses->change[i];
    rein_item item = {.time = c->time, .kind = REIN_ITEM_PARAM, .target = c->param, .amount = c->value};
    if (c->time <= lane->t_end && !rein_lane_add_item(lane, item)) return false;
  }
  return true;
}

/* What is there before any dose. */
static bool write_start(const rein_scenario_inside *inside, const double *value, rein_lane_plan *lane) {
  const rein_arm_inside *arm = &inside->arm[lane->arm];
  static const rein_steady AT_REST = {.equilibrates = true, .state = -1, .input = -1};
  for (int k = 0; k < arm->n_initial; k++) {
    const rein_initial *start = &arm->initial[k];
    const double amount = start->amount * (start->per_param >= 0 ? value[start->per_param] : 1.0);
    const rein_item item = {
        .time = -INFINITY, .kind = REIN_ITEM_INITIAL, .target = start->state, .amount = amount};
    if (!rein_lane_add_item(lane, item)) return false;
  }
  if (inside->equilibrates && !rein_lane_add_steady(lane, lane->t_start, AT_REST)) return false;
  for (int i = 0; i < arm->n_decision; i++) {
    const rein_item item = {.time = arm->decision[i].time, .kind = REIN_ITEM_DECIDE, .target = i};
    if (!rein_lane_add_item(lane, item)) return false;
  }
  return true;
}

/* The lane's items and doses by its arm, its numbers and what it has decided so far. value, action: as
 * rein_timeline_lane has them. */
static bool write_items(const fill_context *context, rein_timeline *timeline, const double *value,
                        const double *action, int stride, rein_lane_plan *lane) {
  const rein_scenario *scenario = context->scenario;
  const rein_scenario_inside *inside = scenario->inside;
  const rein_arm_inside *arm = &inside->arm[lane->arm];
  const int64_t who = lane->individual, n_replicate = scenario->n_replicate;
  const lane_memo memo = memo_of(context, lane);
  rein_timeline_lane about = {.model = scenario->model,
                              .tape = context->tape,
                              .seed = scenario->seed,
                              .faithful = context->pilot,
                              .order = inside->order,
                              .adding_ends = inside->adding_ends,
                              .asks = context->asks,
                              .moment = memo.moment,
                              .moment_action = memo.moment_action,
                              .n_moment = memo.n_moment,
                              .value = value,
                              .action = action,
                              .stride = stride};
  lane->n_item = lane->n_dose = lane->n_steady = 0;
  if (arm->doses) {
    const rein_person_doses *doses = rein_doses_of(arm->doses, who, n_replicate);
    about.own = doses->course;
    about.n_own = (int)doses->n_course;
    about.left_out = arm->left_out;
  }
  const bool good = write_start(inside, value, lane) &&
                    add_changes(arm->doses, who, n_replicate, false, lane) &&
                    add_changes(inside->over_time, who, n_replicate, false, lane) &&
                    rein_timeline_fill(timeline, &about, arm->course, arm->n_course, lane) &&
                    add_changes(arm->doses, who, n_replicate, true, lane) &&
                    add_changes(inside->over_time, who, n_replicate, true, lane);
  if (good) rein_lane_sort_items(lane);
  return good;
}

/* What write_items needs for when decisions change what follows, and room for the rows at n_moment times. */
static bool keep_numbers(const fill_context *context, const double *value, const double *action, int stride,
                         const double *moment, size_t n_moment, rein_lane_plan *lane) {
  const size_t n_value = rein_people_n_value(&context->people),
               n_action = 4 * (size_t)context->tape->n_action;
  if (!rein_lane_make_memo(lane, n_value + n_action + n_moment * (1 + n_action))) return false;
  const lane_memo memo = memo_of(context, lane);
  memcpy(memo.value, value, n_value * sizeof *value);
  for (size_t k = 0; k < n_action; k++) memo.action[k] = action[k * (size_t)stride];
  for (size_t i = 0; i < n_moment; i++) memo.moment[i] = moment[i];
  for (size_t i = 0; i < n_moment * n_action; i++) memo.moment_action[i] = NAN;
  return true;
}

/* ---- lag, bioavailability, rate and duration at the time of each dose ---- */

/* Whether anything that they depend on changes in this lane. */
static bool varies(const fill_context *context, const rein_lane_plan *lane) {
  if (!context->asks || context->reads[context->tape->time_slot]) return context->asks;
  for (size_t i = 0; i < lane->n_item; i++)
    if (lane->item[i].kind == REIN_ITEM_PARAM && context->reads[lane->item[i].target]) return true;
  return false;
}

static size_t sort_distinct(double *time, size_t n) {
  size_t n_kept = 0;
  rein_sort_numbers(time, n);
  for (size_t i = 0; i < n; i++)
    if (n_kept == 0 || time[i] != time[n_kept - 1]) time[n_kept++] = time[i];
  return n_kept;
}

/* A covariate's value from its line on holds for that line's dose, too. */
static bool is_before_dose(const rein_doses *table, int param) {
  if (!table || table->n_param == 0 || strcmp(table->carry, "last") != 0) return false;
  for (int i = 0; i < table->n_param; i++)
    if (table->param[i] == param) return true;
  return false;
}

/* The lane's parameters as a dose at `time` finds them; *next: first item that is not yet taken. */
static void take_params(const fill_context *context, const rein_lane_plan *lane, int l, double time,
                        size_t *next, rein_eval *eval) {
  const rein_scenario_inside *inside = context->scenario->inside;
  for (; *next < lane->n_item && lane->item[*next].time < time; ++*next) {
    const rein_item *item = &lane->item[*next];
    if (item->kind == REIN_ITEM_PARAM) rein_eval_row(eval, item->target)[l] = item->amount;
  }
  for (size_t i = *next; i < lane->n_item && lane->item[i].time == time; i++) {
    const rein_item *item = &lane->item[i];
    if (item->kind == REIN_ITEM_PARAM && (is_before_dose(inside->over_time, item->target) ||
                                          is_before_dose(inside->arm[lane->arm].doses, item->target)))
      rein_eval_row(eval, item->target)[l] = item->amount;
  }
}

/* The rows at all moments of all lanes, by the items that the lanes have. *changed: some were others. */
static bool read_moments(const fill_context *context, fill_memory *memory, rein_eval *eval,
                         const rein_lane_plan *lane, bool *changed) {
  const int n_lane = rein_eval_n_lane(eval);
  const size_t n_action = 4 * (size_t)context->tape->n_action;
  size_t *next = calloc((size_t)n_lane, sizeof *next);
  bool going = next != NULL;
  for (size_t k = 0; going; k++) {
    going = false;
    for (int l = 0; l < n_lane; l++) {
      const lane_memo memo = memo_of(context, &lane[l]);
      if (k >= memo.n_moment) continue;
      take_params(context, &lane[l], l, memo.moment[k], &next[l], eval);
      memory->time[l] = memo.moment[k];
      going = true;
    }
    if (!going) break;
    rein_eval_params(eval);
    rein_eval_run(eval, REIN_PROG_ACTION, memory->time, NULL, memory->action);
    for (int l = 0; l < n_lane; l++) {
      const lane_memo memo = memo_of(context, &lane[l]);
      for (size_t i = 0; k < memo.n_moment && i < n_action; i++) {
        const double now = memory->action[i * (size_t)n_lane + (size_t)l];
        double *kept = &memo.moment_action[k * n_action + i];
        *changed |= memcmp(kept, &now, sizeof now) != 0;
        *kept = now;
      }
    }
  }
  free(next);
  return next != NULL;
}

/* Items again with each dose's own numbers. An action that sets a parameter may itself be delayed by what
 * others set: then again, until nothing changes. */
static bool write_again(const fill_context *context, fill_memory *memory, rein_eval *eval,
                        rein_lane_plan *lane) {
  const int n_lane = rein_eval_n_lane(eval);
  double *nobody = NULL;
  int64_t *kept = NULL;
  bool good = true, changed = true, any = false;
  for (int l = 0; l < n_lane && !any; l++) any = memo_of(context, &lane[l]).n_moment > 0;
  if (!any) return true;
  nobody = rein_rows_create(1, n_lane), kept = calloc((size_t)n_lane, sizeof *kept);
  good = nobody && kept;
  if (good) rein_eval_keep_counts(eval, kept);
  for (int round = 0; good && changed && round <= context->tape->n_action; round++) {
    changed = false;
    good = read_moments(context, memory, eval, lane, &changed);
    set_params(context, memory, eval);
    for (int l = 0; l < n_lane && changed && good; l++) {
      const lane_memo memo = memo_of(context, &lane[l]);
      if (memo.n_moment > 0)
        good = write_items(context, &memory->timeline, memo.value, memo.action, 1, &lane[l]);
    }
    changed &= context->feeds_back;
  }
  if (good) rein_eval_drop_counts(eval, kept, nobody); /* looked ahead, for whoever is in the batch */
  free(nobody), free(kept);
  return good;
}

static bool fill_lane(const fill_context *context, fill_memory *memory, int64_t i_batch, int l, int n_lane,
                      rein_lane_plan *lane) {
  const rein_scenario *scenario = context->scenario;
  const rein_scenario_inside *inside = scenario->inside;
  occupant who = occupant_of(context, i_batch, l);
  lane->individual = who.individual;
  lane->arm = who.arm;
  lane->real = who.real;
  lane->t_start = inside->t_start;
  lane->t_end = inside->t_end;
  lane->obs = scenario->time;
  lane->n_obs = scenario->n_time;
  const double *value = memory->value + (size_t)l * rein_people_n_value(&context->people),
               *action = memory->action + l;
  rein_timeline *timeline = &memory->timeline;
  if (!write_items(context, timeline, value, action, n_lane, lane)) return false;
  const size_t n_moment = varies(context, lane) ? sort_distinct(timeline->asked, timeline->n_asked) : 0;
  if (inside->arm[who.arm].n_decision == 0 && n_moment == 0) return true;
  return keep_numbers(context, value, action, n_lane, timeline->asked, n_moment, lane);
}

static rein_status fill(void *opaque, int64_t i_batch, rein_eval *eval, rein_lane_plan *lane) {
  const fill_context *context = opaque;
  int n_lane = rein_eval_n_lane(eval);
  fill_memory memory;
  bool good = create_memory(&memory, context, n_lane);
  if (good) {
    fill_values(context, &memory, i_batch, eval);
    for (int l = 0; l < n_lane; l++) memory.time[l] = context->scenario->inside->t_start;
    if (context->tape->n_action > 0) rein_eval_run(eval, REIN_PROG_ACTION, memory.time, NULL, memory.action);
    for (int l = 0; l < n_lane && good; l++) good = fill_lane(context, &memory, i_batch, l, n_lane, &lane[l]);
    good = good && write_again(context, &memory, eval, lane);
  }
  clear_memory(&memory);
  return good ? REIN_OK : REIN_ERR_MEMORY;
}

/* ---- decisions ---- */

/* Amount of the line's next dose as written, from `time` on; NaN where there is none. */
static double next_amount(const rein_arm_inside *arm, int line, double time, const double *value) {
  const rein_course *next = NULL;
  double first = INFINITY;
  for (int i = line; i < arm->n_course && arm->course[i].line == line; i++) {
    const rein_course *course = &arm->course[i];
    int k = 0;
    while (k < course->n_dose && course->time[k] < time) k++;
    if (k < course->n_dose && course->time[k] < first) first = course->time[k], next = course;
  }
  return next ? rein_course_amount(next, value) : NAN;
}

/* Whether the decision says something that was not in force before: *now. */
static bool takes_decision(const fill_context *context, const rein_lane_plan *lane, int i_decision,
                           const double *output, const double *noise, int stride, double *measured,
                           rein_ruling *now) {
  const rein_scenario *scenario = context->scenario;
  const rein_arm_inside *arm = &scenario->inside->arm[lane->arm];
  const rein_decision *d = &arm->decision[i_decision];
  const rein_ruling *last = rein_titration_in_force(lane, d->i_course, d->time);
  rein_ruling before = {
      .amount = NAN, .line = d->i_course, .decided = arm->course[d->i_course].decided, .given = true};
  if (last) before = *last;
  before.time = d->time;
  if (arm->course[d->i_course].left_out) return false;
  rein_titration_measure(d->what, scenario->model, scenario->seed, lane->individual, d->time, context->pilot,
                         output, noise, stride, measured);
  *now =
      rein_titration_decide(d->what, &before, next_amount(arm, d->i_course, d->time, lane->memo), measured);
  const bool same_amount = now->amount == before.amount || (isnan(now->amount) && isnan(before.amount));
  return !same_amount || now->given != before.given || now->stopped != before.stopped;
}

static rein_status decide(void *opaque, rein_lane_plan *lane, int i_decision, const double *output,
                          const double *noise, int stride) {
  const fill_context *context = opaque;
  if (i_decision >= 0) {
    double *measured = malloc((context->scenario->model->n_observable + 1) * sizeof *measured);
    rein_ruling now;
    if (!measured) return REIN_ERR_MEMORY;
    const bool changes = takes_decision(context, lane, i_decision, output, noise, stride, measured, &now);
    free(measured);
    if (!changes) return REIN_OK;
    if (!rein_lane_add_ruling(lane, now)) return REIN_ERR_MEMORY;
  }
  rein_timeline timeline = {0};
  const lane_memo memo = memo_of(context, lane);
  const bool good = write_items(context, &timeline, memo.value, memo.action, 1, lane);
  rein_timeline_clear(&timeline);
  return good ? REIN_OK : REIN_ERR_MEMORY;
}

/* ---- plans ---- */

/* Imported models may switch or fire on anything that time alone sets, for less than a step, so no step goes
 * from one measurement past the next; with few of them, past MIN_STEPS-th of the whole. */
static double longest_step(const rein_scenario *scenario) {
  const double length = scenario->inside->t_end - scenario->inside->t_start;
  const int n = scenario->n_time - 1;
  return scenario->model->imported ? length / (n > MIN_STEPS ? n : MIN_STEPS) : 0;
}

/* Which of an action's numbers can differ from dose to dose. */
static void find_asks(rein_arena *arena, fill_context *context) {
  const rein_tape *tape = context->tape;
  const rein_model *model = context->scenario->model;
  bool *reads = REIN_NEW(arena, bool, tape->n_slot);
  rein_tape_reads(tape, REIN_PROG_ACTION, reads);
  context->asks = reads[tape->time_slot];
  for (int p = 0; p < tape->n_param; p++) context->asks |= reads[p];
  context->reads = reads;
  for (size_t i = 0; i < model->n_action; i++) {
    const rein_action *a = &model->action[i];
    if (a->param >= 0 && tape->action_state[i] < 0)
      context->feeds_back |= a->lag != NULL || a->rate != NULL || a->duration != NULL;
  }
}

static rein_plan *new_plan(rein_arena *arena, const rein_scenario *scenario, const rein_tape *tape,
                           const double *atol, bool pilot) {
  fill_context *context = REIN_NEW(arena, fill_context, 1);
  *context =
      (fill_context){.scenario = scenario, .tape = tape, .people = scenario->inside->people, .pilot = pilot};
  find_asks(arena, context);
  rein_plan *plan = REIN_NEW(arena, rein_plan, 1);
  *plan = (rein_plan){.context = context,
                      .n_lane = scenario->n_lane,
                      .n_obs = scenario->n_time,
                      .keep = scenario->keep,
                      .n_keep = scenario->n_keep,
                      .atol = atol,
                      .rtol = scenario->rtol,
                      .act_first = scenario->act_first,
                      .method = scenario->method,
                      .max_step = longest_step(scenario),
                      .max_steps = MAX_STEPS,
                      .fill = fill,
                      .decide = decide};
  if (scenario->inside->equilibrates)
    plan->n_total = rein_scenario_find_totals(arena, scenario->model, &plan->total);
  int64_t n_block =
      (scenario->n_individual + scenario->individuals_per_batch - 1) / scenario->individuals_per_batch;
  plan->n_batch = n_block * scenario->inside->n_chunk;
  if (!pilot) return plan;

  /* One typical person under all arms; every state is kept, so that scales can be read off. */
  context->people.typical = true;
  int widest = 0;
  for (int i = 0; i < scenario->inside->n_chunk; i++) {
    if (scenario->inside->chunk[i].n_lane > widest) widest = scenario->inside->chunk[i].n_lane;
  }
  int *keep = REIN_NEW(arena, int, tape->n_state);
  for (int i = 0; i < tape->n_state; i++) keep[i] = i;
  plan->n_lane = round_up(widest);
  plan->n_batch = scenario->inside->n_chunk;
  plan->keep = keep;
  plan->n_keep = tape->n_state;
  return plan;
}

static rein_status make_plan(rein_arena *arena, const rein_scenario *scenario, const rein_tape *tape,
                             const double *atol, bool pilot, rein_plan **out) {
  rein_guard guard;
  if (REIN_GUARD(arena, &guard)) return REIN_ERR_MEMORY;
  rein_plan *plan = new_plan(arena, scenario, tape, atol, pilot);
  rein_unguard(arena, &guard);
  *out = plan;
  return REIN_OK;
}

rein_status rein_scenario_plan(rein_arena *arena, const rein_scenario *scenario, const rein_tape *tape,
                               const double *atol, rein_plan **out) {
  return make_plan(arena, scenario, tape, atol, false, out);
}

rein_status rein_scenario_pilot(rein_arena *arena, const rein_scenario *scenario, const rein_tape *tape,
                                const double *atol, rein_plan **out) {
  return make_plan(arena, scenario, tape, atol, true, out);
}
