"""The host's end of the line to a machine's agent: two rings in the machine's memory, and a serial line for a bell.

The machine tells by the bell where in its memory the rings are, the one to it and the one from it, and then rings it
for whatever it writes. A serial line alone carries few octets at once, each group of them after a turn of the whole
emulation: 4 kB took it half a second, in which the machine did nothing else. `c/uefi_line.c` is the other end.
"""

from __future__ import annotations

import mmap
import socket
import struct

from conformance.lab.relay import hear

ROOM = 0x20000
_PLACES = struct.Struct("<QQ")
_MODULUS = 1 << 32


class Ring:
    """One ring: how many octets were written and taken so far, modulo 2**32, and room for `ROOM` octets."""

    def __init__(self, memory: mmap.mmap, at: int) -> None:
        whole = memoryview(memory)
        self._counts = whole[at : at + 8].cast("I")  # each is read and written at once
        self._octets = whole[at + 8 : at + 8 + ROOM]

    def put(self, octets: bytes) -> bytes:
        """Write as much as there is room for; return the rest."""
        written, taken = self._counts
        now = octets[: ROOM - (written - taken) % _MODULUS]
        at = written % ROOM
        before_the_end = now[: ROOM - at]
        self._octets[at : at + len(before_the_end)] = before_the_end
        self._octets[: len(now) - len(before_the_end)] = now[len(before_the_end) :]
        self._counts[0] = (written + len(now)) % _MODULUS
        return octets[len(now) :]

    def take(self) -> bytes:
        """Return what there is."""
        written, taken = self._counts
        at, length = taken % ROOM, (written - taken) % _MODULUS
        octets = bytes(self._octets[at : at + length])
        octets += bytes(self._octets[: length - len(octets)])
        self._counts[1] = written
        return octets


class Rings:
    """A line (see `relay.Line`) to a machine with this memory; `bell` is the socket behind its serial line."""

    def __init__(self, bell: socket.socket, memory: mmap.mmap) -> None:
        self._bell = bell
        self._memory = memory
        self._heard = b""
        self._waiting = b""
        self._rings: tuple[Ring, Ring] | None = None

    def fileno(self) -> int:
        """The bell's descriptor."""
        return self._bell.fileno()

    def read(self) -> bytes:
        """Return what has come, which may be nothing; `Gone` when the machine is."""
        heard = hear(self._bell)
        if self._rings is None:
            self._heard += heard
            if len(self._heard) < _PLACES.size:
                return b""
            to_it, from_it = _PLACES.unpack_from(self._heard)
            self._rings = Ring(self._memory, to_it), Ring(self._memory, from_it)
        self.write(b"")
        return self._rings[1].take()

    def write(self, octets: bytes) -> None:
        """Write these octets, or what there is room for, and the rest when the machine has taken some."""
        self._waiting += octets
        if self._rings is not None:
            self._waiting = self._rings[0].put(self._waiting)
