from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.lab.relay import Frames, Numbers, Pacer, cross, frame

DATAGRAMS = st.lists(st.tuples(st.integers(0, 0xFFFF), st.binary(max_size=64)))


@given(DATAGRAMS, st.integers(1, 17))
def test_datagrams_come_out_as_they_went_in_however_the_stream_is_cut(
    datagrams: list[tuple[int, bytes]], size: int
) -> None:
    stream = b"".join(frame(number, datagram) for number, datagram in datagrams)
    frames = Frames()
    pieces = [stream[at : at + size] for at in range(0, len(stream), size)]
    assert [one for piece in pieces for one in frames.take(piece)] == datagrams


def test_each_control_address_has_a_number() -> None:
    numbers = Numbers()
    assert [numbers.of("a"), numbers.of("b"), numbers.of("a")] == [0, 1, 0]
    assert numbers.address(1) == "b"
    assert numbers.address(2) is None


def test_the_number_used_longest_ago_is_given_anew() -> None:
    numbers = Numbers(2)
    numbers.of("a"), numbers.of("b"), numbers.of("a")
    assert numbers.of("c") == 1
    assert [numbers.address(0), numbers.address(1)] == ["a", "c"]


def test_a_line_gets_no_more_than_it_has_room_for() -> None:
    pacer = Pacer(room=4)
    assert [pacer.add(b"abc"), pacer.add(b"defg"), pacer.taken(1), pacer.taken(4), pacer.add(b"hij")] == [
        *(b"abc", b"d", b"e", b"fg", b"hi"),
    ]


def test_what_may_go_is_never_more_than_the_room() -> None:
    pacer = Pacer(room=2)
    assert (pacer.taken(9), pacer.add(b"abc")) == (b"", b"ab")


def test_a_stream_without_a_limit_holds_nothing_back() -> None:
    pacer = Pacer()
    assert [pacer.add(b"abc"), pacer.add(b"d" * 0x10000)] == [b"abc", b"d" * 0x10000]


def test_what_waits_for_too_long_is_nudged_by_an_octet() -> None:
    pacer = Pacer(room=2)
    assert (pacer.patience, pacer.add(b"abcd"), pacer.nudge(), pacer.taken(3), pacer.patience) == (
        *(None, b"ab", b"c", b"d", None),
    )
    assert Pacer().patience is None


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
