/* Makes allocations of rein's own objects fail on purpose.
 *
 * run_tests is linked with --wrap for malloc, calloc, realloc and aligned_alloc, for what arenas hand out and
 * for what makes objects of GSL: calls from rein's objects come to fault.c first. Calls from inside other
 * libraries do not, but jansson's where a test asks for it. Until rein_fault_arm nothing fails.
 * Threads: the count is shared by all of them. */
#ifndef REIN_TESTS_FAULT_H
#define REIN_TESTS_FAULT_H

#include <stdbool.h>

typedef enum {
  REIN_FAULT_ONCE,   /* only the n-th fails */
  REIN_FAULT_ONWARD, /* the n-th and all that follow */
  REIN_FAULT_ARENA   /* only the n-th that an arena is asked for; malloc gives always */
} rein_fault_kind;

/* From now on the n-th allocation fails, counted from 1. */
void rein_fault_arm(rein_fault_kind kind, long n);

/* Nothing fails any more. True if something did. */
bool rein_fault_disarm(void);

/* Dense output of the integration methods fails from the first-th call to the last-th, counted from here on;
 * 0, 0: never. */
void rein_fault_dense(long first, long last);

#endif
