/* Agent and plain services inside a guest with POSIX sockets, controlled over a stream: standard input and output, or the
 * terminal that is named. With --gvisor, what gVisor's kernel cannot do as Linux does is done otherwise. */
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <termios.h>
#include <unistd.h>

#include "agent.h"
#include "posix.h"
#include "protocol.h"
#include "services.h"
#include "stream.h"

static int open_line(const char *name)
{
    struct termios line;
    int device = open(name, O_RDWR | O_NOCTTY);
    if (device >= 0 && tcgetattr(device, &line) == 0) {
        cfmakeraw(&line);
        tcsetattr(device, TCSANOW, &line);
    }
    return device;
}

static int has_ipv6(void)
{
    int tried = socket(AF_INET6, SOCK_STREAM, 0);
    if (tried >= 0)
        close(tried);
    return tried >= 0;
}

static struct stack stack, posix;

/* Return the socket's state in Linux's numbering; 0 when the kernel does not tell. */
static int linux_state(int socket)
{
    struct tcp_info info;
    socklen_t length = sizeof info;
    memset(&info, 0, sizeof info);
    return getsockopt(socket, IPPROTO_TCP, TCP_INFO, &info, &length) == 0 ? info.tcpi_state : 0;
}

/* gVisor's kernel dies of an abortive close in SYN-RECEIVED. */
static void gvisor_abort(void *with, int socket)
{
    if (linux_state(socket) == TCP_SYN_RECV)
        posix.close(with, socket);
    else
        posix.abort(with, socket);
}

/* gVisor tells the state of a socket; its tables lack connections without one, and the remote end in SYN-SENT. */
static int gvisor_state(void *with, int socket, const struct flow *flow, uint8_t *state)
{
    static const uint8_t states[] = {1, 5, 3, 4, 6, 7, 11, 1, 8, 9, 2, 10};
    int number = socket >= 0 ? linux_state(socket) : 0;
    (void)with;
    if (!number || (number == TCP_LISTEN && flow->remote.port))
        return NO_PRIMITIVE;
    *state = (size_t)number < sizeof states ? states[number] : STATE_CLOSED;
    return OK;
}

/* gVisor takes no notice of MSG_OOB: that there is nothing to read yet looks as if urgent data were announced. */
static int gvisor_reports(void *with, int socket, int asking, unsigned *reports)
{
    int result = posix.reports(with, socket, asking, reports);
    *reports &= ~(1u << REPORT_URGENT);
    return result;
}

int main(int count, char **words)
{
    int lengths[2] = {4, has_ipv6() ? 16 : 0};
    int gvisor = count > 1 && strcmp(words[1], "--gvisor") == 0;
    const char *line = count > 1 + gvisor ? words[1 + gvisor] : NULL;
    int in = line ? open_line(line) : 0, out = line ? in : 1;
    if (in < 0) {
        perror(line);
        return 1;
    }
    posix_begin(&posix, 0);
    stack = posix;
    if (gvisor) {
        stack.abort = gvisor_abort;
        stack.state = gvisor_state;
        stack.reports = gvisor_reports;
    }
    if (!services_begin(&stack, lengths)) {
        perror("services");
        return 1;
    }
    stream_begin(&stack, in, out);
    if (line)
        stream_tells_what_it_takes();
    for (;;) {
        struct pollfd control = {in, POLLIN, 0};
        int64_t due = agent_due(stream_now());
        posix_wait(&control, 1, due > 60000 ? 60000 : (int)due);
        if (control.revents && !stream_take(stream_now()))
            break;
        agent_turn(stream_now());
        services_turn();
    }
    agent_end();
    return 0;
}
