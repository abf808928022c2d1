from __future__ import annotations

import json
import re
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
from bed import Bed

from conformance.report.document import Results, coverage, document, pack, plain, unpack, write
from conformance.report.evidence import FILES, case_folder, keep, slug, target_folder
from conformance.report.verdict import WORDS, Verdict
from conformance.requirements import LEVELS, lookup, rfcs

ROOT = Path(__file__).parent.parent


def verdict(**values: Any) -> Verdict:
    whole: dict[str, Any] = {
        "target": "lab:linux",
        "case": "rfc9293/test_close.py::test_fin",
        "family": "ipv4",
        "parameters": {"state": "CLOSING"},
        "requirements": ("RFC9293:MUST-13",),
        "level": "MUST",
        "verdict": "conforms",
        "known": None,
        "reason": "",
        "seconds": 0.004,
        "evidence": ("evidence/rfc9293/test_close/test_fin/ipv4-CLOSING/transcript.txt",),
    }
    return Verdict(**{**whole, **values})


def results(*verdicts: Verdict) -> Results:
    found = Results()
    for at, one in enumerate(verdicts):
        found.add(f"cases/{one.case}[{at}]", pack(one), {})
    return found


TALLY = {"requirements", "covered"}


def tallies(one: dict[str, Any]) -> list[dict[str, int]]:
    """The tallies inside that of an RFC."""
    return [one["observable"], *one["levels"].values(), *one["topics"].values()]


# What reports/README.md promises, as one check for each field.

TOP = {
    "schema": lambda value: value == {"name": "tcp-conformance-verdicts", "version": 1},
    "target": lambda value: isinstance(value, str) and value,
    "facts": lambda value: set(value) == {"target", "cases"} and all(isinstance(one, dict) for one in value.values()),
    "coverage": lambda value: (
        tuple(value) == rfcs()
        and all(set(one) == {*TALLY, "observable", "levels", "topics"} for one in value.values())
        and all(set(tally) == TALLY for one in value.values() for tally in tallies(one))
        and all(tally["covered"] <= tally["requirements"] for one in value.values() for tally in [one, *tallies(one)])
    ),
    "matrix": lambda value: all(
        set(cell) in ({"verdict", "runs"}, {"impossible"}) for row in value.values() for cell in row.values()
    ),
    "verdicts": lambda value: isinstance(value, list),
}

VERDICT = {
    "target": lambda value: isinstance(value, str) and value,
    "case": lambda value: re.fullmatch(r"rfc\d+/test_\w+\.py::test_\w+", value),
    "family": lambda value: value in ("ipv4", "ipv6", ""),
    "parameters": lambda value: all(isinstance(one, str) for pair in value.items() for one in pair),
    "requirements": lambda value: value and all(lookup(name) for name in value),
    "level": lambda value: value in LEVELS,
    "verdict": lambda value: value in WORDS,
    "known": lambda value: value is None or (isinstance(value, str) and value),
    "reason": lambda value: isinstance(value, str) and "\n" not in value,
    "seconds": lambda value: isinstance(value, float | int) and value >= 0,
    "evidence": lambda value: all(re.fullmatch(r"evidence/[\w./-]+", path) for path in value),
}


def check(found: dict[str, Any]) -> None:
    assert list(found) == list(TOP)
    for name, fits in TOP.items():
        assert fits(found[name]), name
    for one in found["verdicts"]:
        assert list(one) == list(VERDICT)
        for name, fits in VERDICT.items():
            assert fits(one[name]), (name, one)
        assert one["level"] == lookup(one["requirements"][0]).level
        assert one["target"] == found["target"]


def test_a_document_keeps_what_the_readme_promises() -> None:
    check(document("lab:linux", results(verdict(), verdict(family="ipv6")), {"rtt": 0.00002}))


def test_the_readme_names_every_field_and_every_verdict() -> None:
    text = (ROOT / "reports" / "README.md").read_text()
    named = re.findall(r"^\| `([^`]+)` \|", text, re.MULTILINE)
    for name in [*TOP, *(field.name for field in fields(Verdict)), *WORDS]:
        assert name in named


def test_the_document_of_a_whole_run(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    bed = Bed(pytester, monkeypatch)
    bed.cases(
        "@requirement('RFC9293:MUST-13')\n"
        "@pytest.mark.parametrize('state', ['CLOSING', 'LAST-ACK'])\n"
        "def test_fin(opened, state):\n"
        "    opened.facts['gap'] = 0.2\n"
        "    assert state == 'CLOSING'\n"
    )
    bed.run()
    found = bed.document()
    check(found)
    assert [(one["parameters"], one["verdict"]) for one in found["verdicts"]] == [
        ({"state": "CLOSING"}, "conforms"),
        ({"state": "LAST-ACK"}, "violates"),
    ]
    assert found["facts"] == {
        "target": {"ipv4": "10.0.0.2", "rtt": 0.00002},
        "cases": {
            "rfc9293/test_close.py::test_fin[ipv4-CLOSING]": {"gap": 0.2},
            "rfc9293/test_close.py::test_fin[ipv4-LAST-ACK]": {"gap": 0.2},
        },
    }
    for one in found["verdicts"]:
        assert len(one["evidence"]) == len(FILES)
        assert all((bed.out / path).stat().st_size for path in one["evidence"])


def test_a_verdict_travels_as_plain_values() -> None:
    one = verdict()
    assert unpack(json.loads(json.dumps(pack(one)))) == one


def test_the_order_is_that_of_the_cases_and_not_of_the_run() -> None:
    verdicts = [
        verdict(),
        verdict(parameters={"state": "LAST-ACK"}),
        verdict(family="ipv6"),
        verdict(case="rfc9293/test_reset.py::test_rst"),
    ]
    assert results(*verdicts).of("lab:linux") == results(*reversed(verdicts)).of("lab:linux") == verdicts


def test_a_case_that_ran_again_counts_once() -> None:
    found = Results()
    for word in ("inconclusive", "conforms"):
        found.add("cases/a.py::test_a", pack(verdict(verdict=word)), {})
    assert [one.verdict for one in found.of("lab:linux")] == ["conforms"]


def test_coverage_counts_what_was_judged() -> None:
    judged = [verdict(requirements=("RFC9293:MUST-13", "RFC5961:3.2-rst-oow")), verdict(verdict="violates")]
    unjudged = [
        verdict(requirements=("RFC9293:MUST-12",), verdict="inconclusive"),
        verdict(requirements=("RFC9293:MUST-11",), verdict="not applicable"),
    ]
    found = {rfc: one.covered for rfc, one in coverage([*judged, *unjudged]).items() if one.covered}
    assert found == {"5961": 1, "9293": 1}


def test_one_document_for_each_target(tmp_path: Path) -> None:
    write(tmp_path, results(verdict(), verdict(target="fe80::1%eth0")), {})
    assert sorted(path.parent.name for path in tmp_path.glob("*/verdicts.json")) == ["fe80-1-eth0", "lab-linux"]
    check(json.loads((tmp_path / "lab-linux" / "verdicts.json").read_text()))


def test_nothing_half_written_is_ever_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, results(verdict()), {})
    before = (tmp_path / "lab-linux" / "verdicts.json").read_bytes()

    def fail(self: Path, target: Path) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", fail)
    with pytest.raises(OSError, match="No space left"):
        write(tmp_path, results(verdict(verdict="violates")), {})
    assert (tmp_path / "lab-linux" / "verdicts.json").read_bytes() == before


def test_evidence_is_written_over_that_of_an_earlier_run(tmp_path: Path) -> None:
    for content in (b"longer", b"new"):
        keep(tmp_path / "evidence" / "a", {"transcript.txt": content})
    assert (tmp_path / "evidence" / "a" / "transcript.txt").read_bytes() == b"new"


def test_facts_that_json_has_not_are_told_in_words() -> None:
    assert plain({"path": Path("/a"), "gap": 0.2, "list": [1]}) == {"path": "/a", "gap": 0.2, "list": [1]}


@pytest.mark.parametrize("name", ["ipv4-CLOSING", "a b", "a/b", "..", "-", "../../etc", "x" * 300, "ö"])
def test_any_name_becomes_one_part_of_a_path(name: str) -> None:
    assert re.fullmatch(r"[A-Za-z0-9_-][A-Za-z0-9._-]{0,119}", slug(name))


def test_folders() -> None:
    assert slug("ipv4-CLOSING") == "ipv4-CLOSING"
    assert len({slug("a b"), slug("a/b"), slug("a-b")}) == 3
    assert target_folder("lab:linux") == "lab-linux"
    assert target_folder("..") == "target"
    assert case_folder("rfc9293/test_a.py::test_b", "ipv4") == "evidence/rfc9293/test_a/test_b/ipv4"
    assert case_folder("rfc9293/test_a.py::test_b", "") == "evidence/rfc9293/test_a/test_b"
