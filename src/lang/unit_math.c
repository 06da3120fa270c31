/* Arithmetic, conversion and printing of units. Reading their texts is in unit.c. */
#include <math.h>
#include <string.h>

#include "src/base/text.h"
#include "src/lang/unit.h"

#define MAX_POWER 30000   /* in sixtieths: beyond it powers saturate, and rein_unit_power refuses */
#define SAME_FACTOR 1e-12 /* relative: what a handful of multiplications loses */

rein_unit rein_unit_one(void) {
  return (rein_unit){.factor = 1};
}

rein_unit rein_unit_unknown(void) {
  return (rein_unit){.factor = 1, .unknown = true};
}

bool rein_unit_same_dimension(const rein_unit *a, const rein_unit *b) {
  if (a->unknown || b->unknown) return a->unknown && b->unknown;
  return memcmp(a->power, b->power, sizeof a->power) == 0;
}

static bool same_number(double a, double b) {
  return fabs(a - b) <= SAME_FACTOR * fmax(fabs(a), fabs(b));
}

bool rein_unit_equal(const rein_unit *a, const rein_unit *b) {
  return rein_unit_same_dimension(a, b) && same_number(a->factor, b->factor) &&
         same_number(a->offset, b->offset);
}

static short clamp_power(long power) {
  return (short)(power > MAX_POWER ? MAX_POWER : power < -MAX_POWER ? -MAX_POWER : power);
}

static rein_unit combine(const rein_unit *a, const rein_unit *b, int sign) {
  if (a->unknown || b->unknown) return rein_unit_unknown();
  rein_unit out = {.factor = sign > 0 ? a->factor * b->factor : a->factor / b->factor};
  for (int i = 0; i < REIN_N_DIM; i++) out.power[i] = clamp_power((long)a->power[i] + sign * b->power[i]);
  return out;
}

rein_unit rein_unit_multiply(const rein_unit *a, const rein_unit *b) {
  return combine(a, b, 1);
}

rein_unit rein_unit_divide(const rein_unit *a, const rein_unit *b) {
  return combine(a, b, -1);
}

bool rein_unit_power(const rein_unit *a, double exponent, rein_unit *out) {
  rein_unit raised = {.factor = pow(a->factor, exponent), .unknown = a->unknown};
  if (!isfinite(exponent)) return false;
  for (int i = 0; i < REIN_N_DIM; i++) {
    double power = a->power[i] * exponent, whole = round(power);
    if (fabs(power - whole) > 1e-3 || fabs(whole) > MAX_POWER) return false;
    raised.power[i] = (short)whole;
  }
  *out = raised;
  return true;
}

/* Most factors are a whole number or one over it; the quotient of two inexact factors misses it by a rounding
 * error. */
static double tidy(double factor) {
  double whole = round(factor), part = round(1 / factor);
  if (whole >= 1 && whole < 1e15 && fabs(factor - whole) <= 1e-14 * whole) return whole;
  if (part >= 1 && part < 1e15 && fabs(factor * part - 1) <= 1e-14) return 1 / part;
  return factor;
}

double rein_unit_factor(const rein_unit *from, const rein_unit *to) {
  return tidy(from->factor / to->factor);
}

double rein_unit_convert(double value, const rein_unit *from, const rein_unit *to) {
  if (rein_unit_equal(from, to)) return value;
  if (from->offset == 0 && to->offset == 0) return value * rein_unit_factor(from, to);
  return from->factor * (value + from->offset) / to->factor - to->offset;
}

/* ---- printing: the words a reader of a message would use ---- */

typedef struct {
  const char *word;
  double factor;
} choice;

#define MAX_CHOICE 8
#define MAX_WORDS 5 /* dimensions; the search tries all combinations of words */
static const choice volumes[MAX_CHOICE] = {{"L", 1e-3},   {"mL", 1e-6},  {"dL", 1e-4}, {"uL", 1e-9},
                                           {"nL", 1e-12}, {"fL", 1e-18}, {NULL, 0}};
/* Below a line, a whole kilogram comes first: "IU/kg" rather than "uIU/mg". */
static const choice masses_below[MAX_CHOICE] = {{"kg", 1},    {"g", 1e-3},   {"mg", 1e-6},
                                                {"ug", 1e-9}, {"ng", 1e-12}, {NULL, 0}};
static const choice choices[REIN_N_DIM][MAX_CHOICE] = {
    [REIN_DIM_KG] = {{"mg", 1e-6},
                     {"g", 1e-3},
                     {"kg", 1},
                     {"ug", 1e-9},
                     {"ng", 1e-12},
                     {"pg", 1e-15},
                     {"Da", 1.66053906660e-27}},
    [REIN_DIM_M] = {{"m", 1}, {"cm", 1e-2}, {"mm", 1e-3}, {"um", 1e-6}, {"nm", 1e-9}},
    [REIN_DIM_S] = {{"h", 3600},
                    {"min", 60},
                    {"s", 1},
                    {"d", 86400},
                    {"wk", 604800},
                    {"ms", 1e-3},
                    {"month", 2629743.831225},
                    {"year", 31556925.9747}},
    [REIN_DIM_A] = {{"A", 1}, {"mA", 1e-3}, {"uA", 1e-6}, {"nA", 1e-9}},
    [REIN_DIM_K] = {{"K", 1}},
    [REIN_DIM_MOL] =
        {{"mmol", 1e-3}, {"mol", 1}, {"umol", 1e-6}, {"nmol", 1e-9}, {"pmol", 1e-12}, {"fmol", 1e-15}},
    [REIN_DIM_CD] = {{"cd", 1}},
    [REIN_DIM_RAD] = {{"rad", 1}},
    [REIN_DIM_IU] = {{"IU", 1}, {"mIU", 1e-3}, {"uIU", 1e-6}, {"kIU", 1e3}, {"MIU", 1e6}},
    [REIN_DIM_U] = {{"U", 1}, {"mU", 1e-3}, {"uU", 1e-6}, {"kU", 1e3}, {"MU", 1e6}},
    [REIN_DIM_CELL] = {{"cell", 1}},
    [REIN_DIM_COPY] = {{"copy", 1}},
    [REIN_DIM_EQ] = {{"mEq", 1e-3}, {"Eq", 1}, {"uEq", 1e-6}},
    [REIN_DIM_OSM] = {{"mOsm", 1e-3}, {"Osm", 1}},
};

/* Units with a name of their own; powers of kg, m, s, A, K. */
static const struct {
  const char *word;
  double factor, offset;
  int power[5];
} named[] = {
    {"%", 1e-2, 0, {0}},
    {"ppm", 1e-6, 0, {0}},
    {"degC", 1, 273.15, {0, 0, 0, 0, 1}},
    {"degF", 5.0 / 9.0, 459.67, {0, 0, 0, 0, 1}},
    {"mmHg", 133.322387415, 0, {1, -1, -2, 0, 0}},
    {"kPa", 1e3, 0, {1, -1, -2, 0, 0}},
    {"Pa", 1, 0, {1, -1, -2, 0, 0}},
    {"cmH2O", 98.0665, 0, {1, -1, -2, 0, 0}},
    {"kcal", 4184, 0, {1, 2, -2, 0, 0}},
    {"kJ", 1e3, 0, {1, 2, -2, 0, 0}},
    {"J", 1, 0, {1, 2, -2, 0, 0}},
    {"W", 1, 0, {1, 2, -3, 0, 0}},
    {"N", 1, 0, {1, 1, -2, 0, 0}},
    {"V", 1, 0, {1, 2, -3, -1, 0}},
    {"mV", 1e-3, 0, {1, 2, -3, -1, 0}},
};

static const char *find_named(const rein_unit *unit) {
  for (size_t i = 0; i < sizeof named / sizeof *named; i++) {
    rein_unit candidate = {.factor = named[i].factor, .offset = named[i].offset};
    for (int k = 0; k < 5; k++) candidate.power[k] = (short)(named[i].power[k] * REIN_UNIT_POWER_ONE);
    if (rein_unit_equal(unit, &candidate)) return named[i].word;
  }
  return NULL;
}

static bool is_volume(const rein_unit *unit, int dim) {
  return dim == REIN_DIM_M && unit->power[dim] % (3 * REIN_UNIT_POWER_ONE) == 0;
}

/* Volumes first, then time, then the rest: "g/L" rather than "mg/mL". */
static const int search_order[REIN_N_DIM] = {
    REIN_DIM_M,    REIN_DIM_S,  REIN_DIM_KG,  REIN_DIM_MOL, REIN_DIM_IU, REIN_DIM_U,  REIN_DIM_CELL,
    REIN_DIM_COPY, REIN_DIM_EQ, REIN_DIM_OSM, REIN_DIM_A,   REIN_DIM_K,  REIN_DIM_CD, REIN_DIM_RAD};

/* Chooses a word for each dimension so that the factors multiply to the unit's; the first that fits. */
static bool choose(const rein_unit *unit, int level, double factor, const choice **chosen) {
  if (level == REIN_N_DIM) return fabs(factor - unit->factor) <= 1e-9 * fabs(unit->factor);
  int dim = search_order[level];
  chosen[dim] = NULL;
  if (unit->power[dim] == 0) return choose(unit, level + 1, factor, chosen);
  bool volume = is_volume(unit, dim);
  bool mass_below = dim == REIN_DIM_KG && unit->power[dim] < 0;
  const choice *list = volume ? volumes : mass_below ? masses_below : choices[dim];
  double power = (double)unit->power[dim] / REIN_UNIT_POWER_ONE / (volume ? 3 : 1);
  for (int i = 0; i < MAX_CHOICE && list[i].word; i++) {
    chosen[dim] = &list[i];
    if (choose(unit, level + 1, factor * pow(list[i].factor, power), chosen)) return true;
  }
  return false;
}

static void print_power(rein_text *text, const char *word, int sixtieths) {
  rein_text_add(text, word);
  if (sixtieths == REIN_UNIT_POWER_ONE) return;
  if (sixtieths % REIN_UNIT_POWER_ONE == 0) {
    rein_text_printf(text, "%d", sixtieths / REIN_UNIT_POWER_ONE);
    return;
  }
  rein_text_add(text, "^");
  rein_text_printf(text, "%.8g", (double)sixtieths / REIN_UNIT_POWER_ONE);
}

/* Words above the line joined by spaces, those below each behind a "/". */
static void print_chosen(const rein_unit *unit, const choice *const *chosen, rein_text *text) {
  static const int reading_order[REIN_N_DIM] = {
      REIN_DIM_KG,  REIN_DIM_MOL, REIN_DIM_IU, REIN_DIM_U, REIN_DIM_CELL, REIN_DIM_COPY, REIN_DIM_EQ,
      REIN_DIM_OSM, REIN_DIM_M,   REIN_DIM_A,  REIN_DIM_K, REIN_DIM_CD,   REIN_DIM_RAD,  REIN_DIM_S};
  for (int sign = 1; sign >= -1; sign -= 2) {
    for (int i = 0; i < REIN_N_DIM; i++) {
      int dim = reading_order[i], power = sign * unit->power[dim];
      if (power <= 0) continue;
      if (is_volume(unit, dim)) power /= 3;
      if (sign > 0 && text->n) rein_text_add(text, " ");
      if (sign < 0) rein_text_add(text, text->n ? "/" : "1/");
      print_power(text, chosen[dim]->word, power);
    }
  }
}

const char *rein_unit_print(const rein_unit *unit, rein_arena *arena) {
  static const choice base[REIN_N_DIM] = {{"kg", 1},   {"m", 1},    {"s", 1},   {"A", 1},  {"K", 1},
                                          {"mol", 1},  {"cd", 1},   {"rad", 1}, {"IU", 1}, {"U", 1},
                                          {"cell", 1}, {"copy", 1}, {"Eq", 1},  {"Osm", 1}};
  static const rein_unit one = {.factor = 1};
  const choice *chosen[REIN_N_DIM];
  if (unit->unknown) return "?";
  if (rein_unit_equal(unit, &one)) return "1";
  const char *name = find_named(unit);
  if (name) return name;
  rein_text text;
  rein_text_init(&text, arena);
  int n_dim = 0;
  for (int i = 0; i < REIN_N_DIM; i++) n_dim += unit->power[i] != 0;
  if (unit->offset == 0 && n_dim <= MAX_WORDS && choose(unit, 0, 1, chosen)) {
    print_chosen(unit, chosen, &text);
    return text.bytes;
  }
  /* no words fit: the factor and base units with their powers */
  rein_text_number(&text, unit->factor);
  for (int i = 0; i < REIN_N_DIM; i++) {
    if (!unit->power[i]) continue;
    rein_text_add(&text, " ");
    print_power(&text, base[i].word, unit->power[i]);
  }
  return text.bytes;
}
