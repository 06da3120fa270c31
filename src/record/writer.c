/* Invariants, all under `mutex`:
 * 1. A part is in one place: open, queue, spare, or in the hands of the writer thread.
 * 2. While a batch is being copied its part is open, and it is counted only after the copy.
 * 3. `status` leaves REIN_OK once; from then on nothing is taken and queued parts are dropped. */
#include "src/record/writer.h"

#include "src/base/files.h"
#include "src/base/sha256.h"
#include "src/record/part_file.h"

#include <assert.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct item {
  struct item *next;
  rein_part *part;
  int64_t n_batch_done;
} item;

struct rein_writer {
  const rein_layout *layout;
  rein_manifest *manifest;
  const char *folder;
  pthread_t thread;
  pthread_mutex_t mutex;
  pthread_cond_t changed;
  item *open, *spare, *queue; /* queue: first in, first out */
  int n_item;                 /* in all */
  bool writing;               /* the writer thread has one */
  bool finishing, joined;
  rein_status status;
  char why[512];
};

static void fail(rein_writer *w, rein_status status, const char *why) {
  pthread_mutex_lock(&w->mutex);
  if (w->status == REIN_OK) {
    w->status = status;
    snprintf(w->why, sizeof w->why, "%s", why);
  }
  pthread_cond_broadcast(&w->changed);
  pthread_mutex_unlock(&w->mutex);
}

/* Writes the file, then its line in the manifest; a failure's message, without "error: ", goes to `why`. */
static rein_status write_file(const rein_writer *w, int64_t i_part, const void *bytes,
                              const rein_manifest_part *entry, char *why, size_t n_why) {
  rein_arena *arena = rein_arena_create();
  rein_guard guard;
  snprintf(why, n_why, "out of memory");
  if (!arena) return REIN_ERR_MEMORY;
  if (REIN_GUARD(arena, &guard)) {
    rein_arena_destroy(arena);
    return REIN_ERR_MEMORY;
  }
  rein_diag *diag = rein_diag_create(arena);
  rein_status status =
      rein_files_write(rein_manifest_part_path(arena, w->folder, i_part), bytes, (size_t)entry->n_byte, diag);
  if (status == REIN_OK) status = rein_manifest_append(arena, w->folder, i_part, entry, diag);
  if (status != REIN_OK) {
    rein_text text;
    rein_text_init(&text, arena);
    rein_diag_print(diag, &text);
    const char *message = strstr(text.bytes, "error: ");
    message = message ? message + strlen("error: ") : text.bytes;
    snprintf(why, n_why, "%.*s", (int)strcspn(message, "\n"), message);
  }
  rein_unguard(arena, &guard);
  rein_arena_destroy(arena);
  return status == REIN_OK ? REIN_OK : REIN_ERR_SINK;
}

static void write_part(rein_writer *w, const rein_part *part) {
  void *bytes = NULL;
  size_t n_byte = 0;
  const char *reason = "out of memory";
  char why[sizeof w->why];
  rein_status status = rein_part_write(part, &bytes, &n_byte, &reason);
  if (status != REIN_OK) {
    snprintf(why, sizeof why, "cannot make part %lld of '%s': %s", (long long)part->i_part, w->folder,
             reason);
  } else {
    rein_manifest_part entry = {.present = true,
                                .first_batch = part->first_batch,
                                .n_batch = part->n_batch,
                                .n_byte = (int64_t)n_byte,
                                .n_fine = part->n_fine,
                                .n_alone = part->n_alone,
                                .n_failed = part->n_failed};
    rein_sha256_hex(bytes, n_byte, entry.sha256);
    status = write_file(w, part->i_part, bytes, &entry, why, sizeof why);
    if (status == REIN_OK) w->manifest->part[part->i_part] = entry;
  }
  free(bytes);
  if (status != REIN_OK) fail(w, status, why);
}

static void *writer_main(void *context) {
  rein_writer *w = context;
  pthread_mutex_lock(&w->mutex);
  for (;;) {
    while (!w->queue && !w->finishing) pthread_cond_wait(&w->changed, &w->mutex);
    item *it = w->queue;
    if (!it) break;
    w->queue = it->next;
    w->writing = true;
    const bool wanted = w->status == REIN_OK;
    pthread_mutex_unlock(&w->mutex);
    if (wanted) write_part(w, it->part);
    pthread_mutex_lock(&w->mutex);
    w->writing = false;
    it->next = w->spare;
    w->spare = it;
    pthread_cond_broadcast(&w->changed);
  }
  pthread_mutex_unlock(&w->mutex);
  return NULL;
}

/* Signals are for the threads that can answer them. */
static int start_thread(rein_writer *w) {
  sigset_t all, old;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &old);
  const int error = pthread_create(&w->thread, NULL, writer_main, w);
  pthread_sigmask(SIG_SETMASK, &old, NULL);
  return error;
}

rein_writer *rein_writer_create(const rein_layout *layout, rein_manifest *manifest, const char *folder) {
  rein_writer *w = calloc(1, sizeof *w);
  if (!w) return NULL;
  w->layout = layout;
  w->manifest = manifest;
  w->folder = folder;
  pthread_mutex_init(&w->mutex, NULL);
  pthread_cond_init(&w->changed, NULL);
  if (start_thread(w) == 0) return w;
  w->joined = true;
  rein_writer_destroy(w);
  return NULL;
}

/* A spare or new item; NULL when memory is out. */
static item *get_spare(rein_writer *w) {
  item *it = w->spare;
  if (it) {
    w->spare = it->next;
    return it;
  }
  it = calloc(1, sizeof *it);
  rein_part *part = it ? rein_part_create(w->layout) : NULL;
  if (!part) {
    free(it);
    return NULL;
  }
  it->part = part;
  w->n_item++;
  return it;
}

static item *find_open(const rein_writer *w, int64_t i_part) {
  item *it = w->open;
  while (it && it->part->i_part != i_part) it = it->next;
  return it;
}

/* The open part of a batch, made if it is the first one; NULL when memory is out or another thread failed.
 * With REIN_WRITER_PARTS in memory it waits for the disk, but never when nothing is on its way there. */
static item *get_open(rein_writer *w, int64_t i_part) {
  item *it;
  while (!(it = find_open(w, i_part)) && !w->spare && w->n_item >= REIN_WRITER_PARTS &&
         (w->queue || w->writing) && w->status == REIN_OK)
    pthread_cond_wait(&w->changed, &w->mutex);
  if (it || w->status != REIN_OK) return it;
  it = get_spare(w);
  if (!it) return NULL;
  rein_part_start(it->part, i_part);
  it->n_batch_done = 0;
  it->next = w->open;
  w->open = it;
  return it;
}

/* From the open parts to the end of the queue. */
static void enqueue(rein_writer *w, item *it) {
  item **at = &w->open;
  while (*at != it) at = &(*at)->next;
  *at = it->next;
  it->next = NULL;
  for (at = &w->queue; *at; at = &(*at)->next) {
  }
  *at = it;
  pthread_cond_broadcast(&w->changed);
}

rein_status rein_writer_take(rein_writer *w, const rein_batch_result *result) {
  pthread_mutex_lock(&w->mutex);
  item *it = w->status == REIN_OK ? get_open(w, result->i_batch / w->layout->batches_per_part) : NULL;
  if (!it) {
    if (w->status == REIN_OK) {
      w->status = REIN_ERR_MEMORY;
      snprintf(w->why, sizeof w->why, "out of memory for the records under way");
    }
    const rein_status status = w->status;
    pthread_mutex_unlock(&w->mutex);
    return status;
  }
  pthread_mutex_unlock(&w->mutex);
  int64_t n[3];
  const bool taken = rein_part_take(it->part, result, n);
  pthread_mutex_lock(&w->mutex);
  if (!taken) {
    w->status = REIN_ERR_MEMORY;
    snprintf(w->why, sizeof w->why, "out of memory for the records under way");
    pthread_mutex_unlock(&w->mutex);
    return REIN_ERR_MEMORY;
  }
  it->part->n_fine += n[REIN_LANE_FINE];
  it->part->n_alone += n[REIN_LANE_ALONE];
  it->part->n_failed += n[REIN_LANE_FAILED];
  assert(it->n_batch_done < it->part->n_batch);
  if (++it->n_batch_done == it->part->n_batch) enqueue(w, it);
  const rein_status status = w->status;
  pthread_mutex_unlock(&w->mutex);
  return status;
}

rein_status rein_writer_finish(rein_writer *w, rein_diag *diag) {
  if (!w->joined) {
    pthread_mutex_lock(&w->mutex);
    w->finishing = true;
    pthread_cond_broadcast(&w->changed);
    pthread_mutex_unlock(&w->mutex);
    pthread_join(w->thread, NULL);
    w->joined = true;
  }
  const rein_pos nowhere = {0};
  if (w->status != REIN_OK && diag)
    rein_error(diag, nowhere, "%s; the finished parts stay, and the same command goes on from there", w->why);
  return w->status;
}

static void free_items(item *it) {
  while (it) {
    item *next = it->next;
    rein_part_destroy(it->part);
    free(it);
    it = next;
  }
}

void rein_writer_destroy(rein_writer *w) {
  if (!w) return;
  rein_writer_finish(w, NULL);
  free_items(w->open);
  free_items(w->spare);
  free_items(w->queue);
  pthread_cond_destroy(&w->changed);
  pthread_mutex_destroy(&w->mutex);
  free(w);
}
