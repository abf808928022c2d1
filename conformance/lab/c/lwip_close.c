/* CLOSE and ABORT. */
#include "lwip_sockets.h"

int call_shutdown(void *with, int socket, int how)
{
    struct sock *sock = &socks[socket];
    struct tcp_pcb *pcb = sock_pcb(sock);
    (void)with;
    if (!pcb)
        return sock->result ? sock->result : DOES_NOT_EXIST;
    if (sock->listening)
        return DOES_NOT_EXIST;
    if (how != 0 && pcb->state == SYN_SENT) { /* to shut an attempt down is to close it, for which there is another call */
        sock_forget(pcb);
        sock->pcb = NULL;
        sock->connecting = 0;
        sock->result = DOES_NOT_EXIST;
        return sock_told(tcp_close(pcb));
    }
    if (how != 0 && (pcb->state > CLOSE_WAIT || pcb->state == FIN_WAIT_1 || pcb->state == FIN_WAIT_2))
        return CLOSING_ALREADY;
    sock->fresh = sock->fresh && how != 2; /* both ways: freed */
    return sock_told(tcp_shutdown(pcb, how != 1, how != 0));
}

static void end_listener(struct sock *sock)
{
    while (sock->queued)
        call_abort(NULL, sock->queue[--sock->queued]);
    tcp_arg(sock->pcb, NULL);
    tcp_accept(sock->pcb, NULL);
    tcp_close(sock->pcb);
}

static void end(struct sock *sock, int abort)
{
    struct tcp_pcb *pcb = sock_pcb(sock);
    if (pcb && sock->listening) {
        end_listener(sock);
    } else if (pcb) {
        sock_forget(pcb);
        if (abort || tcp_close(pcb) != ERR_OK)
            tcp_abort(pcb);
    }
    sock_give_back(sock);
}

void call_abort(void *with, int socket)
{
    (void)with;
    end(&socks[socket], 1);
}

void call_close(void *with, int socket)
{
    (void)with;
    end(&socks[socket], 0);
}
