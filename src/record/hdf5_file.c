#include "src/record/hdf5_file.h"

#include <hdf5.h>

static int64_t keep(rein_hdf5 *h, int64_t id) {
  if (id < 0) h->failed = true;
  return id;
}

static void check(rein_hdf5 *h, herr_t answer) {
  if (answer < 0) h->failed = true;
}

/* What h5py makes of numpy's bool. */
static hid_t create_truth(void) {
  const hid_t type = H5Tenum_create(H5T_STD_I8LE);
  const int8_t no = 0, yes = 1;
  if (type >= 0) {
    H5Tenum_insert(type, "FALSE", &no);
    H5Tenum_insert(type, "TRUE", &yes);
  }
  return type;
}

static hid_t create_text(void) {
  const hid_t type = H5Tcopy(H5T_C_S1);
  if (type >= 0) {
    H5Tset_size(type, H5T_VARIABLE);
    H5Tset_cset(type, H5T_CSET_UTF8);
  }
  return type;
}

void rein_hdf5_create(rein_hdf5 *h, const char *path) {
  *h = (rein_hdf5){.file = -1, .text_type = create_text(), .truth_type = create_truth()};
  const hid_t creation = H5Pcreate(H5P_FILE_CREATE), access = H5Pcreate(H5P_FILE_ACCESS);
  h->failed = h->text_type < 0 || h->truth_type < 0 || creation < 0 || access < 0;
  if (!h->failed) {
    H5Pset_obj_track_times(creation, false);
    /* Groups and attributes in the form since HDF5 1.8, which takes a fraction of the older one's room. */
    H5Pset_libver_bounds(access, H5F_LIBVER_V18, H5F_LIBVER_V18);
    h->file = keep(h, H5Fcreate(path, H5F_ACC_TRUNC, creation, access));
  }
  H5Pclose(access);
  H5Pclose(creation);
}

void rein_hdf5_close(rein_hdf5 *h, uint64_t *n_byte) {
  hsize_t size = 0;
  if (h->file >= 0) {
    check(h, H5Fflush(h->file, H5F_SCOPE_LOCAL));
    check(h, H5Fget_filesize(h->file, &size));
    check(h, H5Fclose(h->file));
  }
  H5Tclose(h->truth_type);
  H5Tclose(h->text_type);
  *n_byte = h->failed ? 0 : size;
}

int64_t rein_hdf5_enter(rein_hdf5 *h, int64_t where, const char *name) {
  if (h->failed) return -1;
  const hid_t how = H5Pcreate(H5P_GROUP_CREATE);
  H5Pset_obj_track_times(how, false);
  const int64_t group = keep(h, H5Gcreate2(where, name, H5P_DEFAULT, how, H5P_DEFAULT));
  H5Pclose(how);
  return group;
}

void rein_hdf5_leave(rein_hdf5 *h, int64_t group) {
  if (group >= 0) check(h, H5Gclose(group));
}

static void put(rein_hdf5 *h, int64_t where, const char *name, hid_t type, hid_t memory, const void *x,
                int n_axis, const hsize_t *n) {
  if (h->failed) return;
  const hid_t space = H5Screate_simple(n_axis, n, NULL), how = H5Pcreate(H5P_DATASET_CREATE);
  H5Pset_obj_track_times(how, false);
  const hid_t set = keep(h, H5Dcreate2(where, name, type, space, H5P_DEFAULT, how, H5P_DEFAULT));
  if (set >= 0) {
    if (n[0] > 0 && n[n_axis - 1] > 0) check(h, H5Dwrite(set, memory, H5S_ALL, H5S_ALL, H5P_DEFAULT, x));
    check(h, H5Dclose(set));
  }
  H5Pclose(how);
  H5Sclose(space);
}

void rein_hdf5_put_row(rein_hdf5 *h, int64_t where, const char *name, const double *x, int64_t n_row) {
  put(h, where, name, H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE, x, 1, (hsize_t[]){(hsize_t)n_row});
}

void rein_hdf5_put_table(rein_hdf5 *h, int64_t where, const char *name, const double *x, int64_t n_row,
                         int64_t n_column) {
  put(h, where, name, H5T_IEEE_F64LE, H5T_NATIVE_DOUBLE, x, 2,
      (hsize_t[]){(hsize_t)n_row, (hsize_t)n_column});
}

void rein_hdf5_put_bytes(rein_hdf5 *h, int64_t where, const char *name, const int8_t *x, int64_t n_row,
                         int64_t n_column) {
  put(h, where, name, H5T_STD_I8LE, H5T_NATIVE_INT8, x, 2, (hsize_t[]){(hsize_t)n_row, (hsize_t)n_column});
}

void rein_hdf5_put_truths(rein_hdf5 *h, int64_t where, const char *name, const int8_t *x, int64_t n_row) {
  put(h, where, name, h->truth_type, h->truth_type, x, 1, (hsize_t[]){(hsize_t)n_row});
}

static void say(rein_hdf5 *h, int64_t where, const char *name, hid_t type, hid_t memory, const void *x) {
  if (h->failed) return;
  const hid_t space = H5Screate(H5S_SCALAR);
  const hid_t attribute = keep(h, H5Acreate2(where, name, type, space, H5P_DEFAULT, H5P_DEFAULT));
  if (attribute >= 0) {
    check(h, H5Awrite(attribute, memory, x));
    check(h, H5Aclose(attribute));
  }
  H5Sclose(space);
}

void rein_hdf5_say_text(rein_hdf5 *h, int64_t where, const char *name, const char *text) {
  say(h, where, name, h->text_type, h->text_type, &text);
}

/* A count that fits gets the type that Python's numbers have. */
void rein_hdf5_say_count(rein_hdf5 *h, int64_t where, const char *name, uint64_t count) {
  say(h, where, name, count <= INT64_MAX ? H5T_STD_I64LE : H5T_STD_U64LE, H5T_NATIVE_UINT64, &count);
}

void rein_hdf5_say_truth(rein_hdf5 *h, int64_t where, const char *name, bool truth) {
  const int8_t x = truth;
  say(h, where, name, h->truth_type, h->truth_type, &x);
}
