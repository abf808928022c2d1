"""Tests of `conformance.ahead`: what is started when, what is run again, what is cancelled; on stubs."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from fakewire import FakeWire
from items import Item, bench_on

from conformance.ahead import CALM, KEEPS_UP, TOLERANCE, TRIES, Ahead
from conformance.errors import Inconclusive, LateTester, Nonconformance, WalkFailed
from conformance.wire.loop import Loop
from conformance.wire.turns import Places, Turns


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


def flying(log: list[str]) -> list[set[str]]:
    """Return what was in flight after each line of a log."""
    now: set[str] = set()
    return [now := now - {line.removesuffix(" done")} if line.endswith(" done") else now | {line} for line in log]


def test_no_more_are_begun_while_those_in_flight_are_kept_waiting(loop: Loop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Loop, "lag", 2 * KEEPS_UP)
    log: list[str] = []
    items = [Item(waiting(loop, 0.01, log, str(number))) for number in range(5)]
    ahead = ahead_of(loop, *items)
    for item in items:
        ahead.join(item)  # type: ignore[arg-type]
    assert max(map(len, flying(log))) == 1


def test_targets_take_turns_in_starting(loop: Loop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Loop, "lag", 0.0)
    log: list[str] = []
    items = [Item(waiting(loop, 0.01, log, name), subject=(name, "ipv4")) for name in "aabb"]
    ahead = Ahead(items, bench_on(FakeWire()), loop, {"a": 5, "b": 5})  # type: ignore[arg-type]
    ahead.join(items[0])  # type: ignore[arg-type]
    assert log[:4] == list("abab")


def test_what_disturbs_comes_last_and_is_alone(loop: Loop) -> None:
    log: list[str] = []
    others = [Item(waiting(loop, 0.02, log, str(number))) for number in range(3)]
    alone = [Item(waiting(loop, 0.01, log, f"alone{number}"), {"alone": ()}) for number in range(2)]
    ahead = ahead_of(loop, *alone, *others, limit=2)
    for item in (*others, *alone):
        ahead.join(item)  # type: ignore[arg-type]
    assert log[-4:] == ["alone0", "alone0 done", "alone1", "alone1 done"]
    assert all(len(names) == 1 for names in flying(log) if any("alone" in name for name in names))


def test_what_disturbs_one_target_is_alone_at_that_one_only(loop: Loop) -> None:
    log: list[str] = []
    items = [
        Item(waiting(loop, 0.2, log, name), {"alone": ()}, subject=(name, "ipv4")) for name in ("a", "b") for _ in "12"
    ]
    ahead = Ahead(items, bench_on(FakeWire()), loop, {"a": 5, "b": 5})  # type: ignore[arg-type]
    for item in items:
        ahead.join(item)  # type: ignore[arg-type]
    assert log[:2] == ["a", "b"]
    assert sorted(log[2:4]) == ["a done", "b done"]


def test_a_case_that_nobody_knew_of_is_run_at_once(loop: Loop) -> None:
    log: list[str] = []
    ahead = ahead_of(loop, *(Item(waiting(loop, 0.02, log, str(number))) for number in range(3)), limit=1)
    item = Item(waiting(loop, 0.0, log, "late"))
    record = ahead.join(item)  # type: ignore[arg-type]
    assert record is not None
    assert log[0] == "late"


def process(turns: Turns, log: int, number: int) -> None:
    """What a worker does: cases side by side, one of them alone at the target."""
    loop = Loop()

    def item(name: str, marks: dict[str, Any] | None = None) -> Item:
        def body(case: Any) -> None:
            os.write(log, f"{number}{name}\n".encode())
            loop.block(bool, time.monotonic() + 0.01)
            os.write(log, f"{number}{name} done\n".encode())

        return Item(body, marks)

    items = [*(item(f"quick{at}") for at in range(3)), *(item(f"alone{at}", {"alone": ()}) for at in range(2))]
    ahead = Ahead(items, bench_on(FakeWire()), loop, {"stub": 2}, turns)  # type: ignore[arg-type]
    for one in items:
        ahead.join(one)  # type: ignore[arg-type]


def test_what_disturbs_is_alone_among_all_processes(tmp_path: Path) -> None:
    places = Places(["stub"])
    log = os.open(tmp_path / "log", os.O_CREAT | os.O_WRONLY | os.O_APPEND)
    children = []
    for number in range(3):
        children.append(os.fork())
        if not children[-1]:
            with contextlib.suppress(BaseException):
                process(Turns(places.plain()), log, number)
                os._exit(0)
            os._exit(1)
    assert [os.waitpid(child, 0)[1] for child in children] == [0, 0, 0]
    os.close(log)
    lines = (tmp_path / "log").read_text().splitlines()
    assert len(lines) == 30
    assert all(len(names) == 1 for names in flying(lines) if any("alone" in name for name in names))


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
        ([TOLERANCE + 1, TOLERANCE + 1, 0.0], Nonconformance),
        ([TOLERANCE + 1] * TRIES, Inconclusive),
    ],
    ids=["in time", "late once", "late twice", "late always"],
)
def test_what_failed_under_a_late_tester_is_run_again_and_said(loop: Loop, late: list[float], kind: type) -> None:
    wire = FakeWire()
    tries = len(late)
    item = Item(failing(wire, late))
    record = ahead_of(loop, item, limit=1, wire=wire).join(item)  # type: ignore[arg-type]
    assert record is not None
    assert late == []
    assert isinstance(record.error, kind)
    assert record.left is not None
    notes = [entry.text for entry in record.left.transcript.entries if entry.who == "note"]
    assert len([text for text in notes if text.startswith("run again")]) == min(tries - 1, 1)


@pytest.mark.parametrize("broken", [1, TRIES], ids=["once", "each time"])
def test_an_invariant_broken_under_a_late_tester_is_run_again_and_then_believed(loop: Loop, broken: int) -> None:
    wire, left = FakeWire(), [True] * broken

    def function(peer: Any) -> None:
        if left:
            left.pop()
            peer.late = TOLERANCE + 1
            peer.past_violations.append(Nonconformance("a", "b"))

    item = Item(function)
    record = ahead_of(loop, item, limit=1, wire=wire).join(item)  # type: ignore[arg-type]
    assert record is not None
    assert record.left is not None
    assert (left, record.error) == ([], None)
    assert len(record.left.violations) == (broken == TRIES)


def test_what_waits_for_long_is_run_again_once(loop: Loop) -> None:
    late = [TOLERANCE + 1] * 3
    item = Item(failing(FakeWire(), late), {"slow": (60,)})
    record = ahead_of(loop, item).join(item)  # type: ignore[arg-type]
    assert record is not None
    assert len(late) == 1
    assert isinstance(record.error, Inconclusive)


def test_what_the_profile_expects_is_not_run_again(loop: Loop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("conformance.ahead.is_known", lambda record: True)
    wire, late = FakeWire(), [TOLERANCE + 1]
    item = Item(failing(wire, late))
    record = ahead_of(loop, item, limit=1, wire=wire).join(item)  # type: ignore[arg-type]
    assert record is not None
    assert isinstance(record.error, Nonconformance)


@pytest.mark.parametrize("tries", [[True, True], [True, False]], ids=["fails again", "passes then"])
def test_what_failed_while_a_segment_lay_unheard_is_run_again_and_then_believed(loop: Loop, tries: list[bool]) -> None:
    left = list(tries)

    def function(peer: Any) -> None:
        peer.behind = TOLERANCE + 1
        if left.pop(0):
            raise Nonconformance("a", "b")

    item = Item(function)
    record = ahead_of(loop, item).join(item)  # type: ignore[arg-type]
    assert record is not None
    assert left == []
    assert isinstance(record.error, Nonconformance) == tries[1]


@pytest.mark.parametrize(("got", "runs"), [("nothing within 1 s", 2), ("b", 1)])
def test_silence_of_a_target_that_is_slow_is_heard_once_more(
    loop: Loop, monkeypatch: pytest.MonkeyPatch, got: str, runs: int
) -> None:
    monkeypatch.setattr("conformance.case.Case.parting", TOLERANCE + 1)
    played = []

    def function(peer: Any) -> None:
        played.append(peer)
        raise Nonconformance("a", got)

    item = Item(function)
    record = ahead_of(loop, item).join(item)  # type: ignore[arg-type]
    assert record is not None
    assert len(played) == runs
    assert isinstance(record.error, Nonconformance)


def test_what_did_not_begin_under_a_late_tester_is_run_again(loop: Loop) -> None:
    late = [TOLERANCE + 1, 0.0]

    def function(peer: Any) -> None:
        peer.late = late.pop(0)
        if peer.late:
            raise Inconclusive("the walk failed")

    item = Item(function)
    record = ahead_of(loop, item).join(item)  # type: ignore[arg-type]
    assert record is not None
    assert (late, record.error) == ([], None)


@pytest.mark.parametrize("stalls", [1, 2])
def test_what_did_not_begin_is_run_again_once(loop: Loop, stalls: int) -> None:
    left = [True] * stalls

    def function(peer: Any) -> None:
        if left:
            left.pop()
            raise WalkFailed("the walk to ESTABLISHED failed")

    item = Item(function)
    record = ahead_of(loop, item).join(item)  # type: ignore[arg-type]
    assert record is not None
    assert left == []
    assert isinstance(record.error, WalkFailed) == (stalls == 2)


def test_a_case_that_was_not_prompt_is_run_again(loop: Loop) -> None:
    gaps = [0.05] * (TRIES - 1) + [0.04]

    def function(peer: Any) -> None:
        raise LateTester(f"segments that belong together went out within {gaps.pop(0)} s")

    item = Item(function)
    record = ahead_of(loop, item).join(item)  # type: ignore[arg-type]
    assert record is not None
    assert gaps == []
    assert str(record.error) == "segments that belong together went out within 0.04 s"


def test_what_is_run_again_waits_until_little_else_is_in_flight(loop: Loop) -> None:
    wire, log = FakeWire(), list[str]()
    late = [TOLERANCE + 1, 0.0]

    def function(peer: Any) -> None:
        log.append("late")
        failing(wire, late)(peer)

    first = Item(function)
    others = [Item(waiting(loop, 0.02, log, str(number))) for number in range(30)]
    ahead = ahead_of(loop, first, *others, limit=20, wire=wire)
    ahead.join(first)  # type: ignore[arg-type]
    assert log.count("late") == 2
    assert len(flying([line for line in log[: len(log) - log[::-1].index("late")]])[-1] - {"late"}) <= CALM


def test_what_waits_for_long_is_run_again_before_the_others(loop: Loop) -> None:
    wire, log = FakeWire(), list[str]()
    late = [TOLERANCE + 1, 0.0]

    def function(peer: Any) -> None:
        log.append("late")
        failing(wire, late)(peer)

    first = Item(function, {"slow": (60,)})
    others = [Item(waiting(loop, 0.02, log, str(number))) for number in range(30)]
    ahead = ahead_of(loop, first, *others, limit=10, wire=wire)
    ahead.join(first)  # type: ignore[arg-type]
    assert log.count("late") == 2
    assert len([line for line in log if not line.endswith(" done")]) < 2 + len(others)


def test_what_is_in_flight_goes_on_between_two_reports(loop: Loop) -> None:
    log: list[str] = []
    items = [Item(waiting(loop, 0.0, log, str(number))) for number in range(3)]
    long = Item(waiting(loop, 0.03, log, "long"))
    ahead = ahead_of(loop, *items, long)
    ahead.join(items[0])  # type: ignore[arg-type]
    until = time.monotonic() + 0.05
    while time.monotonic() < until:
        pass  # pytest reports, and takes its time
    ahead.join(items[1])  # type: ignore[arg-type]
    assert "long done" in log


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
        loop.block(bool, time.monotonic() + 0.01)
        raise Nonconformance("<CTL=ACK>", "nothing within 1 s")

    def dead(family: str) -> None:
        raise Inconclusive("stub does not answer any more")

    other = Item(waiting(loop, 0.005, [], "other"))
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
