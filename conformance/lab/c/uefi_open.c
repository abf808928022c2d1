/* Sockets, and active OPEN. */
#include "uefi_sockets.h"

#include <string.h>

int uefi_open(void *with, int address_length, int *socket)
{
    struct sock *sock = uefi_take(address_length == 16);
    (void)with;
    if (!sock)
        return NO_RESOURCES;
    *socket = uefi_number(sock);
    return OK;
}

int uefi_bind(void *with, int socket, const struct place *local)
{
    static const uint8_t any[16];
    const uint8_t *ours = local->length == 16 ? uefi_here.ipv6 : uefi_here.ipv4;
    (void)with;
    if (uefi_socks[socket].configured)
        return CONNECTION_ILLEGAL;
    if (memcmp(local->octets, any, local->length) != 0 && memcmp(local->octets, ours, local->length) != 0)
        return EXISTS;
    uefi_socks[socket].local = *local;
    return OK;
}

int uefi_connect(void *with, int socket, const struct place *remote)
{
    struct sock *sock = &uefi_socks[socket];
    int result, state;
    (void)with;
    if (sock->configured)
        return sock->listening ? CONNECTION_ILLEGAL : EXISTS;
    sock->remote = *remote;
    result = uefi_configure(sock, 1);
    if (result != OK)
        return result;
    sock->attempt.CompletionToken.Event = uefi_event();
    sock->attempt.CompletionToken.Status = EFI_NOT_READY;
    result = uefi_told(CALL(sock, Connect, &sock->attempt));
    sock->connecting = result == OK;
    uefi_look(sock, &state);
    return result == OK ? PENDING : result;
}

int uefi_connected(void *with, int socket)
{
    struct sock *sock = &uefi_socks[socket];
    (void)with;
    if (sock->connecting && uefi_signalled(sock->attempt.CompletionToken.Event)) {
        sock->connecting = 0;
        sock->result = uefi_told(sock->attempt.CompletionToken.Status);
    }
    return sock->connecting ? PENDING : sock->result;
}
