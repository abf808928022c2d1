"""Where verdicts come home to: the process that the user started, with or without pytest-xdist workers."""

from __future__ import annotations

import shutil
from collections.abc import Generator, Mapping
from pathlib import Path
from typing import Any

import pytest

from conformance.report import allure_files, allure_result
from conformance.report.document import Results, pack, plain, write
from conformance.report.evidence import keep, near, target_folder
from conformance.report.keys import FACTS_KEY, PROFILES_KEY
from conformance.report.lost import lost
from conformance.report.settle import Settled
from conformance.report.summary import summary
from conformance.report.terminal import fold, unfold
from conformance.report.verdict import Shown, shown


def attach(report: pytest.TestReport, settled: Settled, look: Shown, facts: Mapping[str, object]) -> None:
    """Put a verdict on a report, as plain values that survive the way home from a pytest-xdist worker."""
    report.__dict__["conformance"] = {
        "verdict": pack(settled.verdict),
        "facts": plain(facts),
        "category": look.category,
        "letter": look.letter,
    }


class Home:
    """The hooks that only this process has. `reports` is the folder of all reports."""

    def __init__(self, config: pytest.Config, reports: Path) -> None:
        self._config = config
        self._reports = reports
        self._results = Results()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Take in a verdict, and the evidence where it comes from afar."""
        sent = report.__dict__.pop("evidence", None)
        if sent is not None:
            keep(Path(sent["folder"]), sent["files"])
        found = getattr(report, "conformance", None)
        if found is not None:
            self._results.add(report.nodeid, found["verdict"], found["facts"])

    @pytest.hookimpl(optionalhook=True)
    def pytest_handlecrashitem(self, crashitem: str, report: pytest.TestReport) -> None:
        """Give a case whose pytest-xdist worker died a verdict, and the Allure result that it could not write."""
        profiles = self._config.stash.get(PROFILES_KEY, {})
        settled = lost(crashitem, str(report.longrepr), self._config.rootpath, next(iter(profiles), "target"))
        if settled is not None:
            attach(report, settled, shown("inconclusive", known=False, strict=False), {})
            report.longrepr, report.when = settled.text, "setup"
            if self._allure is not None:
                allure_result.write_lost(crashitem, settled)

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        """Take in the Allure results that a worker wrote somewhere else."""
        if self._allure is not None:
            keep(self._allure, (getattr(node, "workeroutput", None) or {}).get("allure", {}))

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self) -> None:
        """Write what was judged, also when the run was interrupted."""
        if self._results.verdicts:
            facts = self._config.stash.get(FACTS_KEY, {})
            write(self._reports, self._results, facts)
            if self._allure is not None:
                allure_files.write(self._allure, facts, self._results.targets())

    @pytest.hookimpl(wrapper=True, tryfirst=True)
    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> Generator[None]:
        """Let pytest write its own sections over our reports, then close with the verdicts."""
        kept = fold(terminalreporter)
        try:
            yield
        finally:
            unfold(terminalreporter, kept)
        if terminalreporter.verbosity >= -1 and not terminalreporter.no_summary:
            self._close(terminalreporter)

    def _close(self, reporter: pytest.TerminalReporter) -> None:
        width = min(max(shutil.get_terminal_size((110, 24)).columns, 80), 110)
        known = self._config.stash.get(FACTS_KEY, {})
        for target in self._results.targets():
            place = near(self._reports / target_folder(target))
            notes = [str(note) for note in plain(known.get(target, {})).get("notes", ())]
            for line in summary(target, self._results.of(target), f"{place}/", width, notes):
                markup = {line.colour: True} if line.colour else {}
                if line.title:
                    reporter.write_sep("=", line.text, bold=True)
                else:
                    reporter.write_line(line.text, **markup)

    @property
    def _allure(self) -> Path | None:
        folder = self._config.getoption("allure_report_dir", None)
        return Path(folder) if folder else None
