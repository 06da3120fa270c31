/* Parts of `make bench`; each prints its own lines. */
#ifndef REIN_TESTS_BENCH_STUDY_H
#define REIN_TESTS_BENCH_STUDY_H

double bench_now(void); /* [s], monotonic */

/* Processor time of all threads of this process [s]. */
double bench_cpu(void);
double bench_median(double *value, int n); /* sorts */

void bench_compile(void);
/* A scenario on the PK/PD model with jittered doses against the same without. */
void bench_times(const char *model, const char *method);
void bench_writing(const char *scenario, const char *method);

#endif
