/* Transition records in memory: the layout of a study (sizes, labels, attributes) and its parts.
 *
 * A part holds the records of consecutive batches, so of consecutive individuals under all arms. fields.def
 * lists its arrays; an array's shape is the sizes of its axes, slowest first. A layout is constant and shared
 * by all threads once it is made. What a record means: docs/records.md.
 */
#ifndef REIN_RECORD_RECORD_H
#define REIN_RECORD_RECORD_H

#include "src/scenario/assay.h"
#include "src/scenario/scenario.h"

typedef const char *rein_label; /* never NULL, "" for none */

typedef enum {
  REIN_AXIS_INDIVIDUAL,
  REIN_AXIS_ARM,
  REIN_AXIS_TIME,
  REIN_AXIS_HORIZON,
  REIN_AXIS_QUANTITY,
  REIN_AXIS_OBSERVABLE,
  REIN_AXIS_ACTION,
  REIN_AXIS_SAFETY,
  REIN_AXIS_PARAMETER,
  REIN_AXIS_LINE,
  REIN_AXIS_RULE,
  REIN_N_AXIS
} rein_axis;

typedef enum {
#define REIN_FIELD(name, type, axes, unit, group, key, long_name) REIN_FIELD_##name,
#include "src/record/fields.def"
#undef REIN_FIELD
  REIN_N_FIELD
} rein_field_id;

/* Numbers of the DATA fields among themselves, for sets of them; a LABEL field takes none. */
enum {
#define REIN_COUNT_DATA 1
#define REIN_COUNT_LABEL 0
#define REIN_FIELD(name, type, axes, unit, group, key, long_name)                                            \
  REIN_BIT_##name, REIN_BIT_END_##name = REIN_BIT_##name + REIN_COUNT_##group - 1,
#include "src/record/fields.def"
#undef REIN_FIELD
  REIN_N_BIT
};

typedef enum {
  REIN_TYPE_double,
  REIN_TYPE_float,
  REIN_TYPE_int8_t,
  REIN_TYPE_int32_t,
  REIN_TYPE_int64_t,
  REIN_TYPE_rein_label
} rein_field_type;
typedef enum {
  REIN_UNIT_NONE,
  REIN_UNIT_ONE,
  REIN_UNIT_TIME,
  REIN_UNIT_QUANTITY,
  REIN_UNIT_ACTION,
  REIN_UNIT_PARAMETER,
  REIN_UNIT_LINE
} rein_unit_rule;
typedef enum { REIN_GROUP_LABEL, REIN_GROUP_DATA } rein_field_group;

typedef struct {
  const char *name, *axes, *key, *long_name;
  rein_field_type type;
  rein_unit_rule unit;
  rein_field_group group;
  int bit;       /* REIN_BIT_name; of a LABEL field without meaning */
  size_t offset; /* of the member of rein_part */
} rein_field;

/* (REIN_N_FIELD) fields.def as a table, and the axes' names. */
const rein_field *rein_record_fields(void);
const char *rein_record_axis_name(rein_axis axis);
rein_axis rein_record_axis(char letter); /* of fields.def; REIN_N_AXIS for another */
size_t rein_record_type_bytes(rein_field_type type);

#define REIN_MEASURED_WORDS "observed below_limit above_limit missing"
#define REIN_DIRECTION_WORDS "down unchanged up"          /* -1, 0, 1 */
#define REIN_STATUS_WORDS "fine alone failed"             /* rein_lane_status */
const char *rein_record_measured_word(int8_t flag);       /* of a part that may come from anywhere */
const char *rein_record_direction_word(int8_t direction); /* "" where there is none */
const char *rein_record_status_word(int8_t status);
/* Of a line with decisions; "" where the arm has no such line. */
typedef enum { REIN_LINE_GIVEN, REIN_LINE_HELD, REIN_LINE_STOPPED } rein_line_state;
#define REIN_LINE_WORDS "given held stopped"
const char *rein_record_line_word(int8_t state);
#define REIN_MISSING_BYTE ((int8_t)-127) /* no direction */
#define REIN_MISSING_INT (-2147483647)

#define REIN_DOSE_SIGNAL ": outside the valid range" /* how signals about amounts end, behind the action */

/* 1 up, -1 down, 0 unchanged against the smallest change that counts; REIN_MISSING_BYTE where the observable
 * declares none or the change is no number. change, before: observable's unit. */
int8_t rein_record_direction(const rein_observable *observable, double change, double before);

#define REIN_RECORD_VERSION "transition/1"
#define REIN_FOR_RESEARCH                                                                                    \
  "For research only: simulated by a mechanistic model. Effects are model counterfactuals. Nothing here "    \
  "recommends "                                                                                              \
  "a treatment."

/* An attribute of the whole file: text, or a number. */
typedef struct {
  const char *name, *text; /* text NULL: a number */
  double number;
  uint64_t count; /* used where is_count */
  bool is_count;
} rein_attribute;

typedef struct rein_layout rein_layout;

typedef struct {
  const rein_layout *layout;
  int64_t i_part, first_individual;
  int64_t n[REIN_N_AXIS];
  int64_t first_batch, n_batch;
  int64_t n_fine, n_alone, n_failed; /* members */
#define REIN_FIELD(name, type, axes, unit, group, key, long_name) type *name;
#include "src/record/fields.def"
#undef REIN_FIELD
} rein_part; /* an array is NULL where an axis has no items, and in a reader's part where it was not asked for
              */

/* An observable among the kept rows. */
typedef struct {
  int i_quantity, i_observable; /* row of keep, index in the model */
  uint64_t key;                 /* of its noise */
} rein_kept_observable;

struct rein_layout {
  const rein_scenario *scenario;
  const rein_tape *tape;
  int64_t n[REIN_N_AXIS]; /* of a whole part; the last one may have fewer individuals */
  int64_t n_batch, n_part, batches_per_part, individuals_per_batch, n_individual;
  int64_t n_chunk; /* batches that one block of individuals takes: more than one where there are many arms */
  const rein_kept_observable *observable; /* (n[OBSERVABLE]) */
  rein_part labels;                       /* its LABEL arrays */
  const rein_attribute *attribute;        /* (n_attribute) */
  int n_attribute;
  const int
      *dose_signal; /* (n_dose_signal) actions with a valid range: the last safety signals, in that order */
  int n_dose_signal;
  const char *time_unit;
  const char *common_unit; /* of all quantities, NULL where they differ */
};

/* The layout of a study, in `arena`; n_batch as in the plan. part_members: members of a part, 0 for what rein
 * chooses from model and scenario. */
rein_layout *rein_layout_create(rein_arena *arena, const rein_scenario *scenario, const rein_tape *tape,
                                int64_t n_batch, int64_t part_members);

/* Adds the attributes that say where the records come from; run_hash: SHA-256 of run.yaml. */
void rein_layout_add_attributes(rein_arena *arena, rein_layout *layout, const char *run_hash,
                                const char *version);

/* Index among the observables of quantity q, or -1. labels: a part's. */
int64_t rein_record_observable(const rein_part *labels, int64_t q);

/* Items of a field in a part of these axis sizes; 0 where an axis has none. */
int64_t rein_record_count(const rein_field *field, const int64_t n[REIN_N_AXIS]);

/* The member of a part that is the field's array. */
void **rein_record_array(rein_part *part, const rein_field *field);
const void *rein_record_const_array(const rein_part *part, const rein_field *field);

/* Bytes of one individual's data. */
int64_t rein_layout_individual_bytes(const rein_layout *layout);

/* A part's arrays in one block, sized for a whole part; labels are lent by the layout. NULL when memory is
 * out. Destroy with rein_part_destroy. */
rein_part *rein_part_create(const rein_layout *layout);
void rein_part_destroy(rein_part *part);

/* Makes it part i_part, all data missing: NaN, REIN_MISSING_*; nothing counted. */
void rein_part_start(rein_part *part, int64_t i_part);

/* Copies one batch's lanes into the part, adds measurement, change, effect and direction. Several threads may
 * do this for different batches of one part; the counts are left to the caller: n[] receives members fine,
 * alone, failed. False when memory is out. */
bool rein_part_take(rein_part *part, const rein_batch_result *result, int64_t n[3]);

#endif
