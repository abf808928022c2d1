"""The verdict on a case whose pytest-xdist worker died: nobody is left to judge it but the controller."""

from __future__ import annotations

import re
from pathlib import Path

from conformance.report.settle import Settled
from conformance.report.text import Story, explain
from conformance.report.verdict import Verdict
from conformance.requirements import lookup
from conformance.requirements.scan import scan


def lost(nodeid: str, reason: str, root: Path, target: str) -> Settled | None:
    """Return an inconclusive verdict, with what can be told without the case's record; None for any other test.

    The requirements are read from the case's source below `root`; the family from the parameters in the node id.
    """
    path, _, function = nodeid.partition("[")[0].partition("::")
    head, found, tail = path.rpartition("cases/")
    case = f"{tail}::{function}"
    names = scan(root / head / "cases").get(case, ()) if found else ()
    if not names:
        return None
    family = re.search(r"\bipv[46]\b", nodeid.partition("[")[2])
    verdict = Verdict(
        target=target,
        case=case,
        family=family[0] if family else "",
        parameters={},
        requirements=names,
        level=lookup(names[0]).level,
        verdict="inconclusive",
        known=None,
        reason=reason,
        seconds=0.0,
    )
    return Settled(verdict, explain(verdict, Story("")), None, False)
