#include "src/record/manifest.h"

#include "src/base/files.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define MAX_PARTS                                                                                            \
  ((int64_t)10000000) /* a folder with more would not be of use; a false number must not ask for memory */

static const rein_pos nowhere = {0};

rein_manifest *rein_manifest_create(rein_arena *arena, const char *run_hash, int64_t n_batch,
                                    int64_t batches_per_part) {
  rein_manifest *m = REIN_NEW(arena, rein_manifest, 1);
  snprintf(m->run_hash, sizeof m->run_hash, "%s", run_hash);
  m->n_batch = n_batch;
  m->batches_per_part = batches_per_part;
  m->n_part = (n_batch + batches_per_part - 1) / batches_per_part;
  m->part = REIN_NEW(arena, rein_manifest_part, m->n_part);
  return m;
}

/* The manifest without its parts, from the head of the text; NULL where that is no manifest. */
static rein_manifest *read_head(rein_arena *arena, const char *text) {
  char hash[65];
  int64_t n_part, n_batch, per_part;
  const char *format = "rein: manifest/1\nrun: %64[0-9a-f]\nparts: %" SCNd64 "\nbatches: %" SCNd64
                       "\nbatches_per_part: %" SCNd64 "\n";
  if (sscanf(text, format, hash, &n_part, &n_batch, &per_part) != 4) return NULL;
  if (strlen(hash) != 64 || n_part < 0 || n_part > MAX_PARTS || n_batch < 0 || per_part < 1) return NULL;
  if (n_batch > n_part * per_part || n_batch <= (n_part - 1) * per_part) return NULL;
  return rein_manifest_create(arena, hash, n_batch, per_part);
}

/* One line of a part. */
static bool read_part(const char *line, rein_manifest *m) {
  rein_manifest_part p = {.present = true};
  int64_t i;
  const char *format =
      "part-%" SCNd64 ".nc %" SCNd64 " %" SCNd64 " %" SCNd64 " %64[0-9a-f] %" SCNd64 " %" SCNd64 " %" SCNd64;
  if (sscanf(line, format, &i, &p.first_batch, &p.n_batch, &p.n_byte, p.sha256, &p.n_fine, &p.n_alone,
             &p.n_failed) != 8)
    return false;
  if (i < 0 || i >= m->n_part || p.first_batch != i * m->batches_per_part || strlen(p.sha256) != 64)
    return false;
  m->part[i] = p;
  return true;
}

rein_status rein_manifest_read(rein_arena *arena, const char *folder, rein_diag *diag, rein_manifest **out) {
  const char *path = rein_arena_printf(arena, "%s/%s", folder, REIN_MANIFEST_NAME);
  const rein_source *source;
  rein_status status = rein_files_read(arena, path, nowhere, diag, &source);
  if (status != REIN_OK) return status;
  rein_manifest *m = read_head(arena, source->bytes);
  bool fine = m != NULL;
  for (int i = 1; i <= source->n_line && fine; i++) {
    int n;
    const char *line = rein_source_line(source, i, &n);
    if (line + n == source->bytes + source->n_byte) break; /* no end of line: a run was killed in it */
    if (n > 5 && memcmp(line, "part-", 5) == 0) fine = read_part(line, m);
  }
  if (!fine) {
    rein_error(diag, nowhere, "'%s' is no manifest of a study; running the study again writes it anew", path);
    return REIN_ERR_FILE;
  }
  *out = m;
  return REIN_OK;
}

static void print_part(rein_text *text, int64_t i, const rein_manifest_part *p) {
  rein_text_printf(text,
                   "part-%06" PRId64 ".nc %" PRId64 " %" PRId64 " %" PRId64 " %s %" PRId64 " %" PRId64
                   " %" PRId64 "\n",
                   i, p->first_batch, p->n_batch, p->n_byte, p->sha256, p->n_fine, p->n_alone, p->n_failed);
}

rein_status rein_manifest_append(rein_arena *scratch, const char *folder, int64_t i_part,
                                 const rein_manifest_part *part, rein_diag *diag) {
  rein_text text;
  rein_text_init(&text, scratch);
  print_part(&text, i_part, part);
  return rein_files_append(rein_arena_printf(scratch, "%s/%s", folder, REIN_MANIFEST_NAME), text.bytes,
                           text.n, true, diag);
}

rein_status rein_manifest_write(rein_arena *scratch, const rein_manifest *m, const char *folder,
                                rein_diag *diag) {
  rein_text text;
  rein_text_init(&text, scratch);
  rein_text_printf(&text,
                   "rein: manifest/1\nrun: %s\nparts: %" PRId64 "\nbatches: %" PRId64
                   "\nbatches_per_part: %" PRId64
                   "\n# part first_batch n_batch bytes sha256 fine alone failed\n",
                   m->run_hash, m->n_part, m->n_batch, m->batches_per_part);
  for (int64_t i = 0; i < m->n_part; i++) {
    if (m->part[i].present) print_part(&text, i, &m->part[i]);
  }
  return rein_files_write(rein_arena_printf(scratch, "%s/%s", folder, REIN_MANIFEST_NAME), text.bytes, text.n,
                          diag);
}

char *rein_manifest_part_path(rein_arena *arena, const char *folder, int64_t i_part) {
  return rein_arena_printf(arena, "%s/parts/part-%06" PRId64 ".nc", folder, i_part);
}

rein_manifest_totals rein_manifest_sum(const rein_manifest *m) {
  rein_manifest_totals t = {0};
  for (int64_t i = 0; i < m->n_part; i++) {
    const rein_manifest_part *p = &m->part[i];
    if (!p->present) continue;
    t.n_part++;
    t.n_fine += p->n_fine;
    t.n_alone += p->n_alone;
    t.n_failed += p->n_failed;
    t.n_byte += p->n_byte;
  }
  return t;
}
