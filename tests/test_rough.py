"""Behind a path that spoils one segment in thirty: nothing violates that conforms, and what violates is found.

On the reference endpoint, so that time costs nothing; `tests/benchmarks/alarms.py` does the same on the lab.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import elsewhere
import pytest
from proof.play import name_of
from reference import target
from twobeds import runs

from conformance.again import Try, play, told
from conformance.bench import Bench
from conformance.path import RoughPath
from conformance.play import Record
from conformance.target.profile import Profile
from conformance.target.subject import Subject

ROUGH = "loss=1%,duplicate=1%,reorder=1%,jitter=20ms"
SEEDS = [1, 2, 3]
EACH = 29
"""Of all runs of the cases, every one that has such a number is played: some hundred."""

CAUGHT = {
    "reset-acknowledges-one-too-few": "test_every_syn_to_a_closed_port_is_reset[ipv4]",
    "fin-is-not-acknowledged": "test_fin_is_acknowledged[ipv6-ESTABLISHED]",
    "syn-ack-announces-no-mss": "test_syn_ack_announces_mss[ipv4-SYN-RECEIVED]",
    "reset-anywhere-is-obeyed": "test_reset_above_the_window_is_ignored[ipv6-CLOSE-WAIT-RST,ACK]",
    "unknown-option-drops-the-segment": "test_unknown_option_in_syn_is_skipped[ipv4-LISTEN-kind 28]",
    "challenge-has-a-wrong-number": "test_syn_in_the_window_is_challenged[ipv6-ESTABLISHED-SYN-middle]",
    "time-wait-does-not-acknowledge-the-fin-again": (
        "test_our_fin_is_acknowledged_again_after_closing[ipv4-CLOSING-active]"
    ),
    "syn-ack-is-not-sent-again": "test_unanswered_syn_ack_is_sent_again_with_its_numbers[ipv4-SYN-RECEIVED]",
}
"""Faults, and a run that catches each."""


@cache
def behind(seed: int) -> Subject:
    return target.subject("model", Profile(), None, RoughPath.read(f"{ROUGH},seed={seed}"))


def played(item: pytest.Function, seed: int, fault: str | None = None) -> Try:
    """Play a run behind the path, as often as it takes, and judge what became of it."""
    measured = behind(seed)
    assert measured.path.spoils
    subject = replace(measured, facts={**measured.facts, "fault": fault})
    bench = Bench(subject, target.wire_for(subject), target.OURS)
    record = Record(item, lambda: bench)
    play(record)
    return told(record, name_of(item))


Told = list[str]
"""A `Try`: its kind, and what it says."""


def conforming(seed: int) -> dict[str, Told]:
    """Play some of the cases on the model as it is, in a process that has imported no tests of the same names."""
    items = runs("-m", "not slow")
    some = [items[name] for name in sorted(items)][seed::EACH]
    ends = {item.nodeid: played(item, seed) for item in some}
    return {name: [end.kind, end.words] for name, end in ends.items()}


def faulty() -> dict[str, list[Told]]:
    """Play each fault, with ten seeds."""
    items = runs("-m", "not slow")
    ends = {fault: [played(items[run], seed, fault) for seed in range(10)] for fault, run in CAUGHT.items()}
    return {fault: [[end.kind, end.words] for end in some] for fault, some in ends.items()}


@pytest.mark.parametrize("seed", SEEDS)
def test_nothing_violates_that_conforms(seed: int) -> None:
    ends: dict[str, Told] = elsewhere.call(conforming, seed)
    wrong = {name: words for name, (kind, words) in ends.items() if kind == "wrong" and "not offered" not in words}
    assert wrong == {}
    assert sum(kind == "spoiled" for kind, _ in ends.values()) <= 0.05 * len(ends)


def test_what_violates_is_found() -> None:
    """Now and then the path hides it: a FIN that comes twice is acknowledged even where the first one is not."""
    found: dict[str, list[Told]] = elsewhere.call(faulty)
    missed = {fault: ends for fault, ends in found.items() if sum(kind == "wrong" for kind, _ in ends) < 8}
    assert missed == {}
