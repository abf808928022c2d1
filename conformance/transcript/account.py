"""A transcript made ready to be told in whatever form: in order, with both ends' states and each entry in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from conformance.notation import notation
from conformance.transcript import Entry, Transcript
from conformance.transcript.endpoints import Connection, Step, follow
from conformance.transcript.order import in_order
from conformance.transcript.packets import describe


@dataclass(frozen=True, slots=True)
class Account:
    """The entries in order; for each of them what it led to and what it says in one line; the connections."""

    entries: Sequence[Entry]
    steps: Sequence[Step]
    words: Sequence[str]
    connections: Sequence[Connection]


def account_of(transcript: Transcript) -> Account:
    """Work out what all forms have in common, once for all of them."""
    entries = in_order(transcript.entries)
    steps, connections = follow(entries)
    return Account(entries, steps, [words(entry) for entry in entries], connections)


def words(entry: Entry) -> str:
    """Return what an entry says in one line: a segment's notation, what a packet is, or the text of a call."""
    text = " ".join(entry.text.split()) if entry.text else ""
    if entry.segment is not None:
        said = notation(entry.segment, ours=entry.who == "peer", iss=entry.iss, irs=entry.irs)
        return f"{said} {text}" if text else said
    if entry.packet:
        return f"{text}: {describe(entry.packet)}" if text else describe(entry.packet)
    return text
