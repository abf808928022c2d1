"""A session: the sockets of one tester's control address, and the primitives that act on them."""

from __future__ import annotations

import socket
from collections import OrderedDict
from collections.abc import Callable
from typing import Any

from conformance.agent import lookup
from conformance.agent import primitives as p
from conformance.agent.endpoint import Endpoint
from conformance.agent.flow import Flow, with_scope
from conformance.agent.primitives import Parameter, Primitive
from conformance.agent.protocol import SERVICE, VERSION, Message, ProtocolError, Result
from conformance.agent.refusal import Refused, result_of
from conformance.agent.room import Room
from conformance.agent.settings import configure, number_of
from conformance.agent.watch import Watch

_REMEMBERED = 1024  # closed sockets whose connections can still be asked for
_LAST_NUMBER = 0xFFFF
_HOW = (socket.SHUT_RD, socket.SHUT_WR, socket.SHUT_RDWR)


class Session:
    """Everything that one control address opened. `reply` sends octets there.

    `interface` is the number of the one that link-local addresses belong to, 0 to find out.
    """

    def __init__(
        self,
        reply: Callable[[bytes], None],
        watch: Watch,
        room: Room,
        interface: int = 0,
        service: int = SERVICE,
    ) -> None:
        self.watch = watch
        self._service = service
        self._reply = reply
        self._room = room
        self._interface = interface
        self._number = 0
        self._endpoints: dict[int, Endpoint] = {}
        self._all: set[Endpoint] = set()  # also those closed ones that still have something to send
        self._closed: OrderedDict[int, Flow] = OrderedDict()

    @property
    def empty(self) -> bool:
        """Whether there is nothing that would have to be kept."""
        return not self._all and not self._closed

    def handle(self, message: Message) -> None:
        """Do what the request asks for and answer it."""
        primitive = p.BY_NUMBER.get((message.group, message.number))
        if primitive is None:
            unknown = Primitive("unknown", message.group, message.number)
            self._reply(unknown.answer(result=Result.NO_PRIMITIVE, service=message.service))
            return
        values: tuple[Any, ...] = ()
        result = Result.OK
        try:
            values = _CALLS[primitive](self, *primitive.request.decode(message.data))
        except ProtocolError:
            result = Result.INVALID_PARAMETER
        except Refused as refused:
            result = refused.result
        except OSError as error:
            result = result_of(error.errno)
        self._reply(primitive.answer(*values, result=result, service=message.service))

    def abort(self) -> None:
        """Reset every connection and forget everything."""
        for endpoint in list(self._all):
            endpoint.abort()
        self._endpoints.clear()
        self._closed.clear()

    # What the endpoints need

    def report(self, primitive: Primitive, *values: Any, result: Result = Result.OK) -> None:
        """Send an event to the tester."""
        self._reply(primitive.report(*values, result=result, service=self._service))

    def has_room(self) -> bool:
        """Tell whether there may be one more socket."""
        return self._room.has_room(len(self._all))

    def adopt(self, sock: socket.socket) -> Endpoint:
        """Give a socket an id and keep it."""
        number = self._next_number()
        endpoint = Endpoint(sock, number, self)
        self._endpoints[number] = endpoint
        self._closed.pop(number, None)
        self._all.add(endpoint)
        self._room.take()
        return endpoint

    def starve(self, listener: Endpoint) -> None:
        """Have the listener go on accepting when a socket is released."""
        self._room.wait(listener.resume)

    def released(self, endpoint: Endpoint) -> None:
        """Take note that the endpoint's socket is closed."""
        self._all.discard(endpoint)
        self._room.release()

    def _next_number(self) -> int:
        """Return the next id: counting up from 1, so that one is not soon given again."""
        while True:
            self._number = self._number % _LAST_NUMBER + 1
            if self._number not in self._endpoints:
                return self._number

    def _endpoint(self, number: int) -> Endpoint:
        try:
            return self._endpoints[number]
        except KeyError:
            raise Refused(Result.BAD_SOCKET) from None

    # The primitives, in the order of their numbers

    def _get_version(self) -> tuple[Any, ...]:
        return VERSION

    def _start_test(self) -> tuple[Any, ...]:
        return ()

    def _end_test(self, tc_id: int, name: str) -> tuple[Any, ...]:
        self.abort()
        return ()

    def _identify(self) -> tuple[Any, ...]:
        return (p.IDENTITY,)

    def _close_socket(self, number: int, abort: bool) -> tuple[Any, ...]:
        endpoint = self._endpoint(number)
        del self._endpoints[number]
        if endpoint.flow is not None:
            self._closed[number] = endpoint.flow
            if len(self._closed) > _REMEMBERED:
                self._closed.popitem(last=False)
        if abort:
            endpoint.abort()
        else:
            endpoint.close()
        return ()

    def _create_and_bind(self, bind: bool, port: int, address: str) -> tuple[Any, ...]:
        if not self.has_room():
            raise Refused(Result.NO_RESOURCES)
        sock = self._create(socket.AF_INET6 if ":" in address else socket.AF_INET)
        try:
            if bind:
                self._bind_to(sock, port, address)
        except (Refused, OSError):
            sock.close()
            raise
        return (self.adopt(sock).number,)

    def _create(self, family: int) -> socket.socket:
        """Create a socket that reuses addresses; an IPv6 one speaks no IPv4."""
        try:
            sock = socket.socket(family, socket.SOCK_STREAM)
        except OSError:
            raise Refused(Result.CANNOT_CREATE) from None
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        return sock

    def _bind_to(self, sock: socket.socket, port: int, address: str) -> None:
        where = with_scope(sock.family, address, 0 if port == p.ANY_PORT else port, self._interface)
        try:
            sock.bind(where)
        except OSError:
            raise Refused(Result.CANNOT_BIND) from None

    def _send_data(self, number: int, total: int, flags: int, data: bytes) -> tuple[Any, ...]:
        endpoint = self._endpoint(number)
        if total < len(data) or (total and not data):
            raise Refused(Result.INVALID_PARAMETER)
        repeated = (data * (total // len(data) + 1))[:total] if data else b""
        endpoint.send(repeated, socket.MSG_OOB if flags & p.URGENT_FLAG else 0)
        return ()

    def _receive_and_forward(self, number: int, most: int, total: int) -> tuple[Any, ...]:
        self._endpoint(number).forward(most, None if total == p.UNLIMITED else total)
        return (0,)

    def _listen_and_accept(self, number: int, maximum: int) -> tuple[Any, ...]:
        self._endpoint(number).listen(maximum)
        return ()

    def _connect(self, number: int, port: int, address: str) -> tuple[Any, ...]:
        endpoint = self._endpoint(number)
        family = _same_family(endpoint, address)
        endpoint.connect(with_scope(family, address, port, self._interface))
        return ()

    def _configure_socket(self, number: int, parameter: int, value: bytes) -> tuple[Any, ...]:
        endpoint = self._endpoint(number)
        if parameter == Parameter.BACKLOG:
            endpoint.set_backlog(number_of(value))
        else:
            configure(endpoint.sock, parameter, value)
        return ()

    def _shutdown(self, number: int, how: int) -> tuple[Any, ...]:
        endpoint = self._endpoint(number)
        if how >= len(_HOW):
            raise Refused(Result.INVALID_PARAMETER)
        endpoint.shutdown(_HOW[how])
        return ()

    def _urgent_data(self, number: int) -> tuple[Any, ...]:
        return self._endpoint(number).urgent()

    def _bind(self, number: int, port: int, address: str) -> tuple[Any, ...]:
        endpoint = self._endpoint(number)
        _same_family(endpoint, address)
        self._bind_to(endpoint.sock, port, address)
        return ()

    def _socket_state(self, number: int, port: int = 0, address: str = "") -> tuple[Any, ...]:
        """Return the state of a socket, of one that was closed, or of a listener's connection with a remote end."""
        endpoint = self._endpoints.get(number)
        flow = endpoint.flow if endpoint is not None else self._closed.get(number)
        if endpoint is None and flow is None:
            raise Refused(Result.BAD_SOCKET)
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


_CALLS: dict[Primitive, Callable[..., tuple[Any, ...]]] = {
    p.GET_VERSION: Session._get_version,
    p.START_TEST: Session._start_test,
    p.END_TEST: Session._end_test,
    p.IDENTIFY: Session._identify,
    p.CLOSE_SOCKET: Session._close_socket,
    p.CREATE_AND_BIND: Session._create_and_bind,
    p.SEND_DATA: Session._send_data,
    p.RECEIVE_AND_FORWARD: Session._receive_and_forward,
    p.LISTEN_AND_ACCEPT: Session._listen_and_accept,
    p.CONNECT: Session._connect,
    p.CONFIGURE_SOCKET: Session._configure_socket,
    p.SHUTDOWN: Session._shutdown,
    p.URGENT_DATA: Session._urgent_data,
    p.BIND: Session._bind,
    p.SOCKET_STATE: Session._socket_state,
}
