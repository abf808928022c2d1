from __future__ import annotations

import pytest
from bed import Bed

from conformance.report.colours import colour


@pytest.mark.parametrize(
    ("categories", "strict", "expected"),
    [
        ({"", "conforms"}, False, "green"),
        ({"", "conforms", "known", "not applicable", "not offered"}, False, "green"),
        ({"conforms", "deviates"}, False, "yellow"),
        ({"conforms", "deviates"}, True, "red"),
        ({"conforms", "violates"}, False, "red"),
        ({"conforms", "inconclusive"}, False, "red"),
        ({"conforms", "no longer deviates"}, False, "red"),
        ({"conforms", "warnings"}, False, "yellow"),
        ({"passed"}, False, "green"),
        ({"passed", "failed"}, False, "red"),
        ({"", "not applicable"}, False, None),
        (set(), False, None),
    ],
)
def test_the_gravest_verdict_gives_the_colour(categories: set[str], strict: bool, expected: str | None) -> None:
    assert colour(categories, strict) == expected


@pytest.mark.parametrize(("body", "code"), [("...", "32"), ("assert 0", "31")])
def test_the_last_line_is_green_or_red(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, body: str, code: str
) -> None:
    bed = Bed(pytester, monkeypatch)
    bed.cases(f"@requirement('RFC9293:MUST-13')\ndef test_it(case): {body}\n")
    last = [line for line in bed.run("--color=yes").stdout.lines if line][-1]
    assert last.startswith(f"\x1b[{code}m====")
    assert f"\x1b[{code}m\x1b[1m1 " in last
