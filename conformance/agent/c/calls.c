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

static int identify(struct session *session, struct reader *request, struct writer *response)
{
    (void)session;
    write_text(response, IDENTITY);
    return read_whole(request) ? OK : INVALID_PARAMETER;
}

static int bind_to(int socket, struct place *local, uint16_t port)
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

static int bind_socket(struct session *session, struct reader *request, struct writer *response)
{
    struct endpoint *endpoint = find(session, read_u16(request));
    uint16_t port = read_u16(request);
    struct place local;
    (void)response;
    read_address(request, &local);
    if (!read_whole(request))
        return INVALID_PARAMETER;
    if (!endpoint)
        return BAD_SOCKET;
    if (endpoint->address_length != local.length)
        return INVALID_PARAMETER;
    return bind_to(endpoint->socket, &local, port);
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

static int open_and_send(struct session *session, struct reader *request, struct writer *response)
{
    struct endpoint *endpoint = find(session, read_u16(request));
    uint16_t port = read_u16(request);
    const uint8_t *octets;
    struct place remote;
    size_t length;
    (void)response;
    read_address(request, &remote);
    remote.port = port;
    octets = read_octets(request, &length);
    if (!read_whole(request))
        return INVALID_PARAMETER;
    if (!endpoint)
        return BAD_SOCKET;
    if (endpoint->address_length != remote.length)
        return INVALID_PARAMETER;
    return endpoint_open_and_send(endpoint, &remote, octets, length);
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
    size_t length, at;
    const uint8_t *value = read_octets(request, &length);
    uint32_t number = 0;
    (void)response;
    if (!read_whole(request))
        return INVALID_PARAMETER;
    if (!endpoint)
        return BAD_SOCKET;
    if (parameter != BACKLOG)
        return agent.stack->configure
                   ? agent.stack->configure(agent.stack->with, endpoint->socket, parameter, value, length)
                   : INVALID_PARAMETER;
    for (at = 0; at < length && at < 4; at++)
        number = number << 8 | value[at];
    if ((length != 1 && length != 2 && length != 4) || number > 0x7FFFFFFF)
        return INVALID_PARAMETER;
    return endpoint_backlog(endpoint, (int)number);
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
    int abort = read_bool(request);
    (void)response;
    if (!read_whole(request))
        return INVALID_PARAMETER;
    if (!endpoint)
        return BAD_SOCKET;
    part_with(endpoint);
    if (abort)
        endpoint_abort(endpoint);
    else
        endpoint_close(endpoint);
    return OK;
}

static int urgent_data(struct session *session, struct reader *request, struct writer *response)
{
    struct endpoint *endpoint = find(session, read_u16(request));
    uint8_t what = URGENT_NONE, octet = 0;
    int result;
    if (!read_whole(request))
        return INVALID_PARAMETER;
    if (!endpoint)
        return BAD_SOCKET;
    if (!agent.stack->urgent)
        return NO_PRIMITIVE;
    result = endpoint_urgent(endpoint, &what, &octet);
    write_u8(response, what);
    write_octets(response, &octet, what == URGENT_TAKEN);
    return result;
}

static int get_parameter(struct session *session, struct reader *request, struct writer *response)
{
    struct endpoint *endpoint = find(session, read_u16(request));
    uint16_t parameter = read_u16(request);
    uint32_t value = 0;
    int result;
    if (!read_whole(request))
        return INVALID_PARAMETER;
    if (!endpoint)
        return BAD_SOCKET;
    if (!agent.stack->parameter)
        return NO_PRIMITIVE;
    result = agent.stack->parameter(agent.stack->with, endpoint->socket, parameter, &value);
    write_u16(response, sizeof value);
    write_u32(response, value);
    return result;
}

static int at_mark(struct session *session, struct reader *request, struct writer *response)
{
    struct endpoint *endpoint = find(session, read_u16(request));
    int answer = 0, result;
    if (!read_whole(request))
        return INVALID_PARAMETER;
    if (!endpoint)
        return BAD_SOCKET;
    if (!agent.stack->at_mark)
        return NO_PRIMITIVE;
    result = agent.stack->at_mark(agent.stack->with, endpoint->socket, &answer);
    write_u8(response, answer != 0);
    return result;
}

static int errors(struct session *session, struct reader *request, struct writer *response)
{
    struct endpoint *endpoint = find(session, read_u16(request));
    int asking = read_bool(request), report, result;
    unsigned reports = 0;
    uint8_t told[REPORT_LAST];
    size_t count = 0;
    if (!read_whole(request))
        return INVALID_PARAMETER;
    if (!endpoint)
        return BAD_SOCKET;
    if (!agent.stack->reports)
        return NO_PRIMITIVE;
    result = agent.stack->reports(agent.stack->with, endpoint->socket, asking, &reports);
    for (report = 1; report <= REPORT_LAST; report++)
        if (reports & 1u << report)
            told[count++] = (uint8_t)report;
    write_octets(response, told, count);
    return result;
}

/* The state of a socket, of one that was closed, or of a listener's connection with a remote end. */
static int socket_state(struct session *session, struct reader *request, struct writer *response)
{
    uint16_t number = read_u16(request), port = 0;
    const struct flow *known = remembered(session, number);
    const struct endpoint *endpoint = known ? NULL : find(session, number);
    struct place remote = {0};
    struct flow flow;
    uint8_t state = STATE_CLOSED;
    int result = OK;
    if (request->left) {
        port = read_u16(request);
        read_address(request, &remote);
    }
    if (!read_whole(request))
        return INVALID_PARAMETER;
    if (!known && !endpoint)
        return BAD_SOCKET;
    if (endpoint && endpoint->has_flow)
        known = &endpoint->flow;
    if (remote.length && (!known || known->local.length != remote.length))
        return INVALID_PARAMETER;
    if (known) {
        flow = *known;
        if (remote.length) {
            remote.port = port;
            flow.remote = remote;
        }
        if (!agent.stack->state)
            return NO_PRIMITIVE;
        result = agent.stack->state(agent.stack->with, endpoint ? endpoint->socket : -1, &flow, &state);
    }
    write_u8(response, state);
    return result;
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
        {IDENTIFY, identify},
        {CREATE_AND_BIND, create_and_bind},
        {BIND, bind_socket},
        {LISTEN_AND_ACCEPT, listen_and_accept},
        {CONNECT, connect_socket},
        {OPEN_AND_SEND, open_and_send},
        {SEND_DATA, send_data},
        {RECEIVE_AND_FORWARD, receive_and_forward},
        {CONFIGURE_SOCKET, configure_socket},
        {SHUTDOWN, shut_down},
        {CLOSE_SOCKET, close_socket},
        {GET_PARAMETER, get_parameter},
        {AT_MARK, at_mark},
        {ERRORS, errors},
        {URGENT_DATA, urgent_data},
        {SOCKET_STATE, socket_state},
    };
    size_t at;
    for (at = 0; at < sizeof calls / sizeof calls[0]; at++)
        if (calls[at].primitive == primitive)
            return calls[at].call(session, request, response);
    return NO_PRIMITIVE;
}
