"""Our categories under pytest's own names, for as long as pytest writes its own sections of the summary.

So the texts of what violates stand under FAILURES, and `-ra`, `-rf`, `--tb=line` and the like do what they always do.
"""

from __future__ import annotations

from typing import Any

import pytest

Stats = dict[str, list[Any]]

_NAMES = {
    "violates": "failed",
    "no longer deviates": "failed",
    "deviates": "xfailed",
    "known": "xfailed",
    "not offered": "xfailed",
    "not applicable": "skipped",
    "conforms": "passed",
}


_OURS = (
    "violates",
    "no longer deviates",
    "inconclusive",
    "known",
    "deviates",
    "not offered",
    "not applicable",
    "conforms",
)
"""In the order in which the last line of the run counts them."""

_TOUCHED = (*_OURS, "failed", "error", "xfailed", "skipped", "passed")


class Thrift:
    """Takes from pytest's reporter, as they come, the reports that it never shows: of phases that went well, and in a
    worker of pytest-xdist all of them. There are thousands, and they would be kept to the end of the run."""

    def __init__(self, reporter: pytest.TerminalReporter, *, worker: bool) -> None:
        self._stats = reporter.stats
        self._shown_elsewhere = worker

    @pytest.hookimpl(trylast=True)
    def pytest_runtest_logreport(self) -> None:
        """Let go of what was reported."""
        if self._shown_elsewhere:
            self._stats.clear()
        else:
            self._stats.pop("", None)


def fold(reporter: pytest.TerminalReporter) -> Stats:
    """Put our reports under pytest's names; return what `unfold` needs to put them back.

    Of all the cases that are inconclusive for the same reason only the first one is shown, or a target that died
    would fill the screen.
    """
    stats = reporter.stats
    kept: Stats = {name: list(stats[name]) for name in _TOUCHED if name in stats}
    for ours, pytests in _NAMES.items():
        for report in stats.pop(ours, []):
            stats.setdefault("failed" if report.failed else pytests, []).append(report)
    firsts: dict[str, Any] = {}
    for report in stats.pop("inconclusive", []):
        firsts.setdefault(report.conformance["verdict"]["reason"], report)
    if firsts:
        stats.setdefault("error", []).extend(firsts.values())
    return kept


def unfold(reporter: pytest.TerminalReporter, kept: Stats) -> None:
    """Put our reports back under our names, for the line that counts them."""
    for name in _TOUCHED:
        reporter.stats.pop(name, None)
    reporter.stats.update(kept)  # in the order of _TOUCHED, which pytest follows
