/* Table from names to indices, with the nearest known name for suggestions. */
#ifndef REIN_BASE_NAMES_H
#define REIN_BASE_NAMES_H

#include "src/base/arena.h"

typedef struct rein_names rein_names;

/* An empty table in the arena. */
rein_names *rein_names_create(rein_arena *arena);

/* Index of `name`: the given `index` if it is new, else the one it already has (then nothing changes). */
int rein_names_add(rein_names *names, const char *name, int index);

/* Index of `name`, or -1. */
int rein_names_find(const rein_names *names, const char *name);

/* The known name nearest to `name` by rein_names_distance, at most a third of its length away; or NULL. Lent.
 */
const char *rein_names_closest(const rein_names *names, const char *name);

/* How far `name` is from being meant as `known`: edit distance (insert, delete, replace, swap neighbours);
 * 0 for the same letters in another case and for the beginning of `known`, three letters or more. */
int rein_names_distance(const char *name, const char *known);

#endif
