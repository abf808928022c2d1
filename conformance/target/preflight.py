"""From what the user named to a route: every answer that a wrong name deserves, before a single case runs."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pyroute2 import IPRoute
from pyroute2.netlink.exceptions import NetlinkError

from conformance.errors import UsageProblem
from conformance.packet import family_of
from conformance.target.subject import Route

IFF_UP = 1
FAMILY_NUMBERS = {"ipv4": socket.AF_INET, "ipv6": socket.AF_INET6}
MAX_SOURCES = 256
LAB_INSTEAD = "run pytest without --target to judge this kernel in the lab"


@dataclass(frozen=True, slots=True)
class Named:
    """What a `--target` option names: a name for the report, and addresses by family (an IPv6 one with its scope)."""

    name: str
    addresses: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Reached:
    """How the addresses of one target are reached: all over the same interface, with its MAC."""

    interface: str
    mac: bytes
    routes: Mapping[str, Route]
    own_kernel: bool


def named(options: Sequence[str]) -> list[Named]:
    """Read the `--target` options; those with the same name are the families of one target."""
    found: dict[str, dict[str, str]] = {}
    for option in options:
        name, _, address = option.rpartition("=")
        known = found.setdefault(name or address, {})
        families = {family_of(one): one for one in reversed(_resolve(address))}  # the resolver's first of each
        if twice := families.keys() & known.keys():
            family = min(twice)
            raise UsageProblem(
                f"--target {option}: {name or address} has the {family} address {known[family]} already; one target has"
                " one of each family"
            )
        known.update(families)
    return [Named(name, addresses) for name, addresses in found.items()]


def _resolve(address: str) -> list[str]:
    if not address:
        raise UsageProblem("--target names no address: give one, such as --target 10.0.0.2 or --target NAME=10.0.0.2")
    try:
        answers = socket.getaddrinfo(address, None, type=socket.SOCK_STREAM)
    except (socket.gaierror, UnicodeError):
        raise UsageProblem(f"unknown host {address}: give an address or a name that resolves") from None
    scope = address.partition("%")[2]
    addresses = [str(answer[4][0]).partition("%")[0] for answer in answers]
    return [f"{one}%{scope}" if scope else one for one in dict.fromkeys(addresses)]


def sources_of(option: str) -> list[str]:
    """Read a `--source` option: an address, a range `A-B` of addresses (both included), or a network."""
    first, dash, last = option.partition("-")
    try:
        if "/" in option:
            network = ipaddress.ip_network(option)
            low, high = network[0], network[-1]
        else:
            low = ipaddress.ip_address(first)
            high = ipaddress.ip_address(last) if dash else low
        count = int(high) - int(low) + 1
        if low.version != high.version or not 1 <= count <= MAX_SOURCES:
            raise ValueError
        return [str(type(low)(int(low) + number)) for number in range(count)]
    except ValueError:
        raise UsageProblem(
            f"--source {option}: give an address, a range such as 10.0.0.50-10.0.0.60, or a network, of at most"
            f" {MAX_SOURCES} addresses"
        ) from None


def reach(target: Named, interface: str | None, sources: Mapping[str, Sequence[str]]) -> Reached:
    """Find the way to a target. UsageProblem when there is none, when it is this host, or its interface is down."""
    with IPRoute() as netlink:
        own = {attribute(one, "IFA_ADDRESS") for one in netlink.get_addr()}
        for address in target.addresses.values():
            _refuse_own(address.partition("%")[0], own)
        ways = {family: _way(netlink, address, interface) for family, address in target.addresses.items()}
        names = {way[0] for way in ways.values()}
        if len(names) > 1:
            raise UsageProblem(f"{target.name} is reached over {' and '.join(sorted(names))}; choose with --interface")
        (name,) = names
        link = _link(netlink, name)
        mac = bytes.fromhex(attribute(link, "IFLA_ADDRESS").replace(":", ""))
    routes = {
        family: Route(target.addresses[family].partition("%")[0], _ours(family, sources, own, way[2], target), way[1])
        for family, way in ways.items()
    }
    return Reached(name, mac, routes, own_kernel=not sources)


def attribute(message: Any, name: str) -> Any:
    """Return a netlink attribute; None when it is not there."""
    return message.get_attr(name)


def _refuse_own(address: str, own: set[Any]) -> None:
    ip = ipaddress.ip_address(address)
    if ip.is_loopback or address in own:
        what = "a loopback address" if ip.is_loopback else "an address of this host"
        raise UsageProblem(
            f"{address} is {what}: its segments never cross a link, so no raw peer can speak; {LAB_INSTEAD}"
        )
    if ip.is_multicast or ip.is_unspecified or address == "255.255.255.255":
        raise UsageProblem(f"{address} is no unicast address: a TCP has none such")


def _way(netlink: Any, address: str, interface: str | None) -> tuple[str, str | None, str | None]:
    """Return the interface towards an address, the gateway where there is one, and the source the kernel would use."""
    bare, _, scope = address.partition("%")
    oif = _index(netlink, interface or scope) if interface or scope else None
    if ipaddress.ip_address(bare).is_link_local and oif is None and ":" in bare:
        raise UsageProblem(f"{bare} is link-local: say on which link, such as {bare}%eth0")
    request: dict[str, Any] = {"dst": bare, "family": FAMILY_NUMBERS[family_of(bare)]}
    if oif is not None:
        request["oif"] = oif
    try:
        (answer, *_) = netlink.route("get", **request)
    except NetlinkError:
        raise UsageProblem(
            f"no route to {bare}: connect this host to its network, or choose with --interface"
        ) from None
    name = netlink.get_links(attribute(answer, "RTA_OIF"))[0].get_attr("IFLA_IFNAME")
    return name, attribute(answer, "RTA_GATEWAY"), attribute(answer, "RTA_PREFSRC")


def _index(netlink: Any, interface: str) -> int:
    indexes: list[int] = netlink.link_lookup(ifname=interface)
    if not indexes:
        raise UsageProblem(f"no interface {interface}; there are: {', '.join(n for _, n in socket.if_nameindex())}")
    _link(netlink, interface)
    return indexes[0]


def _link(netlink: Any, interface: str) -> Any:
    (link,) = netlink.get_links(netlink.link_lookup(ifname=interface)[0])
    if not link["flags"] & IFF_UP or attribute(link, "IFLA_OPERSTATE") == "DOWN":
        raise UsageProblem(f"interface {interface} is down: ip link set {interface} up, and see to its cable")
    return link


def _ours(
    family: str, sources: Mapping[str, Sequence[str]], own: set[Any], preferred: str | None, target: Named
) -> tuple[str, ...]:
    if sources and family not in sources:
        raise UsageProblem(f"{target.name} has an {family} address: give a --source of that family too")
    for one in sources.get(family, ()):
        if one in own:
            raise UsageProblem(f"--source {one} is this host's own address: leave --source out to speak from it")
        if one in target.addresses.values():
            raise UsageProblem(f"--source {one} is the target's own address")
    if sources:
        return tuple(sources[family])
    if preferred is None:
        raise UsageProblem(f"this host has no {family} address towards {target.name}; name an unused one with --source")
    return (preferred,)
