/* The command line of the agent: tcp-agent --bind ADDRESS[:PORT] --allow TESTER. Serves until SIGTERM or SIGINT. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "agent.h"
#include "command.h"
#include "posix.h"

enum { TURN = 64 }; /* datagrams read before others get their turn */

static int wake[2];
static struct command command;

static void note(int number)
{
    int before = errno;
    (void)number;
    (void)!write(wake[1], "", 1);
    errno = before;
}

static uint64_t now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (uint64_t)time.tv_sec * 1000 + (uint64_t)time.tv_nsec / 1000000;
}

/* A tester is the number of the control socket it speaks to, and its own place, as octets without gaps. */
static void pack(struct tester *tester, int control, const struct place *place)
{
    uint8_t *at = tester->octets;
    *at++ = (uint8_t)control;
    *at++ = (uint8_t)(place->port >> 8);
    *at++ = (uint8_t)place->port;
    memcpy(at, &place->scope, sizeof place->scope);
    at += sizeof place->scope;
    memcpy(at, place->octets, place->length);
    tester->length = (uint8_t)(at + place->length - tester->octets);
}

static void reply(void *with, const struct tester *tester, const uint8_t *datagram, size_t length)
{
    enum { BEFORE = 3 + sizeof(uint32_t) };
    struct place place = {0};
    struct sockaddr_storage address;
    socklen_t size;
    (void)with;
    place.port = (uint16_t)(tester->octets[1] << 8 | tester->octets[2]);
    memcpy(&place.scope, tester->octets + 3, sizeof place.scope);
    place.length = (uint8_t)(tester->length - BEFORE);
    memcpy(place.octets, tester->octets + BEFORE, place.length);
    size = posix_address(&place, 0, &address);
    /* What the network does not take now is lost, as UDP may lose it; an ICMP error of an earlier datagram is not ours. */
    if (sendto(command.controls[tester->octets[0]], datagram, length, 0, (struct sockaddr *)&address, size) < 0 &&
        errno == ECONNREFUSED)
        (void)!sendto(command.controls[tester->octets[0]], datagram, length, 0, (struct sockaddr *)&address, size);
}

static void take_datagrams(int control)
{
    static uint8_t datagram[0x10000];
    struct sockaddr_storage address;
    struct tester tester;
    struct place place;
    socklen_t size;
    ssize_t length;
    int left;
    for (left = TURN; left; left--) {
        size = sizeof address;
        length = recvfrom(command.controls[control], datagram, sizeof datagram, MSG_DONTWAIT,
                          (struct sockaddr *)&address, &size);
        if (length < 0)
            return; /* nothing more there, or an ICMP error, which concerns nobody */
        posix_place(&address, &place);
        if (!command_allows(&command, &place))
            continue;
        pack(&tester, control, &place);
        agent_datagram(&tester, datagram, (size_t)length, now());
    }
}

static void serve(void)
{
    struct pollfd others[CONTROLS + 1];
    int64_t due;
    int at;
    for (;;) {
        for (at = 0; at < command.control_count; at++)
            others[at] = (struct pollfd){command.controls[at], POLLIN, 0};
        others[at] = (struct pollfd){wake[0], POLLIN, 0};
        due = agent_due(now());
        posix_wait(others, (size_t)at + 1, due > 60000 ? 60000 : (int)due);
        if (others[at].revents)
            return;
        for (at = 0; at < command.control_count; at++)
            if (others[at].revents)
                take_datagrams(at);
        agent_turn(now());
    }
}

int main(int count, char **words)
{
    static struct stack stack;
    struct sigaction action;
    command_read(&command, count, words);
    if (pipe(wake) < 0 || fcntl(wake[1], F_SETFL, O_NONBLOCK) < 0) {
        perror("tcp-agent: pipe");
        return 1;
    }
    memset(&action, 0, sizeof action);
    action.sa_handler = note;
    sigaction(SIGTERM, &action, NULL);
    sigaction(SIGINT, &action, NULL);
    posix_begin(&stack, command.interface);
    agent_begin(&stack, &command.limits, reply, NULL);
    serve();
    agent_end();
    return 0;
}
