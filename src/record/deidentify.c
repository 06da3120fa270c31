#include "src/record/deidentify.h"

#include "src/base/sha256.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#define OLDEST_YEARS 90.0
#define DAYS_PER_YEAR 365.25
#define LARGEST_SHIFT 364 /* days, either way, never 0 */

/* Whether `word` is one of the words of a name: parts between dots, underscores and the like. */
static bool has_word(const char *name, const char *word) {
  const size_t n = strlen(word);
  for (const char *c = name; *c; c++) {
    const bool starts = c == name || !isalnum((unsigned char)c[-1]);
    if (starts && strncasecmp(c, word, n) == 0 && !isalnum((unsigned char)c[n])) return true;
  }
  return false;
}

/* How many of the unit make a day; 0 where the unit is none of time. */
static double units_per_day(const char *unit) {
  static const struct {
    const char *unit;
    double per_day;
  } known[] = {{"d", 1},
               {"day", 1},
               {"days", 1},
               {"h", 24},
               {"hour", 24},
               {"hours", 24},
               {"week", 1.0 / 7},
               {"weeks", 1.0 / 7},
               {"wk", 1.0 / 7},
               {"month", 12.0 / DAYS_PER_YEAR},
               {"months", 12.0 / DAYS_PER_YEAR},
               {"year", 1.0 / DAYS_PER_YEAR},
               {"years", 1.0 / DAYS_PER_YEAR},
               {"yr", 1.0 / DAYS_PER_YEAR},
               {"s", 86400}};
  for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
    if (strcmp(known[i].unit, unit) == 0) return known[i].per_day;
  }
  return 0;
}

rein_column_kind rein_deidentify_column(const rein_export_options *o, const char *name, const char *unit,
                                        double *per_day) {
  bool named = !o->column && !o->deidentify;
  for (int i = 0; i < o->n_column && !named; i++) named = strcmp(o->column[i], name) == 0;
  if (!named) return REIN_COLUMN_DROPPED;
  if (!o->deidentify) return REIN_COLUMN_PLAIN;
  const bool age = has_word(name, "age"), date = has_word(name, "date") || has_word(name, "birth");
  if (!age && !date) return REIN_COLUMN_PLAIN;
  *per_day = units_per_day(unit);
  if (*per_day == 0) return REIN_COLUMN_DROPPED;
  return date ? REIN_COLUMN_DATE : REIN_COLUMN_AGE;
}

/* First 8 bytes of SHA-256 of purpose, salt, study and individual. Individuals of all studies have the same
 * numbers: without the study, exports of two could be joined. */
static uint64_t keyed(const rein_export_options *o, const rein_part_about *about, char purpose,
                      int64_t individual) {
  rein_sha256 sha;
  unsigned char digest[32];
  uint64_t bits = 0;
  rein_sha256_init(&sha);
  rein_sha256_add(&sha, &purpose, 1);
  rein_sha256_add(&sha, o->salt, strlen(o->salt) + 1);
  rein_sha256_add(&sha, about->run_hash, strlen(about->run_hash) + 1);
  rein_sha256_add(&sha, about->scenario_hash, strlen(about->scenario_hash) + 1);
  for (int k = 0; k < 8; k++) {
    const unsigned char byte = (unsigned char)((uint64_t)individual >> (8 * k));
    rein_sha256_add(&sha, &byte, 1);
  }
  rein_sha256_finish(&sha, digest);
  for (int k = 0; k < 8; k++) bits = bits << 8 | digest[k];
  return bits;
}

double rein_deidentify_value(const rein_export_options *o, const rein_part_about *about,
                             rein_column_kind kind, double per_day, int64_t individual, double value) {
  if (kind == REIN_COLUMN_AGE) {
    const double oldest = OLDEST_YEARS * DAYS_PER_YEAR * per_day;
    return value > oldest ? oldest : value;
  }
  if (kind != REIN_COLUMN_DATE) return value;
  const int64_t step =
      (int64_t)(keyed(o, about, 'd', individual) % (2 * LARGEST_SHIFT)); /* 0 .. 2 LARGEST_SHIFT - 1 */
  const int64_t days = step < LARGEST_SHIFT ? step - LARGEST_SHIFT : step - LARGEST_SHIFT + 1;
  return value + (double)days * per_day;
}

void rein_deidentify_code(const rein_export_options *o, const rein_part_about *about, int64_t individual,
                          char code[18]) {
  static const char digits[] = "0123456789abcdef";
  uint64_t bits = keyed(o, about, 'i', individual);
  code[0] = 'p';
  for (int k = 0; k < 16; k++, bits <<= 4) code[k + 1] = digits[bits >> 60];
  code[17] = 0;
}

rein_status rein_export_check(const rein_study_reader *reader, const rein_export_options *o,
                              rein_diag *diag) {
  const rein_pos nowhere = {0};
  if (reader->about.individual_data && !o->individual_data) {
    rein_error(diag, nowhere,
               "'%s' holds records of people: they are exported only where individual data are asked for "
               "(--individual-data), best without what identifies them (--deidentify)",
               reader->folder);
    return REIN_ERR_USAGE;
  }
  if (o->deidentify && (!o->salt || !o->salt[0])) {
    rein_error(diag, nowhere,
               "--deidentify needs a secret salt, kept outside the study, for the individuals' codes");
    return REIN_ERR_USAGE;
  }
  return REIN_OK;
}
