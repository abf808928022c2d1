"""The passive handshake and SYN-RECEIVED (RFC 9293, sections 3.5, 3.10.7.4 and 3.10.8)."""

from __future__ import annotations

from conformance.state import State
from reference.faults import Endpoint, Listener, fault
from reference.numbers import add, lt
from reference.segment import ACK, FIN, RST, SYN, Options, Segment
from reference.tcb import Sent, Tcb

# -- numbers --


@fault(
    "syn-of-the-peer-is-not-counted",
    breaks=("RFC9293:3.10.7.2-listen-syn", "RFC9293:3.5-basic-3whs", "RFC9293:3.10.7.3-synsent-syn"),
)
class SynOfThePeerIsNotCounted(Endpoint):
    """RCV.NXT is IRS: the SYN,ACK acknowledges nothing."""

    def take_syn(self, segment: Segment) -> None:
        super().take_syn(segment)
        self.rcv_nxt = self.irs


@fault("own-syn-is-not-counted", breaks=("RFC9293:3.1-seq-syn", "RFC9293:3.4-3whs-ack-isn"))
class OwnSynIsNotCounted(Endpoint):
    """SND.NXT stays ISS after the SYN,ACK: the data begins one too low."""

    def send_syn(self, ctl: int, text: bytes = b"") -> None:
        super().send_syn(ctl, text)
        if ctl & ACK:
            self.snd_nxt = self.iss


@fault("isn-of-the-peer-does-not-wrap", breaks=("RFC9293:3.4-isn-edge", "RFC9293:3.4-mod-arith"))
class IsnOfThePeerDoesNotWrap(Endpoint):
    def take_syn(self, segment: Segment) -> None:
        super().take_syn(segment)
        self.rcv_nxt = min(segment.seq + 1, 0xFFFFFFFF)


@fault("window-does-not-wrap", breaks=("RFC9293:3.4-mod-arith", "RFC9293:3.4-wrap-data"))
class WindowDoesNotWrap(Endpoint):
    """Numbers are compared as they stand."""

    def in_window(self, number: int) -> bool:
        return self.rcv_nxt <= number < self.rcv_nxt + self.rcv_wnd


# -- the last segment of the handshake --


@fault("final-ack-is-acknowledged", breaks=("RFC9293:3.4-ack-no-space", "RFC9293:3.5-basic-3whs"))
class FinalAckIsAcknowledged(Endpoint):
    def established(self) -> None:
        super().established()
        self.ack_due = True


@fault("final-ack-loses-its-data", breaks="RFC9293:3.10.7.4-text-deliver")
class FinalAckLosesItsData(Endpoint):
    def check_ack(self, segment: Segment) -> bool:
        if self.state is State.SYN_RECEIVED:
            segment.text = b""
        return super().check_ack(segment)


@fault("final-ack-loses-its-fin", breaks="RFC9293:3.10.7.4-fin-synrcvd")
class FinalAckLosesItsFin(Endpoint):
    def check_ack(self, segment: Segment) -> bool:
        if self.state is State.SYN_RECEIVED:
            segment.ctl &= ~FIN
        return super().check_ack(segment)


@fault("final-ack-with-fin-leads-to-established", breaks="RFC9293:3.10.7.4-fin-synrcvd")
class FinalAckWithFinLeadsToEstablished(Endpoint):
    """The FIN is acknowledged, but the connection does not enter CLOSE-WAIT for it."""

    def state_after_fin(self) -> None:
        if self.rcv_nxt != add(self.irs, 2):
            super().state_after_fin()


@fault("final-ack-again-is-answered", breaks=("RFC9293:3.10.7.4-ack-estab-dup", "RFC9293:3.4-ack-no-space"))
class FinalAckAgainIsAnswered(Endpoint):
    """An ACK of nothing new is taken for a loss of ours, and answered."""

    def process_ack(self, segment: Segment) -> None:
        old = segment.ack == self.snd_una and self.state is State.ESTABLISHED and not self.queue
        super().process_ack(segment)
        self.ack_due = self.ack_due or (old and segment.length == 0)


# -- SYN-RECEIVED, the ACK --


@fault("wrong-ack-in-syn-received-is-ignored", breaks="RFC9293:3.10.7.4-ack-synrcvd-bad")
class WrongAckInSynReceivedIsIgnored(Endpoint):
    """Seen in FreeBSD."""

    def answer_wrong_ack_in_syn_received(self, segment: Segment) -> None:
        pass


@fault("reset-in-syn-received-has-our-number", breaks="RFC9293:3.10.7.4-ack-synrcvd-bad")
class ResetInSynReceivedHasOurNumber(Endpoint):
    """SEQ of the reset is SND.NXT and not SEG.ACK."""

    def answer_wrong_ack_in_syn_received(self, segment: Segment) -> None:
        self.send_reset(self.snd_nxt)


@fault("wrong-ack-ends-syn-received", breaks="RFC9293:3.5.2-g2-bad-ack")
class WrongAckEndsSynReceived(Endpoint):
    """The reset goes out, but the handshake is given up as well."""

    def answer_wrong_ack_in_syn_received(self, segment: Segment) -> None:
        super().answer_wrong_ack_in_syn_received(segment)
        self.delete()


@fault("any-ack-establishes", breaks="RFC9293:3.10.7.4-ack-synrcvd-bad")
class AnyAckEstablishes(Endpoint):
    def check_ack_in_syn_received(self, segment: Segment) -> bool:
        segment.ack = self.snd_nxt
        return super().check_ack_in_syn_received(segment)


@fault("ack-of-what-was-never-sent-establishes", breaks="RFC9293:3.10.7.4-ack-synrcvd-bad")
class AckOfWhatWasNeverSentEstablishes(Endpoint):
    def check_ack_in_syn_received(self, segment: Segment) -> bool:
        if lt(self.snd_nxt, segment.ack):
            segment.ack = self.snd_nxt
        return super().check_ack_in_syn_received(segment)


@fault("ack-far-below-in-syn-received-is-dropped", breaks="RFC9293:3.10.7.4-ack-5961")
class AckFarBelowInSynReceivedIsDropped(Endpoint):
    """The range of RFC 5961, section 5, is looked at, but what is outside is not answered."""

    def ack_is_too_old(self, segment: Segment) -> bool:
        too_old = super().ack_is_too_old(segment)
        if too_old:
            self.challenges.extend([self.host.now] * 10)  # too many of late
        return too_old


# -- SYN-RECEIVED, the sequence number --


@fault("syn-received-does-not-look-at-the-sequence-number", breaks="RFC9293:3.10.7.4-seq-synrcvd-oow")
class SynReceivedDoesNotLookAtTheSequenceNumber(Endpoint):
    def check_sequence(self, segment: Segment) -> bool:
        return self.state is State.SYN_RECEIVED or super().check_sequence(segment)


@fault("segment-outside-the-window-of-syn-received-is-dropped", breaks="RFC9293:3.10.7.4-seq-synrcvd-oow")
class SegmentOutsideTheWindowOfSynReceivedIsDropped(Endpoint):
    """In silence."""

    def unacceptable(self, segment: Segment) -> bool:
        return False if self.state is State.SYN_RECEIVED else super().unacceptable(segment)


@fault("segment-outside-the-window-establishes", breaks="RFC9293:3.10.7.4-seq-unacceptable-nodata")
class SegmentOutsideTheWindowEstablishes(Endpoint):
    """It is acknowledged, but its ACK counts."""

    def unacceptable(self, segment: Segment) -> bool:
        if self.state is State.SYN_RECEIVED and segment.ctl & (ACK | RST) == ACK:
            self.check_ack_in_syn_received(segment)
        return super().unacceptable(segment)


@fault("segment-outside-the-window-ends-syn-received", breaks="RFC9293:3.10.7.4-seq-synrcvd-oow")
class SegmentOutsideTheWindowEndsSynReceived(Endpoint):
    """It is acknowledged, and then the handshake is forgotten."""

    def unacceptable(self, segment: Segment) -> bool:
        if self.state is State.SYN_RECEIVED and not segment.ctl & RST:
            self.acknowledge()
            self.delete()
        return super().unacceptable(segment)


@fault("same-syn-again-gets-a-new-iss", breaks=("RFC9293:3.10.7.4-syn-oow", "RFC9293:3.10.7.4-seq-synrcvd-oow"))
class SameSynAgainGetsANewIss(Endpoint):
    def unacceptable(self, segment: Segment) -> bool:
        if self.state is State.SYN_RECEIVED and segment.seq == self.irs and segment.ctl & SYN:
            self.queue.clear()
            self.answer_syn(add(self.iss, 64_000))
            return False
        return super().unacceptable(segment)


@fault("syn-outside-the-window-of-syn-received-is-reset", breaks="RFC9293:3.10.7.4-syn-oow")
class SynOutsideTheWindowOfSynReceivedIsReset(Endpoint):
    def unacceptable(self, segment: Segment) -> bool:
        if self.state is State.SYN_RECEIVED and segment.ctl & SYN:
            self.host.send_reset(segment)
            self.delete()
            return False
        return super().unacceptable(segment)


# -- SYN-RECEIVED, SYN and RST --


@fault("syn-in-the-window-of-syn-received-is-ignored", breaks="RFC9293:3.10.7.4-syn-synrcvd-passive")
class SynInTheWindowOfSynReceivedIsIgnored(Endpoint):
    def check_syn(self, segment: Segment) -> bool:
        ignored = bool(segment.ctl & SYN) and self.state is State.SYN_RECEIVED
        return False if ignored else super().check_syn(segment)


@fault("syn-in-the-window-of-syn-received-is-reset", breaks="RFC9293:3.10.7.4-syn-synrcvd-passive")
class SynInTheWindowOfSynReceivedIsReset(Endpoint):
    """It returns to LISTEN, but says so: what RFC 793 asked for."""

    def check_syn(self, segment: Segment) -> bool:
        if segment.ctl & SYN and self.state is State.SYN_RECEIVED:
            self.send_reset(self.iss)
        return super().check_syn(segment)


@fault(
    "reset-in-syn-received-is-ignored",
    breaks=(
        "RFC9293:3.10.7.4-rst-synrcvd-passive",
        "RFC9293:3.5-unsync-rst-listen",
        "RFC9293:3.5.3-rst-synrcvd-passive",
    ),
)
class ResetInSynReceivedIsIgnored(Endpoint):
    def reset(self) -> None:
        if self.state is not State.SYN_RECEIVED:
            super().reset()


@fault(
    "reset-in-syn-received-closes-the-listener",
    breaks=("RFC9293:3.3.2-rst-to-listen", "RFC9293:3.5-old-dup-syn"),
)
class ResetInSynReceivedClosesTheListener(Endpoint):
    def return_to_listen(self) -> None:
        super().return_to_listen()
        if self.listener is not None:
            self.listener.arrives = self.host.arrives_in_closed  # type: ignore[method-assign]


@fault("syn-ack-goes-on-after-a-reset", breaks="RFC9293:3.10.7.4-rst-synrcvd-passive")
class SynAckGoesOnAfterAReset(Endpoint):
    """The connection is forgotten, but not its retransmission timer."""

    def return_to_listen(self) -> None:
        self.host.forget(self)


@fault("reset-in-the-window-of-syn-received-is-ignored", breaks="RFC9293:3.10.7.4-rst-synrcvd-5961")
class ResetInTheWindowOfSynReceivedIsIgnored(Endpoint):
    """Neither challenged nor obeyed."""

    def challenge(self) -> None:
        if self.state is not State.SYN_RECEIVED:
            super().challenge()


# -- the SYN,ACK again --


@fault("syn-ack-is-not-sent-again", breaks=("RFC9293:3.10.8-synrcvd-retx", "RFC9293:3.10.8-retx-timeout"))
class SynAckIsNotSentAgain(Endpoint):
    def send_syn(self, ctl: int, text: bytes = b"") -> None:
        super().send_syn(ctl, text)
        if ctl & ACK:
            self.stop("retransmission")


@fault("syn-ack-again-has-other-options", breaks="RFC9293:3.10.8-synrcvd-retx")
class SynAckAgainHasOtherOptions(Endpoint):
    """It is sent again without any."""

    def syn_options(self, ctl: int) -> Options:
        return Options() if self.syn_lost and ctl & ACK else super().syn_options(ctl)


@fault("syn-ack-again-acknowledges-nothing", breaks="RFC9293:3.10.8-synrcvd-retx")
class SynAckAgainAcknowledgesNothing(Endpoint):
    """It is sent again as a bare SYN."""

    def retransmit(self, sent: Sent) -> None:
        if sent.ctl & SYN:
            sent.ctl &= ~ACK
        super().retransmit(sent)


@fault(
    "syn-ack-does-not-back-off",
    breaks=("RFC9293:3.10.8-synrcvd-retx", "RFC6298:5.5-backoff", "RFC2525:2.10-no-backoff"),
)
class SynAckDoesNotBackOff(Endpoint):
    def back_off(self) -> None:
        if self.state is not State.SYN_RECEIVED:
            super().back_off()


@fault("initial-rto-of-200-ms", breaks=("RFC6298:2.1-initial-rto", "RFC2525:2.7-initial-rto-low"))
class InitialRtoOf200Ms(Endpoint):
    def send_syn(self, ctl: int, text: bytes = b"") -> None:
        self.rto = 0.2
        super().send_syn(ctl, text)


# -- the listener, while a handshake is going on --


@fault(
    "half-open-connection-goes-deaf",
    breaks=("RFC9293:3.10.7.2-listen-ack", "RFC9293:3.10.7.4-ack-synrcvd-ok"),
)
class HalfOpenConnectionGoesDeaf(Endpoint):
    """After a minute it is neither established nor forgotten: its port says nothing any more to this peer."""

    def arrives(self, segment: Segment) -> None:
        if self.state is not State.SYN_RECEIVED or self.host.now - self.opened_at < 60:
            super().arrives(segment)


@fault("one-handshake-at-a-time", breaks=("RFC9293:MUST-42", "RFC9293:3.10.7.2-listen-syn"))
class OneHandshakeAtATime(Listener):
    def has_room(self) -> bool:
        return not self.half_open


@fault("listener-ends-with-its-first-connection", breaks="RFC9293:3.9.1.1-open-passive-any")
class ListenerEndsWithItsFirstConnection(Listener):
    """As a LISTEN that becomes the connection; a listener for any remote socket has to go on."""

    def established(self, endpoint: Tcb) -> None:
        super().established(endpoint)
        if self.port > 1023:
            self.arrives = self.host.arrives_in_closed  # type: ignore[method-assign]


@fault("sixteen-connections-and-no-more", breaks="RFC9293:3.9.1.1-open-passive-any")
class SixteenConnectionsAndNoMore(Listener):
    """A table of connections that was made too small, and is not told to the tester."""

    def has_room(self) -> bool:
        return len(self.host.connections) < 16


@fault("full-queue-resets", breaks="RFC9293:3.5.2-rst-only-when-clear")
class FullQueueResets(Listener):
    def check_syn(self, segment: Segment) -> bool:
        if segment.ctl & SYN and not self.has_room():
            self.host.send_reset(segment)
        return super().check_syn(segment)


@fault("full-queue-drops-who-waits", breaks="RFC9293:3.10.7.4-text-deliver")
class FullQueueDropsWhoWaits(Listener):
    """A SYN beyond the queue pushes out the connection that has waited longest."""

    def check_syn(self, segment: Segment) -> bool:
        if segment.ctl & SYN and not self.has_room() and self.waiting:
            self.waiting.popleft().delete()
        return super().check_syn(segment)


@fault("queue-stays-full", breaks="RFC9293:3.10.7.2-listen-syn")
class QueueStaysFull(Listener):
    """Whoever is accepted leaves no room."""

    def has_room(self) -> bool:
        ever = sum(one.listener is self for one in self.host.connections.values())
        return ever < max(1, self.backlog)


@fault("data-before-accept-is-not-taken", breaks="RFC9293:3.10.7.4-text-deliver")
class DataBeforeAcceptIsNotTaken(Endpoint):
    def process_text(self, segment: Segment) -> bool:
        waits = self.listener is not None and self in self.listener.waiting
        return False if waits and segment.text else super().process_text(segment)


@fault("data-before-accept-is-lost", breaks="RFC9293:3.10.7.4-text-ack-responsibility")
class DataBeforeAcceptIsLost(Endpoint):
    """It is acknowledged, but the user never gets it."""

    def take(self, text: bytes) -> None:
        super().take(text)
        if self.listener is not None and self in self.listener.waiting:
            self.received.clear()
