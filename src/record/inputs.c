/* Which texts go to inputs/: the checked forms, whose SHA-256 are the study's hashes, and the files the model
 * was read from. */
#include "src/base/files.h"
#include "src/record/study.h"

#include <string.h>

typedef struct {
  rein_arena *arena;
  const rein_source **source; /* (n) files of the model, in the order they are met */
  size_t n, cap;
} file_list;

static void add_source(file_list *list, rein_pos pos) {
  if (!pos.source) return;
  for (size_t i = 0; i < list->n; i++) {
    if (list->source[i] == pos.source) return;
  }
  REIN_PUSH(list->arena, list->source, list->n, list->cap, pos.source);
}

/* The model's own file, then those of its parts: every declaration knows where it stands. */
static void find_sources(file_list *list, const rein_model *m) {
  add_source(list, (rein_pos){.source = m->source});
  for (size_t i = 0; i < m->n_param; i++) add_source(list, m->param[i].pos);
  for (size_t i = 0; i < m->n_state; i++) add_source(list, m->state[i].pos);
  for (size_t i = 0; i < m->n_value; i++) add_source(list, m->value[i].pos);
  for (size_t i = 0; i < m->n_process; i++) add_source(list, m->process[i].pos);
  for (size_t i = 0; i < m->n_action; i++) add_source(list, m->action[i].pos);
  for (size_t i = 0; i < m->n_observable; i++) add_source(list, m->observable[i].pos);
  for (size_t i = 0; i < m->n_safety; i++) add_source(list, m->safety[i].pos);
  for (size_t i = 0; i < m->n_event; i++) add_source(list, m->event[i].pos);
}

typedef struct {
  rein_arena *arena;
  rein_study_input *input;
  size_t n, cap;
} input_list;

static void add_text(input_list *list, const char *name, const char *bytes, size_t n_byte) {
  const rein_study_input input = {name, bytes, n_byte};
  REIN_PUSH(list->arena, list->input, list->n, list->cap, input);
}

static void add_print(input_list *list, const char *name, const rein_text *text) {
  add_text(list, name, text->bytes, text->n);
}

static rein_status collect(rein_arena *arena, const rein_scenario *s, rein_diag *diag,
                           rein_study_options *options) {
  const rein_pos nowhere = {0};
  file_list files = {.arena = arena};
  input_list inputs = {.arena = arena};
  rein_text model, scenario;
  for (int i = 0; i < options->n_input; i++)
    add_text(&inputs, options->input[i].name, options->input[i].bytes, options->input[i].n_byte);
  rein_text_init(&model, arena);
  rein_model_print(s->model, &model);
  add_print(&inputs, "model.checked", &model);
  find_sources(&files, s->model);
  for (size_t i = 0; i < files.n; i++) {
    const rein_source *source = files.source[i];
    const char *name =
        rein_arena_printf(arena, "model-%d-%s", (int)i + 1, rein_files_base_name(source->path));
    add_text(&inputs, name, source->bytes, source->n_byte);
  }
  /* A scenario of people may describe one of them: it stays where it is. */
  if (!s->individual_data) {
    const rein_source *source;
    rein_text_init(&scenario, arena);
    rein_scenario_print(s, &scenario);
    add_print(&inputs, "scenario.checked", &scenario);
    const rein_status status = rein_files_read(arena, s->path, nowhere, diag, &source);
    if (status != REIN_OK) return status;
    add_text(&inputs, rein_arena_printf(arena, "scenario-%s", rein_files_base_name(s->path)), source->bytes,
             source->n_byte);
  }
  options->input = inputs.input;
  options->n_input = (int)inputs.n;
  return REIN_OK;
}

rein_status rein_study_collect_inputs(rein_arena *arena, const rein_scenario *scenario, rein_diag *diag,
                                      rein_study_options *options) {
  rein_guard guard;
  if (REIN_GUARD(arena, &guard)) return REIN_ERR_MEMORY;
  const rein_status status = collect(arena, scenario, diag, options);
  rein_unguard(arena, &guard);
  return status;
}
