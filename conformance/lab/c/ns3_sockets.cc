/* The sockets of the agent and of the services, and what ns-3 reports of them. */
#include "ns3.h"

#include <array>

#include "ns3/callback.h"
#include "ns3/simulator.h"

extern "C" {
#include "protocol.h"
}

using namespace ns3;

namespace {

constexpr int sockets = 1024;

std::array<sock, sockets> socks;
unsigned serials;
void (*wake)();

/* A socket is known to its callbacks by number and serial: ns-3 copies a listener's, which may be gone by then. */
sock *known(int number, unsigned serial)
{
    return socks[number].used && socks[number].serial == serial ? &socks[number] : nullptr;
}

void on_connected(int number, unsigned serial, Ptr<Socket>)
{
    if (sock *sock = known(number, serial))
        sock->connecting = false;
    wake();
}

void on_failed(int number, unsigned serial, Ptr<Socket>)
{
    if (sock *sock = known(number, serial)) {
        sock->connecting = false;
        sock->failed = true;
    }
    wake();
}

void on_normal_close(int number, unsigned serial, Ptr<Socket>)
{
    if (sock *sock = known(number, serial))
        sock->closed_normally = true;
    wake();
}

void on_error_close(int number, unsigned serial, Ptr<Socket>)
{
    if (sock *sock = known(number, serial))
        sock->closed_in_error = true;
    wake();
}

void on_received(Ptr<Socket>)
{
    wake();
}

void on_room(Ptr<Socket>, uint32_t)
{
    wake();
}

void on_icmp(int number, unsigned serial, Ipv4Address, uint8_t, uint8_t, uint8_t, uint32_t)
{
    if (sock *sock = known(number, serial); sock && !sock->errors_ignored)
        sock->reports |= 1U << REPORT_ICMP;
}

void on_icmp6(int number, unsigned serial, Ipv6Address, uint8_t, uint8_t, uint8_t, uint32_t)
{
    if (sock *sock = known(number, serial); sock && !sock->errors_ignored)
        sock->reports |= 1U << REPORT_ICMP;
}

void listen_to(int number)
{
    sock &sock = socks[number];
    sock.tcp->SetConnectCallback(MakeBoundCallback(&on_connected, number, sock.serial),
                                 MakeBoundCallback(&on_failed, number, sock.serial));
    sock.tcp->SetCloseCallbacks(MakeBoundCallback(&on_normal_close, number, sock.serial),
                                MakeBoundCallback(&on_error_close, number, sock.serial));
    sock.tcp->SetRecvCallback(MakeCallback(&on_received));
    sock.tcp->SetSendCallback(MakeCallback(&on_room));
    sock.tcp->SetAttribute("IcmpCallback", CallbackValue(MakeBoundCallback(&on_icmp, number, sock.serial)));
    sock.tcp->SetAttribute("IcmpCallback6", CallbackValue(MakeBoundCallback(&on_icmp6, number, sock.serial)));
}

void stop_listening_to(TcpSocketBase &tcp)
{
    Callback<void, Ptr<Socket>> nobody = MakeNullCallback<void, Ptr<Socket>>();
    tcp.SetConnectCallback(nobody, nobody);
    tcp.SetCloseCallbacks(nobody, nobody);
    tcp.SetRecvCallback(nobody);
    tcp.SetSendCallback(MakeNullCallback<void, Ptr<Socket>, uint32_t>());
    tcp.SetAttribute("IcmpCallback", CallbackValue(Callback<void, Ipv4Address, uint8_t, uint8_t, uint8_t, uint32_t>()));
    tcp.SetAttribute("IcmpCallback6", CallbackValue(Callback<void, Ipv6Address, uint8_t, uint8_t, uint8_t, uint32_t>()));
}

/* ns-3 has no backlog: it asks for each SYN whether its user wants that connection. */
bool wants(int number, unsigned serial, Ptr<Socket>, const Address &)
{
    const sock *listener = known(number, serial);
    return listener && listener->queue.size() < listener->backlog;
}

void on_accept(int number, unsigned serial, Ptr<Socket> socket, const Address &)
{
    sock *listener = known(number, serial);
    Ptr<TcpSocketBase> tcp = DynamicCast<TcpSocketBase>(socket);
    int taken = listener ? sock_take(tcp) : -1;
    if (taken < 0) {
        Simulator::ScheduleNow(&inside::reset, std::ref(*tcp)); /* its listener is gone */
        return;
    }
    listener->queue.push_back(taken);
    wake();
}

} // namespace

void sockets_begin(void (*with)())
{
    wake = with;
}

sock &sock_at(int number)
{
    return socks[number];
}

bool sock_over(const sock &sock)
{
    return sock.closed_normally || sock.closed_in_error || sock.failed;
}

int sock_take(Ptr<TcpSocketBase> tcp)
{
    for (int number = 0; number < sockets; number++)
        if (!socks[number].used) {
            socks[number] = sock();
            socks[number].used = true;
            socks[number].serial = ++serials;
            socks[number].tcp = tcp;
            listen_to(number);
            return number;
        }
    return -1;
}

void sock_give_back(int number)
{
    stop_listening_to(*socks[number].tcp);
    socks[number] = sock();
}

bool sockets_pending()
{
    struct stack calls = {};
    calls_fill(&calls);
    for (int number = 0; number < sockets; number++)
        if (socks[number].used && socks[number].mask && calls.ready(nullptr, number, socks[number].mask))
            return true;
    return false;
}

void sock_take_connections(int number)
{
    sock &sock = socks[number];
    sock.tcp->SetAcceptCallback(MakeBoundCallback(&wants, number, sock.serial),
                                MakeBoundCallback(&on_accept, number, sock.serial));
}
