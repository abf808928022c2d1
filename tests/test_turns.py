"""Tests of `conformance.wire.turns`: locks that several processes share; here several holders in one."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator

import pytest

from conformance.wire.turns import Places, Turns


@pytest.fixture
def places() -> Iterator[Places]:
    made = Places(["a", "b"])
    yield made
    made.close()


def test_many_share_a_target(places: Places) -> None:
    one, two = Turns(places.plain()), Turns(places.plain())
    assert one.take("a", alone=False)
    assert two.take("a", alone=False)
    assert one.take("a", alone=False)


def test_one_is_alone_at_a_target_once_the_others_have_left(places: Places) -> None:
    one, two = Turns(places.plain()), Turns(places.plain())
    assert one.take("a", alone=False)
    assert not two.take("a", alone=True)
    assert two.take("b", alone=True)
    one.leave("a")
    assert two.take("a", alone=True)
    assert not one.take("a", alone=False)
    assert not one.take("a", alone=True)
    two.close()
    assert one.take("a", alone=False)


def test_two_that_want_to_be_alone_do_not_wait_for_each_other_for_ever(places: Places) -> None:
    one, two = Turns(places.plain()), Turns(places.plain())
    assert one.take("a", alone=False)
    assert two.take("a", alone=False)
    assert not one.take("a", alone=True)  # what it shared is given up, so the other can go on
    assert two.take("a", alone=True)


def test_whoever_dies_gives_its_turn_back(places: Places) -> None:
    script = (
        "import sys; from conformance.wire.turns import Turns; turns = Turns({'a': sys.argv[1]});"
        " assert turns.take('a', alone=True); print('taken', flush=True); sys.stdin.read()"
    )
    command = [sys.executable, "-c", script, places.plain()["a"]]
    ours = Turns(places.plain())
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "taken\n"
        assert not ours.take("a", alone=False)
        other.kill()
    assert ours.take("a", alone=False)


def test_without_places_it_is_always_our_turn() -> None:
    assert Turns().take("a", alone=True)


def test_a_file_that_is_not_the_run_s_is_left_alone(places: Places) -> None:
    elsewhere = {"a": f"/proc/{os.getpid()}/fd/0 /memfd:turn-0 (deleted)", "b": "/proc/0/fd/1 x"}
    assert Turns(elsewhere).take("a", alone=True)
