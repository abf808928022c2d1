"""Tests of the notation of RFC 9293."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance import options, seq
from conformance.notation import notation, relative
from conformance.segment import Ctl, Segment

NUMBERS = st.integers(0, 2**32 - 1)


def segment(ctl: Ctl, **fields: object) -> Segment:
    values: dict[str, object] = {"seq": 101, "ack": 301, "window": 9, **fields}
    return Segment(src="192.0.2.1", dst="192.0.2.2", sport=1, dport=2, ctl=ctl, **values)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("number", "base", "words"),
    [
        (100, 100, "ISS"),
        (101, 100, "ISS+1"),
        (99, 100, "ISS-1"),
        (5, 0xFFFFFFFF, "ISS+6"),
        (101, None, "101"),
        (0x7FFFFFFF, 0, "2147483647"),
        (1 << 24, 0, "ISS+16777216"),
        ((1 << 24) + 1, 0, "16777217"),
    ],
)
def test_relative(number: int, base: int | None, words: str) -> None:
    assert relative(number, base, "ISS") == words


def test_each_side_counts_from_its_own() -> None:
    one = segment(Ctl.ACK)
    assert notation(one, ours=True, iss=100, irs=300) == "<SEQ=ISS+1><ACK=IRS+1><CTL=ACK><WND=9>"
    assert notation(one, ours=False, iss=300, irs=100) == "<SEQ=IRS+1><ACK=ISS+1><CTL=ACK><WND=9>"
    assert notation(one, ours=True) == "<SEQ=101><ACK=301><CTL=ACK><WND=9>"


def test_the_ack_field_counts_only_with_its_bit() -> None:
    assert notation(segment(Ctl.SYN), ours=True, iss=101) == "<SEQ=ISS><CTL=SYN><WND=9>"


def test_everything_that_a_segment_holds() -> None:
    whole = segment(
        Ctl.PSH | Ctl.ACK | Ctl.URG,
        data=b"abc",
        urgent=2,
        reserved=5,
        options=(options.mss(1460), options.NOP, options.timestamps(1, 2)),
    )
    assert notation(whole, ours=True, iss=100, irs=300) == (
        "<SEQ=ISS+1><ACK=IRS+1><CTL=PSH,ACK,URG><DATA=3><WND=9><UP=2><RSRVD=5><MSS 1460><NOP><TS 1 2>"
    )


def test_sack_blocks_are_the_other_sides_numbers() -> None:
    edges = (301, 401, 501, 601)
    sack = options.Option(options.SACK_KIND, b"".join(edge.to_bytes(4, "big") for edge in edges))
    assert notation(segment(Ctl.ACK, options=(sack,)), ours=True, iss=100, irs=300).endswith(
        "<WND=9><SACK IRS+1:IRS+101 IRS+201:IRS+301>"
    )
    odd = options.Option(options.SACK_KIND, b"abc")
    assert notation(segment(Ctl.ACK, options=(odd,)), ours=True).endswith("<SACK 616263>")


@given(NUMBERS, NUMBERS)
def test_relative_tells_the_number(number: int, base: int) -> None:
    words = relative(number, base, "ISS")
    if words.startswith("ISS"):
        assert seq.add(base, int(words[3:] or 0)) == number
    else:
        assert int(words) == number
