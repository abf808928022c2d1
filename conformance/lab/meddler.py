"""Somebody on the lab's cable: a process that relays every frame, as an imperfect path or a deviation has it.

It sits between the tester's end and the target's, so that both are as they always are: the kernel under test conforms,
and what the tester sees of it does not. `python -m conformance.lab.meddler PARENT STATUS NEAR FAR PATH DEVIATION` is
that process: the parent's process id, a descriptor that takes a line whenever it is ready, the interfaces towards the
tester and the target, a path as `--path` has it or nothing, a deviation's name or nothing. Each line on its standard
input names another deviation, or none. It lives no longer than its parent.
"""

from __future__ import annotations

import contextlib
import heapq
import os
import selectors
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

from conformance.errors import UsageProblem
from conformance.lab import link, system
from conformance.lab.conversation import Meddle
from conformance.lab.deviations import load
from conformance.path import Fortune, RoughPath
from conformance.wire.host import flow_of
from conformance.wire.link import ETH_P_ALL, PACKET_IGNORE_OUTGOING, RECEIVE_BUFFER, SOL_PACKET

STOP_LIMIT = 5.0


class Meddler:
    """The meddler as the lab starts it: hand `between` to `running.start`."""

    def __init__(self, path: RoughPath | None = None, deviation: str = "") -> None:
        self._path = path
        self._deviation = deviation
        self._process: subprocess.Popen[str] | None = None
        self._status = -1

    @contextlib.contextmanager
    def between(self, far: str) -> Iterator[str]:
        """Relay between `far`, an end of the target's cable, and a cable of our own; yield our end of that."""
        near = link.free_name()
        other = f"{near}-far"
        link.splice(near, other)
        try:
            with self._running(other, far):
                yield near
        finally:
            link.cut(near)

    @contextlib.contextmanager
    def _running(self, near: str, far: str) -> Iterator[None]:
        reader, writer = os.pipe()
        path = str(self._path) if self._path else ""
        command = ["-m", "conformance.lab.meddler", str(os.getpid()), str(writer), near, far, path, self._deviation]
        self._process = subprocess.Popen(
            [sys.executable, *command],
            stdin=subprocess.PIPE,
            pass_fds=(writer,),
            env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, map(str, [_ROOT, *sys.path])))},
            start_new_session=True,  # Ctrl-C is for us; it ends when we close its input
            text=True,
        )
        os.close(writer)
        self._status = reader
        try:
            self._await()
            yield
        finally:
            os.close(reader)
            assert self._process.stdin is not None
            self._process.stdin.close()
            self._process.terminate()
            self._process.wait(STOP_LIMIT)

    def use(self, deviation: str = "") -> None:
        """Meddle otherwise from now on: by another deviation, or by none. What was said before is forgotten."""
        assert self._process is not None
        assert self._process.stdin is not None
        print(deviation, file=self._process.stdin, flush=True)
        self._await()

    def _await(self) -> None:
        if not os.read(self._status, 1):
            raise UsageProblem("the lab's meddler did not start")


_ROOT = Path(__file__).parents[2]


class Relay:
    """Two interfaces, and what is under way between them."""

    def __init__(self, near: str, far: str, path: RoughPath | None) -> None:
        self._ends = _tap(near), _tap(far)
        self._fortune = Fortune(path) if path else None
        self._under_way: list[tuple[float, int, socket.socket, bytes]] = []
        self._order = count()
        self.meddle: Meddle | None = None

    def turn(self, selector: selectors.BaseSelector) -> None:
        """Wait for the next frame, or until the next is due, and pass on."""
        timeout = max(0.0, self._under_way[0][0] - time.monotonic()) if self._under_way else None
        for key, _ in selector.select(timeout):
            key.data()
        while self._under_way and self._under_way[0][0] <= time.monotonic():
            _, _, end, frame = heapq.heappop(self._under_way)
            _send(end, frame)

    def register(self, selector: selectors.BaseSelector) -> None:
        """Have the selector watch both ends."""
        near, far = self._ends
        selector.register(near, selectors.EVENT_READ, lambda: self._read(near, far, False))
        selector.register(far, selectors.EVENT_READ, lambda: self._read(far, near, True))

    def _read(self, source: socket.socket, sink: socket.socket, from_target: bool) -> None:
        while True:
            try:
                frame = source.recv(0x10000)
            except BlockingIOError:
                return
            now = time.monotonic()
            for after, out in self._meddled(frame, from_target):
                self._pass_on(sink, out, now + after, from_target)

    def _meddled(self, frame: bytes, from_target: bool) -> Iterator[tuple[float, bytes]]:
        if self.meddle is None or frame[12:14] not in (b"\x08\x00", b"\x86\xdd"):
            yield 0.0, frame
            return
        for after, packet in self.meddle.of(frame[14:], from_target=from_target):
            yield after, frame[:14] + packet

    def _pass_on(self, sink: socket.socket, frame: bytes, leaves: float, from_target: bool) -> None:
        lane = (from_target, flow_of(frame[14:]))
        times = self._fortune.arrivals(lane, leaves) if self._fortune else [leaves]
        for due in times:
            if due <= time.monotonic():
                _send(sink, frame)
            else:
                heapq.heappush(self._under_way, (due, next(self._order), sink, frame))


def _tap(interface: str) -> socket.socket:
    """Return a socket that hears every frame on the interface, and only what others send there."""
    so_rcvbufforce = 33
    tap = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
    tap.setblocking(False)
    tap.setsockopt(SOL_PACKET, PACKET_IGNORE_OUTGOING, 1)
    tap.setsockopt(socket.SOL_SOCKET, so_rcvbufforce, RECEIVE_BUFFER)
    tap.bind((interface, ETH_P_ALL))
    return tap


def _send(end: socket.socket, frame: bytes) -> None:
    with contextlib.suppress(OSError):  # the cable is being taken down, or the frame is too long for it: it is lost
        end.send(frame)


def _commands(read: Callable[[], str], take: Callable[[str], None]) -> None:
    line = read()
    if not line:
        raise SystemExit(0)
    take(line.strip())


def main(arguments: list[str]) -> None:
    """Relay until the standard input ends."""
    parent, status, near, far, path, deviation = arguments
    system.die_with_parent(int(parent))
    relay = Relay(near, far, RoughPath.read(path) if path else None)

    def take(name: str) -> None:
        relay.meddle = Meddle(load(name)) if name else None
        os.write(int(status), b"\n")

    with selectors.DefaultSelector() as selector:
        relay.register(selector)
        selector.register(sys.stdin, selectors.EVENT_READ, lambda: _commands(sys.stdin.readline, take))
        take(deviation)
        while True:
            relay.turn(selector)


if __name__ == "__main__":
    main(sys.argv[1:])
