/* `actions:` of an arm: each line becomes one course, a text regimen one for each "then". */
#include <math.h>
#include <string.h>

#include "src/scenario/draw.h"
#include "src/scenario/inside.h"

typedef struct {
  rein_scenario_reader *r;
  const rein_yaml *entry;   /* the line as written */
  const rein_yaml *regimen; /* one course of its text regimen, or NULL */
  const rein_override *override;
  int n_override;
  const char *name;          /* of the line: its `name:`, else its `do:` */
  const rein_action *action; /* NULL: a reset */
  double next_from; /* when a course after "then" begins if its own interval does not matter; NaN: at the
                       start */
  int i_course;     /* of its text regimen */
  const rein_periods *periods; /* of the arm, NULL none */
  double last_single;          /* time of a single dose before it, NaN none */
  double window;               /* length of its daily window, NaN none */
} line;

static const char *const COURSE_FIELDS[] = {"amount", "at",   "every",    "for",
                                            "count",  "from", "duration", "daily"};

/* A field: what a sweep says, else the regimen, else the line. */
static const rein_yaml *field(const line *l, const char *key) {
  for (int i = 0; i < l->n_override; i++) {
    const rein_override *o = &l->override[i];
    if (strcmp(o->section, "actions") == 0 && strcmp(o->name, l->name) == 0 && strcmp(o->field, key) == 0)
      return o->value;
  }
  const rein_yaml *said = l->regimen ? rein_yaml_get(l->regimen, key) : NULL;
  return said ? said : rein_yaml_get(l->entry, key);
}

static char *what_of(const line *l, const char *key) {
  return rein_arena_printf(l->r->arena, "'%s' of '%s'", key, l->name);
}

/* ---- amount ---- */

static bool read_amount(line *l, rein_course *out) {
  const rein_yaml *node = field(l, "amount"), *as = field(l, "as");
  out->per_param = -1;
  if (!node) {
    rein_error(l->r->diag, l->entry->pos, "'%s' needs an amount, for example 'amount: 1 %s'", l->name,
               l->action->unit_text);
    return false;
  }
  if (as && strcmp(as->text, "multiply") == 0) {
    rein_unit one = rein_unit_one();
    return rein_scenario_quantity(l->r, node, &one, "1", what_of(l, "amount"), &out->amount);
  }
  return rein_scenario_read_amount(l->r, l->action, what_of(l, "amount"), node, out);
}

static void warn_outside_range(line *l, const rein_course *course) {
  const rein_action *action = l->action;
  if (course->how == REIN_GIVEN_MULTIPLY) return;
  if (course->per_param >= 0 || (course->amount >= action->valid_low && course->amount <= action->valid_high))
    return;
  const rein_yaml *node = field(l, "amount");
  rein_scenario_reader *r = l->r;
  for (size_t i = 0; i < r->n_warned; i++) {
    if (r->warned[i] == node) return;
  }
  REIN_PUSH(r->arena, r->warned, r->n_warned, r->cap_warned, node);
  rein_text text;
  rein_text_init(&text, l->r->arena);
  rein_text_number(&text, action->valid_low);
  rein_text_add(&text, " .. ");
  rein_text_number(&text, action->valid_high);
  rein_warning(r->diag, node->pos, "amount '%s' of '%s' is outside the range the model is valid for, %s %s",
               node->text, l->name, text.bytes, action->unit_text);
}

/* ---- times ---- */

static bool read_listed_times(line *l, const rein_yaml *at, rein_course *out) {
  int n = at->kind == REIN_YAML_LIST ? at->n : 1;
  double *time = REIN_NEW(l->r->arena, double, n);
  bool good = true;
  for (int i = 0; i < n; i++) {
    const rein_yaml *item = at->kind == REIN_YAML_LIST ? at->item[i] : at;
    if (!rein_scenario_time(l->r, item, what_of(l, "at"), &time[i])) {
      good = false;
    } else if (i > 0 && good && !(time[i] > time[i - 1])) {
      rein_error(l->r->diag, item->pos, "%s: times have to rise%s", what_of(l, "at"),
                 time[i] == time[i - 1] ? "; two doses at one time are one of their sum, or two lines" : "");
      good = false;
    }
  }
  if (n == 0) {
    rein_error(l->r->diag, at->pos, "%s is empty: the action is never given", what_of(l, "at"));
    good = false;
  }
  static const char *const OTHERS[] = {"every", "for", "count", "from", "daily"};
  for (size_t i = 0; i < sizeof OTHERS / sizeof *OTHERS; i++) {
    const rein_yaml *other = field(l, OTHERS[i]);
    if (!other || (strcmp(OTHERS[i], "count") == 0 && l->regimen && strcmp(other->text, "1") == 0)) continue;
    rein_error(l->r->diag, other->pos, "'%s' has 'at' and '%s'; times are either listed or repeated", l->name,
               OTHERS[i]);
    good = false;
  }
  out->time = time;
  out->n_dose = n;
  return good;
}

/* How many doses a repeated course has; 0 with an error. */
static int64_t count_doses(line *l, double from, double every) {
  rein_scenario_reader *r = l->r;
  const rein_yaml *length_node = field(l, "for"), *count_node = field(l, "count");
  int64_t n = 1;
  double length;
  if (length_node && count_node) {
    rein_error(r->diag, length_node->pos, "'%s' has 'for' and 'count'; one of them is enough", l->name);
    return 0;
  }
  if (count_node)
    return rein_scenario_count(r, count_node, what_of(l, "count"), REIN_SCENARIO_MAX_DOSE, &n) ? n : 0;
  double n_real;
  if (length_node) {
    if (!rein_scenario_time(r, length_node, what_of(l, "for"), &length)) return 0;
    n_real = ceil(length / every - 1e-9);
  } else { /* to the last measurement */
    n_real = floor((r->inside->t_end - from) / every + 1e-9) + 1.0;
  }
  if (!(n_real >= 1.0)) {
    rein_error(r->diag, length_node ? length_node->pos : l->entry->pos,
               "'%s' has no dose: its time is over before the first", l->name);
    return 0;
  }
  if (n_real > REIN_SCENARIO_MAX_DOSE) {
    rein_error(r->diag, l->entry->pos, "'%s' has more than %d doses", l->name, REIN_SCENARIO_MAX_DOSE);
    return 0;
  }
  return (int64_t)n_real;
}

/* Where the course starts: `from`, else after the course before it, else at time 0. */
static bool read_from(line *l, double every, double *from) {
  const rein_yaml *node = field(l, "from");
  if (node) return rein_scenario_time(l->r, node, what_of(l, "from"), from);
  *from = !isnan(l->next_from) ? l->next_from : !isnan(l->last_single) ? l->last_single + every : 0.0;
  return true;
}

static void note_end(line *l, const rein_course *course, double every) {
  const rein_yaml *length_node = field(l, "for");
  double length, first = course->time[0], last = course->time[course->n_dose - 1];
  l->next_from = l->last_single = NAN;
  if (length_node && rein_scenario_time(l->r, length_node, "for", &length)) {
    l->next_from = first + length;
  } else if (every > 0.0) {
    l->next_from = first + every * course->n_dose;
  } else {
    l->last_single = last;
  }
}

/* `daily: 23:00 to 07:00`: once a day from that time of the day on. */
static bool read_daily_times(line *l, const rein_yaml *daily, rein_course *out) {
  rein_scenario_reader *r = l->r;
  static const char *const OTHERS[] = {"every", "rate"};
  for (size_t i = 0; i < sizeof OTHERS / sizeof *OTHERS; i++)
    if (field(l, OTHERS[i])) {
      rein_error(r->diag, field(l, OTHERS[i])->pos, "'%s' has 'daily' and '%s'; a day is its interval",
                 l->name, OTHERS[i]);
      return false;
    }
  double from;
  rein_daily day;
  if (!read_from(l, 0.0, &from) || !rein_scenario_read_daily(r, l->name, daily, from, &day)) return false;
  l->window = day.length;
  int64_t n = count_doses(l, day.first, day.day);
  double *time = REIN_NEW(r->arena, double, n + 1);
  for (int64_t i = 0; i < n; i++) time[i] = rein_scenario_round_time(day.first + day.day * (double)i);
  out->time = time;
  out->n_dose = (int)n;
  return n > 0;
}

static bool read_repeated_times(line *l, rein_course *out) {
  rein_scenario_reader *r = l->r;
  const rein_yaml *every_node = field(l, "every"), *count_node = field(l, "count");
  double every = 0.0, from;
  if (field(l, "daily")) return read_daily_times(l, field(l, "daily"), out);
  if (every_node && !rein_scenario_time(r, every_node, what_of(l, "every"), &every)) return false;
  if (every_node && !(every > 0.0)) {
    rein_error(r->diag, every_node->pos, "%s has to be longer than 0", what_of(l, "every"));
    return false;
  }
  if (!every_node && field(l, "for")) {
    rein_error(r->diag, field(l, "for")->pos,
               "'%s' has 'for' without 'every'; how long one dose lasts is 'duration'", l->name);
    return false;
  }
  int64_t n = 1;
  if (!every_node && count_node) {
    if (!rein_scenario_count(r, count_node, what_of(l, "count"), REIN_SCENARIO_MAX_DOSE, &n)) return false;
    if (n > 1) rein_error(r->diag, count_node->pos, "'%s' has 'count' without 'every'", l->name);
    if (n > 1) return false;
  }
  bool after_single = !isnan(l->last_single) && isnan(l->next_from) && !field(l, "from");
  if (after_single && !every_node) {
    rein_error(r->diag, l->regimen->pos,
               "regimen: a single dose after a single dose needs 'from', to say when");
    return false;
  }
  if (!read_from(l, every, &from)) return false;
  if (every_node && (n = count_doses(l, from, every)) == 0) return false;
  double *time = REIN_NEW(r->arena, double, n);
  for (int64_t i = 0; i < n; i++) time[i] = rein_scenario_round_time(from + every * (double)i);
  out->time = time;
  out->n_dose = (int)n;
  note_end(l, out, every);
  return true;
}

/* `in: A`: only in the periods of that letter. */
static bool read_in(line *l, rein_course *out) {
  const rein_yaml *in = field(l, "in");
  if (!in) return true;
  const char *letters = l->periods ? l->periods->letter : "";
  if (strlen(in->text) != 1 || !strchr(letters, in->text[0])) {
    rein_error(l->r->diag, in->pos,
               l->periods ? "'in' of '%s' has to be one letter of the arm's 'periods', %s"
                          : "'%s' has 'in', but the arm has no 'periods'%s",
               l->name, letters);
    return false;
  }
  if (l->action && l->action->state < 0 && out->how == REIN_GIVEN_BOLUS) {
    rein_error(l->r->diag, in->pos, "'%s' sets a parameter; in a period it needs a 'duration'", l->name);
    return false;
  }
  out->periods = l->periods;
  out->letter = in->text[0];
  return true;
}

static bool read_times(line *l, rein_course *out) {
  const rein_yaml *at = field(l, "at");
  bool good = at ? read_listed_times(l, at, out) : read_repeated_times(l, out);
  if (good && out->n_dose > 0 && out->time[0] < l->r->inside->t_start) {
    const rein_yaml *node = at ? at : field(l, "from");
    rein_error(l->r->diag, node ? node->pos : l->entry->pos,
               "'%s' begins before the simulation does; say 'start:'", l->name);
    good = false;
  }
  return good && rein_scenario_thin_times(l->r, l->name, field(l, "on"), field(l, "off"), field(l, "days"),
                                          field(l, "times_a_week"), out);
}

/* ---- how it is given, how faithfully ---- */

/* As the model gives it, or for the line's daily window. */
static void give_as_declared(const line *l, rein_course *out) {
  out->how = l->action->duration ? REIN_GIVEN_MODELLED_FOR
             : l->action->rate   ? REIN_GIVEN_MODELLED_AT_RATE
                                 : REIN_GIVEN_BOLUS;
  if (isnan(l->window)) return;
  out->how = REIN_GIVEN_FOR;
  out->given = l->window;
}

static bool read_duration(line *l, const rein_yaml *duration, rein_course *out) {
  rein_scenario_reader *r = l->r;
  if (!isnan(l->window)) {
    rein_error(r->diag, duration->pos, "'%s' has a 'daily' window and a 'duration'", l->name);
    return false;
  }
  out->how = REIN_GIVEN_FOR;
  if (!rein_scenario_time(r, duration, what_of(l, "duration"), &out->given)) return false;
  if (out->given < 0.0) rein_error(r->diag, duration->pos, "%s is negative", what_of(l, "duration"));
  return out->given >= 0.0;
}

static bool read_rate(line *l, const rein_yaml *rate, rein_course *out) {
  rein_scenario_reader *r = l->r;
  const rein_action *action = l->action;
  if (action->state < 0) {
    rein_error(r->diag, rate->pos, "'%s' sets a parameter, so it has no rate; how long is 'duration'",
               l->name);
    return false;
  }
  rein_unit unit = rein_unit_divide(&action->unit, &r->model->time_unit);
  const char *text = rein_arena_printf(r->arena, "%s/%s", action->unit_text, r->model->time_unit_text);
  out->how = REIN_GIVEN_AT_RATE;
  if (!rein_scenario_quantity(r, rate, &unit, text, what_of(l, "rate"), &out->given)) return false;
  if (!(out->given > 0.0)) rein_error(r->diag, rate->pos, "%s has to be above 0", what_of(l, "rate"));
  return out->given > 0.0;
}

static bool read_given(line *l, rein_course *out) {
  const rein_yaml *duration = field(l, "duration"), *rate = field(l, "rate");
  if (duration && rate) {
    rein_error(l->r->diag, rate->pos, "'%s' has 'duration' and 'rate'; one follows from the other", l->name);
    return false;
  }
  if (out->how == REIN_GIVEN_REPLACE || out->how == REIN_GIVEN_MULTIPLY) return true;
  give_as_declared(l, out);
  if (duration && !read_duration(l, duration, out)) return false;
  if (rate && !read_rate(l, rate, out)) return false;
  if (out->amount < 0.0 && out->how != REIN_GIVEN_BOLUS && l->action->state >= 0) {
    rein_error(l->r->diag, field(l, "amount")->pos,
               "a negative amount of '%s' cannot be infused, only taken at once", l->name);
    return false;
  }
  return true;
}

static bool read_missed(line *l, const rein_yaml *list, rein_course *out) {
  bool *missed = REIN_NEW(l->r->arena, bool, out->n_dose), good = true;
  int n = list->kind == REIN_YAML_LIST ? list->n : 1;
  for (int i = 0; i < n; i++) {
    const rein_yaml *item = list->kind == REIN_YAML_LIST ? list->item[i] : list;
    int64_t dose;
    if (rein_scenario_count(l->r, item, what_of(l, "missed"), out->n_dose, &dose)) {
      missed[dose - 1] = true;
    } else {
      good = false;
    }
  }
  out->missed = missed;
  return good;
}

static bool read_faith(line *l, rein_course *out) {
  const rein_yaml *adherence = field(l, "adherence"), *missed = field(l, "missed"),
                  *jitter = field(l, "jitter");
  bool good = true;
  if (adherence) good = rein_scenario_read_adherence(l->r, l->name, adherence, &out->adherence);
  if (missed) good = read_missed(l, missed, out) && good;
  if (jitter) {
    bool read = rein_scenario_time(l->r, jitter, what_of(l, "jitter"), &out->jitter);
    if (read && out->jitter < 0.0)
      rein_error(l->r->diag, jitter->pos, "%s is negative", what_of(l, "jitter"));
    good = good && read && out->jitter >= 0.0;
  }
  return good;
}

/* ---- steady state, ways of acting on a state ---- */

static bool read_steady(line *l, rein_course *out) {
  rein_scenario_reader *r = l->r;
  const rein_yaml *node = field(l, "ss"), *every = field(l, "every");
  if (!node || l->i_course > 0) return true; /* what comes after "then" goes on from there */
  bool fits = l->action->state >= 0 && out->how != REIN_GIVEN_REPLACE && out->how != REIN_GIVEN_MULTIPLY;
  if (!fits) {
    rein_error(r->diag, node->pos, "'ss' is for doses into a state; '%s' gives none", l->name);
  } else if (r->model->n_event > 0) {
    rein_error(r->diag, node->pos, "'ss' cannot be said of a model with events");
    fits = false;
  }
  if (!fits) return false;
  out->steady = strcmp(node->text, "add") == 0 ? REIN_STEADY_ADDS : REIN_STEADY_RESETS;
  if (every) return rein_scenario_time(r, every, what_of(l, "every"), &out->every);
  bool at_rate = out->how == REIN_GIVEN_AT_RATE || out->how == REIN_GIVEN_MODELLED_AT_RATE;
  if (at_rate && out->amount == 0.0 && out->per_param < 0) return true;
  rein_error(r->diag, node->pos,
             "'ss' of '%s' needs 'every'; only an infusion at a 'rate' with amount 0 is steady without",
             l->name);
  return false;
}

/* `as: replace`, `as: multiply`: what the amount does to the state. */
static bool read_as(line *l, rein_course *out) {
  const rein_yaml *as = field(l, "as");
  if (!as) return true;
  bool multiplies = strcmp(as->text, "multiply") == 0;
  if (l->action->state < 0) {
    rein_error(l->r->diag, as->pos, "'%s' sets a parameter; 'as' is for actions into a state", l->name);
    return false;
  }
  if (field(l, "duration") || field(l, "rate")) {
    rein_error(l->r->diag, as->pos, "'%s' is done at once, so it has no duration and no rate", l->name);
    return false;
  }
  out->how = multiplies ? REIN_GIVEN_MULTIPLY : REIN_GIVEN_REPLACE;
  return true;
}

/* ---- words ---- */

static void add_words(const line *l, rein_text *text, const char *key, const char *before,
                      const char *after) {
  const rein_yaml *node = field(l, key);
  if (!node) return;
  rein_text_add(text, before);
  if (node->kind == REIN_YAML_MAP && !rein_yaml_get(node, "column")) {
    rein_text_add(text, "as described");
    return;
  }
  if (node->kind == REIN_YAML_MAP)
    rein_text_printf(text, "as in column '%s'", rein_yaml_get(node, "column")->text);
  if (node->kind == REIN_YAML_MAP) return;
  for (int i = 0; i < (node->kind == REIN_YAML_LIST ? node->n : 1); i++) {
    if (i > 0) rein_text_add(text, ", ");
    rein_text_add(text, node->kind == REIN_YAML_LIST ? node->item[i]->text : node->text);
  }
  rein_text_add(text, after);
}

static const char *words_of(const line *l) {
  rein_text text;
  rein_text_init(&text, l->r->arena);
  rein_text_add(&text, l->action ? l->action->name : "reset");
  add_words(l, &text, "amount", " ", "");
  add_words(l, &text, "every", " every ", "");
  add_words(l, &text, "for", " for ", "");
  const rein_yaml *count = field(l, "count");
  if (count && strcmp(count->text, "1") != 0) add_words(l, &text, "count", " x ", "");
  if (count && strcmp(count->text, "1") == 0) rein_text_add(&text, " once");
  add_words(l, &text, "from", " from ", "");
  add_words(l, &text, "at", " at ", "");
  add_words(l, &text, "duration", " over ", "");
  add_words(l, &text, "rate", " at rate ", "");
  add_words(l, &text, "on", ", ", " on");
  add_words(l, &text, "off", ", ", " off");
  add_words(l, &text, "daily", " daily ", "");
  add_words(l, &text, "times_a_week", ", ", " times a week");
  add_words(l, &text, "days", ", on days ", "");
  add_words(l, &text, "in", ", in periods ", "");
  add_words(l, &text, "as", ", as ", "");
  add_words(l, &text, "ss", ", at steady state: ", "");
  add_words(l, &text, "adherence", ", adherence ", "");
  add_words(l, &text, "missed", ", missed ", "");
  add_words(l, &text, "jitter", ", jitter ", "");
  return text.bytes;
}

/* ---- one line, all lines ---- */

/* A reset gives nothing, so nothing can be said of a dose. */
static bool check_reset(line *l) {
  static const char *const OF_DOSES[] = {"amount", "regimen", "duration",  "rate",   "in",
                                         "ss",     "as",      "adherence", "missed", "jitter"};
  for (size_t i = 0; i < sizeof OF_DOSES / sizeof *OF_DOSES; i++) {
    const rein_yaml *said = field(l, OF_DOSES[i]);
    if (!said) continue;
    rein_error(l->r->diag, said->pos, "'%s' is for doses; a reset gives none and happens at its times",
               OF_DOSES[i]);
    return false;
  }
  return true;
}

static bool read_course(line *l, rein_course *out) {
  *out = (rein_course){.action = -1, .per_param = -1, .how = REIN_GIVEN_RESET, .pos = l->entry->pos};
  out->name = l->name;
  if (!l->action && !check_reset(l)) return false;
  bool good = read_times(l, out);
  if (l->action) {
    out->action = (int)(l->action - l->r->model->action);
    bool has_amount = read_amount(l, out);
    good = has_amount && read_as(l, out) && read_given(l, out) && read_steady(l, out) && good;
    if (good) good = read_in(l, out) && read_faith(l, out);
    if (good) warn_outside_range(l, out);
  }
  if (good) out->words = words_of(l);
  return good;
}

static bool find_action(rein_scenario_reader *r, const rein_yaml *node, const rein_action **out) {
  const rein_model *model = r->model;
  const char **known = REIN_NEW(r->arena, const char *, model->n_action + 1);
  for (size_t i = 0; i < model->n_action; i++) {
    known[i] = model->action[i].name;
    if (strcmp(known[i], node->text) == 0) {
      *out = &model->action[i];
      return true;
    }
  }
  known[model->n_action] = "reset";
  *out = NULL;
  if (strcmp(node->text, "reset") == 0) return true;
  rein_scenario_unknown(r, node->pos, "action", node->text, known, model->n_action + 1);
  return false;
}

/* Fields that a regimen says may not be said beside it. */
static bool check_regimen(line *l, const rein_yaml *regimen) {
  for (size_t i = 0; i < sizeof COURSE_FIELDS / sizeof *COURSE_FIELDS; i++) {
    const rein_yaml *said = rein_yaml_get(l->entry, COURSE_FIELDS[i]);
    if (!said) continue;
    rein_error(l->r->diag, said->pos,
               "'%s' has a regimen, which says its amount and times; take '%s' into it", l->name,
               COURSE_FIELDS[i]);
    return false;
  }
  if (regimen->kind == REIN_YAML_SCALAR) return true;
  rein_error(l->r->diag, regimen->pos, "a regimen is a text such as '100 mg every 24 h for 7 d'");
  return false;
}

typedef struct {
  rein_course *course;
  size_t n, capacity;
} course_list;

/* Names key the draws, so they are unique: a second line of the same name is "name#2". */
static void add_course(rein_scenario_reader *r, course_list *list, rein_course course) {
  const char *plain = course.name;
  int n_same = 1;
  for (size_t i = 0; i < list->n; i++) {
    size_t n = strlen(plain);
    const char *other = list->course[i].name;
    if (strncmp(other, plain, n) == 0 && (other[n] == '\0' || other[n] == '#')) n_same++;
  }
  if (n_same > 1) course.name = rein_arena_printf(r->arena, "%s#%d", plain, n_same);
  course.key = rein_draw_key(course.name);
  r->n_dose += course.n_dose;
  REIN_PUSH(r->arena, list->course, list->n, list->capacity, course);
}

static bool read_line(line *l, course_list *list) {
  rein_scenario_reader *r = l->r;
  const rein_yaml *name = rein_yaml_get(l->entry, "name"), *what = rein_yaml_get(l->entry, "do");
  l->name = name ? name->text : what->text;
  if (!find_action(r, what, &l->action)) return false;
  const rein_yaml *text = field(l, "regimen");
  int n = 1;
  const rein_yaml **regimen = NULL;
  if (text && (!check_regimen(l, text) || !(regimen = rein_scenario_read_regimen(r, text, &n)))) return false;
  l->next_from = l->last_single = NAN;
  l->window = NAN;
  const size_t first = list->n;
  for (int i = 0; i < n; i++) {
    rein_course course;
    l->i_course = i;
    l->regimen = regimen ? regimen[i] : NULL;
    if (!read_course(l, &course)) return false;
    add_course(r, list, course);
  }
  return rein_scenario_read_titrations(r, l->name, l->entry, l->action, list->course + first,
                                       (int)(list->n - first), (int)first);
}

bool rein_scenario_read_courses(rein_scenario_reader *r, const rein_yaml *list, const rein_periods *periods,
                                const rein_override *overrides, int n_override, const rein_course **out,
                                int *n_out) {
  course_list courses = {0};
  bool good = true;
  int n = !list ? 0 : list->kind == REIN_YAML_LIST ? list->n : 1;
  for (int i = 0; i < n; i++) {
    if (r->n_dose > REIN_SCENARIO_MAX_DOSES) {
      rein_error(r->diag, list->pos, "the arms have more than %d doses together", REIN_SCENARIO_MAX_DOSES);
      return false;
    }
    line l = {.r = r,
              .entry = list->kind == REIN_YAML_LIST ? list->item[i] : list,
              .override = overrides,
              .periods = periods,
              .n_override = n_override};
    good = read_line(&l, &courses) && good;
  }
  *out = courses.course;
  *n_out = (int)courses.n;
  return good;
}
