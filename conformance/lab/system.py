"""The two system calls that Python 3.11 does not offer, unshare(2) and prctl(2); and a process that uses the latter."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
from collections.abc import Sequence
from typing import Any

NEW_USER = 0x10000000
NEW_NET = 0x40000000

_SET_PARENT_DEATH_SIGNAL = 1


def unshare(flags: int) -> None:
    """Move the calling process into new namespaces (`NEW_USER`, `NEW_NET`); OSError where the system refuses."""
    _call("unshare", ctypes.c_int(flags))


def die_with_parent(parent: int) -> None:
    """Have the kernel kill this process (SIGKILL) as soon as its parent, process `parent`, is gone.

    A parent that died before the call would never be noticed, so the process then ends here.
    """
    zero = ctypes.c_ulong(0)
    _call("prctl", ctypes.c_int(_SET_PARENT_DEATH_SIGNAL), ctypes.c_ulong(signal.SIGKILL), zero, zero, zero)
    if os.getppid() != parent:
        os._exit(1)


def start(command: Sequence[str], **streams: Any) -> subprocess.Popen[bytes]:
    """Start a process that lives no longer than this one, which must have no threads; `streams` as `Popen` has them."""
    parent = os.getpid()
    return subprocess.Popen(list(command), preexec_fn=lambda: die_with_parent(parent), **streams)


def _call(name: str, *arguments: ctypes._SimpleCData[int]) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    if getattr(libc, name)(*arguments) != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{name}: {os.strerror(number)}")
