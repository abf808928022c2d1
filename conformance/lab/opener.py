"""An agent for a target whose user can have it open a connection, and nothing else: it knows no other call."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

from conformance.agent import primitives as p
from conformance.agent.primitives import Primitive
from conformance.agent.protocol import VERSION, Kind, Message, ProtocolError, Result, decode


class Opener:
    """Answers the requests that come over the control channel.

    `open_to` issues the OPEN to an address and port, or raises ValueError; `end` makes an end of what was opened.
    """

    def __init__(self, open_to: Callable[[str, int], None], end: Callable[[], None]) -> None:
        self._open_to = open_to
        self._end = end
        self._opened = False
        self._numbers = itertools.count(1)
        self._calls: dict[Primitive, Callable[..., Any]] = {
            p.GET_VERSION: lambda: VERSION,
            p.START_TEST: lambda: (),
            p.END_TEST: self._end_test,
            p.CREATE_AND_BIND: self._create,
            p.CONNECT: self._connect,
        }

    def answer(self, datagram: bytes) -> bytes | None:
        """Do what a request asks for; return the response, None where it is no request."""
        try:
            message = decode(datagram)
        except ProtocolError:
            return None
        return self._response(message) if message.kind is Kind.REQUEST else None

    def _response(self, message: Message) -> bytes:
        unknown = Primitive("unknown", message.group, message.number)
        primitive = p.BY_NUMBER.get((message.group, message.number), unknown)
        if primitive not in self._calls:
            return unknown.answer(result=Result.NO_PRIMITIVE, service=message.service)
        try:
            values = self._calls[primitive](*primitive.request.decode(message.data))
        except ProtocolError:
            return primitive.answer(result=Result.INVALID_PARAMETER, service=message.service)
        except ValueError:  # more than the one thing that it can do
            return primitive.answer(result=Result.NO_PRIMITIVE, service=message.service)
        return primitive.answer(*values, service=message.service)

    def _create(self, bind: bool, port: int, address: str) -> tuple[int]:
        if port != p.ANY_PORT:
            raise ValueError("its ports are its own choice")
        return (next(self._numbers) & 0xFFFF,)

    def _connect(self, number: int, port: int, address: str) -> tuple[()]:
        if self._opened:
            raise ValueError("it opens one connection at a time")
        self._open_to(address, port)
        self._opened = True
        return ()

    def _end_test(self, number: int, name: str) -> tuple[()]:
        if self._opened:
            self._end()
        self._opened = False
        return ()
