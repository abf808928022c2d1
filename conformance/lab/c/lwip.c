/* The table of calls, filled with lwIP's raw API; and waiting for its sockets. */
#include "lwip_sockets.h"

void (*lwip_wake)(void);

static void watch(void *with, int socket, int mask)
{
    (void)with;
    socks[socket].mask = mask;
}

static int ready(void *with, int socket, int mask)
{
    struct sock *sock = &socks[socket];
    struct tcp_pcb *pcb = sock_pcb(sock);
    int is = 0;
    (void)with;
    if (sock->listening)
        return sock->queued ? mask & WATCH_READ : 0;
    if (sock->received || sock->ended || (!pcb && !sock->connecting))
        is |= WATCH_READ;
    if (!sock->connecting && (!pcb || (tcp_sndbuf(pcb) && tcp_sndqueuelen(pcb) < TCP_SND_QUEUELEN)))
        is |= WATCH_WRITE;
    return mask & is;
}

int lwip_pending(void)
{
    int at;
    for (at = 0; at < LWIP_SOCKETS; at++)
        if (socks[at].used && socks[at].mask && ready(NULL, at, socks[at].mask))
            return 1;
    return 0;
}

void lwip_begin(struct stack *stack, void (*with)(void))
{
    static const struct stack calls = {
        .open = call_open,
        .bind = call_bind,
        .listen = call_listen,
        .accept = call_accept,
        .connect = call_connect,
        .connected = call_connected,
        .send = call_send,
        .receive = call_receive,
        .shutdown = call_shutdown,
        .close = call_close,
        .abort = call_abort,
        .local = call_local,
        .state = call_state,
        .configure = call_configure,
        .watch = watch,
        .ready = ready,
    };
    *stack = calls;
    lwip_wake = with;
}
