"""What SEND_DATA handed over and the kernel has not taken yet."""

from __future__ import annotations

import socket
from collections import deque

MOST = 1 << 20
"""Octets that one socket may have waiting, apart from what its kernel holds."""


class Output:
    """A queue of octets; each SEND keeps its own flags (MSG_OOB or none)."""

    def __init__(self) -> None:
        self._chunks: deque[tuple[memoryview, int]] = deque()
        self.octets = 0

    def add(self, data: bytes, flags: int) -> None:
        """Append `data`; with MSG_OOB in `flags` its last octet is urgent."""
        if data:
            self._chunks.append((memoryview(data), flags))
            self.octets += len(data)

    def write(self, sock: socket.socket) -> None:
        """Hand over as much as the kernel takes; raises OSError when the connection takes no more at all."""
        while self._chunks:
            data, flags = self._chunks[0]
            try:
                count = sock.send(data, flags)
            except (BlockingIOError, InterruptedError):
                return
            self.octets -= count
            self._chunks.popleft()
            if count < len(data):
                self._chunks.appendleft((data[count:], flags))

    def clear(self) -> None:
        """Forget what is left."""
        self._chunks.clear()
        self.octets = 0
