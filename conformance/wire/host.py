"""Our end of the link: addresses that no kernel owns, answered for by ARP and NDP, and an inbox for each flow."""

from __future__ import annotations

import socket
import struct
import time
from collections.abc import Mapping, Sequence

from conformance.errors import Inconclusive
from conformance.packet import ICMP, ICMPV6, TCP, family_of, read_datagram
from conformance.wire import Arrival, Flow, Inbox, neighbour
from conformance.wire.control import UdpChannel
from conformance.wire.link import Link
from conformance.wire.loop import Loop

RESOLVE_TRIES = 3
RESOLVE_WAIT = 1.0
"""An address is asked for three times, a second apart, as in RFC 4861 (MAX_MULTICAST_SOLICIT, RETRANS_TIMER)."""


class Host:
    """A `Wire` on a real interface.

    `addresses` are ours, one for each family. `next_hops` names the neighbour through which an address is reached
    where that is not the address itself. With `silent`, the kernel answers ARP and NDP for our address, not we.
    Hosts of one process share a `loop`.
    """

    def __init__(
        self,
        interface: str,
        mac: bytes,
        addresses: Mapping[str, str],
        next_hops: Mapping[str, str] | None = None,
        *,
        silent: bool = False,
        loop: Loop | None = None,
    ) -> None:
        self.mac = mac
        self.addresses = dict(addresses)
        self._answered = set(addresses.values())
        self._next_hops = dict(next_hops or {})
        self._silent = silent
        groups = tuple(neighbour.solicited_node(address)[1] for address in addresses.values() if ":" in address)
        self._link = Link(interface, mac, groups)
        self.loop = loop or Loop()
        self.loop.register(self._link, self._read_link)
        self._inboxes: dict[Flow, Inbox] = {}
        self._neighbours: dict[str, bytes] = {}
        self._lost: Inconclusive | None = None
        self.epoch = time.time() - time.monotonic()

    def now(self) -> float:
        """Return the time, in seconds on the monotonic clock."""
        return time.monotonic()

    def send(self, packet: bytes, via: str | None = None) -> float:
        """Send an IP packet by way of its next hop, or of the hop towards `via`; return when it left."""
        ethertype, destination = _destination(packet)
        return self.send_frame(neighbour.ethernet(self.resolve(via or destination), self.mac, ethertype, packet))

    def send_frame(self, frame: bytes) -> float:
        """Send a whole frame; return when it left."""
        return self._link.send(frame)

    def resolve(self, address: str) -> bytes:
        """Return the MAC of the next hop towards `address`; Inconclusive when nobody answers."""
        hop = self._next_hops.get(address, address)
        if hop in self._neighbours:
            return self._neighbours[hop]
        group = neighbour.group_mac(address)
        if group is not None:
            return group
        self._ask([hop], self.addresses[family_of(hop)])
        if hop not in self._neighbours:
            protocol = "NDP" if ":" in hop else "ARP"
            raise Inconclusive(f"{hop} does not answer {protocol} on {self._link.interface}")
        return self._neighbours[hop]

    def claimed(self, addresses: Sequence[str]) -> list[str]:
        """Return those of `addresses` that another node on the link answers for (RFC 5227, RFC 4862)."""
        self._ask(addresses, None)
        return [address for address in addresses if address in self._neighbours]

    def _ask(self, addresses: Sequence[str], asker: str | None) -> None:
        """Ask for all at once; again while any is left that nobody has answered for."""
        for _ in range(RESOLVE_TRIES):
            for address in self._unknown(addresses):
                self._link.send(neighbour.question(address, self.mac, asker))
            self.loop.block(lambda: not self._unknown(addresses), self.now() + RESOLVE_WAIT)

    def _unknown(self, addresses: Sequence[str]) -> list[str]:
        return [address for address in addresses if address not in self._neighbours]

    def adopt(self, address: str, neighbour_of: str) -> None:
        """Answer for one more address of ours from now on, and let the hop towards `neighbour_of` know it.

        That node learns from our question whom it would have to ask for otherwise (RFC 826; RFC 4861, section 7.2.3).
        """
        if address not in self._answered:
            self._answered.add(address)
            if ":" in address:
                self._link.join(neighbour.solicited_node(address)[1])
        if not self._silent:
            hop = self._next_hops.get(neighbour_of, neighbour_of)
            self._link.send(neighbour.question(hop, self.mac, address))

    def open(self, flow: Flow) -> Inbox:
        """Collect from now on what arrives for `flow`."""
        inbox = self._inboxes[flow] = Inbox(flow)
        return inbox

    def close(self, inbox: Inbox) -> None:
        """Collect for that flow no longer."""
        self._inboxes.pop(inbox.flow, None)

    def wait(self, inbox: Inbox, until: float) -> bool:
        """Wait until something is in the inbox, or `until` has passed and all that came by then is read.

        Inconclusive, at once and from then on, when the link has gone: other hosts of the loop have others.
        """
        self.loop.block(lambda: bool(inbox.arrivals) or self._lost is not None, until, inbox)
        if self._lost is not None:
            raise self._lost
        return bool(inbox.arrivals)

    def channel(self, address: tuple[str, int]) -> UdpChannel:
        """Open a control channel to an agent, with a source port of its own."""
        return UdpChannel(address, self.loop)

    def shut(self) -> None:
        """Close the link."""
        self.loop.unregister(self._link)
        self._link.close()

    def _read_link(self) -> None:
        try:
            self._read_frames()
        except Inconclusive as lost:  # said to everybody who waits for this link, now and later
            self._lost = lost
            for inbox in self._inboxes.values():
                self.loop.stir(inbox)

    def _read_frames(self) -> None:
        for frame, at in self._link.receive():
            heard = neighbour.read(frame)
            if heard is not None:
                self._neighbour_heard(heard)
            elif len(frame) > 14:
                self._deliver(Arrival(frame[14:], at))

    def _neighbour_heard(self, heard: neighbour.Question | neighbour.Answer) -> None:
        if isinstance(heard, neighbour.Answer):
            self._neighbours[heard.address] = heard.mac
        elif heard.address in self._answered and not self._silent:
            self._link.send(neighbour.answer(heard, self.mac))

    def _deliver(self, arrival: Arrival) -> None:
        flow = flow_of(arrival.packet)
        if flow is None:
            return
        inbox = self._inboxes.get(flow) or self._inboxes.get(Flow(flow.local, flow.local_port, flow.remote))
        if inbox is not None:
            inbox.arrivals.append(arrival)
            self.loop.stir(inbox)


def flow_of(packet: bytes) -> Flow | None:
    """Return the flow that a received packet belongs to: a segment's, or the one that an ICMP error quotes."""
    datagram = read_datagram(packet)
    if datagram is None or datagram.offset:  # a later fragment does not tell
        return None
    if datagram.protocol == TCP and len(datagram.payload) >= 4:
        sport, dport = struct.unpack_from("!HH", datagram.payload)
        return Flow(datagram.dst, dport, datagram.src, sport)
    if datagram.protocol in (ICMP, ICMPV6) and len(datagram.payload) >= 8:
        return _quoted_flow(datagram.payload[8:])
    return None


def _quoted_flow(quoted: bytes) -> Flow | None:
    """An ICMP error quotes a segment of ours: header and at least eight octets, hence the ports."""
    if len(quoted) >= 28 and quoted[0] >> 4 == 4:
        start, family, src, dst = (quoted[0] & 15) * 4, socket.AF_INET, quoted[12:16], quoted[16:20]
    elif len(quoted) >= 48 and quoted[0] >> 4 == 6:
        start, family, src, dst = 40, socket.AF_INET6, quoted[8:24], quoted[24:40]
    else:
        return None
    if len(quoted) < start + 4:
        return None
    sport, dport = struct.unpack_from("!HH", quoted, start)
    return Flow(socket.inet_ntop(family, src), sport, socket.inet_ntop(family, dst), dport)


def _destination(packet: bytes) -> tuple[int, str]:
    if packet[0] >> 4 == 6:
        return neighbour.ETHERTYPE_IPV6, socket.inet_ntop(socket.AF_INET6, packet[24:40])
    return neighbour.ETHERTYPE_IPV4, socket.inet_ntoa(packet[16:20])
