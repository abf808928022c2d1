from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest

from conformance.lab.relay import cross

Ends = tuple[socket.socket, socket.socket]


@pytest.fixture
def lines() -> Iterator[tuple[Ends, Ends]]:
    """Two lines: the far end of each, and the two near ends, between which is the bridge."""
    left, right = (socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM) for _ in range(2))
    for end in (*left, *right):
        end.setblocking(False)
    yield (left[0], right[0]), (left[1], right[1])
    for end in (*left, *right):
        end.close()


def test_each_frame_crosses_to_the_other_side_whole(lines: tuple[Ends, Ends]) -> None:
    (left, right), bridge = lines
    left.send(b"from the left")
    right.send(b"from the right")
    cross(bridge, set(bridge))
    assert (left.recv(64), right.recv(64)) == (b"from the right", b"from the left")


def test_only_a_side_that_is_ready_is_read(lines: tuple[Ends, Ends]) -> None:
    (left, right), bridge = lines
    left.send(b"from the left")
    cross(bridge, {bridge[1]})
    with pytest.raises(BlockingIOError):
        right.recv(64)
    cross(bridge, {bridge[0]})
    assert right.recv(64) == b"from the left"


def test_a_side_that_takes_no_more_loses_frames(lines: tuple[Ends, Ends]) -> None:
    (left, right), bridge = lines
    for _ in range(5000):
        left.send(b"x" * 1500)
        cross(bridge, {bridge[0]})
    lost = 5000 - sum(1 for _ in iter(lambda: _received(right), b""))
    assert lost > 0
    left.send(b"the next one")
    cross(bridge, {bridge[0]})
    assert right.recv(64) == b"the next one"


def _received(end: socket.socket) -> bytes:
    try:
        return end.recv(0x10000)
    except BlockingIOError:
        return b""
