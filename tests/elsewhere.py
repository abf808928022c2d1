"""Runs a function of a test module in a process of its own, which may change its namespaces as it likes."""

from __future__ import annotations

import contextlib
import json
import os
import select
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
LIMIT = 60.0
"""Seconds after which a process that should have ended counts as stuck."""

_CODE = """
import json, sys
module = __import__(sys.argv[1])
print(json.dumps(getattr(module, sys.argv[2])(*json.loads(sys.argv[3]))), flush=True)
"""


def call(function: Callable[..., Any], *arguments: Any) -> Any:
    """Call the function there and return what it returns, as JSON carries it."""
    done = subprocess.run(
        _command(function, arguments), env=_environment(), capture_output=True, text=True, timeout=LIMIT
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    return json.loads(done.stdout)


@contextlib.contextmanager
def started(function: Callable[..., Any], *arguments: Any) -> Iterator[subprocess.Popen[str]]:
    """Start the function there, in a process group of its own; kill it at the end if it still runs."""
    with subprocess.Popen(
        _command(function, arguments),
        env=_environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        process_group=0,
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def all_gone(watched: Iterable[int], within: float = 10.0) -> bool:
    """Wait until every process behind these pidfds has ended."""
    return all(select.select([pidfd], [], [], within)[0] for pidfd in watched)


def processes_in(namespace: int) -> list[int]:
    """The processes whose network namespace has this inode."""
    found = []
    for entry in Path("/proc").iterdir():
        with contextlib.suppress(OSError):
            if entry.name.isdigit() and os.stat(entry / "ns/net").st_ino == namespace:
                found.append(int(entry.name))
    return found


def _command(function: Callable[..., Any], arguments: tuple[Any, ...]) -> list[str]:
    names = [function.__module__, function.__name__]
    return [sys.executable, "-W", "error", "-c", _CODE, *names, json.dumps(arguments)]


def _environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'tests'}"}
