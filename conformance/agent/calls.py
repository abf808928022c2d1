"""What each primitive does: functions of the session and the values of a request; they return those of the response."""

from __future__ import annotations

import socket
from collections.abc import Callable
from typing import Any

from conformance.agent import lookup, status
from conformance.agent import primitives as p
from conformance.agent.endpoint import Endpoint
from conformance.agent.flow import Flow, with_scope
from conformance.agent.primitives import Parameter, Primitive
from conformance.agent.protocol import VERSION, Result
from conformance.agent.refusal import Refused
from conformance.agent.session import Session
from conformance.agent.settings import configure, number_of, value_of

_HOW = (socket.SHUT_RD, socket.SHUT_WR, socket.SHUT_RDWR)


def _get_version(session: Session) -> tuple[Any, ...]:
    return VERSION


def _start_test(session: Session) -> tuple[Any, ...]:
    return ()


def _end_test(session: Session, tc_id: int, name: str) -> tuple[Any, ...]:
    session.abort()
    return ()


def _identify(session: Session) -> tuple[Any, ...]:
    return (p.IDENTITY,)


def _close_socket(session: Session, number: int, abort: bool) -> tuple[Any, ...]:
    endpoint = session.part_with(number)
    if abort:
        endpoint.abort()
    else:
        endpoint.close()
    return ()


def _create_and_bind(session: Session, bind: bool, port: int, address: str) -> tuple[Any, ...]:
    if not session.has_room():
        raise Refused(Result.NO_RESOURCES)
    sock = _create(socket.AF_INET6 if ":" in address else socket.AF_INET)
    try:
        if bind:
            _bind_to(session, sock, port, address)
    except (Refused, OSError):
        sock.close()
        raise
    return (session.adopt(sock).number,)


def _create(family: int) -> socket.socket:
    """Create a socket that reuses addresses; an IPv6 one speaks no IPv4."""
    try:
        sock = socket.socket(family, socket.SOCK_STREAM)
    except OSError:
        raise Refused(Result.CANNOT_CREATE) from None
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if family == socket.AF_INET6:
        sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
    return sock


def _bind_to(session: Session, sock: socket.socket, port: int, address: str) -> None:
    where = with_scope(sock.family, address, 0 if port == p.ANY_PORT else port, session.interface)
    try:
        sock.bind(where)
    except OSError:
        raise Refused(Result.CANNOT_BIND) from None


def _send_data(session: Session, number: int, total: int, flags: int, data: bytes) -> tuple[Any, ...]:
    endpoint = session.endpoint(number)
    if total < len(data) or (total and not data):
        raise Refused(Result.INVALID_PARAMETER)
    repeated = (data * (total // len(data) + 1))[:total] if data else b""
    endpoint.send(repeated, socket.MSG_OOB if flags & p.URGENT_FLAG else 0)
    return ()


def _receive_and_forward(session: Session, number: int, most: int, total: int) -> tuple[Any, ...]:
    session.endpoint(number).forward(most, None if total == p.UNLIMITED else total)
    return (0,)


def _listen_and_accept(session: Session, number: int, maximum: int) -> tuple[Any, ...]:
    session.endpoint(number).listen(maximum)
    return ()


def _connect(session: Session, number: int, port: int, address: str) -> tuple[Any, ...]:
    endpoint = session.endpoint(number)
    family = _same_family(endpoint, address)
    endpoint.connect(with_scope(family, address, port, session.interface))
    return ()


def _open_and_send(session: Session, number: int, port: int, address: str, data: bytes) -> tuple[Any, ...]:
    endpoint = session.endpoint(number)
    family = _same_family(endpoint, address)
    endpoint.open_and_send(with_scope(family, address, port, session.interface), data)
    return ()


def _status(session: Session, number: int) -> tuple[Any, ...]:
    endpoint = session.endpoint(number)
    flow = endpoint.flow
    if flow is None or endpoint.listening:
        raise Refused(Result.DOES_NOT_EXIST)
    return (flow.local, flow.local_port, flow.remote, flow.remote_port, *status.numbers(endpoint.sock))


def _flush(session: Session, number: int) -> tuple[Any, ...]:
    raise Refused(Result.NO_PRIMITIVE)  # POSIX has no such call


def _configure_socket(session: Session, number: int, parameter: int, value: bytes) -> tuple[Any, ...]:
    endpoint = session.endpoint(number)
    if parameter == Parameter.BACKLOG:
        endpoint.set_backlog(number_of(value))
    else:
        configure(endpoint.sock, parameter, value)
    return ()


def _shutdown(session: Session, number: int, how: int) -> tuple[Any, ...]:
    endpoint = session.endpoint(number)
    if how >= len(_HOW):
        raise Refused(Result.INVALID_PARAMETER)
    endpoint.shutdown(_HOW[how])
    return ()


def _get_parameter(session: Session, number: int, parameter: int) -> tuple[Any, ...]:
    return (value_of(session.endpoint(number).sock, parameter),)


def _errors(session: Session, number: int, asking: bool) -> tuple[Any, ...]:
    return (bytes(sorted(session.endpoint(number).reports(asking))),)


def _urgent_data(session: Session, number: int) -> tuple[Any, ...]:
    return session.endpoint(number).urgency.take()


def _at_mark(session: Session, number: int) -> tuple[Any, ...]:
    return (session.endpoint(number).urgency.at_mark(),)


def _bind(session: Session, number: int, port: int, address: str) -> tuple[Any, ...]:
    endpoint = session.endpoint(number)
    _same_family(endpoint, address)
    _bind_to(session, endpoint.sock, port, address)
    return ()


def _socket_state(session: Session, number: int, port: int = 0, address: str = "") -> tuple[Any, ...]:
    """Return the state of a socket, of one that was closed, or of a listener's connection with a remote end."""
    flow = session.flow(number)
    if address:
        flow = _towards(flow, address, port)
    if flow is None:
        return (lookup.CLOSED,)
    try:
        return (lookup.lookup(flow),)
    except lookup.Unavailable:
        raise Refused(Result.NO_PRIMITIVE) from None


def _same_family(endpoint: Endpoint, address: str) -> int:
    """Return the family of the socket; raises Refused when the address is of the other one."""
    family = endpoint.sock.family
    if (family == socket.AF_INET6) != (":" in address):
        raise Refused(Result.INVALID_PARAMETER)
    return family


def _towards(flow: Flow | None, address: str, port: int) -> Flow:
    """Return the flow from a socket's local end to the given remote end."""
    if flow is None or (flow.family == socket.AF_INET6) != (":" in address):
        raise Refused(Result.INVALID_PARAMETER)
    return flow._replace(remote=address, remote_port=port)


CALLS: dict[Primitive, Callable[..., tuple[Any, ...]]] = {
    p.GET_VERSION: _get_version,
    p.START_TEST: _start_test,
    p.END_TEST: _end_test,
    p.IDENTIFY: _identify,
    p.CLOSE_SOCKET: _close_socket,
    p.CREATE_AND_BIND: _create_and_bind,
    p.SEND_DATA: _send_data,
    p.RECEIVE_AND_FORWARD: _receive_and_forward,
    p.LISTEN_AND_ACCEPT: _listen_and_accept,
    p.CONNECT: _connect,
    p.CONFIGURE_SOCKET: _configure_socket,
    p.SHUTDOWN: _shutdown,
    p.STATUS: _status,
    p.FLUSH: _flush,
    p.OPEN_AND_SEND: _open_and_send,
    p.GET_PARAMETER: _get_parameter,
    p.ERRORS: _errors,
    p.AT_MARK: _at_mark,
    p.URGENT_DATA: _urgent_data,
    p.BIND: _bind,
    p.SOCKET_STATE: _socket_state,
}
