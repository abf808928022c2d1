/* The table of calls. */
#include "uefi_sockets.h"

static int ready(void *with, int socket, int mask)
{
    struct sock *sock = &uefi_socks[socket];
    (void)with;
    if (sock->listening) {
        uefi_collect(sock);
        return sock->queued ? mask & WATCH_READ : 0;
    }
    return mask; /* UEFI does not tell: it is tried */
}

int uefi_poll(void)
{
    int family, busy = 0;
    struct sock *sock;
    for (family = 0; family < 2; family++)
        for (sock = uefi_socks; sock < uefi_socks + UEFI_SOCKETS; sock++)
            if (sock->used && sock->configured && sock->ipv6 == family) {
                busy |= (family ? sock->tcp6->Poll(sock->tcp6) : sock->tcp4->Poll(sock->tcp4)) == EFI_SUCCESS;
                break;
            }
    for (sock = uefi_socks; sock < uefi_socks + UEFI_SOCKETS; sock++)
        if (sock->gone && uefi_signalled(sock->close.CompletionToken.Event))
            uefi_give_back(sock);
    return busy;
}

int uefi_begin(struct stack *stack, EFI_BOOT_SERVICES *of, const struct uefi_place *place)
{
    static const struct stack calls = {
        .open = uefi_open,
        .bind = uefi_bind,
        .listen = uefi_listen,
        .accept = uefi_accept,
        .connect = uefi_connect,
        .connected = uefi_connected,
        .send = uefi_send,
        .receive = uefi_receive,
        .shutdown = uefi_shutdown,
        .close = uefi_close,
        .abort = uefi_abort,
        .local = uefi_local,
        .state = uefi_state,
        .configure = uefi_option,
        .ready = ready,
    };
    *stack = calls;
    uefi_services = of;
    uefi_here = *place;
    return uefi_network_begin();
}
