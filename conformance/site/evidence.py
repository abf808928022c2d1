"""The evidence behind verdicts, drawn again from their exchanges, in as many processes as there are cores."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from conformance.report.evidence import CAPTURE, LADDER, PLAIN, TEXT, draw, title_of
from conformance.report.text import headline
from conformance.report.verdict import Verdict
from conformance.site.place import Place
from conformance.site.results import Result, Run, run_of
from conformance.transcript.plain import load

Task = tuple[Path, str, list[tuple[str, Verdict, bytes]]]
"""Where, of which target, and what: the name of the files without their ends, the verdict and the exchange."""

_AT_ONCE = 50


@dataclass(frozen=True, slots=True)
class Drawn:
    """Where the files of a verdict are, relative to the site, and the transcript itself."""

    ladder: str
    capture: str
    transcript: str


def drawn(results: Sequence[Result], place: Place) -> dict[tuple[str, Run], Drawn]:
    """Draw everything that was kept; return it by the target's name and the run."""
    tasks = [task for result in results for task in _tasks(result, place.root)]
    found: dict[tuple[str, Run], Drawn] = {}
    with ProcessPoolExecutor(len(os.sched_getaffinity(0))) as pool:
        for task, texts in zip(tasks, pool.map(_draw, tasks), strict=True):
            _, target, pieces = task
            for (name, verdict, _), text in zip(pieces, texts, strict=True):
                one = Drawn(f"{name}.svg", f"{name}.pcapng", text)
                place.have(one.ladder)
                place.have(one.capture)
                found[target, run_of(verdict)] = one
    return found


def _tasks(result: Result, root: Path) -> Iterator[Task]:
    pieces = [
        (f"evidence/{result.slug}/{_name(one)}", one, exchange)
        for one in result.verdicts
        if (exchange := result.exchange(one)) is not None
    ]
    for at in range(0, len(pieces), _AT_ONCE):
        yield root, result.name, pieces[at : at + _AT_ONCE]


def _draw(task: Task) -> list[str]:
    root, target, pieces = task
    place = Place(root)
    texts = []
    for name, verdict, exchange in pieces:
        words = [target, verdict.family, *(f"{key}={value}" for key, value in verdict.parameters.items())]
        files = draw(load(exchange), title_of(verdict.case, words), headline(verdict))
        place.write(f"{name}.svg", files[LADDER])
        place.write(f"{name}.pcapng", files[CAPTURE])
        texts.append(files[TEXT].decode().split("\n\n", 1)[-1])
    return texts


def _name(verdict: Verdict) -> str:
    path = next(path for path in verdict.evidence if path.endswith(PLAIN))
    return ".".join(Path(path).parent.parts[1:])
