"""A SYN where there is a connection, and challenge ACKs (RFC 9293, 3.5.1 and 3.10.7.4; RFC 5961, sections 4 and 7)."""

from __future__ import annotations

from reference.faults import Endpoint, fault
from reference.numbers import add
from reference.segment import ACK, FIN, RST, SYN, Segment
from reference.tcb import SYNCHRONIZED

CHALLENGED = ("RFC9293:3.10.7.4-syn-sync-challenge", "RFC5961:4.2-syn-challenge")

# -- in the window --


@fault("syn-in-the-window-is-ignored", breaks=CHALLENGED)
class SynInTheWindowIsIgnored(Endpoint):
    """Seen in Zephyr."""

    def syn_in_window(self, segment: Segment) -> None:
        pass


@fault("syn-in-the-window-resets", breaks=("RFC5961:4.2-syn-mitigation", "RFC9293:7-blind-inwindow"))
class SynInTheWindowResets(Endpoint):
    """The rule of RFC 793. Seen in gVisor and picoTCP. RFC 9293 leaves it a choice."""

    def syn_in_window(self, segment: Segment) -> None:
        self.send_reset(self.snd_nxt)
        self.reset()


@fault("syn-in-the-window-is-reset-in-vain", breaks="RFC9293:3.10.7.4-syn-inwindow-legacy")
class SynInTheWindowIsResetInVain(Endpoint):
    """The reset goes out, but the connection lives on, which its peer has lost by then."""

    def syn_in_window(self, segment: Segment) -> None:
        self.send_reset(self.snd_nxt)


@fault("syn-in-the-window-is-acknowledged-as-such", breaks=CHALLENGED)
class SynInTheWindowIsAcknowledgedAsSuch(Endpoint):
    """ACK of the challenge is SEG.SEQ+1: whoever has guessed nothing is told nothing, whoever has is helped."""

    def syn_in_window(self, segment: Segment) -> None:
        now, self.rcv_nxt = self.rcv_nxt, add(segment.seq, 1)
        self.acknowledge()
        self.rcv_nxt = now


@fault("syn-in-the-window-ends-the-connection", breaks="RFC9293:3.10.7.4-syn-sync-challenge")
class SynInTheWindowEndsTheConnection(Endpoint):
    """The challenge goes out, but the connection does not live to hear the answer."""

    def syn_in_window(self, segment: Segment) -> None:
        self.acknowledge()
        self.delete()


@fault("data-of-a-challenged-syn-is-taken", breaks="RFC9293:3.10.7.4-syn-sync-challenge")
class DataOfAChallengedSynIsTaken(Endpoint):
    def syn_in_window(self, segment: Segment) -> None:
        super().syn_in_window(segment)
        if segment.text and segment.seq == self.rcv_nxt:
            self.advance(len(segment.text))


@fault("challenge-has-a-wrong-number", breaks=(*CHALLENGED, "RFC9293:3.10.7.4-rst-inwindow-challenge"))
class ChallengeHasAWrongNumber(Endpoint):
    """SEQ is not SND.NXT: the peer answers it in turn, and so on. Seen in smoltcp and FreeRTOS+TCP."""

    def challenge(self) -> None:
        self.emit(ACK, add(self.snd_nxt, -1))


@fault(
    "challenge-acknowledges-too-little",
    breaks=("RFC5961:3.2-rst-inwindow", "RFC9293:3.5.1-halfopen-rst-accepted", "RFC5961:4.2-syn-valid-rst"),
)
class ChallengeAcknowledgesTooLittle(Endpoint):
    """ACK is one less than RCV.NXT: the reset made from it misses."""

    def challenge(self) -> None:
        self.rcv_nxt = add(self.rcv_nxt, -1)
        self.acknowledge()
        self.rcv_nxt = add(self.rcv_nxt, 1)


@fault("challenge-draws-two", breaks=("RFC5961:10-no-amplification", "RFC5681:4.2-one-ack"))
class ChallengeDrawsTwo(Endpoint):
    """Two ACKs for one segment."""

    def challenge(self) -> None:
        self.acknowledge()
        self.acknowledge()


@fault("challenges-are-not-limited", breaks="RFC5961:7-throttle")
class ChallengesAreNotLimited(Endpoint):
    def challenge(self) -> None:
        self.ack_due = True


@fault("challenges-are-limited-for-all-together", breaks="RFC5961:7-throttle-percon")
class ChallengesAreLimitedForAllTogether(Endpoint):
    """One count for the whole host, which anybody can observe (CVE-2016-5696). Seen in FreeBSD and Linux."""

    def challenge(self) -> None:
        self.challenges = self.host.__dict__.setdefault("challenges", self.challenges)
        super().challenge()


# -- outside the window --


@fault("syn-outside-the-window-is-reset", breaks=("RFC9293:3.10.7.4-syn-oow", "RFC9293:3.5.2-g3-oow-ack"))
class SynOutsideTheWindowIsReset(Endpoint):
    """Seen in gVisor and picoTCP."""

    def unacceptable(self, segment: Segment) -> bool:
        if segment.ctl & (SYN | RST) == SYN and self.state in SYNCHRONIZED:
            self.host.send_reset(segment)
            return False
        return super().unacceptable(segment)


@fault("syn-outside-the-window-is-ignored", breaks=("RFC9293:3.10.7.4-syn-oow", "RFC9293:3.5.1-halfopen-syn"))
class SynOutsideTheWindowIsIgnored(Endpoint):
    """Seen in Zephyr."""

    def unacceptable(self, segment: Segment) -> bool:
        return False if segment.ctl & SYN and self.state in SYNCHRONIZED else super().unacceptable(segment)


@fault("syn-outside-the-window-ends-the-connection", breaks="RFC9293:3.10.7.4-syn-oow")
class SynOutsideTheWindowEndsTheConnection(Endpoint):
    """It is acknowledged; after that the connection is gone."""

    def unacceptable(self, segment: Segment) -> bool:
        if segment.ctl & (SYN | RST) == SYN and self.state in SYNCHRONIZED:
            self.acknowledge()
            self.delete()
        return super().unacceptable(segment)


@fault(
    "syn-replaces-an-established-connection",
    breaks=("RFC9293:3.5.1-halfopen-syn", "RFC9293:3.10.7.4-syn-oow"),
)
class SynReplacesAnEstablishedConnection(Endpoint):
    """A SYN outside the window opens the connection anew: SYN,ACK."""

    def unacceptable(self, segment: Segment) -> bool:
        if segment.ctl & (SYN | ACK | RST) == SYN and self.state in SYNCHRONIZED and self.listener is not None:
            listener = self.listener
            self.delete()
            listener.arrives(segment)
            return False
        return super().unacceptable(segment)


@fault("syn-ack-again-ends-the-connection", breaks="RFC9293:3.10.7.4-syn-oow")
class SynAckAgainEndsTheConnection(Endpoint):
    """The SYN,ACK that an active open has seen already is taken for the one of a stranger."""

    def unacceptable(self, segment: Segment) -> bool:
        if segment.ctl & (SYN | ACK) == SYN | ACK and segment.seq == self.irs and self.state in SYNCHRONIZED:
            self.acknowledge()
            self.delete()
        return super().unacceptable(segment)


@fault(
    "options-of-a-repeated-syn-are-taken",
    breaks=("RFC9293:3.10.7.4-syn-oow", "RFC7323:5.3-paws-syn"),
)
class OptionsOfARepeatedSynAreTaken(Endpoint):
    """The first SYN again changes MSS, scale and timestamps of a connection that has agreed on them."""

    def arrives_otherwise(self, segment: Segment) -> None:
        if segment.ctl & (SYN | RST) == SYN and segment.seq == self.irs:
            self.take_offer(segment.options)
        super().arrives_otherwise(segment)


@fault("half-open-connection-keeps-its-number", breaks="RFC9293:3.5.1-halfopen-rst-accepted")
class HalfOpenConnectionKeepsItsNumber(Endpoint):
    """The connection that comes after the reset has the ISS of the one before."""

    def choose_iss(self, above: int | None = None) -> None:
        before = self.host.__dict__.setdefault("before", {})
        super().choose_iss(above)
        self.iss = self.snd_una = self.snd_nxt = before.setdefault(self.flow, self.iss)


@fault("data-of-the-reset-connection-is-acknowledged", breaks="RFC9293:3.5.1-halfopen-active-data")
class DataOfTheResetConnectionIsAcknowledged(Endpoint):
    """After a reset the record lives on for whoever still sends."""

    def reset(self) -> None:
        super().reset()
        self.host.connections[self.flow] = self
        self.ack_due = False

    def arrives_otherwise(self, segment: Segment) -> None:
        super().arrives_otherwise(segment)
        if segment.ctl & (ACK | FIN) and not segment.ctl & RST:
            self.acknowledge()


@fault("syn-just-below-the-window-clears-the-connection", breaks="RFC5961:4.2-syn-corner")
class SynJustBelowTheWindowClearsTheConnection(Endpoint):
    """For the sake of a rebooted peer, which will have no reset to send: the challenge acknowledges its SYN."""

    def unacceptable(self, segment: Segment) -> bool:
        if segment.ctl & SYN and add(segment.seq, 1) == self.rcv_nxt != add(self.irs, 1):
            self.send_reset(self.snd_nxt)
            self.delete()
            return False
        return super().unacceptable(segment)
