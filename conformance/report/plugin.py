"""The hooks that make pytest speak in verdicts. Tests outside `cases/` are left as they are.

Judging happens where a case runs; the verdict comes home with pytest's report, from pytest-xdist workers too. The
document, the summary and Allure's own files are written by the controller.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any

import pytest

from conformance.errors import Inconclusive, NotApplicable
from conformance.report import colours
from conformance.report.away import AWAY, place_of
from conformance.report.folders import default
from conformance.report.home import Home, attach
from conformance.report.keys import CASE_KEY
from conformance.report.longrepr import dress, where
from conformance.report.settle import End, Settled, settle
from conformance.report.subject import case_name, describe, requirements
from conformance.report.teardown import finish
from conformance.report.terminal import Thrift
from conformance.report.verdict import shown

REPORTS = pytest.StashKey[Path]()
SETTLED = pytest.StashKey[tuple[Settled, Path]]()
SPENT = pytest.StashKey[float]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options of the report. `--strict` is pytest's own; it fails the run for a SHOULD, too."""
    group = parser.getgroup("verdicts", "verdicts (--strict: a SHOULD that is not kept fails the run, like a MUST)")
    group.addoption("--reports", metavar="DIR", help="where verdicts.json and the evidence go (default: reports/out)")


@pytest.hookimpl(trylast=True)
def pytest_configure(config: pytest.Config) -> None:
    """Prepare the place for the results."""
    places = getattr(config, "workerinput", {}).get("places")
    given = places["reports"]["path"] if places else config.getoption("reports")
    config.stash[REPORTS] = config.invocation_params.dir / given if given else default(config)
    if not hasattr(config, "workerinput"):
        config.pluginmanager.register(Home(config, config.stash[REPORTS]), "conformance_home")
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    if reporter is not None:
        colours.install(reporter, _strict(config))
        config.pluginmanager.register(Thrift(reporter, worker=hasattr(config, "workerinput")), "conformance_thrift")


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Tell a pytest-xdist worker where the results go."""
    folders = {"reports": node.config.stash[REPORTS]}
    if node.config.getoption("allure_report_dir", None):
        folders["allure"] = Path(node.config.option.allure_report_dir)
    node.workerinput["places"] = {name: place_of(folder) for name, folder in folders.items()}


@pytest.hookimpl(wrapper=True)
def pytest_pycollect_makeitem() -> Generator[None, Any, Any]:
    """Refuse a case that names no requirement: nobody could say what its verdict means.

    It is an error of the collection and no UsageError, which pytest-xdist would bury under one of its own.
    """
    made = yield
    for item in made if isinstance(made, list) else []:
        if isinstance(item, pytest.Item) and case_name(item) and not requirements(item):
            name = item.nodeid.partition("[")[0]
            raise pytest.Collector.CollectError(f"{name}: a case names the requirement it shows: @requirement(...)")
    return made


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Turn what pytest saw of a case into its verdict."""
    name = case_name(item)
    with _shown_briefly(item, call) if name else nullcontext():
        report = yield
    if name is None:
        return report
    _tell_time(item, call, report)
    if call.when == "teardown":
        if SETTLED in item.stash:
            settled, folder = item.stash[SETTLED]
            del item.stash[SETTLED]
            finish(item, report, settled, folder, away=item.config.stash.get(AWAY, False))
    elif call.when == "call" or not report.passed:
        _judge(item, call, report, name)
    return report


@contextmanager
def _shown_briefly(item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
    """Keep pytest from reading sources for an error that tells all in its own words: a thousand cases may raise it."""
    option, style = item.config.option, item.config.option.tbstyle
    if call.excinfo is not None and isinstance(call.excinfo.value, AssertionError | Inconclusive | NotApplicable):
        option.tbstyle = "value"
    try:
        yield
    finally:
        option.tbstyle = style


def _tell_time(item: pytest.Item, call: pytest.CallInfo[None], report: pytest.TestReport) -> None:
    """Count what a case took. One that ran ahead of its turn has its own times; pytest only measured the joining."""
    record = item.stash.get(CASE_KEY, None)
    if record is None or record.span is None:
        item.stash[SPENT] = item.stash.get(SPENT, 0.0) + call.duration
        return
    start, stop = record.span
    item.stash[SPENT] = report.duration = stop - start
    report.start, report.stop = start, stop
    if call.when == "teardown" or (call.when == "setup" and report.passed):
        report.duration = 0.0  # the sum over the phases is what tools show


def _judge(item: pytest.Item, call: pytest.CallInfo[None], report: pytest.TestReport, name: str) -> None:
    reports = item.config.stash[REPORTS]
    source, line = where(call.excinfo, item)
    end = End(
        phase="call" if call.when == "call" else "setup",
        error=call.excinfo,
        text=report.longreprtext,
        where=source,
        seconds=item.stash[SPENT],
        reports=reports,
    )
    subject = describe(item, name)
    settled = settle(item, subject, end)
    look = shown(settled.verdict.verdict, known=settled.known is not None, strict=_strict(item.config))
    dress(report, settled, look, item, line)
    record = item.stash.get(CASE_KEY, None)
    attach(report, settled, look, dict(record.facts) if record else {})
    item.stash[SETTLED] = settled, reports / subject.folder
    verdict = settled.verdict
    item.user_properties += [("requirement", name) for name in verdict.requirements]
    item.user_properties += [("level", verdict.level), ("verdict", verdict.verdict), ("target", verdict.target)]
    item.user_properties += [("known", verdict.known)] if verdict.known else []


@pytest.hookimpl(tryfirst=True)
def pytest_report_teststatus(report: pytest.TestReport) -> tuple[str, str, str] | None:
    """Say the verdict's own letter and word."""
    found = getattr(report, "conformance", None)
    return (found["category"], found["letter"], found["category"].upper()) if found else None


def _strict(config: pytest.Config) -> bool:
    return bool(config.getoption("strict", False))
