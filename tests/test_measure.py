"""Tests of `conformance.target.measure` and `conformance.target.quality`."""

from __future__ import annotations

import itertools
from collections.abc import Callable

import pytest
from fakewire import OURS, THEIRS, TRIP, Answers, FakeWire, answer

from conformance.segment import Ctl, Segment
from conformance.target.measure import PROBES, measure
from conformance.target.quality import PERFECT, Quality

RST, SYN, ACK = Ctl.RST, Ctl.SYN, Ctl.ACK
NTH = 10

Late = Callable[[int, Segment], Answers]


def measured(late: Late, *, closed: bool = True) -> Quality:
    count = itertools.count()

    def script(segment: Segment) -> Answers:
        if not segment.ctl & SYN:
            return []
        said = answer(segment, RST | ACK if closed else SYN | ACK, ack=segment.end)
        return late(next(count), said)

    lanes = {"ipv4": (OURS, THEIRS), "other": (OURS, THEIRS)}
    return measure(FakeWire(script), lanes, iter(range(20000, 21000)), 80, closed=closed)


@pytest.mark.parametrize("closed", [True, False])
def test_a_path_that_does_nothing(closed: bool) -> None:
    found = measured(lambda number, said: [said], closed=closed)
    assert found == Quality(probes=PROBES, fastest=pytest.approx(TRIP), slowest=pytest.approx(TRIP))
    assert not found.spoils


@pytest.mark.parametrize("closed", [True, False])
def test_what_is_lost_is_counted(closed: bool) -> None:
    found = measured(lambda number, said: [said] if number % NTH else [], closed=closed)
    assert (found.lost, found.doubled, found.reordered) == (PROBES // NTH, 0, 0)
    assert found.spoils


@pytest.mark.parametrize("closed", [True, False])
def test_what_comes_twice_is_counted(closed: bool) -> None:
    found = measured(lambda number, said: [said] if number % NTH else [said, said], closed=closed)
    assert (found.lost, found.doubled, found.reordered) == (0, PROBES // NTH, 0)
    assert found.spoils


def test_what_changes_places_is_counted() -> None:
    found = measured(lambda number, said: [(TRIP if number % NTH else 3 * TRIP, said)])
    assert (found.lost, found.doubled, found.reordered) == (0, 0, PROBES // NTH)
    assert found.spoils


def test_spread_is_measured_and_spoils_nothing() -> None:
    found = measured(lambda number, said: [(TRIP + number // 2 * 0.0001, said)])
    assert found.slowest - found.fastest == pytest.approx(0.0099, abs=0.0002)
    assert not found.spoils


def test_a_target_that_is_silent_has_lost_all() -> None:
    assert measured(lambda number, said: []).lost == PROBES


def test_the_profile_may_tell() -> None:
    assert Quality(told=True).spoils
    assert not PERFECT.spoils


def test_rate_is_of_segments_and_rather_too_high() -> None:
    assert Quality(probes=200, lost=4, doubled=3, reordered=1).rate == pytest.approx(0.025)
    assert Quality(told=True).rate == pytest.approx(0.02)


def test_words() -> None:
    quality = Quality(probes=200, lost=4, doubled=3, reordered=1, fastest=0.001, slowest=0.041)
    assert str(quality) == "200 probes: 4 lost, 3 doubled, 1 reordered, answers spread over 40 ms"
    assert "profile" in str(Quality(told=True))
