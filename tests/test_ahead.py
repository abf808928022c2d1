"""Tests of `conformance.ahead`: what is started when, what is run again, what is cancelled; on stubs."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from itertools import chain
from typing import Any

import pytest
from fakewire import FakeWire
from items import Item, bench_on

from conformance.ahead import TOLERANCE, Ahead, shard
from conformance.errors import Inconclusive, Nonconformance
from conformance.wire.loop import Loop


@pytest.fixture(autouse=True)
def _items_are_functions(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("conformance.ahead.pytest.Function", Item)


@pytest.fixture
def loop() -> Iterator[Loop]:
    made = Loop()
    yield made
    made.close()


def ahead_of(loop: Loop, *items: Any, limit: int = 10, wire: FakeWire | None = None) -> Ahead:
    return Ahead(items, bench_on(wire or FakeWire()), loop, {"stub": limit})


def waiting(loop: Loop, seconds: float, log: list[str], name: str) -> Callable[..., None]:
    def function(case: Any) -> None:
        log.append(name)
        loop.block(bool, time.monotonic() + seconds)
        log.append(f"{name} done")

    return function


def test_cases_are_in_flight_together_and_slow_ones_are_started_first(loop: Loop) -> None:
    log: list[str] = []
    quick = [Item(waiting(loop, 0.05, log, f"quick{number}")) for number in range(3)]
    slow = Item(waiting(loop, 0.2, log, "slow"), {"slow": (60,)})
    ahead = ahead_of(loop, *quick, slow)
    for item in (*quick, slow):
        record = ahead.join(item)  # type: ignore[arg-type]
        assert record is not None
        assert record.error is None
        assert record.done
    assert log[:4] == ["slow", "quick0", "quick1", "quick2"]
    assert log[-1] == "slow done"


def test_no_more_are_in_flight_than_the_target_bears(loop: Loop) -> None:
    log: list[str] = []
    items = [Item(waiting(loop, 0.02, log, str(number))) for number in range(6)]
    ahead = ahead_of(loop, *items, limit=2)
    for item in items:
        ahead.join(item)  # type: ignore[arg-type]
    flying = 0
    for word in log:
        flying += -1 if word.endswith("done") else 1
        assert flying <= 2


def test_a_case_that_disturbs_is_alone(loop: Loop) -> None:
    log: list[str] = []
    others = [Item(waiting(loop, 0.05, log, str(number))) for number in range(3)]
    alone = Item(waiting(loop, 0.01, log, "alone"), {"alone": ()})
    ahead = ahead_of(loop, *others, alone, limit=2)
    ahead.join(others[0])  # type: ignore[arg-type]
    ahead.join(alone)  # type: ignore[arg-type]
    at = log.index("alone")
    assert log[at + 1] == "alone done"
    assert log[:at].count("1") == log[:at].count("1 done")


def failing(wire: FakeWire, late: list[float]) -> Callable[..., None]:
    def function(peer: Any) -> None:
        peer.late = late.pop(0)
        raise Nonconformance("a", "b")

    return function


@pytest.mark.parametrize(
    ("late", "kind"),
    [
        ([0.0], Nonconformance),
        ([TOLERANCE + 1, 0.0], Nonconformance),
        ([TOLERANCE + 1, TOLERANCE + 1], Inconclusive),
    ],
    ids=["in time", "late once", "late twice"],
)
def test_what_failed_under_a_late_tester_is_run_again_and_said(loop: Loop, late: list[float], kind: type) -> None:
    wire = FakeWire()
    tries = len(late)
    item = Item(failing(wire, late))
    record = ahead_of(loop, item, wire=wire).join(item)  # type: ignore[arg-type]
    assert record is not None
    assert late == []
    assert isinstance(record.error, kind)
    assert record.case is not None
    notes = [entry.text for entry in record.case.transcript.entries if entry.who == "note"]
    assert len([text for text in notes if text.startswith("run again")]) == tries - 1


def test_what_passed_under_a_late_tester_has_passed(loop: Loop) -> None:
    def function(peer: Any) -> None:
        peer.late = 9.0

    item = Item(function)
    record = ahead_of(loop, item).join(item)  # type: ignore[arg-type]
    assert record is not None
    assert record.error is None


@pytest.mark.parametrize(("limit", "kind"), [(1, Nonconformance), (2, Inconclusive)], ids=["alone", "beside another"])
def test_the_silence_of_a_dead_target_fails_a_case_only_if_it_was_alone(loop: Loop, limit: int, kind: type) -> None:
    def silent(case: Any) -> None:
        raise Nonconformance("<CTL=ACK>", "nothing within 1 s")

    def dead(family: str) -> None:
        raise Inconclusive("stub does not answer any more")

    other = Item(waiting(loop, 0.05, [], "other"))
    item = Item(silent)
    bench_of = bench_on(FakeWire())
    bench_of().check_alive = dead
    ahead = Ahead([item, other], bench_of, loop, {"stub": limit})  # type: ignore[list-item]
    record = ahead.join(item)  # type: ignore[arg-type]
    assert record is not None
    assert type(record.error) is kind
    ahead.join(other)  # type: ignore[arg-type]


def test_a_walk_that_fails_fails_the_set_up(loop: Loop) -> None:
    def function(peer: Any) -> None:
        raise AssertionError("never reached")

    from conformance.state import State
    from conformance.states import Walk

    item = Item(function, walk=Walk(State.SYN_RECEIVED))
    record = ahead_of(loop, item).join(item)  # type: ignore[arg-type]
    assert record is not None
    assert record.phase == "setup"
    assert isinstance(record.error, Inconclusive)


def test_cancelling_ends_what_is_in_flight(loop: Loop) -> None:
    log: list[str] = []
    items = [Item(waiting(loop, seconds, log, str(seconds))) for seconds in (0.01, 60.0, 61.0)]
    ahead = ahead_of(loop, *items, limit=2)
    ahead.join(items[0])  # type: ignore[arg-type]
    ahead.cancel()
    assert "60.0" in log
    assert not {"60.0 done", "61.0 done"} & set(log)


def test_every_worker_has_its_share() -> None:
    items: Any = list(range(10))
    dealt = [shard(items, f"gw{number}", 3) for number in range(3)]
    assert sorted(chain(*dealt)) == items
    assert shard(items, "gw3", 3) == ()
