"""`--fault NAME` on the lab: the deviations that segments alone can show, which are part of the project's tests."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from conformance.errors import UsageProblem
from conformance.lab.conversation import Deviation

MODULE = "meddling"
"""Where they are, beside the faults of the reference endpoint whose names they have."""


def load(name: str) -> Deviation:
    """Return a deviation; UsageProblem where there is none of that name, or no tests to look in."""
    found: Deviation = _deviations().load(name)
    return found


def described(name: str) -> str:
    """Return its name with the requirements that it breaks."""
    text: str = _deviations().described(name)
    return text


def _deviations() -> Any:
    try:
        return import_module(MODULE)
    except ModuleNotFoundError as missing:
        if (missing.name or "").partition(".")[0] != MODULE:
            raise
        raise UsageProblem(
            "--fault needs the project's directory tests, where the deviations are: run pytest in the directory of the"
            " project"
        ) from None
