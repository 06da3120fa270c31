/* `rein export`: the records of a study as NDJSON (one transition record a line, docs/transition.schema.json)
 * and as CSV.
 *
 * A record is one individual under one arm over one horizon. Numbers have 17 significant digits in NDJSON and
 * the fewest that read back the same in CSV; what is missing is null or an empty cell. Only what fields.def
 * declares is ever written. The same study and options give the same bytes. Records are streamed part by
 * part.
 *
 * Records of people (a cohort from a table) leave only with `individual_data`; without it the caller exports
 * rein_summary_write_csv's aggregates.
 */
#ifndef REIN_RECORD_EXPORT_H
#define REIN_RECORD_EXPORT_H

#include <stdio.h>

#include "src/record/reader.h"

typedef struct {
  bool individual_data; /* the user asked for records of people */
  /* Individuals get codes made with the salt and the study's hashes; of parameters and covariates only the
   * named columns leave; ages (covariates named age, in years, months, weeks or days) are top-coded at 90
   * years; dates (covariates whose name has the word date) are shifted by a number of days of each
   * individual's own; titles, prescriptions and rules, which are free text, are left out. */
  bool deidentify;
  const char *const
      *column; /* (n_column) parameters and covariates to export; NULL: all, or none when deidentified */
  int n_column;
  const char *salt; /* secret of the codes and shifts; kept outside the study; needed with deidentify */
} rein_export_options;

/* REIN_OK; REIN_ERR_USAGE for records of people without leave, or no salt; REIN_ERR_FILE where a part cannot
 * be read or the file not be written. One error in diag. */
rein_status rein_export_ndjson(const rein_study_reader *reader, const rein_export_options *options,
                               FILE *file, rein_diag *diag);
rein_status rein_export_csv(const rein_study_reader *reader, const rein_export_options *options, FILE *file,
                            rein_diag *diag);

#endif
