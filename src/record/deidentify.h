/* What leaves of an individual in an export. Private to src/record. */
#ifndef REIN_RECORD_DEIDENTIFY_H
#define REIN_RECORD_DEIDENTIFY_H

#include "src/record/export.h"

typedef enum { REIN_COLUMN_PLAIN, REIN_COLUMN_AGE, REIN_COLUMN_DATE, REIN_COLUMN_DROPPED } rein_column_kind;

/* What to do with one parameter column: dropped unless the options name it (all are named where they name
 * none and nothing is deidentified), and an age or date in a unit that is not understood is dropped.
 * *per_day: column's units in a day. */
rein_column_kind rein_deidentify_column(const rein_export_options *options, const char *name,
                                        const char *unit, double *per_day);

/* A value of such a column, changed as its kind says. */
double rein_deidentify_value(const rein_export_options *options, const rein_part_about *about,
                             rein_column_kind kind, double per_day, int64_t individual, double value);

/* The individual's code, "p" and 16 hexadecimal digits: with one salt the same in all exports of a study and
 * another in every other study. */
void rein_deidentify_code(const rein_export_options *options, const rein_part_about *about,
                          int64_t individual, char code[18]);

/* REIN_OK, or REIN_ERR_USAGE with an error in diag where the options do not allow records. */
rein_status rein_export_check(const rein_study_reader *reader, const rein_export_options *options,
                              rein_diag *diag);

#endif
