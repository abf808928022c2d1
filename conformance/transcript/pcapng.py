"""The transcript as a capture file (pcapng) with the suite's remarks as packet comments, for Wireshark.

The format: https://datatracker.ietf.org/doc/draft-ietf-opsawg-pcapng/ .
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

from conformance.segment import compose
from conformance.transcript import Entry, Transcript, Who
from conformance.transcript.account import Account, account_of

LINKTYPE_RAW = 101

_SECTION_HEADER, _INTERFACE, _ENHANCED_PACKET = 0x0A0D0D0A, 1, 6
_COMMENT, _END = 1, 0
_USER_APPLICATION, _TIME_RESOLUTION, _FLAGS = 4, 9, 2
_INBOUND, _OUTBOUND = 1, 2
_LONGEST_COMMENT = 4096


def render(transcript: Transcript, account: Account | None = None) -> bytes:
    """Return the packets in order as a pcapng file: raw IP, nanoseconds of Unix time, both directions flagged.

    Every packet carries its notation as a comment, after the user calls and remarks that came before it; those
    that follow the last packet are the last packet's. `account` is the transcript's, where it has been made already.
    """
    return b"".join(_blocks(transcript.epoch, account or account_of(transcript)))


def _blocks(start: float, account: Account) -> Iterator[bytes]:
    application = _option(_USER_APPLICATION, b"tcp-conformance")
    yield _block(_SECTION_HEADER, struct.pack("<IHHq", 0x1A2B3C4D, 1, 0, -1), application)
    yield _block(_INTERFACE, struct.pack("<HHI", LINKTYPE_RAW, 0, 0), _option(_TIME_RESOLUTION, b"\x09"))
    epoch = round(start * 1e9)
    for entry, comments in _commented(account):
        for octets in _octets(entry):
            yield _packet(octets, entry.who, epoch + round(entry.at * 1e9), comments)
            comments = []


def _commented(account: Account) -> list[tuple[Entry, list[str]]]:
    """Return the entries that are packets, each with what is to be said about it."""
    packets: list[tuple[Entry, list[str]]] = []
    waiting: list[str] = []
    for entry, said in zip(account.entries, account.words, strict=True):
        if entry.who == "call":
            waiting.append(f"target's user: {entry.text}")
        elif entry.who == "note":
            waiting.append(entry.text)
        else:
            packets.append((entry, [*waiting, *_about(entry, said)]))
            waiting = []
    if packets:
        packets[-1][1].extend(f"afterwards: {comment}" for comment in waiting)
    return packets


def _about(entry: Entry, said: str) -> Iterator[str]:
    yield f"{entry.who}: {said}"
    for defect in entry.segment.defects if entry.segment else ():
        yield f"malformed: {defect}"


def _octets(entry: Entry) -> tuple[bytes, ...]:
    """Return the packets of an entry: one, or the fragments that a segment went in."""
    if entry.segment is None:
        return (entry.packet,)
    return entry.fragments or (entry.segment.raw or bytes(compose(entry.segment)),)


def _packet(octets: bytes, who: Who, at: int, comments: list[str]) -> bytes:
    fixed = struct.pack("<IIIII", 0, at >> 32, at & 0xFFFFFFFF, len(octets), len(octets))
    direction = struct.pack("<I", _OUTBOUND if who == "peer" else _INBOUND)
    options = _option(_FLAGS, direction) + b"".join(_option(_COMMENT, _utf8(comment)) for comment in comments)
    return _block(_ENHANCED_PACKET, fixed + _padded(octets), options)


def _utf8(comment: str) -> bytes:
    octets = comment.encode("utf-8", "replace")
    if len(octets) <= _LONGEST_COMMENT:
        return octets
    return octets[:_LONGEST_COMMENT].decode("utf-8", "ignore").encode() + "…".encode()


def _block(kind: int, body: bytes, options: bytes) -> bytes:
    octets = body + options + struct.pack("<HH", _END, 0)
    length = struct.pack("<I", len(octets) + 12)
    return struct.pack("<I", kind) + length + octets + length


def _option(code: int, value: bytes) -> bytes:
    return struct.pack("<HH", code, len(value)) + _padded(value)


def _padded(octets: bytes) -> bytes:
    return octets + bytes(-len(octets) % 4)
