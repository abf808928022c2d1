/* What our private primitives do. */
#include "core.h"

#include <string.h>

static int identify(struct session *session, struct reader *request, struct writer *response)
{
    (void)session;
    write_text(response, IDENTITY);
    return read_whole(request) ? OK : INVALID_PARAMETER;
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

static int status(struct session *session, struct reader *request, struct writer *response)
{
    struct endpoint *endpoint = find(session, read_u16(request));
    struct numbers numbers;
    int result;
    if (!read_whole(request))
        return INVALID_PARAMETER;
    if (!endpoint)
        return BAD_SOCKET;
    if (!endpoint->has_flow || endpoint->listening)
        return DOES_NOT_EXIST;
    if (!agent.stack->numbers)
        return NO_PRIMITIVE;
    memset(&numbers, 0xFF, sizeof numbers);
    result = agent.stack->numbers(agent.stack->with, endpoint->socket, &numbers);
    write_octets(response, endpoint->flow.local.octets, endpoint->flow.local.length);
    write_u16(response, endpoint->flow.local.port);
    write_octets(response, endpoint->flow.remote.octets, endpoint->flow.remote.length);
    write_u16(response, endpoint->flow.remote.port);
    write_u32(response, numbers.send_window);
    write_u32(response, numbers.receive_window);
    write_u32(response, numbers.unacknowledged);
    write_u32(response, numbers.unread);
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

int call_private(struct session *session, int primitive, struct reader *request, struct writer *response)
{
    static const struct {
        int primitive;
        int (*call)(struct session *session, struct reader *request, struct writer *response);
    } calls[] = {
        {IDENTIFY, identify},
        {BIND, bind_socket},
        {OPEN_AND_SEND, open_and_send},
        {GET_PARAMETER, get_parameter},
        {STATUS, status},
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
