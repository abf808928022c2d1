"""The mouth and the ears of our end: segments out as asked, segments in as they come, our variables kept."""

from __future__ import annotations

import random
from typing import Any

from conformance import options as tcp_options
from conformance import seq as sequence
from conformance.craft import craft
from conformance.errors import Inconclusive, Nonconformance
from conformance.invariants import Watch
from conformance.ip import Header
from conformance.options import NOP, TIMESTAMPS_KIND, Option
from conformance.packet import family_of
from conformance.segment import Ctl, Segment, compose, parse
from conformance.tcb import Tcb
from conformance.timing import Timing
from conformance.transcript import Transcript
from conformance.wire import Flow, Wire

_OWN_MSS = {"ipv4": 1460, "ipv6": 1440}
"""What our SYN announces: an Ethernet MTU less the fixed headers (RFC 9293, section 3.7.1)."""


class Endpoint:
    """One connection with the target, seen from our end; state names are always the target's, variables ours.

    It never answers by itself: no acknowledgment, no reset, no retransmission. `flow` names the four-tuple; where the
    target opens, its port is learned from its SYN.
    """

    def __init__(self, wire: Wire, flow: Flow, transcript: Transcript, timing: Timing) -> None:
        self.wire = wire
        self.flow = flow
        self.transcript = transcript
        self.timing = timing
        self.family = family_of(flow.remote)
        self.offer: tuple[Option, ...] = (tcp_options.mss(_OWN_MSS[self.family]),)
        self.ip = Header()
        self.inbox = wire.open(flow)
        self.packets: list[bytes] = []
        self.judging = True
        self.late = 0.0
        self.spoke = 0.0
        self.tcb: Tcb
        self.watch: Watch
        self.restart()

    def restart(self, iss: int | None = None) -> None:
        """Forget the connection and begin a new incarnation on the same four-tuple, with a fresh ISS or the given."""
        if hasattr(self, "watch"):
            self.past_violations += self.watch.violations
        else:
            self.past_violations: list[Nonconformance] = []
        self.tcb = Tcb(random.getrandbits(32) if iss is None else iss % sequence.MODULUS)
        self.watch = Watch(self.family)
        self._said: dict[tuple[int, int], int] = {}  # how long it was
        self.reset = False

    # -- our variables, RFC 9293 section 3.3.1 --

    @property
    def iss(self) -> int:
        """Our initial send sequence number."""
        return self.tcb.iss

    @property
    def irs(self) -> int:
        """The target's initial sequence number. Inconclusive before its SYN was heard."""
        if self.tcb.irs is None:
            raise Inconclusive("IRS is not known: the target has sent no SYN")
        return self.tcb.irs

    @property
    def syn(self) -> Segment:
        """The target's SYN as it was first heard. Inconclusive before."""
        if self.tcb.syn is None:
            raise Inconclusive("the target has sent no SYN")
        return self.tcb.syn

    @property
    def snd_una(self) -> int:
        """The oldest number of ours that the target has not acknowledged."""
        return self.tcb.snd_una

    @property
    def snd_nxt(self) -> int:
        """The number that our next new octet gets."""
        return self.tcb.snd_nxt

    @property
    def snd_wnd(self) -> int:
        """The window that the target last offered, in octets, scaled."""
        return self.tcb.snd_wnd

    @property
    def rcv_nxt(self) -> int:
        """The number that we expect next from the target."""
        return self.tcb.rcv_nxt

    @property
    def rcv_wnd(self) -> int:
        """The window field of our segments; it may be set."""
        return self.tcb.rcv_wnd

    @rcv_wnd.setter
    def rcv_wnd(self, field: int) -> None:
        self.tcb.rcv_wnd = field

    @property
    def port(self) -> int:
        """Our port."""
        return self.flow.local_port

    @property
    def violations(self) -> list[Nonconformance]:
        """The invariants that the target broke on this connection (see `conformance.invariants`)."""
        return self.past_violations + self.watch.violations

    # -- what we say --

    def craft(
        self,
        ctl: Ctl,
        *,
        seq: int | None = None,
        ack: int | None = None,
        window: int | None = None,
        data: bytes = b"",
        options: tuple[Option, ...] | bytes | None = None,
        urgent: int = 0,
        reserved: int = 0,
    ) -> Any:
        """Return the Scapy packet of a segment, to be spoilt and handed to `inject`. Arguments as in `send`."""
        raw = options if isinstance(options, bytes) else None
        return compose(self._segment(ctl, seq, ack, window, data, options, urgent, reserved), raw)

    def send(
        self,
        ctl: Ctl,
        *,
        seq: int | None = None,
        ack: int | None = None,
        window: int | None = None,
        data: bytes = b"",
        options: tuple[Option, ...] | bytes | None = None,
        urgent: int = 0,
        reserved: int = 0,
    ) -> Segment:
        """Send one segment and return it. What is not given comes from our variables.

        SND.NXT moves only if the segment starts there. A SYN carries our MSS, every segment what was negotiated;
        `options` given take the place of all that, as options or as the raw octets of a malformed field.
        """
        raw = options if isinstance(options, bytes) else None
        segment = self._segment(ctl, seq, ack, window, data, options, urgent, reserved)
        sent = self._transmit(craft(segment, raw))
        if sent is None:
            raise Inconclusive("the segment does not read back as one")
        self.tcb.sent(sent)
        self.watch.sent(sent, self.tcb)
        self.transcript.segment("peer", sent, self.tcb.iss, self.tcb.irs)
        # Only a reset at RCV.NXT of the target ends the connection for sure (RFC 9293, section 3.10.7.4).
        self.reset = self.reset or bool(sent.ctl & Ctl.RST and sent.seq == self.tcb.snd_nxt)
        return sent

    def inject(self, packet: Any) -> None:
        """Send any Scapy packet, or the octets of one, off the books: our variables do not move."""
        octets = packet if isinstance(packet, bytes) else bytes(packet)
        at = self.spoke = self.wire.send(octets)
        segment = parse(octets, at)
        if segment is None:
            self.transcript.packet("peer", at, octets, "injected packet")
        else:
            self.transcript.segment("peer", segment, self.tcb.iss, self.tcb.irs)
            self.watch.injected(segment)

    def _segment(
        self,
        ctl: Ctl,
        seq: int | None,
        ack: int | None,
        window: int | None,
        data: bytes,
        options: tuple[Option, ...] | bytes | None,
        urgent: int,
        reserved: int,
    ) -> Segment:
        if self.flow.remote_port is None:
            raise Inconclusive("the target's port is not known: it has not opened yet")
        own_ack = self.tcb.rcv_nxt if ctl & Ctl.ACK else 0
        return Segment(
            src=self.flow.local,
            dst=self.flow.remote,
            sport=self.flow.local_port,
            dport=self.flow.remote_port,
            seq=(self.tcb.snd_nxt if seq is None else seq) % sequence.MODULUS,
            ack=(own_ack if ack is None else ack) % sequence.MODULUS,
            ctl=ctl,
            window=self.tcb.rcv_wnd if window is None else window,
            urgent=urgent,
            options=self._options(ctl) if options is None else () if isinstance(options, bytes) else options,
            data=data,
            reserved=reserved,
        )

    def _options(self, ctl: Ctl) -> tuple[Option, ...]:
        if ctl & Ctl.SYN:
            clock = tcp_options.timestamps(self.clock, self.tcb.ts_recent)
            return tuple(clock if option.kind == TIMESTAMPS_KIND else option for option in self.offer)
        if self.tcb.timestamps:
            return (NOP, NOP, tcp_options.timestamps(self.clock, self.tcb.ts_recent))
        return ()

    @property
    def clock(self) -> int:
        """Our timestamp clock: milliseconds (RFC 7323, section 5.4)."""
        return int(self.wire.now() * 1000) & 0xFFFFFFFF

    def _transmit(self, octets: bytes) -> Segment | None:
        octets = self.ip.around(octets)
        self.spoke = self.wire.send(octets)
        return parse(octets, self.spoke)

    # -- what we hear --

    def hear(self, until: float) -> Segment | None:
        """Return the next segment that came by `until`, a repetition too; None when there is none."""
        while self._wait(until):
            if self.inbox.arrivals[0].at > until:
                return None  # it came too late, and stays for what is expected next
            arrival = self.inbox.arrivals.popleft()
            segment = parse(arrival.packet, arrival.at)
            if segment is not None:
                self._hear(segment)
                return segment
            self.packets.append(arrival.packet)
            self.transcript.packet("target", arrival.at, arrival.packet, "not a TCP segment")
        return None

    def hear_all(self, quiet: float) -> list[Segment]:
        """Return all that comes, repetitions too, until nothing has come for `quiet` seconds."""
        heard = []
        while (segment := self.hear(self.wire.now() + quiet)) is not None:
            heard.append(segment)
        return heard

    def _hear(self, segment: Segment) -> None:
        if self.flow.remote_port is None:
            self._bind(segment.sport)
        self._repeated = self._is_repeated(segment)
        if segment.len and self.tcb.takes(segment):  # neither a bare ACK nor what we refuse is something said
            self._said[_kind(segment), segment.seq] = segment.len
        self.tcb.heard(segment)
        if self.judging:
            self.watch.heard(segment, self.tcb)
        self.transcript.segment("target", segment, self.tcb.iss, self.tcb.irs)
        self.reset = bool(segment.ctl & Ctl.RST)  # whoever speaks after a RST has a connection still

    def _is_repeated(self, segment: Segment) -> bool:
        """A repeat occupies sequence space and was said before: same bits and number, or text long received."""
        if not segment.len or segment.ctl & Ctl.RST:
            return False
        if segment.len <= self._said.get((_kind(segment), segment.seq), 0):
            return True
        return not segment.ctl & Ctl.SYN and self.tcb.irs is not None and sequence.le(segment.end, self.tcb.rcv_nxt)

    def _bind(self, remote_port: int) -> None:
        """The target has opened: from now on the flow is its four-tuple."""
        waiting, self.flow = self.inbox, Flow(self.flow.local, self.flow.local_port, self.flow.remote, remote_port)
        self.wire.close(waiting)
        self.inbox = self.wire.open(self.flow)
        self.inbox.arrivals.extend(waiting.arrivals)

    def _wait(self, until: float) -> bool:
        start = self.wire.now()
        there = self.wire.wait(self.inbox, until)
        due = self.inbox.arrivals[0].at if there else until
        self.late = max(self.late, self.wire.now() - max(start, due))
        return there

    def drain(self) -> None:
        """Hear what has come already, without waiting."""
        while self.hear(self.wire.now()) is not None:
            pass

    # -- the end --

    def hang_up(self) -> None:
        """Leave nothing open at the target: reset a connection that neither side has reset. For the end of a case."""
        if self.tcb.handshake_sent and not self.reset:
            self.send(Ctl.RST | Ctl.ACK)
        self.wire.close(self.inbox)


def _kind(segment: Segment) -> Ctl:
    """Return the control bits that stay when a segment is said again; a SYN may give ECN up (RFC 3168, 6.1.1.1)."""
    return segment.ctl & ~(Ctl.PSH | Ctl.ECN)
