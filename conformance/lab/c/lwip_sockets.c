/* The sockets, and what they have to do with lwIP's connections. */
#include "lwip_sockets.h"

#include <string.h>

struct sock socks[LWIP_SOCKETS];

int sock_told(err_t error)
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

/* lwIP does not tell when it frees a connection in TIME-WAIT, or one that the user has closed both ways, and may use its
 * memory for something else: so nothing in there is looked at before it is found in a list; and then it may be another's. */
struct tcp_pcb *sock_pcb(struct sock *sock)
{
    struct tcp_pcb *pcb = sock->pcb;
    int is_there = in_list(tcp_active_pcbs, pcb) || in_list(tcp_tw_pcbs, pcb) || in_list(tcp_bound_pcbs, pcb);
    if (pcb && !sock->listening && !sock->fresh && (!is_there || pcb->callback_arg != sock))
        sock->pcb = NULL;
    return sock->pcb;
}

int sock_number(const struct sock *sock)
{
    return (int)(sock - socks);
}

struct sock *sock_take(struct tcp_pcb *pcb)
{
    struct sock *sock;
    for (sock = socks; sock < socks + LWIP_SOCKETS; sock++)
        if (!sock->used) {
            memset(sock, 0, sizeof *sock);
            sock->used = 1;
            sock->pcb = pcb;
            return sock;
        }
    return NULL;
}

void sock_give_back(struct sock *sock)
{
    if (sock->received)
        pbuf_free(sock->received);
    memset(sock, 0, sizeof *sock);
}

void sock_address(const struct place *place, ip_addr_t *address)
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

void sock_place(const ip_addr_t *address, uint16_t port, struct place *place)
{
    memset(place, 0, sizeof *place);
    place->length = IP_IS_V6(address) ? 16 : 4;
    place->port = port;
    if (IP_IS_V6(address))
        memcpy(place->octets, ip_2_ip6(address)->addr, 16);
    else
        memcpy(place->octets, &ip_2_ip4(address)->addr, 4);
}
