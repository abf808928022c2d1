"""The agent's table of calls, filled with pmd-pytcp's sockets. Whatever is called is called in its event loop."""

from __future__ import annotations

import itertools
from typing import Any

from pmd_pytcp import socket as sockets
from pmd_pytcp import stack
from pmd_pytcp.protocols.tcp.tcp__enums import ConnError, FsmState

from conformance.agent.primitives import Parameter
from conformance.agent.protocol import Result
from conformance.lab.core import READ, WRITE, End, Failed
from conformance.lab.pytcp_done import Attempt, at_once, do

ROOM = 0x40000
"""Octets that may wait in one connection: the stack itself takes any number."""

_STATES = {
    **{FsmState.CLOSED: 1, FsmState.LISTEN: 2, FsmState.SYN_SENT: 3, FsmState.SYN_RCVD: 4, FsmState.ESTABLISHED: 5},
    **{FsmState.FIN_WAIT_1: 6, FsmState.FIN_WAIT_2: 7, FsmState.CLOSE_WAIT: 8, FsmState.LAST_ACK: 9},
    **{FsmState.CLOSING: 10, FsmState.TIME_WAIT: 11},
}
_ENDS = {ConnError.RESET: Result.RESET, ConnError.TIMEOUT: Result.USER_TIMEOUT}
_OPTIONS = {
    Parameter.NAGLE: (sockets.IPPROTO_TCP, sockets.TCP_NODELAY),
    Parameter.MSS: (sockets.IPPROTO_TCP, sockets.TCP_MAXSEG),
    Parameter.KEEP_ALIVE: (sockets.SOL_SOCKET, sockets.SO_KEEPALIVE),
    Parameter.KEEP_ALIVE_IDLE: (sockets.IPPROTO_TCP, sockets.TCP_KEEPIDLE),
    Parameter.KEEP_ALIVE_INTERVAL: (sockets.IPPROTO_TCP, sockets.TCP_KEEPINTVL),
    Parameter.KEEP_ALIVE_COUNT: (sockets.IPPROTO_TCP, sockets.TCP_KEEPCNT),
    Parameter.USER_TIMEOUT: (sockets.IPPROTO_TCP, sockets.TCP_USER_TIMEOUT),
}
_EARLY = (Parameter.KEEP_ALIVE, Parameter.KEEP_ALIVE_IDLE, Parameter.KEEP_ALIVE_INTERVAL, Parameter.KEEP_ALIVE_COUNT)
_HEADER = {
    (Parameter.TTL, False): (sockets.IPPROTO_IP, sockets.IP_TTL),
    (Parameter.TOS, False): (sockets.IPPROTO_IP, sockets.IP_TOS),
    (Parameter.TRAFFIC_CLASS, False): (sockets.IPPROTO_IP, sockets.IP_TOS),
    (Parameter.TTL, True): (sockets.IPPROTO_IPV6, sockets.IPV6_UNICAST_HOPS),
    (Parameter.TRAFFIC_CLASS, True): (sockets.IPPROTO_IPV6, sockets.IPV6_TCLASS),
}


class Pytcp:
    """`conformance.lab.core.Calls` on this process's stack. `busy` tells that something was called since it was unset.

    The values are the stack's own, which nothing here has types for.
    """

    def __init__(self) -> None:
        self.busy = False
        self._numbers = itertools.count()
        self._sockets: dict[int, Any] = {}
        self._attempts: dict[int, Attempt] = {}

    def open(self, ipv6: bool) -> int:
        """Return a new socket, which may reuse addresses."""
        family = sockets.AddressFamily.INET6 if ipv6 else sockets.AddressFamily.INET4
        one = sockets.socket(family=family, type=sockets.SocketType.STREAM)
        one.setblocking(False)
        one.setsockopt(sockets.SOL_SOCKET, sockets.SO_REUSEADDR, 1)
        return self._keep(one)

    def _keep(self, one: Any) -> int:
        number = next(self._numbers)
        self._sockets[number] = one
        return number

    def bind(self, socket: int, local: End) -> None:
        """Give it its local end, unless a socket that has no remote one is there: a listener, or about to be one.

        SO_REUSEADDR lets both be bound; but then this stack takes them for one group, to which it deals out in turn
        what comes for either.
        """
        one = self._sockets[socket]
        if local[1] and any(
            other.type is one.type
            and other.family is one.family
            and (other.local_port, other.remote_port) == (local[1], 0)
            for other in stack.sockets.values()
        ):
            raise Failed(Result.CANNOT_BIND)
        do(lambda: one.bind(local))

    def listen(self, socket: int, backlog: int) -> None:
        """Listen; a backlog of nothing is not possible."""
        one = self._sockets[socket]
        if one.tcp_session is None:
            do(lambda: one.listen(backlog=max(1, backlog)))
        elif one.state is FsmState.LISTEN:
            one._backlog = max(1, backlog)
        else:
            raise Failed(Result.EXISTS)

    def accept(self, socket: int) -> tuple[int, End]:
        """Take one connection out of the queue."""
        self.busy = True
        one, remote = do(lambda: at_once(self._sockets[socket].accept()))
        return self._keep(one), remote

    def connect(self, socket: int, remote: End) -> None:
        """Issue an attempt."""
        self.busy = True
        one = self._sockets[socket]
        if one.tcp_session is not None:
            raise Failed(Result.CONNECTION_ILLEGAL if one.state is FsmState.LISTEN else Result.EXISTS)
        attempt = Attempt(one.connect(remote))
        if attempt.result not in (Result.OK, Result.PENDING):
            raise Failed(attempt.result)
        self._attempts[socket] = attempt

    def connected(self, socket: int) -> None:
        """Return when the attempt has succeeded."""
        if self._attempts[socket].result is not Result.OK:
            raise Failed(self._attempts[socket].result)

    def send(self, socket: int, octets: bytes, urgent: bool) -> int:
        """Send octets as far as `ROOM` has room for them."""
        if urgent:
            raise Failed(Result.NO_PRIMITIVE)  # the stack has no urgent data
        self.busy = True
        session = self._session(socket)
        taken = octets[: max(0, ROOM - len(session._tx.buffer))]
        if not taken:
            raise Failed(Result.PENDING)
        try:
            return int(do(lambda: at_once(self._sockets[socket].send(taken))))
        except Failed as failed:
            ended = _ENDS.get(session._connection_error)
            raise Failed(ended) if ended else failed from None

    def receive(self, socket: int, most: int) -> bytes:
        """Return what is there."""
        self.busy = True
        self._session(socket)
        return bytes(do(lambda: at_once(self._sockets[socket].recv(most))))

    def _session(self, socket: int) -> Any:
        session = self._sockets[socket].tcp_session
        if session is None or session.state is FsmState.LISTEN:
            raise Failed(Result.DOES_NOT_EXIST)
        return session

    def shutdown(self, socket: int, how: int) -> None:
        """End receiving, sending, or both."""
        self.busy = True
        session = self._session(socket)
        if session.state is FsmState.CLOSED:
            raise Failed(_ENDS.get(session._connection_error, Result.DOES_NOT_EXIST))
        if how and (session._closing or session._shut.wr):
            raise Failed(Result.CLOSING)
        do(lambda: self._sockets[socket].shutdown(how))

    def close(self, socket: int) -> None:
        """CLOSE."""
        self._part(socket, "close")

    def abort(self, socket: int) -> None:
        """ABORT; a listener of this stack does not mind."""
        one = self._sockets[socket]
        self._part(socket, "close" if one.tcp_session is None or one.state is FsmState.LISTEN else "abort")

    def _part(self, socket: int, how: str) -> None:
        self.busy = True
        self._attempts.pop(socket, None)
        do(getattr(self._sockets.pop(socket), how))

    def local(self, socket: int) -> End:
        """Return its local end."""
        one = self._sockets[socket]
        return str(one.local_ip_address), one.local_port

    def state(self, socket: int, local: End, remote: End) -> int:
        """Return the state of a connection, also of one that nobody has a socket for."""
        if socket >= 0 and not remote[1]:
            return _STATES[self._sockets[socket].state]
        flow = (local[1], *remote)
        found = (
            one
            for one in stack.sockets.values()
            if one.type is sockets.SocketType.STREAM
            and (one.local_port, str(one.remote_ip_address), one.remote_port) == flow
        )
        return next((_STATES[one.state] for one in found), 1)

    def numbers(self, socket: int) -> tuple[int, int, int, int]:
        """Return what STATUS tells."""
        session = self._session(socket)
        status = self._sockets[socket].status()
        waiting = status.tx_buffer_len - session._tx_buffer_una
        return status.snd_wnd, status.rcv_wnd, max(0, waiting), status.rx_buffer_len

    def configure(self, socket: int, parameter: int, value: int) -> None:
        """Set a parameter by the stack's socket options; as with Linux, those of a listener are for its connections."""
        one = self._sockets[socket]
        option = _HEADER.get((Parameter(parameter), one.family is sockets.AddressFamily.INET6))
        option = option or _OPTIONS.get(Parameter(parameter))
        too_late = parameter in _EARLY and one.tcp_session is not None  # it would be taken and do nothing
        if option is None or too_late:
            raise Failed(Result.INVALID_PARAMETER)
        try:
            one.setsockopt(*option, int(not value) if parameter == Parameter.NAGLE else value)
        except OSError:
            raise Failed(Result.INVALID_PARAMETER) from None

    def ready(self, socket: int, mask: int) -> int:
        """Return what the socket is ready for."""
        one = self._sockets[socket]
        session = one.tcp_session
        if socket in self._attempts and self._attempts[socket].result is Result.PENDING:
            return 0
        if session is not None and session.state is FsmState.LISTEN:
            return mask & READ if one._tcp_accept else 0
        ready = READ if session is None or session._event__rx_buffer.is_set() else 0
        if session is None or session.state is FsmState.CLOSED or len(session._tx.buffer) < ROOM:
            ready |= WRITE
        return mask & ready
