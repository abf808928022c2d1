"""`cases/proof.json`: which faults each case is known to catch. The report tells it beside the case."""

from __future__ import annotations

import inspect
import json
from collections.abc import Mapping
from pathlib import Path

from reference.faults import Fault

from proof.collect import ROOT

FILE = ROOT / "cases" / "proof.json"


def text_of(caught: Mapping[str, set[str]], faults: Mapping[str, Fault]) -> str:
    """Return the file's content: the same for the same matrix."""
    told = {fault for some in caught.values() for fault in some}
    document = {
        "cases": {case: sorted(caught[case]) for case in sorted(caught)},
        "faults": {name: describe(faults[name]) for name in sorted(told)},
    }
    return json.dumps(document, indent=1, ensure_ascii=False) + "\n"


def describe(fault: Fault) -> str:
    """Say in one line what goes wrong: the name as words, and the first line of the class's docstring if it has one."""
    words = fault.name.replace("-", " ")
    told = inspect.cleandoc(fault.part.__dict__.get("__doc__") or "").partition("\n")[0]
    return f"{words}: {told}" if told else words


def is_current(text: str, path: Path = FILE) -> bool:
    """Tell whether the file says the same."""
    return path.is_file() and path.read_text(encoding="utf-8") == text
