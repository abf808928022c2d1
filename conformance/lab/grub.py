"""GRUB's TCP (C, of a boot loader) as a target: `grub-emu`, which fetches a file by HTTP when we type that it should.

Each case gets a GRUB of its own, with the interface that it makes for itself.
"""

from __future__ import annotations

import os
import pty
import socket
import sys
from pathlib import Path

from conformance import stacks
from conformance.lab import frames, link, loader, relay, system
from conformance.lab.ended import StackEnded, how
from conformance.lab.holder import Place
from conformance.lab.offload import bring_up

_INTERFACE = "tap0"
FOLDER = Path(__file__).parent / "grub-emu"
"""Where its configuration is."""

_READY = b"grub> "
_BEGUN = b"\n"  # what is typed fits in a line


class Grub:
    """One GRUB after the other that waits for a command, and the interface that it has made."""

    deaf = ending = False

    def __init__(self) -> None:
        self._wanted = ""
        self._start()

    def _start(self) -> None:
        ours, theirs = pty.openpty()
        environment = {**os.environ, "TERM": "vt100"}
        command = ["grub-emu", "-d", str(FOLDER)]
        self._process = system.start(command, stdin=theirs, stdout=theirs, stderr=theirs, env=environment)
        os.close(theirs)
        os.set_blocking(ours, False)
        self._pty = ours
        self.terminal: int | None = ours
        self._said = b""
        self._typed: int | None = None  # how much it had said before that
        self.cable: socket.socket | None = None

    @property
    def process(self) -> int:
        """The number of its process."""
        return self._process.pid

    @property
    def said(self) -> str:
        """All that is on its terminal so far."""
        return self._said.decode(errors="replace")

    def hear(self) -> None:
        """Read what it says; begin to carry its frames when it has its interface, and type when it is ready."""
        try:
            self._said += os.read(self._pty, 0x10000)
        except OSError:  # it has ended; the next one comes with the next case
            self.terminal, self._wanted = None, ""
            print(f"GRUB says no more ({how(self._process)}): {self.said.strip()[-80:]!r}", file=sys.stderr)
        if self.cable is None and _READY in self._said:
            self.cable = _attach()
        if self._typed is not None and _BEGUN in self._said[self._typed :]:
            self._wanted = ""
        self._go_on()

    @property
    def opening(self) -> bool:
        """Whether it is to fetch a file and has not begun."""
        return bool(self._wanted)

    def fetch(self, address: str) -> None:
        """Have it fetch a file by HTTP, as soon as it is ready."""
        self._wanted = address
        self._go_on()

    def _go_on(self) -> None:
        if self._wanted and self.cable is not None and self._typed is None:
            os.write(self._pty, f"cat (http,{self._wanted})/file\r".encode())
            self._typed = len(self._said)

    def renew(self) -> None:
        """Have the next one in its place."""
        self._wanted = ""
        self.restart()

    def restart(self) -> None:
        """Have the next one in its place: nothing ends otherwise."""
        self.end()
        self._start()

    def end(self) -> None:
        """Make an end of it; its interface goes with it."""
        self._process.kill()
        self._process.wait()
        os.close(self._pty)
        if self.cable is not None:
            self.cable.close()


def _attach() -> socket.socket:
    try:
        bring_up(_INTERFACE)
    except OSError:
        raise StackEnded(f"GRUB has made no interface {_INTERFACE}, for which it needs /dev/net/tun") from None
    return link.tap(_INTERFACE)


def hold(place: Place) -> None:
    """Lay the cable, have GRUB on it, and answer the agent's control until SIGTERM."""
    with frames.lay(place) as cable, relay.woken() as wake:
        loader.run(place, cable, Grub(), wake, stacks.STACKS[place.name].families)
