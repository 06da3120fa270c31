/* Every id of the file that can have a value becomes one sbml_var, with all that determines it. */
#include <math.h>
#include <string.h>

#include "src/import/sbml_inside.h"

/* libSBML's C functions take pointers that are not const, and change nothing through them. */
#define MODEL(job) ((Model_t *)(job)->sbml)

/* A copy of a text of libSBML, "" where an attribute is missing. */
static const char *text_of(sbml_job *job, const char *text) {
  return rein_arena_strdup(job->arena, text ? text : "");
}

static sbml_var *add_var(sbml_job *job, sbml_kind kind, const char *id, const char *title,
                         const void *element) {
  sbml_var v = {.kind = kind, .value = NAN, .compartment = -1};
  v.id = text_of(job, id);
  v.title = sbml_title(job, title, element);
  v.codes = sbml_codes(job, element);
  v.unit = "?";
  v.pos = sbml_pos(job, element);
  int index = (int)job->n_var;
  if (*v.id && rein_names_add(job->ids, v.id, index) != index)
    rein_error(job->diag, v.pos, "'%s' is declared twice", v.id);
  v.name = sbml_new_name(job, *v.id ? v.id : "unnamed", index);
  REIN_PUSH(job->arena, job->var, job->n_var, job->cap_var, v);
  return &job->var[index];
}

static void collect_compartments(sbml_job *job) {
  for (unsigned i = 0; i < Model_getNumCompartments(MODEL(job)); i++) {
    Compartment_t *c = Model_getCompartment(MODEL(job), i);
    sbml_var *v = add_var(job, KIND_COMPARTMENT, Compartment_getId(c), Compartment_getName(c), c);
    bool level1 = job->level == 1;
    if (level1 || Compartment_isSetSize(c))
      v->value = level1 ? Compartment_getVolume(c) : Compartment_getSize(c);
    v->constant = level1 ? false : Compartment_getConstant(c);
    sbml_units_of_compartment(job, v, c);
    v->only_amount =
        Compartment_isSetSpatialDimensions(c) && Compartment_getSpatialDimensionsAsDouble(c) == 0;
  }
}

static void collect_species(sbml_job *job) {
  const char *factor = job->level >= 3 && Model_isSetConversionFactor(MODEL(job))
                           ? Model_getConversionFactor(MODEL(job))
                           : NULL;
  for (unsigned i = 0; i < Model_getNumSpecies(MODEL(job)); i++) {
    Species_t *s = Model_getSpecies(MODEL(job), i);
    sbml_var *v = add_var(job, KIND_SPECIES, Species_getId(s), Species_getName(s), s);
    v->boundary = Species_getBoundaryCondition(s);
    v->constant = Species_getConstant(s);
    v->compartment = sbml_find_var(job, Species_getCompartment(s));
    if (v->compartment < 0 || job->var[v->compartment].kind != KIND_COMPARTMENT) {
      rein_error(job->diag, v->pos, "species '%s' is in compartment '%s', which the file does not declare",
                 v->id, text_of(job, Species_getCompartment(s)));
      v->compartment = -1;
    }
    v->only_amount =
        Species_getHasOnlySubstanceUnits(s) || (v->compartment >= 0 && job->var[v->compartment].only_amount);
    v->given_concentration = Species_isSetInitialConcentration(s);
    if (v->given_concentration)
      v->value = Species_getInitialConcentration(s);
    else if (Species_isSetInitialAmount(s))
      v->value = Species_getInitialAmount(s);
    sbml_units_of_species(job, v, s);
    v->conversion = Species_isSetConversionFactor(s) ? Species_getConversionFactor(s) : factor;
  }
}

static void collect_parameters(sbml_job *job) {
  for (unsigned i = 0; i < Model_getNumParameters(MODEL(job)); i++) {
    Parameter_t *p = Model_getParameter(MODEL(job), i);
    sbml_var *v = add_var(job, KIND_PARAMETER, Parameter_getId(p), Parameter_getName(p), p);
    v->unit = sbml_unit_of(job, Parameter_getUnits(p));
    if (Parameter_isSetValue(p)) v->value = Parameter_getValue(p);
    v->constant = job->level > 1 && Parameter_getConstant(p);
  }
}

/* ---- reactions ---- */

static void add_local(sbml_job *job, sbml_reaction *r, sbml_binding *to, const char *id, const char *unit,
                      double value, const void *element) {
  rein_param p = {.value = value, .has_value = true, .unit = rein_unit_unknown()};
  p.unit_text = sbml_unit_of(job, unit);
  p.codes = sbml_codes(job, element);
  p.pos = sbml_pos(job, element);
  p.name = sbml_new_name(job, rein_arena_printf(job->arena, "%s_%s", r->id, text_of(job, id)), SBML_NO_OWNER);
  p.assumed = "as in the SBML file";
  p.range_low = -INFINITY, p.range_high = INFINITY;
  REIN_PUSH(job->arena, job->model->param, job->model->n_param, job->cap_param, p);
  to->name = text_of(job, id);
  to->ast = rein_ast_name(job->arena, p.pos, p.name);
}

static void collect_kinetic_law(sbml_job *job, sbml_reaction *r) {
  KineticLaw_t *law =
      Reaction_isSetKineticLaw((Reaction_t *)r->sbml) ? Reaction_getKineticLaw((Reaction_t *)r->sbml) : NULL;
  if (!law) return;
  r->math = KineticLaw_getMath(law);
  bool three = job->level >= 3;
  unsigned n = three ? KineticLaw_getNumLocalParameters(law) : KineticLaw_getNumParameters(law);
  sbml_binding *binding = REIN_NEW(job->arena, sbml_binding, n + 1);
  sbml_scope *scope = REIN_NEW(job->arena, sbml_scope, 1);
  for (unsigned i = 0; i < n; i++) {
    if (three) {
      LocalParameter_t *p = KineticLaw_getLocalParameter(law, i);
      add_local(job, r, &binding[i], LocalParameter_getId(p), LocalParameter_getUnits(p),
                LocalParameter_isSetValue(p) ? LocalParameter_getValue(p) : NAN, p);
    } else {
      Parameter_t *p = KineticLaw_getParameter(law, i);
      add_local(job, r, &binding[i], Parameter_getId(p), Parameter_getUnits(p),
                Parameter_isSetValue(p) ? Parameter_getValue(p) : NAN, p);
    }
  }
  *scope = (sbml_scope){binding, (int)n};
  r->scope = scope;
}

static void add_flow(sbml_job *job, int i_reaction, SpeciesReference_t *ref, double sign) {
  int species = sbml_find_var(job, SpeciesReference_getSpecies(ref));
  rein_pos pos = sbml_pos(job, (SBase_t *)ref);
  sbml_flow flow = {.reaction = i_reaction, .sign = sign, .number = 1, .var = -1};
  if (job->level == 1 || SpeciesReference_isSetStoichiometry(ref) || job->level == 2)
    flow.number = SpeciesReference_getStoichiometry(ref);
  if (job->level == 1) flow.number /= SpeciesReference_getDenominator(ref);
  if (job->level == 2 && SpeciesReference_isSetStoichiometryMath(ref))
    flow.math = StoichiometryMath_getMath(SpeciesReference_getStoichiometryMath(ref));
  if (job->level >= 3 && SpeciesReference_isSetId(ref)) {
    flow.var = (int)job->n_var;
    sbml_var *v = add_var(job, KIND_STOICHIOMETRY, SpeciesReference_getId(ref), NULL, ref);
    if (SpeciesReference_isSetStoichiometry(ref)) v->value = flow.number;
    v->constant = SpeciesReference_getConstant(ref);
  }
  if (species < 0 || job->var[species].kind != KIND_SPECIES) {
    rein_error(job->diag, pos, "reaction '%s' uses species '%s', which the file does not declare",
               job->reaction[i_reaction].id, text_of(job, SpeciesReference_getSpecies(ref)));
    return;
  }
  sbml_var *v = &job->var[species];
  REIN_PUSH(job->arena, v->flow, v->n_flow, v->cap_flow, flow);
}

static void collect_reactions(sbml_job *job) {
  for (unsigned i = 0; i < Model_getNumReactions(MODEL(job)); i++) {
    Reaction_t *sbml = Model_getReaction(MODEL(job), i);
    sbml_reaction r = {.sbml = sbml, .pos = sbml_pos(job, (SBase_t *)sbml)};
    r.id = text_of(job, Reaction_getId(sbml));
    r.title = sbml_title(job, Reaction_isSetName(sbml) ? Reaction_getName(sbml) : NULL, sbml);
    r.codes = sbml_codes(job, sbml);
    r.fast = job->level < 3 || job->version == 1 ? Reaction_getFast(sbml) : false;
    int index = SBML_FIRST_REACTION + (int)i;
    if (rein_names_add(job->ids, r.id, index) != index)
      rein_error(job->diag, r.pos, "'%s' is declared twice", r.id);
    r.name = sbml_new_name(job, r.id, index);
    collect_kinetic_law(job, &r);
    REIN_PUSH(job->arena, job->reaction, job->n_reaction, job->cap_reaction, r);
    for (unsigned k = 0; k < Reaction_getNumReactants(sbml); k++)
      add_flow(job, (int)i, Reaction_getReactant(sbml, k), -1);
    for (unsigned k = 0; k < Reaction_getNumProducts(sbml); k++)
      add_flow(job, (int)i, Reaction_getProduct(sbml, k), 1);
  }
}

/* ---- what determines the variables ---- */

static sbml_var *target(sbml_job *job, const char *id, const void *element, const char *what) {
  int index = id ? sbml_find_var(job, id) : -1;
  if (index >= 0) return &job->var[index];
  rein_error(job->diag, sbml_pos(job, element), "%s sets '%s', which the file does not declare as a variable",
             what, id ? id : "?");
  return NULL;
}

static void collect_rules(sbml_job *job) {
  for (unsigned i = 0; i < Model_getNumRules(MODEL(job)); i++) {
    Rule_t *rule = Model_getRule(MODEL(job), i);
    if (Rule_isAlgebraic(rule) || !Rule_getMath(rule)) continue;
    sbml_var *v = target(job, Rule_getVariable(rule), rule, "a rule");
    if (!v) continue;
    v->rule_pos = sbml_pos(job, (SBase_t *)rule);
    *(Rule_isRate(rule) ? &v->rate : &v->assign) = Rule_getMath(rule);
  }
  for (unsigned i = 0; i < Model_getNumInitialAssignments(MODEL(job)); i++) {
    InitialAssignment_t *a = Model_getInitialAssignment(MODEL(job), i);
    if (!InitialAssignment_getMath(a)) continue;
    sbml_var *v = target(job, InitialAssignment_getSymbol(a), a, "an initial assignment");
    if (!v) continue;
    v->initial = InitialAssignment_getMath(a);
    if (!v->rule_pos.line) v->rule_pos = sbml_pos(job, (SBase_t *)a);
  }
}

static void collect_event_targets(sbml_job *job) {
  for (unsigned i = 0; i < Model_getNumEvents(MODEL(job)); i++) {
    Event_t *e = Model_getEvent(MODEL(job), i);
    if (!Event_isSetTrigger(e) || !Trigger_getMath(Event_getTrigger(e))) continue;
    for (unsigned k = 0; k < Event_getNumEventAssignments(e); k++) {
      EventAssignment_t *a = Event_getEventAssignment(e, k);
      if (!EventAssignment_getMath(a)) continue;
      sbml_var *v = target(job, EventAssignment_getVariable(a), a, "an event");
      if (v) v->in_event = true;
    }
  }
}

void sbml_collect(sbml_job *job) {
  for (unsigned i = 0; i < Model_getNumFunctionDefinitions(MODEL(job)); i++)
    rein_names_add(job->function,
                   text_of(job, FunctionDefinition_getId(Model_getFunctionDefinition(MODEL(job), i))),
                   (int)i);
  collect_compartments(job);
  collect_species(job);
  collect_parameters(job);
  collect_reactions(job);
  collect_rules(job);
  collect_event_targets(job);
}
