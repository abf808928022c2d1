"""Urgent data, as POSIX shows it: SIGURG when it is announced, its last octet out of band, the mark where that stood.

The signal goes to the process and does not say which socket it is about; those where something is new are looked for.
"""

from __future__ import annotations

import contextlib
import errno
import os
import socket
import struct
import sys

from conformance.agent.primitives import Urgent
from conformance.agent.protocol import Result
from conformance.agent.refusal import Refused

try:
    import fcntl
except ImportError:  # Windows has none of it
    fcntl = None  # type: ignore[assignment]

_AT_MARK = 0x8905 if sys.platform.startswith("linux") else 0x40047307  # SIOCATMARK


class Urgency:
    """What is known of one socket's urgent data."""

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock
        self._told = (Urgent.NONE, b"")
        with contextlib.suppress(AttributeError, OSError):
            fcntl.fcntl(sock, fcntl.F_SETOWN, os.getpid())  # SIGURG comes here

    def news(self) -> Urgent | None:
        """Return what the user has to be told after a signal; None where this socket has nothing new."""
        found = self._look(socket.MSG_PEEK)
        # The octet of what was announced is no news when it comes.
        new = found != self._told and found[0] is not Urgent.NONE and self._told[0] is not Urgent.ANNOUNCED
        self._told = found
        return found[0] if new else None

    def take(self) -> tuple[Urgent, bytes]:
        """Return what is known of urgent data, and take its octet if it is here. OSError as of the system."""
        found = self._look(0)
        self._told = (Urgent.NONE, b"") if found[0] is Urgent.TAKEN else found
        return found

    def received(self) -> None:
        """Take note that the user has received something, with which the urgent data may be past."""
        if self._told[0] is not Urgent.NONE and self._look(socket.MSG_PEEK)[0] is Urgent.NONE:
            self._told = (Urgent.NONE, b"")

    def at_mark(self) -> bool:
        """Tell whether what is received next is, or was, the last urgent octet."""
        if fcntl is None:
            raise Refused(Result.NO_PRIMITIVE)
        answer = fcntl.ioctl(self._sock, _AT_MARK, struct.pack("i", 0))
        return bool(struct.unpack("i", answer)[0])

    def _look(self, flags: int) -> tuple[Urgent, bytes]:
        try:
            data = self._sock.recv(1, socket.MSG_OOB | flags)
        except (BlockingIOError, InterruptedError):
            return Urgent.ANNOUNCED, b""
        except OSError as error:
            if error.errno != errno.EINVAL and not flags:
                raise
            return Urgent.NONE, b""
        return (Urgent.TAKEN, data) if data else (Urgent.ANNOUNCED, b"")  # empty: the stream ends before it
