"""The kernel's word on connections, in both ways in which Linux gives it."""

from __future__ import annotations

import contextlib
import errno
import socket
import struct
import time
from collections.abc import Callable, Iterator

import pytest

from conformance.agent import lookup
from conformance.agent.flow import Flow, flow_of

NOWHERE = Flow(socket.AF_INET, "127.0.0.1", 1, "127.0.0.1", 1, 0)
SYN_SENT, SYN_RECEIVED, ESTABLISHED, FIN_WAIT_2, CLOSE_WAIT, TIME_WAIT = 3, 4, 5, 7, 8, 11


@pytest.fixture(params=["127.0.0.1", "::1"])
def address(request: pytest.FixtureRequest) -> str:
    text: str = request.param
    return text


@pytest.fixture(params=["sock_diag", "table"])
def state(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Callable[[Flow], int]:
    if request.param == "table":
        monkeypatch.delattr(socket, "AF_NETLINK")
    return lookup.lookup


def becomes(state: Callable[[Flow], int], flow: Flow, number: int) -> bool:
    end = time.monotonic() + 20
    while state(flow) != number:
        if time.monotonic() > end:
            return False
    return True


@pytest.fixture
def listener(address: str) -> Iterator[socket.socket]:
    with socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET) as sock:
        sock.bind((address, 0))
        sock.listen(0)
        yield sock


@pytest.fixture
def pair(listener: socket.socket) -> Iterator[tuple[socket.socket, socket.socket]]:
    with contextlib.closing(socket.create_connection(listener.getsockname()[:2], 20)) as one:
        other, _ = listener.accept()
        with other:
            yield one, other


def flow_to_peer(sock: socket.socket) -> Flow:
    return flow_of(sock, sock.getpeername()[:2])


def any_local(flow: Flow) -> Flow:
    return flow._replace(local="::" if flow.family == socket.AF_INET6 else "0.0.0.0")


def test_an_open_connection(state: Callable[[Flow], int], pair: tuple[socket.socket, socket.socket]) -> None:
    for sock in pair:
        assert becomes(state, flow_to_peer(sock), ESTABLISHED)
        assert state(any_local(flow_to_peer(sock))) == ESTABLISHED


def test_a_listener(state: Callable[[Flow], int], listener: socket.socket) -> None:
    assert state(flow_of(listener)) == lookup.LISTEN
    assert state(any_local(flow_of(listener))) == lookup.LISTEN


def test_a_listener_is_not_taken_for_a_connection(
    state: Callable[[Flow], int], listener: socket.socket, address: str
) -> None:
    assert state(flow_of(listener, (address, 1))) == lookup.CLOSED
    assert state(any_local(flow_of(listener, (address, 1)))) == lookup.CLOSED


def test_a_connection_that_nobody_accepted(state: Callable[[Flow], int], listener: socket.socket) -> None:
    with contextlib.closing(socket.create_connection(listener.getsockname()[:2], 20)) as sock:
        flow = flow_of(listener, sock.getsockname()[:2])
        assert becomes(state, flow, ESTABLISHED)
        assert state(any_local(flow)) == ESTABLISHED


def test_a_half_open_connection_of_a_listener(state: Callable[[Flow], int], listener: socket.socket) -> None:
    # Linux keeps it in SYN-RECEIVED until data comes.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_DEFER_ACCEPT, 30)
    with contextlib.closing(socket.create_connection(listener.getsockname()[:2], 20)) as sock:
        flow = flow_of(listener, sock.getsockname()[:2])
        assert becomes(state, flow, SYN_RECEIVED)
        assert state(any_local(flow)) == SYN_RECEIVED


def test_an_attempt_without_an_answer(state: Callable[[Flow], int], listener: socket.socket) -> None:
    first = socket.create_connection(listener.getsockname()[:2], 20)
    with first, socket.socket(listener.family) as late:
        late.setblocking(False)
        late.connect_ex(listener.getsockname())  # the queue is full
        assert becomes(state, flow_of(late, listener.getsockname()[:2]), SYN_SENT)


def test_a_close_from_both_sides(state: Callable[[Flow], int], pair: tuple[socket.socket, socket.socket]) -> None:
    one, other = pair
    flow, reverse = flow_to_peer(one), flow_to_peer(other)
    one.shutdown(socket.SHUT_WR)
    assert becomes(state, flow, FIN_WAIT_2)
    assert becomes(state, reverse, CLOSE_WAIT)
    one.close()
    assert becomes(state, flow, FIN_WAIT_2)  # now without a socket
    other.close()
    assert becomes(state, flow, TIME_WAIT)
    assert becomes(state, reverse, lookup.CLOSED)
    assert state(any_local(flow)) == TIME_WAIT


def test_no_connection(state: Callable[[Flow], int]) -> None:
    assert state(NOWHERE) == lookup.CLOSED


def test_without_either_way_nothing_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(socket, "AF_NETLINK")
    monkeypatch.setattr(lookup, "_TABLES", {socket.AF_INET: "/nonexistent"})
    with pytest.raises(lookup.Unavailable):
        lookup.lookup(NOWHERE)


def test_a_kernel_without_the_module_is_not_taken_for_one_without_the_connection(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Both are ENOENT to an exact question; only a dump tells them apart."""
    missing = struct.pack("=IHHIIi", 20, 2, 0, 1, 0, -errno.ENOENT)
    done = struct.pack("=IHHIIi", 20, 3, 0, 1, 0, -errno.ENOENT)

    class Link:
        def __init__(self, *_: object) -> None:
            self.answers = [missing, done]

        def __enter__(self) -> Link:
            return self

        def __exit__(self, *_: object) -> None:
            assert not self.answers

        def settimeout(self, _: float) -> None: ...

        def send(self, _: bytes) -> None: ...

        def recv(self, _: int) -> bytes:
            return self.answers.pop(0)

    monkeypatch.setattr(socket, "socket", Link)
    monkeypatch.setattr(lookup, "_TABLES", {})
    monkeypatch.setattr(lookup, "_by_table", lambda flow: 99)
    assert lookup.lookup(NOWHERE) == 99
