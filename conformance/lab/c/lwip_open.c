/* Sockets, and OPEN, passive and active. */
#include "lwip_sockets.h"

#include <string.h>

int call_open(void *with, int address_length, int *socket)
{
    struct tcp_pcb *pcb = tcp_new_ip_type(address_length == 16 ? IPADDR_TYPE_V6 : IPADDR_TYPE_V4);
    struct sock *sock = pcb ? sock_take(pcb) : NULL;
    (void)with;
    if (!sock) {
        if (pcb)
            tcp_abort(pcb);
        return NO_RESOURCES;
    }
    ip_set_option(pcb, SOF_REUSEADDR);
    sock_adopt(sock);
    sock->fresh = 1;
    *socket = sock_number(sock);
    return OK;
}

int call_bind(void *with, int socket, const struct place *local)
{
    struct sock *sock = &socks[socket];
    ip_addr_t address;
    int result;
    (void)with;
    if (!sock_pcb(sock))
        return DOES_NOT_EXIST;
    sock_address(local, &address);
    result = sock_told(tcp_bind(sock->pcb, &address, local->port));
    sock->fresh = sock->fresh && result != OK;
    return result;
}

int call_listen(void *with, int socket, int backlog)
{
    struct sock *sock = &socks[socket];
    struct tcp_pcb *listener;
    err_t error = ERR_OK;
    (void)with;
    if (sock->listening)
        return OK;
    if (!sock_pcb(sock))
        return DOES_NOT_EXIST;
    listener = tcp_listen_with_backlog_and_err(sock->pcb, (u8_t)(backlog > 255 ? 255 : backlog), &error);
    if (!listener)
        return sock_told(error);
    sock->pcb = listener;
    sock->listening = 1;
    sock->fresh = 0;
    tcp_arg(listener, sock);
    tcp_accept(listener, sock_on_accept);
    return OK;
}

int call_accept(void *with, int socket, int *accepted, struct place *remote)
{
    struct sock *listener = &socks[socket];
    (void)with;
    while (listener->queued) {
        struct tcp_pcb *pcb;
        *accepted = listener->queue[0];
        memmove(listener->queue, listener->queue + 1, (size_t)--listener->queued * sizeof listener->queue[0]);
        pcb = sock_pcb(&socks[*accepted]);
        if (pcb) {
            sock_place(&pcb->remote_ip, pcb->remote_port, remote);
            return OK;
        }
        sock_give_back(&socks[*accepted]); /* it was reset before anybody took it */
    }
    return listener->listening ? PENDING : CONNECTION_ILLEGAL;
}

int call_connect(void *with, int socket, const struct place *remote)
{
    struct sock *sock = &socks[socket];
    ip_addr_t address;
    int result;
    (void)with;
    if (sock->listening)
        return CONNECTION_ILLEGAL;
    if (!sock_pcb(sock))
        return DOES_NOT_EXIST;
    sock_address(remote, &address);
    result = sock_told(tcp_connect(sock->pcb, &address, remote->port, sock_on_connected));
    sock->connecting = result == OK;
    sock->fresh = sock->fresh && result != OK;
    return result == OK ? PENDING : result;
}

int call_connected(void *with, int socket)
{
    (void)with;
    return socks[socket].connecting ? PENDING : socks[socket].result;
}
