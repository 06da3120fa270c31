/* Patterns of times: cycles of on and off, days of the week, periods of a trial. */
#include <math.h>
#include <stdio.h>
#include <string.h>

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

/* What the clock shows at time 0, as a part of a day. */
static bool read_zero(rein_scenario_reader *r, double *part) {
  const rein_yaml *node = rein_yaml_get(r->root, "clock");
  *part = 0.0;
  if (!node) return true;
  const char *at = node->text;
  if (read_clock(&at, part) && *at == '\0' && *part < 1.0) return true;
  rein_error(r->diag, node->pos, "'clock' is what the clock shows at time 0, as in '07:30'");
  return false;
}

bool rein_scenario_read_daily(rein_scenario_reader *r, const char *name, const rein_yaml *node, double from,
                              rein_daily *out) {
  const char *at = node->text;
  double zero, start, end = NAN;
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
      !read_zero(r, &zero))
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

bool rein_scenario_thin_times(rein_scenario_reader *r, const char *name, const rein_yaml *on_node,
                              const rein_yaml *off_node, const rein_yaml *days, const rein_yaml *times,
                              rein_course *out) {
  double on = INFINITY, off = 0.0, day = INFINITY;
  bool wanted[7] = {false};
  if (!on_node && !off_node && !days && !times) return true;
  if (days && times) {
    rein_error(r->diag, times->pos, "'%s' has 'days' and 'times_a_week'; one of them is enough", name);
    return false;
  }
  if (times && !spread_days(r, name, times, wanted)) return false;
  if ((on_node != NULL) != (off_node != NULL)) {
    rein_error(r->diag, (on_node ? on_node : off_node)->pos,
               "'%s' needs 'on' and 'off', how long a cycle is each", name);
    return false;
  }
  if (on_node && !(rein_scenario_time(r, on_node, what_of(r, "on", name), &on) &&
                   rein_scenario_time(r, off_node, what_of(r, "off", name), &off)))
    return false;
  if (on_node && !(on > 0.0 && off > 0.0)) {
    rein_error(r->diag, on_node->pos, "%s and 'off' have to be longer than 0", what_of(r, "on", name));
    return false;
  }
  if ((days || times) &&
      !rein_scenario_text_quantity(r, "1 d", (days ? days : times)->pos, &r->model->time_unit,
                                   r->model->time_unit_text, "a day", &day))
    return false;
  for (int i = 0; days && i < (days->kind == REIN_YAML_LIST ? days->n : 1); i++) {
    int64_t k;
    if (!rein_scenario_count(r, days->kind == REIN_YAML_LIST ? days->item[i] : days, what_of(r, "days", name),
                             7, &k))
      return false;
    wanted[k - 1] = true;
  }
  double *time = REIN_NEW(r->arena, double, out->n_dose);
  int n = 0;
  for (int i = 0; i < out->n_dose; i++) {
    double since = out->time[i] - out->time[0];
    if (on_node && fmod(since + 1e-9 * on, on + off) >= on) continue;
    if ((days || times) && !wanted[(int)fmod(floor(since / day + 1e-9), 7.0)]) continue;
    time[n++] = out->time[i];
  }
  if (n == 0) rein_error(r->diag, out->pos, "'%s' has no dose: its pattern leaves out all", name);
  out->time = time;
  out->n_dose = n;
  return n > 0;
}

bool rein_scenario_read_periods(rein_scenario_reader *r, const rein_yaml *node, const rein_periods **out) {
  const rein_yaml *letters = rein_yaml_get(node, "letters"), *length = rein_yaml_get(node, "length"),
                  *run_in = rein_yaml_get(node, "run_in"), *washout = rein_yaml_get(node, "washout"),
                  *order = rein_yaml_get(node, "order");
  rein_periods *p = REIN_NEW(r->arena, rein_periods, 1);
  *p = (rein_periods){.letter = letters->text, .n = (int)strlen(letters->text)};
  p->random = order && strcmp(order->text, "random") == 0;
  *out = p;
  if (strspn(p->letter, "ABCDEFGH") != (size_t)p->n || p->n == 0) {
    rein_error(r->diag, letters->pos, "'letters' are capitals from A to H such as ABAB, one for each period");
    return false;
  }
  if (!rein_scenario_time(r, length, "'length' of a period", &p->length)) return false;
  if (run_in && !rein_scenario_time(r, run_in, "'run_in'", &p->run_in)) return false;
  if (washout && !rein_scenario_time(r, washout, "'washout'", &p->washout)) return false;
  if (p->length > 0.0 && p->run_in >= 0.0 && p->washout >= 0.0 && p->washout < p->length) return true;
  rein_error(r->diag, node->pos, "periods need a 'length' above 0 and a 'washout' shorter than it");
  return false;
}
