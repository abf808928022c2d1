from __future__ import annotations

from typing import Any

import pytest

from conformance.agent import primitives as p
from conformance.agent.protocol import Kind, Result, decode
from conformance.lab.opener import Opener


@pytest.fixture
def log() -> list[Any]:
    return []


@pytest.fixture
def opener(log: list[Any]) -> Opener:
    return Opener(lambda address, port: log.append((address, port)), lambda: log.append("end"))


def asked(opener: Opener, request: bytes) -> Any:
    answer = opener.answer(request)
    assert answer is not None
    return decode(answer)


def test_it_opens(opener: Opener, log: list[Any]) -> None:
    made = asked(opener, p.CREATE_AND_BIND.ask(True, p.ANY_PORT, "198.18.0.1"))
    (number,) = p.CREATE_AND_BIND.response.decode(made.data)
    assert asked(opener, p.CONNECT.ask(number, 80, "198.18.1.0")).result == Result.OK
    assert asked(opener, p.END_TEST.ask(0, "")).result == Result.OK
    assert log == [("198.18.1.0", 80), "end"]


def test_there_is_no_end_to_what_was_not_opened(opener: Opener, log: list[Any]) -> None:
    assert asked(opener, p.END_TEST.ask(0, "")).result == Result.OK
    assert log == []


def test_it_tells_its_version(opener: Opener) -> None:
    assert asked(opener, p.GET_VERSION.ask()).result == Result.OK


@pytest.mark.parametrize(
    "request_",
    [p.IDENTIFY.ask(), p.LISTEN_AND_ACCEPT.ask(1, 1), p.SHUTDOWN.ask(1, 1), p.SEND_DATA.ask(1, 1, 0, b"x")],
)
def test_it_knows_no_other_call(opener: Opener, request_: bytes) -> None:
    assert asked(opener, request_).result == Result.NO_PRIMITIVE


def test_its_port_is_its_own_choice(opener: Opener) -> None:
    assert asked(opener, p.CREATE_AND_BIND.ask(True, 7, "198.18.0.1")).result == Result.NO_PRIMITIVE


def test_it_opens_one_connection_at_a_time(opener: Opener, log: list[Any]) -> None:
    results = [asked(opener, p.CONNECT.ask(number, 80, "198.18.1.0")).result for number in (1, 2)]
    assert results == [Result.OK, Result.NO_PRIMITIVE]
    assert len(log) == 1


def test_what_is_no_request_is_not_answered(opener: Opener) -> None:
    assert opener.answer(b"") is None
    assert opener.answer(p.GET_VERSION.answer(1, 2, 0)) is None
    assert decode(p.GET_VERSION.answer(1, 2, 0)).kind is Kind.RESPONSE
