/* The picture of an explanation: a bar for each share of the effect. */
#ifndef REIN_REPORT_SHARES_H
#define REIN_REPORT_SHARES_H

#include "src/report/bars.h"
#include "src/study/explain.h"

/* Everything in `arena`. Shares and interactions below REIN_EXPLAIN_SMALL of the effect are left out, which
 * the caption says. */
void rein_shares_make(rein_arena *arena, const rein_explanation *e, rein_bars *out);

#endif
