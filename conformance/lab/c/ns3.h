/* ns-3's TCP behind the agent's table of calls, by its socket API: all calls are made in the simulator's thread. */
#ifndef LAB_NS3_H
#define LAB_NS3_H

extern "C" {
#include "stack.h"
}

#include <deque>
#include <functional>

#include "ns3/node.h"
#include "ns3/tcp-socket-base.h"

/* What the simulator keeps to itself and those who derive from its class. */
struct inside : ns3::TcpSocketBase {
    static ns3::TcpSocket::TcpStates_t state(const ns3::TcpSocketBase &of) { return (of.*(&inside::m_state)).Get(); }
    static uint32_t send_window(const ns3::TcpSocketBase &of) { return (of.*(&inside::m_rWnd)).Get(); }
    static uint32_t receive_window(const ns3::TcpSocketBase &of) { return (of.*(&inside::m_advWnd)).Get(); }
    static uint32_t unacknowledged(const ns3::TcpSocketBase &of) { return (of.*(&inside::UnAckDataCount))(); }
    static bool has_endpoint(const ns3::TcpSocketBase &of) { return of.*(&inside::m_endPoint) || of.*(&inside::m_endPoint6); }
    static void reset(ns3::TcpSocketBase &of) { (of.*(&inside::SendRST))(); }
};

/* One socket of the agent or of a service. */
struct sock {
    bool used, listening, connecting, failed, closed_normally, closed_in_error, errors_ignored;
    unsigned serial; /* tells it from what had its place before */
    int mask;
    size_t backlog;
    uint8_t tos;
    unsigned reports; /* 1 << enum report, since they were last taken */
    ns3::Ptr<ns3::TcpSocketBase> tcp;
    std::deque<int> queue; /* of a listener: sockets to be accepted */
};

/* ns3_sockets.cc: who is who, and what the simulator reports. `wake` is called when a socket may have become ready. */
void sockets_begin(void (*wake)());
sock &sock_at(int number);
/* Whether ns-3 has said that its connection, or the attempt at it, is over. */
bool sock_over(const sock &sock);
/* Give a socket a number; -1 when there are none left. */
int sock_take(ns3::Ptr<ns3::TcpSocketBase> tcp);
/* Hear of it no more. */
void sock_give_back(int number);
/* Whether one that is watched is ready: then there is more to do. */
bool sockets_pending();
/* Have what its listener accepts put into its queue. */
void sock_take_connections(int number);

/* ns3_opening.cc: OPEN; ns3_calls.cc: SEND, RECEIVE, CLOSE; ns3_settings.cc: STATUS, and what can be set. */
void opening_fill(struct stack *stack);
void calls_fill(struct stack *stack);
void settings_fill(struct stack *stack);
/* A result id of the protocol for an error of a socket's. */
int told(ns3::Socket::SocketErrno number);
/* Tell an address of the simulator's; 0 when it is none. */
int place_of(const ns3::Address &address, struct place *place);

/* ns3_spare.cc: each event of ns-3's may fail without harm to the others, once this was called by the simulator's thread. */
void catch_signals();
/* Do what may make ns-3 fail; return false when it did. */
bool spare(const std::function<void()> &what);
/* While there is one of these, a failure is the end. */
class unspared {
  public:
    unspared();
    ~unspared();

  private:
    void *before;
};

/* ns3_node.cc: the host, on frames of a descriptor. */
ns3::Ptr<ns3::Node> node_begin(int frames, const char *ipv4, const char *mask, const char *ipv6);
/* The only one there is. */
ns3::Ptr<ns3::Node> node();

#endif
