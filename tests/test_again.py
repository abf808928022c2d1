"""Tests of `conformance.again`: what is believed on a path that spoils."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from fakewire import FakeWire
from items import Item, bench_on

from conformance.again import FEW, PATIENCE, TRIES, WALKS, Try, _is_clear, play, weigh
from conformance.errors import Inconclusive, Nonconformance, NotApplicable, UsageProblem
from conformance.invariants import InvariantBroken
from conformance.play import Record
from conformance.report.keys import PROFILES_KEY
from conformance.target.profile import Known, Profile
from conformance.target.quality import PERFECT, Quality

ROUGH = Quality(probes=200, lost=4, doubled=4, reordered=2)
NAME = "test_all_is_well"
WRONG = Nonconformance("<CTL=ACK>", "<CTL=RST>", ("CTL is RST, expected ACK",))
WAYS = [Nonconformance("x", "y", (f"field{number} is wrong",)) for number in range(4)]


def record_of(function: Callable[..., None], path: Quality = ROUGH, profile: Profile | None = None) -> Record:
    """A case that is `function`, under a SHOULD-like requirement of the catalogue."""
    item: Any = Item(function)
    item.nodeid = f"cases/rfc9293/test_made_up.py::{NAME}[ipv4]"
    item.path = Path(__file__)
    item.config = SimpleNamespace(stash=dict_stash(profile or Profile()))
    item.stash = pytest.Stash()
    item.callspec.id = "ipv4"
    item.iter_markers = lambda name: [SimpleNamespace(kwargs={"id": "RFC9293:MUST-13"})]
    bench: Any = bench_on(FakeWire())()
    bench.subject = replace(bench.subject, path=path)
    return Record(item, lambda: bench)


def dict_stash(profile: Profile) -> pytest.Stash:
    stash = pytest.Stash()
    stash[PROFILES_KEY] = {"stub": profile}
    return stash


def played(*ends: BaseException | None, path: Quality = ROUGH, profile: Profile | None = None) -> tuple[Record, int]:
    """Play a case that ends like this, one after the other, and then always as the last; tell how often it ran."""
    count = 0

    def function(case: Any) -> None:
        nonlocal count
        end = ends[min(count, len(ends) - 1)]
        count += 1
        if end is not None:
            raise end

    record = record_of(function, path, profile)
    play(record)
    return record, count


def test_on_a_path_that_does_not_spoil_a_case_is_played_once() -> None:
    record, count = played(WRONG, None, path=PERFECT)
    assert (record.error, count) == (WRONG, 1)


def test_a_target_whose_link_is_gone_costs_its_own_cases_alone() -> None:
    def gone() -> Any:
        raise UsageProblem("interface tester0: No such device")

    record = replace(record_of(lambda case: None), bench=gone)
    play(record)
    assert str(record.error) == "interface tester0: No such device"
    assert record.done


def test_what_goes_well_at_once_is_not_played_again() -> None:
    record, count = played(None, WRONG)
    assert (record.error, count) == (None, 1)
    assert record.case is not None
    assert record.case.facts == {}


def test_what_is_not_applicable_is_not_played_again() -> None:
    record, count = played(NotApplicable("needs an agent"), WRONG)
    assert isinstance(record.error, NotApplicable)
    assert count == 1


def test_what_fails_once_and_then_goes_well_conforms_and_says_so() -> None:
    record, count = played(WRONG, None)
    assert record.error is None
    assert count == 3
    assert record.case is not None
    assert record.case.facts["tries"] == 3
    assert "run again, as the path spoils: try 1: violates (expected <CTL=ACK>; got <CTL=RST>" in str(
        record.case.transcript.entries[0].text
    )


def test_what_fails_each_time_in_the_same_way_is_believed() -> None:
    record, count = played(WRONG)
    assert record.error is WRONG
    assert 4 <= count <= 6


def test_what_fails_each_time_in_other_ways_is_not() -> None:
    record, count = played(*WAYS * TRIES)
    assert isinstance(record.error, Inconclusive)
    assert str(record.error).startswith("the path spoils: 16 tries leave it open (16 violates); try 1: violates")
    assert count == TRIES


def test_what_fails_and_goes_well_by_turns_is_left_open_or_conforms() -> None:
    record, _ = played(*[WRONG, None] * TRIES)
    assert record.error is None or isinstance(record.error, Inconclusive)


def test_a_walk_that_does_not_succeed_is_tried_again() -> None:
    record, count = played(Inconclusive("the walk failed"), Inconclusive("the walk failed"), None)
    assert (record.error, count) == (None, 3)


def test_a_walk_that_never_succeeds_stays_inconclusive() -> None:
    record, count = played(Inconclusive("the walk failed"))
    assert isinstance(record.error, Inconclusive)
    assert count == WALKS


def test_a_deviation_that_is_known_is_expected() -> None:
    profile = Profile(deviations=(Known(reason="so it is", case=NAME),))
    record, count = played(WRONG, profile=profile)
    assert (record.error, count) == (WRONG, 1)


def test_a_deviation_that_seems_to_be_gone_has_to_be_gone_each_time() -> None:
    profile = Profile(deviations=(Known(reason="so it is", case=NAME),))
    record, count = played(None, WRONG, profile=profile)
    assert (record.error, count) == (WRONG, 3)
    record, count = played(None, profile=profile)
    assert (record.error, count) == (None, 5)


def broken(case: Any) -> None:
    peer = case.peer(80)
    peer.watch.violations.append(InvariantBroken("RFC9293:MUST-2", "checksum", "a segment"))


def test_a_broken_invariant_is_believed_when_it_breaks_each_time() -> None:
    record = record_of(broken)
    play(record)
    assert record.case is not None
    assert len(record.case.violations) == 1
    assert record.case.facts["tries"] >= 4


def test_a_broken_invariant_that_is_left_open_is_no_verdict() -> None:
    tries = 0

    def function(case: Any) -> None:
        nonlocal tries
        tries += 1
        if tries == TRIES:
            broken(case)
        else:
            raise WAYS[tries % len(WAYS)]

    record = record_of(function)
    play(record)
    assert isinstance(record.error, Inconclusive)
    assert record.case is not None
    assert record.case.violations == []


@pytest.mark.parametrize("segments", [2, 4, 8, 16])
def test_false_alarms_and_misses_are_as_rare_as_promised(segments: int) -> None:
    """Dice in place of a path: a conforming target fails as often as the path has it, always in the same way."""
    dice = random.Random(segments)
    rate = ROUGH.rate
    spoilt = 1 - (1 - rate) ** segments

    def outcome(share: float) -> str:
        tries: list[Try] = []
        while len(tries) < TRIES and not (tries and _is_clear(tries, rate)):
            wrong = dice.random() < share
            tries.append(Try("wrong" if wrong else "expected", ("x",) if wrong else (), segments=segments))
        return tries[-1].kind if _is_clear(tries, rate) else "open"

    conforming = [outcome(spoilt) for _ in range(4000)]
    assert conforming.count("wrong") <= 1
    assert conforming.count("open") < 100
    deviating = [outcome(1 - rate) for _ in range(1000)]
    assert deviating.count("expected") < 60


def test_nothing_is_believed_of_a_case_that_the_path_spoils_anyway() -> None:
    assert weigh([Try("wrong", ("x",), segments=1000)] * TRIES, ROUGH.rate) < 1


def test_what_takes_long_is_not_played_for_ever() -> None:
    count = 0

    def function(case: Any) -> None:
        nonlocal count
        count += 1
        case.bench.wire.time += PATIENCE
        raise WRONG

    record = record_of(function)
    play(record)
    assert isinstance(record.error, Inconclusive)
    assert count == FEW
