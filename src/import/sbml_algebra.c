#include "src/import/sbml_inside.h"
void sbml_solve_algebra(sbml_job *job) {
  for (unsigned i = 0; i < Model_getNumRules((Model_t *)job->sbml); i++) {
    Rule_t *r = Model_getRule((Model_t *)job->sbml, i);
    if (Rule_isAlgebraic(r) && Rule_getMath(r))
      rein_error(job->diag, sbml_pos(job, (SBase_t *)r), "algebraic rule not solved");
  }
}
