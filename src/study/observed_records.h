/* Observed transitions as records of the same schema as simulated ones (docs/transition.schema.json, NDJSON),
 * origin `observed`.
 *
 * One record is one observed change of one observable: a person, or a group's mean, under one arm, from the
 * state before over one horizon. What nobody measured is null, and `unknown` says why, field by field;
 * nothing is filled in. Doses are there where the arm takes them from the same table (`events: observed`).
 * People are known by the codes of src/study/split.h. Records that are added to a file make its next version,
 * which names the SHA-256 of the file before; a record that is there already is refused. Threads: reentrant.
 */
#ifndef REIN_STUDY_OBSERVED_RECORDS_H
#define REIN_STUDY_OBSERVED_RECORDS_H

#include "src/study/validate.h"

/* job: prepared. before: the file that is added to, NULL: a new one. `out` gets the lines that are new.
 * REIN_OK; REIN_ERR_USAGE for people without `individual_data`; REIN_ERR_INPUT where `before` holds something
 * else, or one of the records; REIN_ERR_MEMORY. Errors in diag, none shows what a record holds. */
rein_status rein_observed_records(rein_validate_job *job, const rein_source *before, bool individual_data,
                                  rein_diag *diag, rein_text *out);

#endif
