/* The first shipped models against independent integrations (models_reference.h). */
#include <check.h>

#include "tests/numeric/models_reference.h"

/* ---- the cases of the references, as source.md describes them ---- */

static const shipped_case warfarin[] = {{.name = "single_100mg", .act = {{"warfarin", 0, 100}}},
                                        {.name = "daily_5mg_10days",
                                         .act = {{"warfarin", 0, 5},
                                                 {"warfarin", 24, 5},
                                                 {"warfarin", 48, 5},
                                                 {"warfarin", 72, 5},
                                                 {"warfarin", 96, 5},
                                                 {"warfarin", 120, 5},
                                                 {"warfarin", 144, 5},
                                                 {"warfarin", 168, 5},
                                                 {"warfarin", 192, 5},
                                                 {"warfarin", 216, 5}}},
                                        {0}};

static const shipped_case hiv[] = {{.name = "patient_efficacy_1", .act = {{"protease_inhibitor", 0, 1}}},
                                   {.name = "patient_efficacy_0_8", .act = {{"protease_inhibitor", 0, 0.8}}},
                                   {.name = "patient_efficacy_1_stopped_day_3",
                                    .act = {{"protease_inhibitor", 0, 1}, {"protease_inhibitor", 3, 0}}},
                                   {.name = "patient_untreated"},
                                   {.name = "group_means_efficacy_1",
                                    .set = {{"c", 3.07}, {"delta", 0.49}},
                                    .act = {{"protease_inhibitor", 0, 1}}},
                                   {0}};

static const shipped_case erythropoiesis[] = {
    {.name = "base_870g_loss_75g", .act = {{"phlebotomy", 0, 75}}, .act_first = true},
    {.name = "base_885_42g_loss_70g",
     .set = {{"base", 885.42}},
     .act = {{"phlebotomy", 0, 70}},
     .act_first = true},
    {.name = "base_885_42g_loss_75g",
     .set = {{"base", 885.42}},
     .act = {{"phlebotomy", 0, 75}},
     .act_first = true},
    {.name = "base_948g_loss_83g", .set = {{"base", 948}}, .act = {{"phlebotomy", 0, 83}}, .act_first = true},
    {.name = "base_870g_loss_75g_twice",
     .act = {{"phlebotomy", 0, 75}, {"phlebotomy", 56, 75}},
     .act_first = true},
    {0}};

#define MAN_90                                                                                               \
  {                                                                                                          \
    {"weight", 90}, {"height", 1.80}, {                                                                      \
      "age", 40                                                                                              \
    }                                                                                                        \
  }
#define WOMAN_65                                                                                             \
  {                                                                                                          \
    {"weight", 65}, {"height", 1.65}, {"age", 30}, {                                                         \
      "female", 1                                                                                            \
    }                                                                                                        \
  }
#define CALERIE                                                                                              \
  {                                                                                                          \
    {"weight", 72.1}, {"height", 1.695}, {"age", 38.2}, {"female", 99.0 / 143}, {                            \
      "activity_level", 1.667                                                                                \
    }                                                                                                        \
  }

static const shipped_case body_weight[] = {
    {.name = "man_90kg_less_500kcal", .set = MAN_90, .act = {{"diet", 0, -500}}},
    {.name = "man_90kg_less_1000mg_sodium", .set = MAN_90, .act = {{"sodium", 0, -1000}}},
    {.name = "man_90kg_activity_plus_20percent", .set = MAN_90, .act = {{"activity", 0, 20}}},
    {.name = "man_80kg_less_100kJ", .act = {{"diet", 0, -100 / 4.184}}},
    {.name = "woman_65kg_less_20percent_90d",
     .set = WOMAN_65,
     .act = {{"calorie_restriction", 0, 20}, {"calorie_restriction", 90, 0}}},
    {.name = "woman_65kg_no_change", .set = WOMAN_65},
    {.name = "calerie_constant_11_9percent", .set = CALERIE, .act = {{"calorie_restriction", 0, 11.9}}},
    {.name = "calerie_19_5_then_9_1percent",
     .set = CALERIE,
     .act = {{"calorie_restriction", 0, 19.5}, {"calorie_restriction", 182.625, 9.1}}},
    {.name = "calerie_ancillary_16_5_14_8percent",
     .set = CALERIE,
     .act = {{"calorie_restriction", 0, 16.5}, {"calorie_restriction", 365.25, 13.1}}},
    {0}};

/* ---- tests ---- */

static const reference_model all[] = {
    {"warfarin", warfarin, ""},
    /* the number of target cells cancels: infection = c / (burst targets), and it enters as their product */
    {"hiv_protease_inhibitor", hiv, " targets "},
    {"erythropoiesis", erythropoiesis, ""},
    {"body_weight", body_weight, ""},
};
enum { N_MODEL = sizeof all / sizeof *all };

Suite *rein_suite_models(void) {
  Suite *suite = suite_create("numeric/models");
  TCase *tc = tcase_create("reference");
  tcase_set_timeout(tc, 60);
  reference_add(tc, all, N_MODEL);
  suite_add_tcase(suite, tc);
  return suite;
}
