"""Frames between two sockets that hold few each: what one has no room for waits, so that a burst loses nothing."""

from __future__ import annotations

import selectors
import socket
from collections import deque
from collections.abc import Mapping, Sequence
from typing import Any

MOST = 4096
"""Frames that wait for a socket at most; then the oldest is lost, as on a cable whose end is never read."""

_AT_ONCE = 64  # frames that are read before others have their turn


class Bridge:
    """What one of two sockets hears the other says; neither of them waits. Without sockets it does nothing."""

    def __init__(self, sockets: Sequence[socket.socket] = ()) -> None:
        self._pairs = tuple(zip(sockets, reversed(sockets), strict=True))
        self._waiting = {one: deque[bytes](maxlen=MOST) for one in sockets}
        self._watched = dict.fromkeys(sockets, selectors.EVENT_READ)

    def register(self, selector: selectors.BaseSelector) -> None:
        """Have a selector look at both."""
        for one, events in self._watched.items():
            selector.register(one, events)

    def turn(self, selector: selectors.BaseSelector, events: Mapping[Any, int]) -> None:
        """Carry what there is, of the sockets that the selector found to be ready, with what it found."""
        for source, other in self._pairs:
            if events.get(source, 0) & selectors.EVENT_READ:
                self._waiting[other].extend(_frames(source))
        for one, waiting in self._waiting.items():
            _say(one, waiting)
            wanted = selectors.EVENT_READ | (selectors.EVENT_WRITE if waiting else 0)
            if wanted != self._watched[one]:
                selector.modify(one, wanted)
                self._watched[one] = wanted


def _frames(source: socket.socket) -> list[bytes]:
    frames: list[bytes] = []
    try:
        while len(frames) < _AT_ONCE:
            frames.append(source.recv(0x10000))
    except OSError:  # there is no more, or the other end is gone
        pass
    return frames


def _say(one: socket.socket, waiting: deque[bytes]) -> None:
    while waiting:
        try:
            one.send(waiting[0])
        except BlockingIOError:
            return
        except OSError:  # too large for it, or its link is down: a cable loses that, too
            pass
        waiting.popleft()
