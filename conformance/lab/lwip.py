"""lwIP's TCP (C, of embedded systems) as a target: a process of its own that takes whole frames off the cable."""

from __future__ import annotations

from conformance.lab import frames
from conformance.lab.holder import Place


def hold(place: Place) -> None:
    """Lay the cable, start lwIP on it, and carry the agent's control until SIGTERM."""
    frames.run(place, "lwip")
