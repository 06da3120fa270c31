/* How much a study takes: asked of what will write it, since NetCDF and HDF5 add as much as they see fit. */
#include "src/record/origins.h"
#include "src/record/part_file.h"
#include "src/record/run_file.h"
#include "src/record/writer.h"

#include <stdlib.h>
#include <string.h>

#define MANIFEST_LINE 112 /* bytes of a part's line in the manifest */

/* Bytes of the file of part i_part: it is made in memory, without records. */
static rein_status file_bytes(const rein_layout *layout, int64_t i_part, int64_t *n_byte) {
  rein_part *part = rein_part_create(layout);
  void *bytes = NULL;
  size_t n = 0;
  const char *why;
  if (!part) return REIN_ERR_MEMORY;
  rein_part_start(part, i_part);
  const rein_status status = rein_part_write(part, &bytes, &n, &why);
  free(bytes);
  rein_part_destroy(part);
  *n_byte = (int64_t)n;
  return status == REIN_OK ? REIN_OK : REIN_ERR_MEMORY; /* nothing but memory is used */
}

static int64_t text_bytes(rein_arena *arena, const rein_layout *layout, const rein_plan *plan,
                          const rein_study_options *o) {
  rein_text text;
  rein_text_init(&text, arena);
  rein_run_print(&text, layout, plan, o);
  rein_run_log_print(&text, layout->scenario, o);
  rein_origins_print(&text, layout->tape);
  int64_t n = (int64_t)text.n;
  for (int i = 0; i < o->n_input; i++) n += (int64_t)o->input[i].n_byte;
  return n;
}

static int64_t least(int64_t a, int64_t b) {
  return a < b ? a : b;
}

rein_status rein_study_measure(rein_arena *arena, const rein_scenario *scenario, const rein_tape *tape,
                               const rein_plan *plan, const rein_study_options *o, rein_study_size *out) {
  rein_layout *layout = rein_layout_create(arena, scenario, tape, plan->n_batch, o->part_members);
  const int64_t per_part = layout->n[REIN_AXIS_INDIVIDUAL], n_shard = o->n_shard > 1 ? o->n_shard : 1;
  const int64_t first = n_shard > 1 ? o->shard - 1 : 0, bytes = rein_layout_individual_bytes(layout);
  rein_study_size size = {.disk_bytes = text_bytes(arena, layout, plan, o)};
  char hash[65] = "";
  memset(hash, '0', 64);
  rein_layout_add_attributes(arena, layout, hash, o->n_version ? o->version[0].version : "");
  if (first < layout->n_part) {
    int64_t file = 0;
    const rein_status status = file_bytes(layout, first, &file);
    if (status != REIN_OK) return status;
    size.n_part = (layout->n_part - first + n_shard - 1) / n_shard;
    const int64_t last = first + (size.n_part - 1) * n_shard, before = size.n_part - 1;
    const int64_t n_last = least(per_part, layout->n_individual - last * per_part);
    size.n_individual = before * per_part + n_last;
    size.n_batch = before * layout->batches_per_part +
                   least(layout->batches_per_part, layout->n_batch - last * layout->batches_per_part);
    size.disk_bytes += size.n_part * (file + MANIFEST_LINE);
    if (before > 0) size.disk_bytes -= (per_part - n_last) * bytes;
    size.part_bytes =
        least(size.n_part, REIN_WRITER_PARTS) * least(per_part, size.n_individual) * bytes + file;
  }
  *out = size;
  return REIN_OK;
}
