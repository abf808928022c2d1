"""How long a case is known to wait before it has run: `@slow(60)`. The longest are started first."""

from __future__ import annotations

import argparse
import math
from collections.abc import Iterable

import pytest

MOST_UNSAID = 10.0
"""What a case may wait, in seconds, without saying so."""


def seconds(text: str) -> float:
    """Read the value of `--longest`; raises `argparse.ArgumentTypeError`."""
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not number >= MOST_UNSAID:
        raise argparse.ArgumentTypeError(f"{text!r} is no number of seconds from {MOST_UNSAID:g} on")
    return number


def slow(seconds: float) -> pytest.MarkDecorator:
    """The case waits for a timer, about `seconds` in all, ten or more, on a target whose MSL is 30 seconds.

    `-m "not slow"` leaves it out. The number decides what is started first, and tells what a run will take; nothing is
    judged by it.
    """
    return pytest.mark.slow(seconds)


def length_of(item: pytest.Item) -> float:
    """Return the seconds that a case says it waits; 0 for one that is not slow."""
    mark = item.get_closest_marker("slow")
    if mark is None:
        return 0.0
    waits: float = mark.args[0] if mark.args else MOST_UNSAID
    return waits


def leave_out_longer(items: list[pytest.Item], most: float) -> list[pytest.Item]:
    """Take those out of `items` that wait longer than `most` seconds; return them."""
    longer = [item for item in items if length_of(item) > most]
    items[:] = [item for item in items if length_of(item) <= most]
    return longer


def told(items: Iterable[pytest.Item]) -> str:
    """Say how many of the cases are slow, and which is the longest; nothing where none is."""
    slow = [item for item in items if length_of(item)]
    if not slow:
        return ""
    longest = max(slow, key=length_of)
    name = longest.nodeid.rpartition("::")[2].partition("[")[0]
    shorter = "-m 'not slow' or --longest=SECONDS leaves them out"
    return f"longest: {length_of(longest):g} s ({name}); {len(slow)} slow, {shorter}"
