/* One case of the SBML semantic test suite: its settings, its run, its verdict. */
#ifndef REIN_TESTS_CONFORMANCE_CASE_H
#define REIN_TESTS_CONFORMANCE_CASE_H

#include <stdbool.h>

typedef enum { CASE_PASSED, CASE_FAILED, CASE_UNSUPPORTED } case_verdict;

typedef struct {
  case_verdict verdict;
  char reason[240]; /* of a failure, one line */
  double seconds;
} case_result;

/* Runs the case in `folder` (".../00001") named `name` ("00001"). csv: where to write the table instead of
 * judging it, or NULL; level_version: "l3v2" or NULL for the only model there is. by_yaml: the model is
 * written as YAML and read again before it is run. */
void case_run(const char *folder, const char *name, const char *level_version, const char *csv, bool by_yaml,
              case_result *result);

#endif
