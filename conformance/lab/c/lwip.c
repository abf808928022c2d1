/* The table of calls, filled with lwIP's raw API. */
#include "lwip.h"

#include <string.h>

#include "lwip/ip.h"
#include "lwip/pbuf.h"
#include "lwip/priv/tcp_priv.h"
#include "lwip/tcp.h"

#define CLOSING CLOSING_ALREADY /* CLOSING is lwIP's name of a state */
#include "protocol.h"
#undef CLOSING

enum { SOCKETS = 1024, QUEUE = 64 };

struct sock {
    int used, listening, connecting, ended, mask;
    int result; /* why the connection is no more; OK while there is nothing to tell */
    struct tcp_pcb *pcb;
    struct pbuf *received;
    int queue[QUEUE], queued; /* of a listener: sockets to be accepted */
};

static struct sock socks[SOCKETS];
static void (*wake)(void);

static const uint8_t states[] = {1, 2, 3, 4, 5, 6, 7, 8, 10, 9, 11}; /* from lwIP's to RFC 4022's */

static int told(err_t error)
{
    switch (error) {
    case ERR_OK: return OK;
    case ERR_MEM:
    case ERR_BUF: return NO_RESOURCES;
    case ERR_USE:
    case ERR_ISCONN:
    case ERR_ALREADY: return EXISTS;
    case ERR_CONN: return DOES_NOT_EXIST;
    case ERR_RST: return RESET;
    case ERR_ABRT: return USER_TIMEOUT;
    case ERR_CLSD: return DOES_NOT_EXIST;
    case ERR_VAL:
    case ERR_RTE: return CONNECTION_ILLEGAL;
    default: return NOT_OK;
    }
}

static int in_list(const struct tcp_pcb *list, const struct tcp_pcb *pcb)
{
    for (; list; list = list->next)
        if (list == pcb)
            return 1;
    return 0;
}

/* Return the connection of a socket; NULL when there is none. lwIP does not tell when one in TIME-WAIT is freed, and may
 * use its memory for another: then that one is not ours. */
static struct tcp_pcb *pcb_of(struct sock *sock)
{
    struct tcp_pcb *pcb = sock->pcb;
    if (pcb && !sock->listening && pcb->state != CLOSED &&
        ((!in_list(tcp_active_pcbs, pcb) && !in_list(tcp_tw_pcbs, pcb) && !in_list(tcp_bound_pcbs, pcb)) ||
         pcb->callback_arg != sock))
        sock->pcb = NULL;
    return sock->pcb;
}

static int number_of(const struct sock *sock)
{
    return (int)(sock - socks);
}

static struct sock *take(struct tcp_pcb *pcb)
{
    struct sock *sock;
    for (sock = socks; sock < socks + SOCKETS; sock++)
        if (!sock->used) {
            memset(sock, 0, sizeof *sock);
            sock->used = 1;
            sock->pcb = pcb;
            return sock;
        }
    return NULL;
}

static void give_back(struct sock *sock)
{
    if (sock->received)
        pbuf_free(sock->received);
    memset(sock, 0, sizeof *sock);
}

/* What lwIP reports */

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
    wake();
    return ERR_OK;
}

static err_t on_sent(void *arg, struct tcp_pcb *pcb, u16_t length)
{
    (void)arg, (void)pcb, (void)length;
    wake();
    return ERR_OK;
}

static err_t on_connected(void *arg, struct tcp_pcb *pcb, err_t error)
{
    struct sock *sock = arg;
    (void)pcb, (void)error;
    sock->connecting = 0;
    wake();
    return ERR_OK;
}

static void on_error(void *arg, err_t error)
{
    struct sock *sock = arg;
    sock->pcb = NULL;
    sock->result = sock->connecting && error == ERR_RST ? REFUSED : told(error);
    if (error == ERR_CLSD)
        sock->ended = 1;
    sock->connecting = 0;
    wake();
}

static void adopt(struct sock *sock)
{
    tcp_arg(sock->pcb, sock);
    tcp_recv(sock->pcb, on_received);
    tcp_sent(sock->pcb, on_sent);
    tcp_err(sock->pcb, on_error);
}

static err_t on_accept(void *arg, struct tcp_pcb *pcb, err_t error)
{
    struct sock *listener = arg, *sock;
    if (error != ERR_OK || !pcb || listener->queued == QUEUE || !(sock = take(pcb)))
        return ERR_MEM; /* it is reset then */
    adopt(sock);
    listener->queue[listener->queued++] = number_of(sock);
    wake();
    return ERR_OK;
}

/* The calls */

static void address_of(const struct place *place, ip_addr_t *address)
{
    memset(address, 0, sizeof *address);
    if (place->length == 4) {
        IP_SET_TYPE(address, IPADDR_TYPE_V4);
        memcpy(&ip_2_ip4(address)->addr, place->octets, 4);
    } else {
        IP_SET_TYPE(address, IPADDR_TYPE_V6);
        memcpy(ip_2_ip6(address)->addr, place->octets, 16);
    }
}

static void place_of(const ip_addr_t *address, uint16_t port, struct place *place)
{
    memset(place, 0, sizeof *place);
    place->length = IP_IS_V6(address) ? 16 : 4;
    place->port = port;
    if (IP_IS_V6(address))
        memcpy(place->octets, ip_2_ip6(address)->addr, 16);
    else
        memcpy(place->octets, &ip_2_ip4(address)->addr, 4);
}

static int stack_open(void *with, int address_length, int *socket)
{
    struct tcp_pcb *pcb = tcp_new_ip_type(address_length == 16 ? IPADDR_TYPE_V6 : IPADDR_TYPE_V4);
    struct sock *sock = pcb ? take(pcb) : NULL;
    (void)with;
    if (!sock) {
        if (pcb)
            tcp_abort(pcb);
        return NO_RESOURCES;
    }
    ip_set_option(pcb, SOF_REUSEADDR);
    adopt(sock);
    *socket = number_of(sock);
    return OK;
}

static int stack_bind(void *with, int socket, const struct place *local)
{
    ip_addr_t address;
    (void)with;
    address_of(local, &address);
    return socks[socket].pcb ? told(tcp_bind(socks[socket].pcb, &address, local->port)) : DOES_NOT_EXIST;
}

static int stack_listen(void *with, int socket, int backlog)
{
    struct sock *sock = &socks[socket];
    struct tcp_pcb *listener;
    err_t error = ERR_OK;
    (void)with;
    if (sock->listening)
        return OK;
    if (!pcb_of(sock))
        return DOES_NOT_EXIST;
    listener = tcp_listen_with_backlog_and_err(sock->pcb, (u8_t)(backlog > 255 ? 255 : backlog), &error);
    if (!listener)
        return told(error);
    sock->pcb = listener;
    sock->listening = 1;
    tcp_arg(listener, sock);
    tcp_accept(listener, on_accept);
    return OK;
}

static int stack_accept(void *with, int socket, int *accepted, struct place *remote)
{
    struct sock *listener = &socks[socket];
    (void)with;
    while (listener->queued) {
        struct tcp_pcb *pcb;
        *accepted = listener->queue[0];
        memmove(listener->queue, listener->queue + 1, (size_t)--listener->queued * sizeof listener->queue[0]);
        pcb = pcb_of(&socks[*accepted]);
        if (pcb) {
            place_of(&pcb->remote_ip, pcb->remote_port, remote);
            return OK;
        }
        give_back(&socks[*accepted]); /* it was reset before anybody took it */
    }
    return listener->listening ? PENDING : CONNECTION_ILLEGAL;
}

static int stack_connect(void *with, int socket, const struct place *remote)
{
    struct sock *sock = &socks[socket];
    ip_addr_t address;
    int result;
    (void)with;
    if (sock->listening)
        return CONNECTION_ILLEGAL;
    if (!pcb_of(sock))
        return DOES_NOT_EXIST;
    address_of(remote, &address);
    result = told(tcp_connect(sock->pcb, &address, remote->port, on_connected));
    sock->connecting = result == OK;
    return result == OK ? PENDING : result;
}

static int stack_connected(void *with, int socket)
{
    (void)with;
    return socks[socket].connecting ? PENDING : socks[socket].result;
}

static int stack_send(void *with, int socket, const uint8_t *octets, size_t length, int flags, size_t *taken)
{
    struct tcp_pcb *pcb = pcb_of(&socks[socket]);
    size_t room, most = 0xFFFF;
    err_t error;
    (void)with;
    *taken = 0;
    if (flags & URGENT_FLAG)
        return NO_PRIMITIVE; /* lwIP's API knows no urgent data */
    if (!pcb || socks[socket].listening)
        return socks[socket].result ? socks[socket].result : DOES_NOT_EXIST;
    if (pcb->state > CLOSE_WAIT || pcb->state == FIN_WAIT_1 || pcb->state == FIN_WAIT_2)
        return CLOSING_ALREADY;
    room = tcp_sndbuf(pcb);
    length = length < room ? length : room;
    length = length < most ? length : most;
    if (!length)
        return PENDING;
    error = tcp_write(pcb, octets, (u16_t)length, TCP_WRITE_FLAG_COPY);
    if (error == ERR_MEM)
        return PENDING;
    if (error != ERR_OK)
        return told(error);
    tcp_output(pcb);
    *taken = length;
    return OK;
}

static int stack_receive(void *with, int socket, uint8_t *octets, size_t room, size_t *got)
{
    struct sock *sock = &socks[socket];
    struct tcp_pcb *pcb = pcb_of(sock);
    (void)with;
    *got = 0;
    if (sock->received) {
        u16_t length = pbuf_copy_partial(sock->received, octets, (u16_t)(room < 0xFFFF ? room : 0xFFFF), 0);
        sock->received = pbuf_free_header(sock->received, length);
        if (pcb)
            tcp_recved(pcb, length);
        *got = length;
        return OK;
    }
    if (sock->ended)
        return OK;
    if (!pcb || sock->listening)
        return sock->result ? sock->result : DOES_NOT_EXIST;
    return PENDING;
}

static void forget(struct tcp_pcb *pcb)
{
    tcp_arg(pcb, NULL);
    tcp_recv(pcb, NULL);
    tcp_sent(pcb, NULL);
    tcp_err(pcb, NULL);
}

static int stack_shutdown(void *with, int socket, int how)
{
    struct sock *sock = &socks[socket];
    struct tcp_pcb *pcb = pcb_of(sock);
    (void)with;
    if (!pcb)
        return sock->result ? sock->result : DOES_NOT_EXIST;
    if (sock->listening)
        return DOES_NOT_EXIST;
    if (how != 0 && pcb->state == SYN_SENT) { /* to shut an attempt down is to close it, for which there is another call */
        forget(pcb);
        sock->pcb = NULL;
        sock->connecting = 0;
        sock->result = DOES_NOT_EXIST;
        return told(tcp_close(pcb));
    }
    if (how != 0 && (pcb->state > CLOSE_WAIT || pcb->state == FIN_WAIT_1 || pcb->state == FIN_WAIT_2))
        return CLOSING_ALREADY;
    return told(tcp_shutdown(pcb, how != 1, how != 0));
}

static void stack_abort(void *with, int socket);

static void end_listener(struct sock *sock)
{
    while (sock->queued)
        stack_abort(NULL, sock->queue[--sock->queued]);
    tcp_arg(sock->pcb, NULL);
    tcp_accept(sock->pcb, NULL);
    tcp_close(sock->pcb);
}

static void stack_abort(void *with, int socket)
{
    struct sock *sock = &socks[socket];
    struct tcp_pcb *pcb = pcb_of(sock);
    (void)with;
    if (pcb && sock->listening) {
        end_listener(sock);
    } else if (pcb) {
        forget(pcb);
        tcp_abort(pcb);
    }
    give_back(sock);
}

static void stack_close(void *with, int socket)
{
    struct sock *sock = &socks[socket];
    struct tcp_pcb *pcb = pcb_of(sock);
    (void)with;
    if (pcb && sock->listening) {
        end_listener(sock);
    } else if (pcb) {
        forget(pcb);
        if (tcp_close(pcb) != ERR_OK)
            tcp_abort(pcb);
    }
    give_back(sock);
}

static int stack_local(void *with, int socket, struct place *local)
{
    struct tcp_pcb *pcb = pcb_of(&socks[socket]);
    (void)with;
    if (!pcb)
        return DOES_NOT_EXIST;
    place_of(&pcb->local_ip, pcb->local_port, local);
    return OK;
}

static const struct tcp_pcb *look_up(const struct tcp_pcb *list, const struct flow *flow)
{
    ip_addr_t remote;
    address_of(&flow->remote, &remote);
    for (; list; list = list->next)
        if (list->local_port == flow->local.port && list->remote_port == flow->remote.port &&
            ip_addr_cmp(&list->remote_ip, &remote))
            return list;
    return NULL;
}

static int stack_state(void *with, int socket, const struct flow *flow, uint8_t *state)
{
    const struct tcp_pcb *pcb = socket >= 0 ? pcb_of(&socks[socket]) : NULL;
    (void)with;
    if (flow->remote.port) {
        pcb = look_up(tcp_active_pcbs, flow);
        pcb = pcb ? pcb : look_up(tcp_tw_pcbs, flow);
    }
    *state = pcb ? states[pcb->state] : STATE_CLOSED;
    return OK;
}

static int configure_connection(struct tcp_pcb *pcb, int parameter, uint32_t number)
{
    switch (parameter) {
    case NAGLE:
        if (number)
            tcp_nagle_enable(pcb);
        else
            tcp_nagle_disable(pcb);
        return OK;
    case KEEP_ALIVE_IDLE: pcb->keep_idle = number * 1000; return OK;
    case KEEP_ALIVE_INTERVAL: pcb->keep_intvl = number * 1000; return OK;
    case KEEP_ALIVE_COUNT: pcb->keep_cnt = number; return OK;
    default: return INVALID_PARAMETER;
    }
}

static int stack_configure(void *with, int socket, int parameter, const uint8_t *value, size_t length)
{
    struct tcp_pcb *pcb = pcb_of(&socks[socket]);
    uint32_t number = 0;
    size_t at;
    (void)with;
    if (!pcb || length < 1 || length > 4)
        return pcb ? INVALID_PARAMETER : DOES_NOT_EXIST;
    for (at = 0; at < length; at++)
        number = number << 8 | value[at];
    switch (parameter) {
    case TTL: pcb->ttl = (u8_t)number; return OK;
    case TRAFFIC_CLASS:
    case TOS: pcb->tos = (u8_t)number; return OK;
    case KEEP_ALIVE:
        if (number)
            ip_set_option(pcb, SOF_KEEPALIVE);
        else
            ip_reset_option(pcb, SOF_KEEPALIVE);
        return OK;
    default: return socks[socket].listening ? INVALID_PARAMETER : configure_connection(pcb, parameter, number);
    }
}

/* Waiting */

static void stack_watch(void *with, int socket, int mask)
{
    (void)with;
    socks[socket].mask = mask;
}

static int stack_ready(void *with, int socket, int mask)
{
    struct sock *sock = &socks[socket];
    struct tcp_pcb *pcb = pcb_of(sock);
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
    for (at = 0; at < SOCKETS; at++)
        if (socks[at].used && socks[at].mask && stack_ready(NULL, at, socks[at].mask))
            return 1;
    return 0;
}

void lwip_begin(struct stack *stack, void (*with)(void))
{
    static const struct stack calls = {
        .open = stack_open,
        .bind = stack_bind,
        .listen = stack_listen,
        .accept = stack_accept,
        .connect = stack_connect,
        .connected = stack_connected,
        .send = stack_send,
        .receive = stack_receive,
        .shutdown = stack_shutdown,
        .close = stack_close,
        .abort = stack_abort,
        .local = stack_local,
        .state = stack_state,
        .configure = stack_configure,
        .watch = stack_watch,
        .ready = stack_ready,
    };
    *stack = calls;
    wake = with;
}
