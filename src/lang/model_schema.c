/* One line per key of a model file. Readers (model_read*.c) rely on the shapes given here. */
#include "src/lang/model_schema.h"

#include <stddef.h>

const char *const rein_boundary_words[] = {"research_hypothesis",       "health_management",
                                           "physician_judgement",       "never_automatic",
                                           "needs_clinical_validation", NULL};
static const char *const kind_words[] = {"fitted", "calibration", "measured", "textbook", "assumed", NULL};
static const char *const setting_words[] = {"in vivo", "in vitro", NULL};
static const char *const level_words[] = {"molecule",  "cell",     "pathway", "organ",
                                          "phenotype", "clinical", NULL};
static const char *const outside_words[] = {"error", "warning", "event", NULL};
static const char *const scale_words[] = {"linear", "log", NULL};
static const char *const effect_words[] = {"fraction", NULL};
static const char *const moment_words[] = {"trigger", "execution", NULL};

#define TEXT(name)                                                                                           \
  { .key = name, .kind = REIN_SCHEMA_TEXT }
#define QUANTITY(name)                                                                                       \
  { .key = name, .kind = REIN_SCHEMA_QUANTITY }
#define EXPRESSION(name)                                                                                     \
  { .key = name, .kind = REIN_SCHEMA_EXPRESSION }
#define NUMBER(name)                                                                                         \
  { .key = name, .kind = REIN_SCHEMA_NUMBER }
#define BOOL(name)                                                                                           \
  { .key = name, .kind = REIN_SCHEMA_BOOL }
#define WORD(name, list)                                                                                     \
  { .key = name, .kind = REIN_SCHEMA_WORD, .words = list }
#define ANY(name)                                                                                            \
  { .key = name, .kind = REIN_SCHEMA_ANY }
#define NEED_TEXT(name)                                                                                      \
  { .key = name, .kind = REIN_SCHEMA_TEXT, .required = true }
#define NEED_EXPRESSION(name)                                                                                \
  { .key = name, .kind = REIN_SCHEMA_EXPRESSION, .required = true }
#define LIST_OF(name, rule)                                                                                  \
  { .key = name, .kind = REIN_SCHEMA_LIST_OF, .keys = rule }
#define MAP_OF(name, rule)                                                                                   \
  { .key = name, .kind = REIN_SCHEMA_MAP_OF, .keys = rule }
#define RULE(name, table)                                                                                    \
  static const rein_schema name[] = {{.key = "", .kind = REIN_SCHEMA_MAP, .keys = table}}
#define END                                                                                                  \
  { .key = NULL }

static const rein_schema text_rule[] = {{.key = "", .kind = REIN_SCHEMA_TEXT}};
#define CODES MAP_OF("codes", text_rule)

static const rein_schema source_keys[] = {TEXT("doi"),
                                          TEXT("title"),
                                          WORD("kind", kind_words),
                                          TEXT("population"),
                                          TEXT("species"),
                                          TEXT("tissue"),
                                          WORD("setting", setting_words),
                                          BOOL("verified"),
                                          TEXT("notes"),
                                          END};
RULE(source_rule, source_keys);

static const rein_schema parameter_keys[] = {
    QUANTITY("value"), EXPRESSION("is"), TEXT("unit"),  TEXT("between"), TEXT("uncertain"),
    TEXT("source"),    TEXT("assumed"),  TEXT("title"), CODES,           END};
RULE(parameter_rule, parameter_keys);

static const rein_schema covariate_keys[] = {NEED_TEXT("unit"),
                                             QUANTITY("typical"),
                                             LIST_OF("range", text_rule),
                                             TEXT("between"),
                                             TEXT("source"),
                                             TEXT("title"),
                                             CODES,
                                             END};
RULE(covariate_rule, covariate_keys);

static const rein_schema correlation_keys[] = {
    {.key = "between", .kind = REIN_SCHEMA_LIST_OF, .required = true, .keys = text_rule},
    NUMBER("rho"),
    NUMBER("covariance"),
    END};
RULE(correlation_rule, correlation_keys);

static const rein_schema function_keys[] = {
    {.key = "of", .kind = REIN_SCHEMA_LIST_OF, .required = true, .keys = text_rule},
    NEED_EXPRESSION("is"),
    TEXT("title"),
    END};
RULE(function_rule, function_keys);

static const rein_schema state_keys[] = {NEED_TEXT("unit"),
                                         NEED_EXPRESSION("initial"),
                                         EXPRESSION("rate"),
                                         WORD("level", level_words),
                                         QUANTITY("scale"),
                                         LIST_OF("range", text_rule),
                                         WORD("outside", outside_words),
                                         TEXT("title"),
                                         CODES,
                                         END};
RULE(state_rule, state_keys);

static const rein_schema value_keys[] = {
    NEED_EXPRESSION("is"), NEED_TEXT("unit"), TEXT("title"), TEXT("source"), CODES, END};
RULE(value_rule, value_keys);

static const rein_schema process_keys[] = {
    ANY("from"), ANY("to"), NEED_EXPRESSION("rate"), TEXT("unit"), TEXT("source"), TEXT("title"), CODES, END};
RULE(process_rule, process_keys);

static const char *const shape_words[] = {"linear", "smooth", NULL};
static const rein_schema acts_keys[] = {LIST_OF("inhibits", text_rule),
                                        LIST_OF("stimulates", text_rule),
                                        TEXT("emax"),
                                        NEED_TEXT("ec50"),
                                        TEXT("hill"),
                                        NEED_TEXT("half_life"),
                                        TEXT("onset"),
                                        TEXT("volume"),
                                        END};

static const rein_schema action_keys[] = {{.key = "kind", .kind = REIN_SCHEMA_NAME},
                                          NEED_TEXT("unit"),
                                          TEXT("into"),
                                          TEXT("sets"),
                                          {.key = "acts", .kind = REIN_SCHEMA_MAP, .keys = acts_keys},
                                          QUANTITY("rise"),
                                          QUANTITY("fall"),
                                          WORD("shape", shape_words),
                                          EXPRESSION("lag"),
                                          EXPRESSION("bioavailability"),
                                          EXPRESSION("rate"),
                                          EXPRESSION("duration"),
                                          WORD("boundary", rein_boundary_words),
                                          TEXT("title"),
                                          TEXT("source"),
                                          CODES,
                                          END};
RULE(action_rule, action_keys);

static const rein_schema observable_keys[] = {NEED_EXPRESSION("is"),
                                              NEED_TEXT("unit"),
                                              NEED_TEXT("noise"),
                                              TEXT("smallest_change"),
                                              LIST_OF("limits", text_rule),
                                              WORD("level", level_words),
                                              WORD("scale", scale_words),
                                              WORD("effect", effect_words),
                                              TEXT("title"),
                                              TEXT("source"),
                                              CODES,
                                              END};
RULE(observable_rule, observable_keys);

static const rein_schema safety_keys[] = {NEED_EXPRESSION("when"), NEED_TEXT("message"), TEXT("source"), END};
RULE(safety_rule, safety_keys);

static const rein_schema event_keys[] = {EXPRESSION("when"),
                                         EXPRESSION("at"),
                                         {.key = "set", .kind = REIN_SCHEMA_ANY, .required = true},
                                         ANY("times"),
                                         EXPRESSION("delay"),
                                         EXPRESSION("priority"),
                                         BOOL("persistent"),
                                         BOOL("initial"),
                                         WORD("values", moment_words),
                                         TEXT("title"),
                                         END};
RULE(event_rule, event_keys);

static const rein_schema delay_keys[] = {NEED_EXPRESSION("is"), NEED_EXPRESSION("by"),
                                         NEED_EXPRESSION("before"), NUMBER("depth"), END};
RULE(delay_rule, delay_keys);

static const rein_schema part_keys[] = {NEED_TEXT("model"), ANY("with"), TEXT("title"), END};
RULE(part_rule, part_keys);

const rein_schema rein_model_schema[] = {NEED_TEXT("rein"),
                                         {.key = "name", .kind = REIN_SCHEMA_NAME, .required = true},
                                         TEXT("title"),
                                         NEED_TEXT("time"),
                                         WORD("boundary", rein_boundary_words),
                                         ANY("notes"),
                                         CODES,
                                         MAP_OF("sources", source_rule),
                                         MAP_OF("parameters", parameter_rule),
                                         MAP_OF("covariates", covariate_rule),
                                         LIST_OF("correlations", correlation_rule),
                                         MAP_OF("functions", function_rule),
                                         MAP_OF("states", state_rule),
                                         MAP_OF("values", value_rule),
                                         MAP_OF("processes", process_rule),
                                         MAP_OF("actions", action_rule),
                                         MAP_OF("observables", observable_rule),
                                         MAP_OF("safety", safety_rule),
                                         MAP_OF("events", event_rule),
                                         MAP_OF("delays", delay_rule),
                                         TEXT("imported"),
                                         NUMBER("settle"),
                                         MAP_OF("parts", part_rule),
                                         ANY("valid"),
                                         END};
