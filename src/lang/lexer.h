/* Expression text to tokens. A number takes the unit that follows it: `5 mg`, `5 h^-1`, `5 %`, `5 'mg/L'`. */
#ifndef REIN_LANG_LEXER_H
#define REIN_LANG_LEXER_H

#include "src/lang/yaml.h"

/* Kind, and how messages call it. */
#define REIN_TOKENS(X)                                                                                       \
  X(END, "the end")                                                                                          \
  X(NUMBER, "a number")                                                                                      \
  X(NAME, "a name")                                                                                          \
  X(PLUS, "'+'")                                                                                             \
  X(MINUS, "'-'")                                                                                            \
  X(TIMES, "'*'")                                                                                            \
  X(DIVIDE, "'/'")                                                                                           \
  X(POWER, "'^'")                                                                                            \
  X(OPEN, "'('")                                                                                             \
  X(CLOSE, "')'")                                                                                            \
  X(COMMA, "','")                                                                                            \
  X(LT, "'<'")                                                                                               \
  X(LE, "'<='")                                                                                              \
  X(GT, "'>'")                                                                                               \
  X(GE, "'>='")                                                                                              \
  X(EQ, "'=='")                                                                                              \
  X(NE, "'!='")                                                                                              \
  X(AND, "'and'")                                                                                            \
  X(OR, "'or'")                                                                                              \
  X(NOT, "'not'")                                                                                            \
  X(IF, "'if'")                                                                                              \
  X(THEN, "'then'")                                                                                          \
  X(ELSE, "'else'")                                                                                          \
  X(TRUE, "'true'")                                                                                          \
  X(FALSE, "'false'")

typedef enum {
#define X(name, text) REIN_TOKEN_##name,
  REIN_TOKENS(X)
#undef X
      REIN_N_TOKEN
} rein_token_kind;

typedef struct {
  rein_token_kind kind;
  size_t from, to; /* bytes [from, to) of the scalar's text */
  double number;   /* NUMBER */
  const char
      *text; /* NAME: the name, with dots for parts; NUMBER: its unit's text, NULL where none is written */
} rein_token;

/* All tokens of a scalar in the arena; the last is END. False with errors in diag where a character has no
 * place in an expression; *out and *n are set even then, with what was most likely meant in place of the
 * wrong characters. */
bool rein_lexer_read(rein_arena *arena, const rein_yaml *scalar, rein_diag *diag, rein_token **out, int *n);

/* How messages call a kind; static. */
const char *rein_token_name(rein_token_kind kind);

/* True for words that cannot be names: and or not if then else true false time pi. */
bool rein_word_is_reserved(const char *word);

/* Bytes of the decimal number at the start of the text, 0 if there is none. No sign, hexadecimal, "inf" or
 * "nan". */
size_t rein_number_length(const char *text);

#endif
