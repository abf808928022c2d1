from __future__ import annotations

import contextlib
import selectors
import socket
from collections.abc import Iterator

import pytest

from conformance.lab.bridge import Bridge


@pytest.fixture
def ends() -> Iterator[tuple[socket.socket, socket.socket, selectors.BaseSelector, Bridge]]:
    """The far ends of both sockets, and the bridge between the near ones."""
    with contextlib.ExitStack() as stack:
        pairs = [socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM) for _ in range(2)]
        for one in (one for pair in pairs for one in pair):
            stack.enter_context(one).setblocking(False)
        selector = stack.enter_context(selectors.DefaultSelector())
        between = Bridge([near for near, _ in pairs])
        between.register(selector)
        yield pairs[0][1], pairs[1][1], selector, between


def turn(selector: selectors.BaseSelector, between: Bridge) -> bool:
    events = {key.fileobj: mask for key, mask in selector.select(0)}
    between.turn(selector, events)
    return bool(events)


def test_what_one_end_says_the_other_hears(ends) -> None:
    left, right, selector, between = ends
    left.send(b"to the right")
    right.send(b"to the left")
    turn(selector, between)
    assert (left.recv(99), right.recv(99)) == (b"to the left", b"to the right")


def fill(left: socket.socket, selector: selectors.BaseSelector, between: Bridge, frames: int) -> None:
    for number in range(frames):
        left.send(b"%d" % number)
        turn(selector, between)


def test_a_burst_waits_until_there_is_room(ends) -> None:
    left, right, selector, between = ends
    fill(left, selector, between, 300)
    heard: list[int] = []
    while len(heard) < 300:
        turn(selector, between)
        with contextlib.suppress(BlockingIOError):
            while True:
                heard.append(int(right.recv(99)))
    assert heard == list(range(300))
    assert not turn(selector, between)  # nothing waits, so that nobody asks for room any more


def test_a_frame_that_cannot_be_said_is_lost_alone(ends) -> None:
    left, right, selector, between = ends
    right.close()
    left.send(b"lost")
    turn(selector, between)
    assert not turn(selector, between)


def test_without_sockets_it_does_nothing() -> None:
    with selectors.DefaultSelector() as selector:
        between = Bridge()
        between.register(selector)
        between.turn(selector, {})
        assert not selector.get_map()
