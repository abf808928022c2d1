/* The state of a connection, read from the kernel's own tables.
 *
 * A socket's file descriptor is not enough: a connection in TIME-WAIT, or one that was released, is no longer behind it,
 * and a half-open connection of a listener never was. Linux tells them all: by sock_diag (netlink, which needs no
 * privilege), or in /proc/net/tcp where that is missing. */
#include "posix.h"
#include "protocol.h"

#ifdef __linux__

#include <errno.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* From Linux's numbers (include/net/tcp_states.h) to RFC 4022's. */
static uint8_t state_of(unsigned number)
{
    static const uint8_t states[] = {1, 5, 3, 4, 6, 7, 11, 1, 8, 9, 2, 10, 4};
    return number < sizeof states ? states[number] : STATE_CLOSED;
}

static int is_any(const struct place *place)
{
    static const uint8_t any[16];
    return memcmp(place->octets, any, place->length) == 0;
}

/* Where the kernel finds no connection it may name a listener instead: is it what was asked for? */
static int same(const struct inet_diag_sockid *id, const struct flow *flow)
{
    size_t length = flow->local.length; /* what follows an IPv4 address is undefined */
    return ntohs(id->idiag_sport) == flow->local.port && ntohs(id->idiag_dport) == flow->remote.port &&
           memcmp(id->idiag_dst, flow->remote.octets, length) == 0 &&
           (is_any(&flow->local) || memcmp(id->idiag_src, flow->local.octets, length) == 0);
}

/* Ask for exactly this flow, or for a dump of all that have its ports. Return 0, with the state; else an errno. */
static int ask(int link, const struct flow *flow, int dump, uint32_t states, uint8_t *state)
{
    static union {
        struct nlmsghdr first;
        uint8_t octets[0x10000];
    } answer;
    struct {
        struct nlmsghdr header;
        struct inet_diag_req_v2 body;
    } question;
    memset(&question, 0, sizeof question);
    question.header.nlmsg_len = sizeof question;
    question.header.nlmsg_type = SOCK_DIAG_BY_FAMILY;
    question.header.nlmsg_flags = (uint16_t)(NLM_F_REQUEST | (dump ? NLM_F_DUMP : 0));
    question.body.sdiag_family = flow->local.length == 16 ? AF_INET6 : AF_INET;
    question.body.sdiag_protocol = IPPROTO_TCP;
    question.body.idiag_states = states;
    question.body.id.idiag_sport = htons(flow->local.port);
    question.body.id.idiag_dport = htons(flow->remote.port);
    memcpy(question.body.id.idiag_src, flow->local.octets, flow->local.length);
    memcpy(question.body.id.idiag_dst, flow->remote.octets, flow->local.length);
    question.body.id.idiag_if = flow->local.scope;
    memset(question.body.id.idiag_cookie, 0xFF, sizeof question.body.id.idiag_cookie);
    if (send(link, &question, sizeof question, 0) < 0)
        return errno;
    for (;;) {
        ssize_t got = recv(link, &answer, sizeof answer, MSG_DONTWAIT); /* the kernel answers before send returns */
        size_t left = got < 0 ? 0 : (size_t)got;
        struct nlmsghdr *message = &answer.first;
        if (got < 0)
            return errno;
        for (; NLMSG_OK(message, left); message = NLMSG_NEXT(message, left)) {
            const struct inet_diag_msg *found = NLMSG_DATA(message);
            if (message->nlmsg_type == NLMSG_ERROR || message->nlmsg_type == NLMSG_DONE)
                return message->nlmsg_len < NLMSG_LENGTH(sizeof(int)) ? 0 : -*(const int *)NLMSG_DATA(message);
            if (message->nlmsg_len < NLMSG_LENGTH(sizeof *found))
                return EPROTO;
            if (same(&found->id, flow)) {
                *state = state_of(found->idiag_state);
                return 0;
            }
            if (!dump)
                return 0;
        }
    }
}

static int by_sock_diag(const struct flow *flow, uint8_t *state)
{
    const uint32_t all = 0xFFFFFFFF;
    int link = socket(AF_NETLINK, SOCK_DGRAM, NETLINK_SOCK_DIAG), number;
    if (link < 0)
        return errno;
    *state = STATE_CLOSED;
    number = ask(link, flow, is_any(&flow->local), all, state);
    if (number == ENOENT && !is_any(&flow->local))
        number = ask(link, flow, 1, 0, state); /* no such connection, or no such kernel module: a dump of nothing tells */
    close(link);
    return number;
}

/* Whether the table's text, words in the host's byte order, is this address. */
static int same_text(const char *text, const struct place *place)
{
    uint8_t octets[16] = {0};
    size_t at;
    if (strlen(text) != 2u * place->length)
        return 0;
    for (at = 0; at < place->length; at += 4) {
        uint32_t word;
        if (sscanf(text + 2 * at, "%8x", &word) != 1)
            return 0;
        memcpy(octets + at, &word, 4);
    }
    return memcmp(octets, place->octets, place->length) == 0;
}

static int by_table(const struct flow *flow, uint8_t *state)
{
    FILE *table = fopen(flow->local.length == 16 ? "/proc/net/tcp6" : "/proc/net/tcp", "r");
    char line[512], local[33], remote[33];
    unsigned local_port, remote_port, number;
    if (!table)
        return NO_PRIMITIVE;
    *state = STATE_CLOSED;
    while (fgets(line, sizeof line, table))
        if (sscanf(line, " %*[0-9]: %32[0-9A-Fa-f]:%x %32[0-9A-Fa-f]:%x %x", local, &local_port, remote, &remote_port,
                   &number) == 5 &&
            local_port == flow->local.port && remote_port == flow->remote.port && same_text(remote, &flow->remote) &&
            (is_any(&flow->local) || same_text(local, &flow->local))) {
            *state = state_of(number);
            break;
        }
    fclose(table);
    return OK;
}

int posix_state(void *with, int socket, const struct flow *flow, uint8_t *state)
{
    (void)with, (void)socket;
    return by_sock_diag(flow, state) == 0 ? OK : by_table(flow, state);
}

#else

int posix_state(void *with, int socket, const struct flow *flow, uint8_t *state)
{
    (void)with, (void)socket, (void)flow, (void)state;
    return NO_PRIMITIVE;
}

#endif
