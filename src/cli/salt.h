/* The secret that individuals' codes are made with: outside every study, the same for all of a user's
 * exports. */
#ifndef REIN_CLI_SALT_H
#define REIN_CLI_SALT_H

#include "src/base/diag.h"

/* REIN_SALT where it is set; else what stands in $XDG_CONFIG_HOME/rein/salt or ~/.config/rein/salt, which is
 * made (mode 0600, 32 random bytes) when it is not there. In the arena. REIN_OK; REIN_ERR_FILE with an error
 * in diag that does not show it. */
rein_status rein_salt_get(rein_arena *arena, rein_diag *diag, const char **out);

#endif
