"""Tests of `conformance.report.catches`: what the report says a case is known to catch."""

from __future__ import annotations

import json
from pathlib import Path

from conformance.report.catches import catches, listed

CASE = "rfc9293/test_x.py::test_y"


def written(path: Path, names: list[str]) -> Path:
    file = path / "proof.json"
    faults = {name: f"does {name}" for name in names}
    file.write_text(json.dumps({"cases": {CASE: names}, "faults": faults}), encoding="utf-8")
    return file


def test_the_faults_are_named(tmp_path: Path) -> None:
    file = written(tmp_path, ["a", "b"])
    assert catches(CASE, file) == ("does a", "does b")
    assert listed(CASE, file) == "This case is known to catch:\n\n- does a\n- does b"


def test_a_case_that_nobody_tried_says_nothing(tmp_path: Path) -> None:
    assert listed("rfc9293/test_x.py::test_z", written(tmp_path, ["a"])) == ""
    assert listed(CASE, tmp_path / "none.json") == ""


def test_many_are_counted(tmp_path: Path) -> None:
    text = listed(CASE, written(tmp_path, [f"f{number:02}" for number in range(14)]))
    assert text.endswith("- does f11\n- and 2 more")
