/* Names to symbols: the table of declared names, user functions put in place, the order of values. */
#ifndef REIN_LANG_RESOLVE_H
#define REIN_LANG_RESOLVE_H

#include "src/lang/check.h"

/* Fills model->names and model->symbol from the model's arrays, anew at every call. A name declared twice or
 * reserved is an error. */
void rein_model_declare(rein_model *model, rein_diag *diag);

/* Unit, unit's text, place and kind of a symbol. Lent by the model; the text is NULL for a process without
 * one. */
const rein_unit *rein_symbol_unit(const rein_model *model, int symbol);
const char *rein_symbol_unit_text(const rein_model *model, int symbol);
rein_pos rein_symbol_pos(const rein_model *model, int symbol);
const char *rein_symbol_kind_phrase(rein_symbol_kind kind); /* "a state", "a parameter", ... */

/* Binds every name, replaces calls by the bodies of their functions, orders what depends on another
 * (model->order), and finds circles. uses: out, (n_symbol) in model->arena, REIN_USES_... of every symbol.
 * Errors in diag. */
void rein_resolve(rein_model *model, rein_diag *diag, unsigned char **uses);

/* Index of a declared symbol of one of the kinds in `kinds` (bit 1 << kind), or -1 with an error at pos that
 * suggests a near name. what: "process 'decay' flows from". */
int rein_resolve_symbol(const rein_model *model, const char *name, unsigned kinds, const char *what,
                        rein_pos pos, rein_diag *diag);

#endif
