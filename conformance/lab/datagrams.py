"""Datagrams on a stream of octets: how they are put on it and taken off, and how many octets a line bears.

A datagram travels behind four octets: its length, and the number of the tester's control address, each in two octets,
the higher first. An empty one from the stack says that it is ready; later ones, with a number of octets, how many it
has taken off a line that holds few. `c/stream.c` is the other end.
"""

from __future__ import annotations

import struct
from collections import OrderedDict
from typing import Any

_FRAME = struct.Struct("!HH")
_ADDRESSES = 0x10000
_PATIENCE = 0.05


class Numbers:
    """Gives each control address a number, the one used longest ago anew when all are given."""

    def __init__(self, most: int = _ADDRESSES) -> None:
        self._most = most
        self._of: OrderedDict[Any, int] = OrderedDict()
        self._addresses: dict[int, Any] = {}

    def of(self, address: Any) -> int:
        """Return the number of an address."""
        if address not in self._of:
            number = len(self._of) if len(self._of) < self._most else self._of.popitem(last=False)[1]
            self._of[address] = number
            self._addresses[number] = address
        self._of.move_to_end(address)
        return self._of[address]

    def address(self, number: int) -> Any:
        """Return the address with that number; None when there is none."""
        return self._addresses.get(number)


class Frames:
    """Puts datagrams together from a stream's octets."""

    def __init__(self) -> None:
        self._left = b""

    def take(self, octets: bytes) -> list[tuple[int, bytes]]:
        """Return what is complete now: numbers and datagrams."""
        self._left += octets
        found = []
        while len(self._left) >= _FRAME.size:
            length, number = _FRAME.unpack_from(self._left)
            if len(self._left) < _FRAME.size + length:
                break
            found.append((number, self._left[_FRAME.size : _FRAME.size + length]))
            self._left = self._left[_FRAME.size + length :]
        return found


def frame(number: int, datagram: bytes) -> bytes:
    """Return a datagram as it travels on the stream."""
    return _FRAME.pack(len(datagram), number) + datagram


class Pacer:
    """Holds back what a line has no room for. `room` is how many octets it holds; 0 for as many as there are."""

    def __init__(self, room: int = 0) -> None:
        self._room = room
        self._left = room
        self._waiting = b""

    def add(self, octets: bytes) -> bytes:
        """Return what may go now, these octets at the end."""
        self._waiting += octets
        most = self._left if self._room else len(self._waiting)
        now, self._waiting = self._waiting[:most], self._waiting[most:]
        self._left -= len(now)
        return now

    def taken(self, octets: int) -> bytes:
        """Return what may go when the stack has taken so many off the line."""
        self._left = min(self._room, self._left + octets)
        return self.add(b"")

    @property
    def patience(self) -> float | None:
        """For how many seconds to wait until `nudge` is due; None when nothing is held back."""
        return _PATIENCE if self._waiting else None

    def nudge(self) -> bytes:
        """Return one octet more: the stack has not looked at what is there, and will when something comes."""
        self._left = max(self._left, 1)
        return self.add(b"")
