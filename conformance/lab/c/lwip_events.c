/* What lwIP reports. */
#include "lwip_sockets.h"

static err_t on_received(void *arg, struct tcp_pcb *pcb, struct pbuf *octets, err_t error)
{
    struct sock *sock = arg;
    (void)pcb, (void)error;
    if (!octets)
        sock->ended = 1;
    else if (sock->received)
        pbuf_cat(sock->received, octets);
    else
        sock->received = octets;
    lwip_wake();
    return ERR_OK;
}

static err_t on_sent(void *arg, struct tcp_pcb *pcb, u16_t length)
{
    (void)arg, (void)pcb, (void)length;
    lwip_wake();
    return ERR_OK;
}

err_t sock_on_connected(void *arg, struct tcp_pcb *pcb, err_t error)
{
    struct sock *sock = arg;
    (void)pcb, (void)error;
    sock->connecting = 0;
    lwip_wake();
    return ERR_OK;
}

static void on_error(void *arg, err_t error)
{
    struct sock *sock = arg;
    sock->pcb = NULL;
    sock->result = sock->connecting && error == ERR_RST ? REFUSED : sock_told(error);
    if (error == ERR_CLSD)
        sock->ended = 1;
    sock->connecting = 0;
    lwip_wake();
}

void sock_adopt(struct sock *sock)
{
    tcp_arg(sock->pcb, sock);
    tcp_recv(sock->pcb, on_received);
    tcp_sent(sock->pcb, on_sent);
    tcp_err(sock->pcb, on_error);
}

err_t sock_on_accept(void *arg, struct tcp_pcb *pcb, err_t error)
{
    struct sock *listener = arg, *sock;
    if (error != ERR_OK || !pcb || listener->queued == LWIP_QUEUE || !(sock = sock_take(pcb)))
        return ERR_MEM; /* it is reset then */
    sock_adopt(sock);
    listener->queue[listener->queued++] = sock_number(sock);
    lwip_wake();
    return ERR_OK;
}

void sock_forget(struct tcp_pcb *pcb)
{
    tcp_arg(pcb, NULL);
    tcp_recv(pcb, NULL);
    tcp_sent(pcb, NULL);
    tcp_err(pcb, NULL);
}
