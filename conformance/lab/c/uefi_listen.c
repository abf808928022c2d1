/* Passive OPEN. */
#include "uefi_sockets.h"

#include <string.h>

static int listen(struct sock *sock)
{
    int result = uefi_configure(sock, 0);
    if (result != OK)
        return result == CONNECTION_ILLEGAL ? EXISTS : result; /* that is how a port in use is told */
    sock->accepting.CompletionToken.Event = uefi_event();
    result = uefi_told(CALL(sock, Accept, &sock->accepting));
    sock->listening = result == OK;
    return result;
}

int uefi_listen(void *with, int socket, int backlog)
{
    struct sock *sock = &uefi_socks[socket];
    (void)with, (void)backlog;
    if (sock->listening)
        return OK;
    if (sock->configured)
        return EXISTS;
    memset(sock->remote.octets, 0, sizeof sock->remote.octets);
    sock->remote.port = 0;
    return listen(sock);
}

/* Nothing that comes meanwhile may find the port closed. */
int uefi_listen_anew(struct sock *listener)
{
    EFI_TPL before = uefi_services->RaiseTPL(TPL_CALLBACK);
    int state, result;
    uefi_look(listener, &state); /* it may have chosen its port */
    uefi_release(listener);
    result = listen(listener);
    uefi_services->RestoreTPL(before);
    return result;
}

void uefi_collect(struct sock *listener)
{
    struct sock *sock;
    if (listener->queued == UEFI_QUEUE || !uefi_signalled(listener->accepting.CompletionToken.Event))
        return;
    if (listener->accepting.CompletionToken.Status == EFI_SUCCESS && (sock = uefi_take(listener->ipv6)) != NULL) {
        int state;
        uefi_use(sock, listener->accepting.NewChildHandle);
        sock->configured = 1;
        uefi_look(sock, &state);
        listener->queue[listener->queued++] = uefi_number(sock);
    }
    CALL(listener, Accept, &listener->accepting);
}

int uefi_accept(void *with, int socket, int *accepted, struct place *remote)
{
    struct sock *listener = &uefi_socks[socket];
    (void)with;
    if (!listener->listening)
        return CONNECTION_ILLEGAL;
    uefi_collect(listener);
    if (!listener->queued)
        return PENDING;
    *accepted = listener->queue[0];
    memmove(listener->queue, listener->queue + 1, (size_t)--listener->queued * sizeof listener->queue[0]);
    *remote = uefi_socks[*accepted].remote;
    return OK;
}
