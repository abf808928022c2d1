"""Keep-alives that nobody wants, too early, too many, or of another form (RFC 9293, section 3.8.4)."""

from __future__ import annotations

from reference.faults import Endpoint, fault
from reference.numbers import add
from reference.segment import ACK, Segment
from reference.user import Settings


@fault("there-are-no-keep-alives", breaks=("RFC9293:MAY-5", "RFC9293:MUST-24"))
class ThereAreNoKeepAlives(Endpoint):
    """The setting is taken, and nothing done with it."""

    def watch_idle(self) -> None:
        pass


@fault("keep-alives-are-always-on", breaks="RFC9293:MUST-25")
class KeepAlivesAreAlwaysOn(Endpoint):
    def watch_idle(self) -> None:
        super().watch_idle()
        self.start("keep-alive", self.settings.keep_alive_idle)


@fault("keep-alives-stay-on", breaks="RFC9293:MUST-24")
class KeepAlivesStayOn(Endpoint):
    """Whoever has switched them on cannot switch them off."""

    wanted = False

    def watch_idle(self) -> None:
        self.wanted = self.wanted or self.settings.keep_alive
        super().watch_idle()
        if self.wanted:
            self.start("keep-alive", self.settings.keep_alive_idle)


@fault("keep-alive-comes-after-half-the-time", breaks="RFC9293:MUST-27")
class KeepAliveComesAfterHalfTheTime(Endpoint):
    def watch_idle(self) -> None:
        super().watch_idle()
        if self.settings.keep_alive:
            self.start("keep-alive", self.settings.keep_alive_idle / 2)


@fault("idle-time-cannot-be-set", breaks="RFC9293:MUST-27")
class IdleTimeCannotBeSet(Endpoint):
    """There is one time for all, and it is not what the user asked for."""

    def watch_idle(self) -> None:
        super().watch_idle()
        if self.settings.keep_alive:
            self.start("keep-alive", 1.5)


@fault("idle-time-is-a-minute-by-default", breaks="RFC9293:MUST-28")
class IdleTimeIsAMinuteByDefault(Endpoint):
    def watch_idle(self) -> None:
        if self.settings.keep_alive_idle == Settings().keep_alive_idle:
            self.settings.keep_alive_idle = 60.0
        super().watch_idle()


@fault("keep-alives-come-at-a-fixed-rate", breaks="RFC9293:MUST-26")
class KeepAlivesComeAtAFixedRate(Endpoint):
    """What arrives does not put them off."""

    def watch_idle(self) -> None:
        if not self.runs("keep-alive"):
            super().watch_idle()


@fault("keep-alives-are-put-off-by-text-alone", breaks="RFC9293:MUST-26")
class KeepAlivesArePutOffByTextAlone(Endpoint):
    empty = False

    def process_ack(self, segment: Segment) -> None:
        self.empty = not segment.text
        super().process_ack(segment)
        self.empty = False

    def watch_idle(self) -> None:
        if not (self.empty and self.runs("keep-alive")):
            super().watch_idle()


@fault("keep-alives-come-while-text-is-outstanding", breaks="RFC9293:MUST-26")
class KeepAlivesComeWhileTextIsOutstanding(Endpoint):
    def keep_alive_timeout(self) -> None:
        self.keep_alive_probe()
        self.start("keep-alive", self.settings.keep_alive_interval)


@fault("one-lost-keep-alive-ends-the-connection", breaks="RFC9293:MUST-29")
class OneLostKeepAliveEndsTheConnection(Endpoint):
    def keep_alive_timeout(self) -> None:
        if self.keep_alive_probes:
            self.user_timeout()
        else:
            super().keep_alive_timeout()


@fault("keep-alive-has-an-octet-that-nobody-asked-for", breaks="RFC9293:SHLD-12")
class KeepAliveHasAnOctetThatNobodyAskedFor(Endpoint):
    def keep_alive_probe(self) -> None:
        self.emit(ACK, add(self.snd_nxt, -1), b"\0")


@fault("keep-alive-never-has-an-octet", breaks="RFC9293:MAY-6")
class KeepAliveNeverHasAnOctet(Endpoint):
    def keep_alive_probe(self) -> None:
        self.emit(ACK, add(self.snd_nxt, -1))


@fault("keep-alive-has-the-next-number", breaks="RFC9293:3.8.4-ka-form")
class KeepAliveHasTheNextNumber(Endpoint):
    """Nobody has to answer it."""

    def keep_alive_probe(self) -> None:
        self.emit(ACK, self.snd_nxt)


@fault("keep-alive-has-two-octets", breaks="RFC9293:3.8.4-ka-form")
class KeepAliveHasTwoOctets(Endpoint):
    def keep_alive_probe(self) -> None:
        self.emit(ACK, add(self.snd_nxt, -1), b"\0\0")


@fault("reset-for-a-keep-alive-is-ignored", breaks="RFC9293:3.10.7.4-rst-exact")
class ResetForAKeepAliveIsIgnored(Endpoint):
    def reset(self) -> None:
        if not self.keep_alive_probes:
            super().reset()


@fault("keep-alives-give-up-after-two", breaks="RFC2525:2.9-short-ka-timeout")
class KeepAlivesGiveUpAfterTwo(Endpoint):
    def keep_alive_timeout(self) -> None:
        self.settings.keep_alive_count = 2
        super().keep_alive_timeout()


@fault("keep-alives-come-close-together", breaks="RFC2525:2.9-short-ka-timeout")
class KeepAlivesComeCloseTogether(Endpoint):
    """Once the connection is idle, all of them are sent in a second. Seen in the nineties."""

    def keep_alive_probe(self) -> None:
        self.settings.keep_alive_interval = 0.1
        super().keep_alive_probe()
