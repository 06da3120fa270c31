/* A part to the bytes of a NetCDF-4 file. */
#include "src/record/part_file.h"

#include <hdf5.h>
#include <math.h>
#include <netcdf.h>
#include <netcdf_mem.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The one lock of NetCDF and of HDF5 beneath it, which keep global state of their own. */
static pthread_mutex_t library = PTHREAD_MUTEX_INITIALIZER;

/* HDF5 prints its errors to stderr unless told not to, and remembers that for each thread; NetCDF tells it in
 * the thread of the first call only. */
void rein_part_file_lock(void) {
  pthread_mutex_lock(&library);
  H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
}

void rein_part_file_unlock(void) {
  pthread_mutex_unlock(&library);
}

int rein_part_file_type(rein_field_type type) {
  static const int types[] = {NC_DOUBLE, NC_FLOAT, NC_BYTE, NC_INT, NC_INT64, NC_STRING};
  return types[type];
}

void rein_part_file_version(char *text, size_t n) {
  rein_part_file_lock();
  snprintf(text, n, "%s", nc_inq_libvers());
  rein_part_file_unlock();
  text[strcspn(text, " ")] = 0;
}

/* The first error of a series of calls; later calls are skipped. */
typedef struct {
  int id, error;
} writer;

#define CALL(w, call)                                                                                        \
  do {                                                                                                       \
    if (!(w)->error) (w)->error = (call);                                                                    \
  } while (0)

static void put_text(writer *w, int var, const char *name, const char *text) {
  CALL(w, nc_put_att_text(w->id, var, name, strlen(text), text));
}

static void put_count(writer *w, const char *name, uint64_t count) {
  const unsigned long long value = count;
  CALL(w, nc_put_att_ulonglong(w->id, NC_GLOBAL, name, NC_UINT64, 1, &value));
}

static void put_global(writer *w, const rein_part *part) {
  const rein_layout *layout = part->layout;
  for (int i = 0; i < layout->n_attribute; i++) {
    const rein_attribute *a = &layout->attribute[i];
    if (a->text)
      put_text(w, NC_GLOBAL, a->name, a->text);
    else if (a->is_count)
      put_count(w, a->name, a->count);
    else
      CALL(w, nc_put_att_double(w->id, NC_GLOBAL, a->name, NC_DOUBLE, 1, &a->number));
  }
  put_count(w, "part", (uint64_t)part->i_part);
  put_count(w, "first_batch", (uint64_t)part->first_batch);
  put_count(w, "n_batch", (uint64_t)part->n_batch);
  put_count(w, "n_fine", (uint64_t)part->n_fine);
  put_count(w, "n_alone", (uint64_t)part->n_alone);
  put_count(w, "n_failed", (uint64_t)part->n_failed);
}

/* CF's flag_values and flag_meanings: consecutive values from `first`. */
static void put_flags(writer *w, int var, int first, const char *words) {
  signed char values[64];
  size_t n = 1;
  for (const char *c = words; *c; c++) n += *c == ' ';
  for (size_t i = 0; i < n && i < sizeof values; i++) values[i] = (signed char)(first + (int)i);
  CALL(w, nc_put_att_schar(w->id, var, "flag_values", NC_BYTE, n, values));
  put_text(w, var, "flag_meanings", words);
}

static void put_fail_flags(writer *w, int var) {
  char words[512] = "";
  size_t n = 0;
  for (int f = 0; f < REIN_N_FAIL && n < sizeof words; f++)
    n += (size_t)snprintf(words + n, sizeof words - n, "%s%s", f ? " " : "", rein_fail_name((rein_fail)f));
  put_flags(w, var, 0, words);
}

static void put_units(writer *w, int var, const rein_layout *layout, const rein_field *field) {
  const char *unit_variable = NULL, *units = NULL;
  switch (field->unit) {
  case REIN_UNIT_NONE:
    break;
  case REIN_UNIT_ONE:
    units = "1";
    break;
  case REIN_UNIT_TIME:
    units = layout->time_unit;
    break;
  case REIN_UNIT_QUANTITY:
    units = layout->common_unit;
    unit_variable = "quantity_unit";
    break;
  case REIN_UNIT_ACTION:
    unit_variable = "action_unit";
    break;
  case REIN_UNIT_PARAMETER:
    unit_variable = "parameter_unit";
    break;
  case REIN_UNIT_LINE:
    unit_variable = "line_unit";
    break;
  }
  if (units) put_text(w, var, "units", units);
  if (unit_variable) put_text(w, var, "unit_variable", unit_variable);
}

/* Only what can be missing has a fill value: readers turn integers that have one into floating-point numbers.
 */
static void put_fill(writer *w, int var, int f, const rein_field *field) {
  const double nan = NAN;
  const signed char byte = REIN_MISSING_BYTE;
  const int integer = REIN_MISSING_INT;
  if (field->group == REIN_GROUP_LABEL) return;
  if (field->type == REIN_TYPE_double || field->type == REIN_TYPE_float)
    CALL(w, nc_put_att_double(w->id, var, "_FillValue", rein_part_file_type(field->type), 1, &nan));
  if (f == REIN_FIELD_direction || f == REIN_FIELD_line_state)
    CALL(w, nc_put_att_schar(w->id, var, "_FillValue", NC_BYTE, 1, &byte));
  if (f == REIN_FIELD_fail_state || f == REIN_FIELD_fail_origin || f == REIN_FIELD_line_changes ||
      f == REIN_FIELD_line_rule)
    CALL(w, nc_put_att_int(w->id, var, "_FillValue", NC_INT, 1, &integer));
}

static void define_field(writer *w, const rein_part *part, int f, const int dim[REIN_N_AXIS], int *var) {
  const rein_field *field = &rein_record_fields()[f];
  int dims[8], n = 0;
  for (const char *a = field->axes; *a; a++) dims[n++] = dim[rein_record_axis(*a)];
  CALL(w, nc_def_var(w->id, field->name, rein_part_file_type(field->type), n, dims, var));
  put_text(w, *var, "long_name", field->long_name);
  put_units(w, *var, part->layout, field);
  put_fill(w, *var, f, field);
  if (f == REIN_FIELD_status) put_flags(w, *var, 0, REIN_STATUS_WORDS);
  if (f == REIN_FIELD_fail_reason) put_fail_flags(w, *var);
  if (f == REIN_FIELD_direction) put_flags(w, *var, -1, REIN_DIRECTION_WORDS);
  if (f == REIN_FIELD_line_state) put_flags(w, *var, 0, REIN_LINE_WORDS);
  if (f == REIN_FIELD_measured_flag) put_flags(w, *var, 0, REIN_MEASURED_WORDS);
}

static void write_all(writer *w, const rein_part *part) {
  const rein_field *fields = rein_record_fields();
  int dim[REIN_N_AXIS], var[REIN_N_FIELD], old;
  CALL(w, nc_set_fill(w->id, NC_NOFILL, &old));
  for (int a = 0; a < REIN_N_AXIS; a++) {
    if (part->n[a])
      CALL(w, nc_def_dim(w->id, rein_record_axis_name((rein_axis)a), (size_t)part->n[a], &dim[a]));
  }
  put_global(w, part);
  for (int f = 0; f < REIN_N_FIELD && !w->error; f++) {
    if (rein_record_count(&fields[f], part->n)) define_field(w, part, f, dim, &var[f]);
  }
  CALL(w, nc_enddef(w->id));
  for (int f = 0; f < REIN_N_FIELD && !w->error; f++) {
    if (rein_record_count(&fields[f], part->n))
      CALL(w, nc_put_var(w->id, var[f], rein_record_const_array(part, &fields[f])));
  }
}

rein_status rein_part_write(const rein_part *part, void **bytes, size_t *n_byte, const char **why) {
  const size_t first_guess =
      (size_t)(rein_layout_individual_bytes(part->layout) * part->n[REIN_AXIS_INDIVIDUAL]);
  writer w = {0};
  NC_memio file = {0};
  rein_part_file_lock();
  w.error = nc_create_mem("part", NC_NETCDF4 | NC_CLOBBER, first_guess + (1 << 16), &w.id);
  const bool open = !w.error;
  if (open) {
    write_all(&w, part);
    const int error = w.error;
    w.error = 0;
    CALL(&w, nc_close_memio(w.id, &file));
    if (error) w.error = error;
  }
  if (w.error) *why = nc_strerror(w.error);
  rein_part_file_unlock();
  if (w.error) {
    free(file.memory);
    return w.error == NC_ENOMEM ? REIN_ERR_MEMORY : REIN_ERR_SINK;
  }
  *bytes = file.memory;
  *n_byte = file.size;
  return REIN_OK;
}
