from __future__ import annotations

import select
import socket
from typing import Any

import pytest

from conformance.agent import reports
from conformance.agent.primitives import Report


class Socket:
    """A socket of Linux in a state (its number), with what SO_ERROR, TCP_INFO and recv tell."""

    def __init__(self, state: int = 1, error: int = 0, retransmissions: int = 0, urgent: bytes | OSError = b"") -> None:
        self._state, self._error, self._retransmissions, self._urgent = state, error, retransmissions, urgent

    def getsockopt(self, level: int, option: int, size: int = 0) -> Any:
        if size:
            return bytes([self._state, 0, self._retransmissions])
        error, self._error = self._error, 0
        return error

    def recv(self, size: int, flags: int) -> bytes:
        if isinstance(self._urgent, OSError):
            raise self._urgent
        return self._urgent


@pytest.fixture
def poll(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, int]]:
    """Return what poll says."""
    events: list[tuple[int, int]] = []

    class Poll:
        def register(self, sock: Any, mask: int) -> None:
            assert mask == select.POLLPRI

        def poll(self, milliseconds: int) -> list[tuple[int, int]]:
            return events

    monkeypatch.setattr(reports.select, "poll", Poll)
    return events


ASKED = [
    (Socket(), set()),
    (Socket(error=113), {Report.ICMP}),
    (Socket(state=7, error=104), set()),  # it has ended: that is no soft error
    (Socket(retransmissions=2), set()),
    (Socket(retransmissions=100), {Report.RETRANSMISSIONS}),
    (Socket(urgent=b"!"), {Report.URGENT}),
    (Socket(urgent=BlockingIOError()), {Report.URGENT}),
    (Socket(urgent=OSError(22, "")), set()),
]


@pytest.mark.usefixtures("poll")
@pytest.mark.parametrize(("sock", "expected"), ASKED)
def test_what_can_be_looked_for(sock: Any, expected: set[Report]) -> None:
    assert reports.taken(sock, asking=True) == (expected, 0)


def test_nothing_is_looked_for_unasked(poll: list[tuple[int, int]]) -> None:
    sock: Any = Socket(error=113, retransmissions=100, urgent=b"!")
    assert reports.taken(sock, asking=False) == (set(), 0)
    poll.append((1, select.POLLERR | select.POLLPRI))
    assert reports.taken(sock, asking=False) == ({Report.ICMP, Report.URGENT}, 0)
    assert reports.taken(sock, asking=False) == ({Report.URGENT}, 0)


@pytest.mark.usefixtures("poll")
def test_how_it_ended_just_then_is_no_report(monkeypatch: pytest.MonkeyPatch) -> None:
    sock: Any = Socket(error=104)
    looks = iter([True, False])
    monkeypatch.setattr(reports, "goes_on", lambda sock: next(looks))
    assert reports.taken(sock, asking=True) == (set(), 104)


@pytest.mark.usefixtures("poll")
def test_r1_is_3_where_the_system_does_not_tell(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reports, "_R1", "/nowhere")
    sock: Any = Socket(retransmissions=3)
    assert reports.taken(sock, asking=True) == ({Report.RETRANSMISSIONS}, 0)


def test_elsewhere_a_connection_goes_on_while_it_has_another_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reports, "_LINUX", False)
    with socket.socket() as alone, socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        assert not reports.goes_on(alone)
        alone.connect(listener.getsockname())
        assert reports.goes_on(alone)
