/* `factorial:` of an arm: its lines with and without, at one level or several, in all combinations or in a
 * regular fraction of them.
 *
 * A fraction of a two-level design is said by generators, "d = a * b * c": d is given where the product of
 * the signs (with: 1, without: -1) of a, b and c is 1. The products of factors that are constant over the
 * runs, the defining relation, tell what cannot be told apart. Source: Box and Hunter 1961, Technometrics
 * 3:311. */
#include <stdlib.h>
#include <string.h>

#include "src/scenario/inside.h"

#define LEAST_RESOLUTION 3 /* below, two factors are one */
#define MAX_ALIAS_ORDER 3  /* factors in a product that the print shows */

typedef struct {
  int factor;
  uint32_t base; /* factors on the right side */
  bool minus;
} generator;

typedef struct {
  rein_scenario_reader *r;
  const rein_yaml *node;
  rein_factorial *f;
  generator *generator;
  int n_generator;
} reader;

static int count_bits(uint32_t set) {
  return __builtin_popcount(set);
}

static int length_of(const rein_yaml *list) {
  return !list ? 0 : list->kind == REIN_YAML_LIST ? list->n : 1;
}

static const rein_yaml *item_of(const rein_yaml *list, int i) {
  return list->kind == REIN_YAML_LIST ? list->item[i] : list;
}

static int find_factor(const rein_factorial *f, const char *name, size_t n) {
  for (int k = 0; k < f->n_factor; k++)
    if (strlen(f->factor[k]) == n && strncmp(f->factor[k], name, n) == 0) return k;
  return -1;
}

/* ---- what is combined ---- */

/* Names of the arm's lines. */
static const char **lines_of(rein_scenario_reader *r, const rein_yaml *arm, size_t *n) {
  const rein_yaml *list = rein_yaml_get(arm, "actions");
  const char **names = REIN_NEW(r->arena, const char *, length_of(list) + 1);
  *n = 0;
  for (int i = 0; i < length_of(list); i++) {
    const rein_yaml *line = item_of(list, i), *name = rein_yaml_get(line, "name"),
                    *what = rein_yaml_get(line, "do");
    if (name || what) names[(*n)++] = (name ? name : what)->text;
  }
  return names;
}

static bool read_factors(reader *x, const rein_yaml *arm) {
  rein_scenario_reader *r = x->r;
  const rein_yaml *of = rein_yaml_get(x->node, "of");
  size_t n_line;
  const char **line = lines_of(r, arm, &n_line);
  rein_factorial *f = x->f;
  int n = length_of(of);
  if (n < 2 || n > REIN_SCENARIO_MAX_FACTOR) {
    rein_error(r->diag, of->pos, "a factorial is of 2 to %d lines of the arm, here are %d",
               REIN_SCENARIO_MAX_FACTOR, n);
    return false;
  }
  f->factor = REIN_NEW(r->arena, const char *, n);
  f->level = REIN_NEW(r->arena, const rein_yaml **, n);
  f->n_level = REIN_NEW(r->arena, int, n);
  f->per = REIN_NEW(r->arena, int, n);
  for (int i = 0; i < n; i++) {
    const rein_yaml *item = item_of(of, i);
    size_t k = 0;
    while (k < n_line && strcmp(line[k], item->text) != 0) k++;
    if (k == n_line) rein_scenario_unknown(r, item->pos, "line of the arm", item->text, line, n_line);
    bool twice = find_factor(f, item->text, strlen(item->text)) >= 0;
    if (twice) rein_error(r->diag, item->pos, "'%s' is a factor twice", item->text);
    if (k == n_line || twice) return false;
    f->factor[f->n_factor] = item->text;
    f->per[f->n_factor] = -2;
    f->n_level[f->n_factor++] = 1;
  }
  return true;
}

/* Whether the arm's line of that name has its amounts in a text regimen. */
static bool has_regimen(const rein_yaml *arm, const char *name) {
  const rein_yaml *list = rein_yaml_get(arm, "actions");
  for (int i = 0; i < length_of(list); i++) {
    const rein_yaml *line = item_of(list, i), *called = rein_yaml_get(line, "name");
    if (!called) called = rein_yaml_get(line, "do");
    if (called && strcmp(called->text, name) == 0 && rein_yaml_get(line, "regimen")) return true;
  }
  return false;
}

/* Two levels of one amount would make two arms of one treatment. */
static bool has_repeat(rein_scenario_reader *r, const char *factor, const rein_yaml *const *level, int n) {
  int before, i = rein_scenario_find_repeat(r, level, n, &before);
  if (i < 0) return false;
  rein_error(r->diag, level[i]->pos, "levels of '%s': '%s' is the same as '%s' before it", factor,
             level[i]->text, level[before]->text);
  return true;
}

static bool read_levels(reader *x, const rein_yaml *arm) {
  rein_scenario_reader *r = x->r;
  rein_factorial *f = x->f;
  const rein_yaml *map = rein_yaml_get(x->node, "levels");
  if (!map) return true;
  if (map->kind != REIN_YAML_MAP) {
    rein_error(r->diag, map->pos, "'levels' is a map such as {%s: [5 mg, 10 mg]}", f->factor[0]);
    return false;
  }
  for (int i = 0; i < map->n; i++) {
    int k = find_factor(f, map->key[i], strlen(map->key[i]));
    if (k < 0)
      rein_scenario_unknown(r, map->key_pos[i], "factor", map->key[i], f->factor, (size_t)f->n_factor);
    if (k < 0) return false;
    if (has_regimen(arm, map->key[i])) {
      rein_error(r->diag, map->key_pos[i],
                 "'%s' has a regimen, which says its amounts; levels need an 'amount'", map->key[i]);
      return false;
    }
    int n = length_of(map->item[i]);
    if (n == 0 || map->item[i]->kind == REIN_YAML_MAP) {
      rein_error(r->diag, map->item[i]->pos, "levels of '%s' are amounts such as [5 mg, 10 mg]", map->key[i]);
      return false;
    }
    f->n_level[k] = n;
    f->level[k] = REIN_NEW(r->arena, const rein_yaml *, n);
    for (int j = 0; j < n; j++) {
      const rein_yaml *item = f->level[k][j] = item_of(map->item[i], j);
      if (item->kind == REIN_YAML_SCALAR && strtod(item->text, NULL) != 0.0) continue;
      rein_error(r->diag, item->pos,
                 "a level of '%s' is an amount other than 0; being without it is one already", map->key[i]);
      return false;
    }
    if (has_repeat(r, map->key[i], f->level[k], n)) return false;
  }
  return true;
}

/* ---- fractions ---- */

static void bad_generator(reader *x, const rein_yaml *item) {
  rein_error(x->r->diag, item->pos, "'%s': expected a factor as the product of others, as in '%s = %s * %s'",
             item->text, x->f->factor[x->f->n_factor - 1], x->f->factor[0],
             x->f->factor[x->f->n_factor > 2 ? 1 : 0]);
}

/* The next name of a generator, moves *at behind it; -1 where there is no factor. */
static int next_factor(const reader *x, const char **at) {
  const char *start = *at + strspn(*at, " ");
  size_t n = strcspn(start, " =*-");
  *at = start + n + strspn(start + n, " ");
  return find_factor(x->f, start, n);
}

static bool read_generator(reader *x, const rein_yaml *item) {
  const char *at = item->text;
  generator g = {.factor = next_factor(x, &at)};
  bool good = g.factor >= 0 && *at == '=';
  if (good) at += 1 + strspn(at + 1, " ");
  if (good && *at == '-') g.minus = true, at++;
  while (good) {
    int k = next_factor(x, &at);
    good = k >= 0 && k != g.factor && !(g.base >> k & 1);
    if (good) g.base |= (uint32_t)1 << k;
    if (*at == '\0') break;
    good = good && *at++ == '*';
  }
  if (!good) bad_generator(x, item);
  x->generator[x->n_generator++] = g;
  return good;
}

/* Generated factors stand on no right side, and each is generated once. */
static bool check_generators(const reader *x, const rein_yaml *list) {
  uint32_t made = 0, used = 0;
  bool good = true;
  for (int i = 0; i < x->n_generator; i++) {
    good = good && !(made >> x->generator[i].factor & 1);
    made |= (uint32_t)1 << x->generator[i].factor;
    used |= x->generator[i].base;
  }
  if (!good || (made & used) != 0)
    rein_error(x->r->diag, list->pos, "a generated factor is generated once and generates no other");
  return good && (made & used) == 0;
}

static bool read_fraction(reader *x) {
  rein_scenario_reader *r = x->r;
  rein_factorial *f = x->f;
  const rein_yaml *half = rein_yaml_get(x->node, "fraction"), *list = rein_yaml_get(x->node, "generators"),
                  *said = list ? list : half;
  if (!said) return true;
  if (half && list) rein_error(r->diag, half->pos, "'fraction' and 'generators' say the same; keep one");
  if (half && list) return false;
  for (int k = 0; k < f->n_factor; k++) {
    if (f->n_level[k] == 1) continue;
    rein_error(r->diag, said->pos, "a fraction is of factors with one level each; '%s' has %d", f->factor[k],
               f->n_level[k]);
    return false;
  }
  x->generator = REIN_NEW(r->arena, generator, length_of(list) + 1);
  if (half) {
    int last = f->n_factor - 1;
    x->generator[x->n_generator++] = (generator){.factor = last, .base = ((uint32_t)1 << last) - 1};
  }
  if (length_of(list) >= f->n_factor)
    rein_error(r->diag, list->pos, "there are as many generators as factors");
  if (length_of(list) >= f->n_factor) return false;
  for (int i = 0; i < length_of(list); i++)
    if (!read_generator(x, item_of(list, i))) return false;
  return half || check_generators(x, list);
}

/* All products of the generators' words. */
static bool find_relation(reader *x) {
  rein_factorial *f = x->f;
  const rein_yaml *list = rein_yaml_get(x->node, "generators");
  int n_subset = 1 << x->n_generator;
  f->word = REIN_NEW(x->r->arena, uint32_t, n_subset);
  f->minus = REIN_NEW(x->r->arena, bool, n_subset);
  for (int subset = 1; subset < n_subset; subset++) {
    uint32_t word = 0;
    bool minus = false;
    for (int i = 0; i < x->n_generator; i++) {
      if (!(subset >> i & 1)) continue;
      word ^= x->generator[i].base | (uint32_t)1 << x->generator[i].factor;
      minus = minus != x->generator[i].minus;
    }
    if (count_bits(word) < LEAST_RESOLUTION) {
      rein_error(
          x->r->diag, (list ? list : x->node)->pos,
          "this fraction cannot tell factors apart (resolution %d); a factor needs a product of at least two "
          "others of its own",
          count_bits(word));
      return false;
    }
    f->word[f->n_word] = word;
    f->minus[f->n_word++] = minus;
  }
  return true;
}

/* ---- runs ---- */

static bool is_given(const reader *x, const generator *g, const int *level) {
  bool minus = g->minus;
  for (int k = 0; k < x->f->n_factor; k++)
    if (g->base >> k & 1) minus = minus != (level[k] == 0);
  return !minus;
}

static bool make_runs(reader *x) {
  rein_factorial *f = x->f;
  int64_t n_run = 1;
  uint32_t made = 0;
  for (int i = 0; i < x->n_generator; i++) made |= (uint32_t)1 << x->generator[i].factor;
  for (int k = 0; k < f->n_factor && n_run <= REIN_SCENARIO_MAX_ARM; k++)
    if (!(made >> k & 1)) n_run *= f->n_level[k] + 1;
  if (n_run > REIN_SCENARIO_MAX_ARM) {
    rein_error(x->r->diag, x->node->pos, "the factorial makes more than %d arms", REIN_SCENARIO_MAX_ARM);
    return false;
  }
  f->n_run = (int)n_run;
  f->run = REIN_NEW(x->r->arena, int, n_run * f->n_factor);
  for (int i = 0; i < f->n_run; i++) {
    int *level = f->run + (size_t)i * (size_t)f->n_factor, rest = i;
    for (int k = f->n_factor - 1; k >= 0; k--) { /* the last factor changes fastest */
      if (made >> k & 1) continue;
      level[k] = rest % (f->n_level[k] + 1);
      rest /= f->n_level[k] + 1;
    }
    for (int g = 0; g < x->n_generator; g++)
      level[x->generator[g].factor] = is_given(x, &x->generator[g], level);
  }
  return true;
}

const rein_factorial *rein_scenario_read_factorial(rein_scenario_reader *r, const char *name,
                                                   const rein_yaml *arm) {
  reader x = {.r = r, .node = rein_yaml_get(arm, "factorial"), .f = REIN_NEW(r->arena, rein_factorial, 1)};
  x.f->name = name;
  bool good = read_factors(&x, arm) && read_levels(&x, arm) && read_fraction(&x) && find_relation(&x) &&
              make_runs(&x);
  return good ? x.f : NULL;
}

const char *rein_scenario_run_name(rein_scenario_reader *r, const rein_factorial *f, int i_run) {
  const int *level = f->run + (size_t)i_run * (size_t)f->n_factor;
  rein_text text;
  rein_text_init(&text, r->arena);
  for (int k = 0; k < f->n_factor; k++) {
    if (level[k] == 0) continue;
    rein_text_printf(&text, "%s%s", text.n > 0 ? "+" : "/", f->factor[k]);
    if (f->level[k]) rein_text_printf(&text, "=%s", f->level[k][level[k] - 1]->text);
  }
  return text.n > 0 ? text.bytes : "/none";
}

/* A course of the line: its own name, or one of a regimen with several. */
static bool is_of_line(const rein_course *course, const char *line) {
  size_t n = strlen(line);
  return strncmp(course->name, line, n) == 0 && (course->name[n] == '\0' || course->name[n] == '#');
}

/* "diet=-500 kcal/d": the amount of the line's first course; 1 where each person has an own. */
static void add_level(rein_scenario_reader *r, const rein_course *course, const char *factor, bool given,
                      rein_text *out) {
  const rein_model *model = r->model;
  bool own = course && course->per_param >= (int)model->n_param,
       counted = !course || course->action < 0 || own;
  rein_text_printf(out, "%s%s=", out->n > 0 ? "; " : "", factor);
  rein_text_number(out, !given ? 0.0 : counted ? 1.0 : course->amount);
  if (counted) return;
  rein_text_printf(out, " %s", model->action[course->action].unit_text);
  if (course->per_param >= 0) rein_text_printf(out, " per %s", model->param[course->per_param].name);
}

const rein_course *rein_scenario_run_courses(rein_scenario_reader *r, const rein_factorial *f, int i_run,
                                             const rein_course *course, int n_course, const char **levels) {
  const int *level = f->run + (size_t)i_run * (size_t)f->n_factor;
  rein_course *out = REIN_NEW(r->arena, rein_course, n_course);
  rein_text text;
  rein_text_init(&text, r->arena);
  if (n_course > 0) memcpy(out, course, (size_t)n_course * sizeof *out);
  for (int k = 0; k < f->n_factor; k++) {
    const rein_course *first = NULL;
    for (int i = 0; i < n_course; i++) {
      if (!is_of_line(&out[i], f->factor[k])) continue;
      if (!first) first = &out[i];
      if (level[k] == 0) out[i].left_out = true;
    }
    if (first && level[k] > 0 && f->per[k] != -2 && f->per[k] != first->per_param) {
      rein_error(r->diag, first->pos, "levels of '%s' are all amounts, or all per the same, as in mg/kg",
                 f->factor[k]);
      return NULL;
    }
    if (first && level[k] > 0) f->per[k] = first->per_param;
    add_level(r, first, f->factor[k], level[k] > 0, &text);
  }
  *levels = text.bytes;
  return out;
}

/* ---- print ---- */

static void add_product(const rein_factorial *f, uint32_t set, bool minus, rein_text *out) {
  const char *before = minus ? "-" : "";
  for (int k = 0; k < f->n_factor; k++) {
    if (!(set >> k & 1)) continue;
    rein_text_printf(out, "%s%s", before, f->factor[k]);
    before = "*";
  }
}

/* What cannot be told apart from a product of one or two factors. */
static void print_aliases(const rein_factorial *f, rein_text *out) {
  for (uint32_t set = 1; set < (uint32_t)1 << f->n_factor; set++) {
    bool told = count_bits(set) > 2, first = true;
    for (int w = 0; w < f->n_word; w++) /* shown with the smallest of its class already */
      told = told || count_bits(set ^ f->word[w]) < count_bits(set) ||
             (count_bits(set ^ f->word[w]) == count_bits(set) && (set ^ f->word[w]) < set);
    for (int w = 0; w < f->n_word && !told; w++) {
      if (count_bits(set ^ f->word[w]) > MAX_ALIAS_ORDER) continue;
      if (first) rein_text_add(out, "  alias: "), add_product(f, set, false, out);
      rein_text_add(out, " = ");
      add_product(f, set ^ f->word[w], f->minus[w], out);
      first = false;
    }
    if (!first) rein_text_add(out, "\n");
  }
}

void rein_scenario_print_factorial(const rein_factorial *f, rein_text *out) {
  static const char *const ROMAN[] = {"III", "IV", "V",  "VI",  "VII",  "VIII",
                                      "IX",  "X",  "XI", "XII", "XIII", "XIV"};
  int64_t n_all = 1;
  int resolution = f->n_factor;
  rein_text_printf(out, "factorial %s:", f->name);
  for (int k = 0; k < f->n_factor; k++) {
    n_all *= f->n_level[k] + 1;
    rein_text_printf(out, "%s %s (%d levels)", k > 0 ? "," : "", f->factor[k], f->n_level[k] + 1);
  }
  for (int w = 0; w < f->n_word; w++)
    if (count_bits(f->word[w]) < resolution) resolution = count_bits(f->word[w]);
  rein_text_printf(out, "; %d of %lld runs", f->n_run, (long long)n_all);
  rein_text_printf(out, f->n_word > 0 ? ", resolution %s\n" : ", full\n",
                   ROMAN[resolution > 2 ? resolution - 3 : 0]);
  if (f->n_word == 0) return;
  rein_text_add(out, "  defining: 1");
  for (int w = 0; w < f->n_word; w++) rein_text_add(out, " = "), add_product(f, f->word[w], f->minus[w], out);
  rein_text_add(out, "\n");
  print_aliases(f, out);
}
