/* Robertson's three reactions as a tape written by hand, for tests of what runs tapes.
 *   A' = -k1 A + k2 B C,  B' = k1 A - k2 B C - k3 B^2,  C' = k3 B^2 */
#ifndef REIN_TESTS_SOLVER_ROBERTSON_H
#define REIN_TESTS_SOLVER_ROBERTSON_H

#include "solver/tape.h"

/* A fresh copy to spoil; its arrays are shared and constant. */
rein_tape rein_test_robertson(void);

#endif
