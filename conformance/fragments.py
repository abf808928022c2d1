"""Fragments of an IP packet, as a router or we ourselves might cut it (RFC 791, section 3.2; RFC 8200, section 4.5).

A case says how by `peer.ip = Header(cut=in_order)`.
"""

from __future__ import annotations

import random
import struct
from itertools import count

from conformance.packet import FRAGMENT, ones_sum

SIZE = 128
"""Octets of a fragment's payload, the last one's excepted: room for every TCP header in the first (RFC 7112)."""

OVERLAP = 16
"""Octets that fragments share where they overlap."""

_identifications = count(random.randrange(1 << 16))


def in_order(packet: bytes) -> tuple[bytes, ...]:
    """Return the fragments of a packet that has none yet, first to last."""
    return _fragments(packet, SIZE)


def last_first(packet: bytes) -> tuple[bytes, ...]:
    """Return them last to first."""
    return in_order(packet)[::-1]


def overlapping(packet: bytes) -> tuple[bytes, ...]:
    """Return fragments each of which ends with what the next one begins with, octet by octet."""
    return _fragments(packet, SIZE, SIZE + OVERLAP)


def _fragments(packet: bytes, step: int, size: int | None = None) -> tuple[bytes, ...]:
    """Return fragments of `size` octets of payload, each beginning `step` octets behind the one before."""
    ipv6 = packet[0] >> 4 == 6
    header = 40 if ipv6 else (packet[0] & 15) * 4
    payload, identification = packet[header:], next(_identifications) & 0xFFFF
    fragment = _ipv6 if ipv6 else _ipv4
    return tuple(
        fragment(packet[:header], payload[at : at + (size or step)], identification, at, at + step < len(payload))
        for at in range(0, len(payload), step)
    )


def _ipv4(header: bytes, part: bytes, identification: int, offset: int, more: bool) -> bytes:
    head = bytearray(header)
    struct.pack_into("!HHH", head, 2, len(head) + len(part), identification, offset // 8 | (0x2000 if more else 0))
    struct.pack_into("!H", head, 10, 0)
    struct.pack_into("!H", head, 10, ~ones_sum(bytes(head)) & 0xFFFF)
    return bytes(head) + part


def _ipv6(header: bytes, part: bytes, identification: int, offset: int, more: bool) -> bytes:
    """Extension headers of the packet count as its payload, so only such may be there as the destination looks at."""
    own = struct.pack("!BBHI", header[6], 0, offset | more, identification)
    return header[:4] + struct.pack("!HBB", len(own) + len(part), FRAGMENT, header[7]) + header[8:] + own + part
