/* What is known of a socket: its local end, and the state of its connection. */
#include "uefi_sockets.h"

#include <string.h>

int uefi_local(void *with, int socket, struct place *local)
{
    struct sock *sock = &uefi_socks[socket];
    int state;
    (void)with;
    if (sock->configured)
        uefi_look(sock, &state);
    *local = sock->local;
    return OK;
}

static int same(const struct sock *sock, const struct flow *flow)
{
    return sock->used && sock->configured && !sock->listening && sock->local.port == flow->local.port &&
           sock->remote.port == flow->remote.port && sock->remote.length == flow->remote.length &&
           memcmp(sock->remote.octets, flow->remote.octets, sock->remote.length) == 0;
}

int uefi_state(void *with, int socket, const struct flow *flow, uint8_t *state)
{
    static const uint8_t states[] = {1, 2, 3, 4, 5, 6, 7, 10, 11, 8, 9}; /* from UEFI's to RFC 4022's */
    struct sock *sock = socket >= 0 ? &uefi_socks[socket] : NULL;
    int is = 0;
    (void)with;
    if (!sock || (flow->remote.port && sock->listening)) {
        for (sock = uefi_socks; sock < uefi_socks + UEFI_SOCKETS && !same(sock, flow); sock++)
            ;
        /* A half-open connection is nobody's yet, and a closed one is nobody's any more. */
        if (sock == uefi_socks + UEFI_SOCKETS)
            return NO_PRIMITIVE;
    }
    if (sock->configured)
        uefi_look(sock, &is);
    *state = is >= 0 && is < (int)sizeof states ? states[is] : STATE_CLOSED;
    return OK;
}
