/* Report pages in headless Chromium: what is there once a browser has read them, nothing on the console,
 * nothing wider than a narrow screen, and what they look like. Runs where REIN_TEST_BROWSER names the program
 * (`make test-report`). REIN_REPORT_WRITE=1 writes the stored picture anew: look at it before it is
 * committed. */
#include <cairo/cairo.h>
#include <check.h>
#include <math.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/skip.h"
#include "tests/src/report/page_check.h"
#include "tests/src/study/validate_fixture.h"

/* Screen of the screenshot [pixels], and pixels of a block: letters are smaller than a block, so that it
 * holds how dark a place is, not which letter is there. */
enum { WIDTH = 960, HEIGHT = 2880, BLOCK = 24, N_COL = WIDTH / BLOCK, N_ROW = HEIGHT / BLOCK };
/* Of 255: mean difference of the blocks; one block that counts as another, and how many of them may. An empty
 * page differs by 9 and a seventh of the blocks, a page moved by one block by as much. */
#define MEAN_TOLERANCE 4.0
#define BLOCK_TOLERANCE 24.0
#define SHARE_TOLERANCE 0.06
#define STORED "tests/src/report/report_page.png"

static const char *browser(void) {
  const char *name = getenv("REIN_TEST_BROWSER");
  return name && *name ? name : NULL;
}

static bool skipped(void) {
  if (browser()) return false;
  rein_test_skip("no browser: 'make test-report' opens reports in Chromium");
  return true;
}

static int run(const char *format, ...) __attribute__((format(printf, 1, 2)));
static int run(const char *format, ...) {
  va_list args;
  va_start(args, format);
  const char *words = rein_arena_vprintf(judged_get()->arena, format, args);
  va_end(args);
  return WEXITSTATUS(system(
      rein_arena_printf(judged_get()->arena, "%s > %s 2> %s", words, judged_at("out"), judged_at("err"))));
}

/* Opens a page of the folder; `what`: further options. Output in `out`, the console among `err`. */
static void browse(const char *what, const char *page) {
  ck_assert_msg(
      run("timeout 60 %s --headless %s --disable-gpu --hide-scrollbars --force-device-scale-factor=1 "
          "--user-data-dir=%s --enable-logging=stderr --allow-file-access-from-files "
          "--virtual-time-budget=4000 %s file://%s",
          browser(), geteuid() == 0 ? "--no-sandbox" : "", judged_at("profile"), what, judged_at(page)) == 0,
      "%s", judged_read("err"));
}

static void write_page(void) {
  const judged_model model = {.base_between = "normal(sd: 10 mg)",
                              .gain_between = "normal(sd: 0.1 1)",
                              .noise = "additive(sd: 2 mg)"};
  const judged_scenario scenario = {
      .cohort = "{n: 500}", .arms = "{up: up, none: none, down: down}", .expect = "{rule: verdict/1}"};
  const char *program = getenv("REIN_TEST_PROGRAM");
  judged_people_of_truth(8, 10, 0.1, 2);
  judged_write_model(&model);
  judged_write_scenario(&scenario);
  ck_assert_int_eq(run("%s report -o %s %s", program ? program : "build/release/rein", judged_at("r.html"),
                       judged_at("s.yaml")),
                   0);
}

START_TEST(test_elements) {
  static const char *const wanted[] = {
      "<html lang=\"en\">",         "<a class=\"skip\" href=\"#main\">", "<nav aria-label=\"Contents\">",
      "<main id=\"main\"",          "<section id=\"verdict\"",           "<section id=\"pictures\"",
      "<section id=\"scores\"",     "<section id=\"calibration\"",       "<section id=\"evidence\"",
      "<section id=\"provenance\"", "<section id=\"boundary\"",          "<footer>"};
  static const char *const counted[] = {"<table>", "<caption>", "<svg ", "<tr>", "<th ", "<h2 ", "<figure>"};
  if (skipped()) return;
  write_page();
  browse("--dump-dom", "r.html");
  const char *page = judged_read("r.html"), *seen = judged_read("out");
  for (size_t k = 0; k < sizeof wanted / sizeof *wanted; k++)
    ck_assert_msg(strstr(seen, wanted[k]) != NULL, "%s is not there", wanted[k]);
  /* the browser's reader neither dropped nor added one */
  for (size_t k = 0; k < sizeof counted / sizeof *counted; k++)
    ck_assert_int_eq(page_count(seen, counted[k]), page_count(page, counted[k]));
  ck_assert_ptr_null(strstr(judged_read("err"), "CONSOLE"));
}
END_TEST

/* The same look at the console sees an error where there is one. */
START_TEST(test_console_is_heard) {
  if (skipped()) return;
  judged_write("bad.html", "<!DOCTYPE html><title>x</title><script>console.error('heard')</script>");
  browse("--dump-dom", "bad.html");
  ck_assert_ptr_nonnull(strstr(judged_read("err"), "CONSOLE"));
  judged_write("bad.html",
               "<!DOCTYPE html><meta http-equiv=\"Content-Security-Policy\" content=\"default-src "
               "'none'\"><title>x</title><img src=\"a.png\">");
  browse("--dump-dom", "bad.html");
  ck_assert_ptr_nonnull(strstr(judged_read("err"), "CONSOLE"));
}
END_TEST

/* Width that a page needs on a screen of 320 pixels; the frame around it measures, the page has no script. */
static int width_needed(const char *page) {
  judged_write("frame.html",
               rein_arena_printf(judged_get()->arena,
                                 "<!DOCTYPE html><title>f</title><body><iframe id=f src=\"%s\" width=320 "
                                 "height=900 onload=\"document.body.dataset.needed = "
                                 "this.contentDocument.documentElement.scrollWidth\"></iframe>",
                                 page));
  browse("--dump-dom", "frame.html");
  const char *found = strstr(judged_read("out"), "data-needed=\"");
  ck_assert_msg(found != NULL, "%s", judged_read("err"));
  return atoi(found + strlen("data-needed=\""));
}

START_TEST(test_narrow_screen) {
  if (skipped()) return;
  write_page();
  judged_write("wide.html", "<!DOCTYPE html><title>w</title><div style=\"width:700px\">wide</div>");
  ck_assert_int_gt(width_needed("wide.html"), 320);
  ck_assert_int_le(width_needed("r.html"), 320);
}
END_TEST

/* ---- screenshot ---- */

/* Brightness of each block (N_ROW x N_COL), 0 to 255. */
static void read_blocks(const char *path, int block, double *out) {
  cairo_surface_t *image = cairo_image_surface_create_from_png(path);
  ck_assert_msg(cairo_surface_status(image) == CAIRO_STATUS_SUCCESS, "%s cannot be read", path);
  ck_assert_int_ge(cairo_image_surface_get_width(image), block * N_COL);
  ck_assert_int_ge(cairo_image_surface_get_height(image), block * N_ROW);
  const unsigned char *bytes = cairo_image_surface_get_data(image);
  const int stride = cairo_image_surface_get_stride(image);
  for (int r = 0; r < N_ROW; r++) {
    for (int c = 0; c < N_COL; c++) {
      double sum = 0.0;
      for (int y = r * block; y < (r + 1) * block; y++)
        for (int x = c * block; x < (c + 1) * block; x++)
          for (int k = 0; k < 3; k++) sum += bytes[y * stride + 4 * x + k];
      out[r * N_COL + c] = sum / (3.0 * block * block);
    }
  }
  cairo_surface_destroy(image);
}

static void write_blocks(const char *path, const double *block) {
  cairo_surface_t *image = cairo_image_surface_create(CAIRO_FORMAT_RGB24, N_COL, N_ROW);
  unsigned char *bytes = cairo_image_surface_get_data(image);
  const int stride = cairo_image_surface_get_stride(image);
  for (int r = 0; r < N_ROW; r++)
    for (int c = 0; c < N_COL; c++) memset(bytes + r * stride + 4 * c, (int)lround(block[r * N_COL + c]), 4);
  cairo_surface_mark_dirty(image);
  ck_assert_int_eq(cairo_surface_write_to_png(image, path), CAIRO_STATUS_SUCCESS);
  cairo_surface_destroy(image);
}

/* NULL where two pictures look alike, else how they differ. */
static const char *compare(const double *a, const double *b) {
  double sum = 0.0;
  int n_far = 0;
  for (int i = 0; i < N_ROW * N_COL; i++) {
    sum += fabs(a[i] - b[i]);
    n_far += fabs(a[i] - b[i]) > BLOCK_TOLERANCE;
  }
  const double mean = sum / (N_ROW * N_COL), share = (double)n_far / (N_ROW * N_COL);
  if (mean <= MEAN_TOLERANCE && share <= SHARE_TOLERANCE) return NULL;
  return rein_arena_printf(judged_get()->arena, "mean difference %.3g, %.3g of the blocks look different",
                           mean, share);
}

START_TEST(test_screenshot) {
  static double seen[N_ROW * N_COL], stored[N_ROW * N_COL], other[N_ROW * N_COL];
  if (skipped()) return;
  write_page();
  browse(rein_arena_printf(judged_get()->arena, "--window-size=%d,%d --screenshot=%s", WIDTH, HEIGHT,
                           judged_at("shot.png")),
         "r.html");
  read_blocks(judged_at("shot.png"), BLOCK, seen);
  if (getenv("REIN_REPORT_WRITE")) write_blocks(STORED, seen);
  read_blocks(STORED, 1, stored);
  const char *difference = compare(seen, stored);
  ck_assert_msg(!difference, "the page does not look as stored: %s", difference);
  /* an empty page, and one whose lower half has moved up by a quarter of a screen, are told apart */
  for (int i = 0; i < N_ROW * N_COL; i++) other[i] = 255.0;
  ck_assert_ptr_nonnull(compare(other, stored));
  for (int i = 0; i < N_ROW * N_COL; i++) other[i] = seen[(i + 10 * N_COL) % (N_ROW * N_COL)];
  ck_assert_ptr_nonnull(compare(other, stored));
}
END_TEST

Suite *rein_suite_report_browser(void) {
  Suite *suite = suite_create("report_browser");
  TCase *tcase = tcase_create("report_browser");
  tcase_add_checked_fixture(tcase, judged_setup, judged_teardown);
  tcase_set_timeout(tcase, 200);
  tcase_add_test(tcase, test_elements);
  tcase_add_test(tcase, test_console_is_heard);
  tcase_add_test(tcase, test_narrow_screen);
  tcase_add_test(tcase, test_screenshot);
  suite_add_tcase(suite, tcase);
  return suite;
}
