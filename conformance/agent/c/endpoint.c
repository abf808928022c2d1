/* One TCP socket under test: its calls, and what becomes of them later. */
#include "core.h"

#include <string.h>

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

void endpoint_release(struct endpoint *endpoint, void (*how)(void *with, int socket))
{
    if (endpoint->mask && STACK(watch))
        STACK(watch)(WITH(endpoint), 0);
    endpoint_forget_queue(endpoint);
    how(WITH(endpoint));
    released(endpoint);
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
    result = STACK(connect)(WITH(endpoint), remote);
    if (result != OK && result != PENDING)
        return result;
    take_flow(endpoint, remote);
    endpoint->connecting = 1;
    endpoint->failure = OK;
    endpoint_set_watch(endpoint);
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
    result = STACK(open_and_send)(WITH(endpoint), remote, octets, length, &taken);
    if (result != OK && result != PENDING)
        return result;
    take_flow(endpoint, remote);
    endpoint->connecting = 1;
    endpoint->failure = OK;
    result = taken < length ? endpoint_enqueue(endpoint, octets + taken, length - taken, 0) : OK;
    endpoint_set_watch(endpoint);
    return result;
}

static void end_connect(struct endpoint *endpoint)
{
    struct writer event;
    int result = STACK(connected)(WITH(endpoint));
    if (result == PENDING)
        return;
    endpoint->connecting = 0;
    if (result != OK)
        endpoint_failed(endpoint, result);
    begin_event(&event, CONNECT, endpoint->failure);
    write_u16(&event, endpoint->number);
    send_message(endpoint->session, &event);
    if (endpoint->failure != OK && endpoint->forward_left)
        endpoint_end_forward(endpoint, endpoint->failure);
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
        endpoint_release(endpoint, STACK(close));
    }
}

void endpoint_abort(struct endpoint *endpoint)
{
    endpoint_release(endpoint, STACK(abort));
}

void endpoint_turn(struct endpoint *endpoint)
{
    int ready = STACK(ready) ? STACK(ready)(WITH(endpoint), endpoint->mask) : endpoint->mask;
    if (ready & WATCH_WRITE && endpoint->connecting)
        end_connect(endpoint);
    else if (ready & WATCH_WRITE)
        endpoint_send_queue(endpoint);
    if (endpoint->session && ready & WATCH_READ && endpoint->accept_left)
        accept_one(endpoint);
    else if (endpoint->session && ready & WATCH_READ && endpoint->forward_left)
        endpoint_receive(endpoint);
    if (endpoint->session)
        endpoint_set_watch(endpoint);
}
