"""A connection attempt whose SYN carries data (RFC 9293, section 3.4; RFC 7413), where the system has one."""

from __future__ import annotations

import errno
import socket
import sys
from typing import Any

AVAILABLE = sys.platform.startswith("linux") and hasattr(socket, "MSG_FASTOPEN")

_NO_COOKIE = 34  # TCP_FASTOPEN_NO_COOKIE, which Python's socket module does not name


def connect(sock: socket.socket, address: tuple[Any, ...], data: bytes) -> int:
    """Issue the attempt, without waiting for its end; return how many octets of the data the kernel has taken."""
    sock.setsockopt(socket.IPPROTO_TCP, _NO_COOKIE, 1)
    try:
        return sock.sendto(data, socket.MSG_FASTOPEN, address)
    except OSError as error:
        if error.errno != errno.EINPROGRESS:
            raise
        return 0
