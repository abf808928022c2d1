from __future__ import annotations

import os
import socket

import elsewhere
import pytest

from conformance.lab import relay
from conformance.lab.ended import StackEnded
from conformance.lab.holder import Place


def hold(script: str, limit: float = 60.0) -> str:
    """Hold a stack that a shell script plays; say why that ended."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        place = Place("played", 0, "", control, os.open(os.devnull, os.O_WRONLY))
        try:
            relay.run(place, ["sh", "-c", script], start_limit=limit)
        except StackEnded as end:
            return str(end)
        return "it was to end"


READY = "printf '\\0\\0\\0\\0'; "


@pytest.mark.parametrize(
    ("script", "words"),
    [
        ("exit 2", "the stack says no more (exit status 2)"),
        (f"{READY}kill -SEGV $$", "the stack says no more (SIGSEGV)"),
        (f"{READY}kill -TERM $PPID; exec sleep 60", "it was to end"),
        ("kill -TERM $PPID; exec sleep 60", "it was to end"),
    ],
)
def test_a_stack_that_ends_says_why_and_one_that_is_to_end_does_at_once(script: str, words: str) -> None:
    assert elsewhere.call(hold, script) == words


def test_a_stack_that_is_not_ready_in_time_says_so() -> None:
    assert elsewhere.call(hold, "exec sleep 60", 0.01) == "the stack was not ready within 0.01 s"
