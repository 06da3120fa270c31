/* Parts of `make bench`; each prints its own lines. */
#ifndef REIN_TESTS_BENCH_STUDY_H
#define REIN_TESTS_BENCH_STUDY_H

double bench_now(void);

/* Processor time of all threads of this process [s]. */
double bench_cpu(void);                    /* seconds, monotonic */
double bench_median(double *value, int n); /* sorts */

void bench_compile(void);
void bench_writing(const char *scenario);

#endif
