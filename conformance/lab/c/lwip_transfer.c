/* SEND and RECEIVE. */
#include "lwip_sockets.h"

int call_send(void *with, int socket, const uint8_t *octets, size_t length, int flags, size_t *taken)
{
    struct tcp_pcb *pcb = sock_pcb(&socks[socket]);
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
        return sock_told(error);
    tcp_output(pcb);
    *taken = length;
    return OK;
}

int call_receive(void *with, int socket, uint8_t *octets, size_t room, size_t *got)
{
    struct sock *sock = &socks[socket];
    struct tcp_pcb *pcb = sock_pcb(sock);
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
