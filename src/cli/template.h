/* The model and the scenario that `rein new` writes; %s is the name of both. */
#ifndef REIN_CLI_TEMPLATE_H
#define REIN_CLI_TEMPLATE_H

extern const char rein_template_model[];
extern const char rein_template_scenario[];

#endif
