"""Whole frames for a stack that is a process: the target's end of the cable, with no kernel behind it."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Iterator

from conformance import stacks
from conformance.lab import link, relay
from conformance.lab.holder import Place


@contextlib.contextmanager
def lay(place: Place) -> Iterator[socket.socket]:
    """Lay the cable; give a socket from which each read takes a frame, and to which each write says one.

    The interface has no address, so this kernel answers nothing. A read does not wait.
    """
    link.lay(place.interface, place.tester, bare=True)
    with link.tap(link.TARGET_INTERFACE) as cable:
        yield cable


def run(place: Place, name: str, *more: str) -> None:
    """Lay the cable, start on it what `make stacks` has built as `name`, and carry the agent's control until SIGTERM.

    The program's arguments: the descriptor of the cable, its IPv4 address and netmask, its IPv6 address, and `more`.
    """
    with lay(place) as cable:
        number = cable.fileno()
        ipv4, ipv6 = (link.TARGET_ADDRESSES[family] for family in stacks.FAMILIES)
        command = [str(stacks.BUILT / name), str(number), ipv4, link.IPV4_MASK, ipv6, *more]
        relay.run(place, command, descriptors=[number])
