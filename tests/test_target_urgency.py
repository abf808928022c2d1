"""Tests of `conformance.target.urgency`: with an agent that has words for urgent data, and with one that has none."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from conformance.agent.client import AgentRefused
from conformance.agent.primitives import Urgent
from conformance.agent.protocol import Result
from conformance.errors import NotApplicable
from conformance.target.urgency import Urgency
from conformance.timing import Timing
from conformance.transcript import Transcript


class Agent:
    """Its user was told once, of an octet that is here."""

    def __init__(self) -> None:
        self.notices = [Urgent.ANNOUNCED]
        self.octets = [b"!"]

    def urgent_notice(self, until: float) -> Urgent | None:
        return self.notices.pop() if self.notices else None

    def urgent_data(self, socket: int) -> tuple[Urgent, bytes]:
        return (Urgent.TAKEN, self.octets.pop()) if self.octets else (Urgent.NONE, b"")

    def at_mark(self, socket: int) -> bool:
        return not self.octets


class Plain(Agent):
    """Has no word for it."""

    def at_mark(self, socket: int) -> bool:
        raise NotApplicable("no such primitive")


def urgency(agent: Any) -> Urgency:
    subject: Any = SimpleNamespace(routes={"ipv4": SimpleNamespace(address="192.0.2.2")})
    made = Urgency(subject, "ipv4", agent, Transcript(), Timing(), lambda: 0.0)
    made._connection = 1
    return made


def test_a_notice_is_told_once() -> None:
    user = urgency(Agent())
    assert user.is_told_of_urgent_data()
    assert not user.is_told_of_urgent_data()


def test_a_notice_stands_in_the_transcript() -> None:
    user = urgency(Agent())
    user.is_told_of_urgent_data()
    assert [entry.text for entry in user._transcript.entries] == ["the user is told of urgent data"]


def test_the_octet_is_taken_once() -> None:
    user = urgency(Agent())
    assert not user.at_mark()
    assert [user.urgent_octet(), user.urgent_octet()] == [b"!", b""]
    assert user.at_mark()


def test_user_who_cannot_ask_for_the_mark_is_not_at_it() -> None:
    class Deaf(Agent):
        def at_mark(self, socket: int) -> bool:
            raise AgentRefused("no such call", Result.NOT_OK, 1)

    assert not urgency(Deaf()).at_mark()


def test_silence_of_an_agent_that_could_not_tell_is_not_applicable() -> None:
    with pytest.raises(NotApplicable):
        urgency(Plain()).is_told_of_urgent_data()


def test_urgent_data_needs_an_agent() -> None:
    with pytest.raises(NotApplicable, match="needs an agent"):
        urgency(None).urgent_octet()
