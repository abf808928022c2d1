"""One connection: the TCB with everything that may happen to it."""

from __future__ import annotations

from conformance.state import State
from reference.calls import Calls
from reference.segment import Segment
from reference.user import Signal


class Endpoint(Calls):
    """RFC 9293's endpoint. A fault is a subclass of it that does one thing otherwise."""

    def arrives(self, segment: Segment) -> None:
        """SEGMENT ARRIVES (section 3.10.7), for a connection that exists."""
        self.last_heard = self.host.now
        self.take_ip_options(segment)
        self.tell_traffic_class(segment)
        self.take_ecn(segment)
        if self.state is State.SYN_SENT:
            self.arrives_in_syn_sent(segment)
        else:
            self.arrives_otherwise(segment)
        self.finish()

    def tell_traffic_class(self, segment: Segment) -> None:
        """Let the user know the Diffserv field that came last (section 3.9.1.9, MAY-9)."""
        self.settings.received_traffic_class = segment.traffic_class

    def syn_arrives_in_listen(self, segment: Segment) -> None:
        """The SYN that this TCB was made for (section 3.10.7.2, third check)."""
        self.take_ip_options(segment)
        self.take_ecn_offer(segment)
        self.take_syn(segment)
        self.answer_syn(self.previous.snd_nxt if self.previous else None)
        self.queue_with_syn(segment)

    def icmp_error(self, hard: bool, seq: int) -> None:
        """An ICMP error quotes a segment at `seq`: a hard one ends an attempt to connect, any other is told.

        It counts only for what is in flight (RFC 5927, section 4.1), and in a synchronized state every error is soft
        (RFC 5927, section 5.2; RFC 9293, section 3.9.2.2).
        """
        if not self.quotes_what_is_in_flight(seq):
            return
        if hard and self.state in (State.SYN_SENT, State.SYN_RECEIVED):
            self.tell(Signal.UNREACHABLE)
            self.delete()
        else:
            self.tell(Signal.ICMP_ERROR)
        self.finish()
