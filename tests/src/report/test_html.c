/* The escaping writer. */
#include <check.h>

#include "src/report/html.h"

static rein_arena *arena;
static rein_text text;

static void setup(void) {
  arena = rein_arena_create();
  rein_text_init(&text, arena);
}

static void teardown(void) {
  rein_arena_destroy(arena);
}

START_TEST(test_text_is_escaped) {
  rein_html html;
  rein_html_init(&html, &text);
  rein_html_line(&html, "p", "%s & %d", "<script>alert('x')</script>\x01\"", 7);
  ck_assert_str_eq(text.bytes, "<p>&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;&quot; &amp; 7</p>\n");
}
END_TEST

START_TEST(test_attributes_are_escaped) {
  rein_html html;
  rein_html_init(&html, &text);
  rein_html_open(&html, "a", "href", "#a\" onclick=\"x", "title", "\xc3\xa9<", NULL);
  rein_html_close(&html, "a");
  ck_assert_str_eq(text.bytes, "<a href=\"#a&quot; onclick=&quot;x\" title=\"\xc3\xa9&lt;\"></a>\n");
  ck_assert_int_eq(html.n_open, 0);
}
END_TEST

START_TEST(test_table) {
  const char *const heads[] = {"a", "b", NULL};
  rein_html html;
  rein_html_init(&html, &text);
  rein_html_begin_table(&html, "x < y", heads);
  rein_html_row(&html, "1");
  rein_html_cell(&html, "%g", 0.5);
  rein_html_close(&html, "tr");
  rein_html_end_table(&html);
  ck_assert_str_eq(
      text.bytes,
      "<div class=\"wide\" role=\"region\" tabindex=\"0\" aria-label=\"x &lt; y\"><table><caption>x "
      "&lt; y</caption>\n<thead><tr><th scope=\"col\">a</th>\n<th scope=\"col\">b</th>\n</tr>\n"
      "</thead>\n<tbody><tr><th scope=\"row\">1</th>\n<td>0.5</td>\n</tr>\n</tbody>\n</table>\n"
      "</div>\n");
}
END_TEST

START_TEST(test_null_is_nothing) {
  rein_html_escape(&text, NULL);
  ck_assert_uint_eq(text.n, 0);
}
END_TEST

Suite *rein_suite_html(void) {
  Suite *suite = suite_create("html");
  TCase *tcase = tcase_create("html");
  tcase_add_checked_fixture(tcase, setup, teardown);
  tcase_add_test(tcase, test_text_is_escaped);
  tcase_add_test(tcase, test_attributes_are_escaped);
  tcase_add_test(tcase, test_table);
  tcase_add_test(tcase, test_null_is_nothing);
  suite_add_tcase(suite, tcase);
  return suite;
}
