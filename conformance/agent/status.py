"""What STATUS tells of a connection beside its state (RFC 9293, section 3.9.1.5), as far as the system at hand does."""

from __future__ import annotations

import socket
import struct
import sys

from conformance.agent.primitives import NOT_TOLD

_LINUX = sys.platform.startswith("linux")
_UNACKNOWLEDGED, _UNREAD = 0x5411, 0x541B  # SIOCOUTQ, SIOCINQ
_WINDOWS_AT = 228  # octets before tcpi_snd_wnd in TCP_INFO; tcpi_rcv_wnd follows, since Linux 6.2


def numbers(sock: socket.socket) -> tuple[int, int, int, int]:
    """Return send window, receive window, octets that wait for an acknowledgment, octets that wait for RECEIVE."""
    return (*_windows(sock), _count(sock, _UNACKNOWLEDGED), _count(sock, _UNREAD))


def _windows(sock: socket.socket) -> tuple[int, int]:
    info = sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, _WINDOWS_AT + 8) if _LINUX else b""
    if len(info) < _WINDOWS_AT + 8:
        return NOT_TOLD, NOT_TOLD
    send, receive = struct.unpack_from("=II", info, _WINDOWS_AT)
    return send, receive


def _count(sock: socket.socket, which: int) -> int:
    if not _LINUX:
        return NOT_TOLD
    import fcntl

    (count,) = struct.unpack("=i", fcntl.ioctl(sock, which, bytes(4)))
    return int(count)
