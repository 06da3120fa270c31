#include "src/report/plot_axis.h"

#include <math.h>
#include <stdio.h>

/* The step of 1, 2 or 5 times a power of ten, or of whole parts of a day, that makes at most n_wanted
 * intervals. */
static double choose_step(double span, int n_wanted, bool hours) {
  static const double day_parts[] = {1, 2, 3, 6, 12, 24, 48, 72, 96, 168, 336, 672};
  if (hours && span > 4.0 && span <= 672.0 * n_wanted) {
    for (size_t i = 0; i < sizeof day_parts / sizeof *day_parts; i++) {
      if (span / day_parts[i] <= n_wanted) return day_parts[i];
    }
  }
  const double least = span / n_wanted, decade = pow(10.0, floor(log10(least)));
  for (int i = 0; i < 3; i++) {
    const double step = decade * (i == 0 ? 1.0 : i == 1 ? 2.0 : 5.0);
    if (step >= least * (1.0 - 1e-9)) return step;
  }
  return 10.0 * decade;
}

static void linear_ticks(rein_plot_axis *axis, int n_wanted, bool hours, bool round_ends) {
  const double step = choose_step(axis->high - axis->low, n_wanted, hours);
  if (round_ends) {
    axis->low = step * floor(axis->low / step + 1e-9);
    axis->high = step * ceil(axis->high / step - 1e-9);
  }
  const double first = ceil(axis->low / step - 1e-9);
  for (int i = 0; axis->n_tick < REIN_AXIS_MAX_TICK && (first + i) * step <= axis->high + 1e-9 * step; i++) {
    const double tick = (first + i) * step;
    axis->tick[axis->n_tick++] = tick == 0.0 ? 0.0 : tick; /* no minus zero */
  }
}

static void log_ticks(rein_plot_axis *axis, int n_wanted, bool round_ends) {
  if (round_ends) {
    axis->low = pow(10.0, floor(log10(axis->low) + 1e-9));
    axis->high = pow(10.0, ceil(log10(axis->high) - 1e-9));
  }
  const double first = ceil(log10(axis->low) - 1e-9), last = floor(log10(axis->high) + 1e-9);
  const double step = fmax(1.0, ceil((last - first) / n_wanted));
  for (double e = first; e <= last && axis->n_tick < REIN_AXIS_MAX_TICK; e += step)
    axis->tick[axis->n_tick++] = pow(10.0, e);
}

void rein_plot_axis_init(rein_plot_axis *axis, double low, double high, int n_wanted, bool log10_scale,
                         bool hours, bool round_ends) {
  *axis = (rein_plot_axis){.low = low, .high = high, .log10 = log10_scale && high > 0.0};
  if (!isfinite(low) || !isfinite(high)) axis->low = 0.0, axis->high = 1.0;
  if (axis->log10 && axis->low <= 0.0) axis->low = axis->high * 1e-6;
  if (!(axis->high > axis->low)) {
    const double margin = axis->low == 0.0 ? 1.0 : 0.1 * fabs(axis->low);
    if (axis->log10)
      axis->low /= 2.0, axis->high *= 2.0;
    else
      axis->low -= margin, axis->high += margin;
  }
  if (axis->log10)
    log_ticks(axis, n_wanted, round_ends);
  else
    linear_ticks(axis, n_wanted, hours, round_ends);
}

double rein_plot_axis_place(const rein_plot_axis *axis, double value) {
  double part;
  if (axis->log10) {
    part = value > 0.0 ? log(value / axis->low) / log(axis->high / axis->low) : 0.0;
  } else {
    part = (value - axis->low) / (axis->high - axis->low);
  }
  part = fmin(1.0, fmax(0.0, part));
  return axis->at_low + part * (axis->at_high - axis->at_low);
}

void rein_plot_axis_label(const rein_plot_axis *axis, int i_tick, char out[24]) {
  snprintf(out, 24, "%.6g", axis->tick[i_tick]);
}
