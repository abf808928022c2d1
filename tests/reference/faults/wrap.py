"""Numbers that begin again at zero, taken for small ones (RFC 9293, section 3.4)."""

from __future__ import annotations

from reference.faults import Endpoint, fault
from reference.numbers import add, ahead
from reference.segment import Segment

LAST = 0xFFFFFFFF
NEAR = 0x10000
"""Numbers nearer to zero than this are of one window with it."""


@fault("what-was-before-zero-is-to-come-past-it", breaks="RFC9293:3.4-mod-arith")
class WhatWasBeforeZeroIsToComePastIt(Endpoint):
    """The larger number is the later one, as long as it is not too far away."""

    def in_window(self, number: int) -> bool:
        return super().in_window(number) or (self.rcv_nxt < NEAR and number > LAST - NEAR)


@fault("window-across-zero-has-no-end", breaks="RFC9293:3.4-mod-arith")
class WindowAcrossZeroHasNoEnd(Endpoint):
    def in_window(self, number: int) -> bool:
        across = self.rcv_nxt + self.rcv_wnd > LAST
        return ahead(self.rcv_nxt, number) >= 0 if across else super().in_window(number)


@fault("text-past-zero-is-lost", breaks="RFC9293:3.4-wrap-data")
class TextPastZeroIsLost(Endpoint):
    """It is acknowledged, but what is copied ends with the last number."""

    def take(self, text: bytes) -> None:
        before = LAST + 1 - self.rcv_nxt
        super().take(text)
        if len(text) > before:
            del self.received[before - len(text) :]


@fault("fin-with-the-last-number-is-not-counted", breaks="RFC9293:3.4-mod-arith")
class FinWithTheLastNumberIsNotCounted(Endpoint):
    def advance(self, octets: int) -> None:
        super().advance(octets)
        if self.rcv_nxt == 0:
            self.rcv_nxt = add(self.rcv_nxt, -octets)


@fault("text-ends-with-the-last-number", breaks=("RFC9293:3.4-mod-arith", "RFC9293:3.4-wrap-data"))
class TextEndsWithTheLastNumber(Endpoint):
    """What of a segment is past zero is cut off, and has to be sent again."""

    def trim(self, segment: Segment) -> tuple[int, bytes, bool]:
        seq, text, fin = super().trim(segment)
        return seq, text[: LAST + 1 - seq], fin
