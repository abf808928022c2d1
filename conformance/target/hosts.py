"""The hosts that speak to subjects: our addresses, on their link."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from conformance.lab import link
from conformance.target.preflight import Reached
from conformance.target.subject import Subject
from conformance.wire.host import Host
from conformance.wire.loop import Loop


def host_for(subject: Subject, worker: int, loop: Loop) -> tuple[Host, dict[str, str]]:
    """Return the host with which the `worker`-th process speaks to a subject, and our addresses on it."""
    if subject.lab:
        ours = link.tester_addresses(worker)
        sources = {family: ours[family] for family in subject.routes}
        return Host(subject.interface, mac_of(ours["mac"]), sources, loop=loop), sources
    sources = {family: route.sources[worker % len(route.sources)] for family, route in subject.routes.items()}
    mac = bytes.fromhex(str(subject.facts["mac"]))
    return host_on(Reached(subject.interface, mac, subject.routes, subject.own_kernel), sources, loop), sources


def host_on(reached: Reached, sources: dict[str, str], loop: Loop | None = None) -> Host:
    """Return a host with these addresses of ours, by family, to speak to what was reached."""
    routes = [route for route in reached.routes.values() if route.next_hop]
    hops = {address: str(route.next_hop) for route in routes for address in (route.address, route.second) if address}
    return Host(reached.interface, reached.mac, sources, hops, silent=reached.own_kernel, loop=loop)


@contextlib.contextmanager
def shutting(host: Host) -> Iterator[None]:
    """Shut a host when the context ends."""
    try:
        yield
    finally:
        host.shut()


def mac_of(text: str) -> bytes:
    """Return the octets of a MAC address."""
    return bytes.fromhex(text.replace(":", ""))
