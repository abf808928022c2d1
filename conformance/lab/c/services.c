/* What each service says and answers. A connection is closed as soon as its peer has closed and what was owed is sent. */
#include "services.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "protocol.h"

enum { CONNECTIONS = 96, BACKLOG_ROOM = 64, ROOM = 8192, LINE = 72, PRINTABLE = '~' - ' ' + 1 };

struct service {
    uint16_t port;
    int echoes, endless, brief; /* answers what it hears; speaks on and on; closes when it has spoken */
};

static const struct service services[] = {{7, 1, 0, 0}, {9, 0, 0, 0}, {13, 0, 0, 1}, {19, 0, 1, 0}};
enum { SERVICES = sizeof services / sizeof services[0] };

struct connection {
    const struct service *service; /* NULL: this entry is free */
    int socket, ending;
    unsigned long born;
    size_t owed, at;
    uint8_t octets[ROOM];
};

static const struct stack *stack;
static struct {
    const struct service *service;
    int socket;
} listeners[2 * SERVICES];
static int listener_count;
static struct connection connections[CONNECTIONS];
static unsigned long births;

static void watch(int socket, int mask)
{
    if (stack->watch)
        stack->watch(stack->with, socket, mask);
}

static int ready(int socket, int mask)
{
    return stack->ready ? stack->ready(stack->with, socket, mask) : mask;
}

static int interest(const struct connection *connection)
{
    int more = connection->ending ? 0 : WATCH_READ;
    if (connection->owed || connection->service->endless)
        return WATCH_WRITE | (connection->service->endless ? more : 0);
    return more;
}

static void end(struct connection *connection, void (*how)(void *with, int socket))
{
    watch(connection->socket, 0);
    how(stack->with, connection->socket);
    connection->service = NULL;
}

static void speak(struct connection *connection)
{
    time_t now = time(NULL);
    size_t at;
    connection->at = 0;
    if (connection->service->brief) {
        connection->owed = strftime((char *)connection->octets, ROOM, "%Y-%m-%d %H:%M:%S\r\n", gmtime(&now));
        connection->ending = 1;
    } else if (connection->service->endless) {
        for (at = 0; at + LINE + 2 <= ROOM; at += LINE + 2) {
            size_t column;
            for (column = 0; column < LINE; column++)
                connection->octets[at + column] = (uint8_t)(' ' + (at / (LINE + 2) + column) % PRINTABLE);
            memcpy(connection->octets + at + LINE, "\r\n", 2);
        }
        connection->owed = at;
    }
}

/* Return a free entry; the oldest connection is reset where there is none. */
static struct connection *room(void)
{
    struct connection *at, *oldest = connections;
    for (at = connections; at < connections + CONNECTIONS; at++) {
        if (!at->service)
            return at;
        if (at->born < oldest->born)
            oldest = at;
    }
    end(oldest, stack->abort);
    return oldest;
}

static void accept_all(const struct service *service, int listener)
{
    struct connection *connection;
    struct place remote;
    int socket;
    while (stack->accept(stack->with, listener, &socket, &remote) == OK) {
        connection = room();
        connection->service = service;
        connection->socket = socket;
        connection->ending = 0;
        connection->born = ++births;
        connection->owed = connection->at = 0;
        speak(connection);
        watch(socket, interest(connection));
    }
}

static int hear(struct connection *connection)
{
    uint8_t lost[ROOM];
    size_t got = 0;
    int keeps = connection->service->echoes;
    int result = stack->receive(stack->with, connection->socket, keeps ? connection->octets : lost, ROOM, &got);
    if (result == PENDING)
        return OK;
    if (result == OK && got == 0) {
        connection->ending = 1;
        connection->owed = connection->service->endless ? 0 : connection->owed;
    } else if (result == OK && keeps) {
        connection->owed = got;
        connection->at = 0;
    }
    return result;
}

static int say(struct connection *connection)
{
    size_t taken = 0;
    int result = stack->send(stack->with, connection->socket, connection->octets + connection->at,
                             connection->owed - connection->at, 0, &taken);
    connection->at += taken;
    if (connection->at == connection->owed) {
        connection->owed = connection->at = 0;
        if (connection->service->endless)
            speak(connection);
    }
    return result == PENDING ? OK : result;
}

static void turn(struct connection *connection)
{
    int wanted = interest(connection), is = ready(connection->socket, wanted), result = OK;
    if (is & WATCH_READ)
        result = hear(connection);
    if (result == OK && connection->owed && (is & WATCH_WRITE || !stack->ready || is & WATCH_READ))
        result = say(connection);
    if (result != OK)
        end(connection, stack->close);
    else if (connection->ending && !connection->owed)
        end(connection, stack->close);
    else if (interest(connection) != wanted)
        watch(connection->socket, interest(connection));
}

void services_turn(void)
{
    int at;
    for (at = 0; at < CONNECTIONS; at++)
        if (connections[at].service)
            turn(&connections[at]);
    for (at = 0; at < listener_count; at++)
        if (ready(listeners[at].socket, WATCH_READ))
            accept_all(listeners[at].service, listeners[at].socket);
}

static int listen_at(const struct service *service, int address_length)
{
    struct place place = {0};
    int socket;
    place.length = (uint8_t)address_length;
    place.port = service->port;
    if (stack->open(stack->with, address_length, &socket) != OK)
        return 0;
    if (stack->bind(stack->with, socket, &place) != OK || stack->listen(stack->with, socket, BACKLOG_ROOM) != OK)
        return 0;
    listeners[listener_count].service = service;
    listeners[listener_count++].socket = socket;
    watch(socket, WATCH_READ);
    return 1;
}

int services_begin(const struct stack *of, const int address_lengths[2])
{
    int at, which;
    stack = of;
    for (which = 0; which < 2; which++)
        for (at = 0; at < (int)SERVICES; at++)
            if (address_lengths[which] && !listen_at(&services[at], address_lengths[which]))
                return 0;
    return 1;
}
