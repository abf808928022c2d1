"""How wall time grows with the number of targets in one run: each a kernel of its own in the lab.

    .venv/bin/python tests/benchmarks/targets.py [COUNT ...] [-- ARGUMENTS FOR PYTEST ...]

Runs the same cases against 1, 2, 4, 8, 16 targets; quote the table with the load it prints.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
import time


def run(count: int, arguments: list[str]) -> tuple[float, float, str]:
    """Run against so many targets; return wall and CPU seconds, and pytest's last line."""
    targets = [f"--target=target{number}=lab:linux" for number in range(count)]
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "pytest", "-q", f"--reports={folder}", *targets, *arguments]
        before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        wall, after = time.monotonic() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return wall, cpu, (done.stdout.strip().splitlines() or ["nothing was printed"])[-1]


def main() -> None:
    """Print the table."""
    given, _, rest = " ".join(sys.argv[1:]).partition("--")
    counts = [int(word) for word in given.split()] or [1, 2, 4, 8, 16]
    arguments = sys.argv[sys.argv.index("--") + 1 :] if rest else []
    print(f"{'targets':>7}{'wall s':>9}{'to one':>8}{'CPU s':>9}{'load':>7}  pytest's last line")
    first = 0.0
    for count in counts:
        wall, cpu, last = run(count, arguments)
        first = first or wall
        print(f"{count:7}{wall:9.1f}{wall / first:8.2f}{cpu:9.1f}{os.getloadavg()[0]:7.1f}  {last}", flush=True)


if __name__ == "__main__":
    main()
