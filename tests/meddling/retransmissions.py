"""What is said again: not at all, too soon, too late, otherwise."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from conformance import seq
from conformance.lab.conversation import Later, Out, Talk
from conformance.segment import Segment
from meddling import says
from meddling.look import ACK, FIN, SYN, is_known, is_pure_ack, is_repeated

TIMES = 4
"""So often something is said again where the timeout does not double: long enough for any case."""


@says("syn-is-not-sent-again")
def syn_is_not_sent_again(segment: Segment, talk: Talk) -> Iterator[Out]:
    if not (segment.ctl & (SYN | ACK) == SYN and is_repeated(segment, talk.said)):
        yield segment


@says("syn-again-has-a-new-iss")
def syn_again_has_a_new_iss(segment: Segment, talk: Talk) -> Iterator[Out]:
    again = segment.ctl & (SYN | ACK) == SYN and is_repeated(segment, talk.said)
    yield replace(segment, seq=segment.seq ^ 0x40000000) if again else segment


@says("syn-ack-is-not-sent-again")
def syn_ack_is_not_sent_again(segment: Segment, talk: Talk) -> Iterator[Out]:
    if not (segment.ctl & SYN and segment.ctl & ACK and is_repeated(segment, talk.said)):
        yield segment


@says("syn-ack-again-acknowledges-nothing")
def syn_ack_again_acknowledges_nothing(segment: Segment, talk: Talk) -> Iterator[Out]:
    again = segment.ctl & SYN and segment.ctl & ACK and is_repeated(segment, talk.said)
    yield replace(segment, ctl=segment.ctl & ~ACK, ack=0) if again else segment


@says("syn-ack-again-has-other-options")
def syn_ack_again_has_other_options(segment: Segment, talk: Talk) -> Iterator[Out]:
    again = segment.ctl & SYN and segment.ctl & ACK and is_repeated(segment, talk.said)
    yield replace(segment, options=()) if again else segment


@says("fin-is-not-retransmitted")
def fin_is_not_retransmitted(segment: Segment, talk: Talk) -> Iterator[Out]:
    if not (segment.ctl & FIN and is_repeated(segment, talk.said)):
        yield segment


@says("fin-is-retransmitted-once")
def fin_is_retransmitted_once(segment: Segment, talk: Talk) -> Iterator[Out]:
    if sum(one.ctl & FIN and one.seq == segment.seq for one in talk.said) < 2:
        yield segment


@says("initial-rto-of-200-ms")
def initial_rto_of_200_ms(segment: Segment, talk: Talk) -> Iterator[Out]:
    yield segment
    if segment.ctl & SYN and not is_repeated(segment, talk.said):
        yield Later(0.2, segment)


def _every(seconds: float, segment: Segment, talk: Talk) -> Iterator[Out]:
    """Say it at a pace of our own, and not at the target's."""
    if is_repeated(segment, talk.said):
        return
    yield segment
    if segment.len:
        yield from (Later(seconds * number, segment) for number in range(1, TIMES))


@says("rto-does-not-double")
def rto_does_not_double(segment: Segment, talk: Talk) -> Iterator[Out]:
    yield from _every(1.0, segment, talk)


@says("rto-grows-by-a-quarter")
def rto_grows_by_a_quarter(segment: Segment, talk: Talk) -> Iterator[Out]:
    if is_repeated(segment, talk.said):
        return
    yield segment
    if segment.len:
        yield from (Later(after, segment) for after in (1.0, 2.25, 3.8125, 5.765625))


@says("closed-window-is-not-probed")
def closed_window_is_not_probed(segment: Segment, talk: Talk) -> Iterator[Out]:
    closed = talk.last is not None and talk.last.window == 0 and is_known(talk)
    old = any(seq.lt(segment.seq, one.end) for one in talk.said)
    if not (closed and (len(segment.data) == 1 or (is_pure_ack(segment) and old))):
        yield segment


@says("local-address-changes-after-the-syn")
def local_address_changes_after_the_syn(segment: Segment, talk: Talk) -> Iterator[Out]:
    other = "2001:2::2" if segment.family == "ipv6" else "198.18.0.2"
    yield replace(segment, src=other) if is_known(talk) else segment
