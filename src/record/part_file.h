/* Parts as NetCDF-4 files; with part_read.c and part_write.c the only files that see the NetCDF library.
 *
 * The library is not thread-safe, even for different files, so every call is made under one lock of the
 * process. Files are made in memory: what reaches the disk is one write of bytes whose hash is known. The
 * same part gives the same bytes: no clock, no path, no compression (which costs more time than it saves here
 * and whose bytes depend on zlib's version). Layout: docs/records.md, "Parts". Threads: any, one after the
 * other.
 */
#ifndef REIN_RECORD_PART_FILE_H
#define REIN_RECORD_PART_FILE_H

#include "src/record/record.h"

/* Fields to read: a bit for each DATA field, one for all LABEL fields together. */
#define REIN_FIELD_BIT(field) ((uint64_t)1 << REIN_BIT_##field)
#define REIN_FIELDS_ALL (~(uint64_t)0)
#define REIN_FIELDS_ALL_LABELS ((uint64_t)1 << 63)
#define REIN_FIELDS_LABELS /* and what comes with them */                                                    \
  (REIN_FIELDS_ALL_LABELS | REIN_FIELD_BIT(individual) | REIN_FIELD_BIT(replicate))

/* The part as the bytes of a NetCDF-4 file; *bytes is given, free() it. REIN_OK; REIN_ERR_MEMORY, or
 * REIN_ERR_SINK with NetCDF's reason in *why (static text). */
rein_status rein_part_write(const rein_part *part, void **bytes, size_t *n_byte, const char **why);

/* What a part says of the whole study; texts are in the arena of the read. */
typedef struct {
  const char *study, *title, *model, *model_hash, *scenario_hash, *parameter_hash, *run_hash, *version,
      *boundary;
  const char *origin, *comment, *time_unit, *method;
  uint64_t seed;
  double rtol, atol_rel;
  bool individual_data;
  int64_t n_individual;
} rein_part_about;

/* A part from the file at `path`: the fields asked for, labels and arrays in `arena`; part->layout is NULL.
 * `about` may be NULL. REIN_OK; REIN_ERR_FILE with one error in diag for what cannot be read or is no part of
 * a study. */
rein_status rein_part_read(rein_arena *arena, const char *path, uint64_t wanted, rein_diag *diag,
                           rein_part *part, rein_part_about *about);

/* Locks and unlocks NetCDF and HDF5, for the files that call them. */
void rein_part_file_lock(void);
void rein_part_file_unlock(void);

/* NetCDF's type of a field. */
int rein_part_file_type(rein_field_type type);

/* Version of the NetCDF library, "4.9.0", into text. */
void rein_part_file_version(char *text, size_t n);

#endif
