/* Sessions: the sockets of each control address. */
#include "core.h"

#include <string.h>

struct session *session_of(const struct tester *tester)
{
    struct session *session, *unused = NULL;
    for (session = agent.sessions; session < agent.sessions + AGENT_SESSIONS; session++) {
        if (!session->used)
            unused = unused ? unused : session;
        else if (session->tester.length == tester->length &&
                 memcmp(session->tester.octets, tester->octets, tester->length) == 0)
            return session;
    }
    if (unused) {
        memset(unused, 0, sizeof *unused);
        unused->used = 1;
        unused->tester = *tester;
    }
    return unused;
}

void abort_all(struct session *session)
{
    int at;
    for (at = agent.top - 1; at >= 0; at--)
        if (agent.endpoints[at].session == session)
            endpoint_abort(&agent.endpoints[at]);
    for (at = 0; at < AGENT_REMEMBERED && session->remembered; at++)
        if (agent.closed[at].session == session) {
            agent.closed[at].session = NULL;
            session->remembered--;
        }
    session->number = 0;
}

struct endpoint *find(struct session *session, uint16_t number)
{
    int at;
    for (at = 0; number && at < agent.top; at++)
        if (agent.endpoints[at].session == session && agent.endpoints[at].number == number)
            return &agent.endpoints[at];
    return NULL;
}

int has_room(const struct session *session)
{
    return agent.sockets < agent.limits.sockets && session->sockets < agent.limits.sockets_per_session;
}

struct endpoint *adopt(struct session *session, int socket, int address_length)
{
    struct endpoint *endpoint = agent.endpoints;
    unsigned at;
    while (endpoint->session)
        endpoint++;
    memset(endpoint, 0, sizeof *endpoint);
    do /* counting up from 1, so that an id is not soon given again */
        session->number = session->number == 0xFFFF ? 1 : (uint16_t)(session->number + 1);
    while (find(session, session->number));
    for (at = 0; at < AGENT_REMEMBERED; at++)
        if (agent.closed[at].session == session && agent.closed[at].number == session->number) {
            agent.closed[at].session = NULL;
            session->remembered--;
        }
    endpoint->session = session;
    endpoint->socket = socket;
    endpoint->number = session->number;
    endpoint->address_length = (uint8_t)address_length;
    endpoint->backlog = endpoint->shutdown_later = -1;
    if (endpoint - agent.endpoints >= agent.top)
        agent.top = (int)(endpoint - agent.endpoints) + 1;
    agent.sockets++;
    session->sockets++;
    return endpoint;
}

void part_with(struct endpoint *endpoint)
{
    if (endpoint->has_flow) {
        if (agent.closed[agent.next_closed].session)
            agent.closed[agent.next_closed].session->remembered--;
        agent.closed[agent.next_closed].session = endpoint->session;
        agent.closed[agent.next_closed].number = endpoint->number;
        agent.closed[agent.next_closed].flow = endpoint->flow;
        agent.next_closed = (agent.next_closed + 1) % AGENT_REMEMBERED;
        endpoint->session->remembered++;
    }
    endpoint->number = 0;
}

const struct flow *remembered(const struct session *session, uint16_t number)
{
    int at;
    for (at = 0; session->remembered && at < AGENT_REMEMBERED; at++)
        if (agent.closed[at].session == session && agent.closed[at].number == number)
            return &agent.closed[at].flow;
    return NULL;
}

void released(struct endpoint *endpoint)
{
    int at;
    endpoint->session->sockets--;
    endpoint->session = NULL;
    agent.sockets--;
    while (agent.top && !agent.endpoints[agent.top - 1].session)
        agent.top--;
    for (at = 0; at < agent.top; at++)
        if (agent.endpoints[at].session && agent.endpoints[at].starved) {
            agent.endpoints[at].starved = 0;
            endpoint_set_watch(&agent.endpoints[at]);
        }
}
