/* SEND and RECEIVE. */
#include "uefi_sockets.h"

#include <string.h>

/* Return a token that is not on its way; NULL when all are. */
static struct sending *free_sending(struct sock *sock)
{
    struct sending *found = NULL;
    int at;
    uefi_note_sendings(sock);
    for (at = 0; at < UEFI_TOKENS; at++) {
        struct sending *one = sock->sendings[at];
        if (!one) {
            VOID *room = NULL;
            if (found || uefi_services->AllocatePool(EfiLoaderData, sizeof *one, &room) != EFI_SUCCESS)
                continue;
            one = sock->sendings[at] = room;
            memset(one, 0, sizeof *one);
            one->token.CompletionToken.Event = uefi_event();
        }
        if (!one->used && !found)
            found = one;
    }
    return found;
}

int uefi_send(void *with, int socket, const uint8_t *octets, size_t length, int flags, size_t *taken)
{
    struct sock *sock = &uefi_socks[socket];
    struct sending *one;
    EFI_STATUS status;
    (void)with;
    *taken = 0;
    if (!sock->configured || sock->listening)
        return DOES_NOT_EXIST;
    if (sock->closing)
        return CLOSING;
    one = free_sending(sock);
    if (sock->result != OK || !length) /* UEFI knows no SEND of nothing */
        return sock->result;
    if (!one)
        return PENDING;
    one->data.Push = 1;
    one->data.Urgent = flags & URGENT_FLAG && length <= UEFI_PIECE; /* its last octet is */
    length = length < UEFI_PIECE ? length : UEFI_PIECE;
    memcpy(one->octets, octets, length);
    one->data.DataLength = one->data.FragmentTable[0].FragmentLength = (UINT32)length;
    one->data.FragmentCount = 1;
    one->data.FragmentTable[0].FragmentBuffer = one->octets;
    one->token.Packet.TxData = &one->data;
    one->token.CompletionToken.Status = EFI_NOT_READY;
    one->used = 1;
    status = CALL(sock, Transmit, &one->token);
    if (status != EFI_SUCCESS) {
        one->used = 0;
        return status == EFI_OUT_OF_RESOURCES ? PENDING : uefi_lost(sock, status);
    }
    *taken = length;
    return OK;
}

/* Asks for what is here and takes the question back when there is nothing: what is not asked for stays in the window. */
int uefi_receive(void *with, int socket, uint8_t *octets, size_t room, size_t *got)
{
    struct sock *sock = &uefi_socks[socket];
    EFI_TCP4_RECEIVE_DATA data = {0};
    EFI_TCP4_IO_TOKEN token = {0};
    EFI_STATUS status;
    (void)with;
    *got = 0;
    if (!sock->configured || sock->listening)
        return DOES_NOT_EXIST;
    if (sock->closing)
        return DOES_NOT_EXIST;
    if (sock->ended)
        return OK;
    data.DataLength = data.FragmentTable[0].FragmentLength = (UINT32)room;
    data.FragmentCount = 1;
    data.FragmentTable[0].FragmentBuffer = octets;
    token.Packet.RxData = &data;
    token.CompletionToken.Event = uefi_event();
    token.CompletionToken.Status = EFI_NOT_READY;
    status = CALL(sock, Receive, &token);
    if (status == EFI_SUCCESS) {
        if (!uefi_signalled(token.CompletionToken.Event)) {
            CALL(sock, Cancel, &token); /* that signals it, unless something has come meanwhile */
            status = token.CompletionToken.Status == EFI_ABORTED ? EFI_NOT_READY : token.CompletionToken.Status;
        } else {
            status = token.CompletionToken.Status;
        }
    }
    uefi_services->CloseEvent(token.CompletionToken.Event);
    if (status == EFI_NOT_READY)
        return PENDING;
    if (status == EFI_CONNECTION_FIN) {
        sock->ended = 1;
        return OK;
    }
    if (status != EFI_SUCCESS)
        return uefi_lost(sock, status);
    *got = data.DataLength;
    return OK;
}
