"""The cable of the lab: a veth pair whose one end is the tester's and whose other end is the target's.

The tester's end has no address, neither IPv4 nor IPv6: those of the tester belong to no kernel, so that none can answer
for them. The networks are those set aside for benchmarks: 198.18.0.0/15 (RFC 2544) and 2001:2::/48 (RFC 5180).
"""

from __future__ import annotations

import errno
import ipaddress
import os
import socket
from pathlib import Path

from pyroute2.iproute.linux import IPRoute
from pyroute2.netlink.exceptions import NetlinkError

from conformance.lab.offload import bring_up, turn_off_offloads
from conformance.wire.link import ETH_P_ALL, PACKET_IGNORE_OUTGOING, SOL_PACKET, make_room

TARGET_ADDRESSES = {"ipv4": "198.18.0.1", "ipv6": "2001:2::1"}
SECOND_ADDRESSES = {"ipv4": "198.18.0.2", "ipv6": "2001:2::2"}
BROADCASTS = {"ipv4": "198.18.255.255", "ipv6": ""}
PREFIX_LENGTHS = {"ipv4": 16, "ipv6": 64}
IPV4_MASK = str(ipaddress.IPv4Network((0, PREFIX_LENGTHS["ipv4"])).netmask)
TARGET_INTERFACE = "target0"
MTU = 1500

_FIRST_TESTER = 0x100
_TESTERS = 0xFE00
_NODAD = 0x02
_DEPRECATED = {"ifa_preferred": 0, "ifa_valid": 0xFFFFFFFF}
_NO_LINK_LOCAL = {"attrs": [("AF_INET6", {"attrs": [("IFLA_INET6_ADDR_GEN_MODE", 1)]})]}


def tester_addresses(worker: int) -> dict[str, str]:
    """Addresses of our own for the `worker`-th tester, from 0 to 65023: `ipv4`, `ipv6` and the `mac` they are at."""
    if not 0 <= worker < _TESTERS:
        raise ValueError(f"the lab has addresses for testers 0 to {_TESTERS - 1}, not {worker}")
    number = _FIRST_TESTER + worker
    ipv4 = ipaddress.IPv4Address("198.18.0.0") + number
    ipv6 = ipaddress.IPv6Address("2001:2::") + number
    return {"ipv4": str(ipv4), "ipv6": str(ipv6), "mac": f"02:00:00:00:{number >> 8:02x}:{number & 0xFF:02x}"}


def families() -> tuple[str, ...]:
    """The families this kernel has; IPv6 may be switched off at boot."""
    return ("ipv4", "ipv6") if Path("/proc/sys/net/ipv6").exists() else ("ipv4",)


def lay(tester_interface: str, tester_process: int, *, bare: bool = False) -> None:
    """Lay the cable: our end is the target's, in the caller's namespace; the other goes to `tester_process`'s.

    Offloads are off at both ends, our end has its addresses (not if `bare`) and is up; the tester has to `attach` its
    own. OSError or pyroute2's NetlinkError when the kernel refuses.
    """
    with IPRoute() as netlink:
        netlink.link(
            "add", kind="veth", ifname=TARGET_INTERFACE, mtu=MTU, peer={"ifname": tester_interface, "mtu": MTU}
        )
        (tester,) = netlink.link_lookup(ifname=tester_interface)
        (target,) = netlink.link_lookup(ifname=TARGET_INTERFACE)
        for interface in (tester_interface, TARGET_INTERFACE):
            turn_off_offloads(interface)
        netlink.link("set", index=tester, net_ns_pid=tester_process)
        for family in () if bare else families():
            _add_address(netlink, target, family)
    if bare:
        attach(TARGET_INTERFACE)
    else:
        bring_up(TARGET_INTERFACE)


def _add_address(netlink: IPRoute, index: int, family: str) -> None:
    # Nobody else is on this link: duplicate address detection would only delay the first case.
    flags = {"flags": _NODAD} if family == "ipv6" else {}
    netlink.addr("add", index=index, address=TARGET_ADDRESSES[family], prefixlen=PREFIX_LENGTHS[family], **flags)


def add_second_addresses() -> None:
    """Give the target's end one more address of each family, which nothing chooses of itself."""
    with IPRoute() as netlink:
        (index,) = netlink.link_lookup(ifname=TARGET_INTERFACE)
        for family in families():
            # IPv4 prefers the first of a network anyhow; IPv6 would take the last, unless it is deprecated (RFC 6724).
            more = {"flags": _NODAD, "IFA_CACHEINFO": _DEPRECATED} if family == "ipv6" else {}
            address, length = SECOND_ADDRESSES[family], PREFIX_LENGTHS[family]
            netlink.addr("add", index=index, address=address, prefixlen=length, **more)


def attach(interface: str) -> None:
    """Bring up an end, the tester's or a bare one, without any address and with offloads off."""
    turn_off_offloads(interface)
    if "ipv6" in families():
        # Without a link-local address the kernel sends no MLD reports, solicitations or probes. It has to be
        # set here: an interface forgets it when it moves to another namespace.
        with IPRoute() as netlink:
            (index,) = netlink.link_lookup(ifname=interface)
            netlink.link("set", index=index, IFLA_AF_SPEC=_NO_LINK_LOCAL)
    bring_up(interface)


def splice(tester_interface: str, other_end: str) -> None:
    """Lay one more cable, within this namespace: for whoever relays between `other_end` and the target's cable.

    Both ends are attached; the tester's is `tester_interface` from now on.
    """
    with IPRoute() as netlink:
        netlink.link("add", kind="veth", ifname=tester_interface, mtu=MTU, peer={"ifname": other_end, "mtu": MTU})
    for interface in (tester_interface, other_end):
        attach(interface)


def tap(interface: str) -> socket.socket:
    """Return a socket that hears each frame that others send to an interface, and says frames; it never waits."""
    heard = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
    heard.setblocking(False)
    heard.setsockopt(SOL_PACKET, PACKET_IGNORE_OUTGOING, 1)
    make_room(heard)
    heard.bind((interface, ETH_P_ALL))
    return heard


def cut(tester_interface: str) -> None:
    """Remove the cable, both ends at once, if it is still there."""
    with IPRoute() as netlink:
        for index in netlink.link_lookup(ifname=tester_interface):
            try:
                netlink.link("del", index=index)
            except NetlinkError as error:
                if error.code != errno.ENODEV:  # it went meanwhile, with a target that has ended of itself
                    raise


def free_name() -> str:
    """A name for the tester's end that no interface of this namespace has: tester0, tester1, ..."""
    taken = set(os.listdir("/proc/sys/net/ipv4/conf"))
    return next(name for name in (f"tester{n}" for n in range(len(taken) + 1)) if name not in taken)
