"""The dialogue with a boot loader over its console; a program in Python plays the boot loader."""

from __future__ import annotations

import selectors
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from conformance.lab.console import Console, Dialogue
from conformance.lab.ended import StackEnded

LIMIT = 10.0
PLAYED = """
import os
def say(words):
    os.write(1, words)
say(b"press a key")
assert os.read(0, 1) == b"k"
say(b"=> ")
while True:
    key = os.read(0, 1)
    if key == b"f":
        say(b"fetching ")
    elif key == b"q":
        break
    elif key == b"\\x03":
        say(b"over ")
"""
ASKS = [(b"press a key", b"k"), (b"=> ", b"")]
BEGUN, ENDS, STARTS_AFRESH = b"fetching ", b"over ", b""


def typed(address: str) -> bytes:
    return {"quit": b"q", "nowhere": b"-"}.get(address, b"f")


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[[bytes], Console]]:
    """Start a console, and wait until it is ready; `ended` as in its dialogue."""
    (tmp_path / "played.py").write_text(PLAYED)
    made: list[Console] = []

    def start(ended: bytes) -> Console:
        made.append(Console([sys.executable, str(tmp_path / "played.py")], Dialogue(ASKS, lambda: typed, BEGUN, ended)))
        until(made[0], lambda: made[0].cable is not None)
        return made[0]

    yield start
    for console in made:
        console.end()


def until(console: Console, met: Callable[[], bool]) -> None:
    end = time.monotonic() + LIMIT
    with selectors.DefaultSelector() as selector:
        selector.register(console.terminal, selectors.EVENT_READ)
        while not met():
            assert selector.select(end - time.monotonic())
            console.hear()


def state(console: Console) -> str:
    return (Path("/proc") / str(console.process) / "stat").read_text().rpartition(")")[2].split()[0]


def is_halted(console: Console) -> bool:
    """Wait until it is; the signal takes its time."""
    end = time.monotonic() + LIMIT
    while state(console) != "T":
        assert time.monotonic() < end
        time.sleep(0.001)
    return True


def test_a_fetch_is_interrupted(start: Callable[[bytes], Console]) -> None:
    console = start(ENDS)
    before = console.process
    console.fetch("198.18.1.0")
    console.renew()
    assert console.ending
    until(console, lambda: not console.ending)
    assert console.process == before
    assert not console.deaf
    assert state(console) != "T"


@pytest.mark.parametrize("ended", [ENDS, STARTS_AFRESH])
def test_a_fetch_is_opening_until_it_begins(start: Callable[[bytes], Console], ended: bytes) -> None:
    console = start(ended)
    assert not console.opening
    console.fetch("198.18.1.0")
    assert console.opening
    until(console, lambda: not console.opening)
    console.renew()
    assert console.ending
    assert not console.opening


def test_what_does_not_begin_is_begun_by_another_with_a_typist_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "played.py").write_text(PLAYED)
    addresses = iter(["nowhere", "198.18.1.0"])
    command = [sys.executable, str(tmp_path / "played.py")]
    console = Console(command, Dialogue(ASKS, lambda: lambda _: typed(next(addresses)), BEGUN, ENDS))
    until(console, lambda: console.cable is not None)
    console.fetch("198.18.1.0")
    assert console.opening
    console.restart()
    until(console, lambda: not console.opening)
    assert not console.ending
    console.end()


def test_what_was_not_fetched_needs_no_end(start: Callable[[bytes], Console]) -> None:
    console = start(STARTS_AFRESH)
    before = console.process
    console.renew()
    assert not console.ending
    assert console.process == before


def test_one_that_cannot_be_interrupted_starts_afresh_and_is_halted_when_ready(
    start: Callable[[bytes], Console],
) -> None:
    console = start(STARTS_AFRESH)
    assert is_halted(console)
    assert console.deaf
    before, card = console.process, console.cable
    console.fetch("198.18.1.0")
    assert not console.deaf
    console.renew()
    assert console.ending
    assert console.cable is None
    until(console, lambda: not console.ending)
    assert console.process != before
    assert console.cable not in (None, card)
    assert is_halted(console)


@pytest.mark.parametrize("ended", [ENDS, STARTS_AFRESH])
def test_the_next_fetch_waits_until_it_is_ready_for_that(start: Callable[[bytes], Console], ended: bytes) -> None:
    console = start(ended)
    console.fetch("198.18.1.0")
    console.renew()
    console.fetch("198.18.1.0")
    until(console, lambda: not console.ending)
    console.renew()
    assert console.ending


def test_a_machine_that_is_gone_is_told(start: Callable[[bytes], Console]) -> None:
    console = start(ENDS)
    console.fetch("quit")
    with pytest.raises(StackEnded, match=r"says no more \(exit status 0\)"):
        until(console, lambda: False)


@pytest.mark.parametrize("ended", [ENDS, STARTS_AFRESH])
def test_one_that_does_not_end_is_replaced(start: Callable[[bytes], Console], ended: bytes) -> None:
    console = start(ended)
    before = console.process
    console.fetch("198.18.1.0")
    console.renew()
    console.restart()
    assert console.ending
    until(console, lambda: not console.ending)
    assert console.process != before
    console.fetch("198.18.1.0")
    console.renew()
    assert console.ending
