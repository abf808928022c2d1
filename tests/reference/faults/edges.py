"""Text across an edge of the window, and what our FIN or an old ACK does to it (RFC 9293, 3.4 and 3.10.7.4)."""

from __future__ import annotations

from conformance.state import State
from reference.faults import Endpoint, fault
from reference.numbers import lt
from reference.segment import Segment


@fault("text-partly-old-is-dropped", breaks=("RFC9293:3.4-accept-lenpos-wndpos", "RFC9293:3.10.7.4-seq-overlap-old"))
class TextPartlyOldIsDropped(Endpoint):
    """A segment has to begin in the window; that its last octet lies there does not help it."""

    def is_acceptable(self, segment: Segment) -> bool:
        return super().is_acceptable(segment) and (not segment.text or self.in_window(segment.seq))


@fault("text-across-the-right-edge-resets", breaks="RFC9293:3.4-accept-lenpos-wndpos")
class TextAcrossTheRightEdgeResets(Endpoint):
    """More than the window has room for is taken for an attack."""

    def check_sequence(self, segment: Segment) -> bool:
        if segment.text and self.in_window(segment.seq) and not self.in_window(segment.end - 1):
            self.host.send_reset(segment)
            self.delete()
            return False
        return super().check_sequence(segment)


@fault("text-across-the-fin-resets", breaks="RFC9293:3.10.7.4-text-after-fin")
class TextAcrossTheFinResets(Endpoint):
    """Octets behind the peer's FIN are answered with a reset. Seen in Linux."""

    def process_text(self, segment: Segment) -> bool:
        if self.fin_taken and segment.text and lt(segment.seq, self.rcv_nxt):
            self.host.send_reset(segment)
            self.delete()
            return False
        return super().process_text(segment)


@fault("old-ack-ends-the-connection", breaks="RFC9293:3.10.7.4-ack-closing")
class OldAckEndsTheConnection(Endpoint):
    """After both FINs any ACK is taken for that of ours."""

    def process_ack(self, segment: Segment) -> None:
        if self.state in (State.CLOSING, State.LAST_ACK) and lt(segment.ack, self.snd_una):
            self.delete()
        else:
            super().process_ack(segment)
