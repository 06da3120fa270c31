/* Dose-response curves of one factor alone, for rein_interact_create. */
#ifndef REIN_STUDY_INTERACT_CURVE_H
#define REIN_STUDY_INTERACT_CURVE_H

#include "src/base/arena.h"

/* The dose that has this effect: between doses (n, rising, at least 3) and their effects (n) the curve is
 * Steffen's (1990, Astronomy and Astrophysics 239:443), which goes through all points and is monotone where
 * they are. NaN where the effects do not rise or fall throughout, or where `wanted` is not beyond the effect
 * of the first dose or beyond that of the last. between: the doses next to it, where it lies on any monotone
 * curve through these points. Scratch in `arena`, given back. */
double rein_interact_dose_of(rein_arena *arena, const double *dose, const double *effect, int n,
                             double wanted, double between[2]);

#endif
