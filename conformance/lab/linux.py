"""This machine's own kernel as a target: its end of the cable, plain services in a process of their own, the agent."""

from __future__ import annotations

import os
import signal
from pathlib import Path

from conformance.agent.server import serve
from conformance.lab import link, services, system
from conformance.lab.ended import StackEnded
from conformance.lab.holder import Place

SETTINGS = {
    # A path's RTT and threshold remembered from one connection would change the next: cases must not depend on order.
    "net/ipv4/tcp_no_metrics_save": "1",
    # The system's default may be BBR, which is not the congestion control of RFC 5681; Reno is, and is always there.
    "net/ipv4/tcp_congestion_control": "reno",
    # What came by a source route is dropped by default: what TCP makes of it could not be seen.
    "net/ipv4/conf/all/accept_source_route": "1",
    "net/ipv4/conf/default/accept_source_route": "1",
    # Nobody else is on this link: without these the target would probe and solicit in the first seconds.
    "net/ipv6/conf/default/accept_dad": "0",
    "net/ipv6/conf/default/router_solicitations": "0",
    # Some systems switch IPv6 off for new interfaces.
    "net/ipv6/conf/default/disable_ipv6": "0",
}
"""What the lab sets in the target's namespace, and why; everything else is the kernel's default."""

VARIANTS: dict[str, dict[str, str]] = {
    "linux-syncookies": {"net/ipv4/tcp_syncookies": "2"},
    "linux-nosack": {"net/ipv4/tcp_sack": "0"},
    "linux-notimestamps": {"net/ipv4/tcp_timestamps": "0"},
    "linux-bbr": {"net/ipv4/tcp_congestion_control": "bbr"},
}
"""Configurations that are targets of their own: what is set differently, by the stack's name."""


def hold(place: Place) -> None:
    """Build the target's side, and run the agent until SIGTERM."""
    notes = settle(SETTINGS)
    if refused := settle(VARIANTS.get(place.name, {})):
        raise StackEnded("; ".join(refused))  # it would be another target than it is called
    link.lay(place.interface, place.tester)
    link.add_second_addresses()
    helper = _fork_services([place.status, place.control.fileno()])
    place.ready(families=link.families(), notes=notes, second=link.SECOND_ADDRESSES)
    try:
        serve([place.control], allow=("127.0.0.1",))
    finally:
        # It would end with us anyway, but as an orphan that the system's first process might never collect.
        os.kill(helper, signal.SIGKILL)
        os.waitpid(helper, 0)


def settle(settings: dict[str, str], proc_sys: Path = Path("/proc/sys")) -> list[str]:
    """Apply the settings; return in words those that the system refused (as where /proc/sys is read-only)."""
    notes = []
    for name, value in settings.items():
        try:
            (proc_sys / name).write_text(value)
        except OSError as error:
            if "ipv6" in link.families() or "ipv6" not in name:
                notes.append(f"{name.replace('/', '.')}={value} not set in the lab: {error.strerror}")
    return notes


def _fork_services(not_theirs: list[int]) -> int:
    """Run the plain services in a process of their own, without the descriptors `not_theirs`; return its id."""
    listening = services.listeners(link.families())
    holder = os.getpid()
    helper = os.fork()
    if helper:
        for listener in listening:
            listener.close()
        return helper
    system.die_with_parent(holder)
    for descriptor in not_theirs:
        os.close(descriptor)
    loop = services.Loop(listening)
    while True:
        loop.turn()
