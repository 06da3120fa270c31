#include "src/lang/ast.h"

#include <ctype.h>
#include <string.h>

#include "src/lang/lexer.h"

static rein_ast *new_node(rein_arena *arena, rein_ast_kind kind, rein_pos pos) {
  rein_ast *ast = REIN_NEW(arena, rein_ast, 1);
  *ast = (rein_ast){.kind = kind, .pos = pos, .symbol = -1, .unit = rein_unit_one(), .height = 1, .size = 1};
  return ast;
}

static void set_args(rein_arena *arena, rein_ast *ast, int n_arg, rein_ast *const *arg) {
  ast->n_arg = n_arg;
  ast->arg = REIN_NEW(arena, rein_ast *, n_arg ? n_arg : 1);
  for (int i = 0; i < n_arg; i++) {
    ast->arg[i] = arg[i];
    if (arg[i]->height >= ast->height) ast->height = arg[i]->height + 1;
    ast->size += arg[i]->size;
    if (ast->size > REIN_AST_MAX_SIZE) ast->size = REIN_AST_MAX_SIZE + 1;
  }
}

rein_ast *rein_ast_number(rein_arena *arena, rein_pos pos, double number) {
  rein_ast *ast = new_node(arena, REIN_AST_NUMBER, pos);
  ast->number = number;
  return ast;
}

rein_ast *rein_ast_name(rein_arena *arena, rein_pos pos, const char *name) {
  rein_ast *ast = new_node(arena, REIN_AST_NAME, pos);
  ast->name = rein_arena_strdup(arena, name);
  return ast;
}

rein_ast *rein_ast_op(rein_arena *arena, rein_pos pos, rein_op op, int n_arg, rein_ast *const *arg) {
  rein_ast *ast = new_node(arena, REIN_AST_OP, pos);
  ast->op = op;
  set_args(arena, ast, n_arg, arg);
  return ast;
}

rein_ast *rein_ast_binary(rein_arena *arena, rein_op op, rein_ast *a, rein_ast *b) {
  rein_ast *const arg[2] = {a, b};
  rein_ast *out = rein_ast_op(arena, a->pos, op, 2, arg);
  out->unit = a->unit;
  return out;
}

rein_ast *rein_ast_call(rein_arena *arena, rein_pos pos, const char *name, int n_arg, rein_ast *const *arg) {
  rein_ast *ast = new_node(arena, REIN_AST_CALL, pos);
  ast->name = rein_arena_strdup(arena, name);
  set_args(arena, ast, n_arg, arg);
  return ast;
}

rein_ast *rein_ast_convert(rein_arena *arena, rein_ast *arg, double factor) {
  rein_ast *ast = new_node(arena, REIN_AST_CONVERT, arg->pos);
  ast->number = factor;
  set_args(arena, ast, 1, &arg);
  return ast;
}

rein_ast *rein_ast_copy(rein_arena *arena, const rein_ast *ast) {
  rein_ast *copy = REIN_NEW(arena, rein_ast, 1);
  *copy = *ast;
  if (ast->n_arg > 0) copy->arg = REIN_NEW(arena, rein_ast *, ast->n_arg);
  for (int i = 0; i < ast->n_arg; i++) copy->arg[i] = rein_ast_copy(arena, ast->arg[i]);
  return copy;
}

static bool same_text(const char *a, const char *b) {
  return a && b ? strcmp(a, b) == 0 : a == b;
}

bool rein_ast_equal(const rein_ast *a, const rein_ast *b) {
  if (a->kind != b->kind || a->n_arg != b->n_arg || !same_text(a->name, b->name)) return false;
  if (a->kind == REIN_AST_OP && a->op != b->op) return false;
  bool counts = a->kind == REIN_AST_NUMBER || a->kind == REIN_AST_CONVERT;
  if (counts && memcmp(&a->number, &b->number, sizeof a->number) != 0) return false;
  for (int i = 0; i < a->n_arg; i++)
    if (!rein_ast_equal(a->arg[i], b->arg[i])) return false;
  return true;
}

/* ---- printer ---- */

/* How tightly an expression holds together; the grammar of parser.c, loosest first. */
enum {
  LEVEL_IF,
  LEVEL_OR,
  LEVEL_AND,
  LEVEL_NOT,
  LEVEL_COMPARE,
  LEVEL_SUM,
  LEVEL_PRODUCT,
  LEVEL_NEGATE,
  LEVEL_POWER,
  LEVEL_ATOM
};

static int level_of(const rein_ast *ast) {
  if (ast->kind == REIN_AST_CONVERT) return LEVEL_PRODUCT;
  if (ast->kind == REIN_AST_NUMBER) return ast->number < 0 ? LEVEL_NEGATE : LEVEL_ATOM;
  if (ast->kind != REIN_AST_OP) return LEVEL_ATOM;
  switch (ast->op) {
  case REIN_OP_SELECT:
    return LEVEL_IF;
  case REIN_OP_OR:
    return LEVEL_OR;
  case REIN_OP_AND:
    return LEVEL_AND;
  case REIN_OP_NOT:
    return LEVEL_NOT;
  case REIN_OP_LT:
  case REIN_OP_LE:
  case REIN_OP_GT:
  case REIN_OP_GE:
  case REIN_OP_EQ:
  case REIN_OP_NE:
    return LEVEL_COMPARE;
  case REIN_OP_ADD:
  case REIN_OP_SUB:
    return LEVEL_SUM;
  case REIN_OP_MUL:
  case REIN_OP_DIV:
    return LEVEL_PRODUCT;
  case REIN_OP_NEG:
    return LEVEL_NEGATE;
  case REIN_OP_POW:
    return LEVEL_POWER;
  default:
    return LEVEL_ATOM;
  }
}

static void print(const rein_ast *ast, rein_text *out);

static void print_at(const rein_ast *ast, int level, rein_text *out) {
  bool parentheses = level_of(ast) < level;
  if (parentheses) rein_text_add(out, "(");
  print(ast, out);
  if (parentheses) rein_text_add(out, ")");
}

/* A unit of letters can stand bare behind a number, where no "^" follows. */
static bool is_bare_unit(const char *unit) {
  if (!isalpha((unsigned char)unit[0]) || rein_word_is_reserved(unit)) return false;
  for (; *unit; unit++)
    if (!isalnum((unsigned char)*unit)) return false;
  return true;
}

static void print_number(const rein_ast *ast, bool before_power, rein_text *out) {
  rein_text_number(out, ast->number);
  if (!ast->name) return;
  if (is_bare_unit(ast->name) && !before_power)
    rein_text_printf(out, " %s", ast->name);
  else if (strchr(ast->name, '\''))
    rein_text_printf(out, " \"%s\"", ast->name);
  else
    rein_text_printf(out, " '%s'", ast->name);
}

static void print_call(const char *name, const rein_ast *ast, rein_text *out) {
  rein_text_add(out, name);
  rein_text_add(out, "(");
  for (int i = 0; i < ast->n_arg; i++) {
    if (i) rein_text_add(out, ", ");
    print(ast->arg[i], out);
  }
  rein_text_add(out, ")");
}

static void print_select(const rein_ast *ast, rein_text *out) {
  static const char *const word[] = {"if ", " then ", " else "};
  for (int i = 0; i < 3; i++) {
    rein_text_add(out, word[i]);
    print(ast->arg[i], out);
  }
}

/* Left-associative but for comparisons, which do not chain. */
static void print_binary(const rein_ast *ast, rein_text *out) {
  int level = level_of(ast);
  print_at(ast->arg[0], level == LEVEL_COMPARE ? level + 1 : level, out);
  rein_text_printf(out, " %s ", rein_op_text(ast->op));
  print_at(ast->arg[1], level + 1, out);
}

static void print_power(const rein_ast *ast, rein_text *out) {
  const rein_ast *base = ast->arg[0];
  if (base->kind == REIN_AST_NUMBER && base->number >= 0)
    print_number(base, true, out);
  else
    print_at(base, LEVEL_ATOM, out);
  rein_text_add(out, "^");
  print_at(ast->arg[1], LEVEL_NEGATE, out);
}

static void print_op(const rein_ast *ast, rein_text *out) {
  if (ast->op == REIN_OP_SELECT) {
    print_select(ast, out);
  } else if (ast->op == REIN_OP_POW) {
    print_power(ast, out);
  } else if (ast->op == REIN_OP_NEG || ast->op == REIN_OP_NOT) {
    rein_text_add(out, ast->op == REIN_OP_NEG ? "-" : "not ");
    print_at(ast->arg[0], level_of(ast), out);
  } else if (level_of(ast) < LEVEL_ATOM) {
    print_binary(ast, out);
  } else {
    print_call(rein_op_text(ast->op), ast, out);
  }
}

static void print(const rein_ast *ast, rein_text *out) {
  switch (ast->kind) {
  case REIN_AST_NUMBER:
    print_number(ast, false, out);
    break;
  case REIN_AST_NAME:
    rein_text_add(out, ast->name);
    break;
  case REIN_AST_CALL:
    print_call(ast->name, ast, out);
    break;
  case REIN_AST_OP:
    print_op(ast, out);
    break;
  case REIN_AST_CONVERT:
    rein_text_number(out, ast->number);
    rein_text_add(out, " * ");
    print_at(ast->arg[0], LEVEL_PRODUCT + 1, out);
    break;
  }
}

void rein_ast_print(const rein_ast *ast, rein_text *out) {
  print(ast, out);
}
