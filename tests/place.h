/* Where a test writes and works: a folder, an arena, units and a list of messages, made anew for each test.
 *
 *   tcase_add_checked_fixture(tcase, place_setup, place_teardown);
 */
#ifndef REIN_TESTS_PLACE_H
#define REIN_TESTS_PLACE_H

#include "src/base/diag.h"
#include "src/lang/unit.h"

extern char folder[64];
extern rein_arena *arena;
extern rein_units *units;
extern rein_diag *diag;

void place_setup(void);
void place_teardown(void); /* the folder goes with all that is in it */

const char *in(const char *name);                           /* path of a file of the folder */
const char *write_file(const char *name, const char *text); /* writes it; its path */
const char *messages(void);                                 /* those of `diag` */

#endif
