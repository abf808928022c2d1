"""What the path to a target is like: plain data."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Quality:
    """What became of the probes: SYNs in pairs to a closed port, the second close behind the first.

    `lost` counts answers that did not come (in whichever direction the loss was), `doubled` those that came twice,
    `reordered` pairs whose answers changed places. `slowest` and `fastest` are times to an answer, in seconds.
    `told` is that the user said that the path spoils, whatever the probes say.
    """

    probes: int = 0
    lost: int = 0
    doubled: int = 0
    reordered: int = 0
    fastest: float = 0.0
    slowest: float = 0.0
    told: bool = False

    @property
    def spoils(self) -> bool:
        """Whether a case may fail for the path's sake, so that what fails has to fail again to be believed."""
        return self.told or bool(self.lost or self.doubled or self.reordered)

    @property
    def spread(self) -> float:
        """By how many seconds the path makes one answer come later than another."""
        return self.slowest - self.fastest

    @property
    def rate(self) -> float:
        """The share of segments that the path spoils, as far as the probes tell: rather too much than too little."""
        return (self.lost + self.doubled + self.reordered + 2) / max(2 * self.probes, 100)

    def __str__(self) -> str:
        """What was measured, in words."""
        if not self.probes:
            return "it spoils, the profile says"
        return (
            f"{self.probes} probes: {self.lost} lost, {self.doubled} doubled, {self.reordered} reordered,"
            f" answers spread over {1000 * self.spread:.2g} ms"
        )


PERFECT = Quality()
"""Of a path on which nothing is measured, as nothing can happen there."""
