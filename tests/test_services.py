from __future__ import annotations

import contextlib
import socket
from collections.abc import Iterator

import pytest

from conformance.lab.services import SERVICES, Loop

TURN = 5.0
"""Seconds that one turn of the loop waits at most; all it waits for here is already on its way."""


class Room:
    """One service on a loopback port, driven turn by turn, so that nothing runs beside the test."""

    def __init__(self, name: str, connections: int = 10) -> None:
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.loop = Loop({self.listener: SERVICES[name]}, connections)

    @contextlib.contextmanager
    def connected(self) -> Iterator[socket.socket]:
        with socket.create_connection(self.listener.getsockname(), TURN) as peer:
            self.loop.turn(TURN)
            yield peer

    def read(self, peer: socket.socket, octets: int) -> bytes:
        """Read so many octets, or up to the end, with the loop turning."""
        peer.setblocking(False)
        said = b""
        while len(said) < octets:
            self.loop.turn(0)
            with contextlib.suppress(BlockingIOError):
                heard = peer.recv(octets - len(said))
                if not heard:
                    break
                said += heard
        return said


@pytest.fixture
def room(request: pytest.FixtureRequest) -> Iterator[Room]:
    made = Room(*request.param)
    yield made
    made.loop.shut()


@pytest.mark.parametrize("room", [("echo",)], indirect=True)
def test_echo_returns_everything_before_it_closes(room: Room) -> None:
    with room.connected() as peer:
        peer.sendall(b"abc")
        peer.shutdown(socket.SHUT_WR)
        assert room.read(peer, 10) == b"abc"


@pytest.mark.parametrize("room", [("discard",)], indirect=True)
def test_discard_says_nothing_and_closes_when_its_peer_does(room: Room) -> None:
    with room.connected() as peer:
        peer.sendall(b"abc")
        room.loop.turn(TURN)
        peer.setblocking(False)
        with pytest.raises(BlockingIOError):
            peer.recv(1)
        peer.shutdown(socket.SHUT_WR)
        assert room.read(peer, 1) == b""


@pytest.mark.parametrize("room", [("daytime",)], indirect=True)
def test_daytime_speaks_first_and_closes(room: Room) -> None:
    with room.connected() as peer:
        assert room.read(peer, 1000).endswith(b"\r\n")


@pytest.mark.parametrize("room", [("chargen",)], indirect=True)
def test_chargen_goes_on_until_its_peer_closes(room: Room) -> None:
    with room.connected() as peer:
        said = room.read(peer, 300_000)
        assert len(said) == 300_000
        assert {len(line) for line in said.split(b"\r\n")[:-1]} == {72}
        peer.shutdown(socket.SHUT_WR)
        assert len(room.read(peer, 100_000_000)) < 100_000_000


@pytest.mark.parametrize("room", [("echo", 2)], indirect=True)
def test_one_connection_too_many_resets_the_oldest(room: Room) -> None:
    with room.connected() as first, room.connected() as second, room.connected() as third:
        with pytest.raises(ConnectionResetError):
            first.recv(1)
        for peer in (second, third):
            peer.sendall(b"a")
            assert room.read(peer, 1) == b"a"


@pytest.mark.parametrize("room", [("echo",)], indirect=True)
def test_a_reset_ends_one_connection_only(room: Room) -> None:
    with room.connected() as kept:
        with room.connected() as lost:
            lost.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        room.loop.turn(TURN)
        kept.sendall(b"a")
        assert room.read(kept, 1) == b"a"
