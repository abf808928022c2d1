/* Datagrams in and out of a stream. */
#include "stream.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "agent.h"

enum { BEFORE = 4, MOST = 0xFFFF, SOCKETS = 1024, PER_SESSION = 256, IDLE = 300000 };

static int in, out, tells;
static uint8_t room[BEFORE + MOST];
static size_t filled;

/* Write it all: a frame that is broken off would break all that follow. */
static void write_all(const uint8_t *octets, size_t length)
{
    while (length) {
        ssize_t written = write(out, octets, length);
        if (written < 0 && errno == EAGAIN) {
            struct pollfd until = {out, POLLOUT, 0};
            poll(&until, 1, -1);
        } else if (written < 0 && errno != EINTR) {
            _exit(1);
        } else if (written > 0) {
            octets += written;
            length -= (size_t)written;
        }
    }
}

static void reply(void *with, const struct tester *tester, const uint8_t *datagram, size_t length)
{
    static uint8_t frame[BEFORE + MOST];
    (void)with;
    if (length > MOST)
        return;
    frame[0] = (uint8_t)(length >> 8);
    frame[1] = (uint8_t)length;
    memcpy(frame + 2, tester->octets, 2);
    memcpy(frame + BEFORE, datagram, length);
    write_all(frame, BEFORE + length);
}

uint64_t stream_now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (uint64_t)time.tv_sec * 1000 + (uint64_t)time.tv_nsec / 1000000;
}

void stream_begin(const struct stack *stack, int from, int to)
{
    static const struct limits limits = {SOCKETS, PER_SESSION, IDLE};
    static const struct tester nobody = {2, {0}};
    in = from;
    out = to;
    agent_begin(stack, &limits, reply, NULL);
    reply(NULL, &nobody, NULL, 0);
}

void stream_tells_what_it_takes(void)
{
    tells = 1;
}

/* An empty datagram with the number of octets where an address would be. */
static void tell(ssize_t taken)
{
    const struct tester number = {2, {(uint8_t)(taken >> 8), (uint8_t)taken}};
    if (tells && taken > 0)
        reply(NULL, &number, NULL, 0);
}

int stream_take(uint64_t now)
{
    ssize_t got = read(in, room + filled, sizeof room - filled);
    size_t at = 0;
    if (got == 0 || (got < 0 && errno != EAGAIN && errno != EINTR))
        return 0;
    tell(got);
    filled += got > 0 ? (size_t)got : 0;
    while (filled - at >= BEFORE) {
        size_t length = (size_t)room[at] << 8 | room[at + 1];
        struct tester tester = {2, {room[at + 2], room[at + 3]}};
        if (filled - at < BEFORE + length)
            break;
        agent_datagram(&tester, room + at + BEFORE, length, now);
        at += BEFORE + length;
    }
    memmove(room, room + at, filled - at);
    filled -= at;
    return 1;
}
