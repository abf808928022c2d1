/* What the TCP reports of a connection that goes on (RFC 9293, section 3.9.1.8).
 *
 * An ICMP error is told by SO_ERROR: unasked (POLLERR) where the user wants that, otherwise when it is looked for. How
 * often a segment was retransmitted is told by TCP_INFO. Urgent data is told by POLLPRI, or by what reading it says. */
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>

#include "posix.h"
#include "protocol.h"

static uint8_t noted[POSIX_SOCKETS]; /* soft errors that came in place of the answer to a call */
static uint8_t ends[POSIX_SOCKETS];  /* results: how a connection ended, where SO_ERROR has told that here */

#ifdef __linux__
enum { CLOSED = 7, STATE = 0, RETRANSMISSIONS = 2 }; /* Linux's number; places in the first octets of TCP_INFO */

static int info(int socket, int at)
{
    uint8_t octets[3] = {CLOSED, 0, 0};
    socklen_t size = sizeof octets;
    getsockopt(socket, IPPROTO_TCP, TCP_INFO, octets, &size);
    return octets[at];
}

/* After how many retransmissions this system sees a problem: R1 (section 3.8.3), at least 3. */
static int r1(void)
{
    FILE *file = fopen("/proc/sys/net/ipv4/tcp_retries1", "r");
    int number = 3;
    if (file && fscanf(file, "%d", &number) != 1)
        number = 3;
    if (file)
        fclose(file);
    return number;
}
#endif

/* Whether the socket has a connection, or is about to have one. */
static int goes_on(int socket)
{
#ifdef __linux__
    return info(socket, STATE) != CLOSED;
#else
    struct sockaddr_storage address;
    socklen_t size = sizeof address;
    return getpeername(socket, (struct sockaddr *)&address, &size) == 0;
#endif
}

void posix_no_reports(int socket)
{
    noted[socket] = ends[socket] = OK;
}

int posix_end(int socket)
{
    return ends[socket];
}

int posix_soft(int socket, int number)
{
    if (posix_result(number) == PENDING || number == EPIPE || number == ENOTCONN || number == EINVAL ||
        number == ECONNRESET || number == ETIMEDOUT || !goes_on(socket))
        return 0;
    noted[socket] = 1;
    return 1;
}

/* Whether urgent data is announced or here, without taking it. */
static int is_urgent(int socket)
{
    uint8_t octet;
    ssize_t got = recv(socket, &octet, 1, MSG_OOB | MSG_PEEK | MSG_DONTWAIT);
    return got > 0 || (got < 0 && posix_result(errno) == PENDING);
}

int posix_reports(void *with, int socket, int asking, unsigned *reports)
{
    struct pollfd poll_for = {socket, POLLPRI, 0};
    int number = 0;
    socklen_t size = sizeof number;
    (void)with;
    *reports = noted[socket] ? 1u << REPORT_ICMP : 0;
    noted[socket] = 0;
    if (poll(&poll_for, 1, 0) < 0)
        poll_for.revents = 0;
    if ((asking || poll_for.revents & POLLERR) && goes_on(socket) &&
        getsockopt(socket, SOL_SOCKET, SO_ERROR, &number, &size) == 0 && number) {
        if (goes_on(socket))
            *reports |= 1u << REPORT_ICMP;
        else /* it came just then, and nobody else is told it */
            ends[socket] = (uint8_t)posix_result(number);
    }
    if (poll_for.revents & POLLPRI || (asking && is_urgent(socket)))
        *reports |= 1u << REPORT_URGENT;
#ifdef __linux__
    if (asking && info(socket, RETRANSMISSIONS) >= r1())
        *reports |= 1u << REPORT_RETRANSMISSIONS;
#endif
    return OK;
}
