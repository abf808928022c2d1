"""The document of a run, `verdicts.json`: one for each target. Its fields are told in reports/README.md."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from conformance.report.evidence import target_folder
from conformance.report.matrix import matrix_of
from conformance.report.matrix_page import page
from conformance.report.verdict import JUDGED, Verdict
from conformance.requirements.coverage import Coverage, by_rfc

SCHEMA = {"name": "tcp-conformance-verdicts", "version": 1}
"""The version rises when a field is removed or changes its meaning; new fields may come without."""

NAME = "verdicts.json"
MATRIX = "matrix.html"


@dataclass(slots=True)
class Results:
    """What a run has found so far: the verdict and the measured facts of each case, by its node id."""

    verdicts: dict[str, Verdict] = field(default_factory=dict)
    measured: dict[str, dict[str, object]] = field(default_factory=dict)

    def add(self, nodeid: str, verdict: Mapping[str, Any], facts: dict[str, object]) -> None:
        """Take in what came home with a report. A case that ran again counts once, with its last verdict."""
        self.verdicts[nodeid] = unpack(verdict)
        self.measured[nodeid] = facts

    def targets(self) -> list[str]:
        """Return the names of the targets that were judged."""
        return sorted({verdict.target for verdict in self.verdicts.values()})

    def of(self, target: str) -> list[Verdict]:
        """Return the verdicts on one target, in an order that does not depend on the run."""
        return sorted((one for one in self.verdicts.values() if one.target == target), key=_order)

    def facts(self, target: str) -> dict[str, dict[str, object]]:
        """Return what the cases measured at a target, by case; two variants of a case stand apart."""
        found = {}
        for nodeid, verdict in self.verdicts.items():
            if verdict.target == target and self.measured[nodeid]:
                variant = nodeid.partition("[")[2]
                found[f"{verdict.case}[{variant}" if variant else verdict.case] = self.measured[nodeid]
        return dict(sorted(found.items()))


def pack(verdict: Verdict) -> dict[str, Any]:
    """Return a verdict as plain values, for a report on its way between processes and for the document."""
    values = {name: getattr(verdict, name) for name in Verdict.__dataclass_fields__}
    return values | {name: list(values[name]) for name in ("requirements", "evidence")}


def unpack(values: Mapping[str, Any]) -> Verdict:
    """Take back what `pack` gave."""
    return Verdict(**{**values, "requirements": tuple(values["requirements"]), "evidence": tuple(values["evidence"])})


def plain(facts: Mapping[str, object]) -> dict[str, Any]:
    """Return facts as values that JSON has; what it has not is told in words."""
    return dict(json.loads(json.dumps(facts, default=str)))


def document(target: str, results: Results, known: Mapping[str, object]) -> dict[str, Any]:
    """Return the document on one target; `known` is what the run knows of it beside the cases."""
    verdicts = results.of(target)
    return {
        "schema": SCHEMA,
        "target": target,
        "facts": {"target": plain(known), "cases": results.facts(target)},
        "coverage": {number: one.plain() for number, one in coverage(verdicts).items()},
        "matrix": matrix_of(verdicts),
        "verdicts": [pack(verdict) for verdict in verdicts],
    }


def coverage(verdicts: Iterable[Verdict]) -> dict[str, Coverage]:
    """Count by RFC how many requirements the catalogue has, and how many of them a case of this run has judged."""
    return by_rfc({name for verdict in verdicts if verdict.verdict in JUDGED for name in verdict.requirements})


def write(folder: Path, results: Results, known: Mapping[str, Mapping[str, object]]) -> None:
    """Write for each target below `folder` its document, so that nobody ever sees a part of it, and its matrix."""
    for target in results.targets():
        place = folder / target_folder(target)
        place.mkdir(parents=True, exist_ok=True)
        content = document(target, results, known.get(target, {}))
        part = place / f".{NAME}"
        part.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        part.replace(place / NAME)
        (place / MATRIX).write_text(page(target, results.of(target)), encoding="utf-8")


def _order(verdict: Verdict) -> tuple[object, ...]:
    return verdict.case, verdict.family, sorted(verdict.parameters.items())
