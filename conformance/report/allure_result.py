"""A verdict as an Allure result: its status, labels, links, parameters and attachments.

allure-pytest takes the status from pytest's outcome, where a known or a tolerated deviation is a skip. What is
published must show it red, so the open result is corrected here before allure-pytest writes it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from uuid import uuid4

import allure_commons
import pytest
from allure_commons.model2 import Label, Link, Parameter, Status, StatusDetails, TestResult
from allure_commons.types import AttachmentType, LabelType, LinkType, Severity
from allure_commons.utils import now

from conformance.report.catches import listed
from conformance.report.evidence import CAPTURE, LADDER, TEXT
from conformance.report.settle import Settled
from conformance.report.verdict import Verdict, Word
from conformance.requirements import Level, Requirement, lookup

STATUS: dict[Word, str] = {
    "conforms": Status.PASSED,
    "violates": Status.FAILED,
    "deviates": Status.FAILED,
    "not offered": Status.SKIPPED,
    "not applicable": Status.SKIPPED,
    "inconclusive": Status.BROKEN,
}
"""A deviation is red, known or not; what could not be judged is yellow; what is the target's choice is grey."""

SEVERITY: dict[Level, Severity] = {
    "MUST": Severity.CRITICAL,
    "MUST NOT": Severity.CRITICAL,
    "SHOULD": Severity.NORMAL,
    "SHOULD NOT": Severity.NORMAL,
    "MAY": Severity.MINOR,
}

_KINDS = {
    TEXT: (AttachmentType.TEXT, "txt"),
    LADDER: (AttachmentType.SVG, "svg"),
    CAPTURE: ("application/x-pcapng", "pcapng"),
}


def open_result(config: pytest.Config) -> TestResult | None:
    """Return the Allure result of the item that is being run; None without `--alluredir`."""
    listener = config.pluginmanager.get_plugin("allure_listener")
    logger = getattr(listener, "allure_logger", None)
    return logger.get_test(None) if logger is not None else None


def correct(result: TestResult, settled: Settled, *, keep_status: bool = False) -> None:
    """Give an open result the status, labels, links and parameters of its verdict, and say what its case catches.

    `keep_status`: the status that it has tells more, because its teardown failed after it conformed.
    """
    verdict = settled.verdict
    if not keep_status:
        result.status = Status.FAILED if settled.stale else STATUS[verdict.verdict]
        message = f"known: {verdict.known}\n\n{settled.message}" if verdict.known else settled.message
        conforms = result.status == Status.PASSED
        known = True if verdict.known else None
        details = StatusDetails(known=known, message=message, trace=settled.text)
        result.statusDetails = None if conforms else details
    result.description = "\n\n".join(filter(None, (result.description, listed(verdict.case))))
    result.labels = [one for one in result.labels if one.name != LabelType.SEVERITY] + _labels(verdict)
    result.links.extend(_links(settled))
    result.parameters = [Parameter(name=name, value=value) for name, value in _parameters(verdict).items()]
    result.historyId = _digest(f"{result.fullName} {sorted(_parameters(verdict).items())}")


def attach(files: Mapping[str, bytes]) -> None:
    """Attach the evidence to the open result; the diagram and the text show inline, the capture is a download."""
    for name, (kind, extension) in _KINDS.items():
        if name in files:
            allure_commons.plugin_manager.hook.attach_data(
                body=files[name], name=name, attachment_type=kind, extension=extension
            )


def write_lost(nodeid: str, settled: Settled) -> None:
    """Write the result of a case whose process died, which could not do so itself."""
    verdict = settled.verdict
    result = TestResult(name=nodeid.partition("::")[2], uuid=str(uuid4()))
    result.start = result.stop = now()  # type: ignore[no-untyped-call]
    path, _, function = nodeid.partition("[")[0].partition("::")
    result.fullName = f"{path.removesuffix('.py').replace('/', '.')}#{function}"
    result.testCaseId = _digest(result.fullName)
    correct(result, settled)
    result.name = f"{verdict.case.partition('::')[2]}{nodeid[len(nodeid.partition('[')[0]) :]}"
    allure_commons.plugin_manager.hook.report_result(result=result)


def _digest(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


def _labels(verdict: Verdict) -> list[Label]:
    first = lookup(verdict.requirements[0])
    pairs: list[tuple[str, str]] = [
        (LabelType.EPIC, f"RFC {first.rfc}"),
        (LabelType.FEATURE, f"{first.section} {first.topic}"),
        (LabelType.STORY, first.id),
        (LabelType.SEVERITY, SEVERITY[verdict.level].value),
        ("level", verdict.level),
        ("verdict", verdict.verdict),
        ("target", verdict.target),
        ("family", verdict.family),
        *(("requirement", name) for name in verdict.requirements),
    ]
    return [Label(name=name, value=value) for name, value in pairs if value]


def _links(settled: Settled) -> list[Link]:
    links = [_link(lookup(name)) for name in settled.verdict.requirements]
    if settled.known and settled.known.link:
        links.append(Link(type=LinkType.ISSUE, url=settled.known.link, name="known deviation"))
    return links


def _link(one: Requirement) -> Link:
    return Link(type=LinkType.LINK, url=one.link, name=f"{one.id}, section {one.section}")


def _parameters(verdict: Verdict) -> dict[str, str]:
    named = {"target": verdict.target, "family": verdict.family, **verdict.parameters}
    return {name: value for name, value in named.items() if value}
