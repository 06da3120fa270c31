/* Text cases of the compiler: the main section `compile` is a model that is read, checked and compiled. */
#ifndef REIN_TESTS_COMPILE_STAGE_H
#define REIN_TESTS_COMPILE_STAGE_H

#include "tests/cases.h"

void rein_compile_stage_messages(const rein_case *c, rein_diag *diag, rein_text *print);
void rein_compile_stage_dag(const rein_case *c, rein_diag *diag, rein_text *print);
void rein_compile_stage_derive(const rein_case *c, rein_diag *diag, rein_text *print);

#endif
