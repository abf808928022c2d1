"""The head of a ladder diagram: what was tested, the verdict, who the two ends are, and their connections."""

from __future__ import annotations

from collections.abc import Sequence

from conformance.transcript import svg
from conformance.transcript.endpoints import Connection, Pair
from conformance.transcript.lifelines import PEER, TARGET, colour
from conformance.transcript.text import number_text, socket_text, wrapped

_VERDICTS = {"conforms": "#12713a", "violates": "#cf222e", "deviates": "#8a5a00", "inconclusive": "#6e40aa"}
_OTHER = "#59636e"
_LETTER = 8.6
"""How wide a letter of the title is, at the most, in the diagram's units."""
_LISTED = 6
_MIDDLE = (PEER + TARGET) / 2


def heading(width: float, title: str, verdict: str, connections: Sequence[Connection]) -> tuple[list[str], float]:
    """Return the shapes, and the height at which they end."""
    badge, below = _parted(verdict, int((width - 48) / _LETTER))
    room = 7.4 * len(badge) + 22 if badge else 0.0
    fits = int((width - 72 - room) / _LETTER)
    lines = wrapped(title, fits, break_on_hyphens=False)
    lines = lines[:2] if len(lines) < 3 else [lines[0], lines[1][: fits - 1] + "…"]
    shapes = [svg.text(24, 36 + 20 * at, line, "s b h k") for at, line in enumerate(lines)]
    if below:
        shapes.append(svg.text(24, 36 + 20 * len(lines), below, "s g"))
        lines.append(below)
    shapes += _verdict(width, badge, room)
    y = 48.0 + 20 * len(lines)
    shapes += _ends(y, connections)
    y += 36 if len(connections) > 1 else 48
    if len(connections) > 1:
        for known in connections[:_LISTED]:
            shapes.append(svg.text(_MIDDLE, y, _listed(known, connections[0].pair), f"u m f {colour(known.number)}"))
            y += 16
        if len(connections) > _LISTED:
            shapes.append(svg.text(_MIDDLE, y, f"… and {len(connections) - _LISTED} more connections", "s u m g"))
            y += 16
        y += 4
    return shapes, y


def _parted(verdict: str, most: int) -> tuple[str, str]:
    """Return the word of a verdict, and what else it says: the requirement, or why there is no judgement."""
    word, colon, reason = verdict.partition(": ")
    if colon:
        return word, reason if len(reason) <= most else f"{reason[: most - 1]}…"
    word, found, requirement = verdict.partition(" RFC")
    return word, f"RFC{requirement}" if found else ""


def _verdict(width: float, verdict: str, room: float) -> list[str]:
    if not verdict:
        return []
    ink = next((ink for word, ink in _VERDICTS.items() if verdict.startswith(word)), _OTHER)
    x = width - 24 - room
    words = f'<text x="{x + room / 2:g}" y="35" class="m b" fill="#fff">{svg.escape(verdict)}</text>'
    return [svg.box(x, 19, room, 24, f'fill="{ink}"'), words]


def _ends(y: float, connections: Sequence[Connection]) -> list[str]:
    shapes = [svg.text(PEER, y, "peer", "s b m k"), svg.text(TARGET, y, "target", "s b m k")]
    if not connections:
        return shapes
    first = connections[0]
    alone = len(connections) == 1
    peer, target = first.pair[:2], first.pair[2:]
    shapes += [
        svg.text(PEER, y + 16, socket_text(*peer) if alone else peer[0], "u m k"),
        svg.text(TARGET, y + 16, socket_text(*target) if alone else target[0], "u m k"),
    ]
    if alone:
        shapes += [
            svg.text(PEER, y + 31, f"ISS {number_text(first.iss)}", "u m g"),
            svg.text(TARGET, y + 31, f"IRS {number_text(first.irs)}", "u m g"),
        ]
    return shapes


def _listed(known: Connection, first: Pair) -> str:
    peer = f"port {known.pair[1]}" if known.pair[0] == first[0] else socket_text(*known.pair[:2])
    target = f"port {known.pair[3]}" if known.pair[2] == first[2] else socket_text(*known.pair[2:])
    return f"#{known.number} {peer} to {target} · ISS {number_text(known.iss)} · IRS {number_text(known.irs)}"
