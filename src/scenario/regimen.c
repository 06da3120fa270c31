/* Text regimens. Grammar (words apart by blanks; 'then' begins a next line of the arm):
 *
 *   regimen  = course { [","] "then" course }
 *   course   = quantity { "once" | "every" quantity | "for" quantity | "from" quantity | "over" quantity |
 * "at" quantity | ("x" | "×") count } quantity = number unit          the unit may be several words, up to
 * the next keyword
 *
 *   100 mg every 24 h for 7 d from 2 d
 *   300 mg once, then 100 mg every 12 h x 10
 *   1.5 mg/kg once over 30 min
 *
 * Each course becomes a map with the fields that `actions:` knows, so units and meaning are checked in one
 * place. A course after "then" without "from" begins one interval after the last dose before it: after the
 * end of a "for", after the interval of a "x", or, after a single dose, after its own interval.
 */
#include <ctype.h>
#include <string.h>

#include "src/scenario/inside.h"

typedef struct {
  const char *start;
  size_t n;
} word;

typedef struct {
  rein_scenario_reader *r;
  const rein_yaml *text;
  word *word;
  size_t n_word;
} regimen;

static bool is_word(word w, const char *text) {
  return w.n == strlen(text) && memcmp(w.start, text, w.n) == 0;
}

static bool is_keyword(word w) {
  static const char *const WORDS[] = {"once", "every", "for", "from", "over", "at", "x", "×", "then"};
  for (size_t i = 0; i < sizeof WORDS / sizeof *WORDS; i++) {
    if (is_word(w, WORDS[i])) return true;
  }
  return false;
}

static rein_pos pos_of(const regimen *g, size_t i_word) {
  if (g->n_word == 0) return g->text->pos;
  bool past = i_word >= g->n_word;
  word w = g->word[past ? g->n_word - 1 : i_word];
  size_t offset = (size_t)(w.start - g->text->text) + (past ? w.n : 0);
  return rein_yaml_text_pos(g->text, offset, past ? 1 : (int)w.n);
}

static void split_words(regimen *g) {
  size_t capacity = 0;
  for (const char *at = g->text->text; *at;) {
    if (isspace((unsigned char)*at) || *at == ',') {
      at++;
      continue;
    }
    size_t n = strcspn(at, " \t\r\n,");
    REIN_PUSH(g->r->arena, g->word, g->n_word, capacity, ((word){.start = at, .n = n}));
    at += n;
  }
}

/* The words up to the next keyword as one scalar; NULL with an error where there are none. */
static const rein_yaml *take_quantity(regimen *g, size_t *at, const char *after) {
  size_t first = *at;
  while (*at < g->n_word && !is_keyword(g->word[*at])) (*at)++;
  if (*at == first) {
    rein_error(g->r->diag, pos_of(g, first), "regimen: expected a number with a unit %s", after);
    return NULL;
  }
  word last = g->word[*at - 1];
  size_t n = (size_t)(last.start + last.n - g->word[first].start);
  rein_pos pos = pos_of(g, first);
  pos.length = (int)n;
  return rein_scenario_scalar(g->r, rein_arena_strndup(g->r->arena, g->word[first].start, n), pos);
}

static bool add_field(regimen *g, rein_yaml *map, const char *key, const rein_yaml *value) {
  if (!value) return false;
  if (rein_yaml_get(map, key)) {
    rein_error(g->r->diag, value->pos, "regimen: '%s' is said twice", key);
    return false;
  }
  map->key[map->n] = key;
  map->key_pos[map->n] = value->pos;
  map->item[map->n++] = (rein_yaml *)value; /* the tree's items are not const, this one is not changed */
  return true;
}

static bool read_clause(regimen *g, rein_yaml *map, size_t *at) {
  static const struct {
    const char *word, *field;
  } CLAUSES[] = {{"every", "every"}, {"for", "for"}, {"from", "from"}, {"over", "duration"}, {"at", "at"}};
  word w = g->word[(*at)++];
  for (size_t i = 0; i < sizeof CLAUSES / sizeof *CLAUSES; i++) {
    if (!is_word(w, CLAUSES[i].word)) continue;
    const char *after = rein_arena_printf(g->r->arena, "after '%s'", CLAUSES[i].word);
    return add_field(g, map, CLAUSES[i].field, take_quantity(g, at, after));
  }
  if (is_word(w, "once"))
    return add_field(g, map, "count", rein_scenario_scalar(g->r, "1", pos_of(g, *at - 1)));
  if (is_word(w, "x") || is_word(w, "×")) {
    return add_field(g, map, "count", take_quantity(g, at, "after 'x'"));
  }
  rein_error(g->r->diag, pos_of(g, *at - 1),
             "regimen: expected 'once', 'every', 'for', 'from', 'over', 'at' or 'x' here");
  return false;
}

static rein_yaml *new_map(regimen *g) {
  enum { MOST = 10 };
  rein_yaml *map = REIN_NEW(g->r->arena, rein_yaml, 1);
  *map = (rein_yaml){.kind = REIN_YAML_MAP, .pos = g->text->pos, .text = "", .text_offset = SIZE_MAX};
  map->key = REIN_NEW(g->r->arena, const char *, MOST);
  map->key_pos = REIN_NEW(g->r->arena, rein_pos, MOST);
  map->item = REIN_NEW(g->r->arena, rein_yaml *, MOST);
  return map;
}

static const rein_yaml *read_course(regimen *g, size_t *at) {
  rein_yaml *map = new_map(g);
  if (!add_field(g, map, "amount",
                 take_quantity(g, at, "at its beginning, as in '100 mg every 24 h for 7 d'")))
    return NULL;
  while (*at < g->n_word && !is_word(g->word[*at], "then")) {
    if (!read_clause(g, map, at)) return NULL;
  }
  return map;
}

const rein_yaml **rein_scenario_read_regimen(rein_scenario_reader *r, const rein_yaml *text, int *n_out) {
  regimen g = {.r = r, .text = text};
  split_words(&g);
  const rein_yaml **list = NULL;
  size_t n = 0, capacity = 0, at = 0;
  for (;;) {
    const rein_yaml *course = read_course(&g, &at);
    if (!course) return NULL;
    REIN_PUSH(r->arena, list, n, capacity, course);
    if (at >= g.n_word) break;
    at++; /* then */
  }
  *n_out = (int)n;
  return list;
}
