/* Texts of units are read here, word by word; udunits2 only says what a word means. So its timestamps,
 * logarithmic units, offsets inside products and numbers inside units cannot come in, and no text but a plain
 * word reaches it.
 *
 *   unit     = product                              "" is the unit 1
 *   product  = power { ( "/" | "*" | "." | space ) power }     left to right; no space-product after a "/"
 *   power    = ( word | "1" | "(" product ")" ) [ exponent ]
 *   exponent = [ "^" | "**" ] integer | "^" decimal           m2, s-1, kg^0.75
 *
 * Arithmetic and printing of units are in unit_math.c.
 */
#include "src/lang/unit.h"

#include <ctype.h>
#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <udunits2.h>

#include "src/base/names.h"

#define DATABASE "/usr/share/xml/udunits/udunits2.xml"
#define MAX_TEXT 200    /* bytes of a unit text */
#define MAX_WORD 40     /* bytes of one word in it */
#define MAX_DEPTH 20    /* parentheses */
#define MAX_EXPONENT 20 /* higher powers are mistakes */

/* udunits2 keeps its last status and its message handler in globals: one call at a time in the whole process.
 */
static pthread_mutex_t udunits_lock = PTHREAD_MUTEX_INITIALIZER;

struct rein_units {
  ut_system *system;
  ut_unit *base[REIN_DIM_RAD + 1]; /* what udunits2 decomposes into, by dimension */
};

typedef struct {
  const char *word, *prefixes;
  double factor;
  const char *definition; /* NULL: a base unit of dimension dim */
  rein_dim dim;
} own_unit;

static const own_unit own_units[] = {
#define REIN_UNIT_BASE(word, prefixes, dim) {word, prefixes, 1, NULL, dim},
#define REIN_UNIT(word, prefixes, factor, definition) {word, prefixes, factor, definition, REIN_N_DIM},
#include "src/lang/units.def"
#undef REIN_UNIT_BASE
#undef REIN_UNIT
};

static const struct {
  const char *symbol, *name;
  double factor;
} prefixes[] = {
    {"da", "deka", 1e1},   {"Y", "yotta", 1e24}, {"Z", "zetta", 1e21},  {"E", "exa", 1e18},
    {"P", "peta", 1e15},   {"T", "tera", 1e12},  {"G", "giga", 1e9},    {"M", "mega", 1e6},
    {"k", "kilo", 1e3},    {"h", "hecto", 1e2},  {"d", "deci", 1e-1},   {"c", "centi", 1e-2},
    {"m", "milli", 1e-3},  {"u", "micro", 1e-6}, {"n", "nano", 1e-9},   {"p", "pico", 1e-12},
    {"f", "femto", 1e-15}, {"a", "atto", 1e-18}, {"z", "zepto", 1e-21}, {"y", "yocto", 1e-24},
};

/* Words that take no prefix: "mh" is a slip for "m/h" or "mg", not a thousandth of an hour. */
static const char *const no_prefix[] = {"kg",   "min", "h",    "hr",    "d",     "%",
                                        "ppm",  "ppb", "degC", "degF",  "mmHg",  "cmHg",
                                        "inHg", "yr",  "year", "cmH2O", "count", NULL};

/* Words that people write, and what they mean here; and units that are good answers to a slip. */
static const struct {
  const char *word, *meant;
} habits[] = {{"y", "year"},    {"yrs", "year"}, {"mo", "month"}, {"mth", "month"}, {"hrs", "h"},
              {"mins", "min"},  {"secs", "s"},   {"gm", "g"},     {"gr", "g"},      {"lbs", "pound"},
              {"mEqv", "mEq"},  {"lit", "L"},    {"mic", "ug"},   {"Cal", "kcal"},  {"deg", "degree"},
              {"units", "U"},   {"unit", "U"},   {"wks", "wk"},   {"mcL", "uL"},    {"mcM", "uM"},
              {"mcmol", "umol"}};

static const char *const common[] = {
    "g",     "kg",   "mg",   "ug",   "ng",   "pg",   "L",     "dL",     "mL", "uL",   "nL",    "fL",   "mol",
    "mmol",  "umol", "nmol", "pmol", "fmol", "M",    "mM",    "uM",     "nM", "pM",   "m",     "cm",   "mm",
    "um",    "nm",   "s",    "ms",   "min",  "h",    "d",     "day",    "wk", "week", "month", "year", "mmHg",
    "cmH2O", "kPa",  "Pa",   "kcal", "kJ",   "J",    "W",     "V",      "mV", "A",    "mA",    "Hz",   "bpm",
    "IU",    "mIU",  "U",    "mU",   "uU",   "cell", "cells", "copies", "Eq", "mEq",  "Osm",   "mOsm", "K",
    "degC",  "ppm",  "%",    "rad",  "kat",  "Da",   "kDa",   NULL};

typedef struct {
  rein_units *units;
  const char *text;
  size_t at;
  rein_pos pos;
  rein_diag *diag; /* NULL: definitions of units.def, which are right */
} reader;

/* ---- what udunits2 says of a word ---- */

typedef struct {
  const rein_units *units;
  rein_unit unit;
} decomposition;

static ut_status add_base(decomposition *d, const ut_unit *basic, int power) {
  for (int i = 0; i <= REIN_DIM_RAD; i++)
    if (ut_compare(basic, d->units->base[i]) == 0) {
      d->unit.power[i] = (short)(d->unit.power[i] + power * REIN_UNIT_POWER_ONE);
      return UT_SUCCESS;
    }
  return UT_VISIT_ERROR;
}

static ut_status visit_basic(const ut_unit *unit, void *arg) {
  return add_base(arg, unit, 1);
}

static ut_status visit_product(const ut_unit *unit, int n, const ut_unit *const *basic, const int *power,
                               void *arg) {
  (void)unit;
  for (int i = 0; i < n; i++)
    if (add_base(arg, basic[i], power[i]) != UT_SUCCESS) return UT_VISIT_ERROR;
  return UT_SUCCESS;
}

static ut_status visit_timestamp(const ut_unit *unit, const ut_unit *time, double origin, void *arg) {
  (void)unit, (void)time, (void)origin, (void)arg;
  return UT_VISIT_ERROR;
}

static ut_status visit_logarithmic(const ut_unit *unit, double base, const ut_unit *reference, void *arg) {
  (void)unit, (void)base, (void)reference, (void)arg;
  return UT_VISIT_ERROR;
}

/* value in underlying = scale * (value + offset) */
static ut_status visit_galilean(const ut_unit *unit, double scale, const ut_unit *underlying, double offset,
                                void *arg) {
  (void)unit;
  static const ut_visitor below = {visit_basic, visit_product, visit_galilean, visit_timestamp,
                                   visit_logarithmic};
  decomposition *d = arg;
  ut_status status = ut_accept_visitor(underlying, &below, arg);
  if (status != UT_SUCCESS || d->unit.offset != 0) return UT_VISIT_ERROR;
  d->unit.factor *= scale;
  d->unit.offset = offset;
  return UT_SUCCESS;
}

static const ut_visitor visitor = {visit_basic, visit_product, visit_galilean, visit_timestamp,
                                   visit_logarithmic};

static bool has_word(const char *const *list, const char *word) {
  for (; *list; list++)
    if (strcmp(*list, word) == 0) return true;
  return false;
}

/* The unit behind a word without prefix, symbols before names. */
static ut_unit *find_plain(const rein_units *units, const char *word) {
  ut_unit *unit = ut_get_unit_by_symbol(units->system, word);
  return unit ? unit : ut_get_unit_by_name(units->system, word);
}

/* The unit behind a word and the factor of its prefix; at most one prefix, symbols with symbols and names
 * with names. */
static ut_unit *find_word(const rein_units *units, const char *word, double *factor) {
  *factor = 1;
  ut_unit *unit = find_plain(units, word);
  for (size_t i = 0; !unit && i < sizeof prefixes / sizeof *prefixes; i++) {
    size_t n_symbol = strlen(prefixes[i].symbol), n_name = strlen(prefixes[i].name);
    *factor = prefixes[i].factor;
    if (strncmp(word, prefixes[i].name, n_name) == 0 && word[n_name])
      unit = ut_get_unit_by_name(units->system, word + n_name);
    const char *rest = word + n_symbol;
    if (!unit && strncmp(word, prefixes[i].symbol, n_symbol) == 0 && *rest && !has_word(no_prefix, rest))
      unit = ut_get_unit_by_symbol(units->system, rest);
  }
  return unit;
}

typedef enum { WORD_KNOWN, WORD_UNKNOWN, WORD_NOT_LINEAR } word_result;

static word_result read_udunits_word(const rein_units *units, const char *word, rein_unit *out) {
  decomposition d = {units, rein_unit_one()};
  double factor;
  pthread_mutex_lock(&udunits_lock);
  ut_unit *unit = find_word(units, word, &factor);
  ut_status status = unit ? ut_accept_visitor(unit, &visitor, &d) : UT_UNKNOWN;
  ut_free(unit);
  pthread_mutex_unlock(&udunits_lock);
  if (!unit) return WORD_UNKNOWN;
  if (status != UT_SUCCESS) return WORD_NOT_LINEAR;
  d.unit.factor *= factor;
  if (factor != 1 && d.unit.offset != 0) return WORD_UNKNOWN;
  *out = d.unit;
  return WORD_KNOWN;
}

/* ---- the system ---- */

rein_status rein_units_create(rein_diag *diag, rein_units **out) {
  static const char *const name[REIN_DIM_RAD + 1] = {"kilogram", "meter", "second",  "ampere",
                                                     "kelvin",   "mole",  "candela", "radian"};
  rein_units *units = calloc(1, sizeof *units);
  if (!units) return REIN_ERR_MEMORY;
  pthread_mutex_lock(&udunits_lock);
  ut_set_error_message_handler(ut_ignore);
  units->system = ut_read_xml(DATABASE);
  bool whole = units->system != NULL;
  for (int i = 0; whole && i <= REIN_DIM_RAD; i++)
    whole = (units->base[i] = ut_get_unit_by_name(units->system, name[i])) != NULL;
  pthread_mutex_unlock(&udunits_lock);
  if (!whole) {
    rein_units_destroy(units);
    rein_error(diag, (rein_pos){0}, "cannot load the unit database '%s' (package libudunits2-data)",
               DATABASE);
    return REIN_ERR_SURROUNDINGS;
  }
  *out = units;
  return REIN_OK;
}

void rein_units_destroy(rein_units *units) {
  if (!units) return;
  pthread_mutex_lock(&udunits_lock);
  for (int i = 0; i <= REIN_DIM_RAD; i++) ut_free(units->base[i]);
  ut_free_system(units->system);
  pthread_mutex_unlock(&udunits_lock);
  free(units);
}

/* ---- messages ---- */

/* Place of the byte `at` of the text, where the text can be seen in the source at `pos`; else pos itself. */
static rein_pos place(rein_pos pos, const char *text, size_t at, int length) {
  if (!pos.source) return pos;
  int n;
  const char *line = rein_source_line(pos.source, pos.line, &n);
  size_t n_text = strlen(text), first = (size_t)(pos.column > 0 ? pos.column - 1 : 0);
  if (first + n_text > (size_t)n || memcmp(line + first, text, n_text) != 0) return pos;
  pos.column += (int)at;
  pos.length = length < 1 ? 1 : length;
  return pos;
}

#define FAIL(r, from, n, ...)                                                                                \
  do {                                                                                                       \
    if ((r)->diag) rein_error((r)->diag, place((r)->pos, (r)->text, (from), (int)(n)), __VA_ARGS__);         \
    return false;                                                                                            \
  } while (0)

/* The word most likely meant, or NULL. */
static const char *suggest(const char *word) {
  for (size_t i = 0; i < sizeof habits / sizeof *habits; i++)
    if (strcmp(habits[i].word, word) == 0) return habits[i].meant;
  for (int i = 0; common[i]; i++)
    if (strcasecmp(common[i], word) == 0) return common[i];
  const char *best = NULL;
  int least = (int)strlen(word) / 3 + 1;
  for (int i = 0; common[i] && strlen(word) > 2; i++) {
    int distance = rein_names_distance(word, common[i]);
    if (distance < least) least = distance, best = common[i];
  }
  return best;
}

static bool fail_unknown(const reader *r, const char *word, size_t from, size_t n) {
  const char *meant = suggest(word);
  bool whole = strlen(r->text) == n;
  if (meant && whole) FAIL(r, from, n, "unknown unit '%s', did you mean '%s'?", word, meant);
  if (meant) FAIL(r, from, n, "unknown unit '%s' in '%s', did you mean '%s'?", word, r->text, meant);
  if (whole) FAIL(r, from, n, "unknown unit '%s'", word);
  FAIL(r, from, n, "unknown unit '%s' in '%s'", word, r->text);
}

/* ---- words ---- */

static bool parse_text(reader *r, rein_unit *out);

static bool define(rein_units *units, const own_unit *own, double factor, rein_unit *out) {
  rein_unit unit = rein_unit_one();
  if (!own->definition) {
    unit.power[own->dim] = REIN_UNIT_POWER_ONE;
  } else {
    reader r = {units, own->definition, 0, {0}, NULL};
    if (!parse_text(&r, &unit)) return false;
  }
  unit.factor *= own->factor * factor;
  *out = unit;
  return true;
}

static double prefix_factor(char symbol) {
  for (size_t i = 0; i < sizeof prefixes / sizeof *prefixes; i++)
    if (prefixes[i].symbol[0] == symbol && !prefixes[i].symbol[1]) return prefixes[i].factor;
  return 1;
}

static bool find_own(rein_units *units, const char *word, rein_unit *out) {
  for (size_t i = 0; i < sizeof own_units / sizeof *own_units; i++) {
    const own_unit *own = &own_units[i];
    if (strcmp(word, own->word) == 0) return define(units, own, 1, out);
    if (word[0] && strchr(own->prefixes, word[0]) && strcmp(word + 1, own->word) == 0)
      return define(units, own, prefix_factor(word[0]), out);
  }
  return false;
}

static bool resolve_word(const reader *r, const char *word, size_t from, size_t n, rein_unit *out) {
  static const char *const are[] = {"a", "da", "ka", "Ma", "Ga", "ma", NULL};
  static const char *const logarithmic[] = {"dB", "dBm", "bel", "Np",  "neper", "decibel",
                                            "lg", "ln",  "lb",  "log", NULL};
  static const char *const timestamp[] = {"since", "after", "from", "ref", "re", "at", NULL};
  if (has_word(are, word)) FAIL(r, from, n, "'%s' is ambiguous (are or year?): write 'year', or 'm2'", word);
  if (has_word(logarithmic, word) && strcmp(word, "lb") != 0)
    FAIL(r, from, n, "'%s' is a logarithmic unit, which cannot be computed with: use the plain quantity",
         word);
  if (has_word(timestamp, word)) FAIL(r, from, n, "'%s': a point in time is not a unit", r->text);
  if (find_own(r->units, word, out)) return true;
  switch (read_udunits_word(r->units, word, out)) {
  case WORD_KNOWN:
    return true;
  case WORD_NOT_LINEAR:
    FAIL(r, from, n, "'%s' is a logarithmic unit or a date, which cannot be computed with", word);
  default:
    return fail_unknown(r, word, from, n);
  }
}

/* ---- the text ---- */

static char peek(const reader *r) {
  return r->text[r->at];
}

static void skip_space(reader *r) {
  while (peek(r) == ' ') r->at++;
}

static bool starts(const reader *r, const char *prefix) {
  return strncmp(r->text + r->at, prefix, strlen(prefix)) == 0;
}

/* Bytes of the letter at the reader, 0 if there is none; *as is how udunits2 is asked for it. */
static size_t letter(const reader *r, const char **as, char plain[2]) {
  unsigned char c = (unsigned char)peek(r);
  *as = plain;
  plain[0] = (char)c;
  plain[1] = 0;
  if ((c < 128 && isalpha(c)) || c == '_') return 1;
  if (starts(r, "\xC2\xB5") || starts(r, "\xCE\xBC")) return *as = "u", 2; /* micro sign, mu */
  if (starts(r, "\xC2\xB0")) return *as = "deg", 2;                        /* degree sign */
  return 0;
}

static bool read_word(reader *r, rein_unit *out) {
  char word[MAX_WORD + 8] = "", plain[2];
  size_t from = r->at, n = 0, step;
  const char *as;
  if (starts(r, "cmH2O")) { /* the only word with a digit inside */
    r->at += 5;
    return resolve_word(r, "cmH2O", from, 5, out);
  }
  if (peek(r) == '%') {
    r->at++;
    return resolve_word(r, "%", from, 1, out);
  }
  while ((step = letter(r, &as, plain)) > 0) {
    size_t n_as = strlen(as);
    if (n + n_as > MAX_WORD) FAIL(r, from, r->at - from, "a word of a unit is too long");
    memcpy(word + n, as, n_as + 1);
    n += n_as;
    r->at += step;
  }
  if (strcmp(word, "deg") == 0 && r->at - from == 2) strcpy(word, "degree");
  return resolve_word(r, word, from, r->at - from, out);
}

/* A signed number at the reader: digits, with a fraction where allowed. False: none. */
static bool read_exponent_digits(reader *r, bool fraction, double *out) {
  const char *start = r->text + r->at, *c = start;
  char digits[32];
  if (*c == '-' || *c == '+') c++;
  if (!isdigit((unsigned char)*c)) return false;
  while (isdigit((unsigned char)*c) || (fraction && *c == '.' && isdigit((unsigned char)c[1]))) c++;
  size_t n = (size_t)(c - start);
  if (n >= sizeof digits) return false;
  memcpy(digits, start, n);
  digits[n] = 0;
  *out = strtod(digits, NULL);
  r->at += n;
  return true;
}

static bool apply_exponent(reader *r, size_t from, rein_unit *unit) {
  double exponent = 1;
  size_t sign = r->at;
  bool raised = starts(r, "**") || peek(r) == '^';
  if (starts(r, "\xC2\xB2") || starts(r, "\xC2\xB3")) { /* superscript 2 and 3 */
    exponent = starts(r, "\xC2\xB2") ? 2 : 3;
    r->at += 2;
  } else if (raised) {
    r->at += peek(r) == '^' ? 1 : 2;
    if (!read_exponent_digits(r, true, &exponent))
      FAIL(r, sign, 1, "expected a number after '^' in the unit '%s'", r->text);
  } else if (!read_exponent_digits(r, false, &exponent)) {
    return true;
  }
  if (unit->offset != 0)
    FAIL(r, from, r->at - from, "a temperature in '%s' cannot be raised to a power: use K", r->text);
  if (fabs(exponent) > MAX_EXPONENT || !rein_unit_power(unit, exponent, unit))
    FAIL(r, sign, r->at - sign, "exponent out of reach in the unit '%s'", r->text);
  return true;
}

static bool read_product(reader *r, int depth, rein_unit *out);

static bool read_power(reader *r, int depth, rein_unit *out) {
  size_t from = r->at;
  const char *as;
  char plain[2];
  if (peek(r) == '(') {
    if (depth >= MAX_DEPTH) FAIL(r, from, 1, "too many parentheses in the unit '%s'", r->text);
    r->at++;
    if (!read_product(r, depth + 1, out)) return false;
    if (peek(r) != ')') FAIL(r, from, 1, "'(' without ')' in the unit '%s'", r->text);
    r->at++;
    return apply_exponent(r, from, out);
  }
  if (peek(r) == '%' || letter(r, &as, plain)) return read_word(r, out) && apply_exponent(r, from, out);
  if (peek(r) == '1' && !strchr("0123456789.eE", r->text[from + 1] ? r->text[from + 1] : '0')) {
    r->at++;
    skip_space(r);
    if (peek(r) == '/' || peek(r) == ')' || peek(r) == '*') return *out = rein_unit_one(), true;
  }
  if (peek(r) == '1' && !r->text[from + 1]) return r->at++, *out = rein_unit_one(), true;
  if (isdigit((unsigned char)r->text[from]))
    FAIL(r, from, 1, "a number inside the unit '%s': declare it as a parameter, or use a prefix", r->text);
  if (!peek(r)) FAIL(r, 0, r->at, "the unit '%s' ends too early", r->text);
  FAIL(r, from, 1, "expected a unit in '%s'", r->text);
}

static bool read_product(reader *r, int depth, rein_unit *out) {
  skip_space(r);
  size_t from = r->at;
  bool divided = false;
  rein_unit product;
  if (!read_power(r, depth, &product)) return false;
  for (;;) {
    size_t gap = r->at;
    skip_space(r);
    char sign = peek(r);
    if (!sign || sign == ')') break;
    bool divide = sign == '/', times = (sign == '*' || sign == '.') || starts(r, "\xC2\xB7");
    if (!divide && !times && gap == r->at && sign != '(' && sign != '%')
      FAIL(r, r->at, 1, "expected '/', '*' or a space in the unit '%s'", r->text);
    if (!divide && !times && divided && !isdigit((unsigned char)sign))
      FAIL(r, from, r->at - from, "the unit '%s' is ambiguous: after '/', write 'a/(b c)' or 'a/b*c'",
           r->text);
    if (divide || times) r->at += starts(r, "\xC2\xB7") ? 2 : 1;
    skip_space(r);
    rein_unit next;
    if (!read_power(r, depth, &next)) return false;
    if (product.offset != 0 || next.offset != 0)
      FAIL(r, 0, strlen(r->text),
           "a temperature with its own zero in the unit '%s': write K for a difference", r->text);
    product = divide ? rein_unit_divide(&product, &next) : rein_unit_multiply(&product, &next);
    divided |= divide;
  }
  *out = product;
  return true;
}

static bool parse_text(reader *r, rein_unit *out) {
  rein_unit unit = rein_unit_one();
  size_t n = strlen(r->text);
  if (n > MAX_TEXT) FAIL(r, 0, 1, "a unit of %zu bytes is too long", n);
  skip_space(r);
  if (peek(r) && !read_product(r, 0, &unit)) return false;
  if (peek(r)) FAIL(r, r->at, 1, "')' without '(' in the unit '%s'", r->text);
  if (!isnormal(unit.factor)) FAIL(r, 0, n, "the unit '%s' is out of reach of numbers", r->text);
  *out = unit;
  return true;
}

bool rein_unit_parse(rein_units *units, const char *text, rein_pos pos, rein_diag *diag, rein_unit *out) {
  reader r = {units, text, 0, pos, diag};
  return parse_text(&r, out);
}

/* Bytes of the decimal number at the start of the text, 0 if there is none. No hexadecimals, no "inf", no
 * "nan". */
static size_t number_length(const char *text) {
  size_t n = text[0] == '-' || text[0] == '+', digits = 0;
  for (; isdigit((unsigned char)text[n]); n++) digits++;
  if (text[n] == '.')
    for (n++; isdigit((unsigned char)text[n]); n++) digits++;
  if (!digits) return 0;
  if (text[n] == 'e' || text[n] == 'E') {
    size_t sign = text[n + 1] == '-' || text[n + 1] == '+';
    if (isdigit((unsigned char)text[n + 1 + sign]))
      for (n += 1 + sign; isdigit((unsigned char)text[n]);) n++;
  }
  return n;
}

bool rein_quantity_parse(rein_units *units, const char *text, rein_pos pos, bool bare_ok, rein_diag *diag,
                         double *value, rein_unit *unit) {
  char word[MAX_TEXT + 8];
  reader r = {units, text, 0, pos, diag};
  if (strlen(text) > MAX_TEXT) FAIL(&r, 0, 1, "a quantity of %zu bytes is too long", strlen(text));
  skip_space(&r);
  size_t n = number_length(text + r.at), from = r.at;
  if (!n) FAIL(&r, 0, strlen(text), "expected a number with a unit, such as '5 mg', found '%s'", text);
  double number = strtod(text + from, NULL);
  if (!isfinite(number)) FAIL(&r, from, n, "the number in '%s' is too large", text);
  r.at += n;
  skip_space(&r);
  size_t start = r.at, end = strlen(text);
  while (end > start && text[end - 1] == ' ') end--;
  if (start == end && !bare_ok)
    FAIL(&r, from, n, "'%s' has no unit, expected a quantity such as '%s mg' or '%s 1'", text, text, text);
  bool quoted =
      end - start >= 2 && (text[start] == '\'' || text[start] == '"') && text[end - 1] == text[start];
  if (quoted) start++, end--;
  memcpy(word, text + start, end - start);
  word[end - start] = 0;
  rein_unit read;
  if (!rein_unit_parse(units, word, place(pos, text, start, (int)(end - start)), diag, &read)) return false;
  *value = number;
  *unit = read;
  return true;
}
