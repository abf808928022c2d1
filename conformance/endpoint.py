"""The mouth and the ears of our end: segments out as asked, segments in as they come, our variables kept."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, TypedDict, Unpack

from conformance import options as tcp_options
from conformance import seq as sequence
from conformance.connection import Connection
from conformance.craft import craft
from conformance.errors import Inconclusive
from conformance.options import NOP, TIMESTAMPS_KIND, Option
from conformance.segment import Ctl, Segment, compose, parse
from conformance.wire import Flow


class Fields(TypedDict, total=False):
    """What a case may say of a segment beside its control bits. What is not given comes from our variables.

    A SYN carries our MSS, every segment what was negotiated; `options` given take the place of all that, as options or
    as the raw octets of a malformed field. None is as good as not given.
    """

    seq: int | None
    ack: int | None
    window: int | None
    data: bytes
    options: tuple[Option, ...] | bytes | None
    urgent: int
    reserved: int


_FIELDS = Fields.__annotations__.keys()

BEFORE_TIMER = 0.19
"""Seconds after which no TCP's timer has said a FIN again yet: the least timeouts in use are of a fifth of a second."""


class Endpoint(Connection):
    """A connection that speaks and hears.

    It never answers by itself: no acknowledgment, no reset, no retransmission.
    """

    # -- what we say --

    def craft(self, ctl: Ctl, **fields: Unpack[Fields]) -> Any:
        """Return the Scapy packet of a segment, to be spoilt and handed to `inject`. Arguments as in `send`."""
        return compose(*self._segment(ctl, **fields))

    def send(self, ctl: Ctl, **fields: Unpack[Fields]) -> Segment:
        """Send one segment and return it. SND.NXT moves only if the segment starts there."""
        self._was_late()
        octets = self.ip.around(craft(*self._segment(ctl, **fields)))
        fragments = self.ip.fragments(octets)
        self.spoke_before = self.spoke
        for packet in fragments or (octets,):
            self.spoke = self.wire.send(packet)
        sent = parse(octets, self.spoke)
        if sent is None:
            raise Inconclusive("the segment does not read back as one")
        if sent.data and sequence.lt(self.tcb.snd_nxt, sequence.add(sent.seq, len(sent.data))):
            self.before_text()
        self.tcb.sent(sent)
        self.watch.sent(sent, self.tcb)
        self.transcript.segment("peer", sent, self.tcb.iss, self.tcb.irs, fragments)
        # Only a reset at RCV.NXT of the target ends the connection for sure (RFC 9293, section 3.10.7.4).
        self.reset = self.reset or bool(sent.ctl & Ctl.RST and sent.seq == self.tcb.snd_nxt)
        return sent

    def inject(self, packet: Any, *, via: str | None = None) -> None:
        """Send any Scapy packet, or the octets of one, off the books: our variables do not move.

        It goes to the neighbour `via` where it is not for that to whom it says it is.
        """
        self._was_late()
        octets = packet if isinstance(packet, bytes) else bytes(packet)
        self.spoke_before, self.spoke = self.spoke, self.wire.send(octets, via)
        at = self.spoke
        segment = parse(octets, at)
        if segment is None:
            self.transcript.packet("peer", at, octets, "injected packet")
        else:
            self.transcript.segment("peer", segment, self.tcb.iss, self.tcb.irs)
            self.watch.injected(segment)

    def forge(self, ctl: Ctl, **fields: Unpack[Fields]) -> None:
        """Send one segment off the books: as `inject(craft(...))` does, without Scapy, for many in a row."""
        self.inject(craft(*self._segment(ctl, **fields)))

    def _segment(self, ctl: Ctl, **fields: Unpack[Fields]) -> tuple[Segment, bytes | None]:
        """Return the segment, and the raw octets of its options where they are not to be said as options."""
        if not fields.keys() <= _FIELDS:
            raise TypeError(f"a segment has no {', '.join(sorted(fields.keys() - _FIELDS))}")
        if self.flow.remote_port is None:
            raise Inconclusive("the target's port is not known: it has not opened yet")
        seq, ack, window = fields.get("seq"), fields.get("ack"), fields.get("window")
        options = fields.get("options")
        raw = options if isinstance(options, bytes) else None
        own_ack = self.tcb.rcv_nxt if ctl & Ctl.ACK else 0
        segment = Segment(
            src=self.flow.local,
            dst=self.flow.remote,
            sport=self.flow.local_port,
            dport=self.flow.remote_port,
            seq=(self.tcb.snd_nxt if seq is None else seq) % sequence.MODULUS,
            ack=(own_ack if ack is None else ack) % sequence.MODULUS,
            ctl=ctl,
            window=self.tcb.rcv_wnd if window is None else window,
            urgent=fields.get("urgent", 0),
            options=self._options(ctl) if options is None else () if isinstance(options, bytes) else options,
            data=fields.get("data", b""),
            reserved=fields.get("reserved", 0),
        )
        return segment, raw

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

    # -- what we hear --

    def hear(self, until: float) -> Segment | None:
        """Return the next segment that came by `until`, a repetition too; None when there is none.

        Where the target's user speaks of itself, its text and its FIN are left out: they may come with any ACK.
        """
        while self._wait(until):
            if self.inbox.arrivals[0].at > until:
                return None  # it came too late, and stays for what is expected next
            arrival = self.inbox.arrivals.popleft()
            self.behind = max(self.behind, self.wire.now() - arrival.at)
            segment = parse(arrival.packet, arrival.at)
            if self.flow.remote_port is None and segment is not None and not segment.ctl & Ctl.SYN:
                self.transcript.packet("target", arrival.at, arrival.packet, "of an earlier connection")
                continue
            if segment is not None:
                self._hear(segment)
                return segment if not self.user_speaks or segment.ctl & Ctl.SYN else _without_text(segment)
            self.packets.append(arrival.packet)
            self.transcript.packet("target", arrival.at, arrival.packet, "not a TCP segment")
        return None

    def hear_all(self, quiet: float) -> list[Segment]:
        """Return all that comes, repetitions too, until nothing has come for `quiet` seconds."""
        heard = []
        while (segment := self.hear(self.wire.now() + quiet)) is not None:
            heard.append(segment)
        return heard

    def hear_for(self, seconds: float) -> list[Segment]:
        """Return all that comes in so many seconds, repetitions too."""
        until = self.wire.now() + seconds
        return list(iter(lambda: self.hear(until), None))

    def _hear(self, segment: Segment) -> None:
        if self.flow.remote_port is None:
            self._bind(segment.sport)
        self._repeated = self._is_repeated(segment)
        if self.user_speaks and segment.len and not segment.ctl & (Ctl.SYN | Ctl.RST):
            self._repeated = segment.ack == self._acknowledged  # else it says that, at least
        if segment.ctl & Ctl.ACK:
            self._acknowledged = segment.ack
        if segment.ctl == Ctl.ACK and not segment.data and self.spoke:
            self.slowest_ack = max(self.slowest_ack, segment.at - self.spoke)
        if segment.ctl & Ctl.FIN:
            self.fin_before, self.fin_at = self.fin_at, segment.at
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

    def _is_fin_again(self, got: Segment) -> bool:
        again = self._repeated and got.ctl & ~(Ctl.PSH | Ctl.ECN) == Ctl.FIN | Ctl.ACK and not got.data
        return again and got.end == self.rcv_nxt != self.tcb.rcv_acked

    def _is_early(self, got: Segment) -> bool:
        """Tell whether it is what we said last but one that had the FIN said again, and no timer."""
        upon_that = self.spoke_before <= got.at < self.spoke
        return upon_that and self._is_fin_again(got) and got.at - self.fin_before < BEFORE_TIMER

    def _bind(self, remote_port: int) -> None:
        """The target has opened: from now on the flow is its four-tuple."""
        waiting, self.flow = self.inbox, Flow(self.flow.local, self.flow.local_port, self.flow.remote, remote_port)
        self.wire.close(waiting)
        self.inbox = self.wire.open(self.flow)
        self.inbox.arrivals.extend(waiting.arrivals)

    def _wait(self, until: float) -> bool:
        self._was_late()
        start = self.wire.now()
        there = self.wire.wait(self.inbox, until)
        due = self.inbox.arrivals[0].at if there else until
        self.overdue = self.wire.now() - max(start, due)
        if there:
            self._was_late()
        return there

    def _was_late(self) -> None:
        """Silence that was listened to for too long is silence: late is only what is done after it."""
        self.late, self.overdue = max(self.late, self.overdue), 0.0

    def catch_up(self) -> None:
        """Forget that the tester was late so far: what the target has said since shows that it made no difference."""
        self.late = self.overdue = self.behind = 0.0

    def drain(self) -> None:
        """Hear what has come already, without waiting."""
        before = self.late, self.overdue, self.behind
        while self.hear(self.wire.now()) is not None:
            pass
        self.late, self.overdue, self.behind = before  # nobody was going to answer these

    # -- the end --

    def hang_up(self) -> None:
        """Leave nothing open at the target: reset a connection that neither side has reset. For the end of a case."""
        if self.tcb.handshake_sent and not self.reset:
            self.send(Ctl.RST | Ctl.ACK)
        self.wire.close(self.inbox)


def _without_text(segment: Segment) -> Segment:
    return replace(segment, ctl=segment.ctl & ~(Ctl.PSH | Ctl.FIN), data=b"")


def _kind(segment: Segment) -> Ctl:
    """Return the control bits that stay when a segment is said again; a SYN may give ECN up (RFC 3168, 6.1.1.1)."""
    return segment.ctl & ~(Ctl.PSH | Ctl.ECN)
