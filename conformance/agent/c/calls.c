/* What each primitive does. A request is read whole before anything is done. */
#include "core.h"

#include <string.h>

static int get_version(struct session *session, struct reader *request, struct writer *response)
{
    (void)session;
    if (!read_whole(request))
        return INVALID_PARAMETER;
    write_u16(response, 1);
    write_u16(response, 2);
    write_u16(response, 0);
    return OK;
}

static int start_test(struct session *session, struct reader *request, struct writer *response)
{
    (void)session, (void)response;
    return read_whole(request) ? OK : INVALID_PARAMETER;
}

static int end_test(struct session *session, struct reader *request, struct writer *response)
{
    (void)response;
    read_u16(request);
    read_text(request);
    if (!read_whole(request))
        return INVALID_PARAMETER;
    abort_all(session);
    return OK;
}

int bind_to(int socket, struct place *local, uint16_t port)
{
    local->port = port == ANY_PORT ? 0 : port;
    return agent.stack->bind(agent.stack->with, socket, local) == OK ? OK : CANNOT_BIND;
}

static int create_and_bind(struct session *session, struct reader *request, struct writer *response)
{
    struct place local;
    int bind = read_bool(request), port = read_u16(request), socket, result;
    read_address(request, &local);
    if (!read_whole(request))
        return INVALID_PARAMETER;
    if (!has_room(session))
        return NO_RESOURCES;
    if (agent.stack->open(agent.stack->with, local.length, &socket) != OK)
        return CANNOT_CREATE;
    result = bind ? bind_to(socket, &local, (uint16_t)port) : OK;
    if (result != OK) {
        agent.stack->close(agent.stack->with, socket);
        return result;
    }
    write_u16(response, adopt(session, socket, local.length)->number);
    return OK;
}

static int listen_and_accept(struct session *session, struct reader *request, struct writer *response)
{
    struct endpoint *endpoint = find(session, read_u16(request));
    uint16_t maximum = read_u16(request);
    (void)response;
    if (!read_whole(request))
        return INVALID_PARAMETER;
    return endpoint ? endpoint_listen(endpoint, maximum) : BAD_SOCKET;
}

static int connect_socket(struct session *session, struct reader *request, struct writer *response)
{
    struct endpoint *endpoint = find(session, read_u16(request));
    uint16_t port = read_u16(request);
    struct place remote;
    (void)response;
    read_address(request, &remote);
    remote.port = port;
    if (!read_whole(request))
        return INVALID_PARAMETER;
    if (!endpoint)
        return BAD_SOCKET;
    if (endpoint->address_length != remote.length)
        return INVALID_PARAMETER;
    return endpoint_connect(endpoint, &remote);
}

static int send_data(struct session *session, struct reader *request, struct writer *response)
{
    static uint8_t repeated[0xFFFF];
    struct endpoint *endpoint = find(session, read_u16(request));
    size_t total = read_u16(request), length, filled;
    int flags = read_u8(request);
    const uint8_t *octets = read_octets(request, &length);
    (void)response;
    if (!read_whole(request))
        return INVALID_PARAMETER;
    if (!endpoint)
        return BAD_SOCKET;
    if (total < length || (total && !length))
        return INVALID_PARAMETER;
    for (filled = 0; filled < total; filled += length) {
        if (length > total - filled)
            length = total - filled;
        memcpy(repeated + filled, octets, length);
    }
    return endpoint_send(endpoint, repeated, total, flags);
}

static int receive_and_forward(struct session *session, struct reader *request, struct writer *response)
{
    struct endpoint *endpoint = find(session, read_u16(request));
    uint16_t most = read_u16(request), total = read_u16(request);
    if (!read_whole(request))
        return INVALID_PARAMETER;
    write_u16(response, 0); /* none is dropped: nothing is read before it is asked for */
    return endpoint ? endpoint_forward(endpoint, most, total) : BAD_SOCKET;
}

static int configure_socket(struct session *session, struct reader *request, struct writer *response)
{
    struct endpoint *endpoint = find(session, read_u16(request));
    int parameter = read_u16(request);
    size_t length;
    const uint8_t *value = read_octets(request, &length);
    (void)response;
    if (!read_whole(request))
        return INVALID_PARAMETER;
    if (!endpoint)
        return BAD_SOCKET;
    if (parameter != BACKLOG)
        return agent.stack->configure
                   ? agent.stack->configure(agent.stack->with, endpoint->socket, parameter, value, length)
                   : INVALID_PARAMETER;
    return number_of(value, length) < 0 ? INVALID_PARAMETER : endpoint_backlog(endpoint, number_of(value, length));
}

static int shut_down(struct session *session, struct reader *request, struct writer *response)
{
    struct endpoint *endpoint = find(session, read_u16(request));
    int how = read_u8(request);
    (void)response;
    if (!read_whole(request))
        return INVALID_PARAMETER;
    if (!endpoint)
        return BAD_SOCKET;
    return how <= 2 ? endpoint_shutdown(endpoint, how) : INVALID_PARAMETER;
}

static int close_socket(struct session *session, struct reader *request, struct writer *response)
{
    struct endpoint *endpoint = find(session, read_u16(request));
    int abort = read_bool(request), result;
    (void)response;
    if (!read_whole(request))
        return INVALID_PARAMETER;
    if (!endpoint)
        return BAD_SOCKET;
    result = agent.stack->can_end ? agent.stack->can_end(agent.stack->with, endpoint->socket, abort) : OK;
    if (result != OK)
        return result;
    part_with(endpoint);
    if (abort)
        endpoint_abort(endpoint);
    else
        endpoint_close(endpoint);
    return OK;
}

int call(struct session *session, int primitive, struct reader *request, struct writer *response)
{
    static const struct {
        int primitive;
        int (*call)(struct session *session, struct reader *request, struct writer *response);
    } calls[] = {
        {GET_VERSION, get_version},
        {START_TEST, start_test},
        {END_TEST, end_test},
        {CREATE_AND_BIND, create_and_bind},
        {LISTEN_AND_ACCEPT, listen_and_accept},
        {CONNECT, connect_socket},
        {SEND_DATA, send_data},
        {RECEIVE_AND_FORWARD, receive_and_forward},
        {CONFIGURE_SOCKET, configure_socket},
        {SHUTDOWN, shut_down},
        {CLOSE_SOCKET, close_socket},
    };
    size_t at;
    for (at = 0; at < sizeof calls / sizeof calls[0]; at++)
        if (calls[at].primitive == primitive)
            return calls[at].call(session, request, response);
    return call_private(session, primitive, request, response);
}
