#include "src/cli/words.h"

#include <inttypes.h>

enum { MAX_FAILURES = 12 }; /* lines */

void rein_words_bytes(int64_t n, char *out, size_t n_out) {
  static const char *const units[] = {"kB", "MB", "GB", "TB", "PB"};
  if (n < 1000) {
    snprintf(out, n_out, "%" PRId64 " bytes", n);
    return;
  }
  double value = (double)n / 1000.0;
  int i = 0;
  while (value >= 999.5 && i < 4) value /= 1000.0, i++;
  snprintf(out, n_out, "%.3g %s", value, units[i]);
}

void rein_words_duration(double seconds, char *out, size_t n_out) {
  const int64_t whole = (int64_t)(seconds + 0.5);
  if (seconds < 59.5)
    snprintf(out, n_out, seconds < 9.95 ? "%.1f s" : "%.0f s", seconds);
  else if (whole < 3600)
    snprintf(out, n_out, "%" PRId64 " min %" PRId64 " s", whole / 60, whole % 60);
  else
    snprintf(out, n_out, "%" PRId64 " h %" PRId64 " min", whole / 3600, whole / 60 % 60);
}

void rein_words_failures(const rein_summary *summary, const rein_study_reader *reader, FILE *to) {
  for (int i = 0; i < summary->n_failure && i < MAX_FAILURES; i++) {
    const rein_summary_failure *f = &summary->failure[i];
    fprintf(to, "    %" PRId64 "  %s\n", f->n, rein_summary_failure_text(f, reader));
  }
  if (summary->n_failure > MAX_FAILURES)
    fprintf(to, "    ... and %d more kinds of failure\n", summary->n_failure - MAX_FAILURES);
}
