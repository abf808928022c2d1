"""Somebody on the lab's cable: a process that relays every frame, as an imperfect path or a deviation has it.

It sits between the tester's end and the target's, so that both are as they always are: the kernel under test conforms,
and what the tester sees of it does not. `python -m conformance.lab.meddler PARENT STATUS NEAR FAR PATH DEVIATION` is
that process: the parent's process id, a descriptor that takes a line whenever it is ready, the interfaces towards the
tester and the target, a path as `--path` has it or nothing, a deviation's name or nothing. Each line on its standard
input names a deviation and a tester's MAC address, to whom it is done. It lives no longer than its parent.
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

RELAY_TIME = 0.02
"""Seconds that the relay may take on a machine that is busy: a segment is no longer there as soon as it is sent."""

START_LIMIT = 30.0
EVERYBODY = b""
"""In place of a tester's MAC address."""


class Meddler:
    """The meddler as the lab starts it, a process for each cable: hand `between` to `running.start`."""

    def __init__(self, path: RoughPath | None = None, deviation: str = "") -> None:
        self.path = path
        self.deviation = deviation
        self._running: list[tuple[subprocess.Popen[str], int]] = []

    @contextlib.contextmanager
    def between(self, far: str) -> Iterator[str]:
        """Relay between `far`, an end of the target's cable, and a cable of our own; yield our end of that."""
        near = link.free_name()
        other = f"{near}-far"
        link.splice(near, other)
        try:
            with self._relaying(other, far):
                yield near
        finally:
            link.cut(near)

    @contextlib.contextmanager
    def _relaying(self, near: str, far: str) -> Iterator[None]:
        reader, writer = os.pipe()
        path = str(self.path) if self.path else ""
        process = subprocess.Popen(
            [sys.executable, "-m", __name__, str(os.getpid()), str(writer), near, far, path, self.deviation],
            stdin=subprocess.PIPE,
            pass_fds=(writer,),
            env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, map(str, [_ROOT, *sys.path])))},
            start_new_session=True,  # Ctrl-C is for us; it ends when we close its input
            text=True,
        )
        os.close(writer)
        self._running.append((process, reader))
        try:
            _await(reader)
            yield
        finally:
            self._running.remove((process, reader))
            os.close(reader)
            assert process.stdin is not None
            process.stdin.close()
            process.kill()
            process.wait()

    def use(self, deviation: str, mac: str) -> None:
        """Meddle with the tester at `mac` by this deviation from now on, whatever is done to others."""
        for process, status in self._running:
            print(deviation, mac, file=process.stdin, flush=True)
            _await(status)


def _await(status: int) -> None:
    with selectors.DefaultSelector() as selector:
        selector.register(status, selectors.EVENT_READ)
        if not selector.select(START_LIMIT) or not os.read(status, 1):
            raise UsageProblem("the lab's meddler does not run")


_ROOT = Path(__file__).parents[2]


class Relay:
    """Two interfaces, and what is under way between them."""

    def __init__(self, near: str, far: str, path: RoughPath | None) -> None:
        self._ends = link.tap(near), link.tap(far)
        self._fortune = Fortune(path) if path else None
        self._under_way: list[tuple[float, int, socket.socket, bytes]] = []
        self._order = count()
        self.meddles: dict[bytes, Meddle] = {}

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
                self._pass_on(sink, out, now + after)

    def _meddled(self, frame: bytes, from_target: bool) -> Iterator[tuple[float, bytes]]:
        tester = frame[:6] if from_target else frame[6:12]
        meddle = self.meddles.get(tester) or self.meddles.get(EVERYBODY)
        if meddle is None or frame[12:14] not in (b"\x08\x00", b"\x86\xdd"):
            yield 0.0, frame
            return
        for after, packet in meddle.of(frame[14:], from_target=from_target):
            yield after, frame[:14] + packet

    def _pass_on(self, sink: socket.socket, frame: bytes, leaves: float) -> None:
        times = self._fortune.arrivals(frame[:12], leaves) if self._fortune else [leaves]
        for due in times:
            if due <= time.monotonic():
                _send(sink, frame)
            else:
                heapq.heappush(self._under_way, (due, next(self._order), sink, frame))


def _send(end: socket.socket, frame: bytes) -> None:
    with contextlib.suppress(OSError):  # the cable is being taken down, or the frame is too long for it: it is lost
        end.send(frame)


def _command(take: Callable[[str, bytes], None]) -> None:
    line = sys.stdin.readline()
    if not line:
        raise SystemExit(0)
    name, mac = line.split()
    take(name, bytes.fromhex(mac.replace(":", "")))


def main(arguments: list[str]) -> None:
    """Relay until the standard input ends."""
    parent, status, near, far, path, deviation = arguments
    system.die_with_parent(int(parent))
    relay = Relay(near, far, RoughPath.read(path) if path else None)

    def take(name: str, mac: bytes) -> None:
        relay.meddles[mac] = Meddle(load(name))
        os.write(int(status), b"\n")

    with selectors.DefaultSelector() as selector:
        relay.register(selector)
        selector.register(sys.stdin, selectors.EVENT_READ, lambda: _command(take))
        if deviation:
            take(deviation, EVERYBODY)
        else:
            os.write(int(status), b"\n")
        while True:
            relay.turn(selector)


if __name__ == "__main__":
    main(sys.argv[1:])
