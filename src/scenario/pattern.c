/* Patterns of times: cycles of on and off, days of the week, periods of a trial. */
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "src/scenario/inside.h"

static char *what_of(rein_scenario_reader *r, const char *key, const char *name) {
  return rein_arena_printf(r->arena, "'%s' of '%s'", key, name);
}

/* ---- times of the day ---- */

/* "23:30" at *at as a part of a day; *at moves behind it. */
static bool read_clock(const char **at, double *part) {
  int hour, minute, n = 0;
  if (sscanf(*at, "%2d:%2d%n", &hour, &minute, &n) != 2 || n == 0) return false;
  *at += n;
  *part = (hour * 60 + minute) / 1440.0;
  return hour >= 0 && minute >= 0 && minute < 60 && hour * 60 + minute <= 1440;
}

/* The day of the week that a word is, in full or by its first three letters: 0 Monday to 6 Sunday; -1 none.
 */
static int weekday_of(const char *word, size_t n) {
  static const char *const DAYS[7] = {"monday", "tuesday",  "wednesday", "thursday",
                                      "friday", "saturday", "sunday"};
  for (int i = 0; i < 7; i++)
    if ((n == 3 || n == strlen(DAYS[i])) && strncasecmp(word, DAYS[i], n) == 0) return i;
  return -1;
}

/* What the clock shows at time 0, as a part of a day, and which day of the week it is; -1 not said. */
static bool read_zero(rein_scenario_reader *r, double *part, int *weekday) {
  const rein_yaml *node = rein_yaml_get(r->root, "clock");
  *part = 0.0;
  *weekday = -1;
  if (!node) return true;
  const char *at = node->text;
  const size_t n = strcspn(at, " ");
  if (at[n] == ' ' && (*weekday = weekday_of(at, n)) >= 0) at += n + strspn(at + n, " ");
  if (read_clock(&at, part) && *at == '\0' && *part < 1.0) return true;
  rein_error(
      r->diag, node->pos,
      "'clock' is what the clock shows at time 0, as in '07:30', or with the day of the week, 'mon 07:30'");
  return false;
}

bool rein_scenario_read_daily(rein_scenario_reader *r, const char *name, const rein_yaml *node, double from,
                              rein_daily *out) {
  const char *at = node->text;
  double zero, start, end = NAN;
  int weekday;
  bool good = read_clock(&at, &start) && start < 1.0;
  at += strspn(at, " ");
  if (good && strncmp(at, "to ", 3) == 0) {
    at += 3 + strspn(at + 3, " ");
    good = read_clock(&at, &end);
  }
  if (!good || *at != '\0' || start == end) {
    rein_error(r->diag, node->pos,
               "%s is a time of the day such as '18:00', or from one to another, '23:00 to 07:00'",
               what_of(r, "daily", name));
    return false;
  }
  if (!rein_scenario_text_quantity(r, "1 d", node->pos, &r->model->time_unit, r->model->time_unit_text,
                                   "a day", &out->day) ||
      !read_zero(r, &zero, &weekday))
    return false;
  double now = zero + from / out->day, wait = start - (now - floor(now));
  if (wait < -1e-9) wait += 1.0;
  out->first = from + (wait > 0.0 ? wait : 0.0) * out->day;
  out->length = isnan(end) ? NAN : (end > start ? end - start : end + 1.0 - start) * out->day;
  return true;
}

/* `times_a_week: 3` as days spread over the week: the first, the third, the fifth. */
static bool spread_days(rein_scenario_reader *r, const char *name, const rein_yaml *node, bool *wanted) {
  int64_t n;
  if (!rein_scenario_count(r, node, what_of(r, "times_a_week", name), 7, &n)) return false;
  for (int64_t k = 0; k < n; k++) wanted[7 * k / n] = true;
  return true;
}

/* Which days of a week are meant, and whose week it is. */
typedef struct {
  bool wanted[7];
  bool named;  /* days of the calendar; else of the line, from its first dose on */
  double zero; /* of the calendar: what the clock shows at time 0, in days since Monday */
} week;

/* `days: [1, 3]` of the line, or `days: [mon, wed]` of the calendar. */
static bool read_days(rein_scenario_reader *r, const char *name, const rein_yaml *node, week *out) {
  const int n = node->kind == REIN_YAML_LIST ? node->n : 1;
  int n_named = 0, weekday;
  for (int i = 0; i < n; i++) {
    const rein_yaml *item = node->kind == REIN_YAML_LIST ? node->item[i] : node;
    const int day = weekday_of(item->text, strlen(item->text));
    int64_t k = day + 1;
    n_named += day >= 0;
    if (day < 0 && strspn(item->text, "0123456789.-") == 0) {
      rein_error(r->diag, item->pos, "%s: expected a day from 1 to 7, or mon, tue, wed, thu, fri, sat, sun",
                 what_of(r, "days", name));
      return false;
    }
    if (day < 0 && !rein_scenario_count(r, item, what_of(r, "days", name), 7, &k)) return false;
    out->wanted[k - 1] = true;
  }
  if (n_named == 0) return true;
  out->named = true;
  if (n_named < n) {
    rein_error(r->diag, node->pos,
               "%s has names and numbers; names are days of the calendar, numbers of the line",
               what_of(r, "days", name));
    return false;
  }
  if (!read_zero(r, &out->zero, &weekday)) return false;
  out->zero += weekday;
  if (weekday >= 0) return true;
  rein_error(r->diag, node->pos,
             "%s names days of the week, so 'clock' has to say which day time 0 is, as in clock: 'mon 07:30'",
             what_of(r, "days", name));
  return false;
}

static bool read_cycle(rein_scenario_reader *r, const char *name, const rein_yaml *on_node,
                       const rein_yaml *off_node, double *on, double *off) {
  *on = INFINITY;
  *off = 0.0;
  if (!on_node && !off_node) return true;
  if (!on_node || !off_node) {
    rein_error(r->diag, (on_node ? on_node : off_node)->pos,
               "'%s' needs 'on' and 'off', how long a cycle is each", name);
    return false;
  }
  if (!rein_scenario_time(r, on_node, what_of(r, "on", name), on) ||
      !rein_scenario_time(r, off_node, what_of(r, "off", name), off))
    return false;
  if (*on > 0.0 && *off > 0.0) return true;
  rein_error(r->diag, on_node->pos, "%s and 'off' have to be longer than 0", what_of(r, "on", name));
  return false;
}

bool rein_scenario_thin_times(rein_scenario_reader *r, const char *name, const rein_yaml *on_node,
                              const rein_yaml *off_node, const rein_yaml *days, const rein_yaml *times,
                              rein_course *out) {
  double on, off, day = INFINITY;
  week w = {0};
  if (!on_node && !off_node && !days && !times) return true;
  if (days && times) {
    rein_error(r->diag, times->pos, "'%s' has 'days' and 'times_a_week'; one of them is enough", name);
    return false;
  }
  if (times && !spread_days(r, name, times, w.wanted)) return false;
  if (!read_cycle(r, name, on_node, off_node, &on, &off)) return false;
  if ((days || times) &&
      !rein_scenario_text_quantity(r, "1 d", (days ? days : times)->pos, &r->model->time_unit,
                                   r->model->time_unit_text, "a day", &day))
    return false;
  if (days && !read_days(r, name, days, &w)) return false;
  double *time = REIN_NEW(r->arena, double, out->n_dose);
  int n = 0;
  for (int i = 0; i < out->n_dose; i++) {
    const double since = out->time[i] - out->time[0],
                 today = floor((w.named ? w.zero + out->time[i] / day : since / day) + 1e-9);
    if (on_node && fmod(since + 1e-9 * on, on + off) >= on) continue;
    if ((days || times) && !w.wanted[(int)(today - 7.0 * floor(today / 7.0))]) continue;
    time[n++] = out->time[i];
  }
  if (n == 0) rein_error(r->diag, out->pos, "'%s' has no dose: its pattern leaves out all", name);
  out->time = time;
  out->n_dose = n;
  return n > 0;
}

/* Periods in blocks that hold each letter once: how long a block is; 0 where they are none. */
static int find_block(const rein_periods *p) {
  int n_letter = 0;
  for (int i = 0; i < p->n; i++) n_letter += memchr(p->letter, p->letter[i], (size_t)i) == NULL;
  if (n_letter < 2 || p->n % n_letter != 0) return 0;
  for (int i = 0; i < p->n; i++) {
    const int first = i - i % n_letter;
    if (memchr(p->letter + first, p->letter[i], (size_t)(i - first))) return 0;
  }
  return n_letter;
}

bool rein_scenario_read_periods(rein_scenario_reader *r, const rein_yaml *node, const rein_periods **out) {
  const rein_yaml *letters = rein_yaml_get(node, "letters"), *length = rein_yaml_get(node, "length"),
                  *run_in = rein_yaml_get(node, "run_in"), *washout = rein_yaml_get(node, "washout"),
                  *order = rein_yaml_get(node, "order");
  rein_periods *p = REIN_NEW(r->arena, rein_periods, 1);
  *p = (rein_periods){.letter = letters->text, .n = (int)strlen(letters->text)};
  *out = p;
  if (strspn(p->letter, "ABCDEFGH") != (size_t)p->n || p->n == 0) {
    rein_error(r->diag, letters->pos, "'letters' are capitals from A to H such as ABAB, one for each period");
    return false;
  }
  const bool random = order && strcmp(order->text, "random") == 0;
  if (random && (p->block = find_block(p)) == 0) {
    rein_error(r->diag, order->pos,
               "'%s' cannot be randomised: 'order: random' shuffles blocks of periods that hold each letter "
               "once, as "
               "in AB, ABAB, ABBA, ABC or ABCABC",
               p->letter);
    return false;
  }
  if (!rein_scenario_time(r, length, "'length' of a period", &p->length)) return false;
  if (run_in && !rein_scenario_time(r, run_in, "'run_in'", &p->run_in)) return false;
  if (washout && !rein_scenario_time(r, washout, "'washout'", &p->washout)) return false;
  if (p->length > 0.0 && p->run_in >= 0.0 && p->washout >= 0.0 && p->washout < p->length) return true;
  rein_error(r->diag, node->pos, "periods need a 'length' above 0 and a 'washout' shorter than it");
  return false;
}
