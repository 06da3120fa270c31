/* `rein report`: one HTML file that says at a glance what was asked, what came out, and what it rests on.
 * Nothing in it is loaded from elsewhere and nothing needs a script. The same input gives the same bytes; no
 * path, clock or host is in it. What rests on fewer than REIN_SMALLEST_GROUP people is held back unless
 * individual data were asked for. */
#ifndef REIN_REPORT_REPORT_H
#define REIN_REPORT_REPORT_H

#include "src/study/validate.h"

/* The page on a comparison that was run with `pictures`. REIN_OK; REIN_ERR_MEMORY, REIN_ERR_SURROUNDINGS with
 * an error in diag where a picture could not be drawn. */
rein_status rein_report_validation(rein_arena *arena, const rein_validation *v, rein_diag *diag,
                                   rein_text *out);

typedef struct {
  const char *scenario_path; /* the scenario file, to draw what was observed; NULL: none is drawn */
  bool individual_data;
} rein_report_options;

/* The page on a study folder. REIN_OK; REIN_ERR_FILE, REIN_ERR_INPUT, REIN_ERR_SURROUNDINGS with errors in
 * diag; REIN_ERR_MEMORY. */
rein_status rein_report_study(rein_arena *arena, rein_units *units, const char *folder,
                              const rein_report_options *options, rein_diag *diag, rein_text *out);

#endif
