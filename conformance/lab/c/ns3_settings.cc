/* STATUS, and what can be set, by ns-3's attributes. */
#include "ns3.h"

#include "ns3/boolean.h"
#include "ns3/inet-socket-address.h"
#include "ns3/inet6-socket-address.h"
#include "ns3/object-vector.h"
#include "ns3/tcp-l4-protocol.h"
#include "ns3/tcp-rx-buffer.h"
#include "ns3/uinteger.h"

#include <cstring>

extern "C" {
#include "octets.h"
#include "protocol.h"
}

using namespace ns3;

namespace {

constexpr uint8_t states[] = {1, 2, 3, 4, 5, 8, 9, 6, 7, 10, 11}; /* from ns-3's to RFC 4022's */

bool is_at(const place &one, const place &other)
{
    return one.length == other.length && one.port == other.port && !memcmp(one.octets, other.octets, one.length);
}

/* Return the connection of a flow, whether or not a socket of ours has it; null when there is none. */
Ptr<TcpSocketBase> look_up(const flow &flow)
{
    ObjectVectorValue all;
    node()->GetObject<TcpL4Protocol>()->GetAttribute("SocketList", all);
    for (auto it = all.Begin(); it != all.End(); ++it) {
        Ptr<TcpSocketBase> tcp = DynamicCast<TcpSocketBase>(it->second);
        struct place local, remote;
        Address here, there;
        if (tcp->GetPeerName(there) == 0 && place_of(there, &remote) && is_at(remote, flow.remote) &&
            tcp->GetSockName(here) == 0 && place_of(here, &local) && local.port == flow.local.port)
            return tcp;
    }
    return nullptr;
}

int stack_state(void *, int socket, const struct flow *flow, uint8_t *state)
{
    Ptr<TcpSocketBase> tcp = socket >= 0 ? sock_at(socket).tcp : nullptr;
    if (flow->remote.port)
        tcp = look_up(*flow);
    *state = tcp && inside::has_endpoint(*tcp) ? states[inside::state(*tcp)] : uint8_t{STATE_CLOSED};
    return OK;
}

int stack_numbers(void *, int socket, struct numbers *numbers)
{
    const TcpSocketBase &tcp = *sock_at(socket).tcp;
    numbers->send_window = inside::send_window(tcp);
    numbers->receive_window = inside::receive_window(tcp);
    numbers->unacknowledged = inside::unacknowledged(tcp);
    numbers->unread = tcp.GetRxAvailable();
    return OK;
}

int configure_tcp(sock &sock, int parameter, uint32_t number)
{
    TcpSocketBase &tcp = *sock.tcp;
    switch (parameter) {
    case NAGLE: tcp.SetAttribute("TcpNoDelay", BooleanValue(!number)); return OK;
    case RECEIVE_BUFFER: tcp.SetAttribute("RcvBufSize", UintegerValue(number)); return OK;
    case SEND_BUFFER: tcp.SetAttribute("SndBufSize", UintegerValue(number)); return OK;
    case SYN_RETRIES: /* ns-3 counts the first SYN, too, and looks at it before that */
        if (inside::state(tcp) != TcpSocket::CLOSED)
            return INVALID_PARAMETER;
        tcp.SetAttribute("ConnCount", UintegerValue(number + 1));
        return OK;
    case MSS: /* later than that, ns-3 ends */
        if (inside::state(tcp) != TcpSocket::CLOSED)
            return INVALID_PARAMETER;
        tcp.SetAttribute("SegmentSize", UintegerValue(number));
        return OK;
    default: return INVALID_PARAMETER;
    }
}

int stack_configure(void *, int socket, int parameter, const uint8_t *value, size_t length)
{
    sock &sock = sock_at(socket);
    int32_t number = number_of(value, length);
    if (number < 0)
        return INVALID_PARAMETER;
    switch (parameter) {
    case TTL:
        sock.tcp->SetIpTtl(static_cast<uint8_t>(number));
        sock.tcp->SetIpv6HopLimit(static_cast<uint8_t>(number));
        return OK;
    case TRAFFIC_CLASS:
    case TOS:
        sock.tos = static_cast<uint8_t>(number);
        sock.tcp->SetIpTos(sock.tos);
        sock.tcp->SetIpv6Tclass(sock.tos);
        return OK;
    case ERROR_REPORTS: sock.errors_ignored = !number; return OK;
    default: return configure_tcp(sock, parameter, static_cast<uint32_t>(number));
    }
}

int stack_reports(void *, int socket, int, unsigned *reports)
{
    *reports = sock_at(socket).reports;
    sock_at(socket).reports = 0;
    return OK;
}

} // namespace

void settings_fill(struct stack *stack)
{
    stack->state = stack_state;
    stack->numbers = stack_numbers;
    stack->configure = stack_configure;
    stack->reports = stack_reports;
}
