"""Tests of sequence number arithmetic."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance import seq

NUMBERS = st.integers(0, seq.MODULUS - 1)
SIZES = st.integers(0, 1 << 30)


@pytest.mark.parametrize(
    ("number", "octets", "sum_"),
    [(0, 1, 1), (0xFFFFFFFF, 1, 0), (0, -1, 0xFFFFFFFF), (5, 1 << 32, 5), (0xFFFFFFF0, 0x20, 0x10)],
)
def test_add_wraps(number: int, octets: int, sum_: int) -> None:
    assert seq.add(number, octets) == sum_


@pytest.mark.parametrize(
    ("start", "end", "octets"),
    [(0, 0, 0), (0xFFFFFFFF, 0, 1), (0, 0xFFFFFFFF, -1), (0, (1 << 31) - 1, (1 << 31) - 1), (0, 1 << 31, -(1 << 31))],
)
def test_distance_takes_the_short_way(start: int, end: int, octets: int) -> None:
    assert seq.distance(start, end) == octets


def test_comparison_across_the_wrap() -> None:
    assert seq.lt(0xFFFFFFFF, 0)
    assert not seq.lt(0, 0xFFFFFFFF)
    assert seq.le(7, 7)
    assert not seq.lt(7, 7)


def test_window_edges() -> None:
    assert seq.in_window(0xFFFFFFFE, 0xFFFFFFFE, 4)
    assert seq.in_window(1, 0xFFFFFFFE, 4)
    assert not seq.in_window(2, 0xFFFFFFFE, 4)
    assert not seq.in_window(0xFFFFFFFD, 0xFFFFFFFE, 4)
    assert not seq.in_window(5, 5, 0)


@given(NUMBERS, NUMBERS)
def test_distance_and_add_are_inverse(start: int, end: int) -> None:
    assert seq.add(start, seq.distance(start, end)) == end
    assert -(1 << 31) <= seq.distance(start, end) < 1 << 31


@given(NUMBERS, NUMBERS)
def test_one_of_three(a: int, b: int) -> None:
    if seq.distance(a, b) != -(1 << 31):  # exactly opposite: neither comes first
        assert [seq.lt(a, b), seq.lt(b, a), a == b].count(True) == 1
    assert seq.le(a, b) == (seq.lt(a, b) or a == b)


@given(NUMBERS, SIZES, st.integers(0, 1 << 30))
def test_window_is_what_lies_between(left: int, size: int, offset: int) -> None:
    assert seq.in_window(seq.add(left, offset), left, size) == (offset < size)
    assert not seq.in_window(seq.add(left, -1 - offset), left, size)
