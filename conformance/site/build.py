"""The pages: written one by one from the results, by templates that know nothing of files."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from conformance.report.catches import catches
from conformance.report.document import coverage
from conformance.report.matrix import index, read, runs_in
from conformance.report.matrix_page import SIGNS, anchor
from conformance.report.verdict import DIFFERS, JUDGED, WORDS, Verdict
from conformance.requirements import Requirement, lookup, of_rfc, rfcs
from conformance.site.cells import FAMILIES, by_family, cells_of
from conformance.site.evidence import drawn
from conformance.site.facts import how_run, measured
from conformance.site.place import Place
from conformance.site.results import Result, decisive, gravest, gravity, run_of
from conformance.site.source import Sources
from conformance.site.states import states

STATIC = Path(__file__).parent / "static"
GROUPS = {"MUST": ("MUST", "MUST NOT"), "SHOULD": ("SHOULD", "SHOULD NOT"), "MAY": ("MAY",)}
"""How levels are put together in the overview."""


class Site:
    """The pages on some stacks, below `place`."""

    def __init__(self, results: Sequence[Result], place: Path, cases: Path) -> None:
        self._results = sorted(results, key=lambda one: one.name)
        self._place = Place(place)
        self._place.claim({file.name: file.read_bytes() for file in STATIC.iterdir()})
        self._sources = Sources(cases)
        self._cells = {one.name: cells_of(one.verdicts) for one in self._results}
        self._drawn = drawn(self._results, self._place)
        self._templates = Environment(
            loader=PackageLoader("conformance.site"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._templates.globals |= {"signs": SIGNS, "words": WORDS, "results": self._results}
        self._templates.globals["signs_by_class"] = {css(word): sign for word, sign in SIGNS.items()}
        self._templates.filters |= {"css": css, "case_page": case_page, "sentence": sentence}

    def build(self) -> None:
        """Write all pages; what is left of an earlier site goes."""
        self._front()
        self._states()
        self._coverage()
        for case in self._cases:
            self._case(case)
        for result in self._results:
            self._stack(result)
        self._write_json("findings.json", [one for result in self._results for one in findings(result)])
        self._place.sweep()

    def _page(self, name: str, template: str, **values: Any) -> None:
        up = "../" * name.count("/")
        self._place.write(name, self._templates.get_template(template).render(up=up, **values).encode())

    def _write_json(self, name: str, value: object) -> None:
        self._place.write(name, (json.dumps(value, indent=1, ensure_ascii=False) + "\n").encode())

    # -- the front page --

    def _front(self) -> None:
        families = {one.name: by_family(one) for one in self._results}
        sections = [(number, list(self._rows(number, families))) for number in rfcs()]
        sections = sorted(((number, rows) for number, rows in sections if rows), key=lambda pair: pair[0] != "9293")
        shown = [row["requirement"] for _, rows in sections for row in rows]
        self._page(
            "index.html",
            "index.html",
            sections=sections,
            overview=self._overview([number for number, _ in sections]),
            groups=GROUPS,
            levels=sorted({one.level for one in shown}),
            topics=sorted({one.topic for one in shown}),
        )

    def _rows(self, number: str, families: dict[str, dict[str, dict[str, Verdict]]]) -> Iterator[dict[str, Any]]:
        for requirement in of_rfc(number).values():
            name = requirement.id
            if any(name in cells for cells in self._cells.values()):
                cells = [self._cell(requirement, result, families[result.name]) for result in self._results]
                yield {"requirement": requirement, "cells": cells}

    def _cell(self, of: Requirement, result: Result, families: dict[str, dict[str, Verdict]]) -> dict[str, Any]:
        """Return the verdict that decides, and of each family its own, with its case where that is another one."""
        verdict = self._cells[result.name].get(of.id)
        each = [families[family].get(of.id) for family in FAMILIES]
        cases = [case_page(one.case) if one else "" for one in each]
        other = verdict is not None and any(one and one.case != verdict.case for one in each)
        return {
            "verdict": verdict,
            "families": [one.verdict if one else None for one in each],
            "cases": cases if other else [],
        }

    def _overview(self, numbers: Sequence[str]) -> list[dict[str, Any]]:
        return [self._line(result, numbers) for result in self._results]

    def _line(self, result: Result, numbers: Sequence[str]) -> dict[str, Any]:
        cells = self._cells[result.name]
        shares = [_share(cells, of_rfc("9293").values(), levels) for levels in GROUPS.values()]
        shares += [_share(cells, of_rfc(number).values(), None) for number in numbers if number != "9293"]
        return {"result": result, "shares": shares}

    # -- states, coverage --

    def _states(self) -> None:
        self._page(
            "states.html",
            "states.html",
            segments=read()["segments"],
            matrix=states(self._by_case),
            anchor=anchor,
            slugs={one.name: one.slug for one in self._results},
        )

    def _coverage(self) -> None:
        found = {result.name: coverage(result.verdicts) for result in self._results}
        numbers = [number for number in rfcs() if any(one[number].covered for one in found.values())]
        self._page("coverage.html", "coverage.html", found=found, numbers=numbers)

    # -- cases --

    @cached_property
    def _cases(self) -> dict[str, None]:
        return dict.fromkeys(sorted({one.case for result in self._results for one in result.verdicts}))

    @cached_property
    def _by_case(self) -> dict[str, dict[str, list[Verdict]]]:
        return {result.name: index(result.verdicts) for result in self._results}

    def _case(self, case: str) -> None:
        stacks: list[dict[str, Any]] = []
        for result in self._results:
            runs = self._by_case[result.name].get(case, [])
            if runs:
                files = [(one, self._drawn.get((result.name, run_of(one)))) for one in runs]
                shown = [(one, drawing) for one, drawing in files if drawing]
                shown.sort(key=lambda pair: gravity(pair[0]))  # the one that decides is the first
                stacks.append({"result": result, "runs": runs, "verdict": gravest(runs), "shown": shown})
        names = dict.fromkeys(name for stack in stacks for run in stack["runs"] for name in run.requirements)
        requirements = [lookup(name) for name in names]
        self._page(
            case_page(case),
            "case.html",
            case=case,
            source=self._sources.of(case),
            requirements=requirements,
            catches=catches(case),
            stacks=stacks,
        )

    # -- stacks --

    def _stack(self, result: Result) -> None:
        by_case = self._by_case[result.name]
        matrix = read()
        cells = {
            state: {kind: _matrix_cell(cell, by_case) for kind, cell in row.items()}
            for state, row in matrix["states"].items()
        }
        self._page(
            f"stack/{result.slug}.html",
            "stack.html",
            result=result,
            facts=result.document["facts"]["target"],
            how_run=list(how_run(result.document["facts"]["target"])),
            measured=measured(result.document["facts"]["cases"]),
            findings=list(findings(result)),
            counts=Counter(one.verdict for one in result.verdicts),
            segments=matrix["segments"],
            matrix=cells,
        )


def _matrix_cell(cell: dict[str, Any], by_case: dict[str, list[Verdict]]) -> dict[str, Any]:
    if "impossible" in cell:
        return cell
    return {"verdict": decisive(runs_in(cell, by_case)), "cases": list(cell["cases"])}


def _share(cells: dict[str, Verdict], of: Iterable[Requirement], levels: Sequence[str] | None) -> Counter[str]:
    """Count how the requirements that were judged ended."""
    words = (cells[one.id].verdict for one in of if one.id in cells and (levels is None or one.level in levels))
    return Counter(word for word in words if word in JUDGED)


def findings(result: Result) -> Iterator[dict[str, Any]]:
    """Yield what a stack does otherwise than required, the gravest first and of these what nobody knew of: each case
    and requirement once, and once more where its profile knows some of the runs, or knows them for another reason."""
    seen: dict[tuple[str, str, str | None], dict[str, Any]] = {}
    for one in sorted(result.verdicts, key=lambda one: (gravity(one), one.requirements[0], one.case)):
        if one.verdict not in DIFFERS:
            continue
        found = seen.setdefault(
            (one.requirements[0], one.case, one.known),
            {
                "stack": result.name,
                "verdict": one.verdict,
                "level": one.level,
                "requirement": one.requirements[0],
                "text": lookup(one.requirements[0]).text,
                "case": one.case,
                "reason": one.reason,
                "known": one.known,
                "runs": [],
                "link": f"{case_page(one.case)}#{result.slug}",
            },
        )
        found["runs"].append({"family": one.family, **one.parameters})
    yield from seen.values()


def case_page(case: str) -> str:
    """Return the address of a case's page."""
    file, _, function = case.partition("::")
    return f"case/{file.removesuffix('.py').replace('/', '.')}.{function}.html"


def sentence(case: str) -> str:
    """Return a case's name as a sentence."""
    text = case.partition("::")[2].removeprefix("test_").replace("_", " ")
    return text[:1].upper() + text[1:]


def css(word: str | None) -> str:
    """Return a verdict as the name of a class."""
    return (word or "not run").replace(" ", "-")
