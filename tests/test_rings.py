from __future__ import annotations

import mmap
import socket
import struct
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.lab.relay import Gone
from conformance.lab.rings import ROOM, Ring, Rings

SIZE = 8 + ROOM


@given(st.lists(st.binary(min_size=1, max_size=2_000), max_size=12), st.integers(0, 2**32 - 1))
def test_octets_come_out_as_they_went_in_wherever_the_ring_stands(pieces: list[bytes], start: int) -> None:
    memory = mmap.mmap(-1, SIZE)
    struct.pack_into("II", memory, 0, start, start)
    ring, got = Ring(memory, 0), b""
    for piece in pieces:
        left = ring.put(piece)
        got += ring.take()
        assert ring.put(left) == b""
    assert got + ring.take() == b"".join(pieces)


def test_a_full_ring_takes_no_more() -> None:
    ring = Ring(mmap.mmap(-1, SIZE), 0)
    assert ring.put(bytes(ROOM - 1)) == b""
    assert ring.put(b"abc") == b"bc"
    assert ring.take()[-2:] == b"\0a"


@pytest.fixture
def machine() -> Iterator[tuple[Rings, socket.socket, Ring, Ring]]:
    """The line, the machine's end of the bell, and its rings."""
    memory = mmap.mmap(-1, 2 * SIZE)
    near, far = socket.socketpair()
    with near, far:
        yield Rings(near, memory), far, Ring(memory, 0), Ring(memory, SIZE)


def test_the_bell_first_tells_where_the_rings_are(machine: tuple[Rings, socket.socket, Ring, Ring]) -> None:
    line, bell, to_it, from_it = machine
    line.write(b"early")
    places = struct.pack("<QQ", 0, SIZE)
    bell.send(places[:5])
    assert line.read() == b""
    assert to_it.take() == b""
    from_it.put(b"hello")
    bell.send(places[5:] + b"\0")
    assert line.read() == b"hello"
    assert to_it.take() == b"early"


def test_a_bell_for_what_was_read_already_brings_nothing(machine: tuple[Rings, socket.socket, Ring, Ring]) -> None:
    line, bell, _, from_it = machine
    bell.send(struct.pack("<QQ", 0, SIZE))
    from_it.put(b"hello")
    assert line.read() == b"hello"
    bell.send(b"\0")
    assert line.read() == b""


def test_what_has_no_room_waits_until_the_machine_takes_some(machine: tuple[Rings, socket.socket, Ring, Ring]) -> None:
    line, bell, to_it, _ = machine
    bell.send(struct.pack("<QQ", 0, SIZE))
    line.read()
    line.write(b"x" * ROOM + b"and more")
    assert to_it.take() == b"x" * ROOM
    bell.send(b"\0")
    line.read()
    assert to_it.take() == b"and more"


def test_a_machine_that_ends_is_gone(machine: tuple[Rings, socket.socket, Ring, Ring]) -> None:
    line, bell, *_ = machine
    bell.close()
    with pytest.raises(Gone):
        line.read()
