"""Tests of `conformance.target.status`: parameters, with an agent that knows some and one that knows none."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from conformance.agent.primitives import Parameter
from conformance.errors import NotApplicable
from conformance.state import State
from conformance.target.status import Status
from conformance.timing import Timing
from conformance.transcript import Transcript


class Agent:
    """Has one socket and one parameter."""

    def __init__(self) -> None:
        self.idle = 7200

    def configure(self, socket: int, parameter: int, value: int) -> None:
        if parameter != Parameter.KEEP_ALIVE_IDLE:
            raise NotApplicable("no such parameter")
        self.idle = value

    def parameter(self, socket: int, parameter: int) -> int:
        return self.idle


def status(agent: Any) -> Status:
    subject: Any = SimpleNamespace(routes={"ipv4": SimpleNamespace(address="192.0.2.2")})
    made = Status(subject, "ipv4", agent, Transcript(), Timing(), lambda: 0.0)
    made._connection = 1
    return made


def test_a_parameter_is_set_and_read() -> None:
    user = status(Agent())
    user.configure(Parameter.KEEP_ALIVE_IDLE, 5)
    assert user.parameter(Parameter.KEEP_ALIVE_IDLE) == 5


def test_what_is_only_preferred_may_be_missing() -> None:
    user = status(Agent())
    user.prefer(Parameter.SEND_BUFFER, 1000)
    with pytest.raises(NotApplicable):
        user.configure(Parameter.SEND_BUFFER, 1000)


def test_what_is_only_preferred_is_set_where_it_can_be() -> None:
    agent = Agent()
    status(agent).prefer(Parameter.KEEP_ALIVE_IDLE, 1)
    assert agent.idle == 1


def test_a_parameter_needs_an_agent() -> None:
    with pytest.raises(NotApplicable, match="needs an agent"):
        status(None).parameter(Parameter.KEEP_ALIVE_IDLE)


def test_a_state_that_has_changed_is_asked_for_in_a_hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    user, hurried = status(Agent()), []
    monkeypatch.setattr(Status, "state", lambda self: hurried.append(self.hurries) or State.CLOSING)
    assert user.state_has_changed_to(State.CLOSING)
    assert user.state_becomes(State.CLOSING)
    assert hurried == [True, False]
