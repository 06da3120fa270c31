/* `rein compare`: two sets of transition records side by side, and what of either has no counterpart.
 *
 * A set is a study folder, or NDJSON as `rein export` and `rein import observed` write it. What is compared
 * is the change of one observable over one horizon: latent where both sets are simulated, measured otherwise.
 * Records are joined on individual or arm, action, horizon and observable. Of simulated and observed
 * individuals only the scenario with its table of people says who is who; without it they are joined on arms.
 * Every value of either set ends as matched or is counted with a reason. Differences between sets are never
 * effects. Definitions: docs/records.md, "Comparing two sets". Threads: reentrant. */
#ifndef REIN_STUDY_COMPARE_H
#define REIN_STUDY_COMPARE_H

#include <stdio.h>

#include "src/lang/model.h"
#include "src/study/validate.h"

typedef enum { REIN_COMPARE_BY_BEST, REIN_COMPARE_BY_INDIVIDUAL, REIN_COMPARE_BY_ARM } rein_compare_by;

typedef struct {
  const char *path[2];       /* A and B */
  const char *scenario_path; /* its `compare` block renames observed arms, its table of people says who is
                                who; NULL: arms are joined by name */
  rein_compare_by by;
  bool individual_data; /* numbers of fewer than REIN_SMALLEST_GROUP people are shown, and rows are written */
} rein_compare_options;

/* How a value ended. */
typedef enum {
#define REIN_FATE(id, word, meaning) REIN_FATE_##id,
#include "src/study/compare_fates.def"
#undef REIN_FATE
  REIN_N_FATE
} rein_compare_fate;
const char *rein_compare_fate_word(rein_compare_fate fate);    /* "no_such_arm" */
const char *rein_compare_fate_meaning(rein_compare_fate fate); /* "the other set has no such arm" */

/* A set of names in the order in which they were met. */
typedef struct {
  rein_names *names;
  const char **item; /* (n) */
  size_t n, capacity;
} rein_compare_names;

/* One value: the change of one observable in one record. Indices are those of rein_compare. */
typedef struct {
  int observable, arm, horizon;
  int repeat;         /* 0 for the first with the same key, 1 for the second ... */
  int64_t individual; /* number of the plan from 0 on; -1 - i: the i-th name */
  int64_t number;     /* of the plan, whatever `individual` became; -1 none */
  int64_t order;      /* in the set */
  double change;      /* in A's unit; NaN: `detail` says why */
  double n;           /* people behind a mean of a group; 0: an individual */
  int action;         /* actions and amounts prescribed within the horizon, as a text; -1 unknown */
  uint64_t given;     /* which actions are prescribed at all, a bit each */
  int detail;         /* text behind the fate, -1 none */
  int8_t direction;   /* as the record has it; REIN_MISSING_BYTE none */
  uint8_t fate;       /* rein_compare_fate */
} rein_compare_value;

typedef struct {
  rein_compare_fate fate;
  const char *detail; /* "failed: min_step", the arm that the other set lacks; "" none */
  int64_t n, first;   /* values; the first of them */
} rein_compare_count;

typedef struct {
  const char *origin, *study, *model, *model_hash, *scenario_hash, *seed; /* seed "" where there is none */
  const char *path;                                                       /* for messages, in no report */
  bool is_people;                       /* records are of people: few of them are suppressed */
  bool has_number, has_name, has_group; /* records of individuals known by number, by code; of means */
  bool has_action;                      /* some record says what was prescribed */
  int64_t n_replicate;                  /* individuals that stand for one person, one after the other */
  int64_t n_record, n_failed;           /* records; those whose run failed */
  rein_compare_value *value;            /* (n_value) by observable, arm, horizon, individual */
  size_t n_value, cap_value;
  const char **unit; /* (n_unit) of observables as the set has them; NULL: does not occur */
  size_t n_unit;
  rein_compare_count *count; /* (n_count) by fate, then as met */
  size_t n_count, cap_count;
} rein_compare_set;

/* A horizon of either set, in seconds and as the first set that has it writes it. */
typedef struct {
  double from_s, to_s, from, to;
  const char *label, *unit;
  const char *text; /* "0 to 24 h" */
  int met;          /* place in the order in which they were met */
} rein_compare_horizon;

/* One line: an observable, arm and horizon, or all arms and horizons of an observable. */
typedef struct {
  int observable, arm, horizon; /* arm and horizon -1: all */
  int64_t n;                    /* pairs of values; by arm of all arms: pairs of means */
  int64_t n_value[2];           /* values used of A and B */
  int64_t n_unit[2];            /* people or individuals behind them */
  bool suppressed;              /* fewer than REIN_SMALLEST_GROUP people: no score is filled */
  rein_score mean[2], difference, same_direction, rms; /* difference: B - A */
} rein_compare_row;

typedef struct {
  rein_arena *arena;
  rein_compare_set set[2];
  bool latent;        /* compared is the latent change, else the measured one */
  rein_compare_by by; /* INDIVIDUAL or ARM */
  const char *why;    /* why so */
  bool individual_data;
  rein_compare_names observable, arm, individual, action, amounts, detail;
  const char **unit; /* (n_unit) of observables: all numbers are in it */
  size_t n_unit;
  rein_compare_horizon *horizon; /* (n_horizon) */
  size_t n_horizon, cap_horizon;
  rein_compare_row *row; /* (n_row) by observable: all, then arms and horizons */
  size_t n_row, cap_row;
  int64_t n_matched[2]; /* values of A and B */
} rein_comparison;

/* Reads and joins; everything in `arena`. REIN_OK; REIN_ERR_MEMBERS: likewise, but runs failed or nothing
 * matched; *out is filled on both. REIN_ERR_INPUT, REIN_ERR_FILE, REIN_ERR_USAGE with errors in diag;
 * REIN_ERR_MEMORY. */
rein_status rein_compare_sets(rein_arena *arena, rein_units *units, const rein_compare_options *options,
                              rein_diag *diag, rein_comparison **out);

/* As text, and as JSON: no path, no person. REIN_OK or REIN_ERR_MEMORY. */
void rein_compare_print(const rein_comparison *c, rein_text *out);
rein_status rein_compare_print_json(const rein_comparison *c, rein_text *out);

/* Every value of both sets as CSV, with its counterpart or why it has none. REIN_ERR_USAGE where a set is of
 * people and the comparison was made without `individual_data`; REIN_ERR_FILE. One error in diag. */
rein_status rein_compare_write_csv(const rein_comparison *c, FILE *file, rein_diag *diag);

#endif
