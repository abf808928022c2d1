"""Little to send, or little room for it: silly windows and Nagle (RFC 9293, sections 3.7.4 and 3.8.6.2.1)."""

from __future__ import annotations

from reference.faults import Endpoint, fault


@fault("small-window-is-filled-at-once", breaks="RFC9293:MUST-38")
class SmallWindowIsFilledAtOnce(Endpoint):
    """Whatever the window has room for goes out: the silly window syndrome."""

    def may_send(self, queued: int, usable: int) -> bool:
        return usable < queued or super().may_send(queued, usable)


@fault("half-of-the-largest-window-does-not-count", breaks="RFC9293:3.8.6.2.1-usable")
class HalfOfTheLargestWindowDoesNotCount(Endpoint):
    """Full segments, or all that there is: a peer with a small buffer waits for the override timeout each time."""

    def may_send(self, queued: int, usable: int) -> bool:
        full = min(queued, usable) >= self.eff_snd_mss()
        return super().may_send(queued, usable) and (full or queued <= usable)


@fault("only-full-segments-are-sent-at-once", breaks=("RFC9293:3.8.6.2.1-usable", "RFC9293:3.7.4-nagle-rule"))
class OnlyFullSegmentsAreSentAtOnce(Endpoint):
    """The rest waits for the override timeout, though nothing is in flight."""

    def may_send(self, queued: int, usable: int) -> bool:
        return min(queued, usable) >= self.eff_snd_mss() or 2 * min(queued, usable) >= self.max_snd_wnd


@fault("override-timeout-is-five-seconds", breaks="RFC9293:3.8.6.2.1-override")
class OverrideTimeoutIsFiveSeconds(Endpoint):
    """The timer of window probes serves, with its lowest value. Seen in the TCPs of 4.4BSD's family."""

    def start(self, timer: str, seconds: float) -> None:
        super().start(timer, 5.0 if timer == "override" else seconds)


@fault("nagle-is-missing", breaks=("RFC9293:SHLD-7", "RFC9293:3.7.4-nagle-rule"))
class NagleIsMissing(Endpoint):
    def may_send(self, queued: int, usable: int) -> bool:
        return queued <= usable or super().may_send(queued, usable)


@fault("nagle-holds-full-segments-back", breaks="RFC9293:3.7.4-nagle-rule")
class NagleHoldsFullSegmentsBack(Endpoint):
    """With anything in flight, nothing goes out before it is acknowledged."""

    def may_send(self, queued: int, usable: int) -> bool:
        return not self.in_flight and super().may_send(queued, usable)


@fault("nagle-cannot-be-turned-off", breaks="RFC9293:MUST-17")
class NagleCannotBeTurnedOff(Endpoint):
    def may_send(self, queued: int, usable: int) -> bool:
        self.settings.nagle = True
        return super().may_send(queued, usable)


@fault("each-character-draws-three-segments", breaks="RFC1122:4.2.3.11-single-char")
class EachCharacterDrawsThreeSegments(Endpoint):
    """An ACK when it comes, a window update when it is read, and what the user makes of it."""

    def delay_acknowledgment(self) -> None:
        self.ack_due = True

    def update_peer(self) -> None:
        self.acknowledge()


@fault("bulk-goes-out-in-small-segments", breaks="RFC1122:4.2.3.11-single-char")
class BulkGoesOutInSmallSegments(Endpoint):
    """Once a small one was sent, none is larger than half of what it might be."""

    small = False

    def send_text(self, size: int) -> None:
        self.small = self.small or size < 100
        super().send_text(min(size, self.eff_snd_mss() // 2) if self.small else size)
