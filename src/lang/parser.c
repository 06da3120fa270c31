/* Recursive descent over the tokens of lexer.c.
 *
 *   expression = "if" expression "then" expression "else" expression | or
 *   or         = and { "or" and }
 *   and        = not { "and" not }
 *   not        = "not" not | comparison
 *   comparison = sum [ ( "<" | "<=" | ">" | ">=" | "==" | "!=" ) sum ]     does not chain
 *   sum        = product { ( "+" | "-" ) product }
 *   product    = unary { ( "*" | "/" ) unary }
 *   unary      = ( "-" | "+" ) unary | power
 *   power      = atom [ "^" unary ]                                        right-associative
 *   atom       = number [ unit ] | name | name "(" [ expression { "," expression } ] ")" | "(" expression ")"
 *              | "true" | "false"
 *   number     = digits [ "." digits ] [ ( "e" | "E" ) [ "+" | "-" ] digits ]
 *   unit       = word [ "^" integer ] | "%" | "'" any text "'"
 *   name       = word { "." word }
 *
 * Built in are the functions of ops.def, min and max of two or more, and hill(C, E, h) = (C/E)^h / (1 +
 * (C/E)^h). Other calls stay REIN_AST_CALL. `pi` is a number; `true` and `false` become 0 < 1 and 1 < 0, so
 * that truth stays truth for the unit check.
 *
 * After the first error in an expression nothing more of it is read: what follows would be guesses.
 * Invariants: recursion is at most MAX_DEPTH deep; height and size of the tree keep the bounds of ast.h.
 */
#include "src/lang/parser.h"

#include <ctype.h>
#include <string.h>

#include "src/lang/lexer.h"

#define MAX_DEPTH 200
#define MAX_ARGS 64

typedef struct {
  rein_arena *arena;
  const rein_yaml *scalar;
  rein_diag *diag;
  const rein_token *token; /* the present one */
  int depth;
} parser;

/* A tree and the bytes [from, to) of the text it came from; ast NULL after an error. */
typedef struct {
  rein_ast *ast;
  size_t from, to;
} part;

static const part failed = {NULL, 0, 0};

static rein_pos place(const parser *p, size_t from, size_t to) {
  return rein_yaml_text_pos(p->scalar, from, (int)(to - from));
}

static rein_pos token_pos(const parser *p) {
  return place(p, p->token->from, p->token->to);
}

/* The present token as messages call it, with its text for names and numbers. */
static const char *found(const parser *p) {
  const rein_token *t = p->token;
  if (t->kind != REIN_TOKEN_NAME && t->kind != REIN_TOKEN_NUMBER) return rein_token_name(t->kind);
  int n = t->to - t->from > 40 ? 40 : (int)(t->to - t->from);
  return rein_arena_printf(p->arena, "'%.*s'", n, p->scalar->text + t->from);
}

static bool accept(parser *p, rein_token_kind kind) {
  if (p->token->kind != kind) return false;
  p->token++;
  return true;
}

static bool expect(parser *p, rein_token_kind kind, const char *why) {
  if (accept(p, kind)) return true;
  rein_error(p->diag, token_pos(p), "expected %s %s, found %s", rein_token_name(kind), why, found(p));
  return false;
}

/* A node over parts that are all right, from the first byte to the last; within bounds or failed. */
static part build(parser *p, rein_op op, int n, const part *parts, size_t from, size_t to) {
  rein_ast *arg[3];
  for (int i = 0; i < n; i++) arg[i] = parts[i].ast;
  rein_ast *ast = rein_ast_op(p->arena, place(p, from, to), op, n, arg);
  if (ast->height > REIN_AST_MAX_HEIGHT || ast->size > REIN_AST_MAX_SIZE) {
    rein_error(p->diag, p->scalar->pos, "the expression is too large: split it into values");
    return failed;
  }
  return (part){ast, from, to};
}

static part build_binary(parser *p, rein_op op, part a, part b) {
  return build(p, op, 2, (part[]){a, b}, a.from, b.to);
}

static part parse_expression(parser *p);
static part parse_unary(parser *p);

/* ---- calls ---- */

/* Functions of other languages, and what they are called here. */
static const struct {
  const char *name, *meant;
} foreign[] = {
    {"ln", "'log' (the natural logarithm)"},
    {"arcsin", "'asin'"},
    {"arccos", "'acos'"},
    {"arctan", "'atan'"},
    {"pow", "'a ^ b'"},
    {"power", "'a ^ b'"},
    {"ceiling", "'ceil'"},
    {"fabs", "'abs'"},
    {"lg", "'log10'"},
    {"root", "'sqrt' or 'a ^ (1 / n)'"},
    {"square", "'a ^ 2'"},
    {"ifelse", "'if c then a else b'"},
    {"iif", "'if c then a else b'"},
    {"piecewise", "'if c then a else b'"},
};

static bool is_function(const char *word) {
  return isalpha((unsigned char)word[0]) && !rein_word_is_reserved(word);
}

void rein_parser_add_functions(rein_names *names) {
  rein_names_add(names, "hill", 0);
  for (int i = 0; i < REIN_OP_COPY; i++)
    if (is_function(rein_op_text((rein_op)i))) rein_names_add(names, rein_op_text((rein_op)i), 0);
}

static bool find_builtin(const char *name, rein_op *op) {
  if (!is_function(name)) return false;
  for (int i = 0; i < REIN_OP_COPY; i++)
    if (strcmp(name, rein_op_text((rein_op)i)) == 0) {
      *op = (rein_op)i;
      return true;
    }
  return false;
}

static part fail_count(parser *p, rein_pos pos, const char *name, const char *wanted, int n) {
  rein_error(p->diag, pos, "'%s' takes %s, found %d", name, wanted, n);
  return failed;
}

static part copy_part(parser *p, part a) {
  return (part){rein_ast_copy(p->arena, a.ast), a.from, a.to};
}

/* r^h / (1 + r^h) with r = C / E, so that h may be any number while C and E have units; each use of an
 * argument is a tree of its own. */
static part build_hill(parser *p, const part *arg, size_t from, size_t to) {
  if (2.0 * arg[0].ast->size + 2.0 * arg[1].ast->size + 2.0 * arg[2].ast->size > REIN_AST_MAX_SIZE) {
    rein_error(p->diag, place(p, from, to), "the expression is too large: split it into values");
    return failed;
  }
  part ratio = build(p, REIN_OP_DIV, 2, (part[]){arg[0], arg[1]}, from, to);
  part top = ratio.ast ? build(p, REIN_OP_POW, 2, (part[]){ratio, arg[2]}, from, to) : failed;
  if (!top.ast) return failed;
  part one = {rein_ast_number(p->arena, place(p, from, to), 1), from, to};
  part sum = build(p, REIN_OP_ADD, 2, (part[]){one, copy_part(p, top)}, from, to);
  return sum.ast ? build(p, REIN_OP_DIV, 2, (part[]){top, sum}, from, to) : failed;
}

static part build_call(parser *p, const rein_token *name, const part *arg, int n, size_t to) {
  rein_op op;
  rein_pos pos = place(p, name->from, name->to);
  if (strcmp(name->text, "hill") == 0)
    return n == 3 ? build_hill(p, arg, name->from, to)
                  : fail_count(p, pos, "hill", "3 arguments (C, E, h)", n);
  if (find_builtin(name->text, &op)) {
    bool fold = op == REIN_OP_MIN || op == REIN_OP_MAX;
    if (fold && n < 2) return fail_count(p, pos, name->text, "2 or more arguments", n);
    if (!fold && n != 1) return fail_count(p, pos, name->text, "1 argument", n);
    part all = fold ? arg[0] : build(p, op, 1, arg, name->from, to);
    for (int i = 1; fold && i < n && all.ast; i++)
      all = build(p, op, 2, (part[]){all, arg[i]}, name->from, to);
    return all;
  }
  for (size_t i = 0; i < sizeof foreign / sizeof *foreign; i++)
    if (strcmp(name->text, foreign[i].name) == 0) {
      rein_error(p->diag, pos, "unknown function '%s', did you mean %s?", name->text, foreign[i].meant);
      return failed;
    }
  rein_ast *args[MAX_ARGS];
  for (int i = 0; i < n; i++) args[i] = arg[i].ast;
  rein_ast *call = rein_ast_call(p->arena, pos, name->text, n, args);
  bool large = call->height > REIN_AST_MAX_HEIGHT || call->size > REIN_AST_MAX_SIZE;
  if (large) rein_error(p->diag, p->scalar->pos, "the expression is too large: split it into values");
  return large ? failed : (part){call, name->from, to};
}

/* The arguments behind a name; the opening parenthesis is the present token. */
static part parse_call(parser *p, const rein_token *name) {
  part arg[MAX_ARGS];
  int n = 0;
  const rein_token *open = p->token++;
  while (p->token->kind != REIN_TOKEN_CLOSE) {
    if (n > 0 && !expect(p, REIN_TOKEN_COMMA, "or ')' between arguments")) return failed;
    if (n == MAX_ARGS) {
      rein_error(p->diag, place(p, name->from, name->to), "more than %d arguments", MAX_ARGS);
      return failed;
    }
    if (p->token->kind == REIN_TOKEN_END) break;
    arg[n] = parse_expression(p);
    if (!arg[n++].ast) return failed;
    if (p->token->kind == REIN_TOKEN_END) break;
  }
  if (p->token->kind == REIN_TOKEN_END) {
    rein_error(p->diag, place(p, open->from, open->to), "'(' is not closed");
    return failed;
  }
  size_t to = p->token++->to;
  return build_call(p, name, arg, n, to);
}

/* ---- atoms to products ---- */

static part parse_parentheses(parser *p) {
  const rein_token *open = p->token++;
  part inner = parse_expression(p);
  if (!inner.ast) return failed;
  if (p->token->kind != REIN_TOKEN_CLOSE) {
    if (p->token->kind == REIN_TOKEN_END)
      rein_error(p->diag, place(p, open->from, open->to), "'(' is not closed");
    else
      rein_error(p->diag, token_pos(p), "expected an operator or ')', found %s", found(p));
    return failed;
  }
  return (part){inner.ast, open->from, p->token++->to};
}

static part parse_number(parser *p) {
  const rein_token *t = p->token++;
  rein_ast *ast = rein_ast_number(p->arena, place(p, t->from, t->to), t->number);
  ast->name = t->text;
  return (part){ast, t->from, t->to};
}

static part parse_name(parser *p) {
  const rein_token *t = p->token++;
  if (p->token->kind == REIN_TOKEN_OPEN) return parse_call(p, t);
  rein_pos pos = place(p, t->from, t->to);
  rein_ast *ast = strcmp(t->text, "pi") == 0 ? rein_ast_number(p->arena, pos, 3.14159265358979323846)
                                             : rein_ast_name(p->arena, pos, t->text);
  return (part){ast, t->from, t->to};
}

static part parse_truth(parser *p) {
  const rein_token *t = p->token++;
  rein_pos pos = place(p, t->from, t->to);
  bool truth = t->kind == REIN_TOKEN_TRUE;
  part side[2] = {{rein_ast_number(p->arena, pos, truth ? 0 : 1), t->from, t->to},
                  {rein_ast_number(p->arena, pos, truth ? 1 : 0), t->from, t->to}};
  return build(p, REIN_OP_LT, 2, side, t->from, t->to);
}

static part parse_atom(parser *p) {
  switch (p->token->kind) {
  case REIN_TOKEN_NUMBER:
    return parse_number(p);
  case REIN_TOKEN_NAME:
    return parse_name(p);
  case REIN_TOKEN_OPEN:
    return parse_parentheses(p);
  case REIN_TOKEN_TRUE:
  case REIN_TOKEN_FALSE:
    return parse_truth(p);
  case REIN_TOKEN_IF:
  case REIN_TOKEN_NOT:
    rein_error(p->diag, token_pos(p), "%s inside another expression needs parentheses around it", found(p));
    return failed;
  default:
    rein_error(p->diag, token_pos(p), "expected an operand, found %s", found(p));
    return failed;
  }
}

/* One level deeper; false with an error at the bound. */
static bool descend(parser *p) {
  if (p->depth++ < MAX_DEPTH) return true;
  rein_error(p->diag, token_pos(p), "nested more than %d deep", MAX_DEPTH);
  return false;
}

static part parse_power(parser *p) {
  part base = parse_atom(p);
  if (!base.ast || !accept(p, REIN_TOKEN_POWER)) return base;
  if (!descend(p)) return failed;
  part exponent = parse_unary(p);
  p->depth--;
  return exponent.ast ? build_binary(p, REIN_OP_POW, base, exponent) : failed;
}

static part parse_unary(parser *p) {
  size_t from = p->token->from;
  bool minus = p->token->kind == REIN_TOKEN_MINUS;
  if (!minus && p->token->kind != REIN_TOKEN_PLUS) return parse_power(p);
  if (!descend(p)) return failed;
  p->token++;
  part operand = parse_unary(p);
  p->depth--;
  if (!operand.ast || !minus) return operand;
  return build(p, REIN_OP_NEG, 1, &operand, from, operand.to);
}

static part parse_product(parser *p) {
  part left = parse_unary(p);
  while (left.ast && (p->token->kind == REIN_TOKEN_TIMES || p->token->kind == REIN_TOKEN_DIVIDE)) {
    rein_op op = p->token++->kind == REIN_TOKEN_TIMES ? REIN_OP_MUL : REIN_OP_DIV;
    part right = parse_unary(p);
    left = right.ast ? build_binary(p, op, left, right) : failed;
  }
  return left;
}

static part parse_sum(parser *p) {
  part left = parse_product(p);
  while (left.ast && (p->token->kind == REIN_TOKEN_PLUS || p->token->kind == REIN_TOKEN_MINUS)) {
    rein_op op = p->token++->kind == REIN_TOKEN_PLUS ? REIN_OP_ADD : REIN_OP_SUB;
    part right = parse_product(p);
    left = right.ast ? build_binary(p, op, left, right) : failed;
  }
  return left;
}

/* ---- truth ---- */

static bool is_comparison(rein_token_kind kind, rein_op *op) {
  switch (kind) {
  case REIN_TOKEN_LT:
    *op = REIN_OP_LT;
    return true;
  case REIN_TOKEN_LE:
    *op = REIN_OP_LE;
    return true;
  case REIN_TOKEN_GT:
    *op = REIN_OP_GT;
    return true;
  case REIN_TOKEN_GE:
    *op = REIN_OP_GE;
    return true;
  case REIN_TOKEN_EQ:
    *op = REIN_OP_EQ;
    return true;
  case REIN_TOKEN_NE:
    *op = REIN_OP_NE;
    return true;
  default:
    return false;
  }
}

/* `a < b < c`: says how to write it. The second sign is the present token. */
static part fail_chain(parser *p, part a, rein_op first, part b) {
  rein_op second = first;
  is_comparison(p->token->kind, &second);
  size_t from = p->token->from, to = p->token->to;
  p->token++;
  part c = parse_sum(p);
  if (!c.ast) return failed;
  const char *text = p->scalar->text;
  if (c.to - a.from > 60)
    rein_error(p->diag, place(p, from, to), "comparisons do not chain: write two, joined by 'and'");
  else
    rein_error(p->diag, place(p, from, to),
               "comparisons do not chain, did you mean '%.*s %s %.*s and %.*s %s %.*s'?",
               (int)(a.to - a.from), text + a.from, rein_op_text(first), (int)(b.to - b.from), text + b.from,
               (int)(b.to - b.from), text + b.from, rein_op_text(second), (int)(c.to - c.from),
               text + c.from);
  return failed;
}

static part parse_comparison(parser *p) {
  rein_op op, next;
  part left = parse_sum(p);
  if (!left.ast || !is_comparison(p->token->kind, &op)) return left;
  p->token++;
  part right = parse_sum(p);
  if (!right.ast) return failed;
  if (is_comparison(p->token->kind, &next)) return fail_chain(p, left, op, right);
  return build_binary(p, op, left, right);
}

static part parse_not(parser *p) {
  if (p->token->kind != REIN_TOKEN_NOT) return parse_comparison(p);
  if (!descend(p)) return failed;
  size_t from = p->token++->from;
  part operand = parse_not(p);
  p->depth--;
  return operand.ast ? build(p, REIN_OP_NOT, 1, &operand, from, operand.to) : failed;
}

static part parse_and(parser *p) {
  part left = parse_not(p);
  while (left.ast && accept(p, REIN_TOKEN_AND)) {
    part right = parse_not(p);
    left = right.ast ? build_binary(p, REIN_OP_AND, left, right) : failed;
  }
  return left;
}

static part parse_or(parser *p) {
  part left = parse_and(p);
  while (left.ast && accept(p, REIN_TOKEN_OR)) {
    part right = parse_and(p);
    left = right.ast ? build_binary(p, REIN_OP_OR, left, right) : failed;
  }
  return left;
}

static part parse_if(parser *p) {
  size_t from = p->token++->from;
  part part_of[3];
  part_of[0] = parse_expression(p);
  if (!part_of[0].ast || !expect(p, REIN_TOKEN_THEN, "after the condition of 'if'")) return failed;
  part_of[1] = parse_expression(p);
  if (!part_of[1].ast || !expect(p, REIN_TOKEN_ELSE, "('if c then a else b')")) return failed;
  part_of[2] = parse_expression(p);
  return part_of[2].ast ? build(p, REIN_OP_SELECT, 3, part_of, from, part_of[2].to) : failed;
}

static part parse_expression(parser *p) {
  if (!descend(p)) return failed;
  part all = p->token->kind == REIN_TOKEN_IF ? parse_if(p) : parse_or(p);
  p->depth--;
  return all;
}

/* What stands behind a whole expression. */
static void report_rest(const parser *p) {
  rein_token_kind kind = p->token->kind;
  if (kind == REIN_TOKEN_CLOSE)
    rein_error(p->diag, token_pos(p), "')' without '('");
  else if (kind == REIN_TOKEN_NAME || kind == REIN_TOKEN_NUMBER || kind == REIN_TOKEN_OPEN)
    rein_error(p->diag, token_pos(p), "expected an operator, found %s (a product is written with '*')",
               found(p));
  else
    rein_error(p->diag, token_pos(p), "expected an operator, found %s", found(p));
}

rein_ast *rein_parse_expression(rein_arena *arena, const rein_yaml *scalar, rein_diag *diag) {
  rein_token *tokens;
  int n;
  if (scalar->kind != REIN_YAML_SCALAR) {
    rein_error(diag, scalar->pos, "expected an expression, found a %s",
               scalar->kind == REIN_YAML_MAP ? "map" : "list");
    return NULL;
  }
  bool fine = rein_lexer_read(arena, scalar, diag, &tokens, &n);
  if (fine && n == 1) rein_error(diag, scalar->pos, "expected an expression, found nothing");
  if (!fine || n == 1) return NULL;
  parser p = {.arena = arena, .scalar = scalar, .diag = diag, .token = tokens};
  part all = parse_expression(&p);
  if (!all.ast) return NULL;
  if (p.token->kind != REIN_TOKEN_END) {
    report_rest(&p);
    return NULL;
  }
  return all.ast;
}
