/* The sockets, and what the firmware tells of them. */
#include "uefi_sockets.h"

#include <string.h>

struct sock uefi_socks[UEFI_SOCKETS];
EFI_BOOT_SERVICES *uefi_services;
struct uefi_place uefi_here;

int uefi_told(EFI_STATUS status)
{
    if (status == EFI_SUCCESS)
        return OK;
    if (status == EFI_CONNECTION_FIN)
        return CLOSING;
    if (status == EFI_CONNECTION_RESET || status == EFI_ABORTED)
        return RESET;
    if (status == EFI_CONNECTION_REFUSED)
        return REFUSED;
    if (status == EFI_TIMEOUT)
        return USER_TIMEOUT;
    if (status == EFI_OUT_OF_RESOURCES)
        return NO_RESOURCES;
    if (status == EFI_ACCESS_DENIED || status == EFI_ALREADY_STARTED)
        return EXISTS;
    if (status == EFI_NOT_STARTED || status == EFI_NO_MAPPING)
        return DOES_NOT_EXIST;
    return status == EFI_INVALID_PARAMETER ? CONNECTION_ILLEGAL : NOT_OK;
}

void uefi_note_sendings(struct sock *sock)
{
    struct sending *one;
    int at;
    for (at = 0; at < UEFI_TOKENS; at++) {
        one = sock->sendings[at];
        if (!one || !one->used || !uefi_signalled(one->token.CompletionToken.Event))
            continue;
        one->used = 0;
        if (one->token.CompletionToken.Status != EFI_SUCCESS && sock->result == OK)
            sock->result = uefi_told(one->token.CompletionToken.Status);
    }
}

int uefi_lost(struct sock *sock, EFI_STATUS status)
{
    uefi_note_sendings(sock);
    if (sock->result == OK)
        sock->result = status == EFI_ACCESS_DENIED ? RESET : uefi_told(status);
    return sock->result;
}

EFI_EVENT uefi_event(void)
{
    EFI_EVENT created = NULL;
    uefi_services->CreateEvent(0, 0, NULL, NULL, &created);
    return created;
}

int uefi_signalled(EFI_EVENT of)
{
    return of && uefi_services->CheckEvent(of) == EFI_SUCCESS;
}

int uefi_number(const struct sock *sock)
{
    return (int)(sock - uefi_socks);
}

struct sock *uefi_take(int ipv6)
{
    struct sock *sock;
    for (sock = uefi_socks; sock < uefi_socks + UEFI_SOCKETS; sock++)
        if (!sock->used) {
            memset(sock, 0, sizeof *sock);
            sock->used = 1;
            sock->ipv6 = ipv6;
            sock->ttl = 64;
            uefi_default_options(sock);
            sock->local.length = sock->remote.length = ipv6 ? 16 : 4;
            return sock;
        }
    return NULL;
}

static void drop_event(EFI_EVENT of)
{
    if (of)
        uefi_services->CloseEvent(of);
}

void uefi_release(struct sock *sock)
{
    if (sock->handle)
        uefi_bindings[sock->ipv6]->DestroyChild(uefi_bindings[sock->ipv6], sock->handle);
    sock->handle = NULL;
    sock->configured = sock->listening = 0;
    drop_event(sock->accepting.CompletionToken.Event);
    sock->accepting.CompletionToken.Event = NULL;
}

void uefi_give_back(struct sock *sock)
{
    int at;
    uefi_release(sock);
    drop_event(sock->attempt.CompletionToken.Event);
    drop_event(sock->close.CompletionToken.Event);
    for (at = 0; at < UEFI_TOKENS; at++)
        if (sock->sendings[at]) {
            drop_event(sock->sendings[at]->token.CompletionToken.Event);
            uefi_services->FreePool(sock->sendings[at]);
        }
    memset(sock, 0, sizeof *sock);
}
