/* Text cases of comparisons: a scenario with its observed data, matched but not simulated. The model is
 * m.yaml of tests/src/scenario/scenario_stage.c; a case brings the YAML and the table as files. */
#ifndef REIN_TESTS_VALIDATE_STAGE_H
#define REIN_TESTS_VALIDATE_STAGE_H

#include "tests/cases.h"

void rein_validate_stage_messages(const rein_case *c, rein_diag *diag, rein_text *print);
/* A frozen split, and predictions of the test part of s.yaml later than 12 h. */
void rein_validate_stage_split(const rein_case *c, rein_diag *diag, rein_text *print);
void rein_validate_stage_score(const rein_case *c, rein_diag *diag, rein_text *print);

#endif
