"""Our texts in the shapes that pytest, its JUnit file and pytest-xdist know."""

from __future__ import annotations

from functools import cache
from linecache import getlines
from pathlib import Path

import pytest
from _pytest._code import Source
from _pytest._code.code import ReprEntryNative, ReprExceptionInfo, ReprFileLocation, ReprTraceback

from conformance.report.settle import Settled
from conformance.report.verdict import Shown


def failure(text: str, message: str, item: pytest.Item, line: int | None = None) -> ReprExceptionInfo:
    """Return a text as what pytest shows of a failure; `message` is its one line for JUnit and `-rf`.

    A plain string would do for the terminal; this also survives the way home from a pytest-xdist worker, keeps
    `--tb=line` and gives JUnit a message apart from the text.
    """
    path, first, _ = item.reportinfo()
    return ReprExceptionInfo(
        reprtraceback=ReprTraceback([ReprEntryNative([f"{text}\n"])], extraline=None, style="native"),
        reprcrash=ReprFileLocation(str(path), line or (first or 0) + 1, message),
    )


def skip(reason: str, item: pytest.Item) -> tuple[str, int, str]:
    """Return a reason as what pytest keeps of a skip: file, line, reason."""
    path, first, _ = item.reportinfo()
    return str(path), (first or 0) + 1, reason


def dress(report: pytest.TestReport, settled: Settled, look: Shown, item: pytest.Item, line: int | None) -> None:
    """Give a report the outcome and the text of a verdict.

    What is inconclusive is said to have failed in its set-up, whenever it did: that is an error and no failure for
    everything that reads reports (the terminal, JUnit, Allure, CI).
    """
    report.outcome = look.outcome
    report.longrepr = None
    if look.expected:
        report.wasxfail = f"known: {settled.verdict.known}" if settled.verdict.known else settled.message
    if settled.verdict.verdict == "not applicable":
        report.longrepr = skip(settled.verdict.reason, item)
    elif settled.text:
        report.longrepr = failure(settled.text, settled.message, item, line)
    if settled.verdict.verdict == "inconclusive":
        report.when = "setup"


def where(error: pytest.ExceptionInfo[BaseException] | None, item: pytest.Item) -> tuple[str, int | None]:
    """Return the last line of the case's own file that led to an error, as `file:line  source`, and its number."""
    entries = [entry for entry in error.traceback if Path(entry.path) == item.path] if error else []
    if not entries:
        return "", None
    line = entries[-1].lineno + 1
    return f"{item.nodeid.partition('::')[0]}:{line}  {_statement(item.path, line)}", line


@cache
def _statement(path: Path, line: int) -> str:
    """Return the statement that a line belongs to, in one line. Many cases may fail there; the file is parsed once."""
    return " ".join(str(Source("".join(getlines(str(path)))).getstatement(line - 1)).split())
