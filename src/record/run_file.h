/* Text of run.yaml and run.log. Private to src/record. */
#ifndef REIN_RECORD_RUN_FILE_H
#define REIN_RECORD_RUN_FILE_H

#include "src/base/text.h"
#include "src/record/study.h"

/* run.yaml: equal for equal studies, so that comparing it decides whether a folder can be resumed. */
void rein_run_print(rein_text *out, const rein_layout *layout, const rein_plan *plan,
                    const rein_study_options *options);

/* One entry of run.log. */
void rein_run_log_print(rein_text *out, const rein_scenario *scenario, const rein_study_options *options);

#endif
