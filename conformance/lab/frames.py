"""Whole frames for a stack that is a process: the target's end of the cable, with no kernel behind it."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Iterator

from conformance.lab import link
from conformance.lab.holder import Place
from conformance.wire.link import ETH_P_ALL, PACKET_IGNORE_OUTGOING, SOL_PACKET


@contextlib.contextmanager
def lay(place: Place) -> Iterator[socket.socket]:
    """Lay the cable; give a socket from which each read takes a frame, and to which each write says one.

    The interface has no address, so this kernel answers nothing. A read does not wait.
    """
    link.lay(place.interface, place.tester, bare=True)
    with socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0) as cable:
        cable.setsockopt(SOL_PACKET, PACKET_IGNORE_OUTGOING, 1)
        cable.bind((link.TARGET_INTERFACE, ETH_P_ALL))
        cable.setblocking(False)
        yield cable
