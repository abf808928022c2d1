"""GRUB at its prompt: a shell script plays `grub-emu`, and a socket the interface that it makes."""

from __future__ import annotations

import ipaddress
import os
import selectors
import signal
import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from conformance.lab import grub, link
from conformance.lab.grub import Grub

LIMIT = 10.0
PLAYED = """#!/bin/sh
printf 'grub> '
read line
printf 'typed: %s\\n' "$line"
"""


@pytest.fixture
def played(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Grub]:
    """GRUB, which has just been started."""
    program = tmp_path / "grub-emu"
    program.write_text(PLAYED)
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    monkeypatch.setattr(grub, "_attach", lambda: socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM))
    made = Grub()
    yield made
    made.end()


def until(played: Grub, met: Callable[[], bool]) -> None:
    end = time.monotonic() + LIMIT
    while not met():
        with selectors.DefaultSelector() as selector:
            if played.terminal is not None:
                selector.register(played.terminal, selectors.EVENT_READ)
            assert selector.select(end - time.monotonic())
        played.hear()


def test_it_has_its_interface_when_it_asks_for_a_command(played: Grub) -> None:
    assert played.cable is None
    until(played, lambda: played.cable is not None)


@pytest.mark.parametrize("ready", [False, True])
def test_a_fetch_is_typed_when_it_is_ready(played: Grub, ready: bool) -> None:
    until(played, lambda: not ready or played.cable is not None)
    played.fetch("198.18.1.0")
    until(played, lambda: "typed: cat (http,198.18.1.0)/file" in played.said)


def test_a_fetch_is_opening_until_what_was_typed_is_read(played: Grub) -> None:
    until(played, lambda: played.cable is not None)
    played.fetch("198.18.1.0")
    assert played.opening
    until(played, lambda: not played.opening)
    assert "/file" in played.said


def test_one_that_ends_begins_nothing(played: Grub) -> None:
    os.kill(played.process, signal.SIGKILL)
    played.fetch("198.18.1.0")
    until(played, lambda: played.terminal is None)
    assert not played.opening


def test_one_that_has_ended_says_no_more(played: Grub) -> None:
    played.fetch("198.18.1.0")
    until(played, lambda: played.terminal is None)


def test_each_case_gets_another_one(played: Grub) -> None:
    until(played, lambda: played.cable is not None)
    before = played.cable
    played.renew()
    assert before is not None
    assert before.fileno() == -1
    until(played, lambda: played.cable is not None)
    played.fetch("198.18.1.0")
    until(played, lambda: "typed:" in played.said)


def test_its_configuration_has_the_labs_addresses() -> None:
    address, length = link.TARGET_ADDRESSES["ipv4"], link.PREFIX_LENGTHS["ipv4"]
    said = (grub.FOLDER / "grub.cfg").read_text()
    assert f"net_add_addr card emu0 {address}\n" in said
    assert f"net_add_route cable {ipaddress.ip_network(f'{address}/{length}', strict=False)} card\n" in said
