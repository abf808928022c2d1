"""What one process needs to judge one target: the link, our addresses, fresh ports, and a doubt whether it lives."""

from __future__ import annotations

import contextlib
import random
from collections.abc import Iterator
from importlib import import_module
from itertools import islice

from conformance.agent.client import Agent
from conformance.errors import Inconclusive, NotApplicable
from conformance.peer import Peer
from conformance.segment import Ctl
from conformance.spares import spares
from conformance.target.subject import Subject
from conformance.transcript import Transcript
from conformance.wire import Flow, Wire

PORTS = range(20000, 30000)
"""Our ports: outside the range from which Linux takes ephemeral ones, so that the guard hits nobody else."""

KNOCKS = 3
"""So often a target behind a path that spoils is asked whether it lives."""


ROUTERS = 2
"""So many of our spare addresses play routers; the others are used once each."""

NO_SPARE = "needs one more address of ours on the target's link: give --source a longer range"


class Bench:
    """A wire to one subject. `share` of `shares` is the part of the ports that this process may use."""

    def __init__(self, subject: Subject, wire: Wire, sources: dict[str, str], share: int = 0, shares: int = 1) -> None:
        self.subject = subject
        self.wire = wire
        self._sources = sources
        import_module("conformance.layers")  # now, while no case waits
        self._share, self._shares = share, shares
        self._spares: dict[str, Iterator[str]] = {}
        ports = list(PORTS[share::shares])
        random.shuffle(ports)
        self._ports = _cycle(ports)
        self._doubt = False
        self._patience = subject.timing.reply

    def source(self, family: str) -> str:
        """Return our address of that family."""
        return self._sources[family]

    def routers(self, family: str) -> tuple[str, str]:
        """Return two more addresses of ours, to play routers: they may be one. NotApplicable without any."""
        addresses = list(islice(spares(self.subject, family, self._share, self._shares), ROUTERS))
        for address in addresses:
            self.wire.adopt(address, self.subject.routes[family].address)
        if not addresses:
            raise NotApplicable(NO_SPARE)
        return addresses[0], addresses[-1]

    def spare_source(self, family: str) -> str:
        """Return one more address of ours that no case has used, and none will. NotApplicable when all are used up."""
        if family not in self._spares:
            self._spares[family] = iter(islice(spares(self.subject, family, self._share, self._shares), ROUTERS, None))
        address = next(self._spares[family], None)
        if address is None:
            raise NotApplicable(NO_SPARE)
        self.wire.adopt(address, self.subject.routes[family].address)
        return address

    def fresh_port(self) -> int:
        """Return a port of ours that has not been used for as long as possible."""
        return next(self._ports)

    def doubt(self) -> None:
        """Something was not answered that had to be: before the next case, see whether the target still lives."""
        self._doubt = True

    def check_alive(self, family: str) -> None:
        """Where there is doubt, try a handshake with the open port and ask the agent. Inconclusive if one is silent.

        Once that has failed, the next check waits no longer than silence needs to be believed: a target that has died
        costs the cases that remain one short check each.
        """
        if not self._doubt:
            return
        self._knock(family)
        self._greet()
        self._doubt = False
        self._patience = self.subject.timing.reply

    def _knock(self, family: str) -> None:
        if not self.subject.open_port:
            return
        for _ in range(KNOCKS if self.subject.path.spoils else 1):
            if self._is_answered(family):
                return
        self._patience = self.subject.timing.silence
        raise Inconclusive(f"{self.subject.name} does not answer any more on its open port {self.subject.open_port}")

    def _is_answered(self, family: str) -> bool:
        remote, port = self.subject.routes[family].address, self.subject.open_port
        flow = Flow(self.source(family), self.fresh_port(), remote, port)
        peer = Peer(self.wire, flow, Transcript(), self.subject.timing)
        peer.send(Ctl.SYN)
        answer = peer.hear(self.wire.now() + self._patience)
        peer.hang_up()
        return answer is not None

    def _greet(self) -> None:
        if self.subject.agent is None:
            return
        where = f"{self.subject.agent[0]}:{self.subject.agent[1]}"
        with contextlib.closing(self.wire.channel(self.subject.agent)) as channel:
            try:
                Agent(channel, where, reply_within=2 * self._patience).version()
            except Inconclusive as why:  # its silence, or a link that was lost
                self._patience = self.subject.timing.silence
                raise Inconclusive(f"the agent at {where} does not answer any more: {why}") from None


def _cycle(ports: list[int]) -> Iterator[int]:
    while True:
        yield from ports
