/* Which of libslirp's sockets serves which connection of the cable, and in what state that is. */
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "posix.h"
#include "protocol.h"
#include "slirp.h"

enum { ETHERNET = 14, IPV4 = 0x0800, IPV6 = 0x86DD, EXPECTED = 256 };

struct relay {
    int used;
    uint8_t state;
    struct place end; /* on the loopback interface */
    struct flow flow; /* on the cable */
};

static struct relay relays[POSIX_SOCKETS];
static struct flow heard; /* whose segment libslirp is taking; no port: nobody's */
static struct {
    struct place end;
    struct flow flow;
} expected[EXPECTED]; /* no port: a free entry */
static unsigned next_expected;
static Slirp *slirp;
static struct slirp_ends ends;
static int changed = 1, born;

static int same(const struct place *one, const struct place *other)
{
    return one->length == other->length && one->port == other->port &&
           memcmp(one->octets, other->octets, one->length) == 0;
}

void slirp_relay_begin(Slirp *of, const struct slirp_ends *with)
{
    slirp = of;
    ends = *with;
}

static void read_place(struct place *place, size_t length, const uint8_t *octets, const uint8_t *port)
{
    place->length = (uint8_t)length;
    memcpy(place->octets, octets, length);
    place->port = (uint16_t)(port[0] << 8 | port[1]);
}

/* libslirp makes a connection while it takes the SYN, so that the frame tells whose it is. */
void slirp_relay_frame(const uint8_t *frame, size_t length)
{
    const uint8_t *ip, *tcp;
    size_t address, from;
    int type;
    memset(&heard, 0, sizeof heard);
    born = 0;
    if (length < ETHERNET + 40)
        return;
    changed = 1;
    ip = frame + ETHERNET;
    type = frame[12] << 8 | frame[13];
    if (type == IPV4 && ip[9] == IPPROTO_TCP) {
        address = 4, from = 12;
        tcp = ip + 4 * (ip[0] & 0x0F);
    } else if (type == IPV6 && ip[6] == IPPROTO_TCP && length >= ETHERNET + 44) {
        address = 16, from = 8;
        tcp = ip + 40;
    } else {
        return;
    }
    if (tcp + 4 > frame + length)
        return;
    read_place(&heard.remote, address, ip + from, tcp);
    read_place(&heard.local, address, ip + from + address, tcp + 2);
}

int slirp_relay_taken(void)
{
    memset(&heard, 0, sizeof heard);
    return born;
}

void slirp_relay_expect(const struct place *end, const struct flow *flow)
{
    expected[next_expected % EXPECTED].end = *end;
    expected[next_expected++ % EXPECTED].flow = *flow;
}

static const struct flow *expected_at(const struct place *end)
{
    size_t at;
    for (at = 0; at < EXPECTED; at++)
        if (expected[at].end.port && same(&expected[at].end, end)) {
            expected[at].end.port = 0;
            return &expected[at].flow;
        }
    return NULL;
}

void slirp_relay_born(int socket)
{
    struct sockaddr_storage address;
    socklen_t length = sizeof address;
    const struct flow *flow = &heard;
    struct relay *relay;
    if (socket < 0 || socket >= POSIX_SOCKETS || getsockname(socket, (struct sockaddr *)&address, &length) < 0)
        return;
    relay = &relays[socket];
    memset(relay, 0, sizeof *relay);
    posix_place(&address, &relay->end);
    if (!heard.local.port && !(flow = expected_at(&relay->end)))
        return;
    relay->flow = *flow;
    relay->used = changed = born = 1;
}

void slirp_relay_dead(int socket)
{
    struct tcp_info info;
    socklen_t length = sizeof info;
    if (socket < 0 || socket >= POSIX_SOCKETS || !relays[socket].used)
        return;
    memset(&info, 0, sizeof info);
    getsockopt(socket, IPPROTO_TCP, TCP_INFO, &info, &length);
    /* Where libslirp has not ended the stream, its end now is that of a connection which broke off. */
    slirp_ended(socket, info.tcpi_state != TCP_ESTABLISHED && info.tcpi_state != TCP_CLOSE_WAIT);
    relays[socket].used = 0;
    changed = 1;
}

int slirp_relay_at(const struct place *end, uint16_t port)
{
    int at;
    for (at = 0; at < POSIX_SOCKETS; at++)
        if (relays[at].used && relays[at].flow.local.port == port && same(&relays[at].end, end))
            return at;
    return -1;
}

int slirp_relay_of(const struct flow *flow)
{
    int at;
    for (at = 0; at < POSIX_SOCKETS; at++)
        if (relays[at].used && relays[at].flow.local.port == flow->local.port &&
            same(&relays[at].flow.remote, &flow->remote))
            return at;
    return -1;
}

const struct flow *slirp_relay_flow(int socket)
{
    return &relays[socket].flow;
}

void slirp_relay_changed(void)
{
    changed = 1;
}

/* Read the table that libslirp shows its operator: a line for each connection, with its state and its socket. */
static void read_table(void)
{
    static const char *const names[] = {"CLOSED",     "LISTEN",     "SYN_SENT",   "SYN_RCVD", "ESTABLISHED", "FIN_WAIT_1",
                                        "FIN_WAIT_2", "CLOSE_WAIT", "LAST_ACK",   "CLOSING",  "TIME_WAIT"};
    char *table = slirp_connection_info(slirp), *line, *rest = table, name[16];
    size_t at;
    int socket;
    while ((line = strtok_r(NULL, "\n", &rest)) != NULL) {
        if (sscanf(line, " TCP[%15[A-Z_0-9]] %d", name, &socket) != 2 || socket < 0 || socket >= POSIX_SOCKETS)
            continue;
        for (at = 0; at < sizeof names / sizeof names[0]; at++)
            if (strcmp(name, names[at]) == 0)
                relays[socket].state = (uint8_t)(at + 1);
    }
    free(table);
    changed = 0;
}

uint8_t slirp_relay_state(int socket)
{
    if (socket < 0 || !relays[socket].used)
        return STATE_CLOSED;
    if (changed)
        read_table();
    return relays[socket].used ? relays[socket].state : STATE_CLOSED;
}
