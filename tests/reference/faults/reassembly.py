"""Text that comes twice, overlapping or above a gap, and the numbers it gets (RFC 9293, 3.4, 3.8, 3.10.7.4)."""

from __future__ import annotations

from reference.faults import Endpoint, fault
from reference.numbers import add, ahead, latest, lt
from reference.segment import ACK, FIN, SYN, Segment


@fault("text-that-comes-again-draws-no-ack", breaks="RFC9293:3.8-dup-segment")
class TextThatComesAgainDrawsNoAck(Endpoint):
    def unacceptable(self, segment: Segment) -> bool:
        super().unacceptable(segment)
        if segment.text and segment.end == self.rcv_nxt:
            self.ack_due = False
        return False


@fault("text-that-comes-again-is-delivered-again", breaks="RFC9293:3.8-dup-segment")
class TextThatComesAgainIsDeliveredAgain(Endpoint):
    def unacceptable(self, segment: Segment) -> bool:
        if segment.text and segment.end == self.rcv_nxt:
            self.received += segment.text
        return super().unacceptable(segment)


@fault("segment-with-old-octets-is-dropped-whole", breaks="RFC9293:3.10.7.4-seq-overlap-old")
class SegmentWithOldOctetsIsDroppedWhole(Endpoint):
    """It is taken for a repetition by its first octet."""

    def is_acceptable(self, segment: Segment) -> bool:
        old = bool(segment.text) and lt(segment.seq, self.rcv_nxt)
        return super().is_acceptable(segment) and not old


@fault("segment-with-old-octets-is-delivered-whole", breaks="RFC9293:3.10.7.4-seq-overlap-old")
class SegmentWithOldOctetsIsDeliveredWhole(Endpoint):
    """RCV.NXT is right, the user gets the old octets again."""

    def process_text(self, segment: Segment) -> bool:
        old = ahead(segment.seq, self.rcv_nxt)
        if 0 < old < len(segment.text):
            self.received += segment.text[:old]
        return super().process_text(segment)


@fault("old-octets-of-a-segment-count-as-new", breaks="RFC9293:3.10.7.4-seq-overlap-old")
class OldOctetsOfASegmentCountAsNew(Endpoint):
    """What a segment has that is new is taken from its start, not from its end."""

    def trim(self, segment: Segment) -> tuple[int, bytes, bool]:
        seq, text, fin = super().trim(segment)
        return seq, segment.text[: len(text)], fin


@fault("ack-is-of-the-highest-octet-seen", breaks="RFC9293:3.4-cumulative-ack")
class AckIsOfTheHighestOctetSeen(Endpoint):
    """A gap is acknowledged with what is above it."""

    def emit(self, ctl: int, seq: int, text: bytes = b"") -> None:
        before = self.rcv_nxt
        for at, held in self.held.items():
            self.rcv_nxt = latest(self.rcv_nxt, add(at, len(held)))
        super().emit(ctl, seq, text)
        self.rcv_nxt = before


@fault("second-gap-is-overlooked", breaks="RFC9293:3.4-cumulative-ack")
class SecondGapIsOverlooked(Endpoint):
    """When the first gap is filled, everything that was held is taken."""

    def take_held(self) -> None:
        if self.held and min(ahead(self.rcv_nxt, seq) for seq in self.held) <= 0:
            for seq in sorted(self.held, key=lambda number: ahead(self.rcv_nxt, number)):
                self.take(self.held.pop(seq)[max(0, ahead(seq, self.rcv_nxt)) :])


@fault("nothing-is-held-above-a-gap", breaks=("RFC9293:3.10.7.4-seq-hold-ooo", "RFC9293:SHLD-31"))
class NothingIsHeldAboveAGap(Endpoint):
    def hold(self, seq: int, text: bytes) -> None:
        self.ack_due = True


@fault("only-one-segment-is-held", breaks="RFC9293:3.10.7.4-seq-hold-ooo")
class OnlyOneSegmentIsHeld(Endpoint):
    def hold(self, seq: int, text: bytes) -> None:
        self.held.clear()
        super().hold(seq, text)


@fault("overlap-of-held-text-is-delivered-twice", breaks="RFC9293:3.10.7.4-seq-inorder")
class OverlapOfHeldTextIsDeliveredTwice(Endpoint):
    """What was held is delivered whole as soon as it follows on."""

    def take_held(self) -> None:
        for seq in sorted(self.held, key=lambda number: ahead(self.rcv_nxt, number)):
            if lt(self.rcv_nxt, seq):
                break
            text = self.held.pop(seq)
            new = len(text) - ahead(seq, self.rcv_nxt)
            if new > 0:
                self.received += text[:-new]
                self.take(text[-new:])
                self.ack_due = True


@fault("held-text-is-delivered-as-it-came", breaks="RFC9293:3.10.7.4-seq-inorder")
class HeldTextIsDeliveredAsItCame(Endpoint):
    """The user gets text above a gap before what fills it; the numbers are right."""

    def take(self, text: bytes) -> None:
        waiting = [held for seq, held in self.held.items() if lt(self.rcv_nxt, seq)]
        for held in waiting:
            self.received += held
        super().take(text)


@fault("what-follows-the-fin-has-its-number", breaks="RFC9293:3.8-sndnxt-advance")
class WhatFollowsTheFinHasItsNumber(Endpoint):
    def acknowledge(self) -> None:
        self.emit(ACK, self.snd_nxt if self.fin_seq is None else self.fin_seq)


@fault("syn-takes-two-numbers", breaks="RFC9293:3.8-sndnxt-advance")
class SynTakesTwoNumbers(Endpoint):
    """Text begins one number too high."""

    def send_text(self, size: int) -> None:
        if self.snd_nxt == add(self.iss, 1) and not self.queue:
            self.snd_nxt = add(self.snd_nxt, 1)
        super().send_text(size)


@fault("rcv-nxt-does-not-count-the-fin", breaks="RFC9293:3.8-sndnxt-advance")
class RcvNxtDoesNotCountTheFin(Endpoint):
    def process_fin(self) -> None:
        super().process_fin()
        self.rcv_nxt = add(self.rcv_nxt, -1)


@fault("text-has-the-ack-of-the-handshake", breaks="RFC9293:3.8-ack-current")
class TextHasTheAckOfTheHandshake(Endpoint):
    """Only segments without text say what has come."""

    def emit(self, ctl: int, seq: int, text: bytes = b"") -> None:
        before = self.rcv_nxt
        if text or ctl & (FIN | SYN) == FIN:
            self.rcv_nxt = add(self.irs, 1)
        super().emit(ctl, seq, text)
        self.rcv_nxt = before
