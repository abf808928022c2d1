/* A host of ns-3's, with its IPv4, IPv6 and TCP as they are made, on frames of a descriptor. */
#include "ns3.h"

#include "ns3/boolean.h"
#include "ns3/config.h"
#include "ns3/double.h"
#include "ns3/fd-net-device.h"
#include "ns3/global-value.h"
#include "ns3/internet-stack-helper.h"
#include "ns3/ipv4.h"
#include "ns3/ipv6.h"
#include "ns3/string.h"
#include "ns3/uinteger.h"

using namespace ns3;

namespace {

constexpr double msl = 30; /* seconds, as Linux has it; ns-3's own two minutes make TIME-WAIT last four */

Ptr<Node> host;

void configure()
{
    GlobalValue::Bind("SimulatorImplementationType", StringValue("ns3::RealtimeSimulatorImpl"));
    GlobalValue::Bind("ChecksumEnabled", BooleanValue(true));
    Config::SetDefault("ns3::TcpSocketBase::MaxSegLifetime", DoubleValue(msl));
    Config::SetDefault("ns3::Ipv4::IpForward", BooleanValue(false));
    Config::SetDefault("ns3::Icmpv6L4Protocol::DAD", BooleanValue(false)); /* nobody else is on this link */
    for (const char *jitter : {"ns3::ArpL3Protocol::RequestJitter", "ns3::Icmpv6L4Protocol::SolicitationJitter"})
        Config::SetDefault(jitter, StringValue("ns3::ConstantRandomVariable[Constant=0]"));
    /* Who is at an address is asked once, and many connections wait for the answer. */
    Config::SetDefault("ns3::ArpCache::AliveTimeout", TimeValue(Days(1)));
    Config::SetDefault("ns3::Icmpv6L4Protocol::ReachableTime", TimeValue(Days(1)));
    Config::SetDefault("ns3::Icmpv6L4Protocol::DelayFirstProbe", TimeValue(Days(1)));
    Config::SetDefault("ns3::ArpCache::PendingQueueSize", UintegerValue(1000));
    Config::SetDefault("ns3::NdiscCache::UnresolvedQueueSize", UintegerValue(1000));
}

template <typename Ip, typename Address> void add_address(const Ptr<FdNetDevice> &device, const Address &address)
{
    Ptr<Ip> ip = host->GetObject<Ip>();
    uint32_t number = ip->AddInterface(device);
    ip->AddAddress(number, address);
    ip->SetMetric(number, 1);
    ip->SetUp(number);
}

} // namespace

Ptr<Node> node()
{
    return host;
}

Ptr<Node> node_begin(int frames, const char *ipv4, const char *mask, const char *ipv6)
{
    configure();
    host = CreateObject<Node>();
    Ptr<FdNetDevice> device = CreateObject<FdNetDevice>();
    device->SetAddress(Mac48Address("02:00:00:00:00:02"));
    device->SetEncapsulationMode(FdNetDevice::DIX);
    host->AddDevice(device);
    device->SetFileDescriptor(frames);
    device->Start(Seconds(0));
    InternetStackHelper().Install(host);
    add_address<Ipv4>(device, Ipv4InterfaceAddress(ipv4, mask));
    add_address<Ipv6>(device, Ipv6InterfaceAddress(Ipv6Address(ipv6), Ipv6Prefix(64)));
    return host;
}
