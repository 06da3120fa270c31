/* Units: parse, compare, multiply, convert. udunits2 reads the texts; what it lacks is in units.def.
 *
 * A unit is a value: a factor to base units, an offset (temperatures), and a power of each dimension. Counted
 * things and biological units (IU, U, cells, copies, Eq, Osm) are dimensions of their own. `unknown` marks
 * what was imported without a unit: it is compared with nothing and converted into nothing.
 */
#ifndef REIN_LANG_UNIT_H
#define REIN_LANG_UNIT_H

#include <stdbool.h>

#include "src/base/diag.h"

typedef enum {
  REIN_DIM_KG,
  REIN_DIM_M,
  REIN_DIM_S,
  REIN_DIM_A,
  REIN_DIM_K,
  REIN_DIM_MOL,
  REIN_DIM_CD,
  REIN_DIM_RAD,
  REIN_DIM_IU,
  REIN_DIM_U,
  REIN_DIM_CELL,
  REIN_DIM_COPY,
  REIN_DIM_EQ,
  REIN_DIM_OSM,
  REIN_N_DIM
} rein_dim;

#define REIN_UNIT_POWER_ONE 60 /* powers in sixtieths: halves, thirds, quarters, fifths are exact */

typedef struct {
  double factor, offset; /* value in base units = factor * (value + offset) */
  short power[REIN_N_DIM];
  bool unknown;
} rein_unit;

typedef struct rein_units rein_units; /* the loaded unit system */

/* Loads udunits2's database from its fixed path and adds units.def. REIN_ERR_SURROUNDINGS with a message if
 * the database is missing. Destroy with rein_units_destroy. Threads: any; calls into udunits2, which keeps
 * globals, take a lock. */
rein_status rein_units_create(rein_diag *diag, rein_units **out);
void rein_units_destroy(rein_units *units);

/* Reads "mg/L", "1/h", "%", "mL/min/kg", "ug m-3", "L/kg^0.75"; "1" or "" is dimensionless. The grammar is at
 * the top of unit.c. A false unit adds an error at pos that quotes it and suggests a near one. `a` (are or
 * year?), a number inside, a space-product after "/" ("mg/L h"), logarithms, dates, and temperatures with
 * their own zero in products are refused. */
bool rein_unit_parse(rein_units *units, const char *text, rein_pos pos, rein_diag *diag, rein_unit *out);

rein_unit rein_unit_one(void); /* dimensionless, factor 1 */
rein_unit rein_unit_unknown(void);
bool rein_unit_same_dimension(const rein_unit *a, const rein_unit *b); /* unknown: only with unknown */
bool rein_unit_equal(const rein_unit *a, const rein_unit *b); /* same dimension, factor (1e-12) and offset */
rein_unit rein_unit_multiply(const rein_unit *a, const rein_unit *b);
rein_unit rein_unit_divide(const rein_unit *a, const rein_unit *b);
bool rein_unit_power(const rein_unit *a, double exponent, rein_unit *out); /* false: not a multiple of 1/60 */

/* Factor that turns a number in `from` into one in `to` (same dimension, no offsets). */
double rein_unit_factor(const rein_unit *from, const rein_unit *to);
/* A value converted, offsets applied. */
double rein_unit_convert(double value, const rein_unit *from, const rein_unit *to);

/* For messages: "mg/L", "1", "?"; built from dimensions where no text is known. */
const char *rein_unit_print(const rein_unit *unit, rein_arena *arena);

/* "12.5 mg/L" to number and unit; "12.5" is dimensionless only where `bare_ok`, else an error that names what
 * is expected. */
bool rein_quantity_parse(rein_units *units, const char *text, rein_pos pos, bool bare_ok, rein_diag *diag,
                         double *value, rein_unit *unit);

#endif
