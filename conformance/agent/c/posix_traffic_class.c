/* The traffic class of the packet that came last, which Linux remembers of a stream for those who have asked. */
#include <netinet/in.h>
#include <string.h>

#include "posix.h"
#include "protocol.h"

#ifdef __linux__
enum { PACKET_OPTIONS = 9, PACKET_OPTIONS_IPV6 = 6 }; /* IP_PKTOPTIONS, IPV6_2292PKTOPTIONS */
#endif

int posix_remember_traffic_class(int socket, int ipv6, int32_t on)
{
#ifdef __linux__
    int number = on == 1;
    int failed = ipv6 ? setsockopt(socket, IPPROTO_IPV6, IPV6_RECVTCLASS, &number, sizeof number)
                      : setsockopt(socket, IPPROTO_IP, IP_RECVTOS, &number, sizeof number);
    return failed || on < 0 || on > 1 ? INVALID_PARAMETER : OK;
#else
    (void)socket, (void)ipv6, (void)on;
    return INVALID_PARAMETER;
#endif
}

int posix_received_traffic_class(int socket, int ipv6, uint32_t *value)
{
#ifdef __linux__
    union {
        struct cmsghdr first;
        uint8_t octets[256];
    } control;
    socklen_t size = sizeof control;
    int number;
    if (getsockopt(socket, ipv6 ? IPPROTO_IPV6 : IPPROTO_IP, ipv6 ? PACKET_OPTIONS_IPV6 : PACKET_OPTIONS, &control,
                   &size) < 0 ||
        size < CMSG_LEN(sizeof number))
        return INVALID_PARAMETER;
    memcpy(&number, CMSG_DATA(&control.first), sizeof number);
    *value = (uint32_t)number & 0xFF;
    return OK;
#else
    (void)socket, (void)ipv6, (void)value;
    return INVALID_PARAMETER;
#endif
}
