/* Plain services on any stack: echo (RFC 862), discard (RFC 863), daytime (RFC 867), character generator (RFC 864). */
#ifndef SERVICES_H
#define SERVICES_H

#include "stack.h"

/* Listen, for each of the address lengths (4, 16; 0 for none). Return 0 when that is not possible. */
int services_begin(const struct stack *stack, const int address_lengths[2]);
/* Do what there is to do; to be called whenever a socket may have become ready. Nothing here waits. */
void services_turn(void);

#endif
