/* SEND and RECEIVE of one socket, and what is queued of them. */
#include "core.h"

#include <stdlib.h>
#include <string.h>

static const uint32_t no_end = UINT32_MAX;

void endpoint_forget_queue(struct endpoint *endpoint)
{
    while (endpoint->first) {
        struct chunk *chunk = endpoint->first;
        endpoint->first = chunk->next;
        free(chunk);
    }
    endpoint->last = NULL;
    endpoint->queued = 0;
}

int endpoint_failed(struct endpoint *endpoint, int result)
{
    if (endpoint->failure == OK || endpoint->failure == DOES_NOT_EXIST)
        endpoint->failure = (uint8_t)(result == CLOSING ? DOES_NOT_EXIST : result);
    endpoint_forget_queue(endpoint);
    return endpoint->failure;
}

/* SEND */

int endpoint_enqueue(struct endpoint *endpoint, const uint8_t *octets, size_t length, int flags)
{
    struct chunk *chunk = malloc(sizeof *chunk + length);
    if (!chunk)
        return NO_RESOURCES;
    chunk->next = NULL;
    chunk->flags = flags;
    chunk->length = length;
    chunk->at = 0;
    memcpy(chunk->octets, octets, length);
    if (endpoint->last)
        endpoint->last->next = chunk;
    else
        endpoint->first = chunk;
    endpoint->last = chunk;
    endpoint->queued += length;
    return OK;
}

int endpoint_send(struct endpoint *endpoint, const uint8_t *octets, size_t length, int flags)
{
    int in_turn = endpoint->connecting || endpoint->queued, result = OK;
    size_t taken = 0;
    if (endpoint->sent_all && in_turn)
        return CLOSING; /* nothing overtakes what is queued; otherwise the stack has to refuse it */
    if (endpoint->queued + length > AGENT_QUEUE)
        return NO_RESOURCES;
    if (!in_turn)
        result = STACK(send)(WITH(endpoint), octets, length, flags, &taken);
    if (result == CLOSING && endpoint->sent_all)
        return CLOSING; /* after the user's own end that is no failure */
    if (result == NO_PRIMITIVE)
        return result; /* what it cannot send, such as urgent data, ends nothing */
    if (result != OK && result != PENDING)
        return endpoint_failed(endpoint, result);
    if (taken < length)
        result = endpoint_enqueue(endpoint, octets + taken, length - taken, flags);
    else
        result = OK;
    endpoint_set_watch(endpoint);
    return result;
}

void endpoint_send_queue(struct endpoint *endpoint)
{
    struct chunk *chunk;
    int how = endpoint->shutdown_later, result = OK;
    while ((chunk = endpoint->first) != NULL) {
        size_t taken = 0;
        result = STACK(send)(WITH(endpoint), chunk->octets + chunk->at, chunk->length - chunk->at, chunk->flags, &taken);
        if (result != OK || taken == 0)
            break;
        chunk->at += taken;
        endpoint->queued -= taken;
        if (chunk->at < chunk->length)
            continue;
        endpoint->first = chunk->next;
        if (!endpoint->first)
            endpoint->last = NULL;
        free(chunk);
    }
    if (result != OK && result != PENDING)
        endpoint_failed(endpoint, result);
    if (endpoint->first)
        return;
    if (endpoint->close_later) {
        endpoint_release(endpoint, STACK(close));
    } else if (how >= 0) {
        endpoint->shutdown_later = -1;
        result = STACK(shutdown)(WITH(endpoint), how);
        if (result != OK)
            endpoint_failed(endpoint, result);
    }
}

/* RECEIVE */

void endpoint_end_forward(struct endpoint *endpoint, int result)
{
    struct writer event;
    endpoint->forward_left = 0;
    begin_event(&event, RECEIVE_AND_FORWARD, result);
    write_u32(&event, 0);
    send_message(endpoint->session, &event);
}

int endpoint_forward(struct endpoint *endpoint, uint16_t most, uint16_t total)
{
    if (!endpoint->has_flow || endpoint->listening)
        return DOES_NOT_EXIST;
    endpoint->forward_most = most;
    endpoint->forward_left = total == UNLIMITED ? no_end : total;
    endpoint_set_watch(endpoint);
    return OK;
}

static void forget_urgent(struct endpoint *endpoint)
{
    uint8_t what = URGENT_NONE, octet = 0;
    if (STACK(urgent)(WITH(endpoint), 0, &what, &octet) == OK && what == URGENT_NONE)
        endpoint->urgent_told = URGENT_NONE;
}

/* How the stream has ended: a stack may say once that the connection broke off, and have said it to another call. */
static int end_of_stream(const struct endpoint *endpoint)
{
    return endpoint->failure == DOES_NOT_EXIST ? OK : endpoint->failure;
}

void endpoint_receive(struct endpoint *endpoint)
{
    uint8_t piece[PIECE];
    struct writer event;
    size_t got = 0, most = endpoint->forward_left < PIECE ? endpoint->forward_left : PIECE;
    int result = STACK(receive)(WITH(endpoint), piece, most, &got);
    if (result == PENDING)
        return;
    if (result != OK || got == 0) {
        endpoint_end_forward(endpoint, result == OK ? end_of_stream(endpoint) : endpoint_failed(endpoint, result));
        return;
    }
    if (endpoint->urgent_told != URGENT_NONE) /* it may be past with what was received */
        forget_urgent(endpoint);
    if (endpoint->forward_left != no_end)
        endpoint->forward_left -= (uint32_t)got;
    begin_event(&event, RECEIVE_AND_FORWARD, OK);
    write_u16(&event, (unsigned)got);
    write_octets(&event, piece, got < endpoint->forward_most ? got : endpoint->forward_most);
    send_message(endpoint->session, &event);
}
