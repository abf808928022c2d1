"""TCP options as values, and the strict reading of an options field (RFC 9293, sections 3.1 and 3.2)."""

from __future__ import annotations

import struct
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

EOL_KIND = 0
NOP_KIND = 1
MSS_KIND = 2
WINDOW_SCALE_KIND = 3
SACK_PERMITTED_KIND = 4
SACK_KIND = 5
TIMESTAMPS_KIND = 8

NAMES = {
    EOL_KIND: "EOL",
    NOP_KIND: "NOP",
    MSS_KIND: "MSS",
    WINDOW_SCALE_KIND: "WS",
    SACK_PERMITTED_KIND: "SACK-permitted",
    SACK_KIND: "SACK",
    TIMESTAMPS_KIND: "TS",
}

LENGTHS = {
    MSS_KIND: (4,),
    WINDOW_SCALE_KIND: (3,),
    SACK_PERMITTED_KIND: (2,),
    SACK_KIND: (10, 18, 26, 34),
    TIMESTAMPS_KIND: (10,),
}
"""The legal lengths of each option that has a fixed form, kind and length octets included."""


@dataclass(frozen=True, slots=True)
class Option:
    """One option: its kind and the octets that follow kind and length."""

    kind: int
    data: bytes = b""

    @property
    def octets(self) -> bytes:
        """The option as it stands on the wire. EOL and NOP have no length octet (MUST-68)."""
        if self.kind in (EOL_KIND, NOP_KIND):
            return bytes([self.kind])
        return bytes([self.kind, len(self.data) + 2]) + self.data

    @property
    def value(self) -> int:
        """The data read as one unsigned number: the MSS in octets, the window shift count."""
        return int.from_bytes(self.data, "big")

    @property
    def timestamps(self) -> tuple[int, int]:
        """TSval and TSecr of a Timestamps option (RFC 7323, section 3.2)."""
        tsval, tsecr = struct.unpack("!II", self.data)
        return tsval, tsecr

    def __str__(self) -> str:
        name = NAMES.get(self.kind, f"kind {self.kind}")
        if self.kind in (MSS_KIND, WINDOW_SCALE_KIND):
            return f"{name} {self.value}"
        if self.kind == TIMESTAMPS_KIND and len(self.data) == 8:
            return "TS {} {}".format(*self.timestamps)
        return f"{name} {self.data.hex()}" if self.data else name


EOL = Option(EOL_KIND)
NOP = Option(NOP_KIND)
SACK_PERMITTED = Option(SACK_PERMITTED_KIND)


def mss(octets: int) -> Option:
    """Maximum Segment Size: the largest segment, in octets of data, that its sender can receive."""
    return Option(MSS_KIND, struct.pack("!H", octets))


def window_scale(shift: int) -> Option:
    """Window Scale (RFC 7323, section 2.2): windows are to be shifted left by `shift`, from 0 to 14."""
    return Option(WINDOW_SCALE_KIND, bytes([shift]))


def timestamps(tsval: int, tsecr: int = 0) -> Option:
    """Timestamps (RFC 7323, section 3.2): our clock and the echo of the other's."""
    return Option(TIMESTAMPS_KIND, struct.pack("!II", tsval, tsecr))


def encode(options: Iterable[Option]) -> bytes:
    """Return the options field: the options in order, then zeros up to a multiple of four octets."""
    octets = b"".join(option.octets for option in options)
    return octets + bytes(-len(octets) % 4)


@lru_cache(maxsize=1024)
def parse(field: bytes) -> tuple[tuple[Option, ...], tuple[str, ...]]:
    """Read an options field strictly; return its options and what is wrong with it, in words.

    Nothing is repaired: reading stops at the first option whose length makes no sense (MUST-7).
    """
    options: list[Option] = []
    wrong = ""
    at = 0
    while at < len(field) and not wrong:
        kind = field[at]
        if kind == EOL_KIND:
            options.append(EOL)
            wrong = "octets after End of Option List are not zero" if any(field[at:]) else ""
            break
        if kind == NOP_KIND:
            options.append(NOP)
            at += 1
            continue
        wrong = _wrong_length(field, at)
        if not wrong:
            options.append(Option(kind, field[at + 2 : at + field[at + 1]]))
            at += field[at + 1]
    return tuple(options), _illegal_lengths(options) + ((wrong,) if wrong else ())


def _wrong_length(field: bytes, at: int) -> str:
    if at + 1 >= len(field):
        return f"option kind {field[at]} has no length octet"
    if field[at + 1] < 2:
        return f"option kind {field[at]} has length {field[at + 1]}"
    if at + field[at + 1] > len(field):
        return f"option kind {field[at]} of length {field[at + 1]} runs past the header"
    return ""


def _illegal_lengths(options: list[Option]) -> tuple[str, ...]:
    return tuple(
        f"option {NAMES[option.kind]} has length {len(option.data) + 2}, legal is {_listed(LENGTHS[option.kind])}"
        for option in options
        if option.kind in LENGTHS and len(option.data) + 2 not in LENGTHS[option.kind]
    )


def _listed(lengths: tuple[int, ...]) -> str:
    return " or ".join(map(str, lengths))
