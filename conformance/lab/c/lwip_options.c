/* What can be set of a connection. */
#include "lwip_sockets.h"

#include "octets.h"

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

int call_configure(void *with, int socket, int parameter, const uint8_t *value, size_t length)
{
    struct tcp_pcb *pcb = sock_pcb(&socks[socket]);
    int32_t number = number_of(value, length);
    (void)with;
    if (!pcb || number < 0)
        return pcb ? INVALID_PARAMETER : DOES_NOT_EXIST;
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
    default: return socks[socket].listening ? INVALID_PARAMETER : configure_connection(pcb, parameter, (uint32_t)number);
    }
}
