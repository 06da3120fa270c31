/* For tests of comparisons: a folder with a model, a scenario and observed data made by the test itself, and
 * the report on them. The model's state y starts at `base` and moves by rate * gain under the action push. */
#ifndef REIN_TESTS_VALIDATE_FIXTURE_H
#define REIN_TESTS_VALIDATE_FIXTURE_H

#include "src/study/validate.h"

typedef struct {
  char folder[200];
  rein_arena *arena;
  rein_diag *diag;
  rein_units *units;
  rein_text table; /* rows of the observed table, header first */
} judged;

void judged_setup(void);
void judged_teardown(void);
judged *judged_get(void);

/* What the model says; numbers as text. NULL: none. */
typedef struct {
  const char *base_between; /* "normal(sd: 10 mg)" */
  const char *gain_between, *gain_uncertain;
  const char *noise; /* "additive(sd: 2 mg)" */
  const char *drift_between;
  const char *range;
} judged_model;

/* What the scenario says beside its three arms up, none, down (3, 0, -3 mg/h, from time 0 on). */
typedef struct {
  const char *cohort; /* "{n: 4000}" */
  const char *arms;   /* of compare: "{up: up}" */
  const char *expect; /* "{rule: verdict/1}"; NULL: no such block */
  const char *relation, *baseline;
  bool randomised; /* people were, to all three arms; the comparator of up is none */
  bool n_of_1;     /* their periods were */
} judged_scenario;

void judged_write(const char *name, const char *text);
/* Text of a file, and the next fenced block of a page, *at behind it. */
const char *judged_read_text(const char *path);
const char *judged_next_block(const char **at);
void judged_write_model(const judged_model *model);
/* Writes scenario, the YAML and the table gathered so far. */
void judged_write_scenario(const judged_scenario *scenario);

/* The table: people, or groups. */
void judged_start_people(void);
void judged_start_groups(void);
void judged_person(const char *arm, int id, double time_h, double value_mg);
void judged_group(const char *arm, double time_h, double mean_mg, double sd_mg, int n);

/* n people of each arm drawn from base ~ N(100, base_sd), gain 1 + N(0, gain_sd), noise N(0, noise_sd),
 * measured at 0, 10 and 20 h under 3, 0, -3 mg/h. */
void judged_people_of_truth(int n, double base_sd, double gain_sd, double noise_sd);

/* Prepares and runs; the status of either. */
rein_status judged_validate(const rein_validate_options *options, rein_validation *out);
/* The same, which has to be fine. */
rein_validation judged_report(void);
const char *judged_messages(void);

/* The row of all arms and horizons, of an arm ("" all) and horizon (NAN all) otherwise; fails where there is
 * none. */
const rein_validation_row *judged_row(const rein_validation *v, const char *arm, double time);

/* The report as text, then as JSON. */
const char *judged_text(const rein_validation *v);

/* ---- for tests of the program ---- */

const char *judged_at(const char *name);   /* path of a file of the folder */
const char *judged_read(const char *name); /* what it holds */
/* Runs the program with these arguments, output to the folder's files `out` and `err`; its exit code. */
int judged_run(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
