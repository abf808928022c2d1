"""The C agent as a program of its own, in place of the server that tests of the Python agent run in their process."""

from __future__ import annotations

import contextlib
import select
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

from conformance.agent.room import Limits

SOURCES = Path(__file__).parent.parent / "conformance" / "agent" / "c"
WARNINGS = ("-Wall", "-Wextra", "-Wstrict-prototypes", "-pedantic", "-Werror")
SANITIZERS = ("-g", "-fsanitize=address,undefined", "-fno-sanitize-recover=all")


def build(program: Path) -> None:
    """Compile the C agent so that any error in its use of memory ends it."""
    sources = sorted(str(source) for source in SOURCES.glob("*.c"))
    command = ["gcc", "-std=c99", "-D_DEFAULT_SOURCE", *WARNINGS, *SANITIZERS, "-o", str(program), *sources]
    subprocess.run(command, check=True)


class Program:
    """A running agent. `step` gives it time; `sockets` counts those under test."""

    def __init__(self, program: Path, *arguments: str, fds: tuple[int, ...] = ()) -> None:
        self._process = subprocess.Popen([program, *arguments], stdout=subprocess.PIPE, text=True, pass_fds=fds)
        assert self._process.stdout is not None
        words = self._process.stdout.readline().split()
        assert words[:2] == ["agent", "on"]
        self.control = words[2], int(words[4])

    @classmethod
    def on_loopback(cls, program: Path, allow: str, limits: Limits | None) -> Program:
        """Start it on 127.0.0.1 with these limits."""
        most = limits or Limits()
        counts = ("--max-sockets", str(most.sockets), "--max-per-session", str(most.sockets_per_session))
        return cls(program, "--bind", "127.0.0.1:0", "--allow", allow, "--idle", str(most.idle), *counts)

    def step(self, seconds: float) -> None:
        """Let it work for so long."""
        assert self._process.poll() is None, "the agent has ended"
        if seconds:
            select.select([], [], [], seconds)

    @contextlib.contextmanager
    def at_rest(self) -> Iterator[None]:
        """Give it no time meanwhile."""
        self._process.send_signal(signal.SIGSTOP)
        try:
            yield
        finally:
            self._process.send_signal(signal.SIGCONT)

    @property
    def descriptors(self) -> int:
        """How many file descriptors it has open."""
        return len(list(Path(f"/proc/{self._process.pid}/fd").iterdir()))

    @property
    def sockets(self) -> int:
        """How many TCP sockets are open: all but the control socket."""
        open_now = 0
        for link in Path(f"/proc/{self._process.pid}/fd").iterdir():
            with contextlib.suppress(FileNotFoundError):  # it was closed while we looked
                open_now += link.readlink().name.startswith("socket:")
        return open_now - 1

    def end(self, number: signal.Signals = signal.SIGTERM) -> None:
        """End it by that signal, and see that it ends well."""
        self._process.send_signal(number)
        with self._process:
            assert self._process.wait(20) == 0

    def close(self) -> None:
        """End it, if it has not ended."""
        if self._process.returncode is None:
            self.end()
