/* Options, which are given with the OPEN: a listener is opened anew with them, a connection has them for good. */
#include "uefi_sockets.h"

#include "octets.h"

enum { LEAST_BUFFER = 8 * 1024, MOST_BUFFER = 2 * 1024 * 1024, PROBES = 8 };

/* As TcpConfigurePcb has them where none are given; for some of them 0 means something else. */
void uefi_default_options(struct sock *sock)
{
    static const EFI_TCP4_OPTION options = {
        .ReceiveBufferSize = MOST_BUFFER,
        .SendBufferSize = MOST_BUFFER,
        .MaxSynBackLog = 10,
        .ConnectionTimeout = 75,
        .DataRetries = 12,
        .FinTimeout = 2,
        .TimeWaitTimeout = 2,
        .KeepAliveTime = 2 * 60 * 60,
        .KeepAliveInterval = 60,
        .EnableNagle = 1,
        .EnableTimeStamp = 1,
        .EnableWindowScaling = 1,
    };
    sock->options = options;
}

/* What is out of its range the firmware takes for the most there may be. */
static UINT32 buffer(uint32_t asked)
{
    return asked < LEAST_BUFFER ? LEAST_BUFFER : asked < MOST_BUFFER ? asked : MOST_BUFFER;
}

static int set(UINT32 *option, uint32_t number, uint32_t least, uint32_t most)
{
    if (number < least || number > most)
        return INVALID_PARAMETER;
    *option = number;
    return OK;
}

static int change(struct sock *sock, int parameter, uint32_t number)
{
    EFI_TCP4_OPTION *options = &sock->options;
    switch (parameter) {
    case TTL: sock->ttl = (uint8_t)number; return OK;
    case TRAFFIC_CLASS: sock->traffic_class = (uint8_t)number; return OK;
    case TOS: sock->traffic_class = (uint8_t)number; return sock->ipv6 ? INVALID_PARAMETER : OK;
    case NAGLE: options->EnableNagle = (BOOLEAN)number; return OK;
    case RECEIVE_BUFFER: options->ReceiveBufferSize = buffer(number); return OK;
    case SEND_BUFFER: options->SendBufferSize = buffer(number); return OK;
    case KEEP_ALIVE: options->KeepAliveProbes = number ? PROBES : 0; return OK;
    case KEEP_ALIVE_COUNT: return set(&options->KeepAliveProbes, number, 4, PROBES);
    case KEEP_ALIVE_IDLE: return set(&options->KeepAliveTime, number, 2 * 60 * 60, 4 * 60 * 60);
    case KEEP_ALIVE_INTERVAL: return set(&options->KeepAliveInterval, number, 30, 60);
    case FIN_WAIT_2_TIMEOUT: return set(&options->FinTimeout, number, 2, 4);
    default: return INVALID_PARAMETER;
    }
}

int uefi_option(void *with, int socket, int parameter, const uint8_t *value, size_t length)
{
    struct sock *sock = &uefi_socks[socket];
    int32_t number = number_of(value, length);
    int result;
    (void)with;
    if (sock->queued || (sock->configured && !sock->listening))
        return NO_PRIMITIVE;
    if (number < 0)
        return INVALID_PARAMETER;
    result = change(sock, parameter, (uint32_t)number);
    return result == OK && sock->listening ? uefi_listen_anew(sock) : result;
}
