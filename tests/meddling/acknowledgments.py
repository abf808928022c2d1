"""ACKs and challenges: missing, doubled, with wrong numbers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from conformance import seq
from conformance.lab.conversation import Out, Talk
from conformance.segment import Segment
from meddling import says
from meddling.look import ACK, FIN, RST, SYN, answers, both_closed, is_known, is_pure_ack, is_repeated, takes_the_fin


def _is_challenge(segment: Segment, talk: Talk) -> bool:
    return is_pure_ack(segment) and is_known(talk) and answers(talk, SYN | RST)


# -- of a FIN --


@says("fin-is-not-acknowledged")
def fin_is_not_acknowledged(segment: Segment, talk: Talk) -> Iterator[Out]:
    if not (is_pure_ack(segment) and takes_the_fin(segment, talk)):
        yield segment


@says("fin-is-acknowledged-one-too-far")
def fin_is_acknowledged_one_too_far(segment: Segment, talk: Talk) -> Iterator[Out]:
    yield replace(segment, ack=seq.add(segment.ack, 1)) if takes_the_fin(segment, talk) else segment


@says("fin-is-acknowledged-at-its-own-number")
def fin_is_acknowledged_at_its_own_number(segment: Segment, talk: Talk) -> Iterator[Out]:
    yield replace(segment, ack=seq.add(segment.ack, -1)) if takes_the_fin(segment, talk) else segment


@says("repeated-fin-is-not-acknowledged")
def repeated_fin_is_not_acknowledged(segment: Segment, talk: Talk) -> Iterator[Out]:
    if not (is_pure_ack(segment) and _fin_came_again(talk)):
        yield segment


@says("time-wait-does-not-acknowledge-the-fin-again")
def time_wait_does_not_acknowledge_the_fin_again(segment: Segment, talk: Talk) -> Iterator[Out]:
    if not (is_pure_ack(segment) and both_closed(talk) and _fin_came_again(talk)):
        yield segment


@says("time-wait-resets-a-fin")
def time_wait_resets_a_fin(segment: Segment, talk: Talk) -> Iterator[Out]:
    again = is_pure_ack(segment) and both_closed(talk) and _fin_came_again(talk)
    yield replace(segment, seq=talk.last.ack, ctl=RST) if again and talk.last else segment


@says("time-wait-acknowledges-with-the-number-of-the-fin")
def time_wait_acknowledges_with_the_number_of_the_fin(segment: Segment, talk: Talk) -> Iterator[Out]:
    again = is_pure_ack(segment) and both_closed(talk) and _fin_came_again(talk)
    yield replace(segment, seq=seq.add(segment.seq, -1)) if again else segment


def _fin_came_again(talk: Talk) -> bool:
    return answers(talk, FIN) and is_repeated(talk.asked[-1], talk.asked[:-1])


# -- of old and of future segments --


@says("ack-of-the-future-is-ignored")
def ack_of_the_future_is_ignored(segment: Segment, talk: Talk) -> Iterator[Out]:
    if not (is_pure_ack(segment) and _is_ahead(talk)):
        yield segment


@says("ack-of-the-future-is-reset")
def ack_of_the_future_is_reset(segment: Segment, talk: Talk) -> Iterator[Out]:
    reset = is_pure_ack(segment) and _is_ahead(talk) and talk.last is not None
    yield replace(segment, seq=talk.last.ack, ctl=RST) if reset and talk.last else segment


def _is_ahead(talk: Talk) -> bool:
    ends = [one.end for one in talk.said if not one.ctl & RST]
    return answers(talk, ACK) and bool(ends) and all(seq.lt(end, talk.asked[-1].ack) for end in ends)


@says("keep-alive-octet-is-ignored")
def keep_alive_octet_is_ignored(segment: Segment, talk: Talk) -> Iterator[Out]:
    if not (is_pure_ack(segment) and talk.last and len(talk.last.data) == 1 and talk.last.end == segment.ack):
        yield segment


@says("unacceptable-segment-draws-data")
def unacceptable_segment_draws_data(segment: Segment, talk: Talk) -> Iterator[Out]:
    old = is_pure_ack(segment) and talk.last is not None and talk.last.end != segment.ack
    yield replace(segment, seq=seq.add(segment.seq, -1), data=b"\0") if old else segment


@says("unacceptable-segment-is-reset")
def unacceptable_segment_is_reset(segment: Segment, talk: Talk) -> Iterator[Out]:
    old = is_pure_ack(segment) and talk.last is not None and talk.last.end != segment.ack
    yield replace(segment, seq=talk.last.ack, ctl=RST) if old and talk.last else segment


# -- challenges --


@says("syn-in-the-window-is-ignored")
def syn_in_the_window_is_ignored(segment: Segment, talk: Talk) -> Iterator[Out]:
    if not (_is_challenge(segment, talk) and answers(talk, SYN)):
        yield segment


@says("syn-in-the-window-is-acknowledged-as-such")
def syn_in_the_window_is_acknowledged_as_such(segment: Segment, talk: Talk) -> Iterator[Out]:
    challenge = _is_challenge(segment, talk) and answers(talk, SYN) and talk.last is not None
    yield replace(segment, ack=talk.last.end) if challenge and talk.last else segment


@says("challenge-has-a-wrong-number")
def challenge_has_a_wrong_number(segment: Segment, talk: Talk) -> Iterator[Out]:
    yield replace(segment, seq=seq.add(segment.seq, -1)) if _is_challenge(segment, talk) else segment


# -- of data --


@says("two-acks-for-a-segment")
def two_acks_for_a_segment(segment: Segment, talk: Talk) -> Iterator[Out]:
    yield segment
    if is_pure_ack(segment):
        yield segment


@says("data-is-never-acknowledged")
def data_is_never_acknowledged(segment: Segment, talk: Talk) -> Iterator[Out]:
    if not (is_pure_ack(segment) and talk.last and talk.last.data):
        yield segment


@says("ack-is-of-what-was-never-sent")
def ack_is_of_what_was_never_sent(segment: Segment, talk: Talk) -> Iterator[Out]:
    taken = segment.ctl & ACK and any(one.data and one.end == segment.ack for one in talk.asked)
    yield replace(segment, ack=seq.add(segment.ack, 1)) if taken else segment


@says("ack-goes-back")
def ack_goes_back(segment: Segment, talk: Talk) -> Iterator[Out]:
    yield replace(segment, ack=seq.add(segment.ack, -1)) if segment.ctl & FIN else segment


@says("fin-without-ack")
def fin_without_ack(segment: Segment, talk: Talk) -> Iterator[Out]:
    yield replace(segment, ctl=segment.ctl & ~ACK, ack=0) if segment.ctl & FIN else segment


@says("data-has-no-ack")
def data_has_no_ack(segment: Segment, talk: Talk) -> Iterator[Out]:
    yield replace(segment, ctl=segment.ctl & ~ACK, ack=0) if segment.data else segment
