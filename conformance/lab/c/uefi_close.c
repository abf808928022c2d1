/* CLOSE and ABORT. There is no half-close: CLOSE ends both directions. */
#include "uefi_sockets.h"

static int begin_close(struct sock *sock, int abort)
{
    sock->closing = 1;
    sock->close.CompletionToken.Event = uefi_event();
    sock->close.AbortOnClose = (BOOLEAN)abort;
    return uefi_told(CALL(sock, Close, &sock->close));
}

int uefi_shutdown(void *with, int socket, int how)
{
    struct sock *sock = &uefi_socks[socket];
    (void)with;
    if (!sock->configured || sock->listening)
        return DOES_NOT_EXIST;
    if (how == 0)
        return NO_PRIMITIVE;
    return sock->closing ? CLOSING : begin_close(sock, 0);
}

static void end_listener(struct sock *sock)
{
    while (sock->queued) {
        struct sock *waiting = &uefi_socks[sock->queue[--sock->queued]];
        begin_close(waiting, 1);
        uefi_give_back(waiting);
    }
    uefi_give_back(sock);
}

void uefi_abort(void *with, int socket)
{
    struct sock *sock = &uefi_socks[socket];
    (void)with;
    if (sock->listening) {
        end_listener(sock);
        return;
    }
    if (sock->configured && !sock->closing)
        begin_close(sock, 1);
    uefi_give_back(sock); /* that ends it where it was closing, too */
}

void uefi_close(void *with, int socket)
{
    struct sock *sock = &uefi_socks[socket];
    (void)with;
    if (sock->listening)
        end_listener(sock);
    else if (sock->configured && (sock->closing || begin_close(sock, 0) == OK))
        sock->gone = 1;
    else
        uefi_give_back(sock);
}
