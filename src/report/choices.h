/* The picture of a search of actions: every choice beside the others, on the people it was found with and on
 * those of the check. */
#ifndef REIN_REPORT_CHOICES_H
#define REIN_REPORT_CHOICES_H

#include "src/report/picture.h"
#include "src/study/steer.h"

/* A row for each choice, in the order of ranks; a panel for each objective and each limit: search as a ring,
 * check as a dot with its 95 % interval, the wanted range and the allowed share as lines. Of two objectives
 * and more the first two against each other. What is exploratory says so across the picture and on every row.
 * As rein_picture_write. */
rein_status rein_choices_write(rein_arena *arena, const rein_steering *steering, rein_plot_format format,
                               const char *path, rein_diag *diag);

#endif
