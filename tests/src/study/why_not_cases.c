#include "tests/src/study/why_not_cases.h"

#include <math.h>
#include <string.h>

#include "src/scenario/draw.h"

#define N_ARM 3
#define N_PERSON 8 /* of an arm */
#define N_TIME 12
#define STEP 0.05 /* h */
#define N_STEP 1440

const double why_not_size[WHY_NOT_N_SIZE] = {0.5, 1, 2, 4};

const char *const why_not_model =
    "rein: model/1\nname: chain\ntime: h\n"
    "parameters:\n"
    "  ka: {value: 0.8 1/h, between: lognormal(sd: 0.4), uncertain: lognormal(sd: 0.15), assumed: example}\n"
    "  CL: {value: 4 L/h, between: lognormal(sd: 0.3), uncertain: lognormal(sd: 0.08), assumed: example}\n"
    "  V: {value: 40 L, between: lognormal(sd: 0.2), uncertain: lognormal(sd: 0.08), assumed: example}\n"
    "  kout: {value: 0.1 1/h, between: lognormal(sd: 0.3), uncertain: lognormal(sd: 0.1), assumed: example}\n"
    "  slope: {value: 0.4 L/mg, between: lognormal(sd: 0.3), uncertain: lognormal(sd: 0.1), assumed: "
    "example}\n"
    "  base: {value: 100 IU, between: lognormal(sd: 0.1), uncertain: lognormal(sd: 0.03), assumed: example}\n"
    "states:\n"
    "  gut: {unit: mg, initial: 0, scale: 100 mg}\n"
    "  central: {unit: mg, initial: 0, scale: 100 mg}\n"
    "  response: {unit: IU, initial: base, scale: 100 IU}\n"
    "values:\n"
    "  c: {is: central / V, unit: mg/L}\n"
    "processes:\n"
    "  absorption: {from: gut, to: central, rate: ka * gut}\n"
    "  elimination: {from: central, rate: CL * c}\n"
    "  synthesis: {to: response, rate: kout * base * (1 + slope * c)}\n"
    "  decay: {from: response, rate: kout * response}\n"
    "actions:\n"
    "  drug: {kind: drug, unit: mg, into: gut}\n"
    "observables:\n"
    "  plasma: {is: c, unit: mg/L, noise: 'combined(sd: 0.02 mg/L, cv: 10 %)'}\n"
    "  saliva: {is: 0.4 * c, unit: mg/L, noise: 'combined(sd: 0.02 mg/L, cv: 15 %)'}\n"
    "  marker: {is: response, unit: IU, noise: 'additive(sd: 5 IU)'}\n"
    "  score: {is: 10 * response / (response + 100 IU), unit: 1, noise: 'additive(sd: 0.3 1)'}\n";

const char *const why_not_scenario =
    "rein: scenario/1\nname: chain\nmodel: ./m.yaml\nseed: 3\ncohort: {n: 8}\n"
    "arms:\n"
    "  none: {}\n"
    "  low: {actions: [{do: drug, amount: 50 mg, every: 24 h, for: 3 d}]}\n"
    "  high: {actions: [{do: drug, amount: 150 mg, every: 24 h, for: 3 d}]}\n"
    "measure: {at: [0 h, 72 h]}\n"
    "compare: {observed: d.yaml, arm: {none: none, low: low, high: high}}\n";

const char *const why_not_about =
    "data: d.csv\n"
    "columns: {arm: text, id: text, observable: text, unit: text, time: text, time_unit: text, value: text}\n"
    "source: {title: invented}\nlicence: none\n"
    "arms:\n"
    "  none: {assignment: randomised, actions: none, concurrent: none, adherence: none}\n"
    "  low: {assignment: randomised, actions: 50 mg, concurrent: none, adherence: all}\n"
    "  high: {assignment: randomised, actions: 150 mg, concurrent: none, adherence: all}\n"
    "used_for_fitting: []\nrelation: external\n"
    "baseline: {plasma: 0 mg/L, saliva: 0 mg/L, marker: 100 IU, score: 5 1}\n";

static const double time_h[N_TIME] = {1, 2, 4, 8, 24, 26, 30, 48, 50, 54, 60, 72};
static const double dose_mg[N_ARM] = {0, 50, 150};
static const char *const arm_name[N_ARM] = {"none", "low", "high"};

/* Names of a person's numbers, which key their draws. */
enum { KA, CL, V, KOUT, SLOPE, BASE, N_NUMBER };
static const char *const number_name[N_NUMBER] = {"ka", "CL", "V", "kout", "slope", "base"};
static const double centre[N_NUMBER] = {0.8, 4, 40, 0.1, 0.4, 100};
static const double between[N_NUMBER] = {0.4, 0.3, 0.2, 0.3, 0.3, 0.1};
static const double uncertain[N_NUMBER] = {0.15, 0.08, 0.08, 0.1, 0.1, 0.03};

typedef struct {
  double number[N_NUMBER];
  double dose, lag, loss, induction; /* mg, h, 1/h, 1/h */
} person;

const char *why_not_place_of(why_not_fault fault) {
  static const char *const place[N_FAULT] = {NULL,           "measurement", "measurement", "intervention",
                                             "intervention", "parameter",   "parameter",   "structure",
                                             "structure",    "readout",     "readout"};
  return place[fault];
}

uint64_t why_not_seed(why_not_fault fault, int size, int i) {
  return 20000 + (uint64_t)fault * 4000 + (uint64_t)size * 1000 + (uint64_t)i;
}

/* Prefixes; mg/dL in place of mmol/L and the reverse, of glucose and cholesterol; creatinine's umol/L in
 * place of mg/dL; minutes and days in place of hours. */
const why_not_unit why_not_unit_fault[WHY_NOT_N_UNIT] = {{"ug", "plasma", 1e3, false},
                                                         {"g", "saliva", 1e-3, false},
                                                         {"per dL", "plasma", 0.1, false},
                                                         {"deci", "saliva", 10, false},
                                                         {"glucose mg/dL", "plasma", 18.016, false},
                                                         {"glucose mM", "marker", 1 / 18.016, false},
                                                         {"cholesterol", "marker", 38.67, false},
                                                         {"creatinine", "saliva", 88.42, false},
                                                         {"minutes", "marker", 60, false},
                                                         {"days", "marker", 24, false},
                                                         {"high: milli", "marker", 1e3, true},
                                                         {"high: mg/dL", "plasma", 18.016, true}};

uint64_t why_not_unit_seed(int fault, int i) {
  return 70000 + (uint64_t)fault * 1000 + (uint64_t)i;
}

static void rates(const person *p, double time, const double *y, double *dy) {
  const double c = y[1] / p->number[V], clearance = p->number[CL] * (1 + p->induction * time);
  dy[0] = -p->number[KA] * y[0];
  dy[1] = p->number[KA] * y[0] - clearance * c;
  dy[2] = p->number[KOUT] * p->number[BASE] * (1 + p->number[SLOPE] * c) - (p->number[KOUT] + p->loss) * y[2];
}

static void step(const person *p, double time, double *y) {
  double k[4][3], at[3];
  static const double part[4] = {0, 0.5, 0.5, 1};
  for (int s = 0; s < 4; s++) {
    for (int i = 0; i < 3; i++) at[i] = y[i] + (s ? part[s] * STEP * k[s - 1][i] : 0);
    rates(p, time + part[s] * STEP, at, k[s]);
  }
  for (int i = 0; i < 3; i++) y[i] += STEP / 6 * (k[0][i] + 2 * k[1][i] + 2 * k[2][i] + k[3][i]);
}

/* Concentration and response at the measured times; a measurement at a dose sees what is before it. */
static void follow(const person *p, double *c, double *response) {
  double y[3] = {0, 0, p->number[BASE]};
  int t = 0;
  for (int i = 0; i <= N_STEP; i++) {
    const double time = i * STEP;
    if (t < N_TIME && i == (int)lround(time_h[t] / STEP)) c[t] = y[1] / p->number[V], response[t++] = y[2];
    for (int d = 0; d < 3; d++)
      if (i == (int)lround((24 * d + p->lag) / STEP)) y[0] += p->dose;
    step(p, time, y);
  }
}

static person draw_person(why_not_fault fault, double size, uint64_t seed, int arm, int i) {
  const double sign = seed % 2 ? 1 : -1;
  person p = {.dose = dose_mg[arm]};
  for (int k = 0; k < N_NUMBER; k++) {
    const uint64_t key = rein_draw_key(number_name[k]);
    const double u = rein_draw_normal(seed, REIN_DRAW_UNCERTAIN, 0, key, 0);
    const double b = rein_draw_normal(seed, REIN_DRAW_BETWEEN, (uint64_t)(arm * N_PERSON + i), key, 0);
    double shift = uncertain[k] * u + between[k] * b;
    if ((fault == FAULT_CLEARANCE && k == CL) || (fault == FAULT_TURNOVER && k == KOUT))
      shift += sign * size * between[k];
    p.number[k] = centre[k] * exp(shift);
  }
  if (fault == FAULT_LESS && arm == 2) p.dose *= exp(-0.2 * size);
  if (fault == FAULT_LATE) p.lag = size;
  if (fault == FAULT_LOSS) p.loss = 0.3 * size * p.number[KOUT];
  if (fault == FAULT_INDUCTION) p.induction = 0.3 * size / 72;
  return p;
}

/* units: values of one observable in another, NULL none. */
static void write_person(why_not_fault fault, double size, const why_not_unit *units, uint64_t seed, int arm,
                         int i, rein_text *out) {
  static const char *const name[4] = {"plasma", "saliva", "marker", "score"};
  static const char *const unit[4] = {"mg/L", "mg/L", "IU", "1"};
  static const double sd[4] = {0.02, 0.02, 5, 0.3}, cv[4] = {0.1, 0.15, 0, 0};
  const double sign = seed % 2 ? 1 : -1;
  const person p = draw_person(fault, size, seed, arm, i);
  double c[N_TIME], response[N_TIME];
  follow(&p, c, response);
  for (int o = arm ? 0 : 2; o < 4; o++) {
    const uint64_t key = rein_draw_key(name[o]);
    for (int t = 0; t < N_TIME; t++) {
      const uint64_t who = (uint64_t)(arm * N_PERSON + i);
      double z1 = rein_draw_normal(seed, REIN_DRAW_NOISE, who, key, (uint64_t)t);
      const double z2 = rein_draw_normal(seed, REIN_DRAW_NOISE_2, who, key, (uint64_t)t);
      double value = o == 0   ? c[t]
                     : o == 1 ? 0.4 * c[t]
                     : o == 2 ? response[t]
                              : 10 * response[t] / (response[t] + 100);
      if (fault == FAULT_GAIN && o == 0) value *= exp(sign * 0.1 * size);
      if (fault == FAULT_SHIFT && o == 2) value *= exp(sign * 0.05 * size);
      if (fault == FAULT_BATCH && o == 2 && arm == 2) value += size * sd[o];
      if (fault == FAULT_SPREAD && o == 2) z1 *= 1 + size;
      value += sd[o] * z1 + cv[o] * value * z2;
      if (units && strcmp(units->observable, name[o]) == 0 && (arm == 2 || !units->high_alone))
        value *= units->factor;
      rein_text_printf(out, "%s,%s%d,%s,%s,%g,h,%.10g\n", arm_name[arm], arm_name[arm], i, name[o], unit[o],
                       time_h[t], value);
    }
  }
}

static void write_table(why_not_fault fault, double size, const why_not_unit *units, uint64_t seed,
                        rein_text *out) {
  rein_text_add(out, "arm,id,observable,unit,time,time_unit,value\n");
  for (int arm = 0; arm < N_ARM; arm++)
    for (int i = 0; i < N_PERSON; i++) write_person(fault, size, units, seed, arm, i, out);
}

void why_not_write_table(why_not_fault fault, double size, uint64_t seed, rein_text *out) {
  write_table(fault, size, NULL, seed, out);
}

void why_not_write_unit_table(const why_not_unit *fault, uint64_t seed, rein_text *out) {
  write_table(FAULT_NONE, 0, fault, seed, out);
}
