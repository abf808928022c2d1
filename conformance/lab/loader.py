"""A boot loader as a target: who sits at its prompt can have it fetch a file by HTTP, and nothing else.

Other calls are not applicable. Frames are carried between its card and the cable from when it is ready.
"""

from __future__ import annotations

import contextlib
import selectors
import socket
import time
from collections.abc import Sequence
from typing import Any, Protocol

from conformance import stacks
from conformance.lab.bridge import Bridge
from conformance.lab.ended import StackEnded
from conformance.lab.holder import Place
from conformance.lab.opener import Opener

HTTP = 80
"""The one port that it opens connections to."""

END_LIMIT = 10.0
"""So many seconds it has to begin a fetch, to make an end of it, or to start; one in its place has twice as many."""


class Loader(Protocol):
    """A boot loader at its prompt."""

    @property
    def terminal(self) -> int | socket.socket | None:
        """What can be read when it has said something; None when it says no more."""

    @property
    def cable(self) -> socket.socket | None:
        """What carries frames to and from its card; None before it is ready. A read does not wait."""

    @property
    def deaf(self) -> bool:
        """Whether it leaves what comes unread just now. That is lost, as it would be read with the next connection."""

    @property
    def opening(self) -> bool:
        """Whether it is to fetch a file and has not begun: it is still told where from."""

    @property
    def ending(self) -> bool:
        """Whether the end of what it fetched takes it some time yet."""

    def hear(self) -> None:
        """Read what it says, and go on with what it is to do."""

    def fetch(self, address: str) -> None:
        """Have it fetch a file from an address, as soon as it is ready for that."""

    def renew(self) -> None:
        """Make an end of what it fetches."""

    def restart(self) -> None:
        """Start another in its place, whatever it is at; `ending` from then on until that is ready.

        What it was to fetch and had not begun, the other begins.
        """

    def end(self) -> None:
        """Make an end of it."""


def run(
    place: Place,
    cable: socket.socket,
    loader: Loader,
    wake: socket.socket,
    families: Sequence[str] = stacks.FAMILIES,
) -> None:
    """Carry control and frames of a boot loader until `wake` can be read, and then make an end of it.

    `StackEnded` when it ends before it was ready.
    """
    agent = Opener(lambda address, port: _open(loader, address, port), loader.renew)
    told, answers, patience, frames = False, _Answers(place.control), _Patience(), _Frames(cable)
    try:
        while wake not in (ready := frames.turn(loader, (wake, answers.awaited, loader.terminal), patience.until)):
            if loader.terminal in ready:
                loader.hear()
            if not told and loader.cable is not None:
                place.ready(families=families)
                told = True
            if not told and loader.terminal is None:
                raise StackEnded("the boot loader has ended before it was ready")
            if place.control in ready:
                answers.find(agent)
            busy = loader.opening or loader.ending
            if not busy:
                answers.give()
            if patience.is_over(busy):
                loader.restart()
    finally:
        loader.end()


def _open(loader: Loader, address: str, port: int) -> None:
    if port != HTTP:
        raise ValueError(f"it opens connections to port {HTTP} alone")
    loader.fetch(address)


class _Patience:
    """How long it may be busy."""

    def __init__(self) -> None:
        self.until: float | None = None
        self._limit = END_LIMIT

    def is_over(self, busy: bool) -> bool:
        """Tell whether it has been `busy` for too long; another one in its place has more time, from now on."""
        now = time.monotonic()
        if not busy:
            self.until, self._limit = None, END_LIMIT
        elif self.until is None:
            self.until = now + self._limit
        elif now >= self.until:
            self._limit *= 2
            self.until = now + self._limit
            return True
        return False


class _Frames:
    """Carries frames between the cable and the card of the boot loader at hand."""

    def __init__(self, cable: socket.socket) -> None:
        self._cable = cable
        self._card: socket.socket | None = None
        self._bridge = Bridge()

    def turn(self, loader: Loader, sources: Sequence[int | socket.socket | None], until: float | None) -> set[object]:
        """Wait for a frame, for one of `sources`, or until then; carry what has come; return what could be read.

        What comes for a boot loader that is not ready, or reads nothing, is lost: it was for another connection.
        """
        if loader.cable is not self._card:
            self._card = loader.cable
            self._bridge = Bridge((self._cable, self._card) if self._card else ())
        timeout = None if until is None else max(0.0, until - time.monotonic())
        with selectors.DefaultSelector() as selector:
            self._bridge.register(selector)
            for source in (*sources, None if self._card else self._cable):
                if source is not None:
                    selector.register(source, selectors.EVENT_READ)
            ready = {key.fileobj: events for key, events in selector.select(timeout)}
            if (self._card is None or loader.deaf) and ready.pop(self._cable, 0):
                _lose(self._cable)
            self._bridge.turn(selector, ready)
        return set(ready)


def _lose(cable: socket.socket) -> None:
    """Read all that has come."""
    with contextlib.suppress(OSError):  # there is no more, or the cable is taken away
        while True:
            cable.recv(0x10000)


class _Answers:
    """Answers to control: one call after the other, for the OPEN and the end of a test may take some time.

    A case waits for what comes of an OPEN from when that is answered, which is when the boot loader has begun.
    """

    def __init__(self, control: socket.socket) -> None:
        self._control = control
        self._found: tuple[bytes | None, Any] | None = None

    @property
    def awaited(self) -> socket.socket | None:
        """The control socket, unless an answer is still to be given."""
        return self._control if self._found is None else None

    def find(self, agent: Opener) -> None:
        """Do what is asked."""
        datagram, address = self._control.recvfrom(0x10000)
        self._found = agent.answer(datagram), address

    def give(self) -> None:
        """Say what came of it."""
        answer, address = self._found or (None, None)
        self._found = None
        if answer is not None:
            _reply(self._control, answer, address)


def _reply(control: socket.socket, answer: bytes, address: Any) -> None:
    with contextlib.suppress(OSError):  # an ICMP error of an earlier one
        control.sendto(answer, address)
