"""How wall time grows with the number of targets in one run: each a kernel of its own in the lab.

    .venv/bin/python tests/benchmarks/targets.py [COUNT ...] [-- ARGUMENTS FOR PYTEST ...]

Runs the same cases against 1, 2, 4, 8, 16 targets; quote the table with the load it prints. MB is what the largest
process held at most.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time


def run(count: int, arguments: list[str]) -> tuple[float, float, float, str]:
    """Run against so many targets; return wall and CPU seconds, MB of the largest process, and pytest's last line."""
    targets = [f"--target=target{number}=lab:linux" for number in range(count)]
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryFile("w+") as told:
        command = [sys.executable, "-m", "pytest", "-q", f"--reports={folder}", *targets, *arguments]
        start = time.monotonic()
        _, _, used = os.wait4(subprocess.Popen(command, stdout=told).pid, 0)
        wall = time.monotonic() - start
        told.seek(0)
        lines = told.read().strip().splitlines() or ["nothing was printed"]
    return wall, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024, lines[-1]


def main() -> None:
    """Print the table."""
    given, _, rest = " ".join(sys.argv[1:]).partition("--")
    counts = [int(word) for word in given.split()] or [1, 2, 4, 8, 16]
    arguments = sys.argv[sys.argv.index("--") + 1 :] if rest else []
    print(f"{'targets':>7}{'wall s':>9}{'to one':>8}{'CPU s':>9}{'MB':>6}{'load':>7}  pytest's last line")
    first = 0.0
    for count in counts:
        wall, cpu, memory, last = run(count, arguments)
        first = first or wall
        load = os.getloadavg()[0]
        print(f"{count:7}{wall:9.1f}{wall / first:8.2f}{cpu:9.1f}{memory:6.0f}{load:7.1f}  {last}", flush=True)


if __name__ == "__main__":
    main()
