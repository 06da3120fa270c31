/* Table of fields, memory of parts. */
#include "src/record/record.h"

#include <math.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

static const rein_field fields[] = {
#define REIN_FIELD(name, type, axes, unit, group, key, long_name)                                            \
  {#name,                                                                                                    \
   axes,                                                                                                     \
   key,                                                                                                      \
   long_name,                                                                                                \
   REIN_TYPE_##type,                                                                                         \
   REIN_UNIT_##unit,                                                                                         \
   REIN_GROUP_##group,                                                                                       \
   REIN_BIT_##name,                                                                                          \
   offsetof(rein_part, name)},
#include "src/record/fields.def"
#undef REIN_FIELD
};

_Static_assert(REIN_N_BIT <= 63, "a set of fields has 63 bits for data");

static const char axis_letters[] = "IATHQOCSPLR";
static const char *const axis_names[REIN_N_AXIS] = {"individual", "arm",        "time",   "horizon",
                                                    "quantity",   "observable", "action", "safety",
                                                    "parameter",  "line",       "rule"};

const rein_field *rein_record_fields(void) {
  return fields;
}

const char *rein_record_axis_name(rein_axis axis) {
  return axis_names[axis];
}

rein_axis rein_record_axis(char letter) {
  const char *at = letter ? strchr(axis_letters, letter) : NULL;
  return at ? (rein_axis)(at - axis_letters) : REIN_N_AXIS;
}

size_t rein_record_type_bytes(rein_field_type type) {
  static const size_t bytes[] = {sizeof(double),  sizeof(float),   sizeof(int8_t),
                                 sizeof(int32_t), sizeof(int64_t), sizeof(rein_label)};
  return bytes[type];
}

const char *rein_record_measured_word(int8_t flag) {
  static const char *const words[] = {"observed", "below_limit", "above_limit", "missing"};
  return flag >= 0 && flag < 4 ? words[flag] : "missing";
}

const char *rein_record_direction_word(int8_t direction) {
  if (direction == REIN_MISSING_BYTE) return "";
  return direction > 0 ? "up" : direction < 0 ? "down" : "unchanged";
}

const char *rein_record_status_word(int8_t status) {
  static const char *const words[] = {"fine", "alone", "failed"};
  return status >= 0 && status < 3 ? words[status] : "failed";
}

const char *rein_record_line_word(int8_t state) {
  static const char *const words[] = {"given", "held", "stopped"};
  return state >= 0 && state < 3 ? words[state] : "";
}

int64_t rein_record_observable(const rein_part *labels, int64_t q) {
  for (int64_t o = 0; o < labels->n[REIN_AXIS_OBSERVABLE]; o++) {
    if (strcmp(labels->observable[o], labels->quantity[q]) == 0 &&
        strcmp(labels->quantity_kind[q], "observable") == 0)
      return o;
  }
  return -1;
}

int64_t rein_record_count(const rein_field *field, const int64_t n[REIN_N_AXIS]) {
  int64_t count = 1;
  for (const char *a = field->axes; *a; a++) count *= n[rein_record_axis(*a)];
  return count;
}

void **rein_record_array(rein_part *part, const rein_field *field) {
  return (void **)((char *)part + field->offset);
}

const void *rein_record_const_array(const rein_part *part, const rein_field *field) {
  return *(void *const *)((const char *)part + field->offset);
}

int64_t rein_layout_individual_bytes(const rein_layout *layout) {
  int64_t n[REIN_N_AXIS], bytes = 0;
  memcpy(n, layout->n, sizeof n);
  n[REIN_AXIS_INDIVIDUAL] = 1;
  for (int f = 0; f < REIN_N_FIELD; f++) {
    if (fields[f].group != REIN_GROUP_DATA) continue;
    bytes += rein_record_count(&fields[f], n) * (int64_t)rein_record_type_bytes(fields[f].type);
  }
  return bytes;
}

/* Bytes of a field's array, rounded up so that the next one is aligned. */
static size_t array_bytes(const rein_field *field, const int64_t n[REIN_N_AXIS]) {
  return ((size_t)rein_record_count(field, n) * rein_record_type_bytes(field->type) + 63) & ~(size_t)63;
}

/*   [rein_part, padded to 64][individual][replicate][latent]...   one block, freed as one */
rein_part *rein_part_create(const rein_layout *layout) {
  const size_t head = (sizeof(rein_part) + 63) & ~(size_t)63;
  size_t bytes = head;
  for (int f = 0; f < REIN_N_FIELD; f++) {
    if (fields[f].group == REIN_GROUP_DATA) bytes += array_bytes(&fields[f], layout->n);
  }
  rein_part *part = aligned_alloc(64, bytes);
  if (!part) return NULL;
  *part = layout->labels;
  part->layout = layout;
  memcpy(part->n, layout->n, sizeof part->n);
  char *at = (char *)part + head;
  for (int f = 0; f < REIN_N_FIELD; f++) {
    if (fields[f].group != REIN_GROUP_DATA) continue;
    const size_t n = array_bytes(&fields[f], layout->n);
    *rein_record_array(part, &fields[f]) = n ? at : NULL;
    at += n;
  }
  return part;
}

void rein_part_destroy(rein_part *part) {
  free(part);
}

/* Writes "missing" to all items of a data field. */
static void clear_field(const rein_field *field, void *array, int64_t n) {
  double *d = array;
  float *f = array;
  int32_t *i = array;
  switch (field->type) {
  case REIN_TYPE_double:
    for (int64_t k = 0; k < n; k++) d[k] = NAN;
    break;
  case REIN_TYPE_float:
    for (int64_t k = 0; k < n; k++) f[k] = NAN;
    break;
  case REIN_TYPE_int8_t:
    memset(array, REIN_MISSING_BYTE, (size_t)n);
    break;
  case REIN_TYPE_int32_t:
    for (int64_t k = 0; k < n; k++) i[k] = REIN_MISSING_INT;
    break;
  case REIN_TYPE_int64_t:
    memset(array, 0, (size_t)n * sizeof(int64_t));
    break;
  case REIN_TYPE_rein_label:
    break;
  }
}

void rein_part_start(rein_part *part, int64_t i_part) {
  const rein_layout *layout = part->layout;
  const int64_t per_part = layout->n[REIN_AXIS_INDIVIDUAL];
  const int64_t left = layout->n_individual - i_part * per_part;
  part->i_part = i_part;
  part->first_individual = i_part * per_part;
  part->n[REIN_AXIS_INDIVIDUAL] = left < per_part ? left : per_part;
  part->first_batch = i_part * layout->batches_per_part;
  part->n_batch = layout->n_batch - part->first_batch;
  if (part->n_batch > layout->batches_per_part) part->n_batch = layout->batches_per_part;
  part->n_fine = part->n_alone = part->n_failed = 0;
  for (int f = 0; f < REIN_N_FIELD; f++) {
    if (fields[f].group != REIN_GROUP_DATA) continue;
    const int64_t n = rein_record_count(&fields[f], part->n);
    if (n > 0) clear_field(&fields[f], *rein_record_array(part, &fields[f]), n);
  }
  const int64_t n_replicate = layout->scenario->n_replicate;
  for (int64_t i = 0; i < part->n[REIN_AXIS_INDIVIDUAL]; i++) {
    part->individual[i] = part->first_individual + i;
    part->replicate[i] = (int32_t)(part->individual[i] % (n_replicate > 0 ? n_replicate : 1));
  }
}
