from __future__ import annotations

from pathlib import Path

import pytest

from conformance.requirements import __main__ as command
from conformance.requirements import catalogue, of_rfc
from conformance.requirements.coverage import by_rfc, coverage_of, is_observable, uncovered

INTERNAL = "RFC9293:MUST-9"
OBSERVABLE = sum(is_observable(one) for one in of_rfc("9293").values())


def test_levels_topics_and_what_can_be_seen_are_counted_apart() -> None:
    found = coverage_of({"RFC9293:MUST-2", INTERNAL}, of_rfc("9293").values())
    assert (found.covered, found.requirements) == (2, len(of_rfc("9293")))
    assert (found.observable.covered, found.observable.requirements) == (1, OBSERVABLE)
    assert str(found.levels["MUST"]) == f"1/{sum(one.level == 'MUST' for one in of_rfc('9293').values())}"
    assert str(found.topics["checksum"]) == "1/7"
    assert list(found.levels) == ["MUST", "MUST NOT", "SHOULD", "SHOULD NOT", "MAY"]
    assert list(found.topics) == sorted(found.topics)


def test_coverage_is_told_by_rfc() -> None:
    found = by_rfc({"RFC9293:MUST-2"})
    assert found["9293"].covered == 1
    assert found["5961"].covered == 0
    assert set(found["9293"].plain()) == {"requirements", "covered", "observable", "levels", "topics"}


def test_uncovered_are_only_those_that_can_be_seen() -> None:
    everything = {one.id for one in catalogue()}
    assert [one.id for one in uncovered(everything - {"RFC9293:MUST-2", INTERNAL}, "9293")] == ["RFC9293:MUST-2"]


def test_what_nobody_can_see_says_why() -> None:
    assert all(one.note for one in of_rfc("9293").values() if not is_observable(one))


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A suite with one case that shows everything there is to see of RFC 9293."""
    names = [one.id for one in of_rfc("9293").values() if is_observable(one)]
    case = f"@requirement(*{names!r})\ndef test_all(peer): ...\n"
    (tmp_path / "test_all.py").write_text(case, encoding="utf-8")
    monkeypatch.setattr(command, "CASES", tmp_path)
    monkeypatch.setattr(command, "RECORD", tmp_path / "covered.txt")
    return tmp_path


def test_the_command_writes_what_is_covered_and_is_content(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main([]) == 1
    assert "covered.txt is out of date" in capsys.readouterr().out
    assert command.main(["--update"]) == 0
    assert command.main([]) == 0
    assert f"{OBSERVABLE}/{OBSERVABLE}" in capsys.readouterr().out


def test_a_requirement_that_loses_its_last_case_is_named(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    command.main(["--update"])
    path = place / "test_all.py"
    path.write_text(path.read_text(encoding="utf-8").replace("'RFC9293:MUST-2', ", ""), encoding="utf-8")
    assert command.main([]) == 1
    said = capsys.readouterr().out
    assert "RFC9293:MUST-2 has lost its last case" in said
    assert "RFC9293:MUST-2 has no case" in said


def test_bad_usage_is_told_in_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main(["--udpate"]) == 4
    assert capsys.readouterr().out.count("\n") == 1
