/* SBML into the model that rein's own files make. libSBML reads the XML and the MathML; nothing of either is
 * parsed here.
 *
 * Level 1 Version 2, Level 2, Level 3 core; hierarchical models (comp) are flattened by libSBML. Quantities
 * are taken without units (`unknown`). What cannot be run is an error that names the element and its line;
 * see docs/sbml.md.
 */
#ifndef REIN_IMPORT_SBML_H
#define REIN_IMPORT_SBML_H

#include "src/lang/model.h"

/* An id of the file and what stands for it in the model. Names are those of parameters, states, values or
 * processes of the model. */
typedef struct {
  const char *id;
  const char *name;          /* what the id means in formulas */
  const char *amount;        /* species: its amount, else NULL */
  const char *concentration; /* species: amount by size of its compartment, else NULL */
} rein_sbml_symbol;

typedef struct {
  rein_sbml_symbol *symbol; /* (n_symbol) in the model's arena */
  size_t n_symbol, cap_symbol;
} rein_sbml_map;

/* Turns an SBML document into a declared, not yet checked model.
 *
 * source    the whole file; its path is where external models of comp are looked for
 * map       may be NULL; filled on REIN_OK
 * REIN_OK, REIN_ERR_INPUT with errors in diag, REIN_ERR_MEMORY. Threads: libSBML keeps registries that are
 * written when it is first used; call it from one thread first. */
rein_status rein_sbml_read(rein_arena *arena, rein_units *units, const rein_source *source, rein_diag *diag,
                           rein_sbml_map *map, rein_model **out);

/* The same as a rein_model_importer. */
rein_status rein_import_sbml(rein_arena *arena, rein_units *units, const rein_source *source, rein_diag *diag,
                             rein_model **out);

/* The same behind libSBML's consistency checks: what they call an error is one here, warnings are summed up
 * by kind. It takes about as long again as reading. */
rein_status rein_import_sbml_validated(rein_arena *arena, rein_units *units, const rein_source *source,
                                       rein_diag *diag, rein_model **out);

#endif
