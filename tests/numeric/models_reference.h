/* Shipped models against independent integrations: every row of models/<name>/reference.csv.
 *
 * The references were computed by other programs from the equations in source.md and are printed with 12
 * digits. Differences are measured by the largest value of their column: a quantity within a case.
 *
 * Tolerances. At relative tolerance 1e-10 BDF takes 300 to 4000 steps in these cases; were every step wrong
 * by all it may be, and nothing decayed, the sum would be 4e-7: that is asked. Seen are at most 3e-8, but for
 * changes of weight by less than 2 % of the weight that they are the difference of, up to 7e-8. The explicit
 * method of order 5 is seen to be below 2e-9: 1e-8 is asked. With REIN_REFERENCE_PRINT in the environment the
 * largest difference of each model is printed.
 */
#ifndef REIN_TESTS_NUMERIC_MODELS_REFERENCE_H
#define REIN_TESTS_NUMERIC_MODELS_REFERENCE_H

#include <check.h>

#include "tests/numeric/test_models_run.h"

#define REFERENCE_TOLERANCE_BDF 4e-7
#define REFERENCE_TOLERANCE_EXPLICIT 1e-8

/* Every row of the table of model `name` is reproduced in every lane; `cases` (ended by an empty one) says
 * what the cases named in the table are. Fails the test otherwise, and if a row or a case is left out. */
void reference_check_rows(rein_arena *arena, const char *name, const shipped_case *cases,
                          rein_method_kind method, double tolerance);

/* From the other side: one part in 1000 more on any parameter that is a number, but those named between
 * blanks in `silent`, moves some row by more than REFERENCE_TOLERANCE_BDF. */
void reference_check_parameters(rein_arena *arena, const char *name, const shipped_case *cases,
                                const char *silent);

/* A model with its cases, for the tests below. */
typedef struct {
  const char *name;
  const shipped_case *cases;
  const char *silent; /* parameters that cannot be seen in the reference, with the reason beside the list */
} reference_model;

/* Adds to `tc`, for each of the models (n), which have to outlive it: its rows by BDF and by the explicit
 * method, which has nothing in common with BDF but the tape and the handling of actions; its parameters. */
void reference_add(TCase *tc, const reference_model *models, int n);

#endif
