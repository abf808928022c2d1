"""Tests of `conformance.expectation`: what counts as a difference, and the exact words."""

from __future__ import annotations

import pytest

from conformance.expectation import Expectation, reply
from conformance.options import NOP, mss, window_scale
from conformance.segment import Ctl, Segment


def segment(ctl: Ctl = Ctl.ACK, **fields: object) -> Segment:
    return Segment(src="a", dst="b", sport=1, dport=2, ctl=ctl, **{"seq": 5001, "ack": 1001, "window": 9, **fields})  # type: ignore[arg-type]


def test_what_is_not_named_is_not_compared() -> None:
    assert Expectation(Ctl.ACK).differences(segment(window=1, data=b"x"), 1000, 5000) == ()


def test_push_is_free() -> None:
    assert Expectation(Ctl.ACK).differences(segment(Ctl.ACK | Ctl.PSH), 1000, 5000) == ()


@pytest.mark.parametrize(
    ("expected", "got", "words"),
    [
        (Expectation(Ctl.RST | Ctl.ACK), segment(), "CTL is ACK, expected RST,ACK"),
        (Expectation(Ctl.ACK, seq=5003), segment(), "SEQ is IRS+1, expected IRS+3 (2 too low)"),
        (Expectation(Ctl.ACK, ack=1001), segment(ack=1002), "ACK is ISS+2, expected ISS+1 (1 too high)"),
        (Expectation(Ctl.ACK, window=0), segment(), "window is 9, expected 0"),
        (Expectation(Ctl.ACK, data=b""), segment(data=b"ab"), "DATA is 2 octets [61 62], expected empty"),
        (
            Expectation(Ctl.SYN, options=(mss(1460),)),
            segment(Ctl.SYN, options=(mss(536), NOP)),
            "options are MSS 536, NOP, expected MSS 1460",
        ),
    ],
    ids=["ctl", "seq", "ack", "window", "data", "options"],
)
def test_a_difference_is_said_in_words(expected: Expectation, got: Segment, words: str) -> None:
    assert expected.differences(got, 1000, 5000) == (words,)


def test_every_difference_is_named() -> None:
    assert len(Expectation(Ctl.RST, seq=1, ack=2, window=3).differences(segment(), 1000, 5000)) == 4


def test_padding_and_order_of_options_do_not_count() -> None:
    got = segment(Ctl.SYN, options=(NOP, window_scale(7), mss(1460)))
    assert Expectation(Ctl.SYN, options=(mss(1460), window_scale(7))).differences(got, None, None) == ()


def test_numbers_wrap() -> None:
    got = segment(ack=3)
    assert Expectation(Ctl.ACK, ack=2**32 - 1).differences(got, 2**32 - 2, None) == (
        "ACK is ISS+5, expected ISS+1 (4 too high)",
    )


def test_description_names_only_what_is_named() -> None:
    assert reply(Ctl.RST, seq=5001).describe(1000, 5000) == "<SEQ=IRS+1><CTL=RST>"
    assert reply(Ctl.ACK, seq=0, ack=1001, data=b"").describe(1000, None) == "<SEQ=0><ACK=ISS+1><CTL=ACK><DATA=0>"
