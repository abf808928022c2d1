from __future__ import annotations

import os
import socket
import subprocess

import elsewhere
import pytest

from conformance.lab import ended, relay
from conformance.lab.ended import StackEnded
from conformance.lab.holder import Place

TRACEBACK = b"Traceback (most recent call last):\n  File somewhere\n    line()\nOSError: no such device\n"


def started(script: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(["sh", "-c", script])


@pytest.mark.parametrize(
    ("script", "words"),
    [
        ("exit 0", "exit status 0"),
        ("exit 3", "exit status 3"),
        ("kill -SEGV $$", "SIGSEGV"),
        ("kill -40 $$", "signal 40"),
    ],
)
def test_a_status_or_a_signal_tells_how_it_ended(script: str, words: str) -> None:
    assert ended.how(started(script)) == words


def test_one_that_has_not_ended_still_runs() -> None:
    with started("exec sleep 60") as process:
        assert ended.how(process, 0.01) == "it still runs"
        process.kill()


@pytest.mark.parametrize(
    ("script", "log", "words"),
    [
        (
            "exit 1",
            b"stack: assertion failed\nit says no more (SIGABRT)\n",
            "stack: assertion failed / it says no more (SIGABRT)",
        ),
        ("exit 1", TRACEBACK, "OSError: no such device"),
        ("exit 1", b"", "exit status 1"),
        ("exit 7", b"\n one\n\n", "one / exit status 7"),
        ("kill -9 $$", b"last\n", "last / SIGKILL"),
        ("kill -9 $$", b"", "SIGKILL"),
    ],
)
def test_why_is_what_was_said_last_and_how_it_ended(script: str, log: bytes, words: str) -> None:
    assert ended.why(started(script), log) == words


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
