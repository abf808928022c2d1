"""Resets: missing, wrong, or where none should be (see `reference.faults.reset_generation` and `reset_processing`)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from conformance import seq
from conformance.lab.conversation import Out, Talk
from conformance.segment import Segment
from meddling import hears, says
from meddling.look import ACK, FIN, RST, SYN, answers, expected, is_known

# -- what a reset of a segment without ACK acknowledges --


def _acknowledging(segment: Segment, talk: Talk, ack: int) -> Iterator[Out]:
    yield replace(segment, ack=ack % seq.MODULUS) if segment.ctl & RST and segment.ctl & ACK and talk.last else segment


@says("reset-acknowledges-the-syn-number")
def reset_acknowledges_the_syn_number(segment: Segment, talk: Talk) -> Iterator[Out]:
    yield from _acknowledging(segment, talk, talk.last.seq if talk.last else 0)


@says("reset-acknowledges-one-too-few")
def reset_acknowledges_one_too_few(segment: Segment, talk: Talk) -> Iterator[Out]:
    yield from _acknowledging(segment, talk, segment.ack - 1)


@says("reset-does-not-count-data")
def reset_does_not_count_data(segment: Segment, talk: Talk) -> Iterator[Out]:
    yield from _acknowledging(segment, talk, segment.ack - len(talk.last.data if talk.last else b""))


@says("reset-does-not-count-fin")
def reset_does_not_count_fin(segment: Segment, talk: Talk) -> Iterator[Out]:
    yield from _acknowledging(segment, talk, segment.ack - answers(talk, FIN))


@says("reset-does-not-count-syn")
def reset_does_not_count_syn(segment: Segment, talk: Talk) -> Iterator[Out]:
    yield from _acknowledging(segment, talk, segment.ack - answers(talk, SYN))


@says("reset-counts-one-for-whatever-comes")
def reset_counts_one_for_whatever_comes(segment: Segment, talk: Talk) -> Iterator[Out]:
    yield from _acknowledging(segment, talk, (talk.last.seq if talk.last else 0) + 1)


# -- its other fields --


@says("reset-acknowledges-nothing")
def reset_acknowledges_nothing(segment: Segment, talk: Talk) -> Iterator[Out]:
    yield replace(segment, ctl=RST) if segment.ctl & RST else segment


@says("reset-for-a-syn-has-a-number-of-its-own")
def reset_for_a_syn_has_a_number_of_its_own(segment: Segment, talk: Talk) -> Iterator[Out]:
    yield replace(segment, seq=0x12345678) if segment.ctl & RST and answers(talk, SYN) else segment


@says("reset-for-an-ack-has-an-ack")
def reset_for_an_ack_has_an_ack(segment: Segment, talk: Talk) -> Iterator[Out]:
    plain = segment.ctl & (RST | ACK) == RST and talk.last is not None
    yield replace(segment, ctl=RST | ACK, ack=talk.last.end) if plain and talk.last else segment


@says("reset-for-an-ack-has-no-number")
def reset_for_an_ack_has_no_number(segment: Segment, talk: Talk) -> Iterator[Out]:
    plain = segment.ctl & (RST | ACK) == RST and talk.last is not None
    yield replace(segment, seq=0, ctl=RST | ACK, ack=talk.last.end) if plain and talk.last else segment


@says("reset-for-an-ack-is-one-further")
def reset_for_an_ack_is_one_further(segment: Segment, talk: Talk) -> Iterator[Out]:
    plain = segment.ctl & (RST | ACK) == RST
    yield replace(segment, seq=seq.add(segment.seq, 1)) if plain else segment


@says("reset-has-no-checksum")
def reset_has_no_checksum(segment: Segment, talk: Talk) -> Iterator[Out]:
    header = 40 if segment.family == "ipv6" else 20
    bare = segment.raw[: header + 16] + b"\0\0" + segment.raw[header + 18 :]
    yield bare if segment.ctl & RST else segment


# -- where it is missing, or where it should be --


@says("closed-port-does-not-answer-a-syn")
def closed_port_does_not_answer_a_syn(segment: Segment, talk: Talk) -> Iterator[Out]:
    if not (segment.ctl & RST and answers(talk, SYN) and not is_known(talk)):
        yield segment


@says("unknown-connection-does-not-answer")
def unknown_connection_does_not_answer(segment: Segment, talk: Talk) -> Iterator[Out]:
    if not segment.ctl & RST or answers(talk, SYN):
        yield segment


@says("only-the-first-syn-is-reset")
def only_the_first_syn_is_reset(segment: Segment, talk: Talk) -> Iterator[Out]:
    if not (segment.ctl & RST and any(one.ctl & RST for one in talk.said)):
        yield segment


@hears("reset-draws-a-reset")
def reset_draws_a_reset(segment: Segment, talk: Talk) -> Iterator[Out]:
    """Without its bit it is answered as whatever else comes to a closed port."""
    yield segment if is_known(talk) else replace(segment, ctl=segment.ctl & ~RST)


@hears("reset-with-data-draws-a-reset")
def reset_with_data_draws_a_reset(segment: Segment, talk: Talk) -> Iterator[Out]:
    yield replace(segment, ctl=segment.ctl & ~RST) if segment.data and not is_known(talk) else segment


# -- what a reset does --


@hears("reset-anywhere-is-obeyed")
def reset_anywhere_is_obeyed(segment: Segment, talk: Talk) -> Iterator[Out]:
    yield replace(segment, seq=expected(talk)) if segment.ctl & RST and is_known(talk) else segment


@hears("reset-with-data-is-ignored")
def reset_with_data_is_ignored(segment: Segment, talk: Talk) -> Iterator[Out]:
    if not (segment.ctl & RST and segment.data):
        yield segment


@hears("reset-is-ignored-after-close")
def reset_is_ignored_after_close(segment: Segment, talk: Talk) -> Iterator[Out]:
    if not (segment.ctl & RST and any(one.ctl & FIN for one in talk.said)):
        yield segment


# -- ABORT --


@says("abort-sends-no-reset")
def abort_sends_no_reset(segment: Segment, talk: Talk) -> Iterator[Out]:
    if not segment.ctl & RST:
        yield segment


@says("abort-resets-one-too-far")
def abort_resets_one_too_far(segment: Segment, talk: Talk) -> Iterator[Out]:
    yield replace(segment, seq=seq.add(segment.seq, 1)) if segment.ctl & RST and is_known(talk) else segment


@says("abort-resets-with-number-zero")
def abort_resets_with_number_zero(segment: Segment, talk: Talk) -> Iterator[Out]:
    yield replace(segment, seq=0) if segment.ctl & RST and is_known(talk) else segment


@says("abort-sends-a-fin")
def abort_sends_a_fin(segment: Segment, talk: Talk) -> Iterator[Out]:
    yield replace(segment, ctl=FIN | ACK, ack=expected(talk)) if segment.ctl & RST and is_known(talk) else segment
