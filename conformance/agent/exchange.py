"""Requests and their responses, and the events between them, over one channel."""

from __future__ import annotations

from collections import deque
from typing import Any

from conformance.agent import primitives as p
from conformance.agent.primitives import Primitive
from conformance.agent.protocol import Kind, Message, ProtocolError, Result, decode
from conformance.errors import Inconclusive, NotApplicable
from conformance.wire.channel import Channel


class AgentRefused(Inconclusive):
    """The agent did not do what it was asked. `result` says why; `number` is the result id as it came."""

    def __init__(self, text: str, result: Result, number: int) -> None:
        super().__init__(text)
        self.result = result
        self.number = number


class Exchange:
    """One end of the conversation with an agent; `Agent` says what each request means.

    `where` names the agent in error texts. `reply_within`: seconds.
    """

    def __init__(self, channel: Channel, where: str, reply_within: float, service: int) -> None:
        self.where = where
        self.version: tuple[int, ...] = ()
        self.asked = False
        self.slowest = 0.0
        self._channel = channel
        self._reply_within = reply_within
        self._service = service
        self._events: deque[Message] = deque()
        self._connecting = False
        self._connected: Message | None = None  # the response to CONNECT, which nobody may be waiting for
        self._unanswered: str | None = None
        self._malformed = ""

    def ask(self, primitive: Primitive, *values: Any) -> tuple[Any, ...]:
        """Send a request, wait for its response and return what that holds.

        AgentRefused when it says no, NotApplicable when there is no such primitive, Inconclusive when none comes.
        """
        self._check_usable(primitive)
        start = self._channel.now()
        self._send(primitive, *values)
        response = self._response(primitive, start + self._reply_within)
        self.slowest = max(self.slowest, self._channel.now() - start)
        if response is None:
            self._unanswered = primitive.name
            raise self._silent(primitive.name)
        return self._values(primitive, response)

    def ask_again(self, primitive: Primitive) -> tuple[Any, ...]:
        """Ask what may be asked twice: when no response comes in half the time, once more. Raises as `ask`."""
        self._check_usable(primitive)
        start = self._channel.now()
        for share in (0.5, 1.0):
            self._send(primitive)
            response = self._response(primitive, start + share * self._reply_within)
            if response is not None:
                return self._values(primitive, response)
        raise self._silent(f"{primitive.name}, sent twice,")

    def connect(self, *values: Any) -> None:
        """Send CONNECT; its response is kept whenever it comes."""
        self._check_usable(p.CONNECT)
        self._connected = None
        self._send(p.CONNECT, *values)
        self._connecting = True

    def connect_response(self, until: float | None = None) -> Message | None:
        """Return the response to CONNECT; None when there is none by `until`, or at hand without that."""
        while self._connected is None and until is not None and self.pump(until):
            pass
        return self._connected

    def event(self, primitive: Primitive, until: float) -> tuple[Result, tuple[Any, ...]] | None:
        """Return result and values of the next event of `primitive`; None when there is none by `until`."""
        while True:
            event = self.event_at_hand(primitive)
            if event is not None or not self.pump(until):
                return event

    def event_at_hand(self, primitive: Primitive) -> tuple[Result, tuple[Any, ...]] | None:
        """Return the oldest event of `primitive` that is at hand; Inconclusive when it is malformed.

        NotApplicable where the TCP has ended what was asked for without a word how.
        """
        for event in self._events:
            if primitive.matches(event):
                self._events.remove(event)
                result = self.result(event.result)
                if result is Result.NO_PRIMITIVE:
                    raise NotApplicable(f"{self.where} is not told how {primitive.name} ended")
                return result, self._event_values(primitive, event)
        return None

    def pump(self, until: float) -> bool:
        """Wait for a message and keep it; tell whether there was one by `until`."""
        message = self._next(until)
        if message is not None:
            self._keep(message)
        return message is not None

    def refuse(self, primitive: Primitive, number: int) -> None:
        """Raise what a response with this result id, which is not OK, means."""
        result = self.result(number)
        if result is Result.NO_PRIMITIVE:
            raise NotApplicable(f"{self.where} does not offer {primitive.name}")
        meaning = result.name if result == number else "of no known meaning"
        raise AgentRefused(
            f"{self.where} answers {primitive.name} with result 0x{number:02X} ({meaning})", result, number
        )

    def result(self, number: int) -> Result:
        """Return the meaning of a result id, NOT_OK if it has none; 0xEC has another one in version 1.1.0."""
        if number == Result.BAD_INTERFACE and self.version[:2] == (1, 1):
            return Result.INVALID_PARAMETER
        try:
            return Result(number)
        except ValueError:
            return Result.NOT_OK

    def forget(self) -> None:
        """Forget what came before: the next test begins."""
        self._events.clear()
        self._connected = None
        self._connecting = False

    def try_again(self) -> None:
        """Use an agent that was silent once more."""
        self._unanswered = None

    def _silent(self, what: str) -> Inconclusive:
        return Inconclusive(f"{self.where} did not answer {what} within {self._reply_within:g} s{self._malformed}")

    def _check_usable(self, primitive: Primitive) -> None:
        if self._unanswered is not None:
            raise Inconclusive(
                f"{self.where} did not answer {self._unanswered}, so it is not asked for {primitive.name}"
            )

    def _send(self, primitive: Primitive, *values: Any) -> None:
        self.asked = True
        try:
            self._channel.send(primitive.ask(*values, service=self._service))
        except ProtocolError as error:
            raise ValueError(f"{primitive.name}: {error}") from None

    def _values(self, primitive: Primitive, response: Message) -> tuple[Any, ...]:
        """Return the values of a response that says OK."""
        if response.result:
            self.refuse(primitive, response.result)
        try:
            return primitive.response.decode(response.data)
        except ProtocolError as error:
            raise Inconclusive(f"{self.where}: malformed response to {primitive.name}: {error}") from None

    def _event_values(self, primitive: Primitive, event: Message) -> tuple[Any, ...]:
        assert primitive.event is not None
        try:
            return primitive.event.decode(event.data)
        except ProtocolError as error:
            raise Inconclusive(f"{self.where}: malformed event {primitive.name}: {error}") from None

    def _response(self, primitive: Primitive, until: float) -> Message | None:
        """Wait for the response to `primitive`."""
        while True:
            message = self._next(until)
            if message is None:
                return None
            if message.kind is Kind.RESPONSE and primitive.matches(message):
                return message
            self._keep(message)

    def _keep(self, message: Message) -> None:
        """Keep an event, or the response to a CONNECT; any other response is one that nobody waits for."""
        if message.kind is Kind.EVENT:
            self._events.append(message)
        elif message.kind is Kind.RESPONSE and self._connecting and p.CONNECT.matches(message):
            self._connected = message
            self._connecting = False

    def _next(self, until: float) -> Message | None:
        """Return the next well-formed message; None when `until` has passed."""
        while True:
            datagram = self._channel.receive(until)
            if datagram is None:
                return None
            try:
                return decode(datagram, self._service)
            except ProtocolError as error:
                self._malformed = f"; it sent something malformed: {error}"
