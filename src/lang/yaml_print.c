/* Prints a YAML tree again in block style. Parses back to the same tree. */
#include <ctype.h>
#include <string.h>

#include "src/lang/yaml.h"

static bool has_control(const char *text) {
  for (; *text; text++)
    if ((unsigned char)*text < 32 || *text == 127) return true;
  return false;
}

/* A quote before parentheses that the reader of yaml.c would take for the start of a quoted scalar, now that
 * the text stands on one line. */
static bool has_false_quote(const char *text) {
  char before = ' ';
  for (; *text; text++) {
    if ((*text == '"' || *text == '\'') && strchr(":,[{-", before)) return strchr(text, '(') != NULL;
    if (*text != ' ') before = *text;
  }
  return false;
}

/* Whether the text means itself without quotes. Inside [ ] libyaml takes a lone "-" as text; on a line of its
 * own it would begin a list. */
static bool stands_plain(const char *text) {
  bool sign = text[0] && strchr("-?:", text[0]) && (!text[1] || text[1] == ' ');
  return !sign && !has_control(text) && !has_false_quote(text);
}

/* In double quotes, where single ones cannot say it. */
static void print_escaped(const char *text, rein_text *out) {
  rein_text_add(out, "\"");
  for (; *text; text++) {
    if (*text == '"' || *text == '\\')
      rein_text_printf(out, "\\%c", *text);
    else if (*text == '\n')
      rein_text_add(out, "\\n");
    else if ((unsigned char)*text < 32 || *text == 127)
      rein_text_printf(out, "\\x%02X", (unsigned)*text);
    else
      rein_text_add_n(out, text, 1);
  }
  rein_text_add(out, "\"");
}

static void print_quoted(const char *text, rein_text *out) {
  if (has_control(text)) {
    print_escaped(text, out);
    return;
  }
  rein_text_add(out, "'");
  for (; *text; text++) {
    if (*text == '\'') rein_text_add(out, "'");
    rein_text_add_n(out, text, 1);
  }
  rein_text_add(out, "'");
}

static void print_key(const char *key, rein_text *out) {
  bool plain = isalpha((unsigned char)key[0]) || key[0] == '_';
  for (const char *c = key; *c; c++)
    plain &= isalnum((unsigned char)*c) || *c == '_' || *c == '.' || *c == '-';
  if (plain)
    rein_text_add(out, key);
  else
    print_quoted(key, out);
}

static void print_items(const rein_yaml *node, int indent, rein_text *out);

/* What follows "key:" or "-": on the same line for scalars and empty ones, else on the lines below. */
static void print_value(const rein_yaml *node, int indent, rein_text *out) {
  if (node->kind != REIN_YAML_SCALAR && node->n > 0) {
    rein_text_add(out, "\n");
    print_items(node, indent, out);
    return;
  }
  if (node->kind != REIN_YAML_SCALAR) {
    rein_text_add(out, node->kind == REIN_YAML_MAP ? " {}" : " []");
  } else if (node->quoted || !stands_plain(node->text)) {
    rein_text_add(out, " ");
    print_quoted(node->text, out);
  } else if (node->text[0]) {
    rein_text_add(out, " ");
    rein_text_add(out, node->text);
  }
  rein_text_add(out, "\n");
}

static void print_items(const rein_yaml *node, int indent, rein_text *out) {
  for (int i = 0; i < node->n; i++) {
    rein_text_printf(out, "%*s", indent, "");
    if (node->kind == REIN_YAML_MAP) {
      print_key(node->key[i], out);
      rein_text_add(out, ":");
    } else {
      rein_text_add(out, "-");
    }
    print_value(node->item[i], indent + 2, out);
  }
}

void rein_yaml_print(const rein_yaml *node, rein_text *out) {
  if (node->kind != REIN_YAML_SCALAR && node->n > 0)
    print_items(node, 0, out);
  else
    print_value(node, 0, out);
}
