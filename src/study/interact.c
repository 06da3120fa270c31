#include "src/study/interact.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "src/base/names.h"
#include "src/study/interact_curve.h"

/* One observable at one horizon. */
typedef struct {
  rein_arena *arena; /* of the answer */
  const rein_study_reader *reader;
  const rein_design *design;
  int i_quantity, i_horizon;
  int64_t n, n_replicate; /* individuals */
  const double *value;    /* (n_arm x n_horizon x n), all arms */
  double *number;         /* (n) */
  double fraction, slack; /* unit of a fractional effect, NaN none; relative */
  bool people, log;
  int64_t n_class[3]; /* more, none, less */
} pass;

const char *rein_interaction_word(rein_interaction_kind kind) {
  static const char *const WORDS[] = {"additive", "bliss", "loewe", "additive_beyond_smaller",
                                      "bliss_beyond_smaller"};
  return WORDS[kind];
}

/* ---- designs, from the labels of arms ---- */

/* "diet=-500 kcal/d; activity=0 %" into names and amounts. */
static int read_levels(rein_arena *arena, const char *text, const char **name, double *dose) {
  int n = 0;
  while (text && *text) {
    const char *end = strchr(text, '=');
    if (!end) break;
    if (name) name[n] = rein_arena_strndup(arena, text, (size_t)(end - text));
    if (dose) dose[n] = strtod(end + 1, NULL);
    n++;
    text = strstr(end, "; ");
    if (text) text += 2;
  }
  return n;
}

static void read_design(rein_arena *arena, const rein_part *labels, int first, rein_design *d) {
  const int n = (int)labels->n[REIN_AXIS_ARM];
  const int n_factor = read_levels(arena, labels->factor_levels[first], NULL, NULL);
  *d = (rein_design){.name = labels->factorial[first], .n_factor = n_factor};
  d->factor = REIN_NEW(arena, const char *, n_factor + 1);
  read_levels(arena, labels->factor_levels[first], d->factor, NULL);
  for (int a = first; a < n; a++) d->n_arm += strcmp(labels->factorial[a], d->name) == 0;
  d->arm = REIN_NEW(arena, int, d->n_arm);
  d->dose = REIN_NEW(arena, double, d->n_arm *n_factor);
  for (int a = first, k = 0; a < n; a++) {
    if (strcmp(labels->factorial[a], d->name) != 0) continue;
    read_levels(arena, labels->factor_levels[a], NULL, d->dose + (size_t)k * (size_t)n_factor);
    d->arm[k++] = a;
  }
}

static void read_designs(rein_arena *arena, const rein_part *labels, rein_interactions *out) {
  const int n = (int)labels->n[REIN_AXIS_ARM];
  out->design = REIN_NEW(arena, rein_design, n);
  for (int a = 0; a < n; a++) {
    bool known = labels->factorial[a][0] == '\0';
    for (int k = 0; k < out->n_design; k++)
      known = known || strcmp(out->design[k].name, labels->factorial[a]) == 0;
    if (!known) read_design(arena, labels, a, &out->design[out->n_design++]);
  }
}

static const double *doses_of(const rein_design *d, int k) {
  return d->dose + (size_t)k * (size_t)d->n_factor;
}

static int count_given(const rein_design *d, int k) {
  int n = 0;
  for (int i = 0; i < d->n_factor; i++) n += doses_of(d, k)[i] != 0.0;
  return n;
}

/* The arm that has only `factor`, at this dose; with dose 0 the arm with nothing. -1 where the design has
 * none. */
static int find_alone(const rein_design *d, int factor, double dose) {
  for (int k = 0; k < d->n_arm; k++) {
    bool fits = true;
    for (int i = 0; i < d->n_factor; i++) fits = fits && doses_of(d, k)[i] == (i == factor ? dose : 0.0);
    if (fits) return k;
  }
  return -1;
}

/* ---- numbers of one arm ---- */

static const double *values_of(const pass *p, int k) {
  const int64_t n_horizon = p->reader->labels.n[REIN_AXIS_HORIZON];
  return p->value + (p->design->arm[k] * n_horizon + p->i_horizon) * p->n;
}

static void classify(pass *p, double above, double slack) {
  p->n_class[above > slack ? 0 : above < -slack ? 2 : 1]++;
}

static rein_interaction not_there(const char *why) {
  return (rein_interaction){.na = why, .more = NAN, .none = NAN, .less = NAN};
}

/* The spread of p->number; shares of few people are suppressed. */
static rein_interaction finish(pass *p, const char *why_none) {
  rein_interaction out = {.number = rein_summary_of(p->number, p->n, p->n_replicate, p->people)};
  int64_t n = p->n_class[0] + p->n_class[1] + p->n_class[2];
  double share[3];
  bool small = out.number.n < 0;
  for (int k = 0; k < 3; k++)
    small = small || rein_summary_is_small(p->n_class[k], p->n_replicate, p->people);
  small = small || rein_summary_is_small(p->n - n, p->n_replicate, p->people);
  for (int k = 0; k < 3; k++) share[k] = small || n == 0 ? NAN : (double)p->n_class[k] / (double)n;
  out.more = share[0], out.none = share[1], out.less = share[2];
  out.n_out = small ? -1 : p->n - n;
  if (n == 0) return not_there(why_none);
  return out;
}

static void begin(pass *p) {
  memset(p->n_class, 0, sizeof p->n_class);
  for (int64_t i = 0; i < p->n; i++) p->number[i] = NAN;
}

static const char *missing_alone(const pass *p, int factor) {
  return factor < 0
             ? "the arm with none of the factors is not in the design"
             : rein_arena_printf(p->arena, "the arm with '%s' alone at this amount is not in the design",
                                 p->design->factor[factor]);
}

/* Arms that a combination is compared with: arm[0] with nothing, then each factor alone. Answers why not, or
 * NULL. */
static const char *find_parts(const pass *p, int k, int *arm, int *n) {
  *n = 0;
  if ((arm[(*n)++] = find_alone(p->design, 0, 0.0)) < 0) return missing_alone(p, -1);
  for (int i = 0; i < p->design->n_factor; i++) {
    const double dose = doses_of(p->design, k)[i];
    if (dose == 0.0) continue;
    if ((arm[(*n)++] = find_alone(p->design, i, dose)) < 0) return missing_alone(p, i);
  }
  return NULL;
}

static rein_interaction additive(pass *p, int k) {
  int *arm = REIN_NEW(p->arena, int, p->design->n_factor + 1), n;
  const char *why = find_parts(p, k, arm, &n);
  if (why) return not_there(why);
  begin(p);
  for (int64_t i = 0; i < p->n; i++) {
    double together = values_of(p, k)[i], nothing = values_of(p, arm[0])[i];
    bool positive = together > 0 && nothing > 0;
    double terms = fabs(together) + fabs(nothing);
    if (p->log) together = log(together), nothing = log(nothing), terms = 2;
    double expected = 0;
    for (int j = 1; j < n; j++) {
      const double alone = values_of(p, arm[j])[i];
      positive = positive && alone > 0;
      expected += (p->log ? log(alone) : alone) - nothing;
      terms += p->log ? 1 : fabs(alone);
    }
    const double deviation = together - nothing - expected, slack = p->slack * terms;
    if (isnan(deviation) || (p->log && !positive)) continue;
    /* More than additive is further in the direction of the sum, or where that is none of the effect. */
    const double direction = fabs(expected) > slack ? expected : together - nothing;
    p->number[i] = p->log ? exp(deviation) : deviation;
    classify(p, direction < 0 ? -deviation : deviation, slack);
  }
  return finish(p, p->log ? "no individual has values above 0 in all these arms"
                          : "no individual has values in all these arms");
}

/* What is left of 1, as a product; with an effect f0 of nothing each factor's own part is (1 - f) / (1 - f0).
 */
static rein_interaction bliss(pass *p, int k) {
  int *arm = REIN_NEW(p->arena, int, p->design->n_factor + 1), n;
  if (isnan(p->fraction))
    return not_there("the observable declares no fractional effect ('effect: fraction')");
  const char *why = find_parts(p, k, arm, &n);
  if (why) return not_there(why);
  begin(p);
  for (int64_t i = 0; i < p->n; i++) {
    const double together = p->fraction * values_of(p, k)[i],
                 left_0 = 1 - p->fraction * values_of(p, arm[0])[i];
    bool inside = together >= -p->slack && together <= 1 + p->slack && left_0 > 0 && left_0 <= 1 + p->slack;
    double left = left_0;
    for (int j = 1; j < n; j++) {
      const double alone = p->fraction * values_of(p, arm[j])[i];
      inside = inside && alone >= -p->slack && alone <= 1 + p->slack;
      left *= (1 - alone) / left_0;
    }
    if (!inside) continue;
    p->number[i] = together - (1 - left);
    classify(p, p->number[i], p->slack * (n + 1));
  }
  return finish(p, "no individual has effects from 0 to 1 in all these arms");
}

/* ---- beyond smaller combinations ---- */

/* A combination's smaller ones: arm[set] has the factors in the bits of `set`, counted among those given. */
typedef struct {
  int *arm; /* (2^n_given) */
  int n_given;
} family;

static int find_subset(const rein_design *d, int k, uint32_t set) {
  for (int a = 0; a < d->n_arm; a++) {
    bool fits = true;
    for (int i = 0, bit = 0; i < d->n_factor; i++) {
      const double dose = doses_of(d, k)[i];
      const bool given = dose != 0.0 && set >> bit & 1;
      bit += dose != 0.0;
      fits = fits && doses_of(d, a)[i] == (given ? dose : 0.0);
    }
    if (fits) return a;
  }
  return -1;
}

static const char *missing_subset(const pass *p, int k, uint32_t set) {
  rein_text text;
  rein_text_init(&text, p->arena);
  for (int i = 0, bit = 0; i < p->design->n_factor; i++) {
    if (doses_of(p->design, k)[i] == 0.0) continue;
    if (set >> bit++ & 1) rein_text_printf(&text, "%s'%s'", text.n > 0 ? " and " : "", p->design->factor[i]);
  }
  if (text.n == 0) return missing_alone(p, -1);
  return rein_arena_printf(p->arena, "the arm with only %s at these amounts is not in the design",
                           text.bytes);
}

static const char *find_family(const pass *p, int k, family *out) {
  *out = (family){.n_given = count_given(p->design, k)};
  if (out->n_given < 3) return "two factors have no smaller combinations";
  if (out->n_given > REIN_MOST_BEYOND)
    return rein_arena_printf(p->arena, "combinations of more than %d factors are not taken apart",
                             REIN_MOST_BEYOND);
  const uint32_t n = (uint32_t)1 << out->n_given;
  out->arm = REIN_NEW(p->arena, int, n);
  for (uint32_t set = 0; set < n; set++)
    if ((out->arm[set] = find_subset(p->design, k, set)) < 0) return missing_subset(p, k, set);
  return NULL;
}

/* 1 where an even number of factors is left out, else -1. */
static int parity(const family *f, uint32_t set) {
  int n_left = f->n_given;
  for (int i = 0; i < f->n_given; i++) n_left -= set >> i & 1;
  return n_left % 2 ? -1 : 1;
}

static rein_interaction additive_beyond(pass *p, int k) {
  family f;
  const char *why = find_family(p, k, &f);
  if (why) return not_there(why);
  begin(p);
  for (int64_t i = 0; i < p->n; i++) {
    double deviation = 0, terms = 0;
    for (uint32_t set = 0; set >> f.n_given == 0; set++) {
      const double x = values_of(p, f.arm[set])[i];
      deviation += parity(&f, set) * (!p->log ? x : x > 0 ? log(x) : NAN);
      terms += p->log ? 1 : fabs(x);
    }
    if (isnan(deviation)) continue;
    const double together = values_of(p, k)[i], nothing = values_of(p, f.arm[0])[i], slack = p->slack * terms;
    const double effect = p->log ? log(together / nothing) : together - nothing;
    const double direction = fabs(effect - deviation) > slack ? effect - deviation : effect;
    p->number[i] = p->log ? exp(deviation) : deviation;
    classify(p, direction < 0 ? -deviation : deviation, slack);
  }
  return finish(p, p->log ? "no individual has values above 0 in all these arms"
                          : "no individual has values in all these arms");
}

/* What is left of 1 has no interaction of the highest order where its logarithm has none. */
static rein_interaction bliss_beyond(pass *p, int k) {
  family f;
  if (isnan(p->fraction))
    return not_there("the observable declares no fractional effect ('effect: fraction')");
  const char *why = find_family(p, k, &f);
  if (why) return not_there(why);
  const uint32_t full = ((uint32_t)1 << f.n_given) - 1;
  begin(p);
  for (int64_t i = 0; i < p->n; i++) {
    double left = 1;
    bool inside = true;
    for (uint32_t set = 0; set <= full; set++) {
      const double effect = p->fraction * values_of(p, f.arm[set])[i];
      inside = inside && effect >= -p->slack && effect <= 1 + p->slack && (set == full || effect < 1);
      left *= set == full ? 1 : parity(&f, set) < 0 ? 1 - effect : 1 / (1 - effect);
    }
    if (!inside) continue;
    p->number[i] = p->fraction * values_of(p, k)[i] - (1 - left);
    classify(p, p->number[i], p->slack * (full + 1));
  }
  return finish(p, "no individual has effects from 0 to 1, and below 1 in the smaller combinations");
}

/* ---- Loewe ---- */

/* The curve of one factor alone: its arms by rising amount, from nothing on. */
typedef struct {
  int *arm;
  double *dose, *effect; /* (n) magnitudes; effect of one individual */
  double wanted;         /* dose in the combination */
  int n;
} alone_curve;

static const char *make_curve(const pass *p, int k, int factor, alone_curve *c) {
  const rein_design *d = p->design;
  const double wanted = doses_of(d, k)[factor];
  *c = (alone_curve){.wanted = fabs(wanted)};
  c->arm = REIN_NEW(p->arena, int, d->n_arm);
  c->dose = REIN_NEW(p->arena, double, d->n_arm);
  c->effect = REIN_NEW(p->arena, double, d->n_arm);
  for (int a = 0; a < d->n_arm; a++) {
    const double dose = doses_of(d, a)[factor];
    if (count_given(d, a) != (dose != 0.0) || dose * wanted < 0) continue;
    int at = c->n++;
    for (; at > 0 && c->dose[at - 1] > fabs(dose); at--)
      c->dose[at] = c->dose[at - 1], c->arm[at] = c->arm[at - 1];
    c->dose[at] = fabs(dose);
    c->arm[at] = a;
  }
  if (c->n > 0 && c->dose[0] != 0.0) return missing_alone(p, -1);
  if (c->n > REIN_LEAST_DOSES) return NULL;
  return rein_arena_printf(p->arena, "'%s' alone has %d dose%s in the design; a curve needs %d",
                           d->factor[factor], c->n > 0 ? c->n - 1 : 0, c->n == 2 ? "" : "s",
                           REIN_LEAST_DOSES);
}

static rein_interaction loewe(pass *p, int k) {
  const rein_design *d = p->design;
  alone_curve *curve = REIN_NEW(p->arena, alone_curve, d->n_factor);
  int n = 0;
  for (int i = 0; i < d->n_factor; i++) {
    if (doses_of(d, k)[i] == 0.0) continue;
    const char *why = make_curve(p, k, i, &curve[n++]);
    if (why) return not_there(why);
  }
  begin(p);
  for (int64_t i = 0; i < p->n; i++) {
    double index = 0, least = 0, most = 0, between[2];
    for (int j = 0; j < n; j++) {
      alone_curve *c = &curve[j];
      for (int a = 0; a < c->n; a++) c->effect[a] = values_of(p, c->arm[a])[i];
      index +=
          c->wanted / rein_interact_dose_of(p->arena, c->dose, c->effect, c->n, values_of(p, k)[i], between);
      least += c->wanted / between[1];
      most += c->wanted / between[0];
    }
    if (!isfinite(index)) continue;
    p->number[i] = index;
    /* What any monotone curve through the doses would say. */
    classify(p, most < 1 ? 1 - most : least > 1 ? 1 - least : 0, REIN_INDEX_SLACK);
  }
  return finish(
      p, "no individual has curves that rise or fall throughout and reach the effect of the combination");
}

/* ---- contrasts ---- */

/* Sign of a product of factors in a run: with a factor 1, without -1. */
static int sign_of(const rein_design *d, int k, uint32_t set) {
  int sign = 1;
  for (int i = 0; i < d->n_factor; i++)
    if (set >> i & 1) sign *= doses_of(d, k)[i] != 0.0 ? 1 : -1;
  return sign;
}

/* 1 or -1 where two products are the same but for that sign in all runs, 0 where they can be told apart. */
static int alias_of(const rein_design *d, uint32_t a, uint32_t b) {
  const int first = sign_of(d, 0, a) * sign_of(d, 0, b);
  for (int k = 1; k < d->n_arm; k++)
    if (sign_of(d, k, a) * sign_of(d, k, b) != first) return 0;
  return first;
}

static bool is_two_level(const rein_design *d) {
  for (int i = 0; i < d->n_factor; i++) {
    double level = 0;
    for (int k = 0; k < d->n_arm; k++) {
      const double dose = doses_of(d, k)[i];
      if (dose != 0.0 && level != 0.0 && dose != level) return false;
      if (dose != 0.0) level = dose;
    }
  }
  return true;
}

/* The i-th product of one factor or two; 0 after the last. */
static uint32_t product(const rein_design *d, int i) {
  if (i < d->n_factor) return (uint32_t)1 << i;
  i -= d->n_factor;
  for (int a = 0; a < d->n_factor; a++) {
    if (i < d->n_factor - 1 - a) return (uint32_t)1 << a | (uint32_t)1 << (a + 1 + i);
    i -= d->n_factor - 1 - a;
  }
  return 0;
}

static void add_product(const rein_design *d, uint32_t set, rein_text *out) {
  const char *before = "";
  for (int i = 0; i < d->n_factor; i++) {
    if (!(set >> i & 1)) continue;
    rein_text_printf(out, "%s%s", before, d->factor[i]);
    before = "*";
  }
}

/* Name of the i-th product with its aliases; NULL where it is an alias of an earlier one, or a constant. */
static const char *name_product(const pass *p, int i) {
  const rein_design *d = p->design;
  rein_text text;
  rein_text_init(&text, p->arena);
  add_product(d, product(d, i), &text);
  if (alias_of(d, product(d, i), 0) != 0) return NULL;
  for (int k = 0; product(d, k) != 0; k++) {
    const int alias = k == i ? 0 : alias_of(d, product(d, i), product(d, k));
    if (alias != 0 && k < i) return NULL;
    if (alias == 0) continue;
    rein_text_add(&text, alias > 0 ? " = " : " = -");
    add_product(d, product(d, k), &text);
  }
  return text.bytes;
}

/* 2^order times the mean of sign and value: of a factor the difference it makes, of two the difference from
 * additive, on average over the others. */
static rein_interaction contrast(pass *p, uint32_t set) {
  const rein_design *d = p->design;
  const double order = (set & (set - 1)) != 0 ? 4 : 2;
  begin(p);
  for (int64_t i = 0; i < p->n; i++) {
    double sum = 0, terms = 0;
    for (int k = 0; k < d->n_arm; k++) {
      const double x = values_of(p, k)[i];
      sum += sign_of(d, k, set) * (!p->log ? x : x > 0 ? log(x) : NAN);
      terms += p->log ? 1 : fabs(x);
    }
    const double effect = order * sum / d->n_arm;
    if (isnan(effect)) continue;
    p->number[i] = p->log ? exp(effect) : effect;
    classify(p, effect, p->slack * order * terms / d->n_arm);
  }
  return finish(p, p->log ? "no individual has values above 0 in all runs"
                          : "no individual has values in all runs");
}

/* ---- all of it ---- */

typedef struct {
  const rein_part *labels;
  double *value; /* (n_arm x n_horizon x n) of quantity q */
  int64_t q, n, n_done, n_replicate;
} collection;

static rein_status count_individuals(void *context, const rein_part *part) {
  collection *c = context;
  c->n += part->n[REIN_AXIS_INDIVIDUAL];
  for (int64_t i = 0; i < part->n[REIN_AXIS_INDIVIDUAL]; i++)
    if (part->replicate[i] >= c->n_replicate) c->n_replicate = part->replicate[i] + 1;
  return REIN_OK;
}

static rein_status collect(void *context, const rein_part *part) {
  collection *c = context;
  const int64_t n_arm = part->n[REIN_AXIS_ARM], n_time = part->n[REIN_AXIS_TIME],
                n_horizon = part->n[REIN_AXIS_HORIZON], n_quantity = part->n[REIN_AXIS_QUANTITY];
  for (int64_t i = 0; i < part->n[REIN_AXIS_INDIVIDUAL]; i++, c->n_done++)
    for (int64_t a = 0; a < n_arm; a++)
      for (int64_t h = 0; h < n_horizon; h++)
        c->value[(a * n_horizon + h) * c->n + c->n_done] =
            part->latent[((i * n_arm + a) * n_time + c->labels->after[h]) * n_quantity + c->q];
  return REIN_OK;
}

typedef struct {
  rein_interactions *out;
  rein_arena *arena;
  pass pass;
  size_t cap_row, cap_contrast;
} job;

static void interact_at(job *j, int i_design) {
  pass *p = &j->pass;
  rein_interactions *out = j->out;
  const rein_design *d = p->design = &out->design[i_design];
  for (int k = 0; k < d->n_arm; k++) {
    const int n_given = count_given(d, k);
    if (n_given < 2) continue;
    rein_interaction_row row = {
        i_design,      d->arm[k],
        p->i_quantity, p->i_horizon,
        n_given,       {additive(p, k), bliss(p, k), loewe(p, k), additive_beyond(p, k), bliss_beyond(p, k)}};
    REIN_PUSH(j->arena, out->row, out->n_row, j->cap_row, row);
  }
  if (d->n_factor < 3 || !is_two_level(d)) return;
  for (int i = 0; product(d, i) != 0; i++) {
    const char *name = name_product(p, i);
    if (!name) continue;
    rein_contrast_row row = {i_design, p->i_quantity, p->i_horizon, name, contrast(p, product(d, i))};
    REIN_PUSH(j->arena, out->contrast, out->n_contrast, j->cap_contrast, row);
  }
}

/* With memory of its own for the values of all individuals. */
static rein_status interact_quantity(job *j, collection *c, int64_t q, rein_diag *diag) {
  rein_arena *scratch = rein_arena_create_in(j->arena);
  const rein_study_reader *reader = j->out->reader;
  const rein_part *labels = &reader->labels;
  const int64_t n_horizon = labels->n[REIN_AXIS_HORIZON], o = rein_record_observable(labels, q);
  c->q = q, c->n_done = 0;
  c->value = REIN_NEW(scratch, double, labels->n[REIN_AXIS_ARM] * n_horizon * c->n);
  const rein_status status = rein_reader_each(reader, REIN_FIELD_BIT(latent), diag, collect, c);
  j->pass.number = REIN_NEW(scratch, double, c->n);
  j->pass.n = c->n, j->pass.n_replicate = c->n_replicate, j->pass.value = c->value,
  j->pass.i_quantity = (int)q;
  j->pass.log = labels->log_scale[o] != 0, j->pass.fraction = labels->effect_fraction[o];
  for (int d = 0; d < j->out->n_design && status == REIN_OK; d++)
    for (int h = 0; h < n_horizon; h++) {
      j->pass.i_horizon = h;
      interact_at(j, d);
    }
  rein_arena_release(j->arena, scratch);
  return status;
}

/* Whether the study has what is asked for. */
static bool check(rein_arena *arena, const rein_interactions *x, const char *observable, rein_diag *diag) {
  const rein_part *labels = &x->reader->labels;
  if (x->n_design == 0) {
    rein_error(diag, (rein_pos){0},
               "%s has no factorial arms; 'factorial: {of: [a, b]}' in an arm of the scenario makes them",
               x->reader->folder);
    return false;
  }
  rein_names *names = rein_names_create(arena);
  for (int64_t o = 0; o < labels->n[REIN_AXIS_OBSERVABLE]; o++)
    rein_names_add(names, labels->observable[o], (int)o);
  if (!observable || rein_names_find(names, observable) >= 0) return true;
  const char *near = rein_names_closest(names, observable);
  rein_error(diag, (rein_pos){0}, "the study has no observable '%s'%s%s%s", observable,
             near ? "; did you mean '" : "", near ? near : "", near ? "'?" : "");
  return false;
}

static rein_status interact(rein_arena *arena, rein_interactions *x, const char *observable,
                            bool individual_data, rein_diag *diag) {
  const rein_study_reader *reader = x->reader;
  const rein_part *labels = &reader->labels;
  read_designs(arena, labels, x);
  if (!check(arena, x, observable, diag)) return REIN_ERR_INPUT;
  collection c = {.labels = labels, .n_replicate = 1};
  rein_status status = rein_reader_each(reader, REIN_FIELD_BIT(individual) | REIN_FIELD_BIT(replicate), diag,
                                        count_individuals, &c);
  job j = {.out = x,
           .arena = arena,
           .pass = {.arena = arena,
                    .reader = reader,
                    .people = reader->about.individual_data && !individual_data,
                    .slack = REIN_VALUE_SLACK * reader->about.rtol}};
  for (int64_t q = 0; q < labels->n[REIN_AXIS_QUANTITY] && status == REIN_OK; q++) {
    const bool wanted = !observable || strcmp(observable, labels->quantity[q]) == 0;
    if (wanted && rein_record_observable(labels, q) >= 0) status = interact_quantity(&j, &c, q, diag);
  }
  return status;
}

rein_status rein_interact_create(rein_arena *arena, const rein_study_reader *reader, const char *observable,
                                 bool individual_data, rein_diag *diag, rein_interactions **out) {
  rein_guard guard;
  if (REIN_GUARD(arena, &guard)) return REIN_ERR_MEMORY;
  rein_interactions *x = REIN_NEW(arena, rein_interactions, 1);
  x->reader = reader;
  const rein_status status = interact(arena, x, observable, individual_data, diag);
  rein_unguard(arena, &guard);
  if (status == REIN_OK) *out = x;
  return status;
}
