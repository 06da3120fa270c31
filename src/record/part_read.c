/* A part from a NetCDF-4 file. The file may come from anywhere: every shape and type is checked before
 * anything is read. */
#include "src/record/part_file.h"

#include "src/base/files.h"

#include <netcdf.h>
#include <netcdf_mem.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
  rein_arena *arena;
  int id, error;
  size_t n_byte;
  const char *odd; /* what is not as a part has it, or NULL */
} file_reader;

static bool is_fine(const file_reader *r) {
  return !r->error && !r->odd;
}

/* A text attribute; "" where there is none. */
static const char *get_text(file_reader *r, const char *name) {
  size_t n = 0;
  nc_type type;
  if (nc_inq_att(r->id, NC_GLOBAL, name, &type, &n) != NC_NOERR || type != NC_CHAR || n > r->n_byte)
    return "";
  char *text = rein_arena_alloc(r->arena, n + 1);
  if (nc_get_att_text(r->id, NC_GLOBAL, name, text) != NC_NOERR) return "";
  text[n] = 0;
  return text;
}

/* A number attribute: one item of a plain number type; otherwise the file is odd. */
static bool is_number(file_reader *r, const char *name) {
  size_t n = 0;
  nc_type type;
  const bool is = nc_inq_att(r->id, NC_GLOBAL, name, &type, &n) == NC_NOERR && n == 1 &&
                  (type == NC_UINT64 || type == NC_DOUBLE);
  if (!is) r->odd = name;
  return is;
}

static uint64_t get_count(file_reader *r, const char *name) {
  unsigned long long count = 0;
  if (is_fine(r) && is_number(r, name)) r->error = nc_get_att_ulonglong(r->id, NC_GLOBAL, name, &count);
  return count;
}

static double get_number(file_reader *r, const char *name) {
  double number = 0;
  if (is_fine(r) && is_number(r, name)) r->error = nc_get_att_double(r->id, NC_GLOBAL, name, &number);
  return number;
}

static void read_about(file_reader *r, rein_part_about *about) {
  *about = (rein_part_about){.study = get_text(r, "study"),
                             .title = get_text(r, "title"),
                             .model = get_text(r, "model"),
                             .model_hash = get_text(r, "model_hash"),
                             .scenario_hash = get_text(r, "scenario_hash"),
                             .parameter_hash = get_text(r, "parameter_hash"),
                             .run_hash = get_text(r, "run_hash"),
                             .version = get_text(r, "version"),
                             .boundary = get_text(r, "boundary"),
                             .origin = get_text(r, "origin"),
                             .comment = get_text(r, "comment"),
                             .time_unit = get_text(r, "time_unit"),
                             .method = get_text(r, "method")};
  about->seed = get_count(r, "seed");
  about->rtol = get_number(r, "relative_tolerance");
  about->atol_rel = get_number(r, "absolute_tolerance_of_scale");
  about->individual_data = get_count(r, "individual_data") != 0;
  about->n_individual = (int64_t)get_count(r, "n_individual");
}

/* Sizes of the axes; ids of their dimensions, -1 where an axis has no items. */
static void read_axes(file_reader *r, rein_part *part, int dim[REIN_N_AXIS]) {
  for (int a = 0; a < REIN_N_AXIS; a++) {
    size_t n = 0;
    part->n[a] = 0;
    if (nc_inq_dimid(r->id, rein_record_axis_name((rein_axis)a), &dim[a]) != NC_NOERR) {
      dim[a] = -1;
      continue;
    }
    if (is_fine(r)) r->error = nc_inq_dimlen(r->id, dim[a], &n);
    /* A label or a byte of each item is in the file: larger sizes are false. */
    if (n > r->n_byte) r->odd = rein_record_axis_name((rein_axis)a);
    part->n[a] = (int64_t)n;
  }
}

/* Bytes of a field's array, or 0 and an odd file where they could not be in it. */
static size_t checked_bytes(file_reader *r, const rein_field *field, const int64_t n[REIN_N_AXIS]) {
  size_t bytes = rein_record_type_bytes(field->type);
  for (const char *a = field->axes; *a; a++) {
    const size_t size = (size_t)n[rein_record_axis(*a)];
    if (size && bytes > 8 * r->n_byte / size) {
      r->odd = field->name;
      return 0;
    }
    bytes *= size;
  }
  return bytes;
}

static void check_shape(file_reader *r, int var, const rein_field *field, const int dim[REIN_N_AXIS]) {
  nc_type type = NC_NAT;
  int n = 0, dims[NC_MAX_VAR_DIMS];
  r->error = nc_inq_var(r->id, var, NULL, &type, &n, NULL, NULL);
  if (!is_fine(r)) return;
  if (type != rein_part_file_type(field->type) || n != (int)strlen(field->axes)) {
    r->odd = field->name;
    return;
  }
  r->error = nc_inq_vardimid(r->id, var, dims);
  for (int i = 0; i < n && is_fine(r); i++) {
    if (dims[i] != dim[rein_record_axis(field->axes[i])]) r->odd = field->name;
  }
}

/* Strings come in memory of the library: copied, then given back. */
static void read_labels(file_reader *r, int var, rein_label *labels, size_t n) {
  char **strings = rein_arena_alloc(r->arena, n * sizeof *strings);
  r->error = nc_get_var_string(r->id, var, strings);
  if (!is_fine(r)) return;
  for (size_t i = 0; i < n; i++) labels[i] = rein_arena_strdup(r->arena, strings[i] ? strings[i] : "");
  nc_free_string(n, strings);
}

static void read_field(file_reader *r, const rein_field *field, const int dim[REIN_N_AXIS], rein_part *part) {
  const size_t bytes = checked_bytes(r, field, part->n);
  int var;
  if (!is_fine(r) || bytes == 0) return;
  if (nc_inq_varid(r->id, field->name, &var) != NC_NOERR) {
    /* Parts that were written before these fields were have none: their arrays stay NULL. */
    const bool later = field->bit == REIN_BIT_delivered_since || field->bit == REIN_BIT_in_force;
    if (!later || field->group != REIN_GROUP_DATA) r->odd = field->name;
    return;
  }
  check_shape(r, var, field, dim);
  if (!is_fine(r)) return;
  void *array = rein_arena_alloc(r->arena, bytes);
  if (field->type == REIN_TYPE_rein_label)
    read_labels(r, var, array, bytes / sizeof(rein_label));
  else
    r->error = nc_get_var(r->id, var, array);
  if (is_fine(r)) *rein_record_array(part, field) = array;
}

/* What only labels can get wrong: indices into other axes, flags. */
static void check_indices(file_reader *r, const rein_part *part) {
  for (int64_t h = 0; part->before && part->after && h < part->n[REIN_AXIS_HORIZON]; h++) {
    const int64_t n_time = part->n[REIN_AXIS_TIME];
    if (part->before[h] < 0 || part->before[h] >= n_time || part->after[h] < 0 || part->after[h] >= n_time)
      r->odd = "before";
  }
  for (int64_t a = 0; part->reference && a < part->n[REIN_AXIS_ARM]; a++) {
    if (part->reference[a] < -1 || part->reference[a] >= part->n[REIN_AXIS_ARM]) r->odd = "reference";
  }
  const int64_t n = part->n[REIN_AXIS_INDIVIDUAL] * part->n[REIN_AXIS_ARM];
  for (int64_t m = 0; part->status && m < n; m++) {
    if (part->status[m] < 0 || part->status[m] > REIN_LANE_FAILED) r->odd = "status";
  }
  for (int64_t m = 0; part->fail_reason && m < n; m++) {
    if (part->fail_reason[m] < 0 || part->fail_reason[m] >= REIN_N_FAIL) r->odd = "fail_reason";
  }
}

/* The same of lines with decisions. */
static void check_decisions(file_reader *r, const rein_part *part) {
  const int64_t n_line = part->n[REIN_AXIS_LINE], n_rule = part->n[REIN_AXIS_RULE],
                n = part->n[REIN_AXIS_INDIVIDUAL] * part->n[REIN_AXIS_ARM] * n_line;
  for (int64_t l = 0; part->line_action && l < n_line; l++) {
    if (part->line_action[l] < 0 || part->line_action[l] >= part->n[REIN_AXIS_ACTION]) r->odd = "line_action";
  }
  for (int64_t k = 0; part->line_rule && k < n; k++) {
    const int32_t rule = part->line_rule[k];
    if (rule != REIN_MISSING_INT && (rule < 0 || rule >= n_rule)) r->odd = "line_rule";
  }
}

static void read_all(file_reader *r, uint64_t wanted, rein_part *part, rein_part_about *about) {
  const rein_field *fields = rein_record_fields();
  int dim[REIN_N_AXIS];
  if (strcmp(get_text(r, "record"), REIN_RECORD_VERSION) != 0) {
    r->odd = "record";
    return;
  }
  if (about) read_about(r, about);
  part->i_part = (int64_t)get_count(r, "part");
  part->first_batch = (int64_t)get_count(r, "first_batch");
  part->n_batch = (int64_t)get_count(r, "n_batch");
  part->n_fine = (int64_t)get_count(r, "n_fine");
  part->n_alone = (int64_t)get_count(r, "n_alone");
  part->n_failed = (int64_t)get_count(r, "n_failed");
  if (is_fine(r)) read_axes(r, part, dim);
  for (int f = 0; f < REIN_N_FIELD && is_fine(r); f++) {
    const uint64_t bit =
        fields[f].group == REIN_GROUP_LABEL ? REIN_FIELDS_ALL_LABELS : (uint64_t)1 << fields[f].bit;
    if (wanted & bit) read_field(r, &fields[f], dim, part);
  }
  if (is_fine(r)) check_indices(r, part);
  if (is_fine(r)) check_decisions(r, part);
  if (part->individual && part->n[REIN_AXIS_INDIVIDUAL]) part->first_individual = part->individual[0];
}

/* Opens, reads and closes under the lock; memory running out in between jumps past this function, so that the
 * lock and the file need a guard of their own. */
static rein_status read_bytes(rein_arena *arena, const char *bytes, size_t n_byte, uint64_t wanted,
                              rein_part *part, rein_part_about *about, file_reader *r) {
  rein_guard guard;
  *r = (file_reader){.arena = arena, .n_byte = n_byte};
  rein_part_file_lock();
  r->error = nc_open_mem("part", NC_NOWRITE, n_byte, (void *)(uintptr_t)bytes, &r->id);
  if (r->error) {
    rein_part_file_unlock();
    return REIN_OK;
  }
  if (REIN_GUARD(arena, &guard)) {
    nc_close(r->id);
    rein_part_file_unlock();
    return REIN_ERR_MEMORY;
  }
  read_all(r, wanted, part, about);
  rein_unguard(arena, &guard);
  nc_close(r->id);
  rein_part_file_unlock();
  return REIN_OK;
}

rein_status rein_part_read(rein_arena *arena, const char *path, uint64_t wanted, rein_diag *diag,
                           rein_part *part, rein_part_about *about) {
  const rein_pos nowhere = {0};
  const char *bytes;
  size_t n_byte = 0;
  file_reader r;
  rein_status status = rein_files_read_bytes(arena, path, nowhere, diag, &bytes, &n_byte);
  if (status != REIN_OK) return status;
  *part = (rein_part){0};
  status = read_bytes(arena, bytes, n_byte, wanted, part, about, &r);
  if (status != REIN_OK) return status;
  if (r.error) {
    rein_error(diag, nowhere, "cannot read '%s': %s", path, nc_strerror(r.error));
    return REIN_ERR_FILE;
  }
  if (r.odd) {
    rein_error(diag, nowhere, "'%s' is no part of a study (%s): its '%s' is missing or has another shape",
               path, REIN_RECORD_VERSION, r.odd);
    return REIN_ERR_FILE;
  }
  return REIN_OK;
}
