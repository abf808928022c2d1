"""The target's end of the cable where whole frames are taken: what comes while the stack is busy is not lost."""

from __future__ import annotations

import os
import socket
from types import SimpleNamespace
from typing import Any

import elsewhere

from conformance.lab import frames, link, namespace

BURST = 1000
"""Segments that cases in flight may send at once."""


def kept() -> int:
    namespace.enter()
    place: Any = SimpleNamespace(interface="tester0", tester=os.getpid())
    with frames.lay(place) as cable, socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0) as tester:
        link.attach("tester0")
        tester.bind(("tester0", 0))
        frame = b"\xff" * 12 + b"\x88\xb5" + bytes(46)
        for _ in range(BURST):
            tester.send(frame)
        count = 0
        while True:
            try:
                count += cable.recv(2048) == frame
            except BlockingIOError:
                return count


def test_a_burst_waits_for_a_busy_stack() -> None:
    assert elsewhere.call(kept) == BURST
