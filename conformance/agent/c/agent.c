/* Messages in and out, and what there is to do in time. */
#include "core.h"

#include <string.h>

struct agent agent;

enum { RESPONSE_ROOM = 128, EVENT_ROOM = HEADER + 2 + 2 + PIECE };

void agent_begin(const struct stack *stack, const struct limits *limits, agent_reply reply, void *with)
{
    memset(&agent, 0, sizeof agent);
    agent.stack = stack;
    agent.limits = *limits;
    if (agent.limits.sockets > AGENT_SOCKETS)
        agent.limits.sockets = AGENT_SOCKETS;
    agent.reply = reply;
    agent.with = with;
}

/* Messages */

static void begin(struct writer *to, uint8_t *octets, size_t room, int primitive, enum kind kind, int result)
{
    to->octets = octets;
    to->length = 0;
    to->room = room;
    to->broken = 0;
    write_u16(to, SERVICE);
    write_u8(to, (unsigned)(primitive >> 8 | (kind == EVENT ? EVENT_BIT : 0)));
    write_u8(to, (unsigned)primitive & 0xFF);
    write_u32(to, 0); /* the length, when it is known */
    write_u32(to, 0);
    write_u16(to, 0x0101);
    write_u8(to, kind);
    write_u8(to, (unsigned)result);
}

void begin_event(struct writer *to, enum primitive primitive, int result)
{
    static uint8_t room[EVENT_ROOM];
    begin(to, room, sizeof room, primitive, EVENT, result);
}

static void transmit(const struct tester *tester, struct writer *message)
{
    struct writer length = {message->octets + 4, 0, 4, 0};
    write_u32(&length, (uint32_t)(message->length - COVERED));
    if (!message->broken)
        agent.reply(agent.with, tester, message->octets, message->length);
}

void send_message(const struct session *session, struct writer *message)
{
    transmit(&session->tester, message);
}

static void respond(const struct tester *tester, int primitive, int result)
{
    uint8_t room[RESPONSE_ROOM];
    struct writer message;
    begin(&message, room, sizeof room, primitive, RESPONSE, result);
    transmit(tester, &message);
}

/* Return the primitive that a request asks for, with its data in `data`; -1 when the datagram is no request. */
static int request_of(const uint8_t *datagram, size_t length, struct reader *data)
{
    struct reader from = {datagram, length, 0};
    int service = read_u16(&from), primitive = read_u16(&from);
    uint32_t covered = read_u32(&from);
    int versions, kind, result;
    read_u32(&from);
    versions = read_u16(&from);
    kind = read_u8(&from);
    result = read_u8(&from);
    if (from.broken || service != SERVICE || covered != COVERED + from.left || versions != 0x0101)
        return -1;
    if (kind != REQUEST || result != OK || primitive & EVENT_BIT << 8)
        return -1;
    *data = from;
    return primitive;
}

void agent_datagram(const struct tester *tester, const uint8_t *datagram, size_t length, uint64_t now)
{
    struct reader data;
    uint8_t room[RESPONSE_ROOM];
    struct writer message;
    struct session *session;
    int primitive = request_of(datagram, length, &data);
    int result;
    if (primitive < 0)
        return;
    session = session_of(tester);
    if (!session) {
        respond(tester, primitive, NO_RESOURCES);
        return;
    }
    session->heard = now;
    begin(&message, room, sizeof room, primitive, RESPONSE, OK);
    result = call(session, primitive, &data, &message);
    if (result == OK)
        transmit(tester, &message);
    else
        respond(tester, primitive, result);
    session->used = session->sockets || session->remembered; /* asking alone takes no memory */
}

/* Some socket has new urgent data: tell the testers concerned. */
static void look_for_urgent(void)
{
    int at;
    for (at = 0; at < agent.top; at++)
        if (agent.endpoints[at].session && agent.endpoints[at].number)
            endpoint_look_for_urgent(&agent.endpoints[at]);
}

void agent_turn(uint64_t now)
{
    struct session *session;
    int at;
    for (at = 0; at < agent.top; at++)
        if (agent.endpoints[at].session && agent.endpoints[at].mask)
            endpoint_turn(&agent.endpoints[at]);
    if (agent.stack->urgent_news && agent.stack->urgent_news(agent.stack->with))
        look_for_urgent();
    for (session = agent.sessions; agent.limits.idle && session < agent.sessions + AGENT_SESSIONS; session++)
        if (session->used && now - session->heard >= agent.limits.idle) {
            abort_all(session);
            session->used = 0;
        }
}

int64_t agent_due(uint64_t now)
{
    const struct session *session;
    int64_t due = -1, its;
    for (session = agent.sessions; agent.limits.idle && session < agent.sessions + AGENT_SESSIONS; session++)
        if (session->used) {
            its = (int64_t)(session->heard + agent.limits.idle) - (int64_t)now;
            its = its < 0 ? 0 : its;
            due = due < 0 || its < due ? its : due;
        }
    return due;
}

void agent_end(void)
{
    struct session *session;
    for (session = agent.sessions; session < agent.sessions + AGENT_SESSIONS; session++)
        if (session->used)
            abort_all(session);
}
