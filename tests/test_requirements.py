from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from conformance.errors import UsageProblem
from conformance.requirements import LEVELS, catalogue, lookup, of_rfc, rfcs
from conformance.requirements.mark import marks, requirement
from conformance.requirements.scan import scan

ROOT = Path(__file__).parent.parent


def test_every_entry_is_whole() -> None:
    everything = catalogue()
    assert len({one.id for one in everything}) == len(everything) > 800
    for one in everything:
        assert one.level in LEVELS
        assert one.observable in ("wire", "app", "internal")
        assert one.basis in ("bcp14", "text", "derived")
        assert one.section
        assert one.topic
        assert one.text.endswith((".", ")"))


def test_lookup() -> None:
    one = lookup("RFC9293:MUST-13")
    assert (one.id, one.rfc, one.key, one.level, one.section) == ("RFC9293:MUST-13", "9293", "MUST-13", "MUST", "3.6.1")
    assert one.link == "https://www.rfc-editor.org/rfc/rfc9293#section-3.6.1"


def test_rfcs_come_in_the_order_of_their_numbers() -> None:
    assert rfcs()[:2] == ("1122", "1191")
    assert list(rfcs()) == sorted(rfcs(), key=int)


@pytest.mark.parametrize(
    ("name", "anchor"),
    [
        ("RFC9293:3.10.7.4-seq-a2", "rfc9293#appendix-A.2"),
        ("RFC7323:A-layout", "rfc7323#appendix-A"),
        ("RFC1337:3-ignore-rst-tw", "rfc1337#section-3"),
        ("RFC4443:2.4d-demux", "rfc4443#section-2.4"),
        ("RFC1981:status-note", "rfc1981"),
    ],
)
def test_links_lead_to_the_nearest_anchor(name: str, anchor: str) -> None:
    assert lookup(name).link == f"https://www.rfc-editor.org/rfc/{anchor}"


def test_every_link_is_an_address_without_blanks() -> None:
    for one in catalogue():
        assert re.fullmatch(
            r"https://www\.rfc-editor\.org/rfc/rfc\d+(#(section|appendix)-[0-9A-Z]+(\.\d+)*)?", one.link
        )


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("RFC9293:MUST-113", "; did you mean RFC9293:MUST-13 or RFC9293:MUST-11 or RFC9293:MUST-3?"),
        ("9293:MUST-13", "; did you mean RFC9293:MUST-13 or "),
        ("RFC9293", ""),
        ("RFC1:MUST-13", "; did you mean RFC"),
        ("", ""),
    ],
)
def test_an_unknown_name_is_answered_with_near_ones(name: str, hint: str) -> None:
    with pytest.raises(UsageProblem) as problem:
        lookup(name)
    assert str(problem.value).startswith(f"no requirement {name} in the catalogue{hint}")
    assert "\n" not in str(problem.value)


def test_only_the_file_asked_for_is_read() -> None:
    code = (
        "from conformance.requirements import lookup, of_rfc; lookup('RFC9293:MUST-1'); "
        "print(of_rfc.cache_info().currsize)"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True)
    assert ran.stdout == "1\n"
    assert of_rfc("9293")["MUST-1"].rfc == "9293"


def test_the_decorator_sets_a_mark_each_in_order() -> None:
    @requirement("RFC9293:SHLD-1", "RFC9293:MUST-13")
    def case() -> None: ...

    assert [mark.kwargs for mark in case.pytestmark] == [  # type: ignore[attr-defined]
        {"id": "RFC9293:SHLD-1", "level": "SHOULD", "rfc": "9293", "section": "3.5.1", "topic": "open"}
        | {key: getattr(lookup("RFC9293:SHLD-1"), key) for key in ("section", "topic")},
        {"id": "RFC9293:MUST-13", "level": "MUST", "rfc": "9293"}
        | {key: getattr(lookup("RFC9293:MUST-13"), key) for key in ("section", "topic")},
    ]


def test_the_decorator_stands_once() -> None:
    with pytest.raises(pytest.Collector.CollectError, match="name all requirements in one @requirement"):

        @requirement("RFC9293:MUST-13")
        @requirement("RFC9293:MUST-12")
        def case() -> None: ...


def test_a_row_can_have_its_own_requirement() -> None:
    (mark,) = marks("RFC9293:MUST-13")
    assert mark.kwargs["id"] == "RFC9293:MUST-13"
    with pytest.raises(UsageProblem, match="needs the name of a requirement"):
        marks()


def test_an_unknown_name_fails_the_collection_with_one_line(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
        from conformance.requirements.mark import requirement

        @requirement("RFC9293:MUST-113")
        def test_it(): ...
        """
    )
    result = pytester.runpytest_inprocess("--collect-only", "-p", "no:cacheprovider")
    result.stdout.fnmatch_lines(
        [
            "*_ ERROR collecting *.py _*",
            "*.py::test_it: no requirement RFC9293:MUST-113 in the catalogue; did you mean RFC9293:MUST-13 or *",
            "=*short test summary info =*",
        ],
        consecutive=True,
    )
    assert result.ret == pytest.ExitCode.INTERRUPTED


def test_selecting_by_level(pytester: pytest.Pytester) -> None:
    pytester.makeini("[pytest]\nmarkers =\n    requirement: the requirement")
    pytester.makepyfile(
        """
        from conformance.requirements.mark import requirement

        @requirement("RFC9293:MUST-13")
        def test_must(): ...

        @requirement("RFC9293:SHLD-1")
        def test_should(): ...
        """
    )
    result = pytester.runpytest_inprocess("-m", "requirement(level='MUST')", "-v", "-p", "no:cacheprovider")
    result.assert_outcomes(passed=1, deselected=1)
    result.stdout.fnmatch_lines(["*::test_must PASSED*"])


def test_scan_reads_cases_and_their_requirements_without_importing(tmp_path: Path) -> None:
    (tmp_path / "rfc9293").mkdir()
    (tmp_path / "rfc9293" / "test_close.py").write_text(
        "import what_does_not_exist\n"
        "@requirement('RFC9293:MUST-13', 'RFC9293:MUST-12')\n"
        "def test_one(): ...\n"
        "@pytest.mark.parametrize('n', [pytest.param(1, marks=conformance.marks('RFC9293:MUST-1'))])\n"
        "def test_two(n): ...\n"
        "SHARED = ('RFC9293:MUST-2', 'RFC9293:MUST-3')\n"
        "@requirement('RFC9293:MUST-4', *SHARED)\n"
        "def test_three(): ...\n"
        "def helper(): ...\n"
    )
    assert scan(tmp_path) == {
        "rfc9293/test_close.py::test_one": ("RFC9293:MUST-13", "RFC9293:MUST-12"),
        "rfc9293/test_close.py::test_two": ("RFC9293:MUST-1",),
        "rfc9293/test_close.py::test_three": ("RFC9293:MUST-4", "RFC9293:MUST-2", "RFC9293:MUST-3"),
    }


def test_every_case_names_a_requirement() -> None:
    assert [case for case, names in scan(ROOT / "cases").items() if not names] == []


def test_every_requirement_named_in_the_cases_exists() -> None:
    for path in sorted((ROOT / "cases").rglob("*.py")):
        for name in re.findall(r"\"(RFC\d+:[^\"]+)\"", path.read_text()):
            lookup(name)
