/* Dag to instructions: the last stage of the compiler.
 *
 * Rows of the slot file behind those of tape.h: results of the parameter section that programs read; its
 * temporaries; for each program the results of its time section (they outlive the call, so no other program
 * writes them); then one pool of temporaries for all programs. A temporary's row is free again after its last
 * use, and never the destination of the instruction that uses it last. Roots are written to the output array
 * at once; all writing there is in the state section, since the time section may be skipped.
 */
#ifndef REIN_COMPILE_EMIT_H
#define REIN_COMPILE_EMIT_H

#include "src/compile/lower.h"

/* Code, constants, layout and pattern of a tape in `keep`; names, events and the like are the caller's to
 * add. The layout's counts are those of the model. */
rein_tape *rein_emit_code(rein_arena *keep, const rein_lowered *lowered);

/* What the tape takes from the model as it stands: names, defaults, ranges, events, actions. Lends the
 * model's texts. */
void rein_emit_tables(rein_arena *keep, const rein_lowered *lowered, rein_tape *tape);

#endif
