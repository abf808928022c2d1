"""Tests of `conformance.target`: what its user calls make of what an agent says."""

from __future__ import annotations

import contextlib
from dataclasses import replace
from typing import Any

import pytest
from items import SUBJECT

from conformance.agent.client import AgentRefused, Received
from conformance.agent.protocol import Result
from conformance.errors import Inconclusive, NotApplicable
from conformance.target import Target
from conformance.target.subject import Route
from conformance.timing import Timing
from conformance.transcript import Transcript
from conformance.wire import Flow

OURS = Flow("192.0.2.1", 40000, "192.0.2.2", None)
END = Received(b"", 0, True, None)
RESET = Received(b"", 0, False, Result.RESET)
DATA = Received(b"x", 1, False, None)


class Scripted:
    """An agent that refuses with a result, or does everything; `received` returns what it was given."""

    def __init__(self, refusal: Result | None = None, received: Received | None = None) -> None:
        self.refusal = refusal
        self._received = received

    def create_and_bind(self, *arguments: Any, **more: Any) -> int:
        return 1

    def received(self, until: float) -> Received | None:
        return self._received

    def __getattr__(self, name: str) -> Any:
        def call(*arguments: Any, **more: Any) -> None:
            if self.refusal is not None:
                raise AgentRefused(f"{name} refused", self.refusal, self.refusal.value)

        return call


def target_of(agent: Any, route: Route | None = None) -> Target:
    subject = replace(SUBJECT, routes={"ipv4": route}) if route else SUBJECT
    return Target(subject, "ipv4", agent, Transcript(), Timing(), lambda: 0.0)


@pytest.mark.parametrize(
    ("call", "arguments"),
    [
        ("listen", ()),
        ("prepare", ()),
        ("connect", (OURS,)),
        ("connect_listener", (OURS,)),
        ("accept", ()),
        ("send", (b"x",)),
        ("receive", (1,)),
        ("begin_to_receive", ()),
        ("receive_ends", ()),
        ("flush", ()),
        ("close", ()),
        ("release", ()),
        ("abort", ()),
        ("state", ()),
        ("status", ()),
        ("reported_errors", ()),
    ],
)
def test_no_call_is_applicable_without_an_agent(call: str, arguments: tuple[Any, ...]) -> None:
    with pytest.raises(NotApplicable, match="needs an agent"):
        getattr(target_of(None), call)(*arguments)


def test_what_the_user_calls_do_not_have_is_not_applicable() -> None:
    agent = Scripted()
    target = target_of(agent)
    target.prepare()
    agent.refusal = Result.EXISTS
    with pytest.raises(NotApplicable, match="no SEND that opens"):
        target.connect(OURS, data=b"x")
    with pytest.raises(NotApplicable, match="no LISTEN active"):
        target.connect_listener(OURS)
    with pytest.raises(NotApplicable, match="no SEND that opens"):
        target.connect_listener(OURS, data=b"x")


def test_abort_is_not_applicable_where_the_profile_says_so() -> None:
    target = Target(replace(SUBJECT, no_abort=True), "ipv4", Scripted(), Transcript(), Timing(), lambda: 0.0)
    target.listen()
    for call in (target.abort, lambda: target.stop_listening(abort=True)):
        with pytest.raises(NotApplicable, match="no ABORT"):
            call()
    target.stop_listening()


def test_what_is_prepared_is_what_connects() -> None:
    target = target_of(Scripted())
    target.prepare()
    before = target._connection
    target.connect(OURS)
    assert target._connection == before


@pytest.mark.parametrize(("opens_to", "waits"), [(0, False), (80, True)])
def test_an_open_is_waited_for_where_the_user_takes_his_time(opens_to: int, waits: bool) -> None:
    class Late(Scripted):
        def connect(self, *arguments: Any) -> bool:
            assert (arguments[-1] is not None) is waits
            return False

    target = Target(replace(SUBJECT, opens_to=opens_to), "ipv4", Late(), Transcript(), Timing(), lambda: 0.0)
    with pytest.raises(Inconclusive, match="did not begin") if waits else contextlib.nullcontext():
        target.connect(OURS)


def test_refusals_of_the_tcp_are_told_and_those_of_the_agent_raised() -> None:
    agent = Scripted()
    target = target_of(agent)
    target.prepare()
    assert not target.refuses(target.send, b"x")
    agent.refusal = Result.CLOSING
    assert target.refuses(target.send, b"x")
    agent.refusal = Result.BAD_SOCKET
    with pytest.raises(AgentRefused):
        target.refuses(target.send, b"x")


@pytest.mark.parametrize(
    ("refusal", "received", "ends"),
    [
        (None, None, False),
        (None, DATA, False),
        (None, END, True),
        (None, RESET, True),
        (Result.CLOSING, None, True),
    ],
)
def test_a_receive_ends_with_the_stream_an_error_or_a_refusal(
    refusal: Result | None, received: Received | None, ends: bool
) -> None:
    target = target_of(Scripted(refusal, received))
    target.prepare()
    assert target.receive_ends() is ends


def test_further_addresses_are_told_or_not_applicable() -> None:
    known = target_of(None, Route("192.0.2.2", ("192.0.2.1",), second="192.0.2.3", broadcast="192.0.2.255"))
    assert (known.second_address, known.broadcast_address) == ("192.0.2.3", "192.0.2.255")
    unknown = target_of(None)
    with pytest.raises(NotApplicable, match="second_ipv4 in a profile"):
        unknown.second_address  # noqa: B018
    with pytest.raises(NotApplicable, match="broadcast in a profile"):
        unknown.broadcast_address  # noqa: B018
