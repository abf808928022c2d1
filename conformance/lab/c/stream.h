/* The agent's control over a stream of octets, for a stack that UDP does not reach: a pipe, a local socket, a serial line.
 *
 * A datagram travels behind four octets: its length, and the number of the tester's control address, each in two octets,
 * the higher first. conformance/lab/datagrams.py is the other end. */
#ifndef STREAM_H
#define STREAM_H

#include "stack.h"

/* Begin the agent on that stack; requests come from `in`, answers go to `out`. Tells the other end that we are ready. */
void stream_begin(const struct stack *stack, int in, int out);
/* From now on tell the other end how many octets were taken: a terminal holds few, and may forget to ask for more. */
void stream_tells_what_it_takes(void);
/* Read what is there and do it. Return 0 when the other end is gone. */
int stream_take(uint64_t now);
/* Milliseconds on some clock that only goes on. */
uint64_t stream_now(void);

#endif
