"""Where the fixtures leave what the report needs: keys of pytest's stash, and the shape of a case's record."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

import pytest

from conformance.errors import Nonconformance
from conformance.target.profile import Profile
from conformance.transcript import Transcript


class CaseRecord(Protocol):
    """What a case leaves behind. It is stored on the item as soon as there is something to tell.

    `parameters` are words, such as `{"state": "TIME-WAIT"}`. `facts` is what the case measured. `violations` are
    broken invariants, each with the attribute `requirement`: the name of the requirement that it breaks. `span` is when
    the case ran, in Unix time, where that was not in pytest's turn.
    """

    @property
    def transcript(self) -> Transcript: ...  # noqa: D102
    @property
    def facts(self) -> Mapping[str, object]: ...  # noqa: D102
    @property
    def target_name(self) -> str: ...  # noqa: D102
    @property
    def family(self) -> str: ...  # noqa: D102
    @property
    def parameters(self) -> Mapping[str, str]: ...  # noqa: D102
    @property
    def violations(self) -> Sequence[Nonconformance]: ...  # noqa: D102
    @property
    def span(self) -> tuple[float, float] | None: ...  # noqa: D102


CASE_KEY = pytest.StashKey[CaseRecord]()
"""On the item: the record of the case."""

PROFILES_KEY = pytest.StashKey[dict[str, Profile]]()
"""On the config: the profile of each target, by its name."""

FACTS_KEY = pytest.StashKey[dict[str, dict[str, object]]]()
"""On the config of the controller: what is known of each target (addresses, RTT, services), by its name."""
