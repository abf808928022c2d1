/* libslirp behind the agent's table of calls.
 *
 * The user of libslirp's TCP is a socket of this kernel: libslirp connects to it over the loopback interface when its peer
 * opens a connection, and forwards one that it takes there to its peer. So the calls are those of POSIX sockets, as far as
 * they get through to libslirp, whose end of the loopback connection is told from the user's by its address. */
#ifndef LAB_SLIRP_H
#define LAB_SLIRP_H

#include <libslirp.h>

#include "stack.h"

/* Our addresses on the cable, and those that libslirp's sockets have on the loopback interface, by family. */
struct slirp_ends {
    uint8_t ours[2][16], relays[2][16];
};

/* slirp_relay.c: the connections of libslirp, by the number of its socket */
void slirp_relay_begin(Slirp *slirp, const struct slirp_ends *ends);
/* libslirp is about to take this frame. */
void slirp_relay_frame(const uint8_t *frame, size_t length);
/* libslirp has taken it; return whether it began a connection to its user for that. */
int slirp_relay_taken(void);
/* libslirp has a new socket, or is about to close one. */
void slirp_relay_born(int socket);
void slirp_relay_dead(int socket);
/* Return libslirp's socket with this end on the loopback interface, whose user has that port; -1: none. */
int slirp_relay_at(const struct place *end, uint16_t port);
/* Return the one that serves this connection of the cable. */
int slirp_relay_of(const struct flow *flow);
/* Name the connection that libslirp makes of what it accepts at this end. */
void slirp_relay_expect(const struct place *end, const struct flow *flow);
const struct flow *slirp_relay_flow(int socket);
/* The state that libslirp's own table tells, in the numbering of RFC 4022. */
uint8_t slirp_relay_state(int socket);
/* The table may say something else now. */
void slirp_relay_changed(void);

/* slirp.c: the table of calls, with slirp_listen.c and slirp_connect.c */
void slirp_begin(struct stack *stack, Slirp *slirp, const struct slirp_ends *ends);

/* slirp_connect.c */
/* libslirp has closed its end; `told` is whether the stream had ended before, so that the user knows. */
void slirp_ended(int relay, int told);
/* To be called when libslirp is at rest. */
void slirp_tidy(void);

#endif
