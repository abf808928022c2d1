"""A boot loader's frames and control, carried by `loader.run`; the boot loader here is played."""

from __future__ import annotations

import contextlib
import os
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from conformance.agent import primitives as p
from conformance.agent.protocol import Result, decode
from conformance.lab import loader
from conformance.lab.ended import StackEnded
from conformance.lab.holder import Place

LIMIT = 5.0


def pair() -> tuple[socket.socket, socket.socket]:
    near, far = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
    for end in (near, far):
        end.settimeout(LIMIT)
    return near, far


@dataclass
class Played:
    """What a boot loader would do, by the first letter that comes over its terminal."""

    terminal: socket.socket
    card: socket.socket
    cable: socket.socket | None = None
    deaf: bool = False
    opening: bool = False
    ending: bool = False
    log: list[str] = field(default_factory=list)

    def hear(self) -> None:
        word = self.terminal.recv(64).decode()
        if word == "ready":
            self.cable = self.card
        self.deaf, self.opening, self.ending = word == "deaf", word == "slow", False
        self.terminal.send(b"heard")

    def fetch(self, address: str) -> None:
        self.log.append(address)

    def renew(self) -> None:
        self.log.append("renew")
        self.ending = True

    def restart(self) -> None:
        self.log.append("restart")

    def end(self) -> None:
        self.log.append("end")


class Bed:
    """Everything around it: what it says, the ends of cable and card, control, what the tester was told."""

    def __init__(self, stack: contextlib.ExitStack) -> None:
        pairs = [pair() for _ in range(5)]
        for end in (end for ends in pairs for end in ends):
            stack.callback(end.close)
        (self.says, terminal), (self.tester, cable), (self.card, far), (self.control, control), (self.wake, woken) = (
            pairs
        )
        self.told, writer = os.pipe()
        stack.callback(os.close, self.told)
        cable.setblocking(False)
        far.setblocking(False)
        self.played = Played(terminal, far)
        place = Place("grub", 0, "", control, writer)
        work = (place, cable, self.played, woken, ("ipv4",))
        self.thread = threading.Thread(target=loader.run, args=work, daemon=True)
        self.thread.start()

    def say(self, word: str) -> None:
        """Have it say something, and wait until that was heard."""
        self.says.send(word.encode())
        assert self.says.recv(64) == b"heard"

    def ask(self, request: bytes) -> Any:
        self.control.send(request)
        return decode(self.control.recv(0x10000))

    def end(self) -> None:
        self.wake.send(b"x")
        self.thread.join(LIMIT)
        assert not self.thread.is_alive()


@pytest.fixture
def bed(monkeypatch: pytest.MonkeyPatch) -> Iterator[Bed]:
    # Socket pairs have no addresses; control is answered with `sendto` all the same.
    monkeypatch.setattr(loader, "_reply", lambda control, answer, address: control.send(answer))
    with contextlib.ExitStack() as stack:
        made = Bed(stack)
        stack.callback(made.end)
        yield made


def test_the_tester_is_told_when_it_is_ready_and_it_ends_with_the_signal(bed: Bed) -> None:
    bed.say("ready")
    assert b'"families": ["ipv4"]' in os.read(bed.told, 0x1000)
    bed.end()
    assert bed.played.log == ["end"]


def test_frames_cross_both_ways_once_it_is_ready(bed: Bed) -> None:
    bed.say("ready")
    bed.tester.send(b"in")
    assert bed.card.recv(64) == b"in"
    bed.card.send(b"out")
    assert bed.tester.recv(64) == b"out"


def test_what_comes_before_it_is_ready_is_lost(bed: Bed) -> None:
    bed.tester.send(b"lost")
    assert bed.ask(p.GET_VERSION.ask()).result == Result.OK  # the frame was dealt with before that
    bed.say("ready")
    bed.tester.send(b"heard")
    assert bed.card.recv(64) == b"heard"


def test_a_burst_waits_until_the_card_has_room(bed: Bed) -> None:
    bed.say("ready")
    for number in range(100):
        bed.tester.send(b"%d" % number)
    assert [int(bed.card.recv(64)) for _ in range(100)] == list(range(100))


def test_what_comes_while_it_reads_nothing_is_lost(bed: Bed) -> None:
    bed.say("ready")
    bed.say("deaf")
    bed.tester.send(b"lost")
    bed.tester.send(b"lost, too")
    assert bed.ask(p.GET_VERSION.ask()).result == Result.OK  # the frames were dealt with before that
    bed.say("awake")
    bed.tester.send(b"heard")
    assert bed.card.recv(64) == b"heard"


def test_it_opens_to_one_port_alone(bed: Bed) -> None:
    bed.say("ready")
    assert bed.ask(p.CONNECT.ask(1, 81, "198.18.1.0")).result == Result.NO_PRIMITIVE
    assert bed.ask(p.CONNECT.ask(1, loader.HTTP, "198.18.1.0")).result == Result.OK
    assert bed.played.log == ["198.18.1.0"]


def test_an_open_is_answered_when_it_has_begun(bed: Bed) -> None:
    bed.say("ready")
    bed.say("slow")
    bed.control.send(p.CONNECT.ask(1, loader.HTTP, "198.18.1.0"))
    bed.control.settimeout(0.05)
    with pytest.raises(TimeoutError):
        bed.control.recv(64)
    bed.control.settimeout(LIMIT)
    bed.say("begun")
    assert decode(bed.control.recv(64)).result == Result.OK


def test_the_end_of_a_test_is_answered_when_it_is_over(bed: Bed) -> None:
    bed.say("ready")
    bed.ask(p.CONNECT.ask(1, loader.HTTP, "198.18.1.0"))
    bed.control.send(p.END_TEST.ask(0, ""))
    bed.control.send(p.GET_VERSION.ask())
    bed.control.settimeout(0.05)
    with pytest.raises(TimeoutError):
        bed.control.recv(64)
    bed.control.settimeout(LIMIT)
    bed.say("over")
    answered = [decode(bed.control.recv(64)) for _ in range(2)]
    assert [(one.group, one.number) for one in answered] == [
        (one.group, one.number) for one in (p.END_TEST, p.GET_VERSION)
    ]


def test_one_that_comes_to_no_end_is_replaced_and_the_next_one_has_more_time(
    bed: Bed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loader, "END_LIMIT", 0.01)
    bed.say("ready")
    bed.say("over")  # from here on the new limit holds
    bed.ask(p.CONNECT.ask(1, loader.HTTP, "198.18.1.0"))
    bed.control.send(p.END_TEST.ask(0, ""))
    end = time.monotonic() + LIMIT
    while bed.played.log.count("restart") < 3:
        assert time.monotonic() < end
        time.sleep(0.001)
    bed.say("ready")
    assert decode(bed.control.recv(64)).result == Result.OK
    assert bed.ask(p.GET_VERSION.ask()).result == Result.OK


class Broken(Played):
    """One that ends as soon as it has said something."""

    def hear(self) -> None:
        super().hear()
        self.terminal = None


def test_one_that_ends_before_it_is_ready_ends_it_all() -> None:
    with contextlib.ExitStack() as stack:
        ends = [stack.enter_context(end) for _ in range(5) for end in pair()]
        says, terminal, _, cable, _, card, _, control, _, woken = ends
        says.send(b"no such device")
        broken = Broken(terminal, card)
        with pytest.raises(StackEnded, match="before it was ready"):
            loader.run(Place("grub", 0, "", control, -1), cable, broken, woken)
        assert broken.log == ["end"]
