/* Checked models built by hand, for tests of the compiler without the front end.
 *
 * Expressions are written prefix in brackets with the operations of ops.def: "(* ka gut)", "(if (< time 5) a
 * 0)",
 * "(neg x)" for the unary minus. A name must be declared before an expression uses it. */
#ifndef REIN_TESTS_COMPILE_BUILD_H
#define REIN_TESTS_COMPILE_BUILD_H

#include "src/lang/model.h"

typedef struct {
  rein_arena *arena;
  rein_model *model;
  rein_diag *diag;
  size_t cap_symbol, cap_param, cap_state, cap_value, cap_process, cap_action, cap_observable, cap_safety,
      cap_event;
} build;

build build_create(void);
void build_destroy(build *b);

rein_ast *build_expression(build *b, const char *text);

/* Each answers the index in its array. */
int build_param(build *b, const char *name, double value);
int build_formula(build *b, const char *name, const char *formula, rein_dist_kind between);
int build_state(build *b, const char *name, const char *initial);
int build_value(build *b, const char *name, const char *is);
int build_process(build *b, const char *name, const char *rate, int from, int to); /* -1: none */
int build_action(build *b, const char *name, int state);
int build_observable(build *b, const char *name, const char *is);
int build_safety(build *b, const char *name, const char *when);
int build_event(build *b, const char *name, const char *when, rein_symbol_kind kind, int target,
                const char *value);
void build_rate(build *b, int state, const char *rate);

/* A random expression of depth at most `depth` over the declared names (and time where with_time), from
 * smooth operations and (with_jumps) comparisons, floor, min, max, abs, if. The same seed gives the same one.
 */
rein_ast *build_random(build *b, unsigned *seed, int depth, bool with_time, bool with_jumps);

/* A number in [low, high), from the seed. */
double build_random_number(unsigned *seed, double low, double high);

/* The value of an expression, computed here and not by the code under test. value: (n_symbol) of every name.
 */
double build_value_of(const rein_ast *ast, const double *value, double time);

#endif
