/* Runs problems of the PEtab format (version 1) at their nominal parameters and compares every simulated
 * measurement, and the negative log-likelihood, with stored reference values.
 *
 *   petab FOLDER [PROBLEM...]      FOLDER holds reference.tsv and a folder for each problem
 *
 * Exit 1 when a problem does not load, run, or agree. What a problem means is written in problem.h. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "tests/petab/problem.h"

#define ROW_TOLERANCE 1e-4 /* of the largest simulated value of the observable */

static bool is_wanted(const char *problem, int n, char **list) {
  for (int i = 0; i < n; i++)
    if (strcmp(problem, list[i]) == 0) return true;
  return n == 0;
}

static bool judge(const char *folder, const char *problem, double nllh, double tolerance) {
  petab_result r;
  if (!petab_run(folder, problem, &r)) {
    printf("%-24s FAILED: %s\n", problem, r.reason);
    return false;
  }
  const bool close = fabs(r.nllh - nllh) <= tolerance, fine = close && r.worst <= ROW_TOLERANCE;
  printf("%-24s %5d rows %4d runs  worst row %8.1e  nllh %14.6f  reference %14.6f  difference %8.1e of %.1e  "
         "%6.2f s  %s\n",
         problem, r.n_row, r.n_run, r.worst, r.nllh, nllh, r.nllh - nllh, tolerance, r.seconds,
         fine ? "agrees" : "DIFFERS");
  fflush(stdout);
  return fine;
}

int main(int argc, char **argv) {
  if (argc < 2) return fprintf(stderr, "petab: name the folder of the problems\n"), 2;
  rein_arena *arena = rein_arena_create();
  const petab_table *t = petab_table_read(arena, argv[1], "reference.tsv");
  if (!t) return fprintf(stderr, "petab: no reference.tsv in %s\n", argv[1]), 3;
  int n = 0, n_fine = 0;
  for (int i = 0; i < t->n_row; i++) {
    const char *problem = petab_cell(t, i, "problem");
    if (!is_wanted(problem, argc - 2, argv + 2)) continue;
    double nllh = petab_number(t, i, "nllh_at_nominal"), tolerance = petab_number(t, i, "tol_abs");
    n++, n_fine += judge(argv[1], problem, nllh, tolerance);
  }
  printf("%d of %d problems agree\n", n_fine, n);
  rein_arena_destroy(arena);
  return n_fine == n ? 0 : 1;
}
