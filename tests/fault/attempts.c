#include "tests/fault/attempts.h"

#include <check.h>
#include <stdlib.h>
#include <string.h>

#define BLOCK 65536 /* of an arena */

typedef struct {
  fault_try try;
  const char *right;
  long stride;
  long n_failed, n_memory; /* attempts in which something failed; those of them that said so */
} series;

/* Whether a status is one that running out of memory may end in. */
static bool is_honest(rein_status status) {
  return status == REIN_ERR_MEMORY || status == REIN_ERR_SINK;
}

static series start(fault_try try, long stride) {
  fault_attempt none = {.n = FAULT_MANY};
  const fault_outcome right = try(&none);
  ck_assert_msg(right.status == REIN_OK, "without a failure: %s", rein_status_name(right.status));
  return (series){.try = try, .right = right.answer, .stride = getenv("REIN_TEST_LONG") ? 1 : stride};
}

static void run(series *s, rein_fault_kind kind, size_t skip) {
  for (long n = 1;; n += s->stride) {
    ck_assert_int_lt(n, FAULT_MANY);
    fault_attempt f = {.kind = kind, .n = n, .skip = skip};
    const fault_outcome o = s->try(&f);
    if (o.status == REIN_OK)
      ck_assert_msg(strcmp(o.answer, s->right) == 0, "allocation %ld (kind %d, skip %zu): other numbers", n,
                    (int)kind, skip);
    else
      ck_assert_msg(f.hit && is_honest(o.status), "allocation %ld (kind %d, skip %zu): %s", n, (int)kind,
                    skip, rein_status_name(o.status));
    if (!f.hit) break;
    s->n_failed++;
    s->n_memory += o.status != REIN_OK;
  }
}

static void end(const series *s) {
  ck_assert_int_gt(s->n_memory, 0);
}

void fault_every_allocation(fault_try try, int n_skip, long stride) {
  series s = start(try, stride);
  for (int i = 0; i < n_skip; i++)
    for (int kind = REIN_FAULT_ONCE; kind <= REIN_FAULT_ONWARD; kind++)
      run(&s, (rein_fault_kind)kind, (size_t)(BLOCK / n_skip * i));
  end(&s);
}

void fault_every_arena_allocation(fault_try try, long stride) {
  series s = start(try, stride);
  run(&s, REIN_FAULT_ARENA, 0);
  end(&s);
}
