#include "src/compile/emit.h"

#include <assert.h>
#include <string.h>

#include "src/compile/schedule.h"

/* Rows of the slot file that one section uses again and again. */
typedef struct {
  int first, n_used; /* rows first .. first + n_used have been needed so far */
  int *free_row;     /* (n_free), last freed first: it is likely still in the cache */
  size_t n_free, cap_free;
} pool;

typedef struct {
  rein_arena *work, *keep;
  const rein_lowered *lowered;
  const rein_dag *dag;
  const rein_schedule *schedule;
  rein_tape *tape;
  rein_operand *where; /* (n_node) */
  int *n_left;         /* (n_node) uses to come in the section at hand */
  bool *is_temporary;  /* (n_node) its row goes back to the pool */
  int *out_row;        /* (n_node) row of the output array, -1 none */
  int next_row;        /* of the slot file, for results that stay */
  rein_origin *origin;
  size_t n_origin, cap_origin;
  int *origin_of; /* (dag->n_origin) index in the tape's list, -1 not yet there */
} emitter;

static rein_operand slot(int row) {
  return REIN_OPERAND(REIN_SPACE_SLOT, row);
}

static int take_row(pool *p) {
  return p->n_free ? p->free_row[--p->n_free] : p->first + p->n_used++;
}

static int origin_of(emitter *e, rein_node n) {
  const int from = rein_dag_at(e->dag, n)->origin;
  if (from < 0) return -1;
  if (e->origin_of[from] < 0) {
    e->origin_of[from] = (int)e->n_origin;
    REIN_PUSH(e->keep, e->origin, e->n_origin, e->cap_origin, e->dag->origin[from]);
  }
  return e->origin_of[from];
}

/* Results that stay: a row each, not to be written again. */
static void place_kept(emitter *e, const rein_node_list *kept) {
  for (size_t i = 0; i < kept->n; i++) e->where[kept->node[i]] = slot(e->next_row++);
}

static void count_uses(emitter *e, const rein_node_list *order) {
  for (size_t k = 0; k < order->n; k++) e->n_left[order->node[k]] = 0;
  for (size_t k = 0; k < order->n; k++) {
    const rein_node id = order->node[k];
    for (int i = 0; i < rein_dag_n_arg(e->dag, id); i++) e->n_left[rein_dag_at(e->dag, id)->arg[i]]++;
  }
}

/* Gives back the rows of operands that this was the last use of. */
static void release_operands(emitter *e, rein_node id, pool *p) {
  for (int i = 0; i < rein_dag_n_arg(e->dag, id); i++) {
    const rein_node arg = rein_dag_at(e->dag, id)->arg[i];
    if (--e->n_left[arg] > 0 || !e->is_temporary[arg]) continue;
    e->is_temporary[arg] = false;
    REIN_PUSH(e->work, p->free_row, p->n_free, p->cap_free, (int)REIN_OPERAND_INDEX(e->where[arg]));
  }
}

static rein_instr instruction(emitter *e, rein_node id) {
  const rein_dag_node *n = rein_dag_at(e->dag, id);
  rein_operand arg[3] = {0, 0, 0};
  for (int i = 0; i < rein_dag_n_arg(e->dag, id); i++) arg[i] = e->where[n->arg[i]];
  return (rein_instr){(uint32_t)n->kind, e->where[id], arg[0], arg[1], arg[2], origin_of(e, id)};
}

/* One section. Nodes that have no place yet get a row of the output or of the pool. */
static void emit_section(emitter *e, const rein_node_list *order, pool *p, rein_instr *code) {
  count_uses(e, order);
  for (size_t k = 0; k < order->n; k++) {
    const rein_node id = order->node[k];
    if (e->out_row[id] >= 0 && rein_dag_level(e->dag, id) == REIN_LEVEL_STATE) {
      e->where[id] = REIN_OPERAND(REIN_SPACE_OUT, e->out_row[id]);
    } else if (e->where[id] == UINT32_MAX) {
      e->where[id] = slot(take_row(p));
      e->is_temporary[id] = true;
    }
    code[k] = instruction(e, id);
    release_operands(e, id, p);
  }
}

/* Forgets the places of a program's nodes, so that the next program begins anew. */
static void forget(emitter *e, const rein_node_list *list) {
  for (size_t k = 0; k < list->n; k++) {
    e->where[list->node[k]] = UINT32_MAX;
    e->is_temporary[list->node[k]] = false;
  }
}

static bool is_computed_in_place(const emitter *e, rein_node root) {
  return rein_dag_is_op(e->dag, root) && rein_dag_level(e->dag, root) == REIN_LEVEL_STATE;
}

/* Roots that are computed elsewhere: leaves, results of earlier sections, and the second row of the same
 * node. */
static int emit_copies(emitter *e, const rein_lowered_program *from, rein_instr *code) {
  int n = 0;
  for (int row = 0; row < from->n; row++) {
    const rein_node root = from->root[row];
    if (is_computed_in_place(e, root) && e->out_row[root] == row) continue;
    int origin = rein_dag_is_op(e->dag, root) ? origin_of(e, root) : -1;
    if (code)
      code[n] = (rein_instr){REIN_OP_COPY, REIN_OPERAND(REIN_SPACE_OUT, row), e->where[root], 0, 0, origin};
    n++;
  }
  return n;
}

static void emit_program(emitter *e, int i_prog, pool *p) {
  const rein_lowered_program *from = &e->lowered->program[i_prog];
  const rein_schedule_program *plan = &e->schedule->program[i_prog];
  for (int k = from->n - 1; k >= 0; k--) e->out_row[from->root[k]] = k;
  const int n_copy = emit_copies(e, from, NULL);
  const int n_state = (int)plan->state.n;
  rein_instr *time_code = REIN_NEW(e->keep, rein_instr, plan->time.n);
  rein_instr *state_code = REIN_NEW(e->keep, rein_instr, n_state + n_copy);
  p->n_free = 0;
  for (int row = p->n_used - 1; row >= 0; row--)
    REIN_PUSH(e->work, p->free_row, p->n_free, p->cap_free, p->first + row);
  emit_section(e, &plan->time, p, time_code);
  emit_section(e, &plan->state, p, state_code);
  emit_copies(e, from, state_code + n_state);
  for (int k = 0; k < from->n; k++) e->out_row[from->root[k]] = -1;
  forget(e, &plan->time);
  forget(e, &plan->state);
  e->tape->program[i_prog] =
      (rein_program){time_code, state_code, (int)plan->time.n, n_state + n_copy, from->n};
}

static rein_operand place_of_leaf(const rein_tape *t, const rein_dag_node *n) {
  const int i = n->arg[0];
  switch (n->kind) {
  case REIN_LEAF_PARAM:
  case REIN_LEAF_DELAY:
    return slot(i);
  case REIN_LEAF_INPUT:
    return slot(t->input_first + i);
  case REIN_LEAF_MODE:
    return slot(t->mode_first + i);
  case REIN_LEAF_ATOL:
    return slot(t->atol_first + i);
  case REIN_LEAF_TIME:
    return slot(t->time_slot);
  case REIN_LEAF_STATE:
    return REIN_OPERAND(REIN_SPACE_STATE, i);
  default:
    return UINT32_MAX;
  }
}

/* The layout of tape.h, with a place for every leaf and constant. */
static void lay_out(emitter *e) {
  rein_tape *t = e->tape;
  const rein_model *m = e->lowered->model;
  const rein_node_list *number = &e->schedule->number;
  t->n_state = (int)m->n_state;
  t->n_param = (int)m->n_param;
  t->n_input = e->lowered->n_input;
  t->n_mode = e->lowered->n_mode;
  t->n_held = e->lowered->n_held;
  t->n_const = (int)number->n;
  t->input_first = t->n_param;
  t->mode_first = t->input_first + t->n_input;
  t->held_first = t->mode_first + t->n_mode;
  t->atol_first = t->held_first + t->n_held + (t->n_held > 0);
  t->time_slot = t->atol_first + t->n_state;
  t->const_first = t->time_slot + 1;
  e->next_row = t->const_first + t->n_const;
  for (size_t id = 0; id < e->dag->n_node; id++) {
    e->where[id] = place_of_leaf(t, rein_dag_at(e->dag, (rein_node)id));
    e->out_row[id] = -1;
  }
  double *constant = REIN_NEW(e->keep, double, number->n);
  for (size_t i = 0; i < number->n; i++) {
    constant[i] = rein_dag_at(e->dag, number->node[i])->number;
    e->where[number->node[i]] = slot(t->const_first + (int)i);
  }
  t->constant = constant;
}

static void emit_all(emitter *e) {
  rein_tape *t = e->tape;
  const rein_schedule *s = e->schedule;
  place_kept(e, &s->param_kept);
  pool param_pool = {.first = e->next_row};
  rein_instr *code = REIN_NEW(e->keep, rein_instr, s->param.n);
  emit_section(e, &s->param, &param_pool, code);
  t->param_code = code;
  t->n_param_code = (int)s->param.n;
  e->next_row += param_pool.n_used;
  pool temporaries = {.first = e->next_row};
  for (int p = 0; p < REIN_N_PROG; p++) temporaries.first += (int)s->program[p].time_kept.n;
  for (int p = 0; p < REIN_N_PROG; p++) {
    place_kept(e, &s->program[p].time_kept);
    emit_program(e, p, &temporaries);
  }
  assert(e->next_row <= temporaries.first && "results that stay and temporaries keep apart");
  t->n_slot = temporaries.first + temporaries.n_used;
}

/* What a dose may fail by; behind the expressions, which are looked up by their index. */
static void name_doses(emitter *e) {
  static const char *const word[REIN_N_DOSED] = {"lag", "bioavailability", "rate", "duration", "amount"};
  const rein_model *m = e->lowered->model;
  int *at = REIN_NEW(e->keep, int, m->n_action *REIN_N_DOSED + 1);
  for (size_t i = 0; i < m->n_action; i++) {
    const rein_action *a = &m->action[i];
    const rein_ast *said[] = {a->lag, a->bioavailability, a->rate, a->duration};
    for (int k = 0; k < REIN_N_DOSED; k++) {
      const bool is_amount = k == REIN_DOSED_AMOUNT;
      const rein_origin origin = {is_amount || !said[k] ? a->pos : said[k]->pos,
                                  rein_arena_printf(e->keep, "%s of %s", word[k], a->name)};
      *at = is_amount || said[k] ? (int)e->n_origin : -1;
      if (*at++ >= 0) REIN_PUSH(e->keep, e->origin, e->n_origin, e->cap_origin, origin);
    }
  }
  e->tape->action_origin = at - m->n_action * REIN_N_DOSED;
}

static const int *copy_ints(rein_arena *keep, const int *from, int n) {
  int *to = REIN_NEW(keep, int, n);
  if (n) memcpy(to, from, (size_t)n * sizeof *to);
  return to;
}

rein_tape *rein_emit_code(rein_arena *keep, const rein_lowered *lowered) {
  rein_arena *work = lowered->dag->arena;
  const size_t n_node = lowered->dag->n_node;
  emitter e = {.work = work, .keep = keep, .lowered = lowered, .dag = lowered->dag};
  e.schedule = rein_schedule_create(lowered);
  e.tape = REIN_NEW(keep, rein_tape, 1);
  e.where = REIN_NEW(work, rein_operand, n_node);
  e.n_left = REIN_NEW(work, int, n_node);
  e.is_temporary = REIN_NEW(work, bool, n_node);
  e.out_row = REIN_NEW(work, int, n_node);
  e.origin_of = REIN_NEW(work, int, lowered->dag->n_origin);
  if (lowered->dag->n_origin) memset(e.origin_of, 0xff, lowered->dag->n_origin * sizeof(int));
  lay_out(&e);
  emit_all(&e);
  name_doses(&e);
  e.tape->origin = e.origin;
  e.tape->n_origin = (int)e.n_origin;
  e.tape->n_nz = lowered->n_nz;
  e.tape->col_start = copy_ints(keep, lowered->col_start, (int)lowered->model->n_state + 1);
  e.tape->row = copy_ints(keep, lowered->row, lowered->n_nz);
  return e.tape;
}
