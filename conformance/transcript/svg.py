"""The shapes that a ladder diagram is drawn with: SVG elements as text, and nothing that acts or loads anything."""

from __future__ import annotations

import re

COLOURS = ("#0b5cad", "#a04a00", "#12713a", "#7a3fc4", "#00707c", "#a8327c")
"""One for each connection, again from the start after the last; red is kept for what is wrong."""

STYLE = (
    ".tcpl{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono',monospace;font-size:12px;"
    "text-rendering:geometricPrecision}"
    ".tcpl .s{font-family:system-ui,-apple-system,'Segoe UI',Roboto,'DejaVu Sans',sans-serif}"
    ".tcpl .m{text-anchor:middle}.tcpl .e{text-anchor:end}.tcpl .b{font-weight:700}.tcpl .g{fill:#59636e}"
    ".tcpl .h{font-size:14px}.tcpl .t{font-size:10.5px;fill:#59636e;text-anchor:end}"
    ".tcpl .x{stroke:#c9d1d9;fill:none}.tcpl .i{font-style:italic}.tcpl .u{font-size:11px}"
    ".tcpl .l{stroke:currentColor;stroke-width:1.5;fill:none}.tcpl .f{fill:currentColor}"
    ".tcpl .k{fill:#1f2328}.tcpl .r{color:#cf222e}.tcpl .w .l{stroke-width:3}.tcpl .w text{font-weight:700}"
    ".tcpl .d{stroke-dasharray:7 4}.tcpl .o{stroke-dasharray:2 3}"
    + "".join(f".tcpl .c{at}{{color:{colour}}}" for at, colour in enumerate(COLOURS))
)
"""Short class names, for they stand in every element; all within the class of the drawing itself."""

_ILLEGAL = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def escape(text: str) -> str:
    """Return text as it may stand in an element or a quoted attribute; what XML cannot hold is replaced."""
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")
    return text if text.isprintable() and text.isascii() else _ILLEGAL.sub("\ufffd", text)


def text(x: float, y: float, words: str, style: str) -> str:
    """Return one line of text with its baseline at `y`; it is escaped here."""
    return f'<text x="{x:g}" y="{y:g}" class="{style}">{escape(words)}</text>'


def line(x1: float, y1: float, x2: float, y2: float, style: str) -> str:
    """Return a straight line."""
    return f'<path d="M{x1:g} {y1:g}L{x2:g} {y2:g}" class="{style}"/>'


def head(x: float, y: float, right: bool) -> str:
    """Return an arrow's head with its point at `x`, `y`."""
    back = -10 if right else 10
    return f'<path d="M{x:g} {y:g}l{back} -4.5l0 9z" class="f"/>'


def cross(x: float, y: float) -> str:
    """Return the mark of a segment that is not received."""
    return f'<path d="M{x - 5:g} {y - 5:g}l10 10m0 -10l-10 10" class="l" style="stroke-width:2.5"/>'


def box(x: float, y: float, width: float, height: float, look: str) -> str:
    """Return a rectangle with rounded corners; `look` is what else the element says of itself."""
    return f'<rect x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}" rx="4" {look}/>'


def tear(x: float, y: float, width: float) -> str:
    """Return a break mark across something vertical: two slanted strokes with nothing between them."""
    half = width / 2
    edge = f"M{x - half:g} {y + 1:g}l{width:g} -6"
    return (
        f'<path d="{edge}l0 8l{-width:g} 6z" fill="#fff"/><path d="{edge}m{-width:g} 14l{width:g} -6" '
        'stroke="#59636e" fill="none"/>'
    )
