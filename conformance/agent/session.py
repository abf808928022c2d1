"""A session: the sockets of one tester's control address."""

from __future__ import annotations

import socket
from collections import OrderedDict
from collections.abc import Callable
from typing import Any

from conformance.agent.endpoint import Endpoint
from conformance.agent.flow import Flow
from conformance.agent.primitives import URGENT_DATA, Primitive
from conformance.agent.protocol import SERVICE, Result
from conformance.agent.refusal import Refused
from conformance.agent.room import Room
from conformance.agent.watch import Watch

_REMEMBERED = 1024  # closed sockets whose connections can still be asked for
_LAST_NUMBER = 0xFFFF


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
        self.reply = reply
        self._room = room
        self.interface = interface
        self._number = 0
        self._endpoints: dict[int, Endpoint] = {}
        self._all: dict[socket.socket, Endpoint] = {}  # also those closed ones that still have something to send
        self._closed: OrderedDict[int, Flow] = OrderedDict()

    @property
    def empty(self) -> bool:
        """Whether there is nothing that would have to be kept."""
        return not self._all and not self._closed

    def abort(self) -> None:
        """Reset every connection and forget everything."""
        for endpoint in list(self._all.values()):
            endpoint.abort()
        self._endpoints.clear()
        self._closed.clear()

    # What the endpoints need

    def report(self, primitive: Primitive, *values: Any, result: Result = Result.OK) -> None:
        """Send an event to the tester."""
        self.reply(primitive.report(*values, result=result, service=self._service))

    def look_for_urgent_data(self) -> None:
        """Tell the tester of sockets with new urgent data."""
        for number, endpoint in self._endpoints.items():
            news = endpoint.urgency.news()
            if news is not None:
                self.report(URGENT_DATA, number, news)

    def has_room(self) -> bool:
        """Tell whether there may be one more socket."""
        return self._room.has_room(len(self._all))

    def adopt(self, sock: socket.socket) -> Endpoint:
        """Give a socket an id and keep it."""
        number = self._next_number()
        endpoint = Endpoint(sock, number, self)
        self._endpoints[number] = endpoint
        self._closed.pop(number, None)
        self._all[sock] = endpoint
        self._room.take()
        return endpoint

    def starve(self, resume: Callable[[], None]) -> None:
        """Have a listener go on accepting when a socket is released."""
        self._room.wait(resume)

    def released(self, sock: socket.socket) -> None:
        """Take note that the socket is closed."""
        self._all.pop(sock, None)
        self._room.release()

    def _next_number(self) -> int:
        """Return the next id: counting up from 1, so that one is not soon given again."""
        while True:
            self._number = self._number % _LAST_NUMBER + 1
            if self._number not in self._endpoints:
                return self._number

    # What the calls need

    def endpoint(self, number: int) -> Endpoint:
        """Return the socket with this id; raises Refused when there is none."""
        try:
            return self._endpoints[number]
        except KeyError:
            raise Refused(Result.BAD_SOCKET) from None

    def part_with(self, number: int) -> Endpoint:
        """Return the socket with this id, which nothing can be asked of any more, but the state of its connection."""
        endpoint = self.endpoint(number)
        del self._endpoints[number]
        if endpoint.flow is not None:
            self._closed[number] = endpoint.flow
            if len(self._closed) > _REMEMBERED:
                self._closed.popitem(last=False)
        return endpoint

    def flow(self, number: int) -> Flow | None:
        """Return the connection of a socket, open or closed, None if it never had one; Refused as `endpoint`."""
        if number in self._closed:
            return self._closed[number]
        return self.endpoint(number).flow
