from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from conformance.lab.datagrams import Frames, Numbers, Pacer, frame

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
