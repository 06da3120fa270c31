/* A test that cannot run here says why, and is counted as skipped in the last line of `make test`. */
#ifndef REIN_TESTS_SKIP_H
#define REIN_TESTS_SKIP_H

/* Counts this test as skipped and prints the reason once the suite is done. The test should return after it.
 */
void rein_test_skip(const char *reason);

#endif
