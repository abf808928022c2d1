"""The host around the endpoints: what is for whom, CLOSED (RFC 9293, section 3.10.7.1), the clocks, the way out."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Callable, Iterable

from reference import icmp, ip
from reference import segment as tcp
from reference.addresses import is_unicast
from reference.deadlines import Deadlines
from reference.endpoint import Endpoint
from reference.fragments import Reassembly
from reference.listen import Listener
from reference.numbers import add, le
from reference.opens import Opens
from reference.segment import ACK, RST, Flow, Options, Segment
from reference.tcb import Tcb
from reference.user import Settings

REMEMBERED = 64
"""Segments whose Identification is known."""

ISN_RATE = 250_000
"""The ISN clock ticks every 4 microseconds (RFC 9293, section 3.4.1)."""


class Host(Opens, Deadlines):
    """A TCP at `addresses` (octets, IPv4 or IPv6). `now` is the time in seconds: whoever drives the host sets it.

    Packets come by `arrives` and go by `send`. `expire` is to be called at `next_timer`.
    """

    endpoint: type[Endpoint] = Endpoint
    listener: type[Listener] = Listener
    fragments: type[Reassembly] = Reassembly

    def __init__(self, addresses: Iterable[bytes], send: Callable[[bytes], None], seed: int | None = None) -> None:
        super().__init__()
        self.addresses = tuple(addresses)
        self.connections: dict[Flow, Endpoint] = {}
        self.listeners: dict[tuple[bytes, int], Listener] = {}
        self.settings = Settings()
        self._send = send
        self._random = random.Random(seed)
        self._secret = self._random.randbytes(16)
        self._identified: dict[bytes, int] = {}
        self.reassembly = self.fragments()

    # -- SEGMENT ARRIVES --

    def arrives(self, octets: bytes) -> None:
        """Take a packet off the wire."""
        packet = self.read_packet(octets)
        if packet is None or not self.is_for_us(packet) or not self.is_valid_source(packet):
            return
        if packet.is_fragment:
            packet = self.reassembly.take(packet, self.now)
        if packet is not None:
            self.datagram_arrives(packet)

    def is_for_us(self, packet: ip.Packet) -> bool:
        """RFC 1122, section 3.2.1.3; and MUST-57: nobody answers what is for everybody, or for a group."""
        return packet.dst in self.addresses

    def datagram_arrives(self, packet: ip.Packet) -> None:
        """Hand a whole datagram to whom it is for."""
        if packet.protocol == ip.TCP:
            self.segment_arrives(packet)
        elif packet.protocol in (ip.ICMP, ip.ICMPV6):
            self.icmp_arrives(packet)

    def read_packet(self, octets: bytes) -> ip.Packet | None:
        """Read the IP header; None when it is wrong."""
        return ip.read(octets)

    def is_valid_source(self, packet: ip.Packet) -> bool:
        """MUST-63, and section 3.9.2.3: an address that a segment can come from, which is not our own."""
        return is_unicast(packet.src) and packet.src not in self.addresses

    def segment_arrives(self, packet: ip.Packet) -> None:
        """Check and read a segment, and hand it to whom it is for; where there is nobody, the state is CLOSED."""
        if not self.checksum_is_right(packet):
            return
        segment = self.read_segment(packet)
        if segment is None:
            return
        endpoint, listener = self.connections.get(segment.flow), self.listener_for(segment)
        if endpoint is not None:
            endpoint.arrives(segment)
        elif listener is not None:
            listener.arrives(segment)
        else:
            self.arrives_in_closed(segment)

    def checksum_is_right(self, packet: ip.Packet) -> bool:
        """MUST-3."""
        return ip.tcp_checksum(packet.src, packet.dst, packet.payload) == 0

    def read_segment(self, packet: ip.Packet) -> Segment | None:
        """Read the header; None when the data offset points before its end, or past the segment's."""
        octets = packet.payload
        if len(octets) < 20:
            return None
        header = (octets[12] >> 4) * 4
        if not 20 <= header <= len(octets):
            return None
        ports = int.from_bytes(octets[0:2], "big"), int.from_bytes(octets[2:4], "big")
        return Segment(
            Flow(packet.dst, ports[1], packet.src, ports[0]),
            seq=int.from_bytes(octets[4:8], "big"),
            ack=int.from_bytes(octets[8:12], "big"),
            ctl=octets[13],
            wnd=int.from_bytes(octets[14:16], "big"),
            up=int.from_bytes(octets[18:20], "big"),
            options=self.read_options(octets[20:header]),
            text=octets[header:],
            ttl=packet.ttl,
            traffic_class=packet.traffic_class,
            ip_options=packet.options,
        )

    def read_options(self, octets: bytes) -> Options:
        """Read the options field."""
        return tcp.known_options(tcp.split_options(octets))

    def listener_for(self, segment: Segment) -> Listener | None:
        """Return the listener for a segment: one at its very address before one at any."""
        return self.listener_at(segment.flow.local, segment.flow.local_port)

    def listener_at(self, address: bytes, port: int) -> Listener | None:
        """Return the listener at an address and port."""
        return self.listeners.get((address, port)) or self.listeners.get((bytes(len(address)), port))

    # -- CLOSED: section 3.10.7.1 --

    def arrives_in_closed(self, segment: Segment) -> None:
        """Everything but a reset draws a reset."""
        if not segment.ctl & RST:
            self.send_reset(segment)

    def send_reset(self, segment: Segment) -> None:
        """Answer a segment that belongs to no connection with a reset that its sender will accept."""
        seq, ack, ctl = self.reset_numbers(segment)
        self.transmit(Segment(segment.flow, seq, ack, ctl, options=self.reset_options(segment)))

    def reset_numbers(self, segment: Segment) -> tuple[int, int, int]:
        """`<SEQ=SEG.ACK><CTL=RST>`, or `<SEQ=0><ACK=SEG.SEQ+SEG.LEN><CTL=RST,ACK>` where there is no ACK."""
        return (segment.ack, 0, RST) if segment.ctl & ACK else (0, segment.end, RST | ACK)

    def reset_options(self, segment: Segment) -> Options:
        """Echo the timestamp of the segment, with none of our own (RFC 7323, section 5.2)."""
        stamps = segment.options.timestamps
        return Options() if stamps is None else Options(timestamps=(0, stamps[0]))

    # -- ICMP: section 3.9.2.2 --

    def icmp_arrives(self, packet: ip.Packet) -> None:
        """Hand an error to the connection whose segment it quotes (MUST-54)."""
        error = icmp.read(packet)
        endpoint = error and self.connections.get(error.flow)
        if error and endpoint and error.mtu is not None:
            endpoint.packet_too_big(error.mtu, error.seq)
        elif error and endpoint:
            endpoint.icmp_error(error.hard, error.seq)

    # -- what endpoints need --

    def transmit(self, segment: Segment) -> None:
        """Send a segment."""
        flow = segment.flow
        octets = self.with_checksum(flow, self.write_segment(segment))
        self.send_packet(
            ip.write(
                ip.Packet(
                    *(flow.local, flow.remote, ip.TCP, octets, segment.ttl, segment.traffic_class),
                    identification=self.identification(octets),
                    dont_fragment=segment.dont_fragment,
                    options=segment.ip_options,
                )
            )
        )

    def send_packet(self, octets: bytes) -> None:
        """Let a packet out."""
        self._send(octets)

    def identification(self, octets: bytes) -> int:
        """Return an IPv4 Identification: a segment that is the same octet by octet has the same (MAY-4)."""
        number = self._identified.pop(octets, next(self._order) & 0xFFFF)
        self._identified[octets] = number
        while len(self._identified) > REMEMBERED:
            del self._identified[next(iter(self._identified))]
        return number

    def write_segment(self, segment: Segment) -> bytes:
        """Return the octets of a segment, with zero for a checksum."""
        return tcp.write(segment)

    def with_checksum(self, flow: Flow, octets: bytes) -> bytes:
        """Put the checksum in (MUST-2)."""
        return octets[:16] + ip.tcp_checksum(flow.local, flow.remote, octets).to_bytes(2, "big") + octets[18:]

    def choose_iss(self, flow: Flow, above: int | None = None) -> int:
        """ISN = M + F(four-tuple, secret) (RFC 6528); where it has to be, above the numbers of the last incarnation."""
        iss = add(self.isn_clock(), self.isn_offset(flow))
        return add(above, 1) if above is not None and le(iss, above) else iss

    def isn_clock(self) -> int:
        """M: a clock that ticks every 4 microseconds (MUST-8)."""
        return int(self.now * ISN_RATE) & 0xFFFFFFFF

    def isn_offset(self, flow: Flow) -> int:
        """F: what only this host can compute (MUST-9)."""
        return self._hash(b"isn", flow)

    def timestamp(self, flow: Flow) -> int:
        """Return TSval: milliseconds, with an offset for each connection (RFC 7323, section 5.4)."""
        return (int(self.now * 1000) + self._hash(b"timestamp", flow)) & 0xFFFFFFFF

    def _hash(self, what: bytes, flow: Flow) -> int:
        ports = flow.local_port.to_bytes(2, "big") + flow.remote_port.to_bytes(2, "big")
        digest = hashlib.blake2s(what + flow.local + flow.remote + ports, key=self._secret, digest_size=4)
        return int.from_bytes(digest.digest(), "big")

    def new_endpoint(self, flow: Flow, settings: Settings) -> Endpoint:
        """Make a TCB."""
        endpoint = self.connections[flow] = self.endpoint(self, flow, settings)
        return endpoint

    def forget(self, endpoint: Tcb) -> None:
        """A TCB is deleted."""
        if self.connections.get(endpoint.flow) is endpoint:
            del self.connections[endpoint.flow]
        if endpoint.listener is not None:
            endpoint.listener.gone(endpoint)

    def reopen(self, endpoint: Tcb, segment: Segment) -> None:
        """A SYN starts a new incarnation while the last one is in TIME-WAIT (section 3.6.1, MAY-2)."""
        listener = self.listener_for(segment)
        if listener is not None and listener.has_room():
            listener.open(segment, self.connections.pop(endpoint.flow))

    def restore(self, endpoint: Endpoint) -> None:
        """That SYN was an old duplicate: back to TIME-WAIT, if that has not ended meanwhile."""
        if endpoint.deadlines:
            self.connections[endpoint.flow] = endpoint
