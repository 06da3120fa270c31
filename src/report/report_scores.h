/* Private to the report on a comparison: sections made of its scores. */
#ifndef REIN_REPORT_REPORT_SCORES_H
#define REIN_REPORT_REPORT_SCORES_H

#include "src/report/page.h"
#include "src/study/validate.h"

const rein_observable *rein_report_observable(const rein_validation *v, int observable);

/* "people" or "arms", as what is resampled. */
const char *rein_report_units(const rein_validation *v);

/* Section "scores": for each observable all scores, then arms and horizons. */
void rein_report_scores(rein_html *html, const rein_page *page, const rein_validation *v);

/* Section "calibration": curve and table for each observable. */
rein_status rein_report_calibration(rein_html *html, const rein_page *page, const rein_validation *v,
                                    rein_diag *diag);

#endif
