"""The agent of the reference host: the Testability Protocol on top of the endpoints' user calls, in process."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from conformance.agent import primitives as p
from conformance.agent.primitives import Parameter, Primitive
from conformance.agent.protocol import VERSION, Kind, Message, ProtocolError, Result, decode
from conformance.state import State
from reference import user
from reference.addresses import octets, text
from reference.host import Host
from reference.parameters import parameter_of, set_parameter
from reference.segment import Flow
from reference.sockets import Refusal, Socket

NUMBERS = {
    **{State.CLOSED: 1, State.LISTEN: 2, State.SYN_SENT: 3, State.SYN_RECEIVED: 4, State.ESTABLISHED: 5},
    **{State.FIN_WAIT_1: 6, State.FIN_WAIT_2: 7, State.CLOSE_WAIT: 8, State.LAST_ACK: 9, State.CLOSING: 10},
    State.TIME_WAIT: 11,
}
"""The states in the numbering of RFC 4022 (tcpConnectionState)."""

RESULTS = {
    user.NO_CONNECTION: Result.DOES_NOT_EXIST,
    user.EXISTS: Result.EXISTS,
    user.CLOSING: Result.CLOSING,
    user.NO_REMOTE: Result.CONNECTION_ILLEGAL,
    user.ILLEGAL: Result.CONNECTION_ILLEGAL,
}


class Session:
    """The sockets of one tester. `reply` sends a datagram to it."""

    def __init__(self, host: Host, reply: Callable[[bytes], None]) -> None:
        self.host = host
        self._reply = reply
        self._sockets: dict[int, Socket] = {}
        self._closed: dict[int, Flow] = {}
        self._last = 0

    def handle(self, datagram: bytes) -> None:
        """Do what a request asks for, and answer it; what is no request is not answered."""
        try:
            message = decode(datagram)
        except ProtocolError:
            return
        primitive = p.BY_NUMBER.get((message.group, message.number))
        if message.kind is Kind.REQUEST and primitive is None:
            unknown = Primitive("unknown", message.group, message.number)
            self._reply(unknown.answer(result=Result.NO_PRIMITIVE))
        elif message.kind is Kind.REQUEST and primitive is not None:
            self._answer(primitive, message)

    def _answer(self, primitive: Primitive, message: Message) -> None:
        try:
            values = CALLS[primitive](self, *primitive.request.decode(message.data))
        except ProtocolError:
            self._reply(primitive.answer(result=Result.INVALID_PARAMETER))
        except Refusal as refusal:
            self._reply(primitive.answer(result=refusal.result))
        except user.Refused as refused:
            self._reply(primitive.answer(result=RESULTS[str(refused)]))
        else:
            self._reply(primitive.answer(*values))

    # -- what sockets need --

    def report(self, primitive: Primitive, *values: Any, result: Result = Result.OK) -> None:
        """Send an event."""
        self._reply(primitive.report(*values, result=result))

    def adopt(self, socket: Socket) -> int:
        """Give a socket a number."""
        self._last += 1
        self._sockets[self._last] = socket
        socket.number = self._last
        return self._last

    # -- what the calls need --

    def socket(self, number: int) -> Socket:
        """Return the socket of that number."""
        if number not in self._sockets:
            raise Refusal(Result.BAD_SOCKET)
        return self._sockets[number]

    def part_with(self, number: int) -> Socket:
        """Forget a socket; its connection is remembered."""
        socket = self.socket(number)
        del self._sockets[number]
        if socket.flow is not None:
            self._closed[number] = socket.flow
        return socket

    def abort_all(self) -> None:
        """Reset every connection."""
        for socket in list(self._sockets.values()):
            socket.abort()
        self._sockets.clear()
        self._closed.clear()

    def state(self, number: int, remote: tuple[bytes, int] | None) -> State:
        """Return the state of a socket's connection, or of the one that a listener holds with `remote`."""
        if number in self._closed:
            flow, listening = self._closed[number], False
        else:
            socket = self.socket(number)
            flow, listening = socket.local_flow(), socket.listener is not None
        if remote is not None:
            flow = flow._replace(remote=remote[0], remote_port=remote[1])
        return self.host.status(flow, listening and remote is None)


def _get_version(session: Session) -> tuple[Any, ...]:
    return VERSION


def _start_test(session: Session) -> tuple[Any, ...]:
    return ()


def _end_test(session: Session, tc_id: int, name: str) -> tuple[Any, ...]:
    session.abort_all()
    return ()


def _identify(session: Session) -> tuple[Any, ...]:
    return (p.IDENTITY,)


def _create_and_bind(session: Session, bind: bool, port: int, address: str) -> tuple[Any, ...]:
    socket = Socket(session, octets(address))
    if bind:
        socket.bind(octets(address), None if port == p.ANY_PORT else port)
    return (session.adopt(socket),)


def _bind(session: Session, number: int, port: int, address: str) -> tuple[Any, ...]:
    session.socket(number).bind(octets(address), None if port == p.ANY_PORT else port)
    return ()


def _listen_and_accept(session: Session, number: int, maximum: int) -> tuple[Any, ...]:
    session.socket(number).listen(maximum)
    return ()


def _connect(session: Session, number: int, port: int, address: str) -> tuple[Any, ...]:
    session.socket(number).connect(octets(address), port)
    return ()


def _open_and_send(session: Session, number: int, port: int, address: str, data: bytes) -> tuple[Any, ...]:
    session.socket(number).connect(octets(address), port, data)
    return ()


def _status(session: Session, number: int) -> tuple[Any, ...]:
    endpoint = session.socket(number).endpoint
    if endpoint is None:
        raise Refusal(Result.DOES_NOT_EXIST)
    flow = endpoint.status_sockets()
    return (text(flow.local), flow.local_port, text(flow.remote), flow.remote_port, *endpoint.status_numbers())


def _flush(session: Session, number: int) -> tuple[Any, ...]:
    session.socket(number).flush()
    return ()


def _send_data(session: Session, number: int, total: int, flags: int, data: bytes) -> tuple[Any, ...]:
    if total < len(data) or (total and not data):
        raise Refusal(Result.INVALID_PARAMETER)
    repeated = (data * (total // len(data) + 1))[:total] if data else b""
    session.socket(number).send(repeated, urgent=bool(flags & p.URGENT_FLAG), push=bool(flags & p.PUSH_FLAG))
    return ()


def _receive_and_forward(session: Session, number: int, most: int, total: int) -> tuple[Any, ...]:
    session.socket(number).forward(most, 1 << 62 if total == p.UNLIMITED else total)
    return (0,)


def _configure_socket(session: Session, number: int, parameter: int, value: bytes) -> tuple[Any, ...]:
    socket = session.socket(number)
    if parameter == Parameter.BACKLOG:
        socket.set_backlog(int.from_bytes(value, "big"))
    else:
        set_parameter(socket.settings, parameter, value, ipv6=len(socket.address) == 16)
        socket.settings_changed()
    return ()


def _get_parameter(session: Session, number: int, parameter: int) -> tuple[Any, ...]:
    return (parameter_of(session.socket(number).settings, parameter),)


def _shutdown(session: Session, number: int, how: int) -> tuple[Any, ...]:
    if how > 2:
        raise Refusal(Result.INVALID_PARAMETER)
    session.socket(number).shutdown(how)
    return ()


def _close_socket(session: Session, number: int, abort: bool) -> tuple[Any, ...]:
    socket = session.part_with(number)
    if abort:
        socket.abort()
    else:
        socket.close()
    return ()


def _errors(session: Session, number: int, asking: bool) -> tuple[Any, ...]:
    return (bytes(sorted(session.socket(number).reports(asking))),)


def _urgent_data(session: Session, number: int) -> tuple[Any, ...]:
    return session.socket(number).mark.take()


def _at_mark(session: Session, number: int) -> tuple[Any, ...]:
    return (session.socket(number).mark.at(),)


def _socket_state(session: Session, number: int, port: int = 0, address: str = "") -> tuple[Any, ...]:
    return (NUMBERS[session.state(number, (octets(address), port) if address else None)],)


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
