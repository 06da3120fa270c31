/* What failures point at, in words: the states of a study's model and the expressions of its tape. A study
 * keeps them as origins.txt, since parts hold indices only. */
#ifndef REIN_RECORD_ORIGINS_H
#define REIN_RECORD_ORIGINS_H

#include "src/base/text.h"
#include "src/record/record.h"

#define REIN_ORIGINS_NAME "origins.txt"

typedef struct {
  const char **state;  /* (n_state) names */
  const char **origin; /* (n_origin) "process out (model.yaml:9:24)" */
  int n_state, n_origin;
} rein_origins;

/* The file's text: a line for each expression (index, place, label), then one for each state. */
void rein_origins_print(rein_text *out, const rein_tape *tape);

/* Reads the file of a study folder, all in `arena`. REIN_OK; REIN_ERR_FILE with one error in diag. */
rein_status rein_origins_read(rein_arena *arena, const char *folder, rein_diag *diag,
                              const rein_origins **out);

/* Name of a state, text of an expression; NULL for an index that the study has not (-1: none). Lent. */
const char *rein_origins_state(const rein_origins *origins, int state);
const char *rein_origins_expression(const rein_origins *origins, int origin);

#endif
