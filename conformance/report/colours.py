"""The colours of pytest's own status line for the six verdicts. A nicety: without it everything works, in yellow."""

from __future__ import annotations

import _pytest.terminal
import pytest

RED = frozenset({"failed", "error", "violates", "inconclusive", "no longer deviates"})
GREEN = frozenset({"passed", "conforms"})
QUIET = frozenset({"", "skipped", "deselected", "xfailed", "known", "not applicable", "not offered"})
"""Categories that leave the colour to the others."""


def colour(categories: set[str], strict: bool) -> str | None:
    """Return the colour of a run with reports in these categories; None where there is nothing to tell it by."""
    red = RED | {"deviates"} if strict else RED
    if categories & red:
        return "red"
    if categories - GREEN - QUIET:
        return "yellow"
    return "green" if categories & GREEN else None


def install(reporter: pytest.TerminalReporter, strict: bool) -> None:
    """Teach pytest's reporter the colours, where this version of pytest lets us."""
    table = getattr(_pytest.terminal, "_color_for_type", None)
    original = getattr(reporter, "_determine_main_color", None)
    if table is None or original is None:
        return
    table.update(dict.fromkeys(RED - {"failed", "error"}, "red"), conforms="green")

    def determine(unknown_type_seen: bool) -> str:
        seen = {category for category, reports in reporter.stats.items() if reports}
        return colour(seen, strict) or str(original(False))

    reporter._determine_main_color = determine  # type: ignore[method-assign]
