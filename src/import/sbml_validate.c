/* libSBML's consistency checks: every error with its line, warnings as one line for each kind, with their
 * number and the first of them. Units and modelling practice are not looked at: quantities are taken without
 * units here, and practice is a matter of taste. */
#include <ctype.h>
#include <string.h>

#include "src/import/sbml_inside.h"

#define MAX_SHOWN 20 /* errors; the rest is counted */
#define MAX_TEXT 240 /* of one message, bytes */

static void choose_checks(SBMLDocument_t *document) {
  SBMLDocument_setConsistencyChecks(document, LIBSBML_CAT_UNITS_CONSISTENCY, 0);
  SBMLDocument_setConsistencyChecks(document, LIBSBML_CAT_MODELING_PRACTICE, 0);
}

/* libSBML cites the rule, then where it stands ("Reference: ..."), then says what is wrong in this file: that
 * last part in one line, or the rule's short name where there is none. */
static const char *text_of(sbml_job *job, const XMLError_t *e) {
  const char *message = XMLError_getMessage(e);
  const char *reference = message ? strstr(message, "Reference:") : NULL;
  const char *from = reference ? strchr(reference, '\n') : NULL;
  if (!from || from[strspn(from, " \t\r\n")] == '\0') from = XMLError_getShortMessage(e);
  char *text = rein_arena_strdup(job->arena, from ? from : "");
  size_t n = 0;
  for (const char *c = text; *c; c++) {
    if (!isspace((unsigned char)*c))
      text[n++] = *c;
    else if (n > 0 && text[n - 1] != ' ')
      text[n++] = ' ';
  }
  while (n > 0 && text[n - 1] == ' ') n--;
  text[n] = '\0';
  if (n > MAX_TEXT) strcpy(text + MAX_TEXT - 3, "...");
  return text;
}

static rein_pos pos_of(const sbml_job *job, const XMLError_t *e) {
  const int line = (int)XMLError_getLine(e);
  return (rein_pos){job->source, line > 0 ? line : 1, 1, 1};
}

static const XMLError_t *error_at(SBMLDocument_t *document, unsigned i) {
  return (const XMLError_t *)SBMLDocument_getError(document, i);
}

static bool is_error(const XMLError_t *e) {
  return XMLError_isError(e) || XMLError_isFatal(e);
}

static unsigned add_errors(sbml_job *job, SBMLDocument_t *document) {
  const rein_pos start = {job->source, 1, 1, 1};
  unsigned n_error = 0;
  for (unsigned i = 0; i < SBMLDocument_getNumErrors(document); i++) {
    const XMLError_t *e = error_at(document, i);
    if (!is_error(e) || ++n_error > MAX_SHOWN) continue;
    rein_error(job->diag, pos_of(job, e), "not valid SBML (rule %u): %s", XMLError_getErrorId(e),
               text_of(job, e));
  }
  if (n_error > MAX_SHOWN)
    rein_error(job->diag, start, "%u more places are not valid SBML", n_error - MAX_SHOWN);
  if (n_error)
    rein_note(job->diag, start, "these are libSBML's consistency checks; --no-validate leaves them out");
  return n_error;
}

/* One line for each rule; the rules that a file breaks are few. */
static void add_warnings(sbml_job *job, SBMLDocument_t *document) {
  const unsigned n = SBMLDocument_getNumErrors(document);
  for (unsigned i = 0; i < n; i++) {
    const XMLError_t *e = error_at(document, i);
    unsigned n_alike = 0, first = n;
    for (unsigned k = 0; k < n; k++)
      if (XMLError_getErrorId(error_at(document, k)) == XMLError_getErrorId(e)) {
        n_alike++;
        if (k < first) first = k;
      }
    if (is_error(e) || first != i) continue;
    if (n_alike == 1)
      rein_warning(job->diag, pos_of(job, e), "libSBML: %s", text_of(job, e));
    else
      rein_warning(job->diag, pos_of(job, e), "libSBML (%u times, here first): %s", n_alike, text_of(job, e));
  }
}

bool sbml_validate(sbml_job *job, SBMLDocument_t *document) {
  choose_checks(document);
  SBMLDocument_checkConsistency(document);
  add_warnings(job, document);
  return add_errors(job, document) == 0;
}
