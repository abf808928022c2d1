"""ns-3's TCP (C++, of a network simulator) as a target: a simulation in real time on frames of the cable."""

from __future__ import annotations

from conformance.lab import frames
from conformance.lab.holder import Place


def hold(place: Place) -> None:
    """Lay the cable, start ns-3 on it, and carry the agent's control until SIGTERM."""
    frames.run(place, "ns-3")
