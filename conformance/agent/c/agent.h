/* The agent without the system around it: requests in, responses and events out, calls to a stack.
 *
 * The program around it owns the control sockets. It hands over each datagram that comes from an allowed address with
 * agent_datagram(), calls agent_turn() whenever a socket may have become ready or time has passed, and agent_end() at the
 * end. One thread; nothing here waits. */
#ifndef AGENT_H
#define AGENT_H

#include <stddef.h>
#include <stdint.h>

#include "stack.h"

#ifndef AGENT_SOCKETS
#define AGENT_SOCKETS 1024 /* at most, in all */
#endif
#ifndef AGENT_SESSIONS
#define AGENT_SESSIONS 1024 /* control addresses that have sockets */
#endif
#ifndef AGENT_REMEMBERED
#define AGENT_REMEMBERED 1024 /* closed sockets whose connections can still be asked for */
#endif
#ifndef AGENT_QUEUE
#define AGENT_QUEUE (1024 * 1024) /* octets that one socket may have waiting, apart from what its stack holds */
#endif

/* Who asked: whatever tells one control address from another, compared octet by octet. */
struct tester {
    uint8_t length;
    uint8_t octets[31];
};

struct limits {
    unsigned sockets, sockets_per_session; /* at most AGENT_SOCKETS */
    unsigned idle;                         /* milliseconds without a request, then a session is reset; 0: never */
};

typedef void (*agent_reply)(void *with, const struct tester *tester, const uint8_t *datagram, size_t length);

/* There is one agent in a program. `stack` and `with` have to last as long as it does. */
void agent_begin(const struct stack *stack, const struct limits *limits, agent_reply reply, void *with);
void agent_datagram(const struct tester *tester, const uint8_t *datagram, size_t length, uint64_t now);
void agent_turn(uint64_t now);
/* Return in how many milliseconds agent_turn() has something to do even if no socket becomes ready; -1: never. */
int64_t agent_due(uint64_t now);
/* Reset every connection and forget everything. */
void agent_end(void);

#endif
