/* The table of calls, filled with POSIX sockets. */
#include "posix.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "protocol.h"

#ifndef MSG_NOSIGNAL
#define MSG_NOSIGNAL 0 /* SIGPIPE is ignored as well */
#endif

static unsigned the_interface;
static int told(int returned)
{
    return posix_result(returned < 0 ? errno : 0);
}

/* Take a new socket: it never waits, and its number fits the tables. */
static int take(int new, int *socket)
{
    if (new < 0)
        return told(new);
    if (new >= POSIX_SOCKETS || fcntl(new, F_SETFL, O_NONBLOCK) < 0) {
        close(new);
        return NO_RESOURCES;
    }
    fcntl(new, F_SETOWN, getpid()); /* SIGURG comes here */
    posix_no_reports(new);
    *socket = new;
    return OK;
}

static int stack_open(void *with, int address_length, int *number)
{
    int on = 1, result = take(socket(address_length == 16 ? AF_INET6 : AF_INET, SOCK_STREAM, 0), number);
    (void)with;
    if (result != OK)
        return result;
    setsockopt(*number, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (address_length == 16)
        setsockopt(*number, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on);
    return OK;
}

static int stack_bind(void *with, int socket, const struct place *local)
{
    struct sockaddr_storage address;
    socklen_t length = posix_address(local, the_interface, &address);
    (void)with;
    return told(bind(socket, (struct sockaddr *)&address, length));
}

static int stack_listen(void *with, int socket, int backlog)
{
    (void)with;
    return told(listen(socket, backlog));
}

static int stack_accept(void *with, int socket, int *accepted, struct place *remote)
{
    struct sockaddr_storage address;
    socklen_t length = sizeof address;
    int result = take(accept(socket, (struct sockaddr *)&address, &length), accepted);
    (void)with;
    if (result == OK)
        posix_place(&address, remote);
    return result;
}

static int stack_connect(void *with, int socket, const struct place *remote)
{
    struct sockaddr_storage address;
    socklen_t length = posix_address(remote, the_interface, &address);
    int result = connect(socket, (struct sockaddr *)&address, length);
    (void)with;
    if (result < 0 && errno == ECONNABORTED) /* so Linux says once more that the attempt before has failed */
        result = connect(socket, (struct sockaddr *)&address, length);
    if (result == 0 || errno == EINPROGRESS)
        posix_no_reports(socket);
    return told(result);
}

#ifdef MSG_FASTOPEN
enum { NO_COOKIE = 34 }; /* TCP_FASTOPEN_NO_COOKIE, which older headers do not name */

static int stack_open_and_send(void *with, int socket, const struct place *remote, const uint8_t *octets, size_t length,
                               size_t *taken)
{
    struct sockaddr_storage address;
    socklen_t size = posix_address(remote, the_interface, &address);
    int on = 1;
    ssize_t sent;
    (void)with;
    setsockopt(socket, IPPROTO_TCP, NO_COOKIE, &on, sizeof on);
    sent = sendto(socket, octets, length, MSG_NOSIGNAL | MSG_FASTOPEN, (struct sockaddr *)&address, size);
    *taken = sent < 0 ? 0 : (size_t)sent;
    return sent < 0 ? posix_result(errno) : OK;
}
#else
#define stack_open_and_send NULL
#endif

static int stack_connected(void *with, int socket)
{
    struct sockaddr_storage address;
    socklen_t length = sizeof address;
    struct pollfd poll_for = {socket, POLLOUT, 0};
    int number = 0;
    socklen_t size = sizeof number;
    (void)with;
    if (poll(&poll_for, 1, 0) == 0)
        return PENDING;
    if (getsockopt(socket, SOL_SOCKET, SO_ERROR, &number, &size) < 0)
        number = errno;
    /* Linux answers the first connect after success with success, whoever calls it: that one shall not be the tester.
     * A reset that came meanwhile is told to that call alone. */
    if (number == 0 && getpeername(socket, (struct sockaddr *)&address, &length) == 0 &&
        connect(socket, (struct sockaddr *)&address, length) < 0 && errno != EISCONN)
        number = errno;
    return posix_end(socket) != OK ? posix_end(socket) : posix_result(number);
}

static int stack_send(void *with, int socket, const uint8_t *octets, size_t length, int flags, size_t *taken)
{
    int how = MSG_NOSIGNAL | (flags & URGENT_FLAG ? MSG_OOB : 0);
    ssize_t sent = send(socket, octets, length, how);
    (void)with;
    if (sent < 0 && posix_soft(socket, errno))
        sent = send(socket, octets, length, how);
    *taken = sent < 0 ? 0 : (size_t)sent;
    return sent < 0 ? posix_result(errno) : OK;
}

static int stack_receive(void *with, int socket, uint8_t *octets, size_t room, size_t *got)
{
    ssize_t received = recv(socket, octets, room, 0);
    (void)with;
    *got = received < 0 ? 0 : (size_t)received;
    if (received < 0 && posix_soft(socket, errno))
        return PENDING;
    return received < 0 ? posix_result(errno) : received == 0 ? posix_end(socket) : OK;
}

static int stack_urgent(void *with, int socket, int take, uint8_t *what, uint8_t *octet)
{
    ssize_t received = recv(socket, octet, 1, MSG_OOB | (take ? 0 : MSG_PEEK));
    (void)with;
    if (received >= 0)
        *what = received ? URGENT_TAKEN : URGENT_ANNOUNCED; /* 0: the stream ends before it */
    else if (posix_result(errno) == PENDING)
        *what = URGENT_ANNOUNCED;
    else if (errno == EINVAL)
        *what = URGENT_NONE;
    else
        return posix_result(errno);
    return OK;
}

static int stack_at_mark(void *with, int socket, int *at_mark)
{
    (void)with;
    *at_mark = sockatmark(socket);
    return told(*at_mark);
}

static int stack_shutdown(void *with, int socket, int how)
{
    static const int hows[] = {SHUT_RD, SHUT_WR, SHUT_RDWR};
    (void)with;
    return told(shutdown(socket, hows[how]));
}

static void stack_close(void *with, int socket)
{
    (void)with;
    close(socket);
}

static void stack_abort(void *with, int socket)
{
    struct linger no_time = {1, 0};
    (void)with;
    setsockopt(socket, SOL_SOCKET, SO_LINGER, &no_time, sizeof no_time);
    close(socket);
}

static int stack_local(void *with, int socket, struct place *local)
{
    struct sockaddr_storage address;
    socklen_t length = sizeof address;
    (void)with;
    if (getsockname(socket, (struct sockaddr *)&address, &length) < 0)
        return posix_result(errno);
    posix_place(&address, local);
    return OK;
}

void posix_begin(struct stack *stack, unsigned interface)
{
    static const struct stack calls = {
        .open = stack_open,
        .bind = stack_bind,
        .listen = stack_listen,
        .accept = stack_accept,
        .connect = stack_connect,
        .connected = stack_connected,
        .send = stack_send,
        .receive = stack_receive,
        .shutdown = stack_shutdown,
        .close = stack_close,
        .abort = stack_abort,
        .local = stack_local,
        .state = posix_state,
        .numbers = posix_numbers,
        .configure = posix_configure,
        .parameter = posix_parameter,
        .open_and_send = stack_open_and_send,
        .urgent = stack_urgent,
        .urgent_news = posix_urgent_news,
        .at_mark = stack_at_mark,
        .reports = posix_reports,
        .watch = posix_watch,
        .ready = posix_ready,
    };
    the_interface = interface;
    *stack = calls;
    signal(SIGPIPE, SIG_IGN);
    posix_wait_begin();
}
