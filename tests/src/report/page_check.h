/* For tests of report pages: what every page has to be. */
#ifndef REIN_TESTS_PAGE_CHECK_H
#define REIN_TESTS_PAGE_CHECK_H

/* Fails the test where tags are not balanced, an identifier stands twice, a reference leads nowhere, or
 * anything would be loaded or run. */
void page_check(const char *page);

/* How often `word` stands in the page. */
int page_count(const char *page, const char *word);

#endif
