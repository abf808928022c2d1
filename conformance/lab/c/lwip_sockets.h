/* What the modules of the table share: the sockets, and what lwIP reports of them. */
#ifndef LAB_LWIP_SOCKETS_H
#define LAB_LWIP_SOCKETS_H

#include "lwip.h"

#include "lwip/ip.h"
#include "lwip/pbuf.h"
#include "lwip/priv/tcp_priv.h"
#include "lwip/tcp.h"

#define CLOSING CLOSING_ALREADY /* CLOSING is lwIP's name of a state */
#include "protocol.h"
#undef CLOSING

enum { LWIP_SOCKETS = 1024, LWIP_QUEUE = 64 };

struct sock {
    int used, listening, connecting, ended, mask;
    int fresh; /* its connection is in none of lwIP's lists yet, and lwIP does not free it */
    int result; /* why the connection is no more; OK while there is nothing to tell */
    struct tcp_pcb *pcb;
    struct pbuf *received;
    int queue[LWIP_QUEUE], queued; /* of a listener: sockets to be accepted */
};

extern struct sock socks[LWIP_SOCKETS];
extern void (*lwip_wake)(void);

/* lwip_sockets.c */

/* Return a socket that nobody has; NULL when all are taken. */
struct sock *sock_take(struct tcp_pcb *pcb);
void sock_give_back(struct sock *sock);
int sock_number(const struct sock *sock);
/* Return the connection of a socket; NULL when there is none. */
struct tcp_pcb *sock_pcb(struct sock *sock);
/* What an error means to the agent. */
int sock_told(err_t error);
void sock_address(const struct place *place, ip_addr_t *address);
void sock_place(const ip_addr_t *address, uint16_t port, struct place *place);

/* lwip_events.c */

/* Have lwIP report to a socket what becomes of its connection; and to nobody any more. */
void sock_adopt(struct sock *sock);
void sock_forget(struct tcp_pcb *pcb);
err_t sock_on_connected(void *arg, struct tcp_pcb *pcb, err_t error);
err_t sock_on_accept(void *arg, struct tcp_pcb *pcb, err_t error);

/* lwip_open.c */
int call_open(void *with, int address_length, int *socket);
int call_bind(void *with, int socket, const struct place *local);
int call_listen(void *with, int socket, int backlog);
int call_accept(void *with, int socket, int *accepted, struct place *remote);
int call_connect(void *with, int socket, const struct place *remote);
int call_connected(void *with, int socket);
/* lwip_transfer.c */
int call_send(void *with, int socket, const uint8_t *octets, size_t length, int flags, size_t *taken);
int call_receive(void *with, int socket, uint8_t *octets, size_t room, size_t *got);
/* lwip_close.c */
int call_shutdown(void *with, int socket, int how);
void call_close(void *with, int socket);
void call_abort(void *with, int socket);
/* lwip_state.c */
int call_local(void *with, int socket, struct place *local);
int call_state(void *with, int socket, const struct flow *flow, uint8_t *state);
/* lwip_options.c */
int call_configure(void *with, int socket, int parameter, const uint8_t *value, size_t length);

#endif
