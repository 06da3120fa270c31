#include "src/lang/schema.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/names.h"
#include "src/lang/lexer.h"

#define MAX_LIST 400 /* bytes of a list of permitted words in a message */

static bool check_value(const rein_yaml *value, const rein_schema *rule, const char *what, rein_diag *diag);

static const char *kind_word(rein_yaml_kind kind) {
  return kind == REIN_YAML_MAP ? "a map" : kind == REIN_YAML_LIST ? "a list" : "a text";
}

static const char *expected_word(rein_schema_kind kind) {
  switch (kind) {
  case REIN_SCHEMA_NAME:
    return "a name";
  case REIN_SCHEMA_NUMBER:
    return "a number";
  case REIN_SCHEMA_COUNT:
    return "a whole number";
  case REIN_SCHEMA_BOOL:
    return "true or false";
  case REIN_SCHEMA_WORD:
    return "a word";
  case REIN_SCHEMA_QUANTITY:
    return "a number with its unit";
  case REIN_SCHEMA_EXPRESSION:
    return "an expression";
  case REIN_SCHEMA_MAP:
  case REIN_SCHEMA_MAP_OF:
    return "a map";
  case REIN_SCHEMA_LIST_OF:
    return "a list";
  default:
    return "a text";
  }
}

/* Nearest of a list of words, one more than a third of the length away at most; NULL where none is. */
static const char *closest(const char *word, const char *const *words) {
  const char *best = NULL;
  int least = (int)strlen(word) / 3 + 2;
  for (; *words; words++) {
    int distance = rein_names_distance(word, *words);
    if (distance < least) least = distance, best = *words;
  }
  return best;
}

/* "a, b, c" of a NULL-terminated list into text (MAX_LIST + 8), cut with "..." where too long. */
static void join(const char *const *words, char *text) {
  size_t n = 0;
  text[0] = 0;
  for (; *words; words++) {
    size_t more = strlen(*words);
    if (n + more + 2 > MAX_LIST) {
      memcpy(text + n, ", ...", 6);
      return;
    }
    if (n) memcpy(text + n, ", ", 3), n += 2;
    memcpy(text + n, *words, more + 1);
    n += more;
  }
}

#define MAX_RULES 64 /* keys of one map of the language */

static void report_unknown(const rein_yaml *map, int i, const rein_schema *rules, const char *what,
                           rein_diag *diag) {
  const char *words[MAX_RULES + 1];
  char list[MAX_LIST + 8];
  int n = 0;
  for (const rein_schema *rule = rules; rule->key && n < MAX_RULES; rule++) words[n++] = rule->key;
  words[n] = NULL;
  const char *meant = closest(map->key[i], words);
  join(words, list);
  if (meant)
    rein_error(diag, map->key_pos[i], "unknown key '%s' in %s, did you mean '%s'?", map->key[i], what, meant);
  else
    rein_error(diag, map->key_pos[i], "unknown key '%s' in %s, permitted are: %s", map->key[i], what, list);
}

static bool is_name(const char *text) {
  if (!isalpha((unsigned char)*text) && *text != '_') return false;
  while (isalnum((unsigned char)*text) || *text == '_') text++;
  return !*text;
}

static bool is_number(const char *text) {
  if (*text == '-' || *text == '+') text++;
  size_t n = rein_number_length(text);
  return n > 0 && !text[n];
}

#define MAX_DIGITS 18 /* of a whole number: it fits 64 bits */

static bool is_count(const char *text) {
  size_t n = strspn(text, "0123456789");
  return n > 0 && n <= MAX_DIGITS && !text[n];
}

static bool is_long_count(const char *text) {
  size_t n = strspn(text, "0123456789");
  return n > MAX_DIGITS && !text[n];
}

/* Keys that name things: a name that is not reserved. */
static bool check_key_name(const rein_yaml *map, int i, const char *what, rein_diag *diag) {
  if (rein_word_is_reserved(map->key[i])) {
    rein_error(diag, map->key_pos[i], "'%s' is a reserved word, it cannot be a name in %s", map->key[i],
               what);
    return false;
  }
  if (is_name(map->key[i])) return true;
  rein_error(diag, map->key_pos[i], "'%s' is no name: a letter or _, then letters, digits, _ (in %s)",
             map->key[i], what);
  return false;
}

static bool check_word(const rein_yaml *value, const rein_schema *rule, const char *what, rein_diag *diag) {
  char list[MAX_LIST + 8];
  for (const char *const *word = rule->words; word && *word; word++)
    if (strcmp(*word, value->text) == 0) return true;
  const char *meant = closest(value->text, rule->words);
  join(rule->words, list);
  if (meant)
    rein_error(diag, value->pos, "'%s' is no value of %s, did you mean '%s'?", value->text, what, meant);
  else
    rein_error(diag, value->pos, "'%s' is no value of %s, permitted are: %s", value->text, what, list);
  return false;
}

static bool check_scalar(const rein_yaml *value, const rein_schema *rule, const char *what, rein_diag *diag) {
  const char *text = value->text;
  bool fine = text[0] || value->quoted;
  if (!fine) {
    rein_error(diag, value->pos, "%s is empty, expected %s", what, expected_word(rule->kind));
    return false;
  }
  switch (rule->kind) {
  case REIN_SCHEMA_NAME:
    fine = is_name(text);
    break;
  case REIN_SCHEMA_NUMBER:
    fine = is_number(text);
    break;
  case REIN_SCHEMA_COUNT:
    fine = is_count(text);
    break;
  case REIN_SCHEMA_BOOL:
    fine = strcmp(text, "true") == 0 || strcmp(text, "false") == 0;
    break;
  case REIN_SCHEMA_WORD:
    return check_word(value, rule, what, diag);
  default:
    return true;
  }
  if (!fine)
    rein_error(diag, value->pos, "%s: expected %s%s, found '%s'", what, expected_word(rule->kind),
               rule->kind == REIN_SCHEMA_COUNT && is_long_count(text) ? " of at most 18 digits" : "", text);
  return fine;
}

/* Name of a part of a file in messages: "'CL' in parameters". In the buffer, cut where too long. */
typedef struct {
  char text[160];
} title;

static title title_of(const char *key, const char *outer) {
  title t;
  size_t n = strnlen(key, 60), at = 0;
  t.text[at++] = '\'';
  memcpy(t.text + at, key, n);
  at += n;
  t.text[at++] = '\'';
  if (outer && at + strlen(outer) + 5 < sizeof t.text) {
    memcpy(t.text + at, " in ", 4);
    memcpy(t.text + at + 4, outer, strlen(outer));
    at += 4 + strlen(outer);
  }
  t.text[at] = 0;
  return t;
}

static bool check_map_of(const rein_yaml *map, const rein_schema *rule, const char *what, rein_diag *diag) {
  bool fine = true;
  for (int i = 0; i < map->n; i++) {
    title inner = title_of(map->key[i], rule->key ? rule->key : what);
    fine &= check_key_name(map, i, rule->key ? rule->key : what, diag);
    fine &= check_value(map->item[i], rule->keys, inner.text, diag);
  }
  return fine;
}

static bool check_list(const rein_yaml *value, const rein_schema *rule, const char *what, rein_diag *diag) {
  if (value->kind != REIN_YAML_LIST) return check_value(value, rule->keys, what, diag);
  bool fine = true;
  for (int i = 0; i < value->n; i++) fine &= check_value(value->item[i], rule->keys, what, diag);
  return fine;
}

static bool check_value(const rein_yaml *value, const rein_schema *rule, const char *what, rein_diag *diag) {
  bool wants_map = rule->kind == REIN_SCHEMA_MAP || rule->kind == REIN_SCHEMA_MAP_OF;
  if (rule->kind == REIN_SCHEMA_ANY) return true;
  if (rule->kind == REIN_SCHEMA_LIST_OF) return check_list(value, rule, what, diag);
  if (rule->or_text && value->kind == REIN_YAML_SCALAR && (value->text[0] || value->quoted)) return true;
  if (value->kind != (wants_map ? REIN_YAML_MAP : REIN_YAML_SCALAR)) {
    bool empty = value->kind == REIN_YAML_SCALAR && !value->text[0] && !value->quoted;
    rein_error(diag, value->pos, "%s: expected %s, found %s", what, expected_word(rule->kind),
               empty ? "nothing" : kind_word(value->kind));
    return false;
  }
  if (rule->kind == REIN_SCHEMA_MAP) return rein_schema_check(value, rule->keys, what, diag);
  if (rule->kind == REIN_SCHEMA_MAP_OF) return check_map_of(value, rule, what, diag);
  return check_scalar(value, rule, what, diag);
}

static const rein_schema *find_rule(const rein_schema *rules, const char *key) {
  for (; rules->key; rules++)
    if (strcmp(rules->key, key) == 0) return rules;
  return NULL;
}

bool rein_schema_check(const rein_yaml *map, const rein_schema *rules, const char *what, rein_diag *diag) {
  if (map->kind != REIN_YAML_MAP) {
    rein_error(diag, map->pos, "%s: expected a map, found %s", what, kind_word(map->kind));
    return false;
  }
  bool fine = true;
  for (int i = 0; i < map->n; i++) {
    const rein_schema *rule = find_rule(rules, map->key[i]);
    if (!rule) {
      report_unknown(map, i, rules, what, diag);
      fine = false;
      continue;
    }
    title inner = title_of(map->key[i], what);
    fine &= check_value(map->item[i], rule, inner.text, diag);
  }
  for (const rein_schema *rule = rules; rule->key; rule++)
    if (rule->required && !rein_yaml_get(map, rule->key)) {
      rein_error(diag, map->pos, "key '%s' is missing in %s", rule->key, what);
      fine = false;
    }
  return fine;
}
