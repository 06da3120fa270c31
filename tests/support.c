#include "tests/support.h"

#include <check.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "src/compile/compile.h"

static void require(rein_status status, const rein_diag *diag, rein_arena *arena) {
  if (status == REIN_OK) return;
  rein_text text;
  rein_text_init(&text, arena);
  rein_diag_print(diag, &text);
  ck_abort_msg("%s: %s", rein_status_name(status), text.bytes);
}

const rein_model *support_model(rein_arena *arena, const char *yaml) {
  char path[] = "/tmp/rein-test-XXXXXX.yaml";
  int fd = mkstemps(path, 5);
  ck_assert_int_ge(fd, 0);
  ck_assert_int_eq(write(fd, yaml, strlen(yaml)), (ssize_t)strlen(yaml));
  close(fd);
  rein_diag *diag = rein_diag_create(arena);
  rein_units *units = NULL;
  require(rein_units_create(diag, &units), diag, arena);
  rein_model *model = NULL;
  rein_status status = rein_model_read(arena, units, path, (rein_pos){0}, diag, &model);
  unlink(path);
  require(status, diag, arena);
  rein_units_destroy(units);
  return model;
}

const rein_tape *support_compile(rein_arena *arena, const char *yaml) {
  const rein_model *model = support_model(arena, yaml);
  rein_diag *diag = rein_diag_create(arena);
  rein_tape *tape = NULL;
  require(rein_compile(arena, model, diag, &tape), diag, arena);
  const char *why = "";
  ck_assert_msg(rein_tape_verify(tape, &why), "%s", why);
  return tape;
}

/* ---- plan and sink ---- */

typedef struct {
  const support_case *what;
  support_result *result;
} both;

static rein_status fill(void *context, int64_t i_batch, rein_eval *eval, rein_lane_plan *lane) {
  const support_case *c = ((both *)context)->what;
  for (int p = 0; p < c->tape->n_param; p++)
    for (int l = 0; l < c->n_lane; l++) rein_eval_row(eval, p)[l] = c->tape->param_default[p];
  for (int l = 0; l < c->n_lane; l++) {
    lane[l].individual = i_batch * c->n_lane + l;
    lane[l].arm = 0, lane[l].real = true;
    lane[l].t_start = 0, lane[l].t_end = c->t_end;
    lane[l].obs = c->obs, lane[l].n_obs = c->n_obs;
    if (c->lane) c->lane(i_batch, l, eval, &lane[l]);
    rein_lane_sort_items(&lane[l]);
  }
  return REIN_OK;
}

static rein_status take(void *context, const rein_batch_result *r) {
  support_result *to = ((both *)context)->result;
  for (int l = 0; l < r->n_lane; l++) {
    size_t m = (size_t)r->i_batch * (size_t)to->n_lane + (size_t)l;
    to->outcome[m] = r->outcome[l];
    for (int i = 0; i < to->n_obs * to->n_keep; i++) {
      to->out[m * (size_t)(to->n_obs * to->n_keep) + (size_t)i] =
          r->out[(size_t)i * (size_t)r->n_lane + (size_t)l];
      to->error[m * (size_t)(to->n_obs * to->n_keep) + (size_t)i] =
          r->error[(size_t)i * (size_t)r->n_lane + (size_t)l];
    }
    for (int i = 0; i < to->n_safety; i++) {
      to->safety_first[m * (size_t)to->n_safety + (size_t)i] =
          r->safety_first[(size_t)i * (size_t)r->n_lane + (size_t)l];
      to->safety_duration[m * (size_t)to->n_safety + (size_t)i] =
          r->safety_duration[(size_t)i * (size_t)r->n_lane + (size_t)l];
    }
  }
  return REIN_OK;
}

support_result support_run(const support_case *given) {
  support_case c = *given;
  int n_state = c.tape->n_state;
  int *all = calloc((size_t)n_state + 1, sizeof *all);
  double *atol = calloc((size_t)n_state + 1, sizeof *atol);
  for (int s = 0; s < n_state; s++)
    all[s] = s, atol[s] = c.atol_each ? c.atol_each[s] : c.atol > 0 ? c.atol : 1e-9;
  if (!c.n_lane) c.n_lane = 8;
  if (!c.n_batch) c.n_batch = 1;
  if (!c.keep) c.keep = all, c.n_keep = n_state;
  if (c.rtol <= 0) c.rtol = 1e-6;
  support_result r = {.n_lane = c.n_lane,
                      .n_obs = c.n_obs,
                      .n_keep = c.n_keep,
                      .n_batch = c.n_batch,
                      .n_safety = c.tape->n_safety};
  size_t n_member = (size_t)c.n_lane * (size_t)c.n_batch,
         n_value = n_member * (size_t)(c.n_obs * c.n_keep) + 1;
  r.out = calloc(n_value, sizeof(double)), r.error = calloc(n_value, sizeof(double));
  r.safety_first = calloc(n_member * (size_t)r.n_safety + 1, sizeof(double));
  r.safety_duration = calloc(n_member * (size_t)r.n_safety + 1, sizeof(double));
  r.outcome = calloc(n_member, sizeof(rein_outcome));
  both b = {&c, &r};
  rein_plan plan = {.context = &b,
                    .n_batch = c.n_batch,
                    .n_lane = c.n_lane,
                    .n_obs = c.n_obs,
                    .keep = c.keep,
                    .n_keep = c.n_keep,
                    .atol = atol,
                    .rtol = c.rtol,
                    .act_first = c.act_first,
                    .method = c.method,
                    .max_steps = c.max_steps ? c.max_steps : 1000000,
                    .fill = fill};
  rein_sink sink = {&b, take};
  rein_ens_options options = {.n_thread = c.n_thread ? c.n_thread : 1, .kernels = c.kernels};
  r.status = rein_ens_run(c.tape, &plan, &sink, &options, &r.totals);
  free(all);
  free(atol);
  return r;
}

double support_out(const support_result *r, int lane, int obs, int keep) {
  return r->out[((size_t)lane * (size_t)r->n_obs + (size_t)obs) * (size_t)r->n_keep + (size_t)keep];
}

void support_free(support_result *r) {
  free(r->out), free(r->error), free(r->outcome), free(r->safety_first), free(r->safety_duration);
}
