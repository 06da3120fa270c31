#include "src/lang/unit.h"

#include <check.h>
#include <math.h>
#include <stdint.h>

#include "tests/src/lang/expression_case.h"

static rein_arena *arena;
static rein_diag *diag;
static rein_units *units;

static void setup(void) {
  arena = rein_arena_create();
  diag = rein_diag_create(arena);
  ck_assert_int_eq(rein_units_create(diag, &units), REIN_OK);
}

static void teardown(void) {
  rein_units_destroy(units);
  rein_arena_destroy(arena);
}

static rein_unit read(const char *text) {
  rein_unit unit = rein_unit_unknown();
  bool fine = rein_unit_parse(units, text, (rein_pos){0}, diag, &unit);
  ck_assert_msg(fine, "%s: %s", text, case_message(arena, diag));
  return unit;
}

/* Known factors, from the definitions of the units. */
static const struct {
  const char *from, *to;
  double factor;
} known[] = {
    {"kg", "mg", 1e6},
    {"h", "s", 3600},
    {"d", "h", 24},
    {"day", "min", 1440},
    {"wk", "d", 7},
    {"week", "h", 168},
    {"L", "mL", 1000},
    {"l", "L", 1},
    {"dL", "mL", 100},
    {"L", "m3", 1e-3},
    {"cm3", "mL", 1},
    {"mg/L", "ug/mL", 1},
    {"mg/dL", "g/L", 0.01},
    {"mL/min", "L/h", 0.06},
    {"mL/min/kg", "L/h/kg", 0.06},
    {"mL/(min kg)", "mL/min/kg", 1},
    {"1/h", "1/d", 24},
    {"h-1", "1/h", 1},
    {"h^-1", "1/min", 1.0 / 60},
    {"%", "1", 0.01},
    {"ppm", "%", 1e-4},
    {"mmol/L", "mol/m3", 1},
    {"M", "mmol/L", 1000},
    {"mM", "umol/mL", 1},
    {"uM", "nmol/L", 1000},
    {"nM", "pM", 1000},
    {"kcal", "J", 4184},
    {"cal", "J", 4.184},
    {"kcal/d", "W", 4184.0 / 86400},
    {"mmHg", "Pa", 133.322387415},
    {"kPa", "mmHg", 1000 / 133.322387415},
    {"cmH2O", "Pa", 98.0665},
    {"mmHg/(mL/min)", "Pa min/mL", 133.322387415},
    {"bpm", "1/min", 1},
    {"bpm", "Hz", 1.0 / 60},
    {"mcg", "ug", 1},
    {"\xC2\xB5g", "mcg", 1},
    {"\xCE\xBCmol", "umol", 1},
    {"IU", "mIU", 1000},
    {"U/L", "mU/mL", 1},
    {"uU/mL", "mU/L", 1},
    {"cells/uL", "cell/L", 1e6},
    {"copies/mL", "copy/L", 1e3},
    {"mEq/L", "Eq/m3", 1},
    {"mOsm/kg", "Osm/kg", 1e-3},
    {"kDa", "Da", 1000},
    {"Da", "g", 1.66053906660e-24},
    {"J", "kg m2 s-2", 1},
    {"N", "kg*m/s^2", 1},
    {"V", "kg m2/(A s3)", 1},
    {"kat", "mol/s", 1},
    {"month", "year", 1.0 / 12},
    {"year", "d", 365.242198781},
    {"degree", "rad", 0.017453292519943295},
    {"m^2", "cm2", 1e4},
    {"m\xC2\xB2", "m2", 1},
    {"L/kg^0.75", "mL/kg^0.75", 1000},
    {"K", "mK", 1000},
    {"g.m", "g m", 1},
    {"kilogram", "gram", 1000},
    {"milligrams", "mg", 1},
};

START_TEST(known_factors) {
  rein_unit from = read(known[_i].from), to = read(known[_i].to);
  ck_assert(rein_unit_same_dimension(&from, &to));
  double factor = rein_unit_factor(&from, &to);
  ck_assert_msg(fabs(factor - known[_i].factor) <= 1e-9 * known[_i].factor,
                "%s to %s is %.15g, expected %.15g", known[_i].from, known[_i].to, factor, known[_i].factor);
  ck_assert(fabs(rein_unit_convert(3, &from, &to) - 3 * known[_i].factor) <= 3e-9 * known[_i].factor);
}
END_TEST

START_TEST(dimensions_apart) {
  static const char *const pairs[][2] = {
      {"mg", "mmol"},   {"IU", "U"},  {"IU", "mg"},     {"cell", "copy"}, {"cell", "1"},     {"mEq", "mmol"},
      {"mOsm", "mmol"}, {"U", "kat"}, {"mL/min", "mL"}, {"rad", "1"},     {"mg/L", "mol/L"}, {"%", "mg"}};
  rein_unit a = read(pairs[_i][0]), b = read(pairs[_i][1]);
  ck_assert(!rein_unit_same_dimension(&a, &b));
  ck_assert(!rein_unit_equal(&a, &b));
}
END_TEST

START_TEST(temperatures) {
  rein_unit c = read("degC"), f = read("degF"), k = read("K");
  ck_assert_double_eq_tol(rein_unit_convert(37, &c, &f), 98.6, 1e-9);
  ck_assert_double_eq_tol(rein_unit_convert(98.6, &f, &c), 37, 1e-9);
  ck_assert_double_eq_tol(rein_unit_convert(37, &c, &k), 310.15, 1e-9);
  ck_assert(!rein_unit_equal(&c, &k) && rein_unit_same_dimension(&c, &k));
  rein_unit sign = read("\xC2\xB0"
                        "C");
  ck_assert(rein_unit_equal(&sign, &c));
}
END_TEST

START_TEST(refused) {
  static const char *const cases[][2] = {
      {"a", "rein: error: 'a' is ambiguous (are or year?): write 'year', or 'm2'"},
      {"1/ka", "rein: error: 'ka' is ambiguous (are or year?): write 'year', or 'm2'"},
      {"y", "rein: error: unknown unit 'y', did you mean 'year'?"},
      {"mo", "rein: error: unknown unit 'mo', did you mean 'month'?"},
      {"MG", "rein: error: unknown unit 'MG', did you mean 'mg'?"},
      {"mg/LL", "rein: error: unknown unit 'LL' in 'mg/LL'"},
      {"mgg/L", "rein: error: unknown unit 'mgg' in 'mgg/L', did you mean 'mg'?"},
      {"1.73m2",
       "rein: error: a number inside the unit '1.73m2': declare it as a parameter, or use a prefix"},
      {"mL/min/1.73m2", NULL},
      {"100 mL", NULL},
      {"10^9/L", NULL},
      {"mg/2", NULL},
      {"11", NULL},
      {"1 mg", NULL},
      {"dB", NULL},
      {"dBZ", NULL},
      {"lg(re 1 mW)", NULL},
      {"ln(re mW)", NULL},
      {"h since 2000-01-01", NULL},
      {"s @ 5", NULL},
      {"K @ 273.15", NULL},
      {"degC/h", NULL},
      {"1/degC", NULL},
      {"degC^2", NULL},
      {"mdegC", NULL},
      {"mh", NULL},
      {"kkg", NULL},
      {"mmmg", NULL},
      {"mg/L h", "rein: error: the unit 'mg/L h' is ambiguous: after '/', write 'a/(b c)' or 'a/b*c'"},
      {"mg/", NULL},
      {"/h", NULL},
      {"mg//L", NULL},
      {"(mg", NULL},
      {"mg)", NULL},
      {"()", NULL},
      {"m^", NULL},
      {"m^99", NULL},
      {"m^0.123", NULL},
      {"mg-L", NULL},
      {"mg,L", NULL},
      {"\xFF", NULL},
      {"mg\n", NULL},
      {"Ym^20 Ym^20", NULL},
      {"((((((((((((((((((((((((((((((((((((((((m", NULL},
  };
  rein_unit unit = {.factor = -7};
  ck_assert_msg(!rein_unit_parse(units, cases[_i][0], (rein_pos){0}, diag, &unit), "%s", cases[_i][0]);
  ck_assert_int_eq(rein_diag_n_error(diag), 1);
  ck_assert(unit.factor == -7);
  if (cases[_i][1]) ck_assert_str_eq(case_message(arena, diag), cases[_i][1]);
}
END_TEST

START_TEST(prints_as_people_write) {
  static const char *const cases[][2] = {
      {"mg/L", "mg/L"},
      {"1/h", "1/h"},
      {"", "1"},
      {"%", "%"},
      {"mL/min/kg", "mL/kg/min"},
      {"mol/m3", "mmol/L"},
      {"M", "mol/L"},
      {"IU/kg/d", "IU/kg/d"},
      {"kcal", "kcal"},
      {"degC", "degC"},
      {"mmHg", "mmHg"},
      {"mg h/L", "mg h/L"},
      {"kg m2 s-2", "J"},
      {"U/L", "U/L"},
      {"L/kg^0.75", "L/kg^0.75"},
  };
  rein_unit unit = read(cases[_i][0]);
  ck_assert_str_eq(rein_unit_print(&unit, arena), cases[_i][1]);
}
END_TEST

/* Every unit of the table of known factors prints to a text that reads back as the same unit. */
START_TEST(print_reads_back) {
  rein_unit unit = read(known[_i].from);
  const char *text = rein_unit_print(&unit, arena);
  if (text[0] >= '2' && text[0] <= '9') return; /* no words fit */
  if (strpbrk(text, ".") && !strchr(text, '^')) return;
  rein_unit again = read(text);
  ck_assert_msg(rein_unit_same_dimension(&unit, &again) && fabs(unit.factor / again.factor - 1) < 1e-9, "%s",
                text);
}
END_TEST

START_TEST(arithmetic) {
  rein_unit mg = read("mg"), litre = read("L"), conc = read("mg/L"), out;
  out = rein_unit_divide(&mg, &litre);
  ck_assert(rein_unit_equal(&out, &conc));
  out = rein_unit_multiply(&conc, &litre);
  ck_assert(rein_unit_equal(&out, &mg));
  rein_unit area = read("m2"), length = read("m");
  ck_assert(rein_unit_power(&area, 0.5, &out) && rein_unit_equal(&out, &length));
  ck_assert(rein_unit_power(&length, 1.0 / 3, &out) && rein_unit_power(&out, 3, &out) &&
            rein_unit_equal(&out, &length));
  ck_assert(rein_unit_power(&mg, 0.75, &out) && out.power[REIN_DIM_KG] == 45);
  ck_assert(!rein_unit_power(&mg, 0.7123, &out) && !rein_unit_power(&mg, 1e9, &out) &&
            !rein_unit_power(&mg, NAN, &out));
}
END_TEST

START_TEST(unknown_is_never_known) {
  rein_unit none = rein_unit_unknown(), one = rein_unit_one(), mg = read("mg"), out;
  ck_assert(!rein_unit_same_dimension(&none, &one) && !rein_unit_equal(&none, &one));
  ck_assert(rein_unit_same_dimension(&none, &none));
  out = rein_unit_multiply(&mg, &none);
  ck_assert(out.unknown);
  ck_assert(rein_unit_power(&none, 2, &out) && out.unknown);
  ck_assert_str_eq(rein_unit_print(&none, arena), "?");
}
END_TEST

START_TEST(quantities) {
  double value;
  rein_unit unit, conc = read("mg/L"), percent = read("%");
  ck_assert(rein_quantity_parse(units, "12.5 mg/L", (rein_pos){0}, false, diag, &value, &unit));
  ck_assert(value == 12.5 && rein_unit_equal(&unit, &conc));
  ck_assert(rein_quantity_parse(units, " -3e2'%' ", (rein_pos){0}, false, diag, &value, &unit));
  ck_assert(value == -300 && rein_unit_equal(&unit, &percent));
  ck_assert(rein_quantity_parse(units, "29 %", (rein_pos){0}, false, diag, &value, &unit));
  ck_assert(value == 29 && rein_unit_equal(&unit, &percent));
  ck_assert(rein_quantity_parse(units, "7", (rein_pos){0}, true, diag, &value, &unit) && value == 7);
  ck_assert(rein_quantity_parse(units, "7 1", (rein_pos){0}, false, diag, &value, &unit) && value == 7);
  ck_assert_int_eq(rein_diag_n_error(diag), 0);
}
END_TEST

START_TEST(wrong_quantities) {
  static const char *const cases[] = {"12.5",     "mg",    "",       "nan mg", "inf mg", "0x10 mg",
                                      "1e999 mg", "5 mgg", "5 6 mg", "5 'mg",  "--5 mg"};
  double value = -7;
  rein_unit unit;
  ck_assert(!rein_quantity_parse(units, cases[_i], (rein_pos){0}, false, diag, &value, &unit));
  ck_assert(value == -7);
  ck_assert_int_eq(rein_diag_n_error(diag), 1);
}
END_TEST

START_TEST(messages_point_into_the_text) {
  static const char yaml[] = "unit: mg/LL\n";
  const rein_source *source = rein_source_create(arena, "m.yaml", yaml, strlen(yaml));
  rein_unit unit;
  ck_assert(!rein_unit_parse(units, "mg/LL", rein_source_pos(source, 6, 5), diag, &unit));
  ck_assert_str_eq(case_message(arena, diag), "m.yaml:1:10: error: unknown unit 'LL' in 'mg/LL'");
}
END_TEST

START_TEST(long_text_is_refused) {
  char text[4000];
  rein_unit unit;
  memset(text, 'm', sizeof text);
  text[sizeof text - 1] = 0;
  ck_assert(!rein_unit_parse(units, text, (rein_pos){0}, diag, &unit));
  text[150] = 0;
  ck_assert(!rein_unit_parse(units, text, (rein_pos){0}, diag, &unit));
}
END_TEST

Suite *rein_suite_unit(void);
Suite *rein_suite_unit(void) {
  Suite *suite = suite_create("unit");
  TCase *tests = tcase_create("unit");
  tcase_add_checked_fixture(tests, setup, teardown);
  tcase_add_loop_test(tests, known_factors, 0, sizeof known / sizeof *known);
  tcase_add_loop_test(tests, print_reads_back, 0, sizeof known / sizeof *known);
  tcase_add_loop_test(tests, dimensions_apart, 0, 12);
  tcase_add_test(tests, temperatures);
  tcase_add_loop_test(tests, refused, 0, 44);
  tcase_add_loop_test(tests, prints_as_people_write, 0, 15);
  tcase_add_test(tests, arithmetic);
  tcase_add_test(tests, unknown_is_never_known);
  tcase_add_test(tests, quantities);
  tcase_add_loop_test(tests, wrong_quantities, 0, 11);
  tcase_add_test(tests, messages_point_into_the_text);
  tcase_add_test(tests, long_text_is_refused);
  suite_add_tcase(suite, tests);
  return suite;
}
