/* What is known of a socket: its local end, and the state of its connection. */
#include "lwip_sockets.h"

static const uint8_t states[] = {1, 2, 3, 4, 5, 6, 7, 8, 10, 9, 11}; /* from lwIP's to RFC 4022's */

int call_local(void *with, int socket, struct place *local)
{
    struct tcp_pcb *pcb = sock_pcb(&socks[socket]);
    (void)with;
    if (!pcb)
        return DOES_NOT_EXIST;
    sock_place(&pcb->local_ip, pcb->local_port, local);
    return OK;
}

static const struct tcp_pcb *look_up(const struct tcp_pcb *list, const struct flow *flow)
{
    ip_addr_t remote;
    sock_address(&flow->remote, &remote);
    for (; list; list = list->next)
        if (list->local_port == flow->local.port && list->remote_port == flow->remote.port &&
            ip_addr_cmp(&list->remote_ip, &remote))
            return list;
    return NULL;
}

int call_state(void *with, int socket, const struct flow *flow, uint8_t *state)
{
    const struct tcp_pcb *pcb = socket >= 0 ? sock_pcb(&socks[socket]) : NULL;
    (void)with;
    if (flow->remote.port) {
        pcb = look_up(tcp_active_pcbs, flow);
        pcb = pcb ? pcb : look_up(tcp_tw_pcbs, flow);
    }
    *state = pcb ? states[pcb->state] : STATE_CLOSED;
    return OK;
}
