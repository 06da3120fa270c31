/* Pictures: what words an SVG holds, that the same plot gives the same bytes, that odd input does no harm. */
#include <check.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "src/report/picture.h"
#include "src/report/plot.h"
#include "src/report/plot_axis.h"

enum { N = 25 };

static rein_arena *arena;
static rein_diag *diag;
static char folder[256];

static void setup(void) {
  const char *base = getenv("TMPDIR");
  snprintf(folder, sizeof folder, "%s/rein-plot-XXXXXX", base ? base : P_tmpdir);
  ck_assert_ptr_nonnull(mkdtemp(folder));
  arena = rein_arena_create();
  diag = rein_diag_create(arena);
}

static void teardown(void) {
  const char *files[] = {"a.svg", "b.svg", "a.png"};
  for (int i = 0; i < 3; i++) {
    char path[300];
    snprintf(path, sizeof path, "%s/%s", folder, files[i]);
    unlink(path);
  }
  rmdir(folder);
  rein_arena_destroy(arena);
}

static const char *path_of(const char *name) {
  return rein_arena_printf(arena, "%s/%s", folder, name);
}

/* Bytes of a file with a final 0. */
static char *slurp(const char *path, size_t *n) {
  FILE *file = fopen(path, "rb");
  ck_assert_ptr_nonnull(file);
  fseek(file, 0, SEEK_END);
  *n = (size_t)ftell(file);
  rewind(file);
  char *bytes = rein_arena_alloc(arena, *n + 1);
  ck_assert_uint_eq(fread(bytes, 1, *n, file), *n);
  fclose(file);
  return bytes;
}

static rein_plot_series make_series(const char *label, double height) {
  rein_plot_series series = {.label = label, .n_time = N};
  double *time = REIN_NEW(arena, double, N);
  series.time = time;
  for (int q = 0; q < REIN_PLOT_N_QUANTILE; q++) {
    double *value = REIN_NEW(arena, double, N);
    for (int i = 0; i < N; i++) {
      time[i] = 6.0 * i;
      value[i] = height * exp(-0.02 * time[i]) * (0.8 + 0.1 * q);
    }
    series.quantile[q] = value;
  }
  return series;
}

static rein_plot make_plot(int n_panel, rein_plot_panel *panel, rein_plot_series *series) {
  for (int p = 0; p < n_panel; p++) {
    series[p] = make_series("daily", 100.0 + 5 * p);
    panel[p] = (rein_plot_panel){
        .title = rein_arena_printf(arena, "dose %d mg", p), .series = &series[p], .n_series = 1};
  }
  return (rein_plot){.title = "Prothrombin <complex> & more",
                     .x_label = "time [h]",
                     .y_label = "prothrombin [%]",
                     .caption = "Bands: simulated individuals.",
                     .footnote = "Research use only - research_hypothesis",
                     .x_unit = "h",
                     .panel = panel,
                     .n_panel = n_panel};
}

static int count(const char *text, const char *word) {
  int n = 0;
  for (const char *p = text; (p = strstr(p, word)); p += strlen(word)) n++;
  return n;
}

START_TEST(test_svg_holds_words_and_bands) {
  rein_plot_panel panel[6];
  rein_plot_series series[6];
  size_t n;
  const rein_plot plot = make_plot(6, panel, series);
  ck_assert_int_eq(rein_plot_write(arena, &plot, REIN_PLOT_SVG, path_of("a.svg"), diag), REIN_OK);
  const char *svg = slurp(path_of("a.svg"), &n);
  ck_assert_ptr_nonnull(strstr(svg, "<title>Prothrombin &lt;complex&gt; &amp; more</title>"));
  ck_assert_ptr_nonnull(strstr(svg, "prothrombin [%] over time [h]"));
  ck_assert_ptr_nonnull(strstr(svg, "dose 5 mg"));
  ck_assert_ptr_nonnull(strstr(svg, "Research use only - research_hypothesis"));
  /* two filled bands in each of the six panels, and two swatches of the legend */
  ck_assert_int_eq(count(svg, "fill-opacity:0.16") + count(svg, "fill-opacity:0.24") +
                       count(svg, "fill-opacity:0.38"),
                   14);
}
END_TEST

/* What is too long for the picture gets smaller, then loses its end; the words of the SVG stay whole. */
START_TEST(test_long_text_stays_inside) {
  static const char *const texts[] = {
      "short", "A title that is a little longer than its room, so smaller",
      "Ä ö ü \xE2\x89\xA4 " /* and many more letters */
      "0123456789012345678901234567890123456789012345678901234567890123456789"
      "0123456789012345678901234567890123456789012345678901234567890123456789"
      "0123456789012345678901234567890123456789012345678901234567890123456789"};
  for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
    double x, y, width, height;
    cairo_surface_t *surface = cairo_recording_surface_create(CAIRO_CONTENT_COLOR_ALPHA, NULL);
    cairo_t *cr = cairo_create(surface);
    rein_picture_text(cr, texts[i], 10.0, 20.0, 15.0, 0.0, 300.0);
    ck_assert_int_eq(cairo_status(cr), CAIRO_STATUS_SUCCESS);
    cairo_destroy(cr);
    cairo_recording_surface_ink_extents(surface, &x, &y, &width, &height);
    cairo_surface_destroy(surface);
    ck_assert_double_gt(width, i == 0 ? 10.0 : 250.0);
    ck_assert_double_le(x + width, 310.0 + 2.0);
    ck_assert_double_gt(height, 6.0);
  }
}
END_TEST

START_TEST(test_same_plot_same_bytes) {
  rein_plot_panel panel[1];
  rein_plot_series series[1];
  size_t n_a, n_b;
  const rein_plot plot = make_plot(1, panel, series);
  ck_assert_int_eq(rein_plot_write(arena, &plot, REIN_PLOT_SVG, path_of("a.svg"), diag), REIN_OK);
  ck_assert_int_eq(rein_plot_write(arena, &plot, REIN_PLOT_SVG, path_of("b.svg"), diag), REIN_OK);
  const char *a = slurp(path_of("a.svg"), &n_a), *b = slurp(path_of("b.svg"), &n_b);
  ck_assert_uint_eq(n_a, n_b);
  ck_assert_int_eq(memcmp(a, b, n_a), 0);
}
END_TEST

START_TEST(test_png_with_points) {
  rein_plot_panel panel[1];
  rein_plot_series series[1];
  size_t n;
  const double time[3] = {0, 24, 72}, value[3] = {96, 38, 21}, sd[3] = {6, NAN, 8}, low[3] = {94, 36, NAN},
               high[3] = {98, 40, NAN};
  rein_plot plot = make_plot(1, panel, series);
  panel[0].points =
      (rein_plot_points){"observed mean and SD", "means of such cohorts", 3, time, value, sd, low, high};
  ck_assert_int_eq(rein_plot_write(arena, &plot, REIN_PLOT_PNG, path_of("a.png"), diag), REIN_OK);
  const char *png = slurp(path_of("a.png"), &n);
  ck_assert_int_eq(memcmp(png, "\x89PNG\r\n\x1a\n", 8), 0);
}
END_TEST

/* No number at all, one number, and a logarithmic axis with zeros: still a picture. */
START_TEST(test_odd_numbers) {
  rein_plot_panel panel[1];
  rein_plot_series series[1];
  rein_plot plot = make_plot(1, panel, series);
  double *value = REIN_NEW(arena, double, N);
  for (int q = 0; q < REIN_PLOT_N_QUANTILE; q++) series[0].quantile[q] = value;
  for (int round = 0; round < 3; round++) {
    for (int i = 0; i < N; i++) value[i] = round == 0 ? NAN : round == 1 ? 5.0 : i;
    plot.log_y = round == 2;
    ck_assert_int_eq(rein_plot_write(arena, &plot, REIN_PLOT_SVG, path_of("a.svg"), diag), REIN_OK);
  }
}
END_TEST

START_TEST(test_unwritable_path_is_told) {
  rein_plot_panel panel[1];
  rein_plot_series series[1];
  const rein_plot plot = make_plot(1, panel, series);
  ck_assert_int_eq(rein_plot_write(arena, &plot, REIN_PLOT_SVG, path_of("none/a.svg"), diag), REIN_ERR_FILE);
  ck_assert_int_eq(rein_diag_n_error(diag), 1);
}
END_TEST

START_TEST(test_ticks) {
  rein_plot_axis axis;
  char label[24];
  rein_plot_axis_init(&axis, 0.0, 336.0, 10, false, true, false);
  ck_assert_int_eq(axis.n_tick, 8); /* every two days of two weeks */
  ck_assert_double_eq(axis.tick[1], 48.0);
  rein_plot_axis_init(&axis, 0.013, 0.97, 5, false, false, true);
  ck_assert_double_eq_tol(axis.low, 0.0, 1e-12);
  ck_assert_double_eq_tol(axis.high, 1.0, 1e-12);
  rein_plot_axis_init(&axis, 30.0, 2e6, 6, true, false, true);
  ck_assert_double_eq_tol(axis.low, 10.0, 1e-9);
  ck_assert_double_eq_tol(axis.high, 1e7, 1e-3);
  rein_plot_axis_label(&axis, 1, label);
  ck_assert_str_eq(label, "100");
  axis.at_low = 100.0, axis.at_high = 0.0; /* the middle of a logarithmic axis is the geometric mean */
  ck_assert_double_eq_tol(rein_plot_axis_place(&axis, 1e4), 50.0, 1e-9);
}
END_TEST

Suite *rein_suite_plot(void) {
  Suite *suite = suite_create("plot");
  TCase *tcase = tcase_create("plot");
  tcase_add_checked_fixture(tcase, setup, teardown);
  tcase_add_test(tcase, test_svg_holds_words_and_bands);
  tcase_add_test(tcase, test_long_text_stays_inside);
  tcase_add_test(tcase, test_same_plot_same_bytes);
  tcase_add_test(tcase, test_png_with_points);
  tcase_add_test(tcase, test_odd_numbers);
  tcase_add_test(tcase, test_unwritable_path_is_told);
  tcase_add_test(tcase, test_ticks);
  suite_add_tcase(suite, tcase);
  return suite;
}
