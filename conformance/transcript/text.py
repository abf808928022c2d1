"""The transcript as text: one line an entry, in the manner of the figures of RFC 9293."""

from __future__ import annotations

from conformance.notation import notation
from conformance.transcript import Entry, Transcript


def render(transcript: Transcript) -> str:
    """Return the transcript as lines of at most 120 columns, times in relation to the first entry."""
    start = transcript.entries[0].at if transcript.entries else 0.0
    return "\n".join(f"{(entry.at - start) * 1e3:10.3f}  {_words(entry)}" for entry in transcript.entries)


def _words(entry: Entry) -> str:
    if entry.segment is None:
        return f"{entry.who}: {entry.text}"
    arrow = "peer  ->  target" if entry.who == "peer" else "peer  <-  target"
    return f"{arrow}  {notation(entry.segment, ours=entry.who == 'peer', iss=entry.iss, irs=entry.irs)}"
