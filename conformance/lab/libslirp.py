"""libslirp's TCP (C, 4.4BSD's, of virtual machines) as a target: a process of its own that takes whole frames.

The user of its TCP is a socket at the other end of a connection over the loopback interface. That interface is made
narrow here: what waits in the kernel between libslirp and its user is not libslirp's.
"""

from __future__ import annotations

from pathlib import Path

from pyroute2.iproute.linux import IPRoute

from conformance.lab import frames, link
from conformance.lab.holder import Place

_RELAYS = {"ipv4": "127.0.0.2", "ipv6": "fd00::2"}
"""Where libslirp's own ends of the loopback connections are."""

_BUFFER = 16384
"""Octets, of each buffer of the kernel's on the way."""


def hold(place: Place) -> None:
    """Lay the cable, start libslirp on it, and carry the agent's control until SIGTERM."""
    _narrow()
    frames.run(place, "slirp", str(link.PREFIX_LENGTHS["ipv6"]), *_RELAYS.values())


def _narrow() -> None:
    """Give the loopback interface one more address, segments of ordinary length, and small buffers."""
    with IPRoute() as netlink:
        (loopback,) = netlink.link_lookup(ifname="lo")
        netlink.link("set", index=loopback, mtu=link.MTU)
        netlink.addr("add", index=loopback, address=_RELAYS["ipv6"], prefixlen=128)
    for name in ("tcp_rmem", "tcp_wmem"):
        Path("/proc/sys/net/ipv4", name).write_text(f"4096 {_BUFFER} {_BUFFER}")
