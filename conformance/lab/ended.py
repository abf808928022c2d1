"""How a process of the lab has ended, in words."""

from __future__ import annotations

import signal
import subprocess

_LIMIT = 1.0
_FOR_A_REASON = 1
"""The exit status of one that has said why, as Python's is."""


class StackEnded(Exception):
    """There is no stack to hold, any more or at all; the text says why."""


def how(process: subprocess.Popen[bytes], limit: float = _LIMIT) -> str:
    """Say how a process ended from which nothing more will come: `exit status 2`, `SIGKILL`; or that it still runs.

    It has `limit` seconds to end.
    """
    try:
        code = process.wait(limit)
    except subprocess.TimeoutExpired:
        return "it still runs"
    names = {number.value: number.name for number in signal.Signals}
    return f"exit status {code}" if code >= 0 else names.get(-code, f"signal {-code}")


def why(process: subprocess.Popen[bytes], log: bytes) -> str:
    """Say why it ended: what it said last, and how it ended, unless its exit status only says that something failed."""
    lines = [line for line in log.decode(errors="replace").splitlines() if line.strip()]
    # Before our own last word may be one of the stack; of a traceback the last line says it all.
    words = [line.strip() for line in lines[-2:] if line is lines[-1] or not line.startswith((" ", "Traceback"))]
    told = how(process)
    return " / ".join(words if words and process.returncode == _FOR_A_REASON else [*words, told])
