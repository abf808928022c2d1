"""Tests of `conformance.path`."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.errors import UsageProblem
from conformance.path import HELD, Fortune, RoughPath

SHARES = st.integers(0, 1000).map(lambda tenths: tenths / 1000)
TIMES = st.integers(0, 500).map(lambda milliseconds: milliseconds / 1000)
PATHS = st.builds(
    RoughPath, loss=SHARES, duplicate=SHARES, reorder=SHARES, delay=TIMES, jitter=TIMES, seed=st.integers(0, 10**9)
)


def test_what_is_left_out_does_not_happen() -> None:
    assert RoughPath.read("loss=1%,jitter=20ms,seed=7") == RoughPath(loss=0.01, jitter=0.02, seed=7)
    assert RoughPath.read("duplicate=.5%, reorder=100%, delay=1.5s, jitter=300us, seed=0") == RoughPath(
        duplicate=0.005, reorder=1.0, delay=1.5, jitter=0.0003
    )


def test_a_seed_is_drawn_and_told() -> None:
    path = RoughPath.read("loss=2%")
    assert str(path) == f"loss=2%,seed={path.seed}"


@given(PATHS)
def test_path_reads_back_as_it_was_written(path: RoughPath) -> None:
    again = RoughPath.read(str(path))
    assert again.seed == path.seed
    for name in ("loss", "duplicate", "reorder", "delay", "jitter"):
        assert getattr(again, name) == pytest.approx(getattr(path, name))


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("lost=1%", "unknown 'lost'; there are loss, duplicate, reorder, delay, jitter, seed"),
        ("loss=1", "loss is a share up to 100%"),
        ("loss=101%", "loss is a share up to 100%"),
        ("jitter=20", "jitter is a time such as 20ms"),
        ("jitter=20%", "jitter is a time such as 20ms"),
        ("seed=x", "seed is a whole number"),
        ("loss=1%,loss=2%", "loss is given twice"),
        ("loss", "loss is a share up to 100%"),
    ],
)
def test_what_is_wrong_is_said(text: str, wrong: str) -> None:
    with pytest.raises(UsageProblem, match=f"^--path {text}: ") as caught:
        RoughPath.read(text)
    assert wrong in str(caught.value)


def journeys(path: RoughPath, packets: int = 10_000) -> list[list[float]]:
    fortune = Fortune(path)
    return [fortune.arrivals("lane", float(number)) for number in range(packets)]


def test_each_share_is_as_large_as_it_was_asked_for() -> None:
    found = journeys(RoughPath(loss=0.1, duplicate=0.1, reorder=0.1, delay=0.1, jitter=0.2, seed=1))
    held = [times for number, times in enumerate(found) if times and times[0] - number > 0.1 + 0.2]
    assert sum(not times for times in found) == pytest.approx(1000, abs=150)
    assert sum(len(times) == 2 for times in found) == pytest.approx(900, abs=150)
    assert len(held) == pytest.approx(900, abs=150)


def test_delay_and_jitter_are_limits() -> None:
    took = [times[0] - number for number, times in enumerate(journeys(RoughPath(delay=0.1, jitter=0.2, seed=1)))]
    assert min(took) >= 0.1
    assert max(took) < 0.3 + 1e-9
    assert max(took) - min(took) > 0.19


def test_a_queue_keeps_its_order_and_lanes_do_not_wait_for_each_other() -> None:
    fortune = Fortune(RoughPath(jitter=0.02, seed=1))
    times = [fortune.arrivals("one", 0.001 * number)[0] for number in range(1000)]
    assert times == sorted(times)
    assert min(fortune.arrivals(lane, 1.0)[0] for lane in range(100)) < 1.001


def test_what_is_reordered_is_overtaken() -> None:
    fortune = Fortune(RoughPath(reorder=1.0, jitter=0.02))
    assert fortune.arrivals("lane", 1.0) == [pytest.approx(1.02 + HELD)]


@given(PATHS)
def test_the_same_seed_decides_the_same(path: RoughPath) -> None:
    assert journeys(path, 20) == journeys(path, 20)
