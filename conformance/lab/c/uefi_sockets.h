/* What the modules of the table share: the sockets, and the two families' protocols, which differ in what they are called
 * and configured with, and in nothing else: the tokens of one are laid out as those of the other. */
#ifndef LAB_UEFI_SOCKETS_H
#define LAB_UEFI_SOCKETS_H

#include "protocol.h"
#include "uefi.h"

enum { UEFI_SOCKETS = 512, UEFI_QUEUE = 16, UEFI_TOKENS = 4, UEFI_PIECE = 4096 };

struct sending {
    int used;
    EFI_TCP4_IO_TOKEN token;
    EFI_TCP4_TRANSMIT_DATA data;
    uint8_t octets[UEFI_PIECE];
};

struct sock {
    int used, configured, listening, connecting, closing, gone;
    int ipv6;
    EFI_HANDLE handle;
    EFI_TCP4 *tcp4;
    EFI_TCP6 *tcp6;
    struct place local, remote;
    int result; /* why the connection is no more; OK while there is nothing to tell */
    int ended;
    uint8_t ttl, traffic_class;
    EFI_TCP4_OPTION options;
    EFI_TCP4_LISTEN_TOKEN accepting;
    EFI_TCP4_CONNECTION_TOKEN attempt;
    EFI_TCP4_CLOSE_TOKEN close;
    struct sending *sendings[UEFI_TOKENS];
    int queue[UEFI_QUEUE], queued;
};

/* One call of either protocol, with a token that both know. */
#define CALL(sock, name, token) \
    ((sock)->ipv6 ? (sock)->tcp6->name((sock)->tcp6, (VOID *)(token)) : (sock)->tcp4->name((sock)->tcp4, (VOID *)(token)))

extern struct sock uefi_socks[UEFI_SOCKETS];
extern EFI_BOOT_SERVICES *uefi_services;
extern struct uefi_place uefi_here;

/* uefi_sockets.c */

/* Return a socket that nobody has; NULL when all are taken. */
struct sock *uefi_take(int ipv6);
/* Nothing is left of it, neither here nor there. */
void uefi_give_back(struct sock *sock);
/* Take its TCP from it. */
void uefi_release(struct sock *sock);
int uefi_number(const struct sock *sock);
EFI_EVENT uefi_event(void);
int uefi_signalled(EFI_EVENT of);
/* What a status means to the agent. */
int uefi_told(EFI_STATUS status);
/* Take note of what became of those that were under way: they are told how the connection ended. */
void uefi_note_sendings(struct sock *sock);
/* Why there is no connection any more, by what a call of its was answered. Of one that ended by itself the firmware only
 * says that there is none: more it tells to those alone who wait for something at that time. */
int uefi_lost(struct sock *sock, EFI_STATUS status);

/* uefi_network.c: the firmware's network, and the protocol that makes TCPs of a family */
extern EFI_SERVICE_BINDING *uefi_bindings[2];
extern EFI_GUID uefi_tcp_guids[2];
/* Start it. Return a bit for each family that there is. */
int uefi_network_begin(void);

/* uefi_configure.c */

/* Make a TCP of it, which is configured once, when it is known what it is for. */
int uefi_configure(struct sock *sock, int active);
/* Let it use the TCP that a handle stands for. */
int uefi_use(struct sock *sock, EFI_HANDLE handle);
/* Read both ends and the state. */
int uefi_look(struct sock *sock, int *state);

/* uefi_open.c */
int uefi_open(void *with, int address_length, int *socket);
int uefi_bind(void *with, int socket, const struct place *local);
int uefi_connect(void *with, int socket, const struct place *remote);
int uefi_connected(void *with, int socket);
/* uefi_listen.c */
int uefi_listen(void *with, int socket, int backlog);
int uefi_accept(void *with, int socket, int *accepted, struct place *remote);
/* Have it listen with the options that it has now. */
int uefi_listen_anew(struct sock *listener);
/* Put what has connected into the queue. */
void uefi_collect(struct sock *listener);
/* uefi_transfer.c */
int uefi_send(void *with, int socket, const uint8_t *octets, size_t length, int flags, size_t *taken);
int uefi_receive(void *with, int socket, uint8_t *octets, size_t room, size_t *got);
/* uefi_close.c */
int uefi_shutdown(void *with, int socket, int how);
void uefi_close(void *with, int socket);
void uefi_abort(void *with, int socket);
/* uefi_state.c */
int uefi_local(void *with, int socket, struct place *local);
int uefi_state(void *with, int socket, const struct flow *flow, uint8_t *state);
/* uefi_options.c */
void uefi_default_options(struct sock *sock);
int uefi_option(void *with, int socket, int parameter, const uint8_t *value, size_t length);

#endif
