"""As many processes as there are cores, each of them a copy of this one with all cases in it."""

from __future__ import annotations

import multiprocessing
import os
import time
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from itertools import chain, product

import pytest

from proof.outcome import Outcome
from proof.play import name_of, played

Task = tuple[str | None, tuple[int, ...], bool]
"""A fault, or none, the numbers of the runs to play against it, and whether each has to be."""

AT_ONCE = 150
"""Runs in a task: some 0.3 s, so that all processes end at about the same time."""

MOST_STUCK = 3
"""After so many runs that came to no end, the others of a task are left out."""


@dataclass(frozen=True, slots=True)
class Search:
    """Look for a fault that a case tells apart: the first of `faults` on which one of `runs` shows what it is about.

    The first run is tried on every fault before the others are, which mostly differ from it in little.

    `taken_up`: on which it conforms, as it is about a MAY that the reference does not take up. The search ends at
    `deadline`, in seconds of the monotonic clock.
    """

    case: str
    runs: tuple[int, ...]
    faults: tuple[str, ...]
    taken_up: bool
    deadline: float


class Pool:
    """Plays runs, named by their numbers in `items`."""

    def __init__(self, items: Sequence[pytest.Function]) -> None:
        _ITEMS[:] = items  # before the processes are forked off, which then have them as well
        context = multiprocessing.get_context("fork")
        self._executor = ProcessPoolExecutor(len(os.sched_getaffinity(0)), mp_context=context)

    def play(
        self, tasks: Iterable[tuple[str | None, Sequence[int]]], *, each: bool = True
    ) -> Iterator[tuple[str | None, list[Outcome]]]:
        """Yield what became of the tasks, in their order, in pieces.

        Unless `each` run is wanted, a case that has shown what it is about is not played with more parameters.
        """
        pieces = [
            (fault, tuple(runs[at : at + AT_ONCE]), each)
            for fault, runs in tasks
            for at in range(0, len(runs), AT_ONCE)
        ]
        return self._executor.map(_play, pieces)

    def search(self, searches: Iterable[Search]) -> Iterator[tuple[str, Outcome] | None]:
        """Yield for each search the fault and what became of it; None when there was none, or no time."""
        return self._executor.map(_search, searches)

    def close(self) -> None:
        """Let the processes end."""
        self._executor.shutdown(cancel_futures=True)


_ITEMS: list[pytest.Function] = []


def _play(task: Task) -> tuple[str | None, list[Outcome]]:
    fault, runs, each = task
    shown: set[str] = set()
    outcomes: list[Outcome] = []
    for item in (_ITEMS[run] for run in runs):
        if name_of(item) not in shown and sum(one.stuck for one in outcomes) < MOST_STUCK:
            outcome = played(item, fault)
            outcomes.append(outcome)
            if outcome.shows and not each:
                shown.add(outcome.case)
    return fault, outcomes


def _search(search: Search) -> tuple[str, Outcome] | None:
    first, *others = search.runs
    for fault, run in chain(product(search.faults, [first]), product(search.faults, others)):
        if time.monotonic() > search.deadline:
            return None
        outcome = played(_ITEMS[run], fault)
        if outcome.proves(search.taken_up):
            return fault, outcome
    return None
