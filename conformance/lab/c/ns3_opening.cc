/* OPEN by ns-3's sockets, and what their results and addresses mean. */
#include "ns3.h"

#include <algorithm>

#include "ns3/inet-socket-address.h"
#include "ns3/inet6-socket-address.h"
#include "ns3/tcp-socket-factory.h"

extern "C" {
#include "protocol.h"
}

using namespace ns3;

namespace {

Address address_of(const struct place &place, uint8_t tos)
{
    if (place.length == 16)
        return Inet6SocketAddress(Ipv6Address::Deserialize(place.octets), place.port);
    InetSocketAddress address(Ipv4Address::Deserialize(place.octets), place.port);
    address.SetTos(tos); /* an address of ns-3 has one, which goes before that of the socket */
    return address;
}

int stack_open(void *, int, int *socket)
{
    Ptr<Socket> made = Socket::CreateSocket(node(), TcpSocketFactory::GetTypeId());
    *socket = sock_take(DynamicCast<TcpSocketBase>(made));
    return *socket < 0 ? NO_RESOURCES : OK;
}

int stack_bind(void *, int socket, const struct place *local)
{
    sock &sock = sock_at(socket);
    return sock.tcp->Bind(address_of(*local, sock.tos)) == 0 ? OK : told(sock.tcp->GetErrno());
}

int stack_listen(void *, int socket, int backlog)
{
    sock &sock = sock_at(socket);
    sock.backlog = static_cast<size_t>(std::max(backlog, 1));
    if (sock.listening)
        return OK;
    if (sock.tcp->Listen() != 0)
        return told(sock.tcp->GetErrno());
    sock.listening = true;
    sock_take_connections(socket);
    return OK;
}

int stack_accept(void *, int socket, int *accepted, struct place *remote)
{
    sock &listener = sock_at(socket);
    while (!listener.queue.empty()) {
        Address address;
        *accepted = listener.queue.front();
        listener.queue.pop_front();
        if (sock_at(*accepted).tcp->GetPeerName(address) == 0 && place_of(address, remote))
            return OK;
        sock_give_back(*accepted); /* it was reset before anybody took it */
    }
    return listener.listening ? PENDING : CONNECTION_ILLEGAL;
}

int stack_connect(void *, int socket, const struct place *remote)
{
    sock &sock = sock_at(socket);
    if (sock.listening)
        return CONNECTION_ILLEGAL;
    if (inside::state(*sock.tcp) != TcpSocket::CLOSED)
        return EXISTS;
    int result = 0; /* where ns-3 fails at it, its user is not told that it cannot be */
    spare([&] { result = sock.tcp->Connect(address_of(*remote, sock.tos)); });
    if (result != 0)
        return told(sock.tcp->GetErrno());
    sock.connecting = true;
    return PENDING;
}

int stack_connected(void *, int socket)
{
    sock &sock = sock_at(socket);
    if (sock.connecting && !sock_over(sock))
        return PENDING;
    if (sock.connecting) { /* a SYN was answered with a reset: ns-3 calls that a close */
        sock.connecting = false;
        sock.failed = true;
        return REFUSED;
    }
    return sock.failed ? USER_TIMEOUT : OK;
}

int stack_local(void *, int socket, struct place *local)
{
    Address address;
    sock &sock = sock_at(socket);
    return sock.tcp->GetSockName(address) == 0 && place_of(address, local) ? OK : DOES_NOT_EXIST;
}

} // namespace

int told(Socket::SocketErrno number)
{
    switch (number) {
    case Socket::ERROR_ISCONN:
    case Socket::ERROR_ADDRINUSE: return EXISTS;
    case Socket::ERROR_NOTCONN: return DOES_NOT_EXIST;
    case Socket::ERROR_SHUTDOWN: return CLOSING;
    case Socket::ERROR_MSGSIZE:
    case Socket::ERROR_AGAIN: return PENDING;
    case Socket::ERROR_INVAL:
    case Socket::ERROR_NOROUTETOHOST:
    case Socket::ERROR_AFNOSUPPORT:
    case Socket::ERROR_OPNOTSUPP: return CONNECTION_ILLEGAL;
    case Socket::ERROR_ADDRNOTAVAIL: return NO_RESOURCES;
    default: return NOT_OK;
    }
}

int place_of(const Address &address, struct place *place)
{
    *place = {};
    if (Inet6SocketAddress::IsMatchingType(address)) {
        Inet6SocketAddress it = Inet6SocketAddress::ConvertFrom(address);
        place->length = 16;
        place->port = it.GetPort();
        it.GetIpv6().Serialize(place->octets);
        return 1;
    }
    if (!InetSocketAddress::IsMatchingType(address))
        return 0;
    InetSocketAddress it = InetSocketAddress::ConvertFrom(address);
    place->length = 4;
    place->port = it.GetPort();
    it.GetIpv4().Serialize(place->octets);
    return 1;
}

void opening_fill(struct stack *stack)
{
    stack->open = stack_open;
    stack->bind = stack_bind;
    stack->listen = stack_listen;
    stack->accept = stack_accept;
    stack->connect = stack_connect;
    stack->connected = stack_connected;
    stack->local = stack_local;
}
