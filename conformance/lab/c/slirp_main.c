/* libslirp on whole frames: `slirp FRAMES IPV4 MASK IPV6 LENGTH RELAY4 RELAY6`, where FRAMES is the number of a descriptor
 * that gives and takes them, and the relays are addresses of the loopback interface that nobody else uses. The agent is
 * controlled over standard input and output. */
#include <arpa/inet.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "agent.h"
#include "posix.h"
#include "services.h"
#include "slirp.h"
#include "stream.h"

enum { FRAME = 2048, BURST = 64, CONTROL = 0, FRAMES = 1, OTHERS = 2, TICK = 499 /* milliseconds */ };

static int frames;
static Slirp *slirp;
static struct pollfd polled[POSIX_SOCKETS + OTHERS];
static size_t polled_count;
static int64_t ticked;

/* What libslirp asks of us */

static ssize_t send_packet(const void *octets, size_t length, void *with)
{
    (void)with;
    return write(frames, octets, length);
}

static void guest_error(const char *message, void *with)
{
    (void)message, (void)with; /* our peer's misbehaviour is what it is for */
}

static int64_t clock_get_ns(void *with)
{
    struct timespec now;
    (void)with;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

/* Its one timer announces a router, whom nobody here looks for. */
static void *timer_new(SlirpTimerCb call, void *with_call, void *with)
{
    (void)call, (void)with_call, (void)with;
    return &slirp;
}

static void timer_free(void *timer, void *with)
{
    (void)timer, (void)with;
}

static void timer_mod(void *timer, int64_t when, void *with)
{
    (void)timer, (void)when, (void)with;
}

static void register_poll_fd(int socket, void *with)
{
    (void)with;
    slirp_relay_born(socket);
}

static void unregister_poll_fd(int socket, void *with)
{
    (void)with;
    slirp_relay_dead(socket);
}

static void notify(void *with)
{
    (void)with; /* we look at all before we wait */
}

static const SlirpCb callbacks = {
    .send_packet = send_packet,
    .guest_error = guest_error,
    .clock_get_ns = clock_get_ns,
    .timer_new = timer_new,
    .timer_free = timer_free,
    .timer_mod = timer_mod,
    .register_poll_fd = register_poll_fd,
    .unregister_poll_fd = unregister_poll_fd,
    .notify = notify,
};

static int start(char **words, struct slirp_ends *ends)
{
    static struct sockaddr_in outbound = {.sin_family = AF_INET};
    static struct sockaddr_in6 outbound6 = {.sin6_family = AF_INET6};
    SlirpConfig config;
    memset(&config, 0, sizeof config);
    config.version = 4;
    config.in_enabled = config.in6_enabled = config.disable_dns = config.disable_dhcp = 1;
    config.if_mtu = config.if_mru = 1500;
    config.vprefix_len = (uint8_t)atoi(words[5]);
    config.outbound_addr = &outbound;
    config.outbound_addr6 = &outbound6;
    if (inet_pton(AF_INET, words[2], &config.vhost) != 1 || inet_pton(AF_INET, words[3], &config.vnetmask) != 1 ||
        inet_pton(AF_INET6, words[4], &config.vhost6) != 1 || inet_pton(AF_INET, words[6], &outbound.sin_addr) != 1 ||
        inet_pton(AF_INET6, words[7], &outbound6.sin6_addr) != 1)
        return 0;
    config.vnetwork.s_addr = config.vhost.s_addr & config.vnetmask.s_addr;
    memcpy(&config.vprefix_addr6, &config.vhost6, config.vprefix_len / 8);
    memcpy(ends->ours[0], &config.vhost, 4);
    memcpy(ends->ours[1], &config.vhost6, 16);
    memcpy(ends->relays[0], &outbound.sin_addr, 4);
    memcpy(ends->relays[1], &outbound6.sin6_addr, 16);
    slirp = slirp_new(&config, &callbacks, NULL);
    return slirp != NULL;
}

/* Its sockets, among those that we wait for */

static int add_poll(int socket, int events, void *with)
{
    short wanted = 0;
    (void)with;
    wanted |= events & SLIRP_POLL_IN ? POLLIN : 0;
    wanted |= events & SLIRP_POLL_OUT ? POLLOUT : 0;
    wanted |= events & SLIRP_POLL_PRI ? POLLPRI : 0;
    polled[polled_count] = (struct pollfd){socket, wanted, 0};
    return (int)polled_count++;
}

static int get_revents(int at, void *with)
{
    short is = polled[at].revents;
    (void)with;
    return (is & POLLIN ? SLIRP_POLL_IN : 0) | (is & POLLOUT ? SLIRP_POLL_OUT : 0) | (is & POLLPRI ? SLIRP_POLL_PRI : 0) |
           (is & POLLERR ? SLIRP_POLL_ERR : 0) | (is & POLLHUP ? SLIRP_POLL_HUP : 0);
}

static uint32_t fill(uint32_t most)
{
    polled_count = OTHERS;
    slirp_pollfds_fill(slirp, &most, add_poll, NULL);
    return most;
}

static int64_t now_ms(void)
{
    return clock_get_ns(NULL) / 1000000;
}

/* Its timers tick when it is called and TICK has passed: it would let as much pass after each event. */
static int until_tick(int most)
{
    int64_t left = ticked + TICK - now_ms();
    return left < 0 ? 0 : left < most ? (int)left : most;
}

static void take_sockets(void)
{
    int64_t now = now_ms();
    ticked = now - ticked >= TICK ? now : ticked;
    slirp_pollfds_poll(slirp, 0, get_revents, NULL);
    slirp_relay_changed();
    slirp_tidy();
}

/* Debian's build of 4.7.0 dies of the first IPv4 datagram that it puts together (ip_reass, whose lists are read as one type and
 * written as another), and nothing else could be judged then: fragments are kept from it. */
static int is_fragment(const uint8_t *frame, ssize_t length)
{
    enum { TYPE = 12, FRAGMENT = 20, MORE_OR_OFFSET = 0x3F };
    return length > FRAGMENT + 1 && frame[TYPE] == 8 && frame[TYPE + 1] == 0 &&
           (frame[FRAGMENT] & MORE_OR_OFFSET || frame[FRAGMENT + 1]);
}

/* A connection to the user that a frame began is known when libslirp has looked at its socket: before the next frame. */
static void take_frames(void)
{
    uint8_t frame[FRAME];
    ssize_t length;
    int left;
    for (left = BURST; left && (length = read(frames, frame, sizeof frame)) > 0; left--) {
        if (is_fragment(frame, length))
            continue;
        slirp_relay_frame(frame, (size_t)length);
        slirp_input(slirp, frame, (int)length);
        if (!slirp_relay_taken())
            continue;
        fill(0);
        if (poll(polled + OTHERS, polled_count - OTHERS, 0) >= 0)
            take_sockets();
    }
}

int main(int count, char **words)
{
    static struct stack stack;
    static const int lengths[2] = {4, 16};
    struct slirp_ends ends;
    int control = 1, out = dup(1);
    memset(&ends, 0, sizeof ends);
    if (count != 8 || !start(words, &ends))
        return 2;
    dup2(2, 1); /* what a library has to say shall not end up in the stream */
    frames = atoi(words[1]);
    slirp_relay_begin(slirp, &ends);
    slirp_begin(&stack, slirp, &ends);
    if (!services_begin(&stack, lengths)) {
        perror("services");
        return 1;
    }
    stream_begin(&stack, 0, out);
    while (control) {
        int most = (int)fill(1000), readable;
        polled[CONTROL] = (struct pollfd){0, POLLIN, 0};
        polled[FRAMES] = (struct pollfd){frames, POLLIN, 0};
        posix_wait(polled, polled_count, until_tick(most));
        readable = polled[CONTROL].revents;
        take_sockets();
        take_frames();
        if (readable)
            control = stream_take(stream_now());
        agent_turn(stream_now());
        services_turn();
    }
    return 0;
}
