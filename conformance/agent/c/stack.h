/* The TCP that the agent drives: a table of calls, which each system fills in its own way (posix.c for POSIX sockets).
 *
 * No call ever waits. Those that return an `int` return a result id of protocol.h: OK; PENDING for "not yet"; or why
 * not. A socket is a number of the stack's own choice, 0 or more. `with` is the stack's own. Where a call is NULL, the
 * primitives that need it are answered with NO_PRIMITIVE; open, bind, listen, accept, connect, connected, send, receive,
 * shutdown, close, abort and local are needed. */
#ifndef STACK_H
#define STACK_H

#include <stddef.h>
#include <stdint.h>

/* One end: an address of 4 or 16 octets, all zero meaning any, and a port, 0 meaning any. `scope` is the number of the
 * interface of a link-local address; the protocol cannot tell it, so it is 0 in what comes from the tester. */
struct place {
    uint8_t length;
    uint8_t octets[16];
    uint16_t port;
    uint32_t scope;
};

/* A connection; of a listener, where remote.port is 0. */
struct flow {
    struct place local, remote;
};

/* What a connection's user may learn of it, in octets; UINT32_MAX for what the stack does not tell. */
struct numbers {
    uint32_t send_window, receive_window, unacknowledged, unread;
};

enum { WATCH_READ = 1, WATCH_WRITE = 2 };

struct stack {
    void *with;

    /* Create a socket for addresses of that length (4 or 16); it may reuse addresses, and one of 16 speaks no IPv4. */
    int (*open)(void *with, int address_length, int *socket);
    int (*bind)(void *with, int socket, const struct place *local);
    /* Listen, or change the backlog of one that does. */
    int (*listen)(void *with, int socket, int backlog);
    /* Take one connection out of the queue: PENDING when there is none, NO_RESOURCES when it has to stay there. */
    int (*accept)(void *with, int socket, int *accepted, struct place *remote);
    /* Issue an attempt; the local end has to be known then. */
    int (*connect)(void *with, int socket, const struct place *remote);
    /* How the attempt ended: OK, PENDING, REFUSED, USER_TIMEOUT, RESET... */
    int (*connected)(void *with, int socket);
    /* Send octets as far as there is room; `taken` tells how many, 0 with PENDING. Flags are those of SEND_DATA:
     * with URGENT_FLAG the last octet is urgent. CLOSING after a shutdown. */
    int (*send)(void *with, int socket, const uint8_t *octets, size_t length, int flags, size_t *taken);
    /* Receive; OK with `got` 0 is the end of the stream. */
    int (*receive)(void *with, int socket, uint8_t *octets, size_t room, size_t *got);
    /* 0 receiving, 1 sending, 2 both. */
    int (*shutdown)(void *with, int socket, int how);
    void (*close)(void *with, int socket);
    /* Close, with a RST where there is a connection. */
    void (*abort)(void *with, int socket);
    /* The local end of a socket that was bound or connected. */
    int (*local)(void *with, int socket, struct place *local);

    /* May be NULL: */

    /* The state of a connection, in the numbering of RFC 4022, whether or not its socket is still open. `socket` is -1
     * where it is not, or where the flow is one of a listener's half-open connections. */
    int (*state)(void *with, int socket, const struct flow *flow, uint8_t *state);
    /* Fill in what is known of a connection; `numbers` is full of UINT32_MAX. */
    int (*numbers)(void *with, int socket, struct numbers *numbers);
    /* Set a parameter (enum parameter) to the octets of the request. */
    int (*configure)(void *with, int socket, int parameter, const uint8_t *value, size_t length);
    /* Tell the number that a parameter has now; INVALID_PARAMETER where the system does not tell. */
    int (*parameter)(void *with, int socket, int parameter, uint32_t *value);
    /* Issue an attempt whose SYN carries octets, as far as there is room; `taken` tells how many. */
    int (*open_and_send)(void *with, int socket, const struct place *remote, const uint8_t *octets, size_t length,
                         size_t *taken);
    /* Say what is known of urgent data (enum urgent) and, if it is here, its octet; `take` it then, or leave it. */
    int (*urgent)(void *with, int socket, int take, uint8_t *what, uint8_t *octet);
    /* Whether some socket may have new urgent data since the last call: then each is asked. */
    int (*urgent_news)(void *with);
    /* Whether everything before the last urgent octet was received, and nothing after it. */
    int (*at_mark)(void *with, int socket, int *at_mark);
    /* Take what the TCP reports of a connection that goes on (RFC 9293, section 3.9.1.8), 1 << enum report each: unasked
     * only, or also what it tells when it is asked. */
    int (*reports)(void *with, int socket, int asking, unsigned *reports);
    /* The agent waits, from now on, for what `mask` says; 0: for nothing. */
    void (*watch)(void *with, int socket, int mask);
    /* Return what of `mask` the socket is ready for. Without this call each turn of the agent just tries. */
    int (*ready)(void *with, int socket, int mask);
    /* Whether CLOSE, or ABORT, gets through to the TCP now: OK, or NO_PRIMITIVE. Without this call it always does. */
    int (*can_end)(void *with, int socket, int abort);
};

#endif
