/* Quantities, units, ranges and distributions in the text of a model file. */
#include <ctype.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "src/lang/model_read.h"

rein_piece rein_piece_of(const rein_yaml *scalar) {
  return (rein_piece){scalar->text, scalar->pos, scalar->text_offset != SIZE_MAX};
}

static bool is_blank(char c) {
  return c == ' ' || c == '\t' || c == '\n';
}

rein_piece rein_piece_part(rein_arena *arena, rein_piece piece, size_t offset, size_t length) {
  const char *start = piece.text + offset, *end = start + length;
  while (start < end && is_blank(*start)) start++;
  while (end > start && is_blank(end[-1])) end--;
  rein_piece part = {rein_arena_strndup(arena, start, (size_t)(end - start)), piece.pos, piece.exact};
  if (piece.exact) {
    part.pos.column += (int)(start - piece.text);
    part.pos.length = end > start ? (int)(end - start) : 1;
  }
  return part;
}

const char *rein_read_text(const rein_yaml *map, const char *key) {
  const rein_yaml *item = rein_yaml_get(map, key);
  return item ? item->text : NULL;
}

bool rein_read_bool(const rein_yaml *map, const char *key, bool otherwise) {
  const char *text = rein_read_text(map, key);
  return text ? strcmp(text, "true") == 0 : otherwise;
}

rein_ast *rein_read_expression(rein_reader *r, const rein_yaml *map, const char *key) {
  const rein_yaml *item = rein_yaml_get(map, key);
  return item ? rein_parse_expression(r->arena, item, r->diag) : NULL;
}

rein_ast *rein_read_piece_expression(rein_reader *r, rein_piece piece) {
  size_t offset = SIZE_MAX;
  if (piece.exact && piece.pos.source)
    offset = piece.pos.source->line_start[piece.pos.line - 1] + (size_t)(piece.pos.column - 1);
  rein_yaml scalar = {.kind = REIN_YAML_SCALAR, .pos = piece.pos, .text = piece.text, .text_offset = offset};
  return rein_parse_expression(r->arena, &scalar, r->diag);
}

rein_ast *rein_read_size(rein_reader *r, rein_piece piece) {
  rein_quantity q;
  rein_reader quiet = *r;
  quiet.diag = rein_diag_create(r->arena);
  if (!rein_read_quantity(&quiet, piece, &q) || !isfinite(q.number))
    return rein_read_piece_expression(r, piece);
  rein_ast *number = rein_ast_number(r->arena, piece.pos, q.number);
  if (q.has_unit) number->name = q.unit_text;
  return number;
}

bool rein_unit_is_left_open(const rein_reader *r, const char *text) {
  return r->model && r->model->imported && text[0] == '?' && (text[1] == '\0' || text[1] == ' ');
}

/* ---- quantities ---- */

/* Length of the decimal number at the start of the text, 0 for none. Neither hexadecimal nor a name, as
 * strtod would allow. */
static size_t number_length(const char *text) {
  const char *c = text;
  if (*c == '+' || *c == '-') c++;
  if ((strncmp(c, "inf", 3) == 0 || strncmp(c, "nan", 3) == 0) && !isalnum((unsigned char)c[3]) &&
      c[3] != '_')
    return (size_t)(c + 3 - text);
  const char *digits = c;
  while (isdigit((unsigned char)*c)) c++;
  size_t n_digit = (size_t)(c - digits);
  if (*c == '.' && c[1] != '.') {
    const char *point = c++;
    while (isdigit((unsigned char)*c)) c++;
    n_digit += (size_t)(c - point - 1);
  }
  if (n_digit == 0) return 0;
  if (*c == 'e' || *c == 'E') {
    const char *power = c + 1;
    if (*power == '+' || *power == '-') power++;
    if (isdigit((unsigned char)*power)) {
      while (isdigit((unsigned char)*power)) power++;
      c = power;
    }
  }
  return (size_t)(c - text);
}

static bool refuse_quantity(rein_reader *r, rein_piece piece) {
  rein_error(r->diag, piece.pos, "expected a number and its unit, as in 5 mg/L; found '%s'", piece.text);
  return false;
}

/* The unit behind the number; quotes around it are taken off. */
static bool read_unit_rest(rein_reader *r, rein_piece rest, rein_quantity *q) {
  size_t n = strlen(rest.text);
  q->unit = rein_unit_one();
  q->unit_text = "1";
  if (n == 0) return true;
  q->quoted = n >= 2 && rest.text[0] == '\'' && rest.text[n - 1] == '\'';
  if (q->quoted) rest = rein_piece_part(r->arena, rest, 1, n - 2);
  if (rest.text[0] == ',') {
    rein_error(r->diag, rest.pos, "a decimal point is written '.', not ','");
    return false;
  }
  q->has_unit = true;
  q->unit_text = rest.text;
  if (rein_unit_is_left_open(r, rest.text)) {
    q->unit = rein_unit_unknown();
    return true;
  }
  return rein_unit_parse(r->units, rest.text, rest.pos, r->diag, &q->unit);
}

bool rein_read_quantity(rein_reader *r, rein_piece piece, rein_quantity *out) {
  rein_quantity q = {0};
  size_t n = number_length(piece.text);
  if (n == 0) return refuse_quantity(r, piece);
  q.number = strtod(rein_arena_strndup(r->arena, piece.text, n), NULL);
  rein_piece rest = rein_piece_part(r->arena, piece, n, strlen(piece.text) - n);
  if (isinf(q.number) && !strstr(piece.text, "inf")) {
    rein_error(r->diag, piece.pos, "the number '%.*s' is too large", (int)n, piece.text);
    return false;
  }
  if (!read_unit_rest(r, rest, &q)) return false;
  *out = q;
  return true;
}

bool rein_read_plain(rein_reader *r, rein_piece piece, const char *what, double *out) {
  rein_quantity q;
  if (!rein_read_quantity(r, piece, &q)) return false;
  if (q.has_unit || !isfinite(q.number)) {
    rein_error(r->diag, piece.pos, "%s is a number without unit; found '%s'", what, piece.text);
    return false;
  }
  *out = q.number;
  return true;
}

bool rein_read_in_unit(rein_reader *r, rein_piece piece, const rein_unit *unit, const char *unit_text,
                       bool bare_allowed, const char *what, double *out) {
  rein_quantity q;
  rein_unit one = rein_unit_one();
  if (!rein_read_quantity(r, piece, &q)) return false;
  if (unit->unknown) return false; /* an error before this one */
  bool free = q.number == 0 || isinf(q.number) || bare_allowed || rein_unit_equal(unit, &one);
  if (!q.has_unit && !free) {
    rein_error(r->diag, piece.pos, "%s needs a unit: %s '%s'", what, piece.text, unit_text);
    return false;
  }
  if (q.has_unit && !rein_unit_same_dimension(&q.unit, unit)) {
    rein_error(r->diag, piece.pos, "%s has unit %s, expected %s", what, q.unit_text, unit_text);
    return false;
  }
  *out = q.has_unit && isfinite(q.number) ? rein_unit_convert(q.number, &q.unit, unit) : q.number;
  return true;
}

void rein_read_range(rein_reader *r, const rein_yaml *map, const char *key, const rein_unit *unit,
                     const char *unit_text, const char *what, double *low, double *high) {
  const rein_yaml *list = rein_yaml_get(map, key);
  if (!list) return;
  if (list->kind != REIN_YAML_LIST || list->n != 2) {
    rein_error(r->diag, list->pos, "%s is two numbers: [low, high]", what);
    return;
  }
  double ends[2];
  for (int i = 0; i < 2; i++)
    if (!rein_read_in_unit(r, rein_piece_of(list->item[i]), unit, unit_text, true, what, &ends[i])) return;
  if (!(ends[0] < ends[1])) {
    rein_error(r->diag, list->pos, "%s: the low end must be below the high end", what);
    return;
  }
  *low = ends[0];
  *high = ends[1];
}

rein_unit rein_read_unit(rein_reader *r, const rein_yaml *map, const char *key, const char **text) {
  const rein_yaml *item = rein_yaml_get(map, key);
  rein_unit unit;
  *text = item->text;
  if (item->text[0] == 0) *text = "1";
  if (rein_unit_is_left_open(r, *text)) return rein_unit_unknown();
  if (!rein_unit_parse(r->units, *text, item->pos, r->diag, &unit)) return rein_unit_unknown();
  if (unit.offset == 0) return unit;
  rein_error(r->diag, item->pos,
             "%s has an offset and cannot be calculated with; use K (a literal such as 37 %s is converted)",
             *text, *text);
  return rein_unit_unknown();
}

rein_pos rein_key_pos(const rein_yaml *map, int i) {
  return map->key_pos[i];
}

/* ---- distributions ---- */

typedef enum { PLAIN, FRACTION, OWN_UNIT } setting_kind;

/* What each distribution may be given. */
static const struct {
  const char *form, *key;
  setting_kind kind;
} settings[] = {
    {"lognormal", "cv", FRACTION},     {"lognormal", "omega2", PLAIN}, {"lognormal", "sd", PLAIN},
    {"logit_normal", "sd", PLAIN},     {"normal", "sd", OWN_UNIT},     {"uniform", "low", OWN_UNIT},
    {"uniform", "high", OWN_UNIT},     {"lognormal", "low", OWN_UNIT}, {"lognormal", "high", OWN_UNIT},
    {"normal", "low", OWN_UNIT},       {"normal", "high", OWN_UNIT},   {"logit_normal", "low", OWN_UNIT},
    {"logit_normal", "high", OWN_UNIT}};
#define N_SETTING (sizeof settings / sizeof *settings)

static const char *const forms[] = {"lognormal", "normal", "logit_normal", "uniform", NULL};
static const rein_dist_kind form_kind[] = {REIN_DIST_LOGNORMAL, REIN_DIST_NORMAL, REIN_DIST_LOGIT_NORMAL,
                                           REIN_DIST_UNIFORM};

static bool read_setting(rein_reader *r, rein_piece piece, setting_kind kind, const rein_unit *unit,
                         const char *unit_text, const char *what, double *value) {
  rein_unit one = rein_unit_one();
  if (kind == PLAIN) return rein_read_plain(r, piece, what, value);
  if (kind == OWN_UNIT) return rein_read_in_unit(r, piece, unit, unit_text, false, what, value);
  if (!rein_read_in_unit(r, piece, &one, "1", true, what, value)) return false;
  if (*value > 5) {
    rein_error(r->diag, piece.pos, "%s is a fraction: %s means %g %%; did you mean %s %%?", what, piece.text,
               100 * *value, piece.text);
    return false;
  }
  return true;
}

static void apply_setting(rein_dist *dist, const char *key, double value) {
  if (strcmp(key, "cv") == 0) dist->sd = sqrt(log1p(value * value));
  if (strcmp(key, "omega2") == 0) dist->sd = sqrt(value);
  if (strcmp(key, "sd") == 0) dist->sd = value;
  if (strcmp(key, "low") == 0) dist->low = value;
  if (strcmp(key, "high") == 0) dist->high = value;
}

static int find_setting(const char *form, const char *key) {
  for (size_t s = 0; s < N_SETTING; s++)
    if (strcmp(settings[s].form, form) == 0 && strcmp(settings[s].key, key) == 0) return (int)s;
  return -1;
}

static const char *settings_of(rein_arena *arena, const char *form) {
  rein_text text;
  rein_text_init(&text, arena);
  for (size_t s = 0; s < N_SETTING; s++)
    if (strcmp(settings[s].form, form) == 0)
      rein_text_printf(&text, "%s%s", text.n ? ", " : "", settings[s].key);
  return text.bytes;
}

/* All settings of one form; false with an error. */
static bool read_settings(rein_reader *r, const rein_form *form, const rein_unit *unit, const char *unit_text,
                          const char *what, rein_dist *dist) {
  int n_width = 0, n_end = 0;
  for (int i = 0; i < form->n; i++) {
    int s = find_setting(form->name, form->key[i]);
    if (s < 0) {
      const char *known = settings_of(r->arena, form->name);
      if (form->key[i][0])
        rein_error(r->diag, form->value_pos[i], "%s has no '%s'; it has %s", form->name, form->key[i], known);
      else
        rein_error(r->diag, form->value_pos[i],
                   "'%s' in %s(...) has no name; it has %s, each followed by a colon", form->value[i],
                   form->name, known);
      return false;
    }
    const char *name = rein_arena_printf(r->arena, "%s in %s", form->key[i], what);
    double value;
    rein_piece piece = {form->value[i], form->value_pos[i], true};
    if (!read_setting(r, piece, settings[s].kind, unit, unit_text, name, &value)) return false;
    bool end = strcmp(form->key[i], "low") == 0 || strcmp(form->key[i], "high") == 0;
    n_end += end;
    n_width += !end;
    if (!end && !(value > 0)) {
      rein_error(r->diag, form->value_pos[i], "%s must be above 0", name);
      return false;
    }
    apply_setting(dist, form->key[i], value);
  }
  bool uniform = dist->kind == REIN_DIST_UNIFORM;
  if (n_width == !uniform && (!uniform || n_end == 2) && dist->low < dist->high) return true;
  rein_error(r->diag, form->pos, "%s needs %s", form->name,
             uniform        ? "low and high, low below high, as in uniform(low: 1 L, high: 2 L)"
             : n_width != 1 ? "one width, as in lognormal(cv: 30 %) or normal(sd: 2 mg/L)"
                            : "its low below its high");
  return false;
}

rein_dist rein_read_dist(rein_reader *r, const rein_yaml *map, const char *key, const rein_unit *unit,
                         const char *unit_text, const char *what) {
  rein_dist none = {.low = -INFINITY, .high = INFINITY}, dist = none;
  const rein_yaml *item = rein_yaml_get(map, key);
  rein_form form;
  if (!item || !rein_parse_form(r->arena, item, r->diag, &form)) return none;
  for (int i = 0; forms[i]; i++)
    if (strcmp(forms[i], form.name) == 0) dist.kind = form_kind[i];
  if (dist.kind == REIN_DIST_NONE) {
    rein_error(r->diag, form.pos,
               "unknown distribution '%s'; known are lognormal, normal, logit_normal, uniform", form.name);
    return none;
  }
  dist.pos = item->pos;
  return read_settings(r, &form, unit, unit_text, what, &dist) ? dist : none;
}
