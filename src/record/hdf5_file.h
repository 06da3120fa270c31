/* A small vocabulary for HDF5 files that are no NetCDF: groups, arrays and attributes as Python's h5py has
 * them.
 *
 * NetCDF-4 cannot write such a file: its dimensions are objects of their own beside the arrays, and types
 * like that of truth values get names beside the groups, where a reader of the file takes every name for an
 * episode.
 *
 * The first failure is kept and later calls do nothing. Between begin and end of every call here
 * rein_part_file_lock must be held; nothing is allocated in an arena. Private to src/record. */
#ifndef REIN_RECORD_HDF5_FILE_H
#define REIN_RECORD_HDF5_FILE_H

#include <stdbool.h>
#include <stdint.h>

typedef struct {
  int64_t file, text_type, truth_type; /* HDF5's handles; below 0: none */
  bool failed;
} rein_hdf5;

/* A new file at path, over what is there. To be closed also when it failed. Everything in it is free of clock
 * and host. */
void rein_hdf5_create(rein_hdf5 *h, const char *path);
/* *n_byte: of the file; 0 where it failed. */
void rein_hdf5_close(rein_hdf5 *h, uint64_t *n_byte);

/* A group below `where`; close it with rein_hdf5_leave. The file's own is h->file. */
int64_t rein_hdf5_enter(rein_hdf5 *h, int64_t where, const char *name);
void rein_hdf5_leave(rein_hdf5 *h, int64_t group);

/* Arrays (n_row) and (n_row x n_column), float64, int8 and truth. */
void rein_hdf5_put_row(rein_hdf5 *h, int64_t where, const char *name, const double *x, int64_t n_row);
void rein_hdf5_put_table(rein_hdf5 *h, int64_t where, const char *name, const double *x, int64_t n_row,
                         int64_t n_column);
void rein_hdf5_put_bytes(rein_hdf5 *h, int64_t where, const char *name, const int8_t *x, int64_t n_row,
                         int64_t n_column);
void rein_hdf5_put_truths(rein_hdf5 *h, int64_t where, const char *name, const int8_t *x, int64_t n_row);

void rein_hdf5_say_text(rein_hdf5 *h, int64_t where, const char *name, const char *text);
void rein_hdf5_say_count(rein_hdf5 *h, int64_t where, const char *name, uint64_t count);
void rein_hdf5_say_truth(rein_hdf5 *h, int64_t where, const char *name, bool truth);

#endif
