/* Numbers in words, for people. */
#ifndef REIN_CLI_WORDS_H
#define REIN_CLI_WORDS_H

#include <stdio.h>

#include "src/record/summary.h"

/* "3.2 MB", "812 bytes". */
void rein_words_bytes(int64_t n, char *out, size_t n_out);

/* "0.4 s", "3 min 20 s", "2 h 5 min". */
void rein_words_duration(double seconds, char *out, size_t n_out);

/* A line for each reason and place that members failed for: count and meaning; the most frequent first. */
void rein_words_failures(const rein_summary *summary, const rein_study_reader *reader, FILE *to);

#endif
