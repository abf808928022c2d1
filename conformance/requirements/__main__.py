"""The command `make coverage`: what the cases cover of the catalogue, without running one."""

from __future__ import annotations

import sys
from collections.abc import Collection, Iterator
from pathlib import Path

from conformance.requirements import Requirement, catalogue, lookup, of_rfc
from conformance.requirements.coverage import Coverage, Tally, by_rfc, coverage_of, is_observable, uncovered
from conformance.requirements.scan import scan

CASES = Path(__file__).parents[2] / "cases"
RECORD = CASES / "covered.txt"
"""The observable requirements that have a case, one in a line: none may lose its last one unnoticed."""

WHOLE = ("9293",)
"""The RFCs of which every observable requirement has to have a case."""


def main(arguments: list[str]) -> int:
    """Print the coverage. 1 when a requirement has lost its last case, or one of RFC 9293 has none; 4 for bad usage."""
    if arguments not in ([], ["--update"]):
        print(f"usage: python -m conformance.requirements [--update]: nothing is known of {' '.join(arguments)}")
        return 4
    cases = scan(CASES)
    names = {name for some in cases.values() for name in some}
    found = by_rfc(names)
    print(f"{len(cases)} cases, {coverage_of(names, catalogue())} requirements of the catalogue")
    print(*_rows(found), sep="\n")
    for number in WHOLE:
        print(*_of(number, found[number]), sep="\n")
    text = "".join(f"{one.id}\n" for one in catalogue() if is_observable(one) and one.id in names)
    if arguments:
        RECORD.write_text(text, encoding="utf-8")
    wrong = list(_wrong(names, text))
    print(*wrong, sep="\n")
    return int(bool(wrong))


def _rows(found: dict[str, Coverage]) -> Iterator[str]:
    yield f"\n{'RFC':<6}{'covered':>10}{'observable':>12}   by level"
    for number, one in found.items():
        if one.covered:
            yield f"{number:<6}{one!s:>10}{one.observable!s:>12}   {_list(one.levels)}"
    rest = [number for number, one in found.items() if not one.covered]
    if rest:
        yield f"none of RFC {', '.join(rest)}"


def _of(number: str, found: Coverage) -> Iterator[str]:
    yield f"\nRFC {number} by topic"
    width = max(map(len, found.topics))
    yield from (f"  {topic:<{width}}  {tally}" for topic, tally in found.topics.items())
    yield f"\nof RFC {number} nobody outside can see"
    for one in of_rfc(number).values():
        if not is_observable(one):
            yield f"  {one.id}  {one.note or one.text}"


def _list(tallies: dict[str, Tally]) -> str:
    return ", ".join(f"{name} {tally}" for name, tally in tallies.items())


def _wrong(names: Collection[str], text: str) -> Iterator[str]:
    recorded = RECORD.read_text(encoding="utf-8").split() if RECORD.is_file() else []
    for name in recorded:
        if name not in names:
            yield f"{name} has lost its last case: {lookup(name).text}"
    for number in WHOLE:
        yield from map(_uncovered, uncovered(names, number))
    if set(text.split()) - set(recorded):
        yield f"cases/{RECORD.name} is out of date: make coverage ARGS=--update"


def _uncovered(one: Requirement) -> str:
    return f"{one.id} has no case: {one.text}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
