"""Datagrams that came in fragments (RFC 791, section 3.2; RFC 1122, section 3.3.2; RFC 8200, section 4.5)."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from reference import ip

PATIENCE = 60.0
"""Seconds for which the rest of a datagram is waited for."""

Key = tuple[bytes, bytes, int, int]
"""Whose fragments belong together: source, destination, protocol and Identification."""


@dataclass(slots=True)
class Parts:
    """What has come of a datagram, since `at`: payloads by their offset. `length` is known with the last fragment."""

    at: float
    first: ip.Packet | None = None
    payloads: dict[int, bytes] = field(default_factory=dict)
    length: int | None = None

    def overlaps(self, packet: ip.Packet) -> bool:
        """Tell whether some of the packet's octets are there already."""
        end = packet.offset + len(packet.payload)
        return any(at < end and packet.offset < at + len(there) for at, there in self.payloads.items())

    def add(self, packet: ip.Packet) -> None:
        """Take one more."""
        self.payloads[packet.offset] = packet.payload
        if packet.offset == 0:
            self.first = packet
        if not packet.more:
            self.length = packet.offset + len(packet.payload)

    def whole(self) -> ip.Packet | None:
        """Return the datagram, None while some of it is missing."""
        if self.first is None or self.length != sum(map(len, self.payloads.values())):
            return None
        payload = b"".join(part for _, part in sorted(self.payloads.items()))
        return ip.skip_headers(replace(self.first, payload=payload, more=False))


class Reassembly:
    """Every datagram of which some is missing."""

    def __init__(self) -> None:
        self._waiting: dict[Key, Parts] = {}

    def take(self, packet: ip.Packet, now: float) -> ip.Packet | None:
        """Take a fragment; return the datagram where that is whole now."""
        self._waiting = {key: parts for key, parts in self._waiting.items() if now - parts.at < PATIENCE}
        key = (packet.src, packet.dst, packet.protocol, packet.identification)
        parts = self._waiting.setdefault(key, Parts(now))
        if parts.overlaps(packet):
            self.overlapping(key)
            return None
        parts.add(packet)
        whole = parts.whole()
        if whole is not None:
            del self._waiting[key]
        return whole

    def overlapping(self, key: Key) -> None:
        """Nothing of it is to be trusted (RFC 8200, section 4.5); what still comes of it waits in vain."""
        del self._waiting[key]
