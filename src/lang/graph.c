/* Depth-first search with its own stack, so that a chain of any length is walked in constant C stack. */
#include "src/lang/graph.h"

typedef enum { NEW, OPEN, DONE } mark;

typedef struct {
  const rein_graph *graph;
  unsigned char *marks; /* (n) */
  int *stack, *next;    /* (n) open nodes, and the next edge of each */
  int depth;
  int *order, n_order;
  int n_circle;
} search;

static void enter(search *s, int node) {
  s->marks[node] = OPEN;
  s->stack[s->depth] = node;
  s->next[s->depth++] = s->graph->first[node];
}

static void report(search *s, int node, rein_graph_circle found, void *context) {
  int start = s->depth - 1;
  while (s->stack[start] != node) start--;
  s->n_circle++;
  if (found) found(context, s->stack + start, s->depth - start);
}

static void step(search *s, rein_graph_circle found, void *context) {
  int node = s->stack[s->depth - 1];
  int edge = s->next[s->depth - 1]++;
  if (edge >= s->graph->first[node + 1]) {
    s->marks[node] = DONE;
    s->order[s->n_order++] = node;
    s->depth--;
    return;
  }
  int needed = s->graph->edge[edge];
  if (s->marks[needed] == NEW)
    enter(s, needed);
  else if (s->marks[needed] == OPEN)
    report(s, needed, found, context);
}

int rein_graph_order(const rein_graph *graph, rein_arena *arena, rein_graph_circle found, void *context,
                     int *order) {
  search s = {.graph = graph, .order = order};
  s.marks = REIN_NEW(arena, unsigned char, graph->n + 1);
  s.stack = REIN_NEW(arena, int, graph->n + 1);
  s.next = REIN_NEW(arena, int, graph->n + 1);
  for (int i = 0; i < graph->n; i++) {
    if (s.marks[i] != NEW) continue;
    enter(&s, i);
    while (s.depth > 0) step(&s, found, context);
  }
  return s.n_circle;
}
