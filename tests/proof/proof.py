"""One proof: what is played in which order, and what is printed of it."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable, Mapping, Sequence
from itertools import chain

from reference.faults import Fault

from proof.exceptions import Exceptions
from proof.matrix import Matrix, Run, citing, watching, wrong_before
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
        everything = [run.number for run in self._runs]
        for fault, outcomes in self._pool.play(
            (one, everything if self._whole else self._thoroughly(one)) for one in self.matrix.breaks
        ):
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
        """Play one family; all, and whoever watches, where that has not been enough."""
        matrix, breaks, runs = self.matrix, self.matrix.breaks, self._runs
        if self._whole:
            self._take((fault, [run.number for run in runs]) for fault in breaks)
            return
        first = [run for run in runs if run.family == runs[0].family]
        self._take((fault, citing(breaks[fault], first)) for fault in breaks)
        self._take([(fault, self._thoroughly(fault)) for fault in matrix.unfound()])
        unproven = set(matrix.unproven())
        others = [run for run in runs if run.case in unproven and run.family != runs[0].family]
        self._take((fault, citing(breaks[fault], others)) for fault in breaks)

    def _thoroughly(self, fault: str) -> list[int]:
        breaks = self.matrix.breaks[fault]
        return sorted({*citing(breaks, self._runs), *watching(breaks, self._runs)})

    def _take(self, tasks: Iterable[tuple[str, list[int]]]) -> None:
        for fault, outcomes in self._pool.play(tasks, each=False):
            self.matrix.take(fault, outcomes)
            self._progress(fault or "")

    def _search(self, budget: float) -> None:
        """Try other faults on the cases that caught none of those that break what they cite."""
        deadline = time.monotonic() + budget  # from here on: how far a busy machine came before is not to decide
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
