"""TIME-WAIT: too short, too deaf, too open (RFC 9293, sections 3.5.2, 3.6.1 and 3.10.7.4; RFC 1337, RFC 6191)."""

from __future__ import annotations

from conformance.state import State
from reference.faults import Endpoint, Host, Listener, fault
from reference.numbers import add
from reference.segment import ACK, FIN, RST, SYN, Flow, Segment
from reference.user import Settings, User

# -- how long it lasts --


@fault("no-time-wait", breaks=("RFC9293:3.10.7.4-fin-fw2", "RFC9293:3.10.7.4-fin-fw1-acked"))
class NoTimeWait(Endpoint):
    """The peer's FIN is acknowledged, and the connection is gone at once."""

    def enter_time_wait(self) -> None:
        self.acknowledge()
        self.delete()


@fault("time-wait-lasts-one-msl", breaks="RFC9293:MUST-13")
class TimeWaitLastsOneMsl(Endpoint):
    def time_wait_span(self) -> float:
        return super().time_wait_span() / 2


@fault("time-wait-never-ends", breaks="RFC9293:3.10.8-tw-timeout")
class TimeWaitNeverEnds(Endpoint):
    def time_wait_timeout(self) -> None:
        pass


@fault("time-wait-is-not-restarted-after-closing", breaks="RFC9293:3.10.7.4-fin-timewait")
class TimeWaitIsNotRestartedAfterClosing(Endpoint):
    """Where the FINs have crossed, no copy of the peer's starts 2 MSL anew."""

    crossed = False

    def state_after_fin(self) -> None:
        super().state_after_fin()
        self.crossed = self.state is State.CLOSING

    def start_time_wait(self) -> None:
        if not (self.crossed and self.runs("time-wait")):
            super().start_time_wait()


# -- what it answers --


@fault("time-wait-acknowledges-the-fin-once-more-only", breaks="RFC9293:3.10.7.4-ack-timewait")
class TimeWaitAcknowledgesTheFinOnceMoreOnly(Endpoint):
    copies = 0

    def unacceptable(self, segment: Segment) -> bool:
        if self.state is State.TIME_WAIT and self.is_fin_again(segment):
            self.copies += 1
            if self.copies > 1:
                return False
        return super().unacceptable(segment)


@fault("time-wait-acknowledges-with-the-number-of-the-fin", breaks="RFC9293:3.10.7.4-ack-timewait")
class TimeWaitAcknowledgesWithTheNumberOfTheFin(Endpoint):
    def acknowledge(self) -> None:
        self.emit(ACK, add(self.snd_nxt, -1) if self.state is State.TIME_WAIT else self.snd_nxt)


@fault("time-wait-resets-a-fin", breaks="RFC9293:3.10.7.4-ack-timewait")
class TimeWaitResetsAFin(Endpoint):
    def unacceptable(self, segment: Segment) -> bool:
        if self.state is State.TIME_WAIT and segment.ctl & FIN:
            self.send_reset(segment.ack)
            return False
        return super().unacceptable(segment)


@fault("time-wait-ignores-old-duplicates", breaks="RFC9293:3.5.2-g3-oow-ack")
class TimeWaitIgnoresOldDuplicates(Endpoint):
    """Nothing but a FIN draws an ACK."""

    def unacceptable(self, segment: Segment) -> bool:
        if self.state is State.TIME_WAIT and not segment.ctl & FIN:
            return False
        return super().unacceptable(segment)


@fault("time-wait-resets-old-duplicates", breaks="RFC9293:3.5.2-g3-oow-ack")
class TimeWaitResetsOldDuplicates(Endpoint):
    """An old segment is answered as if there were no connection."""

    def unacceptable(self, segment: Segment) -> bool:
        if self.state is State.TIME_WAIT and not segment.ctl & (FIN | RST):
            self.send_reset(segment.ack)
            self.delete()
        return super().unacceptable(segment)


@fault("time-wait-ignores-data-beyond-the-window", breaks="RFC9293:3.5.2-g3-oow-ack")
class TimeWaitIgnoresDataBeyondTheWindow(Endpoint):
    def unacceptable(self, segment: Segment) -> bool:
        if self.state is State.TIME_WAIT and (segment.seq - self.rcv_nxt) & 0xFFFFFFFF < 1 << 31:
            return False
        return super().unacceptable(segment)


@fault("time-wait-answers-with-data", breaks="RFC9293:3.5.2-g3-ack-empty")
class TimeWaitAnswersWithData(Endpoint):
    """Its ACK has an octet, as a keep-alive may have."""

    def acknowledge(self) -> None:
        self.emit(ACK, self.snd_nxt, b"\0" if self.state is State.TIME_WAIT else b"")


@fault("time-wait-ignores-an-ack-of-the-future", breaks="RFC9293:3.5.2-g3-oow-ack")
class TimeWaitIgnoresAnAckOfTheFuture(Endpoint):
    """An empty segment at RCV.NXT is dropped without a look at its ACK. Seen in Linux."""

    def answer_ack_of_the_future(self, segment: Segment) -> None:
        if self.state is not State.TIME_WAIT:
            super().answer_ack_of_the_future(segment)


@fault("time-wait-delivers-what-comes-late", breaks="RFC9293:3.10.7.4-text-after-fin")
class TimeWaitDeliversWhatComesLate(Endpoint):
    """The user gets octets after the end of the stream, and the peer is told nothing."""

    def process_text(self, segment: Segment) -> bool:
        if self.state is State.TIME_WAIT:
            self.received += segment.text
        return super().process_text(segment)


# -- resets --


@fault("time-wait-ends-with-any-reset", breaks="RFC9293:3.10.7.4-rst-oow")
class TimeWaitEndsWithAnyReset(Endpoint):
    """A reset is obeyed whatever its number: RFC 1337 without any of its cures. Seen in several."""

    def check_sequence(self, segment: Segment) -> bool:
        return bool(self.state is State.TIME_WAIT and segment.ctl & RST) or super().check_sequence(segment)

    def in_window(self, number: int) -> bool:
        return self.state is State.TIME_WAIT or super().in_window(number)

    def challenge(self) -> None:
        if self.state is State.TIME_WAIT:
            self.delete()
        else:
            super().challenge()


@fault("time-wait-ends-with-a-reset-in-the-window", breaks="RFC1337:3-ignore-rst-tw")
class TimeWaitEndsWithAResetInTheWindow(Endpoint):
    """A reset that does not hit RCV.NXT is obeyed: the assassination of RFC 1337. Seen in Linux and gVisor."""

    def check_rst(self, segment: Segment) -> bool:
        if self.state is State.TIME_WAIT and segment.ctl & RST and self.in_window(segment.seq):
            self.delete()
            return False
        return super().check_rst(segment)


@fault("time-wait-answers-a-reset", breaks="RFC9293:3.10.7.4-rst-oow")
class TimeWaitAnswersAReset(Endpoint):
    """A reset outside the window draws an ACK, as any other segment there."""

    def unacceptable(self, segment: Segment) -> bool:
        self.ack_due = self.state is State.TIME_WAIT
        return super().unacceptable(segment)


@fault("time-wait-challenges-with-a-wrong-number", breaks="RFC9293:3.10.7.4-rst-inwindow-challenge")
class TimeWaitChallengesWithAWrongNumber(Endpoint):
    """The challenge is numbered SND.NXT-1: whoever sent the reset learns a number that is not the present one."""

    def challenge(self) -> None:
        if self.state is State.TIME_WAIT:
            self.emit(ACK, add(self.snd_nxt, -1))
        else:
            super().challenge()


@fault("time-wait-resets-in-answer-to-a-reset", breaks="RFC9293:3.10.7.4-rst-inwindow-challenge")
class TimeWaitResetsInAnswerToAReset(Endpoint):
    """A reset in the window draws a reset."""

    def challenge(self) -> None:
        if self.state is State.TIME_WAIT:
            self.send_reset(self.snd_nxt)
        else:
            super().challenge()


# -- a SYN, and the port used again --


@fault("time-wait-is-reopened-by-an-old-syn", breaks=("RFC9293:3.10.7.4-syn-oow", "RFC6191:2-tw-drop"))
class TimeWaitIsReopenedByAnOldSyn(Endpoint):
    """A SYN reopens the connection whatever its number and timestamp."""

    def may_reopen(self, segment: Segment) -> bool:
        return True


@fault("time-wait-resets-a-syn", breaks="RFC9293:3.10.7.4-syn-oow")
class TimeWaitResetsASyn(Endpoint):
    """A SYN that does not reopen the connection is refused, and the listener's port with it."""

    def unacceptable(self, segment: Segment) -> bool:
        if self.state is State.TIME_WAIT and segment.ctl & SYN:
            self.host.send_reset(segment)
            return False
        return super().unacceptable(segment)


@fault("time-wait-refuses-a-new-syn", breaks="RFC9293:3.10.7.4-syn-oow")
class TimeWaitRefusesANewSyn(Endpoint):
    """A SYN above the old numbers draws a reset: four-tuples are blocked for 2 MSL, and clients told so."""

    def check_new_attempt(self, segment: Segment) -> bool:
        self.host.send_reset(segment)
        return False


@fault(
    "time-wait-is-never-reopened",
    breaks=("RFC9293:MAY-2", "RFC9293:3.10.7.4-syn-timewait", "RFC6191:2-tw-ts-greater", "RFC6191:2-tw-nots-seq"),
)
class TimeWaitIsNeverReopened(Endpoint):
    def may_reopen(self, segment: Segment) -> bool:
        return False


@fault("reopened-connection-takes-a-lower-isn", breaks="RFC9293:3.6.1-tw-isn-larger")
class ReopenedConnectionTakesALowerIsn(Host):
    """The ISN of the new incarnation lies below the last number of the old one."""

    def choose_iss(self, flow: Flow, above: int | None = None) -> int:
        return super().choose_iss(flow) if above is None else add(above, -1000)


@fault("reopened-connection-does-not-return-to-time-wait", breaks="RFC9293:3.6.1-tw-old-dup-return")
class ReopenedConnectionDoesNotReturnToTimeWait(Host):
    """Nothing is left of the old incarnation when the SYN proves an old duplicate. Seen in Linux."""

    def restore(self, endpoint: Endpoint) -> None:
        pass


@fault("reopened-connection-takes-old-data", breaks=("RFC1337:2-h1", "RFC9293:3.10.7.4-seq-unacceptable-ack"))
class ReopenedConnectionTakesOldData(Endpoint):
    """Text is taken whatever its number: the second hazard of RFC 1337."""

    def check_sequence(self, segment: Segment) -> bool:
        if self.state is State.ESTABLISHED and segment.text and not self.is_acceptable(segment):
            self.received += segment.text
        return super().check_sequence(segment)


@fault(
    "time-wait-does-not-look-at-timestamps",
    breaks=("RFC6191:2-tw-ts-greater", "RFC9293:SHLD-4", "RFC9293:3.10.7.4-seq-timewait-ts"),
)
class TimeWaitDoesNotLookAtTimestamps(Endpoint):
    """A SYN below the old numbers reopens nothing, though its timestamp is later."""

    def may_reopen(self, segment: Segment) -> bool:
        return (segment.seq - self.rcv_nxt) & 0xFFFFFFFF < 1 << 31 and super().may_reopen(segment)


@fault("time-wait-wants-a-later-timestamp", breaks="RFC6191:2-tw-ts-equal-seq")
class TimeWaitWantsALaterTimestamp(Endpoint):
    """A SYN above the old numbers with the same timestamp is dropped: two attempts within a tick fail."""

    def may_reopen(self, segment: Segment) -> bool:
        stamps = segment.options.timestamps
        same = self.timestamps and stamps is not None and stamps[0] == self.ts_recent
        return not same and super().may_reopen(segment)


@fault("time-wait-wants-timestamps-where-there-were-some", breaks="RFC6191:2-tw-ts-absent-seq")
class TimeWaitWantsTimestampsWhereThereWereSome(Endpoint):
    def may_reopen(self, segment: Segment) -> bool:
        return not (self.timestamps and segment.options.timestamps is None) and super().may_reopen(segment)


@fault("time-wait-ignores-timestamps-where-there-were-none", breaks="RFC6191:2-tw-nots-new-ts")
class TimeWaitIgnoresTimestampsWhereThereWereNone(Endpoint):
    """Only its number tells whether the SYN is new. Seen in Linux."""

    def may_reopen(self, segment: Segment) -> bool:
        if self.timestamps:
            return super().may_reopen(segment)
        return (segment.seq - self.rcv_nxt) & 0xFFFFFFFF < 1 << 31


@fault("time-wait-takes-the-number-for-the-timestamp", breaks="RFC6191:2-tw-drop")
class TimeWaitTakesTheNumberForTheTimestamp(Endpoint):
    """A SYN above the old numbers reopens the connection, though its timestamp is earlier."""

    def may_reopen(self, segment: Segment) -> bool:
        return (segment.seq - self.rcv_nxt) & 0xFFFFFFFF < 1 << 31 or super().may_reopen(segment)


@fault("listening-ends-time-wait-on-the-port", breaks="RFC9293:MUST-41")
class ListeningEndsTimeWaitOnThePort(Host):
    """A passive OPEN takes the port over, with everything that was left on it."""

    def listen(self, address: bytes, port: int, settings: Settings, backlog: int, user: User) -> Listener:
        for flow in [flow for flow in self.connections if flow.local_port == port]:
            self.connections[flow].delete()
        return super().listen(address, port, settings, backlog, user)


@fault("listening-during-time-wait-hears-nothing", breaks="RFC9293:MUST-41")
class ListeningDuringTimeWaitHearsNothing(Host):
    """A passive OPEN succeeds as long as something is left on its port, and is then forgotten."""

    def listen(self, address: bytes, port: int, settings: Settings, backlog: int, user: User) -> Listener:
        listener = super().listen(address, port, settings, backlog, user)
        if any(flow.local_port == port for flow in self.connections):
            del self.listeners[address, port]
        return listener
