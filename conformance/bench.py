"""What one process needs to judge one target: the link, our addresses, fresh ports, and a doubt whether it lives."""

from __future__ import annotations

import random
from collections.abc import Iterator

from conformance.errors import Inconclusive
from conformance.peer import Peer
from conformance.segment import Ctl
from conformance.target.subject import Subject
from conformance.transcript import Transcript
from conformance.wire import Flow, Wire

PORTS = range(20000, 30000)
"""Our ports: outside the range from which Linux takes ephemeral ones, so that the guard hits nobody else."""


class Bench:
    """A wire to one subject. `share` of `shares` is the part of the ports that this process may use."""

    def __init__(self, subject: Subject, wire: Wire, sources: dict[str, str], share: int = 0, shares: int = 1) -> None:
        self.subject = subject
        self.wire = wire
        self._sources = sources
        ports = list(PORTS[share::shares])
        random.shuffle(ports)
        self._ports = _cycle(ports)
        self._doubt = False

    def source(self, family: str) -> str:
        """Return our address of that family."""
        return self._sources[family]

    def fresh_port(self) -> int:
        """Return a port of ours that has not been used for as long as possible."""
        return next(self._ports)

    def doubt(self) -> None:
        """A walk failed: before the next case, see whether the target still answers."""
        self._doubt = True

    def check_alive(self, family: str) -> None:
        """Where there is doubt, try one handshake with the open port. Inconclusive when nothing answers."""
        if not self._doubt:
            return
        flow = Flow(self.source(family), self.fresh_port(), self.subject.routes[family].address, self.subject.open_port)
        peer = Peer(self.wire, flow, Transcript(), self.subject.timing)
        peer.send(Ctl.SYN)
        answer = peer.hear(self.wire.now() + self.subject.timing.reply)
        peer.hang_up()
        if answer is None:
            raise Inconclusive(f"{self.subject.name} does not answer any more on its open port {flow.remote_port}")
        self._doubt = False


def _cycle(ports: list[int]) -> Iterator[int]:
    while True:
        yield from ports
