"""The evidence of a case: its transcript as text, ladder diagram, capture and plain values; and where it is kept."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from conformance.transcript import Transcript

TEXT, LADDER, CAPTURE, PLAIN = "transcript.txt", "ladder.svg", "exchange.pcapng", "exchange.json"

FILES = (TEXT, LADDER, CAPTURE, PLAIN)
"""The files of a case, in the order in which they are listed."""


def slug(name: str) -> str:
    """Return a name as one part of a path. What had to be changed is told apart by a digest."""
    plain = re.sub(r"[^A-Za-z0-9._-]+", "-", name).strip("-.") or "-"
    if len(plain) > 120:
        plain = plain[:110]
    return plain if plain == name else f"{plain}-{hashlib.sha256(name.encode()).hexdigest()[:6]}"


def target_folder(name: str) -> str:
    """Return the name of a target's folder: `fe80::2%eth0` has `fe80-2-eth0`."""
    return re.sub(r"[^A-Za-z0-9._-]+", "-", name).strip("-.") or "target"


def case_folder(case: str, variant: str) -> str:
    """Return the folder of a case below its target's: the same in every run. `variant` is the parameters' id."""
    file, _, function = case.partition("::")
    return "/".join(["evidence", file.removesuffix(".py"), function, *([slug(variant)] if variant else [])])


def near(path: Path) -> Path:
    """Return a path as short as it can be said from here."""
    here = Path.cwd()
    return path.relative_to(here) if path.is_relative_to(here) else path


def title_of(case: str, words: Iterable[str]) -> str:
    """Return what stands over the evidence of a case: its function, and the words that tell its run from others."""
    return f"{case.rpartition('::')[2]} ({', '.join(word for word in words if word)})"


def draw(transcript: Transcript, title: str, verdict: str) -> dict[str, bytes]:
    """Return the files of a case by name."""
    from conformance.transcript import ladder, pcapng, plain, text
    from conformance.transcript.account import account_of

    account = account_of(transcript)
    return {
        TEXT: f"{title}\n{verdict}\n\n{text.render(transcript, account)}\n".encode(),
        LADDER: ladder.render(transcript, title, verdict, account).encode(),
        CAPTURE: pcapng.render(transcript, account),
        PLAIN: plain.dump(transcript),
    }


def exchange(transcript: Transcript) -> str:
    """Return the transcript as text."""
    from conformance.transcript import text

    return text.render(transcript)


def keep(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write the files of a case over those of an earlier run.

    They are cut off at their end, not emptied first: to give thousands of them back takes a disk many times as long as
    to write them again.
    """
    os.makedirs(folder, exist_ok=True)
    for name, content in files.items():
        with open(f"{folder}/{name}", "wb", opener=_open_as_it_is) as file:
            file.write(content)
            file.truncate()


def _open_as_it_is(path: str, flags: int) -> int:
    return os.open(path, flags & ~os.O_TRUNC, 0o666)
