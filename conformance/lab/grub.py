"""GRUB's TCP (C, of a boot loader) as a target: `grub-emu`, which fetches a file by HTTP when we type that it should.

That is all its user can do: other calls are not applicable. Each case gets a GRUB of its own, with the interface that
it makes for itself; frames are carried between that one and the cable.
"""

from __future__ import annotations

import contextlib
import os
import pty
import selectors
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from conformance.lab import frames, link, relay, system
from conformance.lab.holder import Place
from conformance.lab.offload import bring_up
from conformance.lab.opener import Opener
from conformance.wire.link import ETH_P_ALL, PACKET_IGNORE_OUTGOING, SOL_PACKET

HTTP = 80
"""The one port that GRUB 2.06 opens connections to."""

_INTERFACE = "tap0"
_CONFIGURATION = f"""
set pager=0
insmod emunet
insmod http
net_add_addr card emu0 {link.TARGET_ADDRESSES["ipv4"]}
net_add_route cable 198.18.0.0/{link.PREFIX_LENGTHS["ipv4"]} card
"""
_READY = b"grub> "


class Grub:
    """One GRUB that waits for a command, and the interface that it has made."""

    def __init__(self, place: str) -> None:
        self.terminal, theirs = pty.openpty()
        holder = os.getpid()
        self._process = subprocess.Popen(
            ["grub-emu", "-d", place],
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            env={**os.environ, "TERM": "vt100"},
            preexec_fn=lambda: system.die_with_parent(holder),
        )
        os.close(theirs)
        os.set_blocking(self.terminal, False)
        self._said = b""
        self._wanted: list[bytes] = []
        self.cable: socket.socket | None = None

    def hear(self) -> None:
        """Read what it says; begin to carry its frames when it has its interface, and type when it is ready."""
        with contextlib.suppress(OSError):
            self._said += os.read(self.terminal, 0x10000)
        if self.cable is None and _READY in self._said:
            self.cable = _attach()
        if self.cable is not None:
            for line in self._wanted:
                os.write(self.terminal, line)
            self._wanted.clear()

    def fetch(self, address: str) -> None:
        """Have it fetch a file by HTTP, as soon as it is ready."""
        self._wanted.append(f"cat (http,{address})/file\r".encode())
        if self.cable is not None:
            self.hear()

    def end(self) -> None:
        """Make an end of it; its interface goes with it."""
        self._process.kill()
        self._process.wait()
        os.close(self.terminal)
        if self.cable is not None:
            self.cable.close()


def _attach() -> socket.socket:
    bring_up(_INTERFACE)
    cable = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
    cable.setsockopt(SOL_PACKET, PACKET_IGNORE_OUTGOING, 1)
    cable.bind((_INTERFACE, ETH_P_ALL))
    cable.setblocking(False)
    return cable


class Holder:
    """Carries control and frames; has a fresh GRUB ready for each case."""

    def __init__(self, place: Place, cable: socket.socket, folder: str) -> None:
        self._place, self._cable, self._folder = place, cable, folder
        self._agent = Opener(self._open, self._renew)
        self._grub = Grub(folder)

    def _open(self, address: str, port: int) -> None:
        if port != HTTP:
            raise ValueError(f"it opens connections to port {HTTP} alone")
        self._grub.fetch(address)

    def _renew(self) -> None:
        self._grub.end()
        self._grub = Grub(self._folder)

    def run(self, wake: socket.socket) -> None:
        """Work until `wake` can be read."""
        try:
            told = False
            while wake not in (ready := self._ready(wake)):
                if self._grub.terminal in ready:
                    self._grub.hear()
                if not told and self._grub.cable is not None:
                    self._place.ready(families=("ipv4",))
                    told = True
                if self._place.control in ready:
                    self._answer()
                if self._grub.cable is not None:
                    relay.cross((self._cable, self._grub.cable), ready)
        finally:
            self._grub.end()

    def _ready(self, wake: socket.socket) -> set[object]:
        with selectors.DefaultSelector() as selector:
            for source in (wake, self._place.control, self._cable, self._grub.terminal, self._grub.cable):
                if source is not None:
                    selector.register(source, selectors.EVENT_READ)
            return {key.fileobj for key, _ in selector.select()}

    def _answer(self) -> None:
        datagram, address = self._place.control.recvfrom(0x10000)
        answer = self._agent.answer(datagram)
        if answer is not None:
            with contextlib.suppress(OSError):
                self._place.control.sendto(answer, address)


@contextlib.contextmanager
def _folder() -> Iterator[str]:
    with TemporaryDirectory(prefix="grub-") as folder:
        (Path(folder) / "grub.cfg").write_text(_CONFIGURATION)
        yield folder


def hold(place: Place) -> None:
    """Lay the cable, have GRUB on it, and answer the agent's control until SIGTERM."""
    with frames.lay(place) as cable, _folder() as folder, relay.woken() as wake:
        Holder(place, cable, folder).run(wake)
