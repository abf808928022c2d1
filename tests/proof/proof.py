"""One proof: what is played in which order, and what is printed of it."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable, Mapping, Sequence
from itertools import chain

from reference.faults import Fault

from proof.exceptions import Exceptions
from proof.matrix import Matrix, Run, to_play, wrong_before
from proof.outcome import Outcome
from proof.pool import Pool, Search
from proof.table import cases_table, faults_table, outcome_line


class Proof:
    """The matrix of some faults and all cases, and how it comes about. `whole`: every case against every fault."""

    def __init__(self, pool: Pool, runs: Sequence[Run], faults: Mapping[str, Fault], *, whole: bool) -> None:
        self.matrix = Matrix({name: fault.breaks for name, fault in faults.items()}, runs)
        self._pool = pool
        self._runs = runs
        self._whole = whole
        self._started = time.monotonic()

    def of_faults(self) -> int:
        """Play the cases against the faults, and print what they say. 1 when a fault is not found."""
        for fault, outcomes in self._pool.play(self._chosen(self._runs)):
            for outcome in outcomes:
                if outcome.word != "conforms":
                    print(outcome_line(outcome))
            self.matrix.take(fault, outcomes)
        _print(faults_table(self.matrix, sorted(self.matrix.breaks)))
        return int(bool(self.matrix.unfound()))

    def of_everything(self, listed: Exceptions, budget: float) -> int:
        """Play and print everything. 1 when there is something wrong."""
        wrong = self._without_faults()
        self._with_faults()
        self._search(budget)
        _print(["faults, each with the cases that find it", *faults_table(self.matrix, sorted(self.matrix.breaks))])
        _print(["cases, each with the faults it is known to catch", *cases_table(self.matrix)])
        return self._sum_up(listed, wrong)

    def _without_faults(self) -> list[Outcome]:
        for _, outcomes in self._pool.play([(None, [run.number for run in self._runs])]):
            self.matrix.take(None, outcomes)
        wrong = wrong_before(chain.from_iterable(self.matrix.before.values()))
        _print(["without a fault", *map(outcome_line, wrong)] if wrong else [])
        return wrong

    def _with_faults(self) -> None:
        """Play one family; the others where that has not been enough."""
        matrix, first = self.matrix, self._runs[0].family
        self._take(self._chosen(run for run in self._runs if run.family == first))
        unfound, unproven = set(matrix.unfound()), set(matrix.unproven())
        cases = [run.case for run in self._runs]
        others = self._chosen(run for run in self._runs if run.family != first)
        self._take((one, [run for run in runs if one in unfound or cases[run] in unproven]) for one, runs in others)

    def _chosen(self, runs: Iterable[Run]) -> list[tuple[str, list[int]]]:
        among = list(runs)
        return [
            (fault, [run.number for run in among] if self._whole else to_play(breaks, among))
            for fault, breaks in self.matrix.breaks.items()
        ]

    def _take(self, tasks: Iterable[tuple[str, list[int]]]) -> None:
        for fault, outcomes in self._pool.play(tasks, each=False):
            self.matrix.take(fault, outcomes)
            self._progress(fault or "")

    def _search(self, budget: float) -> None:
        """Try other faults on the cases that caught none of those that break what they cite."""
        deadline = self._started + budget
        searches = [self._search_for(case, deadline) for case in self.matrix.unproven()]
        for search, found in zip(searches, self._pool.search(searches), strict=True):
            if found is not None:
                self.matrix.catches_elsewhere(search.case, found[0])

    def _search_for(self, case: str, deadline: float) -> Search:
        runs = tuple(run.number for run in self._runs if run.case == case)
        taken_up = self.matrix.not_taken_up(case)
        return Search(case, runs, tuple(self.matrix.nearest(case)), taken_up, deadline)

    def _sum_up(self, listed: Exceptions, wrong: Sequence[Outcome]) -> int:
        matrix = self.matrix
        unfound, unproven = matrix.unfound(), matrix.unproven()
        stale = list(listed.stale(unfound, unproven))
        open_faults = [name for name in unfound if name not in listed.faults]
        open_cases = [name for name in unproven if name not in listed.cases]
        _print(f"proven by a fault of something else: {name} ({fault})" for name, fault in matrix.elsewhere.items())
        _print(f"not found: {name} (breaks {', '.join(matrix.breaks[name])})" for name in open_faults)
        _print(f"not proven: {name}" for name in open_cases)
        _print(f"exceptions.toml: {line}" for line in stale)
        _print(f"wrong without a fault: {one.case}[{one.run}]" for one in wrong)
        print(
            f"faults found {len(matrix.breaks) - len(unfound)} of {len(matrix.breaks)},"
            f" cases proven {len(matrix.cases) - len(unproven)} of {len(matrix.cases)},"
            f" exceptions {len(listed)}, {time.monotonic() - self._started:.0f} s"
        )
        return int(bool(open_faults or open_cases or stale or wrong))

    def _progress(self, fault: str) -> None:
        if sys.stderr.isatty():
            print(f"\r{time.monotonic() - self._started:5.0f} s  {fault:<70}", end="", file=sys.stderr)


def _print(lines: Iterable[str]) -> None:
    told = list(lines)
    if told:
        print("\n".join(told), end="\n\n")
