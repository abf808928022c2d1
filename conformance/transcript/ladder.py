"""The transcript as a ladder diagram (SVG), in the manner of the figures of RFC 9293."""

from __future__ import annotations

from xml.sax.saxutils import escape

from conformance.transcript import Transcript
from conformance.transcript.text import render as render_text


def render(transcript: Transcript, title: str, verdict: str = "") -> str:
    """Return the ladder as one SVG document without scripts and external references, under 100 kB."""
    lines = [title, verdict, *render_text(transcript).splitlines()]
    rows = "".join(f'<text x="16" y="{24 + 16 * row}">{escape(line)}</text>' for row, line in enumerate(lines))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" width="980" height="{40 + 16 * len(lines)}">'
        f"<title>{escape(title)}</title>{rows}</svg>\n"
    )
