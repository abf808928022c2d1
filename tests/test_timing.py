"""Tests of `conformance.timing`: the waits that follow from what was measured."""

from __future__ import annotations

import pytest

from conformance.timing import ACK_DELAY, INITIAL_RTO, Timing


def test_a_delayed_acknowledgment_is_still_in_time() -> None:
    assert Timing().reply > ACK_DELAY
    assert Timing(answer=0.5).reply == ACK_DELAY + 2.0


def test_what_is_due_at_once_comes_before_any_timer() -> None:
    assert Timing(answer=0.001).prompt < INITIAL_RTO
    assert Timing(answer=0.3).prompt == 1.2


def test_silence_is_many_times_what_an_answer_takes_but_never_longer_than_a_reply() -> None:
    assert Timing(answer=0.001).silence == 0.1
    assert Timing(answer=0.05).silence == 0.4
    assert Timing(answer=10).silence == Timing(answer=10).reply


def test_settling_is_short_for_a_target_that_is_near() -> None:
    assert Timing(answer=0.001).settle == 0.02
    assert Timing(answer=0.05).settle == 0.2


def test_a_retransmission_may_have_backed_off_once() -> None:
    assert Timing(rto=3.0).retransmission > 6.0
    assert Timing(rto=0.2).retransmission > 2.0


def test_time_wait_is_twice_the_msl() -> None:
    assert Timing(msl=30).time_wait == 60
    assert Timing().time_wait == 240


def test_what_may_be_held_back_comes_between_a_tenth_of_a_second_and_a_second() -> None:
    assert 0 < Timing().held < 0.1
    assert 1.0 < Timing().override < 1.2
    assert Timing(answer=0.1).override == 1.4


def test_a_closed_window_may_be_probed_late() -> None:
    assert Timing().window_probe > 10.0
    assert Timing(rto=3.0).window_probe > 30.0


def test_an_uneven_path_counts_where_a_gap_is_measured() -> None:
    assert Timing().initial_rto == 1.0
    assert Timing(answer=0.045, spread=0.04).initial_rto == pytest.approx(0.96)


def test_a_segment_is_under_way_as_long_as_an_answer_took_at_most() -> None:
    assert Timing(answer=0.045).arrival == 0.045
    assert Timing(answer=0.001, way=0.02).arrival == 0.02
    assert Timing(answer=0.3, way=0.002).arrival == 0.1  # a profile says that it takes its time
