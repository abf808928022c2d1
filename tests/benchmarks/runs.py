"""How long a run takes on the lab, and what a case costs: the table for different numbers of workers.

    .venv/bin/python tests/benchmarks/runs.py [-n values ...]

`in turn` starts nothing ahead: one case in flight. CPU is of the tester's processes, the target's kernel and agent
aside. Run it on a machine that has nothing else to do, and quote it with the load it prints.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path


def run(arguments: list[str], profile: str | None) -> tuple[float, float, str]:
    """Run the quick cases; return wall and CPU seconds, and pytest's last line."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "pytest", "-q", "-m", "not slow", f"--reports={folder}", *arguments]
        if profile:
            command.append(f"--profile={profile}")
        before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        wall, after = time.monotonic() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return wall, cpu, (done.stdout.strip().splitlines() or ["nothing was printed"])[-1]


def in_turn() -> str:
    """Write a copy of the lab's profile that allows one case in flight; return its path."""
    text = Path("conformance/lab/linux.toml").read_text(encoding="utf-8")
    with tempfile.NamedTemporaryFile("w", suffix=".toml", delete=False, encoding="utf-8") as file:
        file.write(text.replace("[timers]", "[limits]\nmax_connections = 1\n\n[timers]", 1))
    return file.name


def main() -> None:
    """Print the table."""
    workers = sys.argv[1:] or ["0", "2", "4"]
    alone = in_turn()
    print(f"load before: {os.getloadavg()[0]:.1f}")
    print(f"{'':24}{'wall s':>9}{'CPU s':>9}  pytest's last line")
    rows: list[tuple[str, list[str], str | None]] = [("one process, in turn", [], alone)]
    rows += [(f"-n {count}, overlapped", ["-n", count], None) for count in workers]
    for name, arguments, profile in rows:
        wall, cpu, last = run(arguments, profile)
        print(f"{name:24}{wall:9.1f}{cpu:9.1f}  {last}", flush=True)
    os.unlink(alone)


if __name__ == "__main__":
    main()
