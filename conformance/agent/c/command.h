/* What the command line says. */
#ifndef COMMAND_H
#define COMMAND_H

#include "agent.h"

enum { CONTROLS = 8, NETWORKS = 32 };

struct command {
    int controls[CONTROLS]; /* UDP sockets, bound */
    int control_count;
    struct {
        struct place place;
        unsigned bits;
    } allowed[NETWORKS];
    int allowed_count;
    unsigned interface;
    struct limits limits;
};

/* Read the command line, open the control sockets and say where they are; ends the program when something is wrong. */
void command_read(struct command *command, int count, char **words);
/* Whether that address may ask; an IPv4 one may come mapped into IPv6. */
int command_allows(const struct command *command, const struct place *place);

#endif
