/* `titrate:` and `stop:` of a line: times, conditions on measurements, what is changed; see titrate.h. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "src/lang/parser.h"
#include "src/scenario/inside.h"

#define MAX_DECISION 100000 /* of one line */

typedef struct {
  rein_scenario_reader *r;
  const char *line;
  const rein_action *action;
  const rein_yaml *node;
  int sign; /* of the line's amounts as written: 1 not negative, -1 negative, 0 of either or not known */
  bool *measures;
  rein_titration *out;
  rein_text words, text;
} reading;

static char *what_of(const reading *t, const char *key) {
  return rein_arena_printf(t->r->arena, "'%s' of '%s'", key, t->line);
}

/* ---- conditions ---- */

static int find_observable(reading *t, const rein_ast *name) {
  const rein_model *model = t->r->model;
  const char **known = REIN_NEW(t->r->arena, const char *, model->n_observable + 1);
  for (size_t i = 0; i < model->n_observable; i++) {
    if (strcmp(model->observable[i].name, name->name) == 0) {
      t->measures[i] = true;
      return (int)i;
    }
    known[i] = model->observable[i].name;
  }
  rein_scenario_unknown(t->r, name->pos, "observable", name->name, known, model->n_observable);
  return -1;
}

static bool is_comparison(rein_op op) {
  return op == REIN_OP_LT || op == REIN_OP_LE || op == REIN_OP_GT || op == REIN_OP_GE;
}

/* The comparison seen from its other side. */
static rein_op turned(rein_op op) {
  return op == REIN_OP_LT   ? REIN_OP_GT
         : op == REIN_OP_LE ? REIN_OP_GE
         : op == REIN_OP_GT ? REIN_OP_LT
                            : REIN_OP_LE;
}

/* A number with a sign, in the observable's unit. */
static bool read_limit(reading *t, const rein_ast *ast, const rein_observable *o, double *out) {
  rein_scenario_reader *r = t->r;
  double sign = 1.0;
  for (; ast->kind == REIN_AST_OP && ast->op == REIN_OP_NEG; ast = ast->arg[0]) sign = -sign;
  const rein_unit one = rein_unit_one();
  rein_unit got = one;
  if (ast->kind != REIN_AST_NUMBER) {
    rein_error(r->diag, ast->pos, "an observable is compared with a number, as in %s < 20 '%s'", o->name,
               o->unit_text);
    return false;
  }
  if (!ast->name && !o->unit.unknown && !rein_unit_equal(&o->unit, &one)) {
    rein_error(r->diag, ast->pos, "this needs the unit of '%s', %s", o->name, o->unit_text);
    return false;
  }
  *out = sign * ast->number;
  if (!ast->name) return true;
  if (!rein_unit_parse(r->units, ast->name, ast->pos, r->diag, &got)) return false;
  if (!rein_unit_same_dimension(&got, &o->unit)) {
    rein_error(r->diag, ast->pos, "this has unit %s, expected %s as '%s' has", ast->name, o->unit_text,
               o->name);
    return false;
  }
  if (!rein_unit_equal(&got, &o->unit)) *out = rein_unit_convert(*out, &got, &o->unit);
  return true;
}

static const rein_condition *condition_of(reading *t, const rein_ast *ast);

static const rein_condition *comparison_of(reading *t, const rein_ast *ast) {
  const bool name_first = ast->arg[0]->kind == REIN_AST_NAME;
  const rein_ast *name = ast->arg[name_first ? 0 : 1], *limit = ast->arg[name_first ? 1 : 0];
  if (name->kind != REIN_AST_NAME) {
    rein_error(t->r->diag, ast->pos, "a condition compares an observable with a number");
    return NULL;
  }
  rein_condition *c = REIN_NEW(t->r->arena, rein_condition, 1);
  *c = (rein_condition){.op = name_first ? ast->op : turned(ast->op)};
  c->observable = find_observable(t, name);
  if (c->observable < 0) return NULL;
  return read_limit(t, limit, &t->r->model->observable[c->observable], &c->limit) ? c : NULL;
}

static const rein_condition *condition_of(reading *t, const rein_ast *ast) {
  const bool joins =
      ast->kind == REIN_AST_OP && (ast->op == REIN_OP_AND || ast->op == REIN_OP_OR || ast->op == REIN_OP_NOT);
  if (ast->kind == REIN_AST_OP && is_comparison(ast->op)) return comparison_of(t, ast);
  if (!joins) {
    rein_error(
        t->r->diag, ast->pos,
        "a condition compares measured observables with numbers by <, <=, >, >=, joined by and, or, not");
    return NULL;
  }
  rein_condition *c = REIN_NEW(t->r->arena, rein_condition, 1);
  *c = (rein_condition){.op = ast->op, .a = condition_of(t, ast->arg[0])};
  if (c->a && ast->n_arg > 1) c->b = condition_of(t, ast->arg[1]);
  return c->a && (c->b || ast->n_arg == 1) ? c : NULL;
}

static const rein_condition *read_condition(reading *t, const rein_yaml *node) {
  const rein_ast *ast = rein_parse_expression(t->r->arena, node, t->r->diag);
  return ast ? condition_of(t, ast) : NULL;
}

/* ---- what is done ---- */

static bool read_amount(reading *t, const rein_yaml *node, const char *text, const char *what, double *out) {
  return rein_scenario_text_quantity(t->r, text, node->pos, &t->action->unit, t->action->unit_text, what,
                                     out);
}

/* "0.8 x", "0.8 ×": the number; false where the text is no such thing. */
static bool is_factor(const char *text, double *out) {
  char *end;
  *out = strtod(text, &end);
  if (end == text) return false;
  end += strspn(end, " ");
  return (strcmp(end, "x") == 0 || strcmp(end, "×") == 0) && isfinite(*out);
}

static bool read_change(reading *t, const rein_yaml *node, rein_rule *rule) {
  static const struct {
    const char *word;
    rein_rule_kind kind;
  } WORDS[] = {
      {"up", REIN_RULE_UP}, {"down", REIN_RULE_DOWN}, {"hold", REIN_RULE_HOLD}, {"stop", REIN_RULE_STOP}};
  const char *text = node->text, *what = what_of(t, "change");
  for (size_t i = 0; i < sizeof WORDS / sizeof *WORDS; i++) {
    if (strcmp(text, WORDS[i].word) != 0) continue;
    rule->kind = WORDS[i].kind;
    if (i >= 2 || t->out->n_ladder > 0) return true;
    rein_error(t->r->diag, node->pos, "'%s' needs 'ladder: [...]', the amounts in their order", text);
    return false;
  }
  if (is_factor(text, &rule->by)) {
    rule->kind = REIN_RULE_FACTOR;
    if (rule->by >= 0.0) return true;
    rein_error(t->r->diag, node->pos, "%s: a factor is not negative", what);
    return false;
  }
  rule->kind = REIN_RULE_AMOUNT;
  if (text[0] != '+' && text[0] != '-') return read_amount(t, node, text, what, &rule->by);
  rule->kind = REIN_RULE_ADD;
  const bool minus = text[0] == '-';
  if (!read_amount(t, node, text + 1 + strspn(text + 1, " "), what, &rule->by)) return false;
  if (minus) rule->by = -rule->by;
  return true;
}

/* Its place among the rules of all lines, which is new where none has these words. */
static int find_rule(reading *t, const char *words) {
  rein_scenario_inside *inside = t->r->inside;
  for (size_t i = 0; i < inside->n_rule; i++)
    if (strcmp(inside->rule[i], words) == 0) return (int)i;
  REIN_PUSH(t->r->arena, inside->rule, inside->n_rule, inside->cap_rule, words);
  return (int)inside->n_rule - 1;
}

static void say_rule(reading *t, const rein_yaml *when, const char *change, rein_rule *rule) {
  const char *words = rein_arena_printf(t->r->arena, "%s where %s", change, when->text);
  rule->i_rule = find_rule(t, words);
  rein_text_printf(&t->words, "%s%s", t->words.n > 0 ? "; " : "", words);
}

static void say_resumed(reading *t, const rein_yaml *resume) {
  if (!t->out->can_hold) return;
  t->out->i_resumed =
      find_rule(t, resume ? rein_arena_printf(t->r->arena, "resumed where %s", resume->text) : "resumed");
}

static bool read_rules(reading *t, const rein_yaml *list) {
  const int n = list->kind == REIN_YAML_LIST ? list->n : 1;
  rein_rule *rule = REIN_NEW(t->r->arena, rein_rule, n + 1);
  bool good = true;
  for (int i = 0; i < n; i++) {
    const rein_yaml *map = list->kind == REIN_YAML_LIST ? list->item[i] : list,
                    *when = rein_yaml_get(map, "when"), *change = rein_yaml_get(map, "change");
    rule[i].when = read_condition(t, when);
    good = rule[i].when && read_change(t, change, &rule[i]) && good;
    t->out->can_hold |= rule[i].kind == REIN_RULE_HOLD;
    say_rule(t, when, change->text, &rule[i]);
  }
  t->out->rule = rule;
  t->out->n_rule = n;
  if (n > 0) return good;
  rein_error(t->r->diag, list->pos, "'rules' of '%s' is empty", t->line);
  return false;
}

static bool read_ladder(reading *t) {
  const rein_yaml *list = rein_yaml_get(t->node, "ladder");
  const int n = !list ? 0 : list->kind == REIN_YAML_LIST ? list->n : 1;
  double *amount = REIN_NEW(t->r->arena, double, n + 1);
  for (int i = 0; i < n; i++) {
    const rein_yaml *item = list->kind == REIN_YAML_LIST ? list->item[i] : list;
    if (!read_amount(t, item, item->text, what_of(t, "ladder"), &amount[i])) return false;
    if (i == 0 || amount[i] > amount[i - 1]) continue;
    rein_error(t->r->diag, item->pos, "the amounts of %s have to rise", what_of(t, "ladder"));
    return false;
  }
  t->out->ladder = amount;
  t->out->n_ladder = n;
  return true;
}

static bool read_bounds(reading *t) {
  rein_titration *out = t->out;
  const rein_yaml *low = rein_yaml_get(t->node, "low"), *high = rein_yaml_get(t->node, "high"),
                  *step = rein_yaml_get(t->node, "round");
  if (low && !read_amount(t, low, low->text, what_of(t, "low"), &out->low)) return false;
  if (high && !read_amount(t, high, high->text, what_of(t, "high"), &out->high)) return false;
  if (step && !read_amount(t, step, step->text, what_of(t, "round"), &out->round)) return false;
  if (out->low > out->high) {
    rein_error(t->r->diag, high->pos, "'high' of '%s' is below its 'low'", t->line);
    return false;
  }
  if (!step || out->round > 0.0) return true;
  rein_error(t->r->diag, step->pos, "%s has to be above 0", what_of(t, "round"));
  return false;
}

/* What a dose gives it does not take: bounds, ladder and amounts have the sign of the amount as written. */
static bool has_sign(reading *t, const rein_yaml *node, double amount, const char *key) {
  if (t->sign == 0 || isinf(amount) || t->sign * amount >= 0.0) return true;
  rein_error(t->r->diag, node->pos,
             t->sign > 0 ? "%s is negative, but the line gives something; its amounts never go below 0"
                         : "%s is above 0, but the line takes something away; its amounts never go above 0",
             what_of(t, key));
  return false;
}

static bool have_sign(reading *t) {
  const rein_titration *x = t->out;
  const rein_yaml *ladder = rein_yaml_get(t->node, "ladder"), *rules = rein_yaml_get(t->node, "rules");
  bool good = has_sign(t, rein_yaml_get(t->node, "low"), x->low, "low") &&
              has_sign(t, rein_yaml_get(t->node, "high"), x->high, "high");
  for (int i = 0; i < x->n_ladder && good; i++)
    good = has_sign(t, ladder->kind == REIN_YAML_LIST ? ladder->item[i] : ladder, x->ladder[i], "ladder");
  for (int i = 0; i < x->n_rule && good; i++) {
    const rein_yaml *rule = rules->kind == REIN_YAML_LIST ? rules->item[i] : rules;
    if (x->rule[i].kind == REIN_RULE_AMOUNT)
      good = has_sign(t, rein_yaml_get(rule, "change"), x->rule[i].by, "change");
  }
  return good;
}

/* ---- when ---- */

static bool read_listed(reading *t, const rein_yaml *at) {
  const int n = at->kind == REIN_YAML_LIST ? at->n : 1;
  double *time = REIN_NEW(t->r->arena, double, n + 1);
  for (int i = 0; i < n; i++) {
    const rein_yaml *item = at->kind == REIN_YAML_LIST ? at->item[i] : at;
    if (!rein_scenario_time(t->r, item, what_of(t, "at"), &time[i])) return false;
    if (i == 0 || time[i] > time[i - 1]) continue;
    rein_error(t->r->diag, item->pos, "%s: times have to rise", what_of(t, "at"));
    return false;
  }
  t->out->time = time;
  t->out->n_time = n;
  return true;
}

/* From one interval after the line's first dose, where nothing else is said, to its last. */
static bool read_times(reading *t, double first, double last) {
  rein_scenario_reader *r = t->r;
  const rein_yaml *at = rein_yaml_get(t->node, "at"), *every_node = rein_yaml_get(t->node, "every"),
                  *from_node = rein_yaml_get(t->node, "from"), *for_node = rein_yaml_get(t->node, "for");
  double every, from, length = INFINITY;
  if ((at != NULL) == (every_node != NULL)) {
    rein_error(r->diag, t->node->pos, "decisions on '%s' need either 'every' or 'at', to say when", t->line);
    return false;
  }
  if (at) return read_listed(t, at);
  if (!rein_scenario_time(r, every_node, what_of(t, "every"), &every)) return false;
  if (!(every > 0.0)) {
    rein_error(r->diag, every_node->pos, "%s has to be longer than 0", what_of(t, "every"));
    return false;
  }
  from = first + every;
  if (from_node && !rein_scenario_time(r, from_node, what_of(t, "from"), &from)) return false;
  if (for_node && !rein_scenario_time(r, for_node, what_of(t, "for"), &length)) return false;
  double end = fmin(last, r->inside->t_end);
  double n = floor((end - from) / every + 1e-9) + 1.0, most = ceil(length / every - 1e-9);
  if (n > most) n = most;
  if (!(n >= 1.0 && n <= MAX_DECISION)) {
    rein_error(r->diag, t->node->pos,
               n > MAX_DECISION ? "'%s' has too many decisions"
                                : "no decision on '%s' comes before its last dose; say 'from'",
               t->line);
    return false;
  }
  double *time = REIN_NEW(r->arena, double, (int64_t)n);
  for (int64_t i = 0; i < (int64_t)n; i++) time[i] = rein_scenario_round_time(from + every * (double)i);
  t->out->time = time;
  t->out->n_time = (int)n;
  return true;
}

static bool check_start(reading *t) {
  if (t->out->time[0] >= t->r->inside->t_start) return true;
  rein_error(t->r->diag, t->node->pos, "a decision on '%s' comes before the simulation does", t->line);
  return false;
}

/* ---- all that decides, as text ---- */

static void print_condition(const reading *t, const rein_condition *c, rein_text *out) {
  static const char *const OPS[] = {"<", "<=", ">", ">="};
  if (!c->a) {
    rein_text_printf(out, "%s %s ", t->r->model->observable[c->observable].name, OPS[c->op - REIN_OP_LT]);
    rein_text_number(out, c->limit);
    return;
  }
  rein_text_add(out, c->op == REIN_OP_NOT ? "not (" : "(");
  print_condition(t, c->a, out);
  if (c->b) {
    rein_text_add(out, c->op == REIN_OP_AND ? ") and (" : ") or (");
    print_condition(t, c->b, out);
  }
  rein_text_add(out, ")");
}

static void print(reading *t) {
  static const char *const KINDS[] = {"factor", "add", "amount", "up", "down", "hold", "stop"};
  const rein_titration *x = t->out;
  const double bound[] = {x->low, x->high, x->round};
  rein_text *out = &t->text;
  rein_text_add(out, "decide:");
  for (int i = 0; i < x->n_rule; i++) {
    rein_text_printf(out, " %s ", KINDS[x->rule[i].kind]);
    rein_text_number(out, x->rule[i].by);
    rein_text_add(out, " where ");
    print_condition(t, x->rule[i].when, out);
    rein_text_add(out, ";");
  }
  if (x->resume) rein_text_add(out, " resume where "), print_condition(t, x->resume, out);
  rein_text_add(out, " low, high, round");
  for (int i = 0; i < 3; i++) rein_text_add(out, " "), rein_text_number(out, bound[i]);
  rein_text_add(out, ", ladder");
  for (int i = 0; i < x->n_ladder; i++) rein_text_add(out, " "), rein_text_number(out, x->ladder[i]);
  rein_text_add(out, ", at");
  for (int i = 0; i < x->n_time; i++) rein_text_add(out, " "), rein_text_number(out, x->time[i]);
}

/* ---- the whole ---- */

static bool read_what(reading *t, bool is_stop) {
  if (!is_stop) {
    const rein_yaml *resume = rein_yaml_get(t->node, "resume");
    if (!read_ladder(t) || !read_bounds(t) || !read_rules(t, rein_yaml_get(t->node, "rules")) ||
        !have_sign(t))
      return false;
    if (resume && !t->out->can_hold)
      rein_error(t->r->diag, resume->pos, "'resume' of '%s' needs a rule that says hold", t->line);
    if (resume && !t->out->can_hold) return false;
    say_resumed(t, resume);
    return !resume || (t->out->resume = read_condition(t, resume)) != NULL;
  }
  const rein_yaml *when = rein_yaml_get(t->node, "when");
  rein_rule *rule = REIN_NEW(t->r->arena, rein_rule, 1);
  *rule = (rein_rule){.when = read_condition(t, when), .kind = REIN_RULE_STOP};
  say_rule(t, when, "stop", rule);
  t->out->rule = rule;
  t->out->n_rule = 1;
  return rule->when != NULL;
}

static const rein_titration *read_titration(rein_scenario_reader *r, const char *line,
                                            const rein_action *action, const rein_yaml *node, bool is_stop,
                                            int sign, double first, double last) {
  const bool moves_param = action->state < 0 && action->param >= 0; /* a temperature may well go below 0 */
  reading t = {.r = r, .line = line, .action = action, .node = node, .sign = moves_param ? 0 : sign};
  t.measures = REIN_NEW(r->arena, bool, r->model->n_observable + 1);
  t.out = REIN_NEW(r->arena, rein_titration, 1);
  *t.out = (rein_titration){.low = -INFINITY,
                            .high = INFINITY,
                            .measures = t.measures,
                            .i_resumed = -1,
                            .keeps_sign = !moves_param};
  rein_text_init(&t.words, r->arena);
  rein_text_init(&t.text, r->arena);
  if (!read_what(&t, is_stop) || !read_times(&t, first, last) || !check_start(&t)) return NULL;
  print(&t);
  t.out->words = t.words.bytes;
  t.out->text = t.text.bytes;
  return t.out;
}

/* Of all its courses' amounts as written, which each person's own may not be known to have. */
static int sign_of(const rein_scenario_reader *r, const rein_course *course, int n) {
  int n_negative = 0;
  for (int i = 0; i < n; i++) {
    if (course[i].per_param >= (int)r->model->n_param) return 0;
    n_negative += course[i].amount < 0.0;
  }
  return n_negative == 0 ? 1 : n_negative == n ? -1 : 0;
}

/* The line's place among all that are decided about. */
static int find_line(rein_scenario_reader *r, const char *name, const rein_action *action) {
  rein_scenario_inside *inside = r->inside;
  const rein_decided_line line = {.name = name, .action = (int)(action - r->model->action)};
  for (size_t i = 0; i < inside->n_line; i++)
    if (inside->line[i].action == line.action && strcmp(inside->line[i].name, name) == 0) return (int)i;
  REIN_PUSH(r->arena, inside->line, inside->n_line, inside->cap_line, line);
  return (int)inside->n_line - 1;
}

bool rein_scenario_read_titrations(rein_scenario_reader *r, const char *line, const rein_yaml *entry,
                                   const rein_action *action, rein_course *course, int n, int first) {
  static const char *const KEYS[] = {"titrate", "stop"};
  const bool gives = action && course[0].how != REIN_GIVEN_REPLACE && course[0].how != REIN_GIVEN_MULTIPLY;
  double last = -INFINITY;
  for (int i = 0; i < n; i++) {
    course[i].line = first;
    if (course[i].n_dose > 0) last = fmax(last, course[i].time[course[i].n_dose - 1]);
  }
  for (int k = 0; k < 2; k++) {
    const rein_yaml *node = rein_yaml_get(entry, KEYS[k]);
    if (!node) continue;
    if (!gives) {
      rein_error(r->diag, node->pos, "'%s' is for doses; '%s' gives none", KEYS[k], line);
      return false;
    }
    const double begin = course[0].n_dose > 0 ? course[0].time[0] : r->inside->t_start;
    const rein_titration *read =
        read_titration(r, line, action, node, k == 1, sign_of(r, course, n), begin, last);
    if (!read) return false;
    const int decided = find_line(r, line, action);
    for (int i = 0; i < n; i++) {
      course[i].titration[course[i].n_titration++] = read;
      course[i].decided = decided;
    }
  }
  return true;
}

static int compare_decisions(const void *left, const void *right) {
  const rein_decision *a = left, *b = right;
  if (a->time != b->time) return a->time < b->time ? -1 : 1;
  if (a->i_course != b->i_course) return a->i_course < b->i_course ? -1 : 1;
  return a->rank - b->rank;
}

const rein_decision *rein_scenario_list_decisions(rein_scenario_reader *r, const rein_course *course,
                                                  int n_course, int *n) {
  rein_decision *list = NULL;
  size_t n_list = 0, cap = 0;
  for (int i = 0; i < n_course; i++) {
    for (int k = 0; k < course[i].n_titration && course[i].line == i; k++) {
      const rein_titration *what = course[i].titration[k];
      for (int d = 0; d < what->n_time; d++) {
        const rein_decision decision = {.time = what->time[d], .i_course = i, .rank = k, .what = what};
        if (decision.time <= r->inside->t_end) REIN_PUSH(r->arena, list, n_list, cap, decision);
      }
    }
  }
  if (n_list > 0) qsort(list, n_list, sizeof *list, compare_decisions);
  *n = (int)n_list;
  return list;
}
