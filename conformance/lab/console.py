"""A boot loader in QEMU, behind the serial line that its machine has for a console."""

from __future__ import annotations

import contextlib
import signal
import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from conformance.lab import frames, loader, relay, system
from conformance.lab.ended import StackEnded, how
from conformance.lab.holder import Place

MAC = "02:00:00:00:00:02"
_INTERRUPT = b"\x03"


@dataclass(frozen=True, slots=True)
class Dialogue:
    """What is said over the console.

    `asks` are what it says while it starts, each with what is typed then; with the last it is ready. `typist` returns,
    for a machine that has just started, what gives the keys that have a file fetched from an address. `begun` is what
    it says once the last of them is read. `ended` is what it says once, and only, when the fetch is over, also by
    Ctrl-C; it is empty for one that has to start afresh then, and waits for the next case without a pause of its own.
    """

    asks: Sequence[tuple[bytes, bytes]]
    typist: Callable[[], Callable[[str], bytes]]
    begun: bytes
    ended: bytes = b""


class Console:
    """A machine that is booting, or has booted."""

    terminal: socket.socket

    def __init__(self, command: Sequence[str], dialogue: Dialogue, descriptors: Sequence[int] = ()) -> None:
        self._command, self._dialogue, self._descriptors = command, dialogue, descriptors
        self._wanted = ""
        self._start()

    def _start(self) -> None:
        self.terminal, theirs = socket.socketpair()
        self._card, far = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)  # QEMU takes no packet socket
        self.terminal.setblocking(False)
        self._card.setblocking(False)
        with theirs, far:
            command = [*self._command, *_devices(far)]
            number = theirs.fileno()
            self._process = system.start(
                command, stdin=number, stdout=number, pass_fds=(far.fileno(), *self._descriptors)
            )
        self._asks = list(self._dialogue.asks)
        self._keys = self._dialogue.typist()
        self._said = b""
        self._fetches = False
        self.cable: socket.socket | None = None
        self.ending = False

    @property
    def process(self) -> int:
        """The number of the machine's process."""
        return self._process.pid

    @property
    def opening(self) -> bool:
        """Whether it is to fetch a file and has not begun."""
        return bool(self._wanted)

    @property
    def deaf(self) -> bool:
        """Whether it is halted, so that what comes would lie in its card until it fetches again."""
        return not self._dialogue.ended and not self._fetches

    def hear(self) -> None:
        """Read what it says, answer what it asks, type what is wanted."""
        try:
            self._said += relay.hear(self.terminal)
        except relay.Gone:
            raise StackEnded(f"the boot loader's machine says no more ({how(self._process)})") from None
        while self._asks and self._heard(self._asks[0][0]):
            self._type(self._asks.pop(0)[1])
            if not self._asks:
                self.cable, self.ending = self._card, False
                self._pause(signal.SIGSTOP)
        if self._fetches and not self.ending and self._heard(self._dialogue.begun):
            self._wanted = ""
        if self._fetches and self._dialogue.ended and self._heard(self._dialogue.ended):
            self._fetches = self.ending = False
        self._go_on()

    def fetch(self, address: str) -> None:
        """Have it fetch a file from an address, as soon as it is ready."""
        self._wanted = address
        self._go_on()

    def renew(self) -> None:
        """Interrupt what it fetches, or start afresh; `ending` from then on until that is done."""
        self._wanted = ""
        if self._fetches and not self.ending and self._heard(self._dialogue.begun):
            self._wanted = ""
        if self._fetches and self._dialogue.ended:
            self._type(_INTERRUPT)
            self.ending = True
        elif self._fetches:
            self.restart()

    def restart(self) -> None:
        """Start another machine in its place; `ending` from then on until that is ready.

        What this one was to fetch and had not begun, that one begins.
        """
        self.end()
        self._start()
        self.ending = True

    def end(self) -> None:
        """Make an end of the machine."""
        self._process.kill()
        self._process.wait()
        self.terminal.close()
        self._card.close()

    def _go_on(self) -> None:
        if self._wanted and self.cable is not None and not self._fetches:
            self._pause(signal.SIGCONT)
            self._type(self._keys(self._wanted))
            self._fetches = True

    def _pause(self, number: signal.Signals) -> None:
        """Halt a machine that would go round and round until there is something to do, or have it go on."""
        if not self._dialogue.ended:
            self._process.send_signal(number)

    def _heard(self, words: bytes) -> bool:
        """Tell whether it has said that, and forget all up to it."""
        _, found, left = self._said.partition(words)
        if found:
            self._said = left
        return bool(found)

    def _type(self, keys: bytes) -> None:
        with contextlib.suppress(BrokenPipeError):  # it is gone, as `hear` will find
            self.terminal.sendall(keys)


def _devices(far: socket.socket) -> list[str]:
    return [
        *("-nodefaults", "-no-user-config", "-display", "none"),
        *("-chardev", "stdio,id=console,signal=off", "-serial", "chardev:console"),
        *("-netdev", f"dgram,id=cable,local.type=fd,local.str={far.fileno()}"),
        *("-device", f"virtio-net-pci,netdev=cable,mac={MAC},romfile="),
    ]


def hold(
    place: Place, command: Sequence[str], dialogue: Dialogue, families: Sequence[str], descriptors: Sequence[int] = ()
) -> None:
    """Lay the cable, boot a machine on it, and answer the agent's control until SIGTERM.

    The command keeps these descriptors.
    """
    with frames.lay(place) as cable, relay.woken() as wake:
        loader.run(place, cable, Console(command, dialogue, descriptors), wake, families)
