/* SBML written in a test: read, compiled and run in eight lanes. */
#ifndef REIN_TESTS_SBML_CASE_H
#define REIN_TESTS_SBML_CASE_H

#include "src/import/sbml.h"
#include "tests/support.h"

typedef struct {
  rein_arena *arena;
  rein_diag *diag;
  rein_sbml_map map;
  const rein_model *model;
  const rein_tape *tape;
} sbml_case;

typedef enum { MEANING, AMOUNT, CONCENTRATION } sbml_view;

/* A document of this level and version around the content of its model. Formulas stand in braces, in the
 * infix notation of Level 3 ("{2 * x + time}"), and become MathML. In the arena. */
const char *sbml_case_write(rein_arena *arena, int level, int version, const char *content);

/* The stages up to the tape; the caller destroys to->arena whatever the answer. */
rein_status sbml_case_load(sbml_case *to, const char *xml);
const char *sbml_case_messages(const sbml_case *of);

/* The row that holds an id; fails the test where there is none. */
int sbml_case_row(const sbml_case *of, const char *id, sbml_view which);

/* Value of an id at a time, of a lane; the whole way from the text. Fails the test where there is none. */
double sbml_case_value_of_lane(const char *xml, const char *id, sbml_view which, double time, int lane);
double sbml_case_value(const char *xml, const char *id, sbml_view which, double time);

/* The messages of a file that must be refused hold `part`. */
void sbml_case_refused(const char *xml, const char *part);

#endif
