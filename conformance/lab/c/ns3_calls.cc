/* SEND, RECEIVE, CLOSE and ABORT by ns-3's sockets. */
#include "ns3.h"

#include <algorithm>

#include "ns3/tcp-rx-buffer.h"

extern "C" {
#include "protocol.h"
}

using namespace ns3;

namespace {

TcpSocket::TcpStates_t state_of(const sock &sock)
{
    return inside::state(*sock.tcp);
}

/* Whether there is a connection, or an attempt at one. */
bool lives(const sock &sock)
{
    return state_of(sock) != TcpSocket::CLOSED && !sock.closed_in_error && !sock.failed;
}

/* Why there is no connection any more, as far as ns-3 tells: a reset and the end of a stream look the same to its user. */
int ended(const sock &sock)
{
    return sock.failed || sock.closed_in_error ? USER_TIMEOUT : DOES_NOT_EXIST;
}

bool sends_no_more(const sock &sock)
{
    TcpSocket::TcpStates_t state = state_of(sock);
    return state > TcpSocket::CLOSE_WAIT;
}

int stack_send(void *, int socket, const uint8_t *octets, size_t length, int flags, size_t *taken)
{
    sock &sock = sock_at(socket);
    *taken = 0;
    if (flags & URGENT_FLAG)
        return NO_PRIMITIVE; /* ns-3's API knows no urgent data */
    if (sock.listening || !lives(sock))
        return ended(sock);
    if (sends_no_more(sock))
        return CLOSING;
    length = std::min<size_t>(length, sock.tcp->GetTxAvailable());
    if (!length)
        return PENDING;
    if (sock.tcp->Send(Create<Packet>(octets, static_cast<uint32_t>(length)), 0) < 0)
        return told(sock.tcp->GetErrno());
    *taken = length;
    return OK;
}

int stack_receive(void *, int socket, uint8_t *octets, size_t room, size_t *got)
{
    sock &sock = sock_at(socket);
    *got = 0;
    if (sock.listening)
        return DOES_NOT_EXIST;
    Ptr<Packet> packet = sock.tcp->Recv(static_cast<uint32_t>(std::min<size_t>(room, 0xFFFF)), 0);
    if (packet && packet->GetSize()) {
        *got = packet->CopyData(octets, packet->GetSize());
        return OK;
    }
    if (sock.failed || sock.closed_in_error)
        return ended(sock);
    if (sock.closed_normally || sock.tcp->GetRxBuffer()->Finished())
        return OK;
    return lives(sock) ? PENDING : ended(sock);
}

int stack_shutdown(void *, int socket, int how)
{
    sock &sock = sock_at(socket);
    if (sock.listening || !lives(sock))
        return sock.listening ? DOES_NOT_EXIST : ended(sock);
    if (how != 1)
        sock.tcp->ShutdownRecv();
    if (how == 0)
        return OK;
    if (sends_no_more(sock))
        return CLOSING;
    if (state_of(sock) != TcpSocket::SYN_SENT && state_of(sock) != TcpSocket::SYN_RCVD)
        return sock.tcp->ShutdownSend() == 0 ? OK : told(sock.tcp->GetErrno());
    /* Shutting down waits for data to be sent: there is another call that closes an attempt. */
    if (state_of(sock) == TcpSocket::SYN_SENT)
        sock.connecting = false;
    return sock.tcp->Close() == 0 ? OK : told(sock.tcp->GetErrno());
}

void stack_abort(void *with, int socket);

void end_listener(sock &sock)
{
    std::deque<int> queue;
    queue.swap(sock.queue);
    sock.tcp->Close();
    for (int number : queue)
        stack_abort(nullptr, number);
}

/* ns-3's user has no such call; what it does itself when it gives a connection up is as near as can be. */
void stack_abort(void *, int socket)
{
    sock &sock = sock_at(socket);
    Ptr<TcpSocketBase> tcp = sock.tcp;
    if (sock.listening)
        end_listener(sock);
    sock_give_back(socket);
    if (inside::state(*tcp) != TcpSocket::CLOSED && inside::has_endpoint(*tcp))
        inside::reset(*tcp);
}

void stack_close(void *, int socket)
{
    sock &sock = sock_at(socket);
    Ptr<TcpSocketBase> tcp = sock.tcp;
    bool listening = sock.listening;
    if (listening)
        end_listener(sock);
    sock_give_back(socket);
    if (!listening)
        tcp->Close();
}

void stack_watch(void *, int socket, int mask)
{
    sock_at(socket).mask = mask;
}

int stack_ready(void *, int socket, int mask)
{
    sock &sock = sock_at(socket);
    bool gone = sock_over(sock) || !lives(sock);
    int is = 0;
    if (sock.listening)
        return sock.queue.empty() ? 0 : mask & WATCH_READ;
    if (sock.tcp->GetRxAvailable() || gone || sock.tcp->GetRxBuffer()->Finished())
        is |= WATCH_READ;
    if (sock.connecting ? sock_over(sock) : gone || sock.tcp->GetTxAvailable())
        is |= WATCH_WRITE;
    return mask & is;
}

} // namespace

void calls_fill(struct stack *stack)
{
    stack->send = stack_send;
    stack->receive = stack_receive;
    stack->shutdown = stack_shutdown;
    stack->close = stack_close;
    stack->abort = stack_abort;
    stack->watch = stack_watch;
    stack->ready = stack_ready;
}
