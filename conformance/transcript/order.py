"""The order of a transcript: as it was on the wire, not as the suite came to read it."""

from __future__ import annotations

from collections.abc import Iterable

from conformance.transcript import Entry

_TOGETHER = 5e-6
"""Entries this close, in seconds, stay as they were: for a clock's sake no reply may come before its cause."""


def in_order(entries: Iterable[Entry]) -> list[Entry]:
    """Return the entries by time. What waited unread while the suite spoke goes to where it arrived."""
    ordered: list[Entry] = []
    for entry in entries:
        at = len(ordered)
        while at and ordered[at - 1].at - entry.at > _TOGETHER:
            at -= 1
        ordered.insert(at, entry)
    return ordered
