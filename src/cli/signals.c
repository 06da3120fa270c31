/* The one variable of the program that changes outside the call tree: a signal handler has no context. */
#include "src/cli/signals.h"

#include <signal.h>
#include <stddef.h>

static volatile sig_atomic_t caught = 0;

static void note(int number) {
  caught = number;
}

void rein_signals_catch(void) {
  struct sigaction action = {.sa_handler = note, .sa_flags = (int)SA_RESETHAND};
  sigemptyset(&action.sa_mask);
  sigaction(SIGINT, &action, NULL);
  sigaction(SIGTERM, &action, NULL);
}

int rein_signals_caught(void) {
  return caught;
}
