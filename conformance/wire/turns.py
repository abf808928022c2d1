"""Whose turn it is at a target, among the processes of a run: many share it, or one has it alone.

A lock of the kernel's on a file that has no name: whoever dies gives it back, and nothing is left on the disk.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable

try:
    import fcntl
except ImportError:  # a system where the model alone is judged, in one process
    fcntl = None  # type: ignore[assignment]


class Turns:
    """A lock for each target. Without `places` this process is the only one, and it is always its turn."""

    def __init__(self, places: dict[str, str] | None = None) -> None:
        self._files = {name: file for name, place in (places or {}).items() if (file := _open(place)) is not None}
        self._held: dict[str, int] = {}

    @property
    def shared(self) -> bool:
        """Whether other processes may be at the targets."""
        return bool(self._files)

    def take(self, name: str, *, alone: bool) -> bool:
        """Take a turn at the target `name`, or see that another process has it. Nobody is waited for.

        A turn that is held already may be taken again; one that is shared is given up if it cannot be had alone.
        """
        if name not in self._files:
            return True
        wanted = fcntl.LOCK_EX if alone else fcntl.LOCK_SH
        if self._held.get(name) == wanted:
            return True
        self.leave(name)
        try:
            fcntl.flock(self._files[name], wanted | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        self._held[name] = wanted
        return True

    def leave(self, name: str) -> None:
        """Give the turn at a target back."""
        if self._held.pop(name, None) is not None:
            fcntl.flock(self._files[name], fcntl.LOCK_UN)

    def close(self) -> None:
        """Give everything back."""
        for file in self._files.values():
            os.close(file)
        self._files, self._held = {}, {}


class Places:
    """The files, for as long as this process lives. Workers are told where they are."""

    def __init__(self, names: Iterable[str]) -> None:
        self._files = {name: os.memfd_create(f"turn-{os.urandom(8).hex()}") for name in names}

    def plain(self) -> dict[str, str]:
        """Return what `Turns` of another process on this machine has to know."""
        return {name: f"{_path(file)} {os.readlink(_path(file))}" for name, file in self._files.items()}

    def close(self) -> None:
        """Give the files back."""
        for file in self._files.values():
            os.close(file)
        self._files = {}


def _path(file: int) -> str:
    return f"/proc/{os.getpid()}/fd/{file}"


def _open(place: str) -> int | None:
    """Open a file of another process; None on another machine, where that process is not, or is somebody else."""
    path, _, token = place.partition(" ")
    with contextlib.suppress(OSError):
        if os.readlink(path) == token:
            return os.open(path, os.O_RDWR | os.O_CLOEXEC)
    return None
