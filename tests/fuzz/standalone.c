/* Runs a fuzz target without libFuzzer: every seed as it is, then random changes of the seeds for some
 * seconds.
 *
 *   fuzz_x_standalone folder-of-seeds [seconds [seed]]
 *
 * Link it with one fuzz_*.c and compile both with -fsanitize=address,undefined. What is being tried stands in
 * the file named by REIN_FUZZ_LAST, where that is set, so that a crash can be tried again. */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

enum { MAX_SEEDS = 1000, MAX_BYTES = 1 << 16 };

typedef struct {
  uint8_t *bytes;
  size_t n;
} sample;

static uint64_t next_random(uint64_t *state) {
  *state ^= *state << 13;
  *state ^= *state >> 7;
  *state ^= *state << 17;
  return *state;
}

static int read_seeds(const char *folder, sample *seeds) {
  int n = 0;
  DIR *dir = opendir(folder);
  for (struct dirent *entry; dir && n < MAX_SEEDS && (entry = readdir(dir));) {
    char path[4096];
    if (snprintf(path, sizeof path, "%s/%s", folder, entry->d_name) >= (int)sizeof path) continue;
    FILE *file = entry->d_name[0] == '.' ? NULL : fopen(path, "rb");
    if (!file) continue;
    seeds[n].bytes = malloc(MAX_BYTES);
    if (!seeds[n].bytes) abort();
    seeds[n].n = fread(seeds[n].bytes, 1, MAX_BYTES / 4, file);
    n++;
    fclose(file);
  }
  if (dir) closedir(dir);
  return n;
}

/* One change: a byte replaced, a piece taken out, a piece doubled, or a piece of another seed put in. */
static void change(sample *s, const sample *other, uint64_t *state) {
  size_t at = s->n ? next_random(state) % s->n : 0, length = 1 + next_random(state) % 8;
  switch (next_random(state) % 4) {
  case 0:
    if (s->n)
      s->bytes[at] =
          next_random(state) % 4 ? (uint8_t)(32 + next_random(state) % 95) : (uint8_t)next_random(state);
    break;
  case 1:
    if (at + length > s->n) return;
    memmove(s->bytes + at, s->bytes + at + length, s->n - at - length);
    s->n -= length;
    break;
  case 2:
    other = s; /* fall through */
  default:
    if (length > other->n || s->n + length > MAX_BYTES) return;
    uint8_t piece[8];
    memcpy(piece, other->bytes + next_random(state) % (other->n - length + 1), length);
    memmove(s->bytes + at + length, s->bytes + at, s->n - at);
    memcpy(s->bytes + at, piece, length);
    s->n += length;
  }
}

static void try(const sample *s, const char *last) {
  FILE *file = last ? fopen(last, "wb") : NULL;
  if (file) {
    fwrite(s->bytes, 1, s->n, file);
    fclose(file);
  }
  LLVMFuzzerTestOneInput(s->bytes, s->n);
}

int main(int argc, char **argv) {
  static sample seeds[MAX_SEEDS];
  static uint8_t bytes[MAX_BYTES];
  int n = argc > 1 ? read_seeds(argv[1], seeds) : 0;
  if (n == 0) {
    fprintf(stderr, "usage: %s folder-of-seeds [seconds [seed]]\n", argv[0]);
    return 2;
  }
  const char *last = getenv("REIN_FUZZ_LAST");
  double seconds = argc > 2 ? atof(argv[2]) : 10;
  uint64_t state = argc > 3 ? strtoull(argv[3], NULL, 10) * 2 + 1 : 88172645463325252u;
  long n_tried = n;
  for (int i = 0; i < n; i++) try(&seeds[i], last);
  for (time_t start = time(NULL); difftime(time(NULL), start) < seconds; n_tried++) {
    const sample *from = &seeds[next_random(&state) % (uint64_t)n];
    sample s = {bytes, from->n};
    memcpy(bytes, from->bytes, from->n);
    for (uint64_t k = 1 + next_random(&state) % 6; k > 0; k--)
      change(&s, &seeds[next_random(&state) % (uint64_t)n], &state);
    try(&s, last);
  }
  printf("%ld inputs from %d seeds\n", n_tried, n);
  for (int i = 0; i < n; i++) free(seeds[i].bytes);
  return 0;
}
