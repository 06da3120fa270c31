/* Parts under way, the queue, and the one thread that writes. Private to src/record.
 *
 *   take() x threads -> open parts -> whole? -> queue -> writer thread -> parts/part-000000.nc
 *                          ^------------ spare parts, used again ----------'
 */
#ifndef REIN_RECORD_WRITER_H
#define REIN_RECORD_WRITER_H

#include "src/record/manifest.h"
#include "src/record/record.h"

/* Parts in memory: one being filled, one waiting, one being written. More only where the threads' batches
 * are in more parts at once; with as many a batch of a further part waits for the disk. */
#define REIN_WRITER_PARTS 3

typedef struct rein_writer rein_writer;

/* Starts the thread. layout, manifest and folder must outlive it; the manifest's parts are filled in as they
 * reach the disk and are not to be read before rein_writer_finish. NULL when memory or threads are out. */
rein_writer *rein_writer_create(const rein_layout *layout, rein_manifest *manifest, const char *folder);

/* Copies a batch. Threads: several at once. REIN_OK; REIN_ERR_SINK or REIN_ERR_MEMORY once something has
 * failed. */
rein_status rein_writer_take(rein_writer *writer, const rein_batch_result *result);

/* Waits until all whole parts are written; parts that are not whole are dropped. REIN_OK, or the first
 * failure, with its message in diag where that is not NULL. Then only destroy is allowed. */
rein_status rein_writer_finish(rein_writer *writer, rein_diag *diag);

/* Finishes if need be. NULL is allowed. */
void rein_writer_destroy(rein_writer *writer);

#endif
