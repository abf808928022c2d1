"""Initial sequence numbers that stand still, go back, or can be guessed (RFC 9293, section 3.4.1; RFC 6528)."""

from __future__ import annotations

import zlib

from reference.faults import Host, fault
from reference.segment import Flow


@fault("isn-is-constant", breaks=("RFC9293:MUST-8", "RFC9293:3.4-isn-unique-incarnation"))
class IsnIsConstant(Host):
    """Every connection starts with the same number."""

    def choose_iss(self, flow: Flow, above: int | None = None) -> int:
        return 1


@fault("isn-is-constant-for-a-four-tuple", breaks=("RFC9293:3.4-isn-unique-incarnation", "RFC6528:3-isn-expression"))
class IsnIsConstantForAFourTuple(Host):
    """There is a hash, and no clock: two incarnations get the same number."""

    def isn_clock(self) -> int:
        return 0


@fault("isn-clock-ticks-by-seconds", breaks="RFC9293:MUST-8")
class IsnClockTicksBySeconds(Host):
    """The clock has the right speed, and moves once in a second."""

    def isn_clock(self) -> int:
        return int(self.now) * 250_000 & 0xFFFFFFFF


@fault("isn-clock-is-slow", breaks="RFC9293:MUST-8")
class IsnClockIsSlow(Host):
    """It ticks every 8 microseconds: 4.4.BSD's grew by 128,000 in a second."""

    def isn_clock(self) -> int:
        return super().isn_clock() // 2


@fault("isn-goes-back", breaks=("RFC9293:MUST-8", "RFC6528:3-separate-spaces"))
class IsnGoesBack(Host):
    """The clock counts downwards."""

    def isn_clock(self) -> int:
        return -super().isn_clock() & 0xFFFFFFFF


@fault("isn-is-random", breaks=("RFC9293:MUST-8", "RFC6528:3-separate-spaces"))
class IsnIsRandom(Host):
    """There is no clock: successive incarnations have numbers in any order."""

    def choose_iss(self, flow: Flow, above: int | None = None) -> int:
        return self._random.getrandbits(32)


@fault("isn-is-the-clock-alone", breaks=("RFC9293:MUST-9", "RFC9293:SHLD-1"))
class IsnIsTheClockAlone(Host):
    """Whoever knows one ISN knows those of all other connections."""

    def isn_offset(self, flow: Flow) -> int:
        return 0


@fault("isn-goes-in-steps", breaks=("RFC9293:MUST-9", "RFC9293:7-isn-guess"))
class IsnGoesInSteps(Host):
    """Each connection starts a fixed step above the one before, as in 4.2BSD."""

    last = 1

    def choose_iss(self, flow: Flow, above: int | None = None) -> int:
        self.last = self.last + 0x05000000 & 0xFFFFFFFF
        return self.last


@fault("isn-offset-has-no-secret", breaks=("RFC9293:MUST-9", "RFC6528:3-not-computable"))
class IsnOffsetHasNoSecret(Host):
    """The offset is the remote port, at its place in the number: anybody can compute it."""

    def isn_offset(self, flow: Flow) -> int:
        return zlib.crc32(flow.remote) + (flow.remote_port << 8) & 0xFFFFFFFF
