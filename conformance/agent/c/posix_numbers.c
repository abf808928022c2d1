/* What STATUS tells of a connection beside its state (RFC 9293, section 3.9.1.5), as far as the system at hand does. */
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/ioctl.h>

#include "posix.h"
#include "protocol.h"

#ifdef __linux__
enum { UNACKNOWLEDGED = 0x5411, UNREAD = 0x541B }; /* SIOCOUTQ, SIOCINQ */
enum { WINDOWS_AT = 228, ENOUGH = WINDOWS_AT + 8 }; /* octets before tcpi_snd_wnd, which Linux 6.2 has brought */
#endif

int posix_numbers(void *with, int socket, struct numbers *numbers)
{
    (void)with, (void)socket, (void)numbers;
#ifdef __linux__
    uint8_t info[ENOUGH];
    socklen_t size = sizeof info;
    int count;
    if (getsockopt(socket, IPPROTO_TCP, TCP_INFO, info, &size) == 0 && size == sizeof info) {
        memcpy(&numbers->send_window, info + WINDOWS_AT, 4);
        memcpy(&numbers->receive_window, info + WINDOWS_AT + 4, 4);
    }
    if (ioctl(socket, UNACKNOWLEDGED, &count) == 0)
        numbers->unacknowledged = (uint32_t)count;
    if (ioctl(socket, UNREAD, &count) == 0)
        numbers->unread = (uint32_t)count;
#endif
    return OK;
}
