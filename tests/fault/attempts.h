/* The same work again and again, each time with another allocation that fails. */
#ifndef REIN_TESTS_FAULT_ATTEMPTS_H
#define REIN_TESTS_FAULT_ATTEMPTS_H

#include <stddef.h>

#include "src/base/status.h"
#include "tests/fault/fault.h"

#define FAULT_MANY 1000000 /* more allocations than anything here makes */

/* What came out, as text that is the same for the same numbers; lives as long as the test. */
typedef struct {
  rein_status status;
  const char *answer; /* NULL where status is not REIN_OK */
} fault_outcome;

/* One attempt; what it leaves is gone when it returns. `skip`: bytes to fill its arena with. It arms faults
 * itself, so that what it needs beforehand and looks at afterwards does not fail. */
typedef struct {
  rein_fault_kind kind;
  long n;
  size_t skip;
  bool hit; /* out: something failed */
} fault_attempt;
typedef fault_outcome (*fault_try)(fault_attempt *f);

/* All allocations from malloc, in both kinds, for arenas that are full by 0 to a block, in n_skip steps. A
 * stride above 1 takes only some of the allocations where REIN_TEST_LONG is not set: for what others cover
 * step by step. Every attempt has to end in "out of memory" or in the answer without any failure. */
void fault_every_allocation(fault_try try, int n_skip, long stride);

/* All allocations from arenas, likewise. */
void fault_every_arena_allocation(fault_try try, long stride);

#endif
