/* What the parts of the agent know of each other. */
#ifndef CORE_H
#define CORE_H

#include "agent.h"
#include "octets.h"
#include "protocol.h"

/* Octets that one event forwards at most: no event is fragmented on an ordinary link. */
enum { PIECE = 1400 };

/* What SEND_DATA handed over and the stack has not taken yet. */
struct chunk {
    struct chunk *next;
    int flags;
    size_t length, at;
    uint8_t octets[];
};

struct session {
    int used;
    struct tester tester;
    uint16_t number; /* the last id that was given */
    unsigned sockets, remembered;
    uint64_t heard;
};

struct endpoint {
    struct session *session; /* NULL: this entry is free */
    int socket;
    uint16_t number; /* 0: the tester has closed it, and what is queued is still being sent */
    int has_flow, listening, connecting, sent_all, starved, close_later;
    int backlog;        /* -1: as many as are to be accepted */
    int shutdown_later; /* -1: none */
    uint8_t failure;    /* how the connection ended, for those that ask later; OK: it has not */
    uint8_t urgent_told, octet_told; /* what was last known of urgent data */
    uint8_t address_length;
    unsigned accept_left;
    uint32_t forward_left, forward_most; /* forward_left UINT32_MAX: without end */
    int mask;
    size_t queued;
    struct chunk *first, *last;
    struct flow flow;
};

struct agent {
    const struct stack *stack;
    struct limits limits;
    agent_reply reply;
    void *with;
    unsigned sockets;
    int top; /* no endpoint at this place or above is used */
    struct session sessions[AGENT_SESSIONS];
    struct endpoint endpoints[AGENT_SOCKETS];
    struct {
        struct session *session;
        uint16_t number;
        struct flow flow;
    } closed[AGENT_REMEMBERED];
    unsigned next_closed;
};

extern struct agent agent;

#define STACK(name) agent.stack->name
#define WITH(endpoint) agent.stack->with, (endpoint)->socket

/* agent.c: messages */
/* Begin an event, which `send_message` ends. */
void begin_event(struct writer *to, enum primitive primitive, int result);
void send_message(const struct session *session, struct writer *message);

/* sessions.c */
struct session *session_of(const struct tester *tester);
struct endpoint *find(struct session *session, uint16_t number);
/* Give a socket an id and keep it. There has to be room. */
struct endpoint *adopt(struct session *session, int socket, int address_length);
int has_room(const struct session *session);
/* The tester has no id for it any more, but can ask for the state of its connection. */
void part_with(struct endpoint *endpoint);
const struct flow *remembered(const struct session *session, uint16_t number);
void released(struct endpoint *endpoint);
void abort_all(struct session *session);

/* endpoint.c: one socket; each returns a result id */
int endpoint_listen(struct endpoint *endpoint, unsigned maximum);
int endpoint_backlog(struct endpoint *endpoint, int backlog);
int endpoint_connect(struct endpoint *endpoint, const struct place *remote);
int endpoint_open_and_send(struct endpoint *endpoint, const struct place *remote, const uint8_t *octets, size_t length);
int endpoint_send(struct endpoint *endpoint, const uint8_t *octets, size_t length, int flags);
int endpoint_forward(struct endpoint *endpoint, uint16_t most, uint16_t total);
int endpoint_shutdown(struct endpoint *endpoint, int how);
void endpoint_close(struct endpoint *endpoint);
void endpoint_abort(struct endpoint *endpoint);
/* Say what is known of urgent data and take its octet. */
int endpoint_urgent(struct endpoint *endpoint, uint8_t *what, uint8_t *octet);
/* Tell the tester of new urgent data, if there is any. */
void endpoint_look_for_urgent(struct endpoint *endpoint);
void endpoint_set_watch(struct endpoint *endpoint);
void endpoint_turn(struct endpoint *endpoint);

/* endpoint.c and transfer.c, for each other */
void endpoint_release(struct endpoint *endpoint, void (*how)(void *with, int socket));
void endpoint_forget_queue(struct endpoint *endpoint);
/* Take note that the connection has ended, and how; return that. CLOSING and DOES_NOT_EXIST only say that it has. */
int endpoint_failed(struct endpoint *endpoint, int result);
int endpoint_enqueue(struct endpoint *endpoint, const uint8_t *octets, size_t length, int flags);
/* Send what is queued, then do what waited for that. */
void endpoint_send_queue(struct endpoint *endpoint);
/* RECEIVE once, and tell the tester. */
void endpoint_receive(struct endpoint *endpoint);
/* Tell that nothing more will be received: an event without data. */
void endpoint_end_forward(struct endpoint *endpoint, int result);

/* calls.c: do what a request asks for, write the values of its response, return its result id; private.c: the same for
 * primitives of our own */
int call(struct session *session, int primitive, struct reader *request, struct writer *response);
int call_private(struct session *session, int primitive, struct reader *request, struct writer *response);
/* Bind a socket, to any port where that is ANY_PORT. */
int bind_to(int socket, struct place *local, uint16_t port);

#endif
