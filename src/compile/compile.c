#include "src/compile/compile.h"

#include "src/compile/emit.h"
#include "src/compile/lower.h"

/* What a stage does with the lowered model. */
typedef struct {
  rein_arena *arena;
  const rein_model *model;
  rein_diag *diag;
  rein_tape *tape; /* result of emit_tape */
  rein_text *out;  /* of the printers */
} job;

typedef void finisher(job *j, const rein_lowered *lowered, rein_arena *work);

static rein_status lower_and(job *j, finisher *finish, rein_arena *work) {
  rein_lowered *lowered = NULL;
  rein_status status = rein_lower_model(work, j->arena, j->model, j->diag, &lowered);
  if (status == REIN_OK) finish(j, lowered, work);
  return status;
}

/* Lowers the model in an arena of its own, which is gone when the stage has finished. */
static rein_status run_job(job *j, finisher *finish) {
  rein_guard guard;
  if (REIN_GUARD(j->arena, &guard)) return REIN_ERR_MEMORY;
  rein_arena *work = rein_arena_create_in(j->arena);
  const rein_status status = lower_and(j, finish, work);
  rein_arena_release(j->arena, work);
  rein_unguard(j->arena, &guard);
  return status;
}

static void emit_tape(job *j, const rein_lowered *lowered, rein_arena *work) {
  j->tape = rein_emit_code(j->arena, lowered);
  rein_emit_tables(j->arena, lowered, j->tape);
  rein_model_hash(j->model, work, j->tape->hash);
}

rein_status rein_compile(rein_arena *arena, const rein_model *model, rein_diag *diag, rein_tape **out) {
  job j = {.arena = arena, .model = model, .diag = diag};
  rein_status status = run_job(&j, emit_tape);
  if (status == REIN_OK) *out = j.tape;
  return status;
}

/* Names of the leaves, as the tape will have them. */
static rein_dag_names names_of(const rein_lowered *lowered, rein_arena *work) {
  rein_tape *tape = REIN_NEW(work, rein_tape, 1);
  rein_emit_tables(work, lowered, tape);
  return (rein_dag_names){tape->state, tape->param};
}

static const char *name_of_root(const rein_model *m, rein_prog prog, int i, rein_arena *work) {
  static const char *const action_word[4] = {"lag", "bioavailability", "rate", "duration"};
  const int n_observable = (int)m->n_observable, n_value = (int)m->n_value;
  switch (prog) {
  case REIN_PROG_INITIAL:
    return rein_arena_printf(work, "initial %s", m->state[i].name);
  case REIN_PROG_RATES:
    return rein_arena_printf(work, "rate of %s", m->state[i].name);
  case REIN_PROG_SWITCH:
    return rein_arena_printf(work, "switch %d", i);
  case REIN_PROG_MARGIN:
    return rein_arena_printf(work, "margin %d", i);
  case REIN_PROG_TRIGGER:
    return rein_arena_printf(work, "trigger of %s", m->event[i].name);
  case REIN_PROG_TIMING:
    return rein_arena_printf(work, "%s of %s", i % 2 ? "priority" : "delay", m->event[i / 2].name);
  case REIN_PROG_ASSIGN:
    return rein_arena_printf(work, "assignment %d", i);
  case REIN_PROG_OUTPUT:
    if (i < n_observable) return rein_arena_printf(work, "observable %s", m->observable[i].name);
    if (i < n_observable + n_value)
      return rein_arena_printf(work, "value %s", m->value[i - n_observable].name);
    return rein_arena_printf(work, "process %s", m->process[i - n_observable - n_value].name);
  case REIN_PROG_SAFETY:
    return rein_arena_printf(work, "safety %s", m->safety[i].name);
  case REIN_PROG_ACTION:
    return rein_arena_printf(work, "%s of %s", action_word[i % 4], m->action[i / 4].name);
  case REIN_PROG_NOISE:
    return rein_arena_printf(work, "noise %s of %s", i % 2 ? "cv" : "sd", m->observable[i / 2].name);
  default:
    return rein_arena_printf(work, "mode %d %s", i / 2, i % 2 ? "slope" : "at time 0");
  }
}

static void print_dag(job *j, const rein_lowered *lowered, rein_arena *work) {
  const rein_dag_names names = names_of(lowered, work);
  rein_node *root = NULL;
  const char **name = NULL;
  size_t n = 0, n_name = 0, cap = 0, cap_name = 0;
  for (int p = 0; p < REIN_N_PROG; p++) {
    const rein_lowered_program *program = &lowered->program[p];
    for (int i = 0; p != REIN_PROG_JACOBIAN && i < program->n; i++) {
      const rein_dag_node *node = rein_dag_at(lowered->dag, program->root[i]);
      if (node->kind == REIN_LEAF_NUMBER && node->number != node->number) continue; /* not declared */
      REIN_PUSH(work, root, n, cap, program->root[i]);
      REIN_PUSH(work, name, n_name, cap_name, name_of_root(j->model, (rein_prog)p, i, work));
    }
  }
  rein_dag_print(lowered->dag, &names, root, name, (int)n, j->out);
}

rein_status rein_compile_print_dag(rein_arena *arena, const rein_model *model, rein_diag *diag,
                                   rein_text *out) {
  job j = {.arena = arena, .model = model, .diag = diag, .out = out};
  return run_job(&j, print_dag);
}

static void print_derive(job *j, const rein_lowered *lowered, rein_arena *work) {
  const rein_dag_names names = names_of(lowered, work);
  const rein_lowered_program *program = &lowered->program[REIN_PROG_JACOBIAN];
  rein_node *root = REIN_NEW(work, rein_node, program->n);
  const char **name = REIN_NEW(work, const char *, program->n);
  int *column = REIN_NEW(work, int, program->n);
  for (int s = 0; s < (int)j->model->n_state; s++)
    for (int e = lowered->col_start[s]; e < lowered->col_start[s + 1]; e++) column[e] = s;
  for (int i = 0; i < program->n; i++) {
    const int e = program->order[i];
    root[i] = program->root[e];
    name[i] = rein_arena_printf(work, "d rate of %s / d %s", names.state[lowered->row[e]].name,
                                names.state[column[e]].name);
  }
  rein_dag_print(lowered->dag, &names, root, name, program->n, j->out);
}

rein_status rein_compile_print_derive(rein_arena *arena, const rein_model *model, rein_diag *diag,
                                      rein_text *out) {
  job j = {.arena = arena, .model = model, .diag = diag, .out = out};
  return run_job(&j, print_derive);
}
