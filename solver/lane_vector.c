/* N_Vector of [state][lane]: the operations CVODE asks for, on the kernels of the batch. Reductions see live
 * lanes only; what a dead lane holds, NaN included, is carried along and never looked at. */
#include "solver/lane_vector.h"

#include <math.h>
#include <stdlib.h>

typedef struct {
  const rein_lane_shape *shape;
  double *rows; /* (n_row x n_lane), owned; NULL in an empty clone */
} content;

static const content *content_of(N_Vector v) {
  return (const content *)v->content;
}

static const rein_kernels *kernels_of(N_Vector v) {
  return content_of(v)->shape->kernels;
}

static size_t n_of(N_Vector v) {
  const rein_lane_shape *shape = content_of(v)->shape;
  return (size_t)shape->n_row * (size_t)shape->n_lane;
}

double *rein_lane_vector_rows(N_Vector v) {
  return content_of(v)->rows;
}

#define rows_of rein_lane_vector_rows

static N_Vector_ID get_id(N_Vector v) {
  (void)v;
  return SUNDIALS_NVEC_CUSTOM;
}

static void destroy(N_Vector v) {
  if (!v) return;
  content *own = v->content;
  if (own) free(own->rows);
  free(own);
  v->content = NULL;
  N_VFreeEmpty(v);
}

static void space(N_Vector v, sunindextype *n_real, sunindextype *n_int) {
  *n_real = (sunindextype)n_of(v);
  *n_int = 0;
}

static sunindextype get_length(N_Vector v) {
  return (sunindextype)n_of(v);
}

static void linear_sum(realtype a, N_Vector x, realtype b, N_Vector y, N_Vector z) {
  kernels_of(z)->linear_sum(a, rows_of(x), b, rows_of(y), rows_of(z), n_of(z));
}

static void constant(realtype c, N_Vector z) {
  kernels_of(z)->fill(c, rows_of(z), n_of(z));
}

static void prod(N_Vector x, N_Vector y, N_Vector z) {
  kernels_of(z)->prod(rows_of(x), rows_of(y), rows_of(z), n_of(z));
}

static void divide(N_Vector x, N_Vector y, N_Vector z) {
  kernels_of(z)->div(rows_of(x), rows_of(y), rows_of(z), n_of(z));
}

static void scale(realtype c, N_Vector x, N_Vector z) {
  kernels_of(z)->scale(c, rows_of(x), rows_of(z), n_of(z));
}

static void absolute(N_Vector x, N_Vector z) {
  kernels_of(z)->abs(rows_of(x), rows_of(z), n_of(z));
}

static void inv(N_Vector x, N_Vector z) {
  kernels_of(z)->inv(rows_of(x), rows_of(z), n_of(z));
}

static void add_const(N_Vector x, realtype b, N_Vector z) {
  kernels_of(z)->add_const(rows_of(x), b, rows_of(z), n_of(z));
}

static realtype wrms_norm(N_Vector x, N_Vector w) {
  const rein_lane_shape *shape = content_of(x)->shape;
  return shape->kernels->wrms_max(rows_of(x), rows_of(w), shape->n_row, shape->n_lane, shape->live,
                                  shape->per_lane);
}

/* for every number of a live lane, in row order: index k */
#define REIN_EACH_LIVE(v, k)                                                                                 \
  for (size_t k = 0, n_lane_ = (size_t)content_of(v)->shape->n_lane, n_ = n_of(v); k < n_; k++)              \
    if (content_of(v)->shape->live[k % n_lane_] != 0.0)

static realtype wrms_norm_mask(N_Vector x, N_Vector w, N_Vector id) {
  const rein_lane_shape *shape = content_of(x)->shape;
  const double *px = rows_of(x), *pw = rows_of(w), *pid = rows_of(id);
  const size_t n_lane = (size_t)shape->n_lane, n = n_of(x);
  double largest = 0.0;
  for (size_t lane = 0; lane < n_lane; lane++) {
    if (shape->live[lane] == 0.0) continue;
    double sum = 0.0;
    for (size_t k = lane; k < n; k += n_lane) {
      if (pid[k] > 0.0) sum += px[k] * pw[k] * (px[k] * pw[k]);
    }
    const double norm = sqrt(sum / (double)shape->n_row);
    if (!(norm <= largest)) largest = norm;
    if (isnan(norm)) break;
  }
  return largest;
}

static realtype max_norm(N_Vector x) {
  const double *px = rows_of(x);
  double largest = 0.0;
  REIN_EACH_LIVE(x, k) {
    if (isnan(px[k])) return px[k];
    if (fabs(px[k]) > largest) largest = fabs(px[k]);
  }
  return largest;
}

static realtype smallest(N_Vector x) {
  const double *px = rows_of(x);
  double least = INFINITY;
  REIN_EACH_LIVE(x, k) {
    if (isnan(px[k])) return px[k];
    if (px[k] < least) least = px[k];
  }
  return least;
}

static realtype dot_prod(N_Vector x, N_Vector y) {
  const double *px = rows_of(x), *py = rows_of(y);
  double sum = 0.0;
  REIN_EACH_LIVE(x, k) sum += px[k] * py[k];
  return sum;
}

static realtype l1_norm(N_Vector x) {
  const double *px = rows_of(x);
  double sum = 0.0;
  REIN_EACH_LIVE(x, k) sum += fabs(px[k]);
  return sum;
}

static realtype wl2_norm(N_Vector x, N_Vector w) {
  const double *px = rows_of(x), *pw = rows_of(w);
  double sum = 0.0;
  REIN_EACH_LIVE(x, k) sum += px[k] * pw[k] * (px[k] * pw[k]);
  return sqrt(sum);
}

static void compare(realtype c, N_Vector x, N_Vector z) {
  const double *px = rows_of(x);
  double *pz = rows_of(z);
  for (size_t k = 0, n = n_of(x); k < n; k++) pz[k] = fabs(px[k]) >= c ? 1.0 : 0.0;
}

static booleantype inv_test(N_Vector x, N_Vector z) {
  const double *px = rows_of(x);
  double *pz = rows_of(z);
  booleantype fine = SUNTRUE;
  REIN_EACH_LIVE(x, k) {
    if (px[k] == 0.0) {
      fine = SUNFALSE;
    } else {
      pz[k] = 1.0 / px[k];
    }
  }
  return fine;
}

/* c: 2 for x > 0, 1 for x >= 0, -1 for x <= 0, -2 for x < 0, 0 for none; m is 1 where x breaks it. */
static booleantype constr_mask(N_Vector c, N_Vector x, N_Vector m) {
  const double *pc = rows_of(c), *px = rows_of(x);
  double *pm = rows_of(m);
  booleantype fine = SUNTRUE;
  kernels_of(m)->fill(0.0, pm, n_of(m));
  REIN_EACH_LIVE(x, k) {
    const double signed_x = px[k] * pc[k];
    const int strict = fabs(pc[k]) > 1.5;
    if (pc[k] == 0.0 || (strict ? signed_x > 0.0 : signed_x >= 0.0)) continue;
    pm[k] = 1.0;
    fine = SUNFALSE;
  }
  return fine;
}

static realtype min_quotient(N_Vector num, N_Vector denom) {
  const double *pn = rows_of(num), *pd = rows_of(denom);
  double least = INFINITY;
  REIN_EACH_LIVE(num, k) {
    if (pd[k] != 0.0 && pn[k] / pd[k] < least) least = pn[k] / pd[k];
  }
  return isinf(least) ? BIG_REAL : least;
}

static int linear_combination(int n_vec, realtype *c, N_Vector *x, N_Vector z) {
  double *rows[REIN_MAX_COMBINED], factor[REIN_MAX_COMBINED];
  if (n_vec < 1 || n_vec > REIN_MAX_COMBINED) return -1;
  rein_lane_terms *terms = content_of(z)->shape->terms;
  if (terms) {
    for (terms->n = 0; terms->n < n_vec; terms->n++) terms->rows[terms->n] = rows_of(x[terms->n]);
    return 0;
  }
  int n = 0; /* derivatives at the end of a step ask for sums in which all but one factor is 0 */
  for (int k = 0; k < n_vec; k++)
    if (c[k] != 0.0) rows[n] = rows_of(x[k]), factor[n++] = c[k];
  if (n == 0)
    kernels_of(z)->fill(0.0, rows_of(z), n_of(z));
  else
    kernels_of(z)->linear_combination(n, factor, rows, rows_of(z), n_of(z));
  return 0;
}

static int scale_add_multi(int n_vec, realtype *a, N_Vector x, N_Vector *y, N_Vector *z) {
  double *from[REIN_MAX_COMBINED], *to[REIN_MAX_COMBINED];
  if (n_vec < 1 || n_vec > REIN_MAX_COMBINED) return -1;
  for (int k = 0; k < n_vec; k++) {
    from[k] = rows_of(y[k]);
    to[k] = rows_of(z[k]);
  }
  kernels_of(x)->scale_add_multi(n_vec, a, rows_of(x), from, to, n_of(x));
  return 0;
}

static N_Vector clone(N_Vector v);
static N_Vector clone_empty(N_Vector v);

static void set_ops(N_Vector_Ops ops) {
  ops->nvgetvectorid = get_id;
  ops->nvclone = clone;
  ops->nvcloneempty = clone_empty;
  ops->nvdestroy = destroy;
  ops->nvspace = space;
  ops->nvgetarraypointer = rein_lane_vector_rows;
  ops->nvgetlength = get_length;
  ops->nvlinearsum = linear_sum;
  ops->nvconst = constant;
  ops->nvprod = prod;
  ops->nvdiv = divide;
  ops->nvscale = scale;
  ops->nvabs = absolute;
  ops->nvinv = inv;
  ops->nvaddconst = add_const;
  ops->nvdotprod = dot_prod;
  ops->nvmaxnorm = max_norm;
  ops->nvwrmsnorm = wrms_norm;
  ops->nvwrmsnormmask = wrms_norm_mask;
  ops->nvmin = smallest;
  ops->nvwl2norm = wl2_norm;
  ops->nvl1norm = l1_norm;
  ops->nvcompare = compare;
  ops->nvinvtest = inv_test;
  ops->nvconstrmask = constr_mask;
  ops->nvminquotient = min_quotient;
  ops->nvlinearcombination = linear_combination;
  ops->nvscaleaddmulti = scale_add_multi;
}

static N_Vector create_empty(const rein_lane_shape *shape, SUNContext context) {
  N_Vector v = N_VNewEmpty(context);
  if (!v) return NULL;
  set_ops(v->ops);
  content *own = calloc(1, sizeof *own);
  if (!own) {
    N_VFreeEmpty(v);
    return NULL;
  }
  own->shape = shape;
  v->content = own;
  return v;
}

N_Vector rein_lane_vector_create(const rein_lane_shape *shape, SUNContext context) {
  N_Vector v = create_empty(shape, context);
  if (!v) return NULL;
  content *own = v->content;
  own->rows = rein_rows_create((size_t)shape->n_row, shape->n_lane);
  if (own->rows) return v;
  destroy(v);
  return NULL;
}

/* N_VClone of SUNDIALS 6 writes to what comes back without looking whether it is there. So, where memory is
 * out, the clone is a second name for its original, and whoever owns the vectors is told. */
static N_Vector share(N_Vector v) {
  const rein_lane_shape *shape = content_of(v)->shape;
  N_Vector other = N_VNewEmpty(v->sunctx);
  if (shape->broken) *shape->broken = true;
  if (!other) return NULL;
  set_ops(other->ops);
  other->ops->nvdestroy = N_VFreeEmpty;
  other->content = v->content;
  return other;
}

static N_Vector clone(N_Vector v) {
  N_Vector made = rein_lane_vector_create(content_of(v)->shape, v->sunctx);
  return made ? made : share(v);
}

static N_Vector clone_empty(N_Vector v) {
  return create_empty(content_of(v)->shape, v->sunctx);
}
