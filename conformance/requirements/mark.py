"""The decorator that ties a case to the requirements it shows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import pytest

from conformance.errors import UsageProblem
from conformance.requirements import lookup

_Case = TypeVar("_Case", bound=Callable[..., object])


def requirement(*names: str) -> Callable[[_Case], _Case]:
    """Mark a case with its requirements; the first gives its verdict the level.

    One `pytest.mark.requirement(id, level, rfc, section, topic)` each, so that
    `-m "requirement(level='MUST')"` selects. A name that is not in the catalogue, no name at all, or a second
    decorator on the same case fails the collection with one line.
    """

    def decorate(case: _Case) -> _Case:
        where = f"{case.__module__.rpartition('.')[2]}.py::{case.__qualname__}"
        if any(mark.name == "requirement" for mark in getattr(case, "pytestmark", ())):
            raise pytest.Collector.CollectError(f"{where}: name all requirements in one @requirement(...)")
        try:
            decorators = marks(*names)
        except UsageProblem as problem:
            raise pytest.Collector.CollectError(f"{where}: {problem}") from None
        for decorator in decorators:
            decorator(case)
        return case

    return decorate


def marks(*names: str) -> tuple[pytest.MarkDecorator, ...]:
    """Return the marks themselves, for a single row: `pytest.param(..., marks=marks("RFC9293:MUST-13"))`."""
    if not names:
        raise UsageProblem("@requirement needs the name of a requirement, such as RFC9293:MUST-13")
    return tuple(pytest.mark.requirement(**_facts(name)) for name in names)


def _facts(name: str) -> dict[str, Any]:
    one = lookup(name)
    return {"id": one.id, "level": one.level, "rfc": one.rfc, "section": one.section, "topic": one.topic}
