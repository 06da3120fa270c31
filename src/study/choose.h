/* `method: auto`: which integration method a study takes, from counts of a trial, never from the clock. */
#ifndef REIN_STUDY_CHOOSE_H
#define REIN_STUDY_CHOOSE_H

#include "solver/lanes.h"
#include "src/record/study.h"

/* Integrates the typical individual, under all arms or a fixed choice of many, with BDF and then with dopri5,
 * and compares what they took in operations on rows. dopri5 is taken where every lane of it arrives and it
 * costs no more; the trial ends early once it has lost. The same on every machine.
 *
 *   scenario  method is set
 *   atol      (n_state) absolute tolerances of the study
 *   choice    out: the counts
 *
 * REIN_OK, also where nothing can be simulated (then BDF); REIN_ERR_MEMORY. Source: docs/numerics.md, "Which
 * method". */
rein_status rein_choose_method(rein_arena *arena, rein_scenario *scenario, const rein_tape *tape,
                               const double *atol, const rein_kernels *kernels, rein_study_choice *choice);

#endif
