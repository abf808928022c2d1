"""A published result: a run's `verdicts.json` and the exchanges worth keeping, in one small archive per stack."""

from __future__ import annotations

import io
import json
import lzma
import tarfile
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from conformance.errors import UsageProblem
from conformance.report.document import NAME, SCHEMA, unpack
from conformance.report.evidence import PLAIN, target_folder
from conformance.report.verdict import DIFFERS, JUDGED, WORDS, Verdict
from conformance.requirements import lookup
from conformance.site.lean import lean_document, lean_exchange

SUFFIX = ".tar.xz"
CHANGES = "changes.json"
ENOUGH = 8

Run = tuple[str, str, str]
"""What tells a verdict from others of its target: case, family, parameters."""


@dataclass(frozen=True)
class Result:
    """What is known of one stack: the document of its run, and by path the exchanges that were kept."""

    document: dict[str, Any]
    exchanges: dict[str, bytes]
    changes: tuple[dict[str, Any], ...] | None = None
    """What changed since the result before: `case`, `family`, `parameters`, `before`, `after`. None: there is none."""

    @property
    def name(self) -> str:
        """The target's name."""
        return str(self.document["target"])

    @property
    def slug(self) -> str:
        """The name as part of an address."""
        return target_folder(self.name)

    @cached_property
    def verdicts(self) -> tuple[Verdict, ...]:
        """The verdicts of the run."""
        return tuple(unpack(values) for values in self.document["verdicts"])

    def exchange(self, verdict: Verdict) -> bytes | None:
        """Return the exchange behind a verdict; None where it was not kept."""
        path = _plain(verdict)
        return self.exchanges.get(path) if path else None


def run_of(verdict: Verdict) -> Run:
    """Return what tells a verdict from others of its target."""
    return verdict.case, verdict.family, json.dumps(verdict.parameters, sort_keys=True)


def load(path: Path) -> Result:
    """Load an archive, or the folder that a run has left. UsageProblem when it is neither.

    Of a folder, the exchanges of everything that does not conform are taken, and one of each case that does.
    """
    try:
        files = _read_archive(path) if path.is_file() else _read_folder(path)
        document = json.loads(files.pop(NAME))
        if document["schema"] != SCHEMA:
            raise ValueError(f"{NAME} is of {document['schema']}, expected {SCHEMA}")
        changes = tuple(json.loads(files.pop(CHANGES))) if CHANGES in files else None
        result = Result(document, files, changes)
        names = {name for one in result.verdicts for name in one.requirements}
    except (OSError, KeyError, TypeError, ValueError, tarfile.TarError, lzma.LZMAError) as error:
        raise UsageProblem(f"{path} has no results: {_words(error)}; give a folder with {NAME}, or *{SUFFIX}") from None
    try:
        for name in names:
            lookup(name)
    except UsageProblem as problem:
        raise UsageProblem(f"{path} is of another catalogue: {problem}") from None
    return result


def _words(error: Exception) -> str:
    return f"no {error}" if isinstance(error, KeyError) else str(error)


def _read_archive(path: Path) -> dict[str, bytes]:
    with tarfile.open(path, "r:xz") as archive:
        return {one.name: _content(archive, one) for one in archive if one.isfile()}


def _content(archive: tarfile.TarFile, member: tarfile.TarInfo) -> bytes:
    file = archive.extractfile(member)
    assert file is not None  # it is one
    return file.read()


def _read_folder(path: Path) -> dict[str, bytes]:
    files = {NAME: (path / NAME).read_bytes()}
    for one in worth_keeping(unpack(values) for values in json.loads(files[NAME])["verdicts"]):
        place = _plain(one)
        if place and (path / place).is_file():
            files[place] = (path / place).read_bytes()
    return files


def keep(result: Result, folder: Path) -> Path:
    """Write the archive of a result below `folder`, with what changed since the one that it takes the place of.

    The same result makes the same octets; kept again it stays, with what changed before it.
    """
    path = folder / f"{result.slug}{SUFFIX}"
    before = load(path) if path.is_file() else None
    if before is not None and is_same(before, result):
        return path
    changes = {CHANGES: _json(list(changed(before, result)))} if before else {}
    exchanges = {path: lean_exchange(octets) for path, octets in sorted(result.exchanges.items())}
    files = {NAME: _json(lean_document(result.document, exchanges)), **changes, **exchanges}
    folder.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}")
    part.write_bytes(lzma.compress(_tar(files), preset=9))
    part.replace(path)
    return path


def _tar(files: dict[str, bytes]) -> bytes:
    octets = io.BytesIO()
    with tarfile.open(fileobj=octets, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return octets.getvalue()


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode()


def worth_keeping(verdicts: Iterable[Verdict]) -> Iterator[Verdict]:
    """Yield what a reader may want to see: whatever is not as it should be, and one of each case that conforms.

    Of what is known of a case, `ENOUGH` runs tell it.
    """
    seen = set()
    told: Counter[str] = Counter()
    for one in verdicts:
        if one.verdict in DIFFERS or one.verdict == "inconclusive":
            told[one.case] += 1
            if not one.known or told[one.case] <= ENOUGH:
                yield one
        elif one.verdict == "conforms" and one.case not in seen:
            seen.add(one.case)
            yield one


def changed(before: Result, after: Result) -> Iterator[dict[str, Any]]:
    """Yield which runs of cases have another verdict now; those that are only in one of both have not changed."""
    old = {run_of(one): one.verdict for one in before.verdicts}
    for one in after.verdicts:
        was = old.get(run_of(one), one.verdict)
        if was != one.verdict:
            words = {"case": one.case, "family": one.family, "parameters": one.parameters}
            yield {**words, "before": was, "after": one.verdict}


def is_same(kept: Result, other: Result) -> bool:
    """Tell whether a result that was kept is another one: what is not kept of it does not count."""
    return lean_document(kept.document, kept.exchanges) == lean_document(other.document, other.exchanges)


def beside(before: Result, own: Result, name: str) -> Result:
    """Return a result under another `name`, to stand beside an earlier one of its target; with what changed since."""
    return Result({**own.document, "target": name}, own.exchanges, tuple(changed(before, own)))


def gravity(verdict: Verdict) -> tuple[int, bool]:
    """Return what to sort verdicts by, the gravest first, and of these what nobody knew of."""
    return WORDS.index(verdict.verdict), verdict.known is not None


def gravest(verdicts: Iterable[Verdict]) -> Verdict | None:
    """Return the gravest of some verdicts, the first of several; None of none."""
    return min(verdicts, key=gravity, default=None)


def decisive(verdicts: Iterable[Verdict]) -> Verdict | None:
    """Return the gravest of those that tell something about the target; of the others where none does."""
    found = list(verdicts)
    return gravest(one for one in found if one.verdict in JUDGED) or gravest(found)


def _plain(verdict: Verdict) -> str | None:
    return next((path for path in verdict.evidence if path.endswith(PLAIN)), None)
