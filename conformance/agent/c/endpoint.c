/* One TCP socket under test: its calls, and what becomes of them later. */
#include "core.h"

#include <stdlib.h>
#include <string.h>

#define STACK(name) agent.stack->name
#define WITH(endpoint) agent.stack->with, (endpoint)->socket

static const uint32_t no_end = UINT32_MAX;

void endpoint_set_watch(struct endpoint *endpoint)
{
    int mask = endpoint->connecting || endpoint->queued ? WATCH_WRITE : 0;
    int reading = endpoint->accept_left ? !endpoint->starved : endpoint->forward_left != 0;
    if (reading && !endpoint->connecting) /* nothing is read before it is asked for */
        mask |= WATCH_READ;
    if (mask != endpoint->mask && STACK(watch))
        STACK(watch)(WITH(endpoint), mask);
    endpoint->mask = mask;
}

static void forget_queue(struct endpoint *endpoint)
{
    while (endpoint->first) {
        struct chunk *chunk = endpoint->first;
        endpoint->first = chunk->next;
        free(chunk);
    }
    endpoint->last = NULL;
    endpoint->queued = 0;
}

static void release(struct endpoint *endpoint, void (*how)(void *with, int socket))
{
    if (endpoint->mask && STACK(watch))
        STACK(watch)(WITH(endpoint), 0);
    forget_queue(endpoint);
    how(WITH(endpoint));
    released(endpoint);
}

/* Take note that the connection has ended, and how. CLOSING only says that it has. */
static int failed(struct endpoint *endpoint, int result)
{
    if (endpoint->failure == OK)
        endpoint->failure = (uint8_t)(result == CLOSING ? DOES_NOT_EXIST : result);
    forget_queue(endpoint);
    return endpoint->failure;
}

static void take_flow(struct endpoint *endpoint, const struct place *remote)
{
    memset(&endpoint->flow, 0, sizeof endpoint->flow);
    endpoint->has_flow = STACK(local)(WITH(endpoint), &endpoint->flow.local) == OK;
    endpoint->flow.remote.length = endpoint->flow.local.length;
    if (remote)
        endpoint->flow.remote = *remote;
}

/* LISTEN */

int endpoint_listen(struct endpoint *endpoint, unsigned maximum)
{
    int result = STACK(listen)(WITH(endpoint), endpoint->backlog < 0 ? (int)maximum : endpoint->backlog);
    if (result != OK)
        return result;
    take_flow(endpoint, NULL);
    endpoint->listening = 1;
    endpoint->accept_left = maximum;
    endpoint->starved = 0;
    endpoint_set_watch(endpoint);
    return OK;
}

int endpoint_backlog(struct endpoint *endpoint, int backlog)
{
    endpoint->backlog = backlog;
    return endpoint->listening ? STACK(listen)(WITH(endpoint), backlog) : OK;
}

/* Accept one connection and tell it; where there is no room, it stays in the stack's queue. */
static void accept_one(struct endpoint *endpoint)
{
    struct endpoint *accepted;
    struct writer event;
    struct place remote;
    int socket, result = NO_RESOURCES;
    if (has_room(endpoint->session))
        result = STACK(accept)(WITH(endpoint), &socket, &remote);
    if (result == NO_RESOURCES)
        endpoint->starved = 1;
    if (result != OK)
        return;
    endpoint->accept_left--;
    accepted = adopt(endpoint->session, socket, remote.length);
    take_flow(accepted, &remote);
    begin_event(&event, LISTEN_AND_ACCEPT, OK);
    write_u16(&event, endpoint->number);
    write_u16(&event, accepted->number);
    write_u16(&event, remote.port);
    write_octets(&event, remote.octets, remote.length);
    send_message(endpoint->session, &event);
}

/* CONNECT */

int endpoint_connect(struct endpoint *endpoint, const struct place *remote)
{
    int result;
    if (endpoint->connecting)
        return EXISTS;
    endpoint->failure = OK;
    result = STACK(connect)(WITH(endpoint), remote);
    if (result != OK && result != PENDING)
        return result;
    take_flow(endpoint, remote);
    endpoint->connecting = 1;
    endpoint_set_watch(endpoint);
    return OK;
}

/* Tell that nothing more will be received: an event without data. */
static void end_forward(struct endpoint *endpoint, int result)
{
    struct writer event;
    endpoint->forward_left = 0;
    begin_event(&event, RECEIVE_AND_FORWARD, result);
    write_u32(&event, 0);
    send_message(endpoint->session, &event);
}

static void end_connect(struct endpoint *endpoint)
{
    struct writer event;
    int result = STACK(connected)(WITH(endpoint));
    if (result == PENDING)
        return;
    endpoint->connecting = 0;
    if (result != OK)
        failed(endpoint, result);
    begin_event(&event, CONNECT, endpoint->failure);
    write_u16(&event, endpoint->number);
    send_message(endpoint->session, &event);
    if (endpoint->failure != OK && endpoint->forward_left)
        end_forward(endpoint, endpoint->failure);
}

/* SEND */

static int enqueue(struct endpoint *endpoint, const uint8_t *octets, size_t length, int flags)
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

int endpoint_open_and_send(struct endpoint *endpoint, const struct place *remote, const uint8_t *octets, size_t length)
{
    size_t taken = 0;
    int result;
    if (!STACK(open_and_send))
        return NO_PRIMITIVE;
    if (endpoint->connecting)
        return EXISTS;
    endpoint->failure = OK;
    result = STACK(open_and_send)(WITH(endpoint), remote, octets, length, &taken);
    if (result != OK && result != PENDING)
        return result;
    take_flow(endpoint, remote);
    endpoint->connecting = 1;
    result = taken < length ? enqueue(endpoint, octets + taken, length - taken, 0) : OK;
    endpoint_set_watch(endpoint);
    return result;
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
    if (result != OK && result != PENDING)
        return failed(endpoint, result);
    if (taken < length)
        result = enqueue(endpoint, octets + taken, length - taken, flags);
    else
        result = OK;
    endpoint_set_watch(endpoint);
    return result;
}

/* Send what is queued, then do what waited for that. */
static void send_queue(struct endpoint *endpoint)
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
        failed(endpoint, result);
    if (endpoint->first)
        return;
    if (endpoint->close_later) {
        release(endpoint, STACK(close));
    } else if (how >= 0) {
        endpoint->shutdown_later = -1;
        result = STACK(shutdown)(WITH(endpoint), how);
        if (result != OK)
            failed(endpoint, result);
    }
}

/* RECEIVE */

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

static void forward(struct endpoint *endpoint)
{
    uint8_t piece[PIECE];
    struct writer event;
    size_t got = 0, most = endpoint->forward_left < PIECE ? endpoint->forward_left : PIECE;
    int result = STACK(receive)(WITH(endpoint), piece, most, &got);
    if (result == PENDING)
        return;
    if (result != OK || got == 0) {
        end_forward(endpoint, result == OK ? OK : failed(endpoint, result));
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

/* Urgent data */

int endpoint_urgent(struct endpoint *endpoint, uint8_t *what, uint8_t *octet)
{
    int result = STACK(urgent)(WITH(endpoint), 1, what, octet);
    endpoint->urgent_told = *what == URGENT_TAKEN ? URGENT_NONE : *what;
    return result;
}

void endpoint_look_for_urgent(struct endpoint *endpoint)
{
    uint8_t what = URGENT_NONE, octet = 0;
    struct writer event;
    if (!STACK(urgent) || STACK(urgent)(WITH(endpoint), 0, &what, &octet) != OK)
        return;
    /* The octet of what was announced is no news when it comes. */
    if (what != URGENT_NONE && endpoint->urgent_told != URGENT_ANNOUNCED &&
        (what != endpoint->urgent_told || octet != endpoint->octet_told)) {
        begin_event(&event, URGENT_DATA, OK);
        write_u16(&event, endpoint->number);
        write_u8(&event, what);
        send_message(endpoint->session, &event);
    }
    endpoint->urgent_told = what;
    endpoint->octet_told = octet;
}

/* CLOSE and ABORT */

int endpoint_shutdown(struct endpoint *endpoint, int how)
{
    int sending = how != 0, result = OK;
    if (sending && endpoint->queued && !endpoint->connecting)
        endpoint->shutdown_later = how;
    else
        result = STACK(shutdown)(WITH(endpoint), how);
    if (result == OK && sending)
        endpoint->sent_all = 1;
    return result;
}

void endpoint_close(struct endpoint *endpoint)
{
    if (endpoint->queued && !endpoint->connecting && endpoint->failure == OK) {
        endpoint->close_later = endpoint->sent_all = 1;
        endpoint->forward_left = 0;
        endpoint_set_watch(endpoint);
    } else {
        release(endpoint, STACK(close));
    }
}

void endpoint_abort(struct endpoint *endpoint)
{
    release(endpoint, STACK(abort));
}

void endpoint_turn(struct endpoint *endpoint)
{
    int ready = STACK(ready) ? STACK(ready)(WITH(endpoint), endpoint->mask) : endpoint->mask;
    if (ready & WATCH_WRITE && endpoint->connecting)
        end_connect(endpoint);
    else if (ready & WATCH_WRITE)
        send_queue(endpoint);
    if (endpoint->session && ready & WATCH_READ && endpoint->accept_left)
        accept_one(endpoint);
    else if (endpoint->session && ready & WATCH_READ && endpoint->forward_left)
        forward(endpoint);
    if (endpoint->session)
        endpoint_set_watch(endpoint);
}
