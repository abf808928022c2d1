"""Segments and options as values, and their octets (RFC 9293, sections 3.1 and 3.2)."""

from __future__ import annotations

import struct
from dataclasses import dataclass, field
from typing import NamedTuple

from reference.numbers import add

FIN, SYN, RST, PSH, ACK, URG, ECE, CWR = 0x01, 0x02, 0x04, 0x08, 0x10, 0x20, 0x40, 0x80

END_OF_LIST, NO_OPERATION, MSS, WINDOW_SCALE, SACK_PERMITTED, TIMESTAMPS = 0, 1, 2, 3, 4, 8

MAX_SHIFT = 14


class Flow(NamedTuple):
    """The four-tuple of a connection, from this host's side."""

    local: bytes
    local_port: int
    remote: bytes
    remote_port: int


@dataclass(slots=True)
class Options:
    """The options that this endpoint knows; None for what is not there. `timestamps` are TSval and TSecr."""

    mss: int | None = None
    shift: int | None = None
    timestamps: tuple[int, int] | None = None

    def write(self) -> bytes:
        """Return the options field, each option on a word boundary."""
        octets = b""
        if self.mss is not None:
            octets += struct.pack("!BBH", MSS, 4, self.mss)
        if self.shift is not None:
            octets += struct.pack("!BBBB", NO_OPERATION, WINDOW_SCALE, 3, self.shift)
        if self.timestamps is not None:
            octets += struct.pack("!BBBBII", NO_OPERATION, NO_OPERATION, TIMESTAMPS, 10, *self.timestamps)
        return octets


@dataclass(slots=True)
class Segment:
    """A segment, in or out, under the RFC's names: `seq` is SEG.SEQ and so on. `flow` is from this host's side."""

    flow: Flow
    seq: int
    ack: int = 0
    ctl: int = 0
    wnd: int = 0
    up: int = 0
    options: Options = field(default_factory=Options)
    text: bytes = b""
    ttl: int = 64
    traffic_class: int = 0
    dont_fragment: bool = True
    ip_options: bytes = b""

    @property
    def length(self) -> int:
        """SEG.LEN: text, and SYN and FIN counted as one each."""
        return len(self.text) + (self.ctl & FIN) + (self.ctl >> 1 & 1)

    @property
    def end(self) -> int:
        """SEG.SEQ+SEG.LEN."""
        return add(self.seq, self.length)


def split_options(octets: bytes) -> list[tuple[int, bytes]]:
    """Return kind and data of each option; what follows an illegal length (MUST-7) or the end of the list is not read.

    An option of unknown kind is in the list as any other: its length tells where the next one starts (MUST-6).
    """
    found, at = [], 0
    while at < len(octets) and octets[at] != END_OF_LIST:
        if octets[at] == NO_OPERATION:
            at += 1
            continue
        length = octets[at + 1] if at + 1 < len(octets) else 0
        if length < 2 or at + length > len(octets):
            break
        found.append((octets[at], octets[at + 2 : at + length]))
        at += length
    return found


def known_options(found: list[tuple[int, bytes]]) -> Options:
    """Take what this endpoint knows; an option whose length is not its own counts as unknown."""
    options = Options()
    for kind, data in found:
        if kind == MSS and len(data) == 2:
            options.mss = int.from_bytes(data, "big")
        elif kind == WINDOW_SCALE and len(data) == 1:
            options.shift = min(data[0], MAX_SHIFT)
        elif kind == TIMESTAMPS and len(data) == 8:
            tsval, tsecr = struct.unpack("!II", data)
            options.timestamps = tsval, tsecr
    return options


def write(segment: Segment) -> bytes:
    """Return the octets of a segment, with zero for a checksum."""
    options = segment.options.write()
    head = struct.pack(
        "!HHIIHHHH",
        *(segment.flow.local_port, segment.flow.remote_port, segment.seq, segment.ack),
        *((5 + len(options) // 4) << 12 | segment.ctl, segment.wnd, 0, segment.up),
    )
    return head + options + segment.text
