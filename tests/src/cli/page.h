/* Runs the commands of a page of docs/ as they stand there: lines that begin with "rein ". */
#ifndef REIN_TESTS_PAGE_H
#define REIN_TESTS_PAGE_H

/* In a new folder that sees models/ and scenarios/; `check` (a shell command, NULL: none) runs there last.
 * Fails the test where a command does; how many there were. */
int page_run(const char *page, const char *check);

#endif
