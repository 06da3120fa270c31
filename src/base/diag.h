/* Diagnostics: an ordered list of messages, each at a place in an input file. A stage that finds something
 * wrong in the input adds an error and goes on to find more; the next stage does not start while there are
 * errors.
 *
 *   models/gut/model.yaml:41:11: error: rate of 'glucose' has unit 1/h, expected mmol/h
 *      41 |     rate: k_abs
 *         |           ^~~~~
 *   models/gut/model.yaml:12:3: note: 'k_abs' is declared here with unit 1/h
 *
 * Not a number of any person may stand in a message: quote names and declared text only.
 */
#ifndef REIN_BASE_DIAG_H
#define REIN_BASE_DIAG_H

#include "src/base/source.h"
#include "src/base/status.h"
#include "src/base/text.h"

typedef enum { REIN_DIAG_ERROR, REIN_DIAG_WARNING, REIN_DIAG_NOTE } rein_diag_kind;

typedef struct rein_diag rein_diag;

/* An empty list in the arena. */
rein_diag *rein_diag_create(rein_arena *arena);

/* Adds a message; a warning of the same words at the same place is kept once. A note belongs to the message
 * before it. After 100 errors further ones are only counted, and so is one that there is no memory for:
 * control always comes back to the caller. */
void rein_diag_add(rein_diag *diag, rein_diag_kind kind, rein_pos pos, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
#define rein_error(diag, pos, ...) rein_diag_add((diag), REIN_DIAG_ERROR, (pos), __VA_ARGS__)
#define rein_warning(diag, pos, ...) rein_diag_add((diag), REIN_DIAG_WARNING, (pos), __VA_ARGS__)
#define rein_note(diag, pos, ...) rein_diag_add((diag), REIN_DIAG_NOTE, (pos), __VA_ARGS__)

int rein_diag_n_error(const rein_diag *diag);
int rein_diag_n_warning(const rein_diag *diag);

/* REIN_OK without errors, else REIN_ERR_INPUT. */
rein_status rein_diag_status(const rein_diag *diag);

/* All messages in order, with source lines and carets, and a last line that counts errors where there are
 * several. */
void rein_diag_print(const rein_diag *diag, rein_text *out);

#endif
