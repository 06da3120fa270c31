/* Doses and covariates over time from a table in NONMEM's form: `events:` of an arm.
 *
 * Columns, all in upper or all in lower case: ID TIME AMT CMT EVID RATE II ADDL SS, and MDV DV DVID CENS
 * LLOQ, which are accepted and not looked at. Units are the scenario's to say. What a record does is
 * docs/interventions.md, "Tables of doses". Messages show places, never what a cell holds.
 */
#ifndef REIN_SCENARIO_DOSES_H
#define REIN_SCENARIO_DOSES_H

#include "src/scenario/timeline.h"

/* A covariate takes another value. */
typedef struct {
  double time; /* model time */
  int param;
  double value;
} rein_change;

/* One person's share. */
typedef struct {
  const rein_course *course; /* (n_course) one for each record that does something, in the table's order */
  const rein_change *change; /* (n_change) rising time */
  const double *first;       /* (n_param of the table) values from the start on */
  size_t n_course, n_change;
} rein_person_doses;

typedef struct {
  const rein_person_doses *person; /* (n_person) */
  int64_t n_person;                /* 1: the same for everybody */
  const int *param;                /* (n_param) covariates that the table gives */
  int n_param;
  bool is_observed;   /* `events: observed`: the table also holds what is compared */
  const char *carry;  /* "last", "next", "linear"; NULL without covariates */
  const char *name;   /* of the file, as written */
  char hash[65];      /* SHA-256 of the table */
  char read_hash[65]; /* and of what says how it is read: units, actions, covariates */
} rein_doses;

/* The share of an individual of the plan. */
const rein_person_doses *rein_doses_of(const rein_doses *doses, int64_t individual, int64_t n_replicate);

#endif
