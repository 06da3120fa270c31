/* Events. What an event sets is what an id means; where the amount of a species is stored, the value is
 * multiplied by the size that its compartment has when the event is executed. */
#include <string.h>

#include "src/import/sbml_inside.h"

#define MODEL(job) ((Model_t *)(job)->sbml)

static void build_assignments(sbml_job *job, Event_t *e, rein_event *event) {
  unsigned n = Event_getNumEventAssignments(e);
  event->assign = REIN_NEW(job->arena, rein_assignment, n + 1);
  for (unsigned k = 0; k < n; k++) {
    EventAssignment_t *a = Event_getEventAssignment(e, k);
    const ASTNode_t *math = EventAssignment_getMath(a);
    int index = sbml_find_var(job, EventAssignment_getVariable(a));
    if (!math || index < 0) continue;
    sbml_var *v = &job->var[index];
    job->pos = sbml_pos(job, (SBase_t *)a);
    if (v->how == HOW_VALUE) {
      rein_error(job->diag, job->pos, "event sets '%s', which a rule determines", v->id);
      continue;
    }
    rein_ast *value = sbml_number(job, math, NULL);
    rein_ast *size = NULL;
    if (v->kind == KIND_SPECIES && v->stores_amount != v->only_amount)
      size = sbml_name(job, job->var[v->compartment].name);
    if (size && !v->stores_amount) size = sbml_op2(job, REIN_OP_DIV, sbml_num(job, 1), size);
    rein_symbol_kind kind = v->how == HOW_STATE ? REIN_SYMBOL_STATE : REIN_SYMBOL_PARAM;
    event->assign[event->n_assign++] = (rein_assignment){kind, v->index, value, size};
  }
}

void sbml_build_events(sbml_job *job) {
  rein_names *name = rein_names_create(job->arena);
  for (unsigned i = 0; i < Model_getNumEvents(MODEL(job)); i++) {
    Event_t *e = Model_getEvent(MODEL(job), i);
    Trigger_t *trigger = Event_isSetTrigger(e) ? Event_getTrigger(e) : NULL;
    if (!trigger || !Trigger_getMath(trigger)) continue;
    const bool three = job->level >= 3;
    rein_event event = {.pos = job->pos = sbml_pos(job, (SBase_t *)e)};
    const char *id = Event_isSetId(e) ? Event_getId(e) : NULL;
    event.name = id ? rein_arena_strdup(job->arena, id) : rein_arena_printf(job->arena, "event_%u", i + 1);
    if (rein_names_add(name, event.name, (int)i) != (int)i)
      event.name = rein_arena_printf(job->arena, "%s_%u", event.name, i + 1);
    event.when = sbml_condition(job, Trigger_getMath(trigger), NULL);
    event.persistent = three ? Trigger_getPersistent(trigger) : true;
    event.initial_true = three ? Trigger_getInitialValue(trigger) : true;
    event.values_at_trigger = Event_getUseValuesFromTriggerTime(e);
    if (Event_isSetDelay(e) && Delay_getMath(Event_getDelay(e)))
      event.delay = sbml_number(job, Delay_getMath(Event_getDelay(e)), NULL);
    if (Event_isSetPriority(e) && Priority_getMath(Event_getPriority(e)))
      event.priority = sbml_number(job, Priority_getMath(Event_getPriority(e)), NULL);
    build_assignments(job, e, &event);
    REIN_PUSH(job->arena, job->model->event, job->model->n_event, job->cap_event, event);
  }
}
