/* SIGINT and SIGTERM ask a run to end cleanly; a second one ends it at once. */
#ifndef REIN_CLI_SIGNALS_H
#define REIN_CLI_SIGNALS_H

/* From now on the first SIGINT or SIGTERM is only noted. Threads: call from the first thread, once. */
void rein_signals_catch(void);

/* The signal noted, or 0. Async-signal-safe, any thread. */
int rein_signals_caught(void);

#endif
