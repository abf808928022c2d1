"""Tests of `conformance.target.transfer`: how much the user reads."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from conformance.errors import NotApplicable
from conformance.target.transfer import PIECE, Transfer
from conformance.timing import Timing
from conformance.transcript import Transcript


class Agent:
    """Has octets to read, and forwards them in events of 1000 at most, as far as it was asked."""

    def __init__(self, waiting: bytes) -> None:
        self.waiting = waiting
        self.asked: list[int] = []
        self.left = 0

    def receive_and_forward(self, socket: int, max_forward: int = 0xFFFF, max_length: int = 0xFFFF) -> int:
        self.asked.append(max_length)
        self.left = max_length
        return 0

    def received(self, until: float) -> Any:
        data = self.waiting[: min(1000, self.left)]
        self.waiting, self.left = self.waiting[len(data) :], self.left - len(data)
        return SimpleNamespace(data=data, end=False, error=None) if data else None


def user_of(agent: Agent) -> Transfer:
    subject: Any = SimpleNamespace(routes={"ipv4": SimpleNamespace(address="192.0.2.2")})
    made = Transfer(subject, "ipv4", agent, Transcript(), Timing(), lambda: 0.0)  # type: ignore[arg-type]
    made._connection = 1
    return made


def test_no_more_is_read_than_was_asked_for() -> None:
    agent = Agent(b"0123456789")
    assert user_of(agent).receive_only(4) == b"0123"
    assert (agent.asked, agent.waiting) == ([4], b"456789")


def test_much_is_read_in_pieces() -> None:
    agent = Agent(bytes(40000))
    assert len(user_of(agent).receive_only(40000)) == 40000
    assert agent.asked == [PIECE, PIECE, 40000 - 2 * PIECE]


def test_what_does_not_come_is_not_waited_for_again() -> None:
    agent = Agent(b"0123")
    assert user_of(agent).receive_only(PIECE + 1) == b"0123"
    assert agent.asked == [PIECE, PIECE - 3]


def test_a_user_who_reads_all_cannot_read_a_little() -> None:
    user = user_of(Agent(b"0123"))
    user.receive(4)
    with pytest.raises(AssertionError, match="reads all"):
        user.receive_only(1)


def test_after_a_close_that_ends_reading_nothing_is_to_be_received() -> None:
    user = user_of(Agent(b"x" * 5))
    user._reads_no_more = True
    for call in (lambda: user.receive_only(5), user.begin_to_receive, user.check_reads):
        with pytest.raises(NotApplicable, match="MAY-1"):
            call()
