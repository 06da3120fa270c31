/* Order of things that need one another, and the circles among them. */
#ifndef REIN_LANG_GRAPH_H
#define REIN_LANG_GRAPH_H

#include "src/base/arena.h"

/* Node i needs edge[first[i]] .. edge[first[i + 1] - 1]. */
typedef struct {
  int n;            /* nodes */
  const int *first; /* (n + 1) */
  const int *edge;  /* (first[n]) */
} rein_graph;

/* Called for every circle: nodes in order of need, the last one needs the first. Lent for the call. */
typedef void (*rein_graph_circle)(void *context, const int *node, int n_node);

/* order (n), caller's: every node after all it needs, else in rising order; the edge that closes a circle is
 * left out. Memory in proportion to n, no recursion. Returns the number of circles found. */
int rein_graph_order(const rein_graph *graph, rein_arena *arena, rein_graph_circle found, void *context,
                     int *order);

#endif
