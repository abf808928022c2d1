"""What the TCP reports of a connection that goes on (RFC 9293, section 3.9.1.8), by the system at hand.

An ICMP error is told by SO_ERROR: unasked (POLLERR) where the user wants that, otherwise when it is looked for. How
often a segment was retransmitted is told by TCP_INFO. Urgent data is told by POLLPRI, or by what reading it says.
"""

from __future__ import annotations

import select
import socket
import sys

from conformance.agent.primitives import Report

_INFO = 3  # octets: state, congestion state, retransmissions of the segment that was sent last
_CLOSED = 7  # Linux's number
_R1 = "/proc/sys/net/ipv4/tcp_retries1"
_LINUX = sys.platform.startswith("linux")


def taken(sock: socket.socket, asking: bool) -> tuple[set[Report], int]:
    """Take what is reported of the connection: unasked only, or also what the TCP tells when it is asked.

    Also the number of the error by which it has ended, where that came just then: nobody else is told it. Else 0.
    """
    poll = select.poll()
    poll.register(sock, select.POLLPRI)
    events = next((events for _, events in poll.poll(0)), 0)
    reports = set()
    error = ended = 0
    if (asking or events & select.POLLERR) and goes_on(sock):
        error = sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
    if error and goes_on(sock):
        reports.add(Report.ICMP)
    elif error:
        ended = error
    if events & select.POLLPRI or (asking and _urgent(sock)):
        reports.add(Report.URGENT)
    if asking and _retransmissions(sock) >= _r1():
        reports.add(Report.RETRANSMISSIONS)
    return reports, ended


def goes_on(sock: socket.socket) -> bool:
    """Tell whether the socket has a connection, or is about to have one: an error of it is a soft one then."""
    if _LINUX:
        return _info(sock)[0] != _CLOSED
    try:
        sock.getpeername()
    except OSError:
        return False
    return True


def _urgent(sock: socket.socket) -> bool:
    """Tell whether urgent data is announced or here, without taking it."""
    try:
        return bool(sock.recv(1, socket.MSG_OOB | socket.MSG_PEEK))
    except (BlockingIOError, InterruptedError):
        return True  # announced; its octet has not come
    except OSError:
        return False


def _retransmissions(sock: socket.socket) -> int:
    return _info(sock)[2] if _LINUX else 0


def _info(sock: socket.socket) -> bytes:
    return sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, _INFO)


def _r1() -> int:
    """Return after how many retransmissions this system sees a problem: R1 (RFC 9293, section 3.8.3), at least 3."""
    try:
        with open(_R1, encoding="ascii") as number:
            return int(number.read())
    except (OSError, ValueError):
        return 3
