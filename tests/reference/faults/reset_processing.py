"""Resets that the target is sent (RFC 9293, sections 3.5.3 and 3.10.7.4; RFC 5961, section 3)."""

from __future__ import annotations

from conformance.state import State
from reference.faults import Endpoint, fault
from reference.numbers import add, ahead, lt
from reference.segment import ACK, FIN, PSH, RST, SYN, URG, Segment

AFTER_FIN = frozenset({State.CLOSE_WAIT, State.CLOSING, State.LAST_ACK})

OUTSIDE = ("RFC9293:3.10.7.4-rst-oow", "RFC9293:3.5.3-rst-seq-check", "RFC5961:3.2-rst-oow")

# -- outside the window --


@fault("reset-anywhere-is-obeyed", breaks=(*OUTSIDE, "RFC9293:3.5.3-validate-first"))
class ResetAnywhereIsObeyed(Endpoint):
    def check_sequence(self, segment: Segment) -> bool:
        if segment.ctl & RST:
            segment.seq = self.rcv_nxt
        return super().check_sequence(segment)


@fault("reset-below-the-window-is-obeyed", breaks=OUTSIDE)
class ResetBelowTheWindowIsObeyed(Endpoint):
    """Half the sequence space has been valid numbers of old."""

    def check_sequence(self, segment: Segment) -> bool:
        if segment.ctl & RST and lt(segment.seq, self.rcv_nxt):
            segment.seq = self.rcv_nxt
        return super().check_sequence(segment)


@fault("reset-one-below-the-window-is-obeyed-after-the-fin", breaks=OUTSIDE)
class ResetOneBelowTheWindowIsObeyedAfterTheFin(Endpoint):
    """RCV.NXT-1, the number of the FIN, counts in CLOSE-WAIT, CLOSING and LAST-ACK. Seen in Linux."""

    def check_sequence(self, segment: Segment) -> bool:
        if segment.ctl & RST and self.state in AFTER_FIN and ahead(segment.seq, self.rcv_nxt) == 1:
            segment.seq = self.rcv_nxt
        return super().check_sequence(segment)


@fault("reset-at-the-right-edge-is-challenged", breaks=OUTSIDE)
class ResetAtTheRightEdgeIsChallenged(Endpoint):
    """The last number of the window is off by one."""

    def in_window(self, number: int) -> bool:
        return 0 <= ahead(self.rcv_nxt, number) <= self.rcv_wnd


@fault("reset-far-above-is-obeyed", breaks="RFC9293:3.10.7.4-rst-oow")
class ResetFarAboveIsObeyed(Endpoint):
    """The window has no right edge."""

    def check_sequence(self, segment: Segment) -> bool:
        if segment.ctl & RST and lt(self.rcv_nxt, segment.seq) and not self.in_window(segment.seq):
            segment.seq = self.rcv_nxt
        return super().check_sequence(segment)


@fault(
    "reset-outside-the-window-is-acknowledged",
    breaks=("RFC9293:3.10.7.4-seq-unacceptable-rst", "RFC9293:3.10.7.4-rst-oow"),
)
class ResetOutsideTheWindowIsAcknowledged(Endpoint):
    """Seen in smoltcp."""

    def unacceptable(self, segment: Segment) -> bool:
        self.ack_due = bool(segment.ctl & RST)
        return super().unacceptable(segment)


@fault("reset-outside-the-window-is-reset", breaks="RFC9293:3.10.7.4-rst-oow")
class ResetOutsideTheWindowIsReset(Endpoint):
    """A reset in answer to a reset."""

    def unacceptable(self, segment: Segment) -> bool:
        if segment.ctl & RST:
            self.send_reset(self.snd_nxt)
        return super().unacceptable(segment)


# -- in the window --


@fault(
    "reset-in-the-window-is-obeyed",
    breaks=("RFC5961:3.2-rst-mitigation", "RFC5961:3.2-rst-continue", "RFC9293:7-blind-inwindow"),
)
class ResetInTheWindowIsObeyed(Endpoint):
    """The rule of RFC 793 (CVE-2004-0230). Seen in gVisor and older lwIP. RFC 9293 leaves it a choice."""

    def reset_in_window(self, segment: Segment) -> None:
        self.reset()


@fault(
    "reset-in-the-window-is-ignored",
    breaks=("RFC9293:3.10.7.4-rst-inwindow-challenge", "RFC5961:3.2-rst-inwindow"),
)
class ResetInTheWindowIsIgnored(Endpoint):
    """No challenge ACK. Seen in smoltcp and FreeRTOS+TCP."""

    def reset_in_window(self, segment: Segment) -> None:
        pass


@fault("reset-in-the-window-is-reset", breaks="RFC9293:3.5.2-g1-rst-silent")
class ResetInTheWindowIsReset(Endpoint):
    """A reset in answer to a reset."""

    def reset_in_window(self, segment: Segment) -> None:
        self.send_reset(self.snd_nxt)


@fault(
    "challenged-reset-ends-the-connection",
    breaks=("RFC9293:3.10.7.4-rst-inwindow-challenge", "RFC5961:3.2-rst-continue"),
)
class ChallengedResetEndsTheConnection(Endpoint):
    """The challenge ACK goes out, and then the reset is obeyed."""

    def reset_in_window(self, segment: Segment) -> None:
        self.acknowledge()
        self.delete()


@fault("reset-at-the-end-of-queued-data-is-obeyed", breaks="RFC9293:3.10.7.4-rst-inwindow-challenge")
class ResetAtTheEndOfQueuedDataIsObeyed(Endpoint):
    """Seen in Linux where SACK is on."""

    def reset_in_window(self, segment: Segment) -> None:
        if segment.seq in [add(seq, len(text)) for seq, text in self.held.items()]:
            self.reset()
        else:
            super().reset_in_window(segment)


@fault("challenge-is-never-satisfied", breaks=("RFC5961:3.2-rst-second", "RFC5961:3.2-rst-exact"))
class ChallengeIsNeverSatisfied(Endpoint):
    """A reset at RCV.NXT is challenged like any other."""

    def check_rst(self, segment: Segment) -> bool:
        if segment.ctl & RST:
            self.challenge()
            return False
        return super().check_rst(segment)


@fault("reset-after-a-challenge-is-ignored", breaks="RFC5961:3.2-rst-second")
class ResetAfterAChallengeIsIgnored(Endpoint):
    """What answers the challenge is taken for one more of the same attack."""

    def reset(self) -> None:
        if not self.challenges:
            super().reset()


# -- at RCV.NXT: when it is obeyed --


@fault(
    "reset-is-ignored-while-data-flows",
    breaks=(
        "RFC9293:3.10.7.4-rst-exact",
        "RFC9293:3.10.7.4-rst-estab",
        "RFC9293:3.5-sync-rst-abort",
        "RFC9293:3.5.1-abort-on-rst-data",
        "RFC1122:4.2.2.13-closed-or-aborted",
    ),
)
class ResetIsIgnoredWhileDataFlows(Endpoint):
    def reset(self) -> None:
        if self.state is not State.ESTABLISHED:
            super().reset()


@fault("reset-is-ignored-after-close", breaks=("RFC9293:3.10.7.4-rst-estab", "RFC9293:3.5.3-rst-other"))
class ResetIsIgnoredAfterClose(Endpoint):
    """In FIN-WAIT-1, FIN-WAIT-2 and CLOSE-WAIT."""

    def reset(self) -> None:
        if self.state not in (State.FIN_WAIT_1, State.FIN_WAIT_2, State.CLOSE_WAIT):
            super().reset()


@fault("reset-is-ignored-while-closing", breaks="RFC9293:3.10.7.4-rst-late")
class ResetIsIgnoredWhileClosing(Endpoint):
    """In CLOSING and LAST-ACK."""

    def reset(self) -> None:
        if self.state not in (State.CLOSING, State.LAST_ACK):
            super().reset()


@fault("reset-while-closing-leads-to-time-wait", breaks="RFC9293:3.10.7.4-rst-late")
class ResetWhileClosingLeadsToTimeWait(Endpoint):
    """As an ACK of the FIN would."""

    def reset(self) -> None:
        if self.state is State.CLOSING:
            self.enter_time_wait()
        else:
            super().reset()


@fault("reset-in-time-wait-is-acknowledged", breaks=("RFC9293:3.10.7.4-rst-late", "RFC1337:3-ignore-rst-tw"))
class ResetInTimeWaitIsAcknowledged(Endpoint):
    """Neither obeyed nor ignored."""

    def reset(self) -> None:
        if self.state is State.TIME_WAIT:
            self.ack_due = True
        else:
            super().reset()


@fault("reset-in-time-wait-leaves-a-silent-record", breaks="RFC9293:3.10.7.4-rst-late")
class ResetInTimeWaitLeavesASilentRecord(Endpoint):
    """The four-tuple answers nothing until the record expires."""

    def check_timestamp(self, segment: Segment) -> bool:
        if self.state is State.TIME_WAIT and segment.ctl & RST:
            self.released = True
        silent = self.state is State.TIME_WAIT and self.released
        return False if silent else super().check_timestamp(segment)


@fault("reset-is-dropped-while-an-ack-is-delayed", breaks="RFC9293:3.10.7.4-rst-exact")
class ResetIsDroppedWhileAnAckIsDelayed(Endpoint):
    """RCV.NXT is compared with what was acknowledged last. Seen in DragonFly."""

    def reset(self) -> None:
        if self.last_ack_sent == self.rcv_nxt:
            super().reset()


@fault(
    "reset-is-dropped-while-the-window-is-closed",
    breaks=("RFC9293:MUST-66", "RFC9293:3.10.7.4-seq-zero-window-special"),
)
class ResetIsDroppedWhileTheWindowIsClosed(Endpoint):
    """No number lies in a window of zero."""

    def is_acceptable(self, segment: Segment) -> bool:
        return self.rcv_wnd > 0 and super().is_acceptable(segment)

    def is_allowed_by_zero_window(self, segment: Segment) -> bool:
        return not segment.ctl & RST and super().is_allowed_by_zero_window(segment)


@fault("reset-with-data-is-ignored", breaks="RFC9293:SHLD-2")
class ResetWithDataIsIgnored(Endpoint):
    def check_rst(self, segment: Segment) -> bool:
        return False if segment.ctl & RST and segment.text else super().check_rst(segment)


@fault("ack-is-examined-before-rst", breaks="RFC9293:3.10.7.4-rst-wins")
class AckIsExaminedBeforeRst(Endpoint):
    """A reset that acknowledges something else than SND.NXT is dropped."""

    def check_rst(self, segment: Segment) -> bool:
        wrong = segment.ctl & RST and segment.ctl & ACK and segment.ack != self.snd_nxt
        return False if wrong else super().check_rst(segment)


@fault("ack-of-the-future-is-examined-before-rst", breaks="RFC9293:3.10.7.4-rst-wins")
class AckOfTheFutureIsExaminedBeforeRst(Endpoint):
    """A reset that acknowledges something not yet sent draws an ACK."""

    def check_rst(self, segment: Segment) -> bool:
        if segment.ctl & RST and segment.ctl & ACK and self.ack_is_of_the_future(segment):
            self.answer_ack_of_the_future(segment)
            return False
        return super().check_rst(segment)


@fault("syn-is-examined-before-rst", breaks="RFC9293:3.10.7.4-rst-wins")
class SynIsExaminedBeforeRst(Endpoint):
    def check_rst(self, segment: Segment) -> bool:
        return bool(segment.ctl & SYN) or super().check_rst(segment)


@fault("fin-is-examined-before-rst", breaks="RFC9293:3.10.7.4-rst-wins")
class FinIsExaminedBeforeRst(Endpoint):
    def check_rst(self, segment: Segment) -> bool:
        return bool(segment.ctl & FIN) or super().check_rst(segment)


@fault("reset-with-urg-or-psh-is-ignored", breaks="RFC9293:3.10.7.4-rst-wins")
class ResetWithUrgOrPshIsIgnored(Endpoint):
    """Only a plain one is believed."""

    def check_rst(self, segment: Segment) -> bool:
        return False if segment.ctl & RST and segment.ctl & (URG | PSH) else super().check_rst(segment)


# -- what it does --


@fault(
    "reset-does-not-stop-the-retransmission", breaks=("RFC9293:3.10.7.4-rst-estab", "RFC9293:3.5.1-abort-on-rst-data")
)
class ResetDoesNotStopTheRetransmission(Endpoint):
    """The connection is forgotten, its timer is not."""

    def delete(self) -> None:
        timer = self.deadlines.get("retransmission") if self.state is State.ESTABLISHED else None
        queue = list(self.queue)
        super().delete()
        if timer is not None:
            self.queue.extend(queue)
            self.deadlines["retransmission"] = timer
