"""The catalogue of requirements, one TOML file per RFC, read when first asked for.

A requirement has the name `RFC9293:MUST-13`: its RFC and its key there. The sentences are this project's own.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from typing import Literal, get_args

from conformance.errors import UsageProblem

Level = Literal["MUST", "MUST NOT", "SHOULD", "SHOULD NOT", "MAY"]

LEVELS: tuple[Level, ...] = get_args(Level)
"""The levels of RFC 2119 in the catalogue, gravest first."""

_FOLDER = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Requirement:
    """One requirement: what its RFC asks for, how strongly, and where.

    `observable` tells who can see it: `wire`, `app` (the target's user) or `internal`. `basis` tells where the level
    comes from: the RFC's own keyword (`bcp14`), its plain `text`, or `derived` from it. `feature` names the optional
    feature it belongs to; empty for what every TCP has.
    """

    id: str
    rfc: str
    key: str
    level: Level
    section: str
    topic: str
    observable: str
    basis: str
    text: str
    note: str = ""
    feature: str = ""
    status: str = ""

    @property
    def link(self) -> str:
        """The address of the section in the RFC."""
        page = f"https://www.rfc-editor.org/rfc/rfc{self.rfc}"
        found = re.match(r"(?:\d+|[A-Z]\b)(?:\.\d+)*", self.section)
        if found is None:
            return page
        kind = "section" if found[0][0].isdigit() else "appendix"
        return f"{page}#{kind}-{found[0]}"


def lookup(name: str) -> Requirement:
    """Return the requirement of this name; a UsageProblem with the nearest names when there is none."""
    rfc, _, key = name.partition(":")
    number = rfc.removeprefix("RFC")
    found = of_rfc(number).get(key) if rfc.startswith("RFC") and number in rfcs() else None
    if found is None:
        raise UsageProblem(f"no requirement {name} in the catalogue{nearest(name, (one.id for one in catalogue()))}")
    return found


def nearest(word: str, words: Iterable[str]) -> str:
    """Say which of `words` are near `word`, as the end of a sentence; nothing when none is."""
    near = get_close_matches(word, list(words), n=3, cutoff=0.6)
    return f"; did you mean {' or '.join(near)}?" if near else ""


@cache
def rfcs() -> tuple[str, ...]:
    """The numbers of the RFCs in the catalogue, smallest first."""
    return tuple(sorted((path.stem.removeprefix("rfc") for path in _FOLDER.glob("rfc*.toml")), key=int))


@cache
def of_rfc(number: str) -> dict[str, Requirement]:
    """The requirements of one RFC by key, in the order of its file."""
    with (_FOLDER / f"rfc{number}.toml").open("rb") as file:
        entries = tomllib.load(file)
    return {key: _requirement(number, key, entry) for key, entry in entries.items()}


def catalogue() -> tuple[Requirement, ...]:
    """Every requirement, by RFC and in the order of its file."""
    return tuple(one for number in rfcs() for one in of_rfc(number).values())


def _requirement(rfc: str, key: str, entry: dict[str, str]) -> Requirement:
    known = {name: entry[name] for name in Requirement.__dataclass_fields__ if name in entry}
    return Requirement(id=f"RFC{rfc}:{key}", rfc=rfc, key=key, **known)  # type: ignore[arg-type]
