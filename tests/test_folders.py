"""Tests of `conformance.report.folders`: a place for the results that cannot be is told before the run."""

from __future__ import annotations

from pathlib import Path

import pytest
from bed import Bed

from conformance.report import folders

pytest_plugins = ["pytester"]

CASES = """
@requirement("RFC9293:MUST-13")
def test_conforms(opened):
    Path("ran").touch()
"""


@pytest.fixture
def bed(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> Bed:
    bed = Bed(pytester, monkeypatch)
    bed.cases(f"from pathlib import Path\n{CASES}")
    return bed


@pytest.mark.parametrize("option", folders.OPTIONS)
def test_a_folder_that_cannot_be_made_ends_the_run_before_it_begins(bed: Bed, option: str) -> None:
    (bed.path / "file").touch()
    result = bed.run_apart(f"{option}=file/below")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert f"{option}={bed.path}/file/below cannot be made: Not a directory; name another folder" in result.stderr.str()
    assert not (bed.path / "ran").exists()


@pytest.mark.parametrize("given", [["--reports=there"], []], ids=["named", "default"])
def test_a_folder_that_cannot_be_written_to(bed: Bed, given: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folders, "_is_writable", lambda folder: False)
    result = bed.run(*given)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert ("cannot be written to" if given else "with --reports=DIR") in result.stderr.str()
    assert not (bed.path / "ran").exists()


def test_a_folder_is_made_with_all_above_it(bed: Bed) -> None:
    assert bed.run_apart("--reports=one/two").ret == 0
    assert [path.name for path in Path(bed.path / "one" / "two").iterdir()] == ["lab-linux"]
