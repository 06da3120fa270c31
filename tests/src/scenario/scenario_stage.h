/* Text cases of scenarios. They run against the small model `m.yaml`, written beside each case; a case may
 * bring other files. */
#ifndef REIN_TESTS_SCENARIO_STAGE_H
#define REIN_TESTS_SCENARIO_STAGE_H

#include "src/scenario/scenario.h"
#include "tests/cases.h"

/* The model of the cases, as text. */
extern const char rein_scenario_stage_model[];

/* Stages of tests/cases_stages.c: messages only, and the checked scenario's print. */
void rein_scenario_stage_messages(const rein_case *c, rein_diag *diag, rein_text *print);
void rein_scenario_stage_print(const rein_case *c, rein_diag *diag, rein_text *print);

#endif
