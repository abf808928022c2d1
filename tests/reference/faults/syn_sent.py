"""SYN-SENT, active OPEN and simultaneous open (RFC 9293, sections 3.5, 3.10.1 and 3.10.7.3)."""

from __future__ import annotations

from dataclasses import replace

from conformance.state import State
from reference.faults import Endpoint, Host, fault
from reference.numbers import add
from reference.opens import EPHEMERAL
from reference.segment import ACK, FIN, RST, SYN, Flow, Options, Segment
from reference.tcb import Sent
from reference.user import EXISTS, Refused, Settings, Signal, User

# -- first check: ACK --


@fault("syn-sent-ignores-a-wrong-ack", breaks="RFC9293:3.10.7.3-synsent-bad-ack")
class SynSentIgnoresAWrongAck(Endpoint):
    """No reset. Seen in picoTCP."""

    def syn_sent_check_ack(self, segment: Segment) -> bool:
        return not segment.ctl & ACK or self.syn_is_acknowledged(segment)


@fault("syn-sent-ignores-a-wrong-ack-without-syn", breaks="RFC9293:3.5.1-halfopen-opener")
class SynSentIgnoresAWrongAckWithoutSyn(Endpoint):
    """The half-open connection at the other end is never found out."""

    def syn_sent_check_ack(self, segment: Segment) -> bool:
        bare = segment.ctl & (ACK | SYN) == ACK
        return False if bare and not self.syn_is_acknowledged(segment) else super().syn_sent_check_ack(segment)


@fault("syn-sent-resets-with-its-own-number", breaks="RFC9293:3.10.7.3-synsent-bad-ack")
class SynSentResetsWithItsOwnNumber(Endpoint):
    """SEQ is SND.NXT and not SEG.ACK. Seen in Seastar, NuttX and Zephyr."""

    def syn_sent_check_ack(self, segment: Segment) -> bool:
        if segment.ctl & (ACK | RST) == ACK and not self.syn_is_acknowledged(segment):
            self.send_reset(self.snd_nxt)
            return False
        return super().syn_sent_check_ack(segment)


@fault("syn-sent-takes-any-ack", breaks="RFC9293:3.10.7.3-synsent-bad-ack")
class SynSentTakesAnyAck(Endpoint):
    def syn_sent_check_ack(self, segment: Segment) -> bool:
        segment.ack = self.snd_nxt
        return super().syn_sent_check_ack(segment)


@fault("syn-sent-takes-an-ack-of-the-iss", breaks="RFC9293:3.10.7.3-synsent-bad-ack")
class SynSentTakesAnAckOfTheIss(Endpoint):
    """ISS =< SEG.ACK in place of ISS < SEG.ACK."""

    def syn_is_acknowledged(self, segment: Segment) -> bool:
        return segment.ack == self.iss or super().syn_is_acknowledged(segment)


@fault(
    "wrong-ack-ends-the-attempt",
    breaks=("RFC9293:3.10.7.3-synsent-bad-ack", "RFC9293:3.5-old-dup-syn-sender", "RFC1337:2-h3"),
)
class WrongAckEndsTheAttempt(Endpoint):
    def syn_sent_check_ack(self, segment: Segment) -> bool:
        right = super().syn_sent_check_ack(segment)
        if not right and not segment.ctl & RST:
            self.delete()
        return right


@fault("wrong-ack-stops-the-retransmission-of-the-syn", breaks="RFC9293:3.5-old-dup-syn-sender")
class WrongAckStopsTheRetransmissionOfTheSyn(Endpoint):
    """The reset goes out, and the attempt waits for ever."""

    def syn_sent_check_ack(self, segment: Segment) -> bool:
        right = super().syn_sent_check_ack(segment)
        if not right:
            self.stop("retransmission")
        return right


# -- second check: RST --


@fault(
    "syn-sent-obeys-a-reset-without-ack",
    breaks=("RFC9293:3.10.7.3-synsent-rst-noack", "RFC5961:3.2-rst-synsent", "RFC9293:3.5.3-rst-synsent-ack"),
)
class SynSentObeysAResetWithoutAck(Endpoint):
    def syn_sent_check_rst(self, segment: Segment) -> bool:
        segment.ctl |= ACK if segment.ctl & RST else 0
        return super().syn_sent_check_rst(segment)


@fault("syn-sent-obeys-the-ack-field-of-a-reset-without-its-bit", breaks="RFC9293:3.10.7.3-synsent-rst-noack")
class SynSentObeysTheAckFieldOfAResetWithoutItsBit(Endpoint):
    def syn_sent_check_rst(self, segment: Segment) -> bool:
        segment.ctl |= ACK if segment.ctl & RST and self.syn_is_acknowledged(segment) else 0
        return super().syn_sent_check_rst(segment)


@fault(
    "syn-sent-obeys-a-reset-with-a-wrong-ack",
    breaks=("RFC9293:3.10.7.3-synsent-bad-ack-rst", "RFC5961:3.2-rst-synsent", "RFC9293:3.5.3-rst-synsent-ack"),
)
class SynSentObeysAResetWithAWrongAck(Endpoint):
    def syn_sent_check_ack(self, segment: Segment) -> bool:
        return bool(segment.ctl & RST) or super().syn_sent_check_ack(segment)


@fault("syn-sent-answers-a-reset-with-a-wrong-ack", breaks="RFC9293:3.10.7.3-synsent-bad-ack-rst")
class SynSentAnswersAResetWithAWrongAck(Endpoint):
    """With a reset."""

    def syn_sent_check_ack(self, segment: Segment) -> bool:
        if segment.ctl & RST and segment.ctl & ACK and not self.syn_is_acknowledged(segment):
            self.send_reset(segment.ack)
        return super().syn_sent_check_ack(segment)


@fault("reset-with-a-wrong-ack-stops-the-retransmission", breaks="RFC9293:3.10.7.3-synsent-bad-ack-rst")
class ResetWithAWrongAckStopsTheRetransmission(Endpoint):
    def syn_sent_check_ack(self, segment: Segment) -> bool:
        if segment.ctl & RST:
            self.stop("retransmission")
        return super().syn_sent_check_ack(segment)


@fault("syn-sent-ignores-every-reset", breaks="RFC9293:3.10.7.3-synsent-rst-ack")
class SynSentIgnoresEveryReset(Endpoint):
    def syn_sent_check_rst(self, segment: Segment) -> bool:
        return not segment.ctl & RST


@fault("syn-sent-looks-at-syn-before-rst", breaks="RFC9293:3.10.7.3-synsent-rst-ack")
class SynSentLooksAtSynBeforeRst(Endpoint):
    def syn_sent_check_rst(self, segment: Segment) -> bool:
        return bool(segment.ctl & SYN) or super().syn_sent_check_rst(segment)


@fault("refusal-is-not-told", breaks=("RFC9293:3.10.7.3-synsent-rst-ack", "RFC9293:3.8.3-syn-fail-rst"))
class RefusalIsNotTold(Endpoint):
    def tell(self, signal: Signal) -> None:
        if signal is not Signal.REFUSED:
            super().tell(signal)


@fault("refusal-is-told-as-a-time-out", breaks="RFC9293:3.10.7.3-synsent-rst-ack")
class RefusalIsToldAsATimeOut(Endpoint):
    def tell(self, signal: Signal) -> None:
        super().tell(Signal.TIMED_OUT if signal is Signal.REFUSED else signal)


@fault("refused-attempt-goes-on", breaks="RFC9293:3.10.7.3-synsent-rst-ack")
class RefusedAttemptGoesOn(Endpoint):
    """The user is told, but the record stays."""

    def syn_sent_check_rst(self, segment: Segment) -> bool:
        if segment.ctl & RST and segment.ctl & ACK:
            self.tell(Signal.REFUSED)
            return False
        return super().syn_sent_check_rst(segment)


# -- fourth and fifth: SYN,ACK, and what is no SYN --


@fault("syn-ack-is-not-acknowledged", breaks="RFC9293:3.10.7.3-synsent-synack")
class SynAckIsNotAcknowledged(Endpoint):
    def syn_answered(self, segment: Segment) -> None:
        super().syn_answered(segment)
        self.ack_due = False


@fault("syn-ack-is-acknowledged-with-the-iss", breaks="RFC9293:3.10.7.3-synsent-synack")
class SynAckIsAcknowledgedWithTheIss(Endpoint):
    """SEQ of the ACK is ISS, the number of the SYN."""

    def syn_answered(self, segment: Segment) -> None:
        super().syn_answered(segment)
        self.emit(ACK, self.iss)


@fault("syn-ack-does-not-establish", breaks="RFC9293:3.10.7.3-synsent-synack")
class SynAckDoesNotEstablish(Endpoint):
    """It is acknowledged, but the user still waits."""

    def syn_answered(self, segment: Segment) -> None:
        self.snd_una = segment.ack
        self.remove_acknowledged(segment.ack)
        self.acknowledge()


@fault("syn-ack-without-options-is-dropped", breaks="RFC9293:3.10.7.3-synsent-synack")
class SynAckWithoutOptionsIsDropped(Endpoint):
    def syn_sent_check_syn(self, segment: Segment) -> bool:
        return False if segment.options == Options() else super().syn_sent_check_syn(segment)


@fault("data-of-a-syn-ack-is-lost", breaks="RFC9293:3.10.7.3-synsent-syn-data")
class DataOfASynAckIsLost(Endpoint):
    """Seen in FreeBSD."""

    def syn_answered(self, segment: Segment) -> None:
        super().syn_answered(replace(segment, text=b"", ctl=segment.ctl & ~FIN))


@fault("data-of-a-syn-ack-is-acknowledged-and-lost", breaks="RFC9293:3.10.7.3-synsent-syn-data")
class DataOfASynAckIsAcknowledgedAndLost(Endpoint):
    def syn_answered(self, segment: Segment) -> None:
        super().syn_answered(segment)
        self.received.clear()


@fault("data-of-a-syn-ack-is-taken-again", breaks="RFC9293:3.10.7.3-synsent-syn-data")
class DataOfASynAckIsTakenAgain(Endpoint):
    """It is delivered without being counted: sent again it is delivered again."""

    def syn_answered(self, segment: Segment) -> None:
        super().syn_answered(segment)
        self.rcv_nxt = add(self.irs, 1)


@fault("fin-of-a-syn-ack-is-lost", breaks="RFC9293:3.10.7.3-synsent-syn-data")
class FinOfASynAckIsLost(Endpoint):
    def syn_answered(self, segment: Segment) -> None:
        super().syn_answered(replace(segment, ctl=segment.ctl & ~FIN))


@fault(
    "window-of-the-syn-is-not-taken", breaks=("RFC9293:3.10.7.3-synsent-syn-window", "RFC1122:4.2.2.20-synsent-vars")
)
class WindowOfTheSynIsNotTaken(Endpoint):
    def take_syn(self, segment: Segment) -> None:
        super().take_syn(replace(segment, wnd=0xFFFF))


@fault("window-of-the-syn-is-scaled", breaks=("RFC9293:3.10.7.3-synsent-syn-window", "RFC7323:2.2-ws-syn-unscaled"))
class WindowOfTheSynIsScaled(Endpoint):
    def take_syn(self, segment: Segment) -> None:
        super().take_syn(segment)
        self.take_send_window(segment)


@fault("window-of-the-syn-is-kept", breaks="RFC9293:3.10.7.3-synsent-syn-window")
class WindowOfTheSynIsKept(Endpoint):
    """SND.WL1 was left beyond every number, so that no later window counts."""

    def syn_answered(self, segment: Segment) -> None:
        super().syn_answered(segment)
        self.snd_wl1 = add(self.rcv_nxt, 1 << 30)


@fault("window-of-zero-in-the-syn-is-not-probed", breaks="RFC9293:MUST-36")
class WindowOfZeroInTheSynIsNotProbed(Endpoint):
    def start_probing(self) -> None:
        if self.snd_una != add(self.iss, 1):
            super().start_probing()


@fault("ack-alone-establishes", breaks="RFC9293:3.10.7.3-synsent-other")
class AckAloneEstablishes(Endpoint):
    """SYN-SENT: an ACK of our SYN will do, with no SYN of the peer's."""

    def syn_sent_check_syn(self, segment: Segment) -> bool:
        if segment.ctl & (SYN | ACK) == ACK:
            self.syn_answered(segment)
            return False
        return super().syn_sent_check_syn(segment)


@fault("syn-sent-resets-what-is-no-syn", breaks="RFC9293:3.10.7.3-synsent-other")
class SynSentResetsWhatIsNoSyn(Endpoint):
    def syn_sent_check_syn(self, segment: Segment) -> bool:
        if not segment.ctl & SYN:
            self.host.send_reset(segment)
        return super().syn_sent_check_syn(segment)


@fault("syn-sent-keeps-data-without-a-syn", breaks="RFC9293:3.10.7.3-synsent-other")
class SynSentKeepsDataWithoutASyn(Endpoint):
    def syn_sent_check_syn(self, segment: Segment) -> bool:
        if not segment.ctl & SYN and segment.text:
            self.held[segment.seq] = segment.text
        return super().syn_sent_check_syn(segment)


@fault("fin-ends-the-attempt", breaks="RFC9293:3.10.7.3-synsent-fin")
class FinEndsTheAttempt(Endpoint):
    def syn_sent_check_syn(self, segment: Segment) -> bool:
        if segment.ctl & (SYN | FIN) == FIN:
            self.delete()
        return super().syn_sent_check_syn(segment)


@fault("fin-without-a-syn-is-kept", breaks="RFC9293:3.10.7.3-synsent-fin")
class FinWithoutASynIsKept(Endpoint):
    def syn_sent_check_syn(self, segment: Segment) -> bool:
        if segment.ctl & (SYN | FIN) == FIN:
            self.fin_at = segment.seq
        return super().syn_sent_check_syn(segment)


# -- simultaneous open --


@fault("no-simultaneous-open", breaks=("RFC9293:MUST-10", "RFC9293:3.5-simopen-cross"))
class NoSimultaneousOpen(Endpoint):
    """A SYN without ACK is dropped. Seen in picoTCP and older smoltcp."""

    def syns_crossed(self, segment: Segment) -> None:
        pass


@fault("crossing-syn-is-reset", breaks="RFC9293:MUST-10")
class CrossingSynIsReset(Endpoint):
    def syns_crossed(self, segment: Segment) -> None:
        self.host.send_reset(segment)
        self.delete()


@fault("crossing-syn-draws-an-ack", breaks="RFC9293:3.10.7.3-synsent-syn")
class CrossingSynDrawsAnAck(Endpoint):
    """In place of the SYN,ACK: `<SEQ=ISS+1><ACK=RCV.NXT><CTL=ACK>`, as in RFC 793's first drawing."""

    def syns_crossed(self, segment: Segment) -> None:
        self.enter(State.SYN_RECEIVED)
        self.acknowledge()


@fault("crossing-syn-gets-a-new-iss", breaks=("RFC9293:3.5-simopen-cross", "RFC9293:3.10.7.3-synsent-syn"))
class CrossingSynGetsANewIss(Endpoint):
    def syns_crossed(self, segment: Segment) -> None:
        self.queue.clear()
        self.answer_syn(add(self.iss, 64_000))


@fault("crossing-syn-establishes", breaks="RFC1122:4.2.2.8-synrcvd-label")
class CrossingSynEstablishes(Endpoint):
    """ESTABLISHED without an ACK of our SYN."""

    def syns_crossed(self, segment: Segment) -> None:
        super().syns_crossed(segment)
        self.established()


@fault("crossing-syn-is-told-as-established", breaks="RFC9293:3.10.7.3-synsent-syn")
class CrossingSynIsToldAsEstablished(Endpoint):
    """The state is SYN-RECEIVED, but the user is told that the connection is open."""

    def syns_crossed(self, segment: Segment) -> None:
        super().syns_crossed(segment)
        self.tell(Signal.OPENED)


@fault(
    "crossing-syn-ack-is-reset",
    breaks=("RFC9293:3.5-simopen-establish", "RFC1122:4.2.2.10-one-connection"),
)
class CrossingSynAckIsReset(Endpoint):
    """SYN-RECEIVED does not know the peer's SYN,ACK, which has the number of its SYN."""

    def unacceptable(self, segment: Segment) -> bool:
        if self.state is State.SYN_RECEIVED and segment.ctl & (SYN | ACK) == SYN | ACK and segment.seq == self.irs:
            self.host.send_reset(segment)
            self.delete()
            return False
        return super().unacceptable(segment)


@fault(
    "crossed-open-wants-a-syn-ack",
    breaks=("RFC9293:3.10.7.4-ack-synrcvd-ok", "RFC9293:3.5-simopen-establish"),
)
class CrossedOpenWantsASynAck(Endpoint):
    """An ACK alone does not establish it, though the SYN came before."""

    def check_ack_in_syn_received(self, segment: Segment) -> bool:
        return self.listener is not None and super().check_ack_in_syn_received(segment)


@fault("active-open-goes-back-to-listen", breaks=("RFC9293:MUST-11", "RFC9293:3.5.3-rst-synrcvd-active"))
class ActiveOpenGoesBackToListen(Endpoint):
    """SYN-RECEIVED has forgotten how it was entered: a reset leads to LISTEN."""

    def reset(self) -> None:
        if self.state is State.SYN_RECEIVED and self.listener is None:
            self.host.listen(self.flow.local, self.flow.local_port, self.settings, 1, User())
        super().reset()


@fault(
    "reset-of-a-crossed-open-is-not-told",
    breaks=("RFC9293:3.10.7.4-rst-synrcvd-active", "RFC9293:MUST-11"),
)
class ResetOfACrossedOpenIsNotTold(Endpoint):
    """As if the open had been passive."""

    def reset(self) -> None:
        if self.state is State.SYN_RECEIVED:
            self.return_to_listen()
        else:
            super().reset()


@fault("reset-does-not-end-a-crossed-open", breaks="RFC9293:3.5.3-rst-synrcvd-active")
class ResetDoesNotEndACrossedOpen(Endpoint):
    """The user is told, but the handshake goes on."""

    def reset(self) -> None:
        if self.state is State.SYN_RECEIVED and self.listener is None:
            self.tell(Signal.REFUSED)
        else:
            super().reset()


# -- the SYN again --


@fault("syn-is-not-sent-again", breaks="RFC9293:3.10.8-retx-timeout")
class SynIsNotSentAgain(Endpoint):
    def open_active(self, text: bytes = b"") -> None:
        super().open_active(text)
        self.stop("retransmission")


@fault("syn-again-has-a-new-iss", breaks="RFC9293:3.10.8-retx-timeout")
class SynAgainHasANewIss(Endpoint):
    def retransmit(self, sent: Sent) -> None:
        if self.state is State.SYN_SENT:
            self.iss = self.snd_una = sent.seq = add(sent.seq, 64_000)
            self.snd_nxt = sent.end
        super().retransmit(sent)


@fault("syn-does-not-back-off", breaks=("RFC6298:5.5-backoff", "RFC1122:4.2.3.1-syn-same-algo"))
class SynDoesNotBackOff(Endpoint):
    def back_off(self) -> None:
        if self.state is not State.SYN_SENT:
            super().back_off()


@fault("syn-is-given-up-after-a-minute", breaks="RFC9293:MUST-23")
class SynIsGivenUpAfterAMinute(Endpoint):
    def gives_up(self) -> bool:
        return self.host.now - self.opened_at > 60 or super().gives_up()


@fault("unanswered-syn-is-not-told", breaks=("RFC9293:MUST-22", "RFC9293:3.8.3-syn-fail-rst"))
class UnansweredSynIsNotTold(Endpoint):
    def user_timeout(self) -> None:
        if self.state is not State.SYN_SENT:
            self.tell(Signal.TIMED_OUT)
        self.delete()


# -- user calls --


@fault(
    "open-waits-before-its-syn",
    breaks=("RFC9293:3.9.1.1-open-active-syn", "RFC9293:3.10.1-open-listen-active", "RFC9293:3.10.2-send-listen"),
)
class OpenWaitsBeforeItsSyn(Endpoint):
    """Nothing is sent before the first retransmission is due."""

    def open_active(self, text: bytes = b"") -> None:
        emit, self.emit = self.emit, lambda *segment: None  # type: ignore[method-assign]
        super().open_active(text)
        self.emit = emit  # type: ignore[method-assign]
        self.start("retransmission", 2.0)


@fault("open-sends-no-mss", breaks="RFC9293:SHLD-5")
class OpenSendsNoMss(Endpoint):
    def syn_options(self, ctl: int) -> Options:
        return replace(super().syn_options(ctl), mss=None)


@fault("one-open-at-a-time", breaks="RFC9293:3.10.1-open-closed-active")
class OneOpenAtATime(Host):
    """A second attempt ends the first."""

    def connect(self, flow: Flow, settings: Settings, user: User, text: bytes = b"") -> Endpoint:
        for endpoint in [one for one in self.connections.values() if one.state is State.SYN_SENT]:
            endpoint.delete()
        return super().connect(flow, settings, user, text)


@fault("second-open-replaces-the-connection", breaks="RFC9293:3.10.1-open-exists")
class SecondOpenReplacesTheConnection(Host):
    def connect(self, flow: Flow, settings: Settings, user: User, text: bytes = b"") -> Endpoint:
        if flow in self.connections:
            del self.connections[flow]
        return super().connect(flow, settings, user, text)


@fault("second-open-ends-the-connection", breaks="RFC9293:3.10.1-open-exists")
class SecondOpenEndsTheConnection(Host):
    """It is refused, but what it would have disturbed is gone."""

    def connect(self, flow: Flow, settings: Settings, user: User, text: bytes = b"") -> Endpoint:
        if flow in self.connections:
            self.connections[flow].delete()
            raise Refused(EXISTS)
        return super().connect(flow, settings, user, text)


@fault("open-to-broadcast-is-tried", breaks="RFC9293:MUST-46")
class OpenToBroadcastIsTried(Host):
    def may_be_opened_to(self, remote: bytes) -> bool:
        return True


@fault("open-to-broadcast-fails-late", breaks="RFC9293:MUST-46")
class OpenToBroadcastFailsLate(Host):
    """The user is told, but a SYN has left before."""

    def connect(self, flow: Flow, settings: Settings, user: User, text: bytes = b"") -> Endpoint:
        if not self.may_be_opened_to(flow.remote):
            self.transmit(Segment(flow, self.choose_iss(flow), ctl=SYN))
        return super().connect(flow, settings, user, text)


@fault("open-has-another-local-address", breaks=("RFC9293:MUST-43", "RFC9293:MUST-44"))
class OpenHasAnotherLocalAddress(Host):
    """Not the one that the user has named, and none that the host has."""

    def connect(self, flow: Flow, settings: Settings, user: User, text: bytes = b"") -> Endpoint:
        return super().connect(flow._replace(local=flow.local[:-1] + b"\x63"), settings, user, text)


@fault("local-address-changes-after-the-syn", breaks="RFC9293:MUST-45")
class LocalAddressChangesAfterTheSyn(Host):
    def transmit(self, segment: Segment) -> None:
        if not segment.ctl & SYN and segment.flow.local_port in EPHEMERAL:
            segment.flow = segment.flow._replace(local=segment.flow.local[:-1] + b"\x63")
        super().transmit(segment)


@fault("send-does-not-wait-for-the-connection", breaks="RFC9293:3.10.2-send-synsent")
class SendDoesNotWaitForTheConnection(Endpoint):
    def send(self, text: bytes, *, urgent: bool = False) -> None:
        super().send(text, urgent=urgent)
        if self.state is State.SYN_SENT:
            self.emit(0, self.snd_nxt, text)


@fault("send-before-the-connection-is-lost", breaks="RFC9293:3.10.2-send-synsent")
class SendBeforeTheConnectionIsLost(Endpoint):
    def syn_answered(self, segment: Segment) -> None:
        self.unsent.clear()
        super().syn_answered(segment)


@fault("close-in-syn-sent-sends-a-fin", breaks="RFC9293:3.10.4-close-synsent")
class CloseInSynSentSendsAFin(Endpoint):
    def close(self) -> None:
        if self.state is State.SYN_SENT:
            self.emit(FIN, self.snd_nxt)
        super().close()


@fault("close-in-syn-sent-waits-for-the-connection", breaks="RFC9293:3.10.4-close-synsent")
class CloseInSynSentWaitsForTheConnection(Endpoint):
    """The attempt goes on, to be closed when it has succeeded."""

    def close(self) -> None:
        if self.state is State.SYN_SENT:
            self.fin_queued = True
        else:
            super().close()


@fault("abort-in-syn-sent-sends-a-reset", breaks="RFC9293:3.10.5-abort-synsent")
class AbortInSynSentSendsAReset(Endpoint):
    def abort(self) -> None:
        if self.state is State.SYN_SENT:
            self.send_reset(self.snd_nxt)
        super().abort()


@fault("abort-in-syn-sent-does-nothing", breaks="RFC9293:3.10.5-abort-synsent")
class AbortInSynSentDoesNothing(Endpoint):
    def abort(self) -> None:
        if self.state is not State.SYN_SENT:
            super().abort()


@fault("data-that-a-syn-ack-leaves-out-follows-its-ack", breaks="RFC7413:4.2.2-client-resend")
class DataThatASynAckLeavesOutFollowsItsAck(Endpoint):
    """In a segment of its own."""

    def syn_answered(self, segment: Segment) -> None:
        super().syn_answered(segment)
        self.acknowledge()
