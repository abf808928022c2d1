/* lwIP behind the agent's table of calls, by its raw API: all calls are made with its core locked. */
#ifndef LAB_LWIP_H
#define LAB_LWIP_H

#include "stack.h"

/* Fill the table. `wake` is called, with the core locked, when a socket may have become ready. */
void lwip_begin(struct stack *stack, void (*wake)(void));
/* Whether a socket that is watched is ready: then there is more to do before waiting. */
int lwip_pending(void);

#endif
