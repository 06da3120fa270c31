/* Checked model to tape: lower, simplify, differentiate, emit. */
#ifndef REIN_COMPILE_COMPILE_H
#define REIN_COMPILE_COMPILE_H

#include "solver/tape.h"
#include "src/lang/model.h"

/* The tape of a checked model, in `arena` (names and origins may point into the model, which must outlive
 * it). REIN_OK; REIN_ERR_INPUT with errors in diag for what cannot be compiled. Threads: reentrant. */
rein_status rein_compile(rein_arena *arena, const rein_model *model, rein_diag *diag, rein_tape **out);

/* Stages as text, for `rein dump --stage dag|derive`: all programs but the Jacobian; the Jacobian. */
rein_status rein_compile_print_dag(rein_arena *arena, const rein_model *model, rein_diag *diag,
                                   rein_text *out);
rein_status rein_compile_print_derive(rein_arena *arena, const rein_model *model, rein_diag *diag,
                                      rein_text *out);

#endif
