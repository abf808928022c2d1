"""A path that is not perfect: packets are lost on it, doubled, overtaken and delayed, as the dice say. No I/O."""

from __future__ import annotations

import random
import re
from collections.abc import Hashable
from dataclasses import dataclass, fields

from conformance.errors import UsageProblem

HELD = 0.01
"""Seconds beyond the jitter for which a packet is held that others are to overtake."""

_SHARES = ("loss", "duplicate", "reorder")
_TIMES = ("delay", "jitter")
_UNITS = {"us": 1e-6, "ms": 1e-3, "s": 1.0}
_LIKE = "--path loss=1%,duplicate=1%,reorder=1%,delay=5ms,jitter=20ms,seed=7"


@dataclass(frozen=True, slots=True)
class RoughPath:
    """How a path treats packets, each way. `seed` decides the dice.

    `loss`, `duplicate` and `reorder` are shares of all packets, from 0 to 1. A packet takes `delay` seconds, and up to
    `jitter` more; those between two hosts stay in order all the same, as in a queue, but for those that are reordered.
    """

    loss: float = 0.0
    duplicate: float = 0.0
    reorder: float = 0.0
    delay: float = 0.0
    jitter: float = 0.0
    seed: int = 0

    @classmethod
    def read(cls, text: str) -> RoughPath:
        """Read `loss=1%,jitter=20ms,...`, in which everything may be left out; without a seed one is drawn.

        UsageProblem says what is wrong.
        """
        values: dict[str, float] = {}
        for part in filter(None, text.split(",")):
            name, _, value = part.strip().partition("=")
            if name in values:
                raise UsageProblem(f"--path {text}: {name} is given twice")
            values[name] = _value(text, name, value)
        seed = int(values.pop("seed", random.randrange(1_000_000)))
        return cls(**values, seed=seed)

    def __str__(self) -> str:
        """The path as the option takes it."""
        shares = [f"{name}={100 * getattr(self, name):.4g}%" for name in _SHARES if getattr(self, name)]
        times = [f"{name}={1000 * getattr(self, name):.4g}ms" for name in _TIMES if getattr(self, name)]
        return ",".join([*shares, *times, f"seed={self.seed}"])


def _value(text: str, name: str, value: str) -> float:
    known = [field.name for field in fields(RoughPath)]
    if name not in known:
        raise UsageProblem(f"--path {text}: unknown {name!r}; there are {', '.join(known)}, as in {_LIKE}")
    if name == "seed" and value.isdigit():
        return int(value)
    split = re.fullmatch(r"(\d+(?:\.\d*)?|\.\d+)(%|us|ms|s)", value)
    if name in _SHARES and split and split[2] == "%" and float(split[1]) <= 100:
        return float(split[1]) / 100
    if name in _TIMES and split and split[2] != "%":
        return float(split[1]) * _UNITS[split[2]]
    wanted = {"seed": "a whole number"}.get(name, "a share up to 100%" if name in _SHARES else "a time such as 20ms")
    raise UsageProblem(f"--path {text}: {name} is {wanted}, as in {_LIKE}")


class Fortune:
    """What becomes of the packets on a path. `lane` names what stays in order: two hosts, in one direction."""

    def __init__(self, path: RoughPath) -> None:
        self._path = path
        self._dice = random.Random(path.seed)
        self._last: dict[Hashable, float] = {}

    def arrivals(self, lane: Hashable, now: float) -> list[float]:
        """Return when the packet that leaves `now` arrives: never, once or twice."""
        path, dice = self._path, self._dice
        copies = 0 if dice.random() < path.loss else 1 + (dice.random() < path.duplicate)
        if dice.random() < path.reorder:
            return [now + path.delay + path.jitter + HELD] * copies  # those behind it need not wait for it
        return [self._in_order(lane, now + path.delay + dice.random() * path.jitter) for _ in range(copies)]

    def _in_order(self, lane: Hashable, due: float) -> float:
        due = self._last[lane] = max(due, self._last.get(lane, due))
        return due
