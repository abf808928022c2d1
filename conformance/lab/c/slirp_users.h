/* What the modules of the table share: the users of libslirp's TCP, which are sockets on the loopback interface. */
#ifndef LAB_SLIRP_USERS_H
#define LAB_SLIRP_USERS_H

#include "posix.h"
#include "slirp.h"

enum { SLIRP_QUEUE = 64, SYN_RECEIVED = 4, FIN_WAIT_1 = 6, CLOSE_WAIT = 8 }; /* states in the numbering of RFC 4022 */

struct user {
    int listening, queue[SLIRP_QUEUE], queued; /* of a listener: sockets to be accepted */
    int relay;                                 /* libslirp's socket at the other end; -1 while there is none */
    int connecting, cut, mask;                 /* cut: libslirp has left without ending the stream */
    struct place forward;                      /* where libslirp takes the attempt; no port: nowhere any more */
};

extern struct user users[POSIX_SOCKETS];
extern struct stack user_posix; /* the calls of the kernel's sockets */
extern struct slirp_ends user_ends;
extern Slirp *user_slirp;
extern const uint8_t user_nobody[16];

/* slirp.c */
void user_begin(int socket);
/* Which of the two families an address is of. */
int user_family(const struct place *place);
/* Tell a user's local end as its peer on the cable sees it. */
int user_own(int socket, struct place *local);

/* slirp_listen.c */
int user_listen(void *with, int socket, int backlog);
int user_accept(void *with, int socket, int *accepted, struct place *remote);
/* Take what libslirp has connected: before the handshake with its peer is done, for it begins with ours. */
void user_take_all(struct user *listener, int socket);
/* Return the place in the queue of the first connection that is established; forget those that are no more. */
int user_first_established(struct user *listener);

/* slirp_connect.c */
int user_connect(void *with, int socket, const struct place *remote);
int user_connected(void *with, int socket);
/* The state of a user's connection on the cable. */
uint8_t user_state(int socket);
/* The forward of its attempt is not needed any more. */
void user_retire(struct user *user);

#endif
