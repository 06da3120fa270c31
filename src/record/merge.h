/* `rein merge`: the folders of several shards of one study to one folder, equal byte for byte in parts,
 * manifest and run.yaml to that of one unsharded run. */
#ifndef REIN_RECORD_MERGE_H
#define REIN_RECORD_MERGE_H

#include "src/record/manifest.h"

/* folder: (n_folder) study folders; out: a folder that is not there yet or empty. The shards stay as they
 * are.
 *
 * REIN_OK; REIN_ERR_INPUT where they are not shards of one study, overlap, or lack parts (nothing is written
 * then); REIN_ERR_FILE where a part is not what its manifest says, or out cannot be written. Errors in diag.
 */
rein_status rein_merge(rein_arena *arena, const char *const *folder, int n_folder, const char *out,
                       rein_diag *diag);

#endif
