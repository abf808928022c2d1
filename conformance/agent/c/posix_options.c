/* CONFIGURE_SOCKET: the parameters that a socket option stands behind, on the system at hand. */
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>

#include "octets.h"
#include "posix.h"
#include "protocol.h"

enum { SEVEN_WORDS = 40, MOST = 0x7FFFFFFF };

struct setting {
    int parameter, level, option, low, high;
};

static const struct setting settings[] = {
    {MSS, IPPROTO_TCP, TCP_MAXSEG, 1, 0xFFFF},
    {RECEIVE_BUFFER, SOL_SOCKET, SO_RCVBUF, 0, MOST},
    {SEND_BUFFER, SOL_SOCKET, SO_SNDBUF, 0, MOST},
    {KEEP_ALIVE, SOL_SOCKET, SO_KEEPALIVE, 0, 1},
    {URGENT_INLINE, SOL_SOCKET, SO_OOBINLINE, 0, 1},
    {REUSE_ADDRESS, SOL_SOCKET, SO_REUSEADDR, 0, 1},
#ifdef TCP_KEEPIDLE
    {KEEP_ALIVE_IDLE, IPPROTO_TCP, TCP_KEEPIDLE, 1, MOST},
#endif
#ifdef TCP_KEEPINTVL
    {KEEP_ALIVE_INTERVAL, IPPROTO_TCP, TCP_KEEPINTVL, 1, MOST},
#endif
#ifdef TCP_KEEPCNT
    {KEEP_ALIVE_COUNT, IPPROTO_TCP, TCP_KEEPCNT, 1, MOST},
#endif
#ifdef TCP_USER_TIMEOUT
    {USER_TIMEOUT_AFTER, IPPROTO_TCP, TCP_USER_TIMEOUT, 0, MOST},
#endif
#ifdef TCP_LINGER2
    {FIN_WAIT_2_TIMEOUT, IPPROTO_TCP, TCP_LINGER2, 0, MOST},
#endif
#ifdef TCP_SYNCNT
    {SYN_RETRIES, IPPROTO_TCP, TCP_SYNCNT, 1, 0xFF},
#endif
#ifdef __linux__
    {LONGEST_TIMEOUT, IPPROTO_TCP, 44, 0, MOST}, /* TCP_RTO_MAX_MS, since Linux 6.15 */
#endif
#ifdef TCP_WINDOW_CLAMP
    {WINDOW_CLAMP, IPPROTO_TCP, TCP_WINDOW_CLAMP, 0, MOST},
#endif
};

static int set(int socket, int level, int option, int value)
{
    return setsockopt(socket, level, option, &value, sizeof value) < 0 ? INVALID_PARAMETER : OK;
}

/* Set an octet of the IP header; each family has its own. */
static int set_octet(int socket, int ipv6, int parameter, int32_t number)
{
    if (number < 0 || number > 0xFF)
        return INVALID_PARAMETER;
    if (!ipv6)
        return set(socket, IPPROTO_IP, parameter == TTL ? IP_TTL : IP_TOS, number);
    if (parameter == TTL)
        return set(socket, IPPROTO_IPV6, IPV6_UNICAST_HOPS, number);
#ifdef IPV6_TCLASS
    if (parameter == TRAFFIC_CLASS)
        return set(socket, IPPROTO_IPV6, IPV6_TCLASS, number);
#endif
    return INVALID_PARAMETER;
}

/* Have ICMP errors reported unasked. */
static int set_error_reports(int socket, int ipv6, int32_t number)
{
    if (number < 0 || number > 1)
        return INVALID_PARAMETER;
#if defined IP_RECVERR && defined IPV6_RECVERR
    return ipv6 ? set(socket, IPPROTO_IPV6, IPV6_RECVERR, number) : set(socket, IPPROTO_IP, IP_RECVERR, number);
#else
    (void)socket, (void)ipv6;
    return INVALID_PARAMETER;
#endif
}

static int set_dont_fragment(int socket, int ipv6, int32_t number)
{
    if (number < 0 || number > 1)
        return INVALID_PARAMETER;
#if defined IP_MTU_DISCOVER && defined IPV6_MTU_DISCOVER
    return ipv6 ? set(socket, IPPROTO_IPV6, IPV6_MTU_DISCOVER, number ? IPV6_PMTUDISC_DO : IPV6_PMTUDISC_DONT)
                : set(socket, IPPROTO_IP, IP_MTU_DISCOVER, number ? IP_PMTUDISC_DO : IP_PMTUDISC_DONT);
#elif defined IP_DONTFRAG && defined IPV6_DONTFRAG
    return ipv6 ? set(socket, IPPROTO_IPV6, IPV6_DONTFRAG, number) : set(socket, IPPROTO_IP, IP_DONTFRAG, number);
#else
    (void)socket, (void)ipv6;
    return INVALID_PARAMETER;
#endif
}

/* Choose congestion control by the number of the RFC that tells it. */
static int set_congestion_control(int socket, int32_t number)
{
#ifdef TCP_CONGESTION
    const char *name = number == 5681 ? "reno" : number == 9438 ? "cubic" : "";
    return setsockopt(socket, IPPROTO_TCP, TCP_CONGESTION, name, (socklen_t)strlen(name)) < 0 ? INVALID_PARAMETER : OK;
#else
    (void)socket, (void)number;
    return INVALID_PARAMETER;
#endif
}

static int is_ipv6(int socket)
{
    struct sockaddr_storage address;
    socklen_t size = sizeof address;
    return getsockname(socket, (struct sockaddr *)&address, &size) == 0 && address.ss_family == AF_INET6;
}

int posix_parameter(void *with, int socket, int parameter, uint32_t *value)
{
    size_t at;
    (void)with;
    if (parameter == RECEIVED_TRAFFIC_CLASS)
        return posix_received_traffic_class(socket, is_ipv6(socket), value);
    for (at = 0; at < sizeof settings / sizeof settings[0]; at++)
        if (settings[at].parameter == parameter) {
            int number = 0;
            socklen_t size = sizeof number;
            if (getsockopt(socket, settings[at].level, settings[at].option, &number, &size) < 0)
                return INVALID_PARAMETER;
            *value = number < 0 ? 0 : (uint32_t)number;
            return OK;
        }
    return INVALID_PARAMETER;
}

int posix_configure(void *with, int socket, int parameter, const uint8_t *value, size_t length)
{
    int32_t number = number_of(value, length);
    int ipv6 = is_ipv6(socket);
    size_t at;
    (void)with;
    switch (parameter) {
    case TTL:
    case TRAFFIC_CLASS:
    case TOS:
        return set_octet(socket, ipv6, parameter, number);
    case DONT_FRAGMENT:
        return set_dont_fragment(socket, ipv6, number);
    case ERROR_REPORTS:
        return set_error_reports(socket, ipv6, number);
    case RECEIVED_TRAFFIC_CLASS:
        return posix_remember_traffic_class(socket, ipv6, number);
    case CONGESTION_CONTROL:
        return set_congestion_control(socket, number);
    case IP_TIMESTAMP:
        if (ipv6 || length > SEVEN_WORDS || setsockopt(socket, IPPROTO_IP, IP_OPTIONS, value, (socklen_t)length) < 0)
            return INVALID_PARAMETER;
        return OK;
    case NAGLE:
        return number == 0 || number == 1 ? set(socket, IPPROTO_TCP, TCP_NODELAY, !number) : INVALID_PARAMETER;
    }
    for (at = 0; at < sizeof settings / sizeof settings[0]; at++)
        if (settings[at].parameter == parameter && number >= settings[at].low && number <= settings[at].high)
            return set(socket, settings[at].level, settings[at].option, number);
    return INVALID_PARAMETER;
}
