"""SYN cookies (RFC 4987, section 3.6), half done; and half-open connections that stay."""

from __future__ import annotations

from conformance.state import State
from reference.endpoint import Endpoint as Connection
from reference.faults import Listener, fault
from reference.numbers import add
from reference.segment import ACK, RST, SYN, Flow, Options, Segment
from reference.tcb import Tcb


class SynCookies(Listener):
    """Where the queue is full a SYN is answered from a cookie: nothing is kept of it but its flow's hash."""

    options = Options(mss=1220)
    """What the SYN,ACK says."""

    def open(self, segment: Segment, previous: Connection | None = None) -> None:
        if len(self.half_open) + len(self.waiting) < self.backlog or previous is not None:
            super().open(segment, previous)
        else:
            numbers = {"seq": self.cookie(segment.flow), "ack": add(segment.seq, 1)}
            answer = Segment(segment.flow, **numbers, ctl=SYN | ACK, wnd=0xFFFF, options=self.answered(segment))
            self.host.transmit(answer)

    def cookie(self, flow: Flow) -> int:
        """What only this host can compute, and computes again when the ACK comes."""
        return self.host.isn_offset(flow)

    def answered(self, segment: Segment) -> Options:
        """Return the options of the SYN,ACK."""
        return self.options

    def is_right(self, segment: Segment) -> bool:
        """Tell whether the ACK is of the cookie."""
        return segment.ack == add(self.cookie(segment.flow), 1)

    def check_ack(self, segment: Segment) -> bool:
        if segment.ctl & (ACK | SYN | RST) != ACK or not self.is_right(segment):
            return super().check_ack(segment)
        self.make(segment).arrives(segment)
        return False

    def make(self, segment: Segment) -> Connection:
        """Make the connection of which nothing was kept, as it was when the SYN,ACK had gone out."""
        endpoint = self.host.new_endpoint(segment.flow, self.settings.copy())
        endpoint.listener = self
        self.half_open[endpoint] = None
        endpoint.iss = endpoint.snd_una = add(segment.ack, -1)
        endpoint.snd_nxt = segment.ack
        endpoint.open_window()
        endpoint.enter(State.SYN_RECEIVED)
        endpoint.take_syn(Segment(segment.flow, add(segment.seq, -1), ctl=SYN, wnd=segment.wnd))
        return endpoint


@fault("any-ack-is-taken-for-a-cookie", breaks="RFC4987:3.6-cookie-bad-ack")
class AnyAckIsTakenForACookie(SynCookies):
    def is_right(self, segment: Segment) -> bool:
        return bool(self.half_open)


@fault("cookie-forgets-what-was-said", breaks=("RFC9293:MUST-16", "RFC7323:2.2-ws-both"))
class CookieForgetsWhatWasSaid(SynCookies):
    """The MSS is as large as the link lets it be, and the scale of windows is none."""

    def answered(self, segment: Segment) -> Options:
        return Options(mss=1220, shift=None if segment.options.shift is None else 2)

    def make(self, segment: Segment) -> Connection:
        endpoint = super().make(segment)
        endpoint.offered.mss = 1460
        return endpoint


@fault("half-open-connections-are-kept-without-end", breaks="RFC4987:3-syn-cache")
class HalfOpenConnectionsAreKeptWithoutEnd(Listener):
    """Until there is no memory left."""

    def make_room(self) -> None:
        pass


@fault("half-open-connections-take-room-for-ever", breaks="RFC4987:3-backlog-recovery")
class HalfOpenConnectionsTakeRoomForEver(Listener):
    """Reset or timed out, they go on being counted."""

    ever = 0

    def has_room(self) -> bool:
        return self.ever < max(1, self.backlog)

    def open(self, segment: Segment, previous: Connection | None = None) -> None:
        self.ever += 1
        super().open(segment, previous)

    def established(self, endpoint: Tcb) -> None:
        self.ever -= 1
        super().established(endpoint)
