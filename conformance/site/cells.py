"""Which verdict a stack has on a requirement: what is in a cell of the matrix of requirements and stacks."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace

from conformance.report.verdict import DIFFERS, JUDGED, Verdict
from conformance.site.results import Result, gravest

FAMILIES = ("ipv4", "ipv6")


def cells_of(verdicts: Iterable[Verdict]) -> dict[str, Verdict]:
    """Return by requirement the gravest verdict on it.

    A case that differs tells it of its first requirement only: what it shows beside that may be kept all the same. So
    a requirement's verdict comes from the cases that it is the first of, or from others that conform to it. Where
    there are none, and others differ, nobody knows.
    """
    first: dict[str, list[Verdict]] = defaultdict(list)
    beside: dict[str, list[Verdict]] = defaultdict(list)
    for one in verdicts:
        first[one.requirements[0]].append(one)
        for name in one.requirements[1:]:
            beside[name].append(one)
    found: dict[str, Verdict] = {}
    for name in first.keys() | beside.keys():
        judged = [one for one in first[name] if one.verdict in JUDGED]
        judged = judged or [one for one in beside[name] if one.verdict == "conforms"]
        decides = gravest(judged or first[name]) or _unknown(gravest(beside[name]))
        if decides is not None:
            found[name] = decides
    return found


def by_family(result: Result) -> dict[str, dict[str, Verdict]]:
    """Return the cells of each family."""
    return {family: cells_of(one for one in result.verdicts if one.family == family) for family in FAMILIES}


def _unknown(beside: Verdict | None) -> Verdict | None:
    if beside is None or beside.verdict not in DIFFERS:
        return beside
    reason = f"only cases of {beside.requirements[0]} show it, and they do not conform"
    return replace(beside, verdict="inconclusive", known=None, reason=reason)
