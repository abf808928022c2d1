"""Carries the agent's control between its UDP socket and a stack that UDP does not reach: a process behind a stream.

`datagrams` tells how they travel.
"""

from __future__ import annotations

import contextlib
import selectors
import signal
import socket
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Protocol

from conformance.lab import system
from conformance.lab.bridge import Bridge
from conformance.lab.datagrams import Frames, Numbers, Pacer, frame
from conformance.lab.ended import StackEnded, how
from conformance.lab.holder import Place

_START_LIMIT = 18.0


class Line(Protocol):
    """What leads to the agent."""

    def fileno(self) -> int:
        """What can be read when something has come."""

    def read(self) -> bytes:
        """Return what has come, which may be nothing; `Gone` when the stack is."""

    def write(self, octets: bytes) -> None:
        """Write them all; `Gone` when the stack is."""


class Pipe:
    """The stack's standard input and output."""

    def __init__(self, near: socket.socket) -> None:
        self._near = near

    def fileno(self) -> int:
        """Return the socket's descriptor."""
        return self._near.fileno()

    def read(self) -> bytes:
        """Return what is there."""
        return hear(self._near)

    def write(self, octets: bytes) -> None:
        """Write them, however long it takes."""
        try:
            self._near.sendall(octets)
        except (BrokenPipeError, ConnectionResetError):
            raise Gone from None


def run(
    place: Place,
    command: Sequence[str],
    *,
    descriptors: Sequence[int] = (),
    bridge: Bridge | None = None,
    start_limit: float = _START_LIMIT,
    room: int = 0,
    line: Callable[[socket.socket], Line] = Pipe,
) -> None:
    """Run the stack's program, with the stream as its standard input and output, until SIGTERM or until it ends.

    `bridge` is between the cable and the stack, where it is we who carry the frames. The tester is told when the stack
    says that it is ready; `StackEnded` when it does not say so within `start_limit` seconds. `room` is how many octets
    the way to the stack holds (see `Pacer`); `line` makes another line of the stream.
    """
    near, far = socket.socketpair()
    with near, woken() as wake:
        with far:
            process = system.start(command, stdin=far.fileno(), stdout=far.fileno(), pass_fds=tuple(descriptors))
        try:
            agent, frames = line(near), Frames()
            if _await_ready(agent, frames, wake, start_limit):
                place.ready()
                _carry(place.control, agent, frames, wake, bridge or Bridge(), Pacer(room))
        except Gone:
            raise StackEnded(f"the stack says no more ({how(process)})") from None
        finally:
            process.kill()
            process.wait()


def _await_ready(line: Line, frames: Frames, wake: socket.socket, limit: float) -> bool:
    """Wait until the stack says that it is ready; return False when `wake` can be read before that."""
    until = time.monotonic() + limit
    with selectors.DefaultSelector() as selector:
        selector.register(line, selectors.EVENT_READ)
        selector.register(wake, selectors.EVENT_READ)
        while ready := selector.select(max(0.0, until - time.monotonic())):
            if any(key.fileobj is wake for key, _ in ready):
                return False
            if (0, b"") in frames.take(line.read()):
                return True
    raise StackEnded(f"the stack was not ready within {limit:g} s")


@contextlib.contextmanager
def woken() -> Iterator[socket.socket]:
    """Give a socket that can be read when SIGTERM or SIGINT has come."""
    wake, woken = socket.socketpair()
    with wake, woken:
        wake.setblocking(False)
        signal.set_wakeup_fd(wake.fileno())
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: None)
        try:
            yield woken
        finally:
            signal.set_wakeup_fd(-1)  # one that comes later finds us ending


def _carry(
    control: socket.socket,
    line: Line,
    frames: Frames,
    wake: socket.socket,
    bridge: Bridge,
    pacer: Pacer,
) -> None:
    numbers = Numbers()
    with selectors.DefaultSelector() as selector:
        sources: tuple[Line | socket.socket, ...] = (control, line, wake)
        for source in sources:
            selector.register(source, selectors.EVENT_READ)
        bridge.register(selector)
        while True:
            ready = {key.fileobj: events for key, events in selector.select(pacer.patience)}
            if wake in ready:
                return
            if not ready:
                line.write(pacer.nudge())
            bridge.turn(selector, ready)
            if control in ready:
                datagram, address = control.recvfrom(0x10000)
                line.write(pacer.add(frame(numbers.of(address), datagram)))
            if line in ready:
                _answer(control, line, frames.take(line.read()), numbers, pacer)


def _answer(
    control: socket.socket, line: Line, heard: Sequence[tuple[int, bytes]], numbers: Numbers, pacer: Pacer
) -> None:
    for number, answer in heard:
        if not answer:
            line.write(pacer.taken(number))
            continue
        with contextlib.suppress(OSError):  # an ICMP error of an earlier one
            control.sendto(answer, numbers.address(number))


def hear(near: socket.socket) -> bytes:
    """Return what is there; `Gone` when nobody is behind the socket any more."""
    try:
        octets = near.recv(0x10000)
    except ConnectionResetError:
        octets = b""
    if not octets:
        raise Gone
    return octets


class Gone(Exception):
    """The stack's program has ended, or closed the stream."""
