"""PUSH, by the sender and by the receiver (RFC 9293, sections 3.8 and 3.9.1)."""

from __future__ import annotations

from reference.faults import Endpoint, fault
from reference.numbers import add
from reference.segment import FIN, PSH, Segment

# -- sending --


@fault("nothing-is-pushed", breaks=("RFC9293:MUST-61", "RFC9293:3.9.1.2-send-push"))
class NothingIsPushed(Endpoint):
    def send_new(self, ctl: int, text: bytes = b"") -> None:
        super().send_new(ctl & ~PSH, text)


@fault("only-the-first-send-is-pushed", breaks="RFC9293:3.9.1.2-send-push")
class OnlyTheFirstSendIsPushed(Endpoint):
    pushed = False

    def send_new(self, ctl: int, text: bytes = b"") -> None:
        super().send_new(ctl & ~PSH if self.pushed else ctl, text)
        self.pushed = self.pushed or bool(ctl & PSH)


class Waits(Endpoint):
    """Text that is less than a segment waits for more, without end, where `waits` says so."""

    def waits(self) -> bool:
        raise NotImplementedError

    def segment_size(self) -> int:
        return 0 if self.waits() and len(self.unsent) < self.eff_snd_mss() else super().segment_size()

    def override_timeout(self) -> None:
        if not self.waits():
            super().override_timeout()


@fault("small-sends-wait-for-a-full-segment", breaks=("RFC9293:MUST-60", "RFC9293:3.9.1.2-send-push"))
class SmallSendsWaitForAFullSegment(Waits):
    def waits(self) -> bool:
        return not self.fin_queued


@fault("small-send-behind-another-waits-for-a-full-segment", breaks="RFC9293:MUST-60")
class SmallSendBehindAnotherWaitsForAFullSegment(Waits):
    sent = False

    def waits(self) -> bool:
        return self.sent and not self.fin_queued

    def send_text(self, size: int) -> None:
        self.sent = True
        super().send_text(size)


@fault("every-send-has-its-own-segment", breaks=("RFC9293:SHLD-27", "RFC9293:MAY-16", "RFC9293:3.9.1.2-psh-no-record"))
class EverySendHasItsOwnSegment(Endpoint):
    """PSH ends a segment, whether or not it is full."""

    def send(self, text: bytes, *, urgent: bool = False) -> None:
        self.boundaries = [*getattr(self, "boundaries", []), len(text)]
        super().send(text, urgent=urgent)

    def send_text(self, size: int) -> None:
        boundaries = getattr(self, "boundaries", None)
        if boundaries and boundaries[0] <= size:
            size = boundaries.pop(0)
        elif boundaries:
            boundaries[0] -= size
        super().send_text(size)


@fault("close-drops-what-waits", breaks=("RFC9293:3.9.1.4-close-push", "RFC9293:3.8-fin-implies-push"))
class CloseDropsWhatWaits(Endpoint):
    """CLOSE pushes nothing: what the Nagle algorithm holds back never goes out."""

    def close(self) -> None:
        self.unsent.clear()
        super().close()


@fault("close-does-not-push", breaks=("RFC9293:3.9.1.4-close-push", "RFC9293:3.8-fin-implies-push"))
class CloseDoesNotPush(Waits):
    """Text that the Nagle algorithm holds back when CLOSE comes waits for more, and so does the FIN behind it."""

    def waits(self) -> bool:
        return self.fin_queued


@fault("only-the-user-pushes", breaks=("RFC9293:3.9.1.4-close-push", "RFC9293:3.8-fin-implies-push"))
class OnlyTheUserPushes(Waits):
    """SEND has a PUSH flag (MAY-15). Text without it is not pushed, not even by CLOSE."""

    def waits(self) -> bool:
        return self.fin_queued and not self.user_pushes

    def send_new(self, ctl: int, text: bytes = b"") -> None:
        super().send_new(ctl if self.user_pushes else ctl & ~PSH, text)


# -- receiving --


class PushIsPassedOn(Endpoint):
    """Text is the user's when the peer has pushed it (MAY-17), or when the FIN has come."""

    unpushed = b""
    fin_pushes = True

    def process_text(self, segment: Segment) -> bool:
        self.pushed = bool(segment.ctl & PSH or (self.fin_pushes and segment.ctl & FIN))
        going_on = super().process_text(segment)
        self.hand_over()
        return going_on

    def take(self, text: bytes) -> None:
        self.unpushed += text
        self.advance(len(text))

    def hand_over(self) -> None:
        if self.pushed and self.unpushed:
            text, self.unpushed = self.unpushed, b""
            self.rcv_nxt = add(self.rcv_nxt, -len(text))
            self.rcv_wnd += len(text)
            super().take(text)


@fault("fin-does-not-push", breaks=("RFC9293:3.10.7.4-fin-push", "RFC9293:3.8-fin-implies-push"))
class FinDoesNotPush(PushIsPassedOn):
    """Text that was not pushed before the FIN never comes to the user."""

    fin_pushes = False


@fault("push-is-not-heeded", breaks="RFC9293:3.9.1.3-receive-push")
class PushIsNotHeeded(Endpoint):
    """A RECEIVE ends when its buffer is full, or with the stream."""

    def receive(self, most: int) -> bytes:
        return super().receive(most) if len(self.received) >= most or self.fin_taken else b""


@fault("push-ends-a-record", breaks="RFC9293:3.9.1.2-psh-no-record")
class PushEndsARecord(Endpoint):
    """What does not fit into the buffer of the RECEIVE is lost."""

    def receive(self, most: int) -> bytes:
        text = super().receive(most)
        self.received.clear()
        return text
