#include "src/compile/schedule.h"

#define MAX_NEED 0xffff

typedef struct {
  const rein_dag *dag;
  rein_arena *arena;
  rein_schedule *schedule;
  unsigned short *need; /* (n_node) temporaries needed to compute the node in its section */
  unsigned char *level; /* (n_node) */
  int *done;            /* (n_node) number of the last section that has the node, from 1 */
  int *kept; /* (n_node) number of the last program that keeps it, from 1; for numbers and parameters 1 */
  rein_node *stack; /* (n_node) */
} scheduler;

static void append(scheduler *s, rein_node_list *list, rein_node n) {
  REIN_PUSH(s->arena, list->node, list->n, list->cap, n);
}

/* Temporaries: operands computed one after the other, the most needy first, each result kept while the next
 * is made. */
static void count_need(scheduler *s, rein_node id) {
  const rein_dag_node *n = rein_dag_at(s->dag, id);
  int need[3] = {0, 0, 0}, n_arg = rein_dag_n_arg(s->dag, id), most = 1;
  for (int i = 0; i < n_arg; i++) {
    if (s->level[n->arg[i]] == s->level[id]) need[i] = s->need[n->arg[i]];
    for (int k = i; k > 0 && need[k] > need[k - 1]; k--) {
      int swap = need[k];
      need[k] = need[k - 1];
      need[k - 1] = swap;
    }
  }
  for (int i = 0; i < n_arg; i++)
    if (need[i] && need[i] + i > most) most = need[i] + i;
  s->need[id] = (unsigned short)(most < MAX_NEED ? most : MAX_NEED);
}

/* Keeps what a section takes from an earlier one. */
static void keep(scheduler *s, rein_schedule_program *p, int number, rein_node n) {
  rein_node_list *list = &p->time_kept;
  if (!rein_dag_is_op(s->dag, n) && s->level[n] != REIN_LEVEL_CONST) return;
  if (s->level[n] == REIN_LEVEL_CONST) list = &s->schedule->number;
  if (s->level[n] == REIN_LEVEL_PARAM) list = &s->schedule->param_kept;
  if (s->level[n] != REIN_LEVEL_TIME) number = 1;
  if (s->kept[n] == number) return;
  s->kept[n] = number;
  append(s, list, n);
}

/* The operand to compute next, or NONE when all are there. */
static rein_node next_operand(const scheduler *s, rein_node id, int section) {
  const rein_dag_node *n = rein_dag_at(s->dag, id);
  rein_node best = REIN_NODE_NONE;
  for (int i = 0; i < rein_dag_n_arg(s->dag, id); i++) {
    rein_node arg = n->arg[i];
    if (!rein_dag_is_op(s->dag, arg) || s->level[arg] != s->level[id] || s->done[arg] == section) continue;
    if (best == REIN_NODE_NONE || s->need[arg] > s->need[best]) best = arg;
  }
  return best;
}

/* Appends the node after all it needs from its own level. */
static void visit(scheduler *s, rein_schedule_program *p, rein_node_list *list, rein_node root, int section,
                  int number) {
  int n_stack = 0;
  if (s->done[root] != section) s->stack[n_stack++] = root;
  while (n_stack) {
    rein_node id = s->stack[n_stack - 1], operand = next_operand(s, id, section);
    if (operand != REIN_NODE_NONE) {
      s->stack[n_stack++] = operand;
      continue;
    }
    n_stack--;
    s->done[id] = section;
    append(s, list, id);
    for (int i = 0; i < rein_dag_n_arg(s->dag, id); i++) {
      rein_node arg = rein_dag_at(s->dag, id)->arg[i];
      if (s->level[arg] != s->level[id]) keep(s, p, number, arg);
    }
  }
}

static void schedule_program(scheduler *s, const rein_lowered_program *from, rein_schedule_program *p,
                             int i_prog) {
  const int number = i_prog + 1;
  for (int k = 0; k < from->n; k++) {
    rein_node root = from->root[from->order ? from->order[k] : k];
    if (rein_dag_is_op(s->dag, root) && s->level[root] == REIN_LEVEL_STATE)
      visit(s, p, &p->state, root, 2 * number, number);
    else
      keep(s, p, number, root);
  }
  for (size_t k = 0; k < p->time_kept.n; k++)
    visit(s, p, &p->time, p->time_kept.node[k], 2 * number + 1, number);
}

rein_schedule *rein_schedule_create(const rein_lowered *lowered) {
  const rein_dag *dag = lowered->dag;
  const size_t n = dag->n_node;
  scheduler s = {.dag = dag, .arena = dag->arena, .schedule = REIN_NEW(dag->arena, rein_schedule, 1)};
  s.need = REIN_NEW(dag->arena, unsigned short, n);
  s.level = REIN_NEW(dag->arena, unsigned char, n);
  s.done = REIN_NEW(dag->arena, int, n);
  s.kept = REIN_NEW(dag->arena, int, n);
  s.stack = REIN_NEW(dag->arena, rein_node, n);
  for (size_t id = 0; id < n; id++) {
    s.level[id] = (unsigned char)rein_dag_level(dag, (rein_node)id);
    if (rein_dag_is_op(dag, (rein_node)id)) count_need(&s, (rein_node)id);
  }
  for (int p = 0; p < REIN_N_PROG; p++)
    schedule_program(&s, &lowered->program[p], &s.schedule->program[p], p);
  rein_schedule *out = s.schedule;
  for (size_t k = 0; k < out->param_kept.n; k++)
    visit(&s, &out->program[0], &out->param, out->param_kept.node[k], 1, 1);
  return out;
}
