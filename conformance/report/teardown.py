"""What is left to do when a case has been torn down: its evidence is whole now."""

from __future__ import annotations

from pathlib import Path

import pytest

from conformance.report import allure_result
from conformance.report.evidence import draw, keep, title_of
from conformance.report.keys import CASE_KEY, CaseRecord
from conformance.report.settle import Settled
from conformance.report.text import headline


def finish(item: pytest.Item, report: pytest.TestReport, settled: Settled, folder: Path, *, away: bool) -> None:
    """Keep the evidence of a case in `folder`, and complete its Allure result where there is one.

    A process that is `away` sends it home with the report.
    Trouble with the evidence changes no verdict: it is told in a section of the report.
    """
    files: dict[str, bytes] = {}
    record: CaseRecord | None = item.stash.get(CASE_KEY, None)
    if record is not None and settled.verdict.evidence:
        verdict = settled.verdict
        words = [verdict.target, verdict.family, *(f"{name}={value}" for name, value in verdict.parameters.items())]
        try:
            files = draw(record.transcript, title_of(verdict.case, words), headline(verdict))
            if away:
                report.__dict__["evidence"] = {"folder": str(folder), "files": files}
            else:
                keep(folder, files)
        except Exception as error:  # whatever is wrong with the picture, the run goes on
            report.sections.append(("evidence", f"{folder}: cannot be kept: {type(error).__name__}: {error}"))
    result = allure_result.open_result(item.config)
    if result is not None:
        if record is not None and record.span is not None:
            result.start, result.stop = (int(moment * 1000) for moment in record.span)
        allure_result.correct(result, settled, keep_status=report.failed and settled.verdict.verdict == "conforms")
        allure_result.attach(files)
