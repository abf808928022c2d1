"""How many sockets there may be, and who waits for one to be released."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    """What the server allows itself: `sockets` in all and per session, and seconds that a session may be idle."""

    sockets: int = 1024
    sockets_per_session: int = 256
    sessions: int = 1024
    idle: float = 300.0


class Room:
    """The sockets of all sessions, counted."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.taken = 0
        self._waiting: list[Callable[[], None]] = []

    def has_room(self, in_session: int) -> bool:
        """Tell whether a session that has `in_session` sockets may have one more."""
        return self.taken < self.limits.sockets and in_session < self.limits.sockets_per_session

    def take(self) -> None:
        """Count one more."""
        self.taken += 1

    def release(self) -> None:
        """Count one less, and tell those that wait."""
        self.taken -= 1
        waiting, self._waiting = self._waiting, []
        for resume in waiting:
            resume()

    def wait(self, resume: Callable[[], None]) -> None:
        """Call `resume` when a socket is released."""
        self._waiting.append(resume)
