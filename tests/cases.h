/* Text cases: what the stages can be asked for. The runner and the format of *.case files are in
 * tests/src/lang/test_cases.c; the table of stages is in tests/cases_stages.c, one line each. */
#ifndef REIN_TESTS_CASES_H
#define REIN_TESTS_CASES_H

#include "src/base/diag.h"

/* One case under way. The files of its `--- file` sections are in the current folder. */
typedef struct {
  rein_arena *arena;
  const char *name; /* shown as the path of the main text */
  const char *text; /* the main text, lives in the arena */
} rein_case;

/* Runs one stage: messages go to diag, the print to `print` (left empty where the input was wrong). */
typedef void (*rein_case_run)(const rein_case *c, rein_diag *diag, rein_text *print);

typedef struct {
  const char *input; /* name of the main section: "model", "scenario" */
  const char *print; /* what `--- print <word>` asks for; "" when only the messages count */
  rein_case_run run;
} rein_case_stage;

extern const rein_case_stage rein_case_stages[]; /* ends with input NULL */

#endif
