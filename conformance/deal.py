"""Which worker gets which cases: known to each beforehand, so that it can start them ahead of their turn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Deal:
    """How cases are dealt. `targets`: the names of the targets, each with its families, as ids of cases have them.

    Where there are as many targets as workers, or more, each worker gets whole targets: nobody else is there then, and
    waits, limits and memory are its own. Otherwise worker k of n gets the cases k, k+n, k+2n... But no more than `most`
    workers get any: each has at least one case in flight, and a target may bear few.
    """

    targets: tuple[tuple[str, tuple[str, ...]], ...]
    most: int

    def sharing(self, workers: int) -> int:
        """Return how many of so many workers share a target."""
        return 1 if self._whole(workers) else min(workers, self.most)

    def deal(self, ids: Sequence[str], workers: int) -> list[list[int]]:
        """Return for each worker the places of its cases among all."""
        hands: list[list[int]] = [[] for _ in range(workers)]
        sharing = self.sharing(workers)
        starts = {f"{name}-{family}": at % workers for at, (name, all_) in enumerate(self.targets) for family in all_}
        for place, name in enumerate(ids):
            hands[self._owner(name, starts) if self._whole(workers) else place % sharing].append(place)
        return hands

    def _whole(self, workers: int) -> bool:
        return 1 < workers <= len(self.targets)

    def _owner(self, name: str, starts: dict[str, int]) -> int:
        """Return the number of the worker whose target the parameters of a case begin with, the first for any other."""
        parameters = name.partition("[")[2]
        return next((worker for start, worker in starts.items() if parameters.startswith(start)), 0)
