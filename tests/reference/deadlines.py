"""What runs out, and when, over all of a host's connections."""

from __future__ import annotations

import heapq
from itertools import count

from reference.tcb import Tcb


class Deadlines:
    """The timers of a host's endpoints, in the order of time; `now` is in seconds."""

    def __init__(self) -> None:
        self.now = 0.0
        self._timers: list[tuple[float, int, Tcb, str]] = []
        self._order = count()

    def arm(self, endpoint: Tcb, timer: str) -> None:
        """Take note of a deadline of an endpoint."""
        heapq.heappush(self._timers, (endpoint.deadlines[timer], next(self._order), endpoint, timer))

    def next_timer(self) -> float:
        """Return when the next timer expires; infinity when none runs."""
        while self._timers:
            at, _, endpoint, timer = self._timers[0]
            if endpoint.deadlines.get(timer) == at:
                return at
            heapq.heappop(self._timers)  # stopped, or started anew
        return float("inf")

    def expire(self) -> None:
        """Deal with every timer that has expired by now."""
        while self.next_timer() <= self.now:
            _, _, endpoint, timer = heapq.heappop(self._timers)
            endpoint.expire(timer)
