from __future__ import annotations

import subprocess

import pytest

from conformance.lab import ended

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
