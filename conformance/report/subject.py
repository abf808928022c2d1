"""Which conformance case a pytest item is: its name, its requirements, its target, and with what it runs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from conformance.play import texts
from conformance.report.evidence import case_folder, target_folder
from conformance.report.keys import CASE_KEY, PROFILES_KEY, CaseRecord
from conformance.target.profile import Known, Profile


@dataclass(frozen=True, slots=True)
class Subject:
    """A case as its verdict names it. `folder` is where its evidence lies, below the folder of all reports."""

    target: str
    case: str
    family: str
    parameters: dict[str, str]
    requirements: tuple[str, ...]
    profile: Profile
    folder: str

    def known(self) -> Known | None:
        """Return the known deviation that covers the case itself."""
        return self.profile.known(self.case, self.parameters, self.family, self.requirements[:1])

    def known_invariant(self, name: str) -> Known | None:
        """Return the known deviation that covers a broken invariant in this case."""
        return self.profile.known(self.case, self.parameters, self.family, [name], invariant=True)


def case_name(item: pytest.Item) -> str | None:
    """Return `folder/file.py::name` for a conformance case, from its place below `cases/`; None for any other test."""
    path, _, function = item.nodeid.partition("[")[0].partition("::")
    _, found, tail = f"/{path}".rpartition("/cases/")
    return f"{tail}::{function}" if found and function else None


def requirements(item: pytest.Item) -> tuple[str, ...]:
    """Return the names of an item's requirements; the first gives the verdict its level."""
    return tuple(dict.fromkeys(mark.kwargs["id"] for mark in item.iter_markers("requirement")))


def describe(item: pytest.Item, case: str) -> Subject:
    """Tell which case an item is, from its record; from its parameters where the set-up did not get that far."""
    record: CaseRecord | None = item.stash.get(CASE_KEY, None)
    callspec = getattr(item, "callspec", None)
    params: dict[str, Any] = dict(callspec.params) if callspec else {}
    subject = tuple(params.pop("subject", ("",)))
    profiles = item.config.stash.get(PROFILES_KEY, {})
    named = subject[0] if len(subject) > 1 else next(iter(profiles), "target")
    target = record.target_name if record else str(named)
    return Subject(
        target=target,
        case=case,
        family=record.family if record else str(subject[-1]),
        parameters=dict(record.parameters) if record else texts(params),
        requirements=requirements(item),
        profile=profiles.get(target, Profile()),
        folder=f"{target_folder(target)}/{case_folder(case, callspec.id if callspec else '')}",
    )
