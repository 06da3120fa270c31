/* Symbolic LU: from the pattern of a D + b J to the row lists of lane_lu.h. Done once per model.
 *
 *   match    a row for every column, by BTF's maximum transversal. Columns where D is 1 come first and offer
 * their diagonal first, so that M's diagonal is taken wherever it is there: it holds a, which keeps pivots
 * large. order    AMD on the pattern of B + B', B being M with matched rows on its diagonal. factor   row by
 * row: the pattern of row i is that of M, joined with the U part of every row k in its L part.
 */
#include "solver/lane_lu.h"

#include <stdlib.h>
#include <string.h>

#include <suitesparse/amd.h>
#include <suitesparse/btf.h>

#include "solver/lane_matrix.h"

/* Pattern of M by columns, and what the three steps find. */
typedef struct {
  int n;
  const int *differential;      /* (n) or NULL for all 1 */
  int *start;                   /* (n + 1) */
  int *row, *nz;                /* (start[n]) row of M; entry of J, or -1 */
  int *row_of_col, *col_of_row; /* (n) the matching */
  int *order, *place; /* (n) place k of the elimination takes column order[k]; place[order[k]] = k */
  int *row_start, *row_col, *row_nz; /* rows in the new order: places of columns, rising; entries of J */
} pattern;

static int is_differential(const pattern *p, int column) {
  return !p->differential || p->differential[column];
}

static int *ints(size_t n) {
  return calloc(n ? n : 1, sizeof(int));
}

static void pattern_clear(pattern *p) {
  int *const owned[] = {p->start, p->row,   p->nz,        p->row_of_col, p->col_of_row,
                        p->order, p->place, p->row_start, p->row_col,    p->row_nz};
  for (size_t k = 0; k < sizeof owned / sizeof *owned; k++) free(owned[k]);
}

/* J joined with D: a column's diagonal first where D is 1, then the others. */
static rein_status pattern_init(pattern *p, int n, const int *col_start, const int *row,
                                const int *differential) {
  const size_t size = (size_t)n, most = (size_t)col_start[n] + size;
  *p = (pattern){.n = n, .differential = differential};
  p->start = ints(size + 1);
  p->row = ints(most);
  p->nz = ints(most);
  p->row_of_col = ints(size);
  p->col_of_row = ints(size);
  p->order = ints(size);
  p->place = ints(size);
  p->row_start = ints(size + 1);
  p->row_col = ints(most);
  p->row_nz = ints(most);
  if (!p->start || !p->row || !p->nz || !p->row_of_col || !p->col_of_row || !p->order || !p->place ||
      !p->row_start || !p->row_col || !p->row_nz) {
    return REIN_ERR_MEMORY;
  }
  int at = 0;
  for (int j = 0; j < n; j++) {
    const int diagonal = is_differential(p, j) ? at : -1;
    if (diagonal >= 0) {
      p->row[at] = j;
      p->nz[at++] = -1;
    }
    for (int e = col_start[j]; e < col_start[j + 1]; e++) {
      if (row[e] == j && diagonal >= 0) {
        p->nz[diagonal] = e;
        continue;
      }
      p->row[at] = row[e];
      p->nz[at++] = e;
    }
    p->start[j + 1] = at;
  }
  return REIN_OK;
}

static rein_status match_rows(pattern *p) {
  const size_t n = (size_t)p->n;
  int *column = ints(n), *start = ints(n + 1), *row = ints((size_t)p->start[n]), *match = ints(n),
      *work = ints(5 * n);
  rein_status status = REIN_ERR_MEMORY;
  if (!column || !start || !row || !match || !work) goto out;
  int at = 0, n_column = 0;
  for (int wanted = 1; wanted >= 0; wanted--) {
    for (int j = 0; j < p->n; j++) {
      if (!is_differential(p, j) != !wanted) continue;
      for (int e = p->start[j]; e < p->start[j + 1]; e++) row[at++] = p->row[e];
      column[n_column++] = j;
      start[n_column] = at;
    }
  }
  double effort = 0.0;
  status =
      btf_maxtrans(p->n, p->n, start, row, 0.0, &effort, match, work) == p->n ? REIN_OK : REIN_ERR_SOLVER;
  if (status != REIN_OK) goto out;
  for (int i = 0; i < p->n; i++) {
    p->col_of_row[i] = column[match[i]];
    p->row_of_col[column[match[i]]] = i;
  }
out:
  free(work);
  free(match);
  free(row);
  free(start);
  free(column);
  return status;
}

static rein_status order_columns(pattern *p) {
  int *row = ints((size_t)p->start[p->n]);
  if (!row) return REIN_ERR_MEMORY;
  for (int e = 0; e < p->start[p->n]; e++) row[e] = p->col_of_row[p->row[e]];
  const int answer = amd_order(p->n, p->start, row, p->order, NULL, NULL);
  free(row);
  if (answer != AMD_OK && answer != AMD_OK_BUT_JUMBLED) return REIN_ERR_MEMORY;
  for (int k = 0; k < p->n; k++) p->place[p->order[k]] = k;
  return REIN_OK;
}

/* Rows of the permuted M; walking the columns in their new order leaves each row sorted. */
static void sort_rows(pattern *p) {
  const int n_given = p->start[p->n];
  for (int e = 0; e < n_given; e++) p->row_start[p->place[p->col_of_row[p->row[e]]] + 1]++;
  for (int i = 0; i < p->n; i++) p->row_start[i + 1] += p->row_start[i];
  for (int k = 0; k < p->n; k++) {
    const int j = p->order[k];
    for (int e = p->start[j]; e < p->start[j + 1]; e++) {
      const int to = p->row_start[p->place[p->col_of_row[p->row[e]]]]++;
      p->row_col[to] = k;
      p->row_nz[to] = p->nz[e];
    }
  }
  memmove(p->row_start + 1, p->row_start, (size_t)p->n * sizeof(int));
  p->row_start[0] = 0;
}

/* Pattern of row i of L + U as a list that rises from next[n] to n. */
static void join_row(const pattern *p, const rein_lu_lists *lists, int i, int *next) {
  int last = p->n;
  for (int e = p->row_start[i]; e < p->row_start[i + 1]; e++) last = next[last] = p->row_col[e];
  next[last] = p->n;
  for (int k = next[p->n]; k < i; k = next[k]) {
    int before = k;
    for (int u = lists->diag[k] + 1; u < lists->row_start[k + 1]; u++) {
      const int column = lists->col[u];
      while (next[before] < column) before = next[before];
      if (next[before] != column) {
        next[column] = next[before];
        next[before] = column;
      }
      before = column;
    }
  }
}

static bool make_room(rein_lu_lists *lists, size_t *capacity, int n) {
  if ((size_t)lists->n_entry + (size_t)n <= *capacity) return true;
  const size_t wanted = 2 * (*capacity + (size_t)n);
  int *col = realloc(lists->col, wanted * sizeof(int));
  if (col) lists->col = col;
  int *nz = realloc(lists->nz, wanted * sizeof(int));
  if (nz) lists->nz = nz;
  if (!col || !nz) return false;
  *capacity = wanted;
  return true;
}

static rein_status factor_rows(const pattern *p, rein_lu_plan *plan) {
  rein_lu_lists *lists = &plan->lists;
  const int n = p->n;
  int *next = ints((size_t)n + 1);
  size_t capacity = 0;
  rein_status status = next ? REIN_OK : REIN_ERR_MEMORY;
  for (int i = 0; status == REIN_OK && i < n; i++) {
    if (!make_room(lists, &capacity, n)) {
      status = REIN_ERR_MEMORY;
      break;
    }
    join_row(p, lists, i, next);
    const int column = p->order[i], row = p->row_of_col[column];
    const int unit = is_differential(p, row) ? p->place[row] : -1;
    lists->row_from[i] = row;
    lists->col_from[i] = column;
    lists->unit[i] = -1;
    int given = p->row_start[i];
    for (int k = next[n]; k < n; k = next[k]) {
      const int e = lists->n_entry++;
      const bool is_given = given < p->row_start[i + 1] && p->row_col[given] == k;
      lists->col[e] = k;
      lists->nz[e] = is_given ? p->row_nz[given++] : -1;
      if (k == i) lists->diag[i] = e;
      if (k == unit) lists->unit[i] = e;
      if (k < i) plan->n_madd += lists->row_start[k + 1] - lists->diag[k] - 1;
    }
    lists->row_start[i + 1] = lists->n_entry;
  }
  free(next);
  return status;
}

rein_status rein_lu_plan_create(int n_state, const int *col_start, const int *row, const int *differential,
                                rein_lu_plan **out) {
  const size_t n = (size_t)n_state;
  pattern p = {0};
  rein_status status = REIN_ERR_MEMORY;
  rein_lu_plan *plan = calloc(1, sizeof *plan);
  if (!plan) return REIN_ERR_MEMORY;
  rein_lu_lists *lists = &plan->lists;
  lists->n = n_state;
  lists->row_start = ints(n + 1);
  lists->diag = ints(n);
  lists->unit = ints(n);
  lists->row_from = ints(n);
  lists->col_from = ints(n);
  if (!lists->row_start || !lists->diag || !lists->unit || !lists->row_from || !lists->col_from) goto out;
  status = pattern_init(&p, n_state, col_start, row, differential);
  if (status == REIN_OK && n_state > 0) status = match_rows(&p);
  if (status == REIN_OK && n_state > 0) status = order_columns(&p);
  if (status != REIN_OK) goto out;
  plan->n_nz = col_start[n_state];
  plan->n_given = p.start[n_state];
  sort_rows(&p);
  status = factor_rows(&p, plan);
out:
  pattern_clear(&p);
  if (status == REIN_OK) {
    *out = plan;
  } else {
    rein_lu_plan_destroy(plan);
  }
  return status;
}

void rein_lu_plan_destroy(rein_lu_plan *plan) {
  if (!plan) return;
  free(plan->lists.row_start);
  free(plan->lists.diag);
  free(plan->lists.col);
  free(plan->lists.nz);
  free(plan->lists.unit);
  free(plan->lists.row_from);
  free(plan->lists.col_from);
  free(plan);
}

int rein_lu_plan_n_entry(const rein_lu_plan *plan) {
  return plan->lists.n_entry;
}

int64_t rein_lu_plan_n_madd(const rein_lu_plan *plan) {
  return plan->n_madd;
}

void rein_lu_plan_print(const rein_lu_plan *plan, rein_text *out) {
  const rein_lu_lists *lists = &plan->lists;
  rein_text_printf(out, "lu: %d states, %d entries, %d of them fill, %lld multiply-adds\n", lists->n,
                   lists->n_entry, lists->n_entry - plan->n_given, (long long)plan->n_madd);
  for (int i = 0; i < lists->n; i++) {
    rein_text_printf(out, "  %d: row %d, pivot column %d;", i, lists->row_from[i], lists->col_from[i]);
    for (int e = lists->row_start[i]; e < lists->row_start[i + 1]; e++) {
      const char *kind = e < lists->diag[i] ? "l" : e == lists->diag[i] ? "d" : "u";
      const bool is_fill = lists->nz[e] < 0 && lists->unit[i] != e;
      rein_text_printf(out, " %s%d%s", kind, lists->col_from[lists->col[e]], is_fill ? "*" : "");
    }
    rein_text_add(out, "\n");
  }
}
