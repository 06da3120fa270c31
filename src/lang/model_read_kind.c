/* What a kind of action accepts (kinds.def), and the systems of codes (code_systems.def). */
#include <ctype.h>
#include <string.h>

#include "src/lang/model_read.h"

typedef struct {
  const char *word, *examples, *accepts;
} kind_line;

static const kind_line kinds[] = {
#define REIN_KIND(word, examples, accepts) {word, examples, accepts},
#include "src/lang/kinds.def"
#undef REIN_KIND
};
#define N_KIND (sizeof kinds / sizeof *kinds)

static const char *const systems[] = {
#define REIN_CODE_SYSTEM(key, codes) key,
#include "src/lang/code_systems.def"
#undef REIN_CODE_SYSTEM
};
#define N_SYSTEM (sizeof systems / sizeof *systems)

bool rein_kind_is_idle(const char *kind) {
  return kind && (strcmp(kind, "placebo") == 0 || strcmp(kind, "none") == 0);
}

static const kind_line *find_kind(rein_reader *r, const rein_yaml *node) {
  rein_names *names = rein_names_create(r->arena);
  rein_text all;
  rein_text_init(&all, r->arena);
  for (size_t i = 0; i < N_KIND; i++) {
    rein_names_add(names, kinds[i].word, (int)i);
    rein_text_printf(&all, "%s%s", i ? ", " : "", kinds[i].word);
  }
  int k = rein_names_find(names, node->text);
  if (k >= 0) return &kinds[k];
  const char *near = rein_names_closest(names, node->text);
  rein_error(r->diag, node->pos, "unknown kind '%s'%s%s%s; known are %s", node->text,
             near ? ", did you mean '" : "", near ? near : "", near ? "'?" : "", all.bytes);
  return NULL;
}

/* Of the same dimension as the example, as it is per time, or as it is per body weight. */
static bool fits_example(rein_reader *r, const rein_unit *unit, const char *example) {
  static const char *const per[] = {"1", "s", "kg"};
  rein_unit wanted, divisor;
  if (!rein_unit_parse(r->units, example, (rein_pos){0}, r->diag, &wanted)) return false;
  for (size_t i = 0; i < sizeof per / sizeof *per; i++) {
    if (!rein_unit_parse(r->units, per[i], (rein_pos){0}, r->diag, &divisor)) return false;
    rein_unit quotient = rein_unit_divide(&wanted, &divisor);
    if (rein_unit_same_dimension(unit, &quotient)) return true;
  }
  return false;
}

void rein_read_kind(rein_reader *r, const rein_yaml *map, const rein_unit *unit) {
  const rein_yaml *node = rein_yaml_get(map, "kind"), *said = rein_yaml_get(map, "unit");
  const kind_line *kind = node ? find_kind(r, node) : NULL;
  if (!kind || unit->unknown || kind->examples[0] == '\0') return;
  char *examples = rein_arena_strdup(r->arena, kind->examples), *rest = examples;
  for (char *word; (word = strtok_r(rest, " ", &rest)) != NULL;)
    if (fits_example(r, unit, word)) return;
  rein_error(r->diag, said->pos, "an amount of kind '%s' is %s; its unit cannot be %s", kind->word,
             kind->accepts, said->text);
}

static void check_system(rein_reader *r, const char *key, rein_pos pos) {
  rein_names *names = rein_names_create(r->arena);
  for (size_t i = 0; i < N_SYSTEM; i++) rein_names_add(names, systems[i], (int)i);
  if (rein_names_find(names, key) >= 0) return;
  const char *near = rein_names_closest(names, key);
  rein_error(r->diag, pos, "unknown system of codes '%s'%s%s%s", key, near ? ", did you mean '" : "",
             near ? near : "; docs/language.md lists those known", near ? "'?" : "");
}

const char *rein_read_codes(rein_reader *r, const rein_yaml *map) {
  const rein_yaml *codes = rein_yaml_get(map, "codes");
  const bool imported = rein_yaml_get(r->root, "imported") != NULL;
  if (!codes || codes->n == 0) return NULL;
  rein_text text;
  rein_text_init(&text, r->arena);
  for (int i = 0; i < codes->n; i++) {
    if (!imported) check_system(r, codes->key[i], codes->key_pos[i]);
    for (const char *c = codes->item[i]->text; *c; c++)
      if (isspace((unsigned char)*c)) {
        rein_error(r->diag, codes->item[i]->pos, "a code holds no blank; found '%s'", codes->item[i]->text);
        break;
      }
    rein_text_printf(&text, "%s%s:%s", i ? " " : "", codes->key[i], codes->item[i]->text);
  }
  return text.bytes;
}
