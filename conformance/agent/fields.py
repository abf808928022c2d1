"""The types that the data of a message is made of, and layouts: what follows what.

Every reader takes the data and where to start, and returns the value and where the next one starts.
"""

from __future__ import annotations

import socket
import struct
from collections.abc import Callable
from typing import Any, NamedTuple

from conformance.agent.protocol import ProtocolError

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_FAMILIES = {4: socket.AF_INET, 16: socket.AF_INET6}


class Field(NamedTuple):
    """One type: `write(value) -> octets` and `read(data, start) -> (value, end)`."""

    write: Callable[[Any], bytes]
    read: Callable[[bytes, int], tuple[Any, int]]


def _unsigned(size: int) -> Field:
    """Return the type of an unsigned number of `size` octets, big-endian."""

    def write(value: int) -> bytes:
        try:
            return value.to_bytes(size, "big")
        except OverflowError:
            raise ProtocolError(f"{value} does not fit into {size} octets") from None

    def read(data: bytes, start: int) -> tuple[int, int]:
        return int.from_bytes(_take(data, start, size), "big"), start + size

    return Field(write, read)


def _take(data: bytes, start: int, size: int) -> bytes:
    """Return `size` octets of `data` from `start` on."""
    if len(data) - start < size:
        raise ProtocolError(f"{size} octets wanted at {start}, {len(data) - start} there")
    return data[start : start + size]


U8 = _unsigned(1)
U16 = _unsigned(2)
U32 = _unsigned(4)


def _read_bool(data: bytes, start: int) -> tuple[bool, int]:
    number, end = U8.read(data, start)
    if number > 1:
        raise ProtocolError(f"{number} is no bool")
    return number == 1, end


def _write_octets(value: bytes) -> bytes:
    return U16.write(len(value)) + value


def _read_octets(data: bytes, start: int) -> tuple[bytes, int]:
    size, start = U16.read(data, start)
    return _take(data, start, size), start + size


def _write_address(value: str) -> bytes:
    family = socket.AF_INET6 if ":" in value else socket.AF_INET
    try:
        return _write_octets(socket.inet_pton(family, value))
    except (OSError, ValueError):
        raise ProtocolError(f"{value!r} is no IP address") from None


def _read_address(data: bytes, start: int) -> tuple[str, int]:
    octets, end = _read_octets(data, start)
    if len(octets) not in _FAMILIES:
        raise ProtocolError(f"an address of {len(octets)} octets")
    return socket.inet_ntop(_FAMILIES[len(octets)], octets), end


def _write_text(value: str) -> bytes:
    if "\0" in value:
        raise ProtocolError("a text with a NUL in it")
    try:
        return _write_octets(_BYTE_ORDER_MARK + value.encode() + b"\0" if value else b"")
    except UnicodeEncodeError as error:
        raise ProtocolError(str(error)) from None


def _read_text(data: bytes, start: int) -> tuple[str, int]:
    octets, end = _read_octets(data, start)
    if not octets:
        return "", end
    if not octets.startswith(_BYTE_ORDER_MARK) or octets.find(b"\0") != len(octets) - 1:
        raise ProtocolError("a text does not start with the byte order mark, or does not end with its only NUL")
    try:
        return octets[len(_BYTE_ORDER_MARK) : -1].decode(), end
    except UnicodeDecodeError as error:
        raise ProtocolError(str(error)) from None


BOOL = Field(lambda value: struct.pack("?", value), _read_bool)
OCTETS = Field(_write_octets, _read_octets)
"""A vint8: u16 n, then n octets."""
ADDRESS = Field(_write_address, _read_address)
"""An ipxaddr, as the text of an IPv4 or IPv6 address without scope; 0.0.0.0 and :: mean any."""
TEXT = Field(_write_text, _read_text)


class Layout:
    """The fields of a message's data, in order. Where `shortest` is given, the data may end after that many."""

    def __init__(self, *fields: Field, shortest: int | None = None) -> None:
        self._fields = fields
        self._shortest = shortest

    def encode(self, *values: Any) -> bytes:
        """Return the data that holds these values; raises ProtocolError when one does not fit."""
        if len(values) not in (len(self._fields), self._shortest):
            raise ProtocolError(f"{len(values)} values for {len(self._fields)} fields")
        return b"".join(field.write(value) for field, value in zip(self._fields, values))  # noqa: B905

    def decode(self, data: bytes) -> tuple[Any, ...]:
        """Return the values that `data` holds, all of it; raises ProtocolError otherwise."""
        values: list[Any] = []
        start = 0
        for field in self._fields:
            if len(values) == self._shortest and start == len(data):
                break
            value, start = field.read(data, start)
            values.append(value)
        if start != len(data):
            raise ProtocolError(f"{len(data) - start} octets too many")
        return tuple(values)
