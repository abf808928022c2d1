"""Runs the quick cases on the lab again and again under load, and tells whether every verdict stays the same.

    .venv/bin/python tests/benchmarks/steady.py [RUNS] [--in-turn] [ARGUMENTS FOR PYTEST ...]

A `nice` busy loop keeps each core occupied meanwhile. Prints a line for each run; exit status 1 when verdicts differ.
With `--in-turn` the first run has one case in flight, which takes as long as all waits together.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter, defaultdict
from pathlib import Path

from runs import in_turn

Case = tuple[str, str, str]
Verdicts = dict[Case, tuple[str, str]]
NONE = "no verdict", ""


def run(arguments: list[str]) -> Verdicts:
    """Run the cases once; return the verdict of each, and the reason for it."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "pytest", "-q", "-m", "not slow", f"--reports={folder}", *arguments]
        subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
        document = json.loads((Path(folder) / "linux" / "verdicts.json").read_text(encoding="utf-8"))
    return {
        (one["case"], one["family"], json.dumps(one["parameters"], sort_keys=True)): (one["verdict"], one["reason"])
        for one in document["verdicts"]
    }


def main() -> int:
    """Run, compare, print."""
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 20
    turn = [f"--profile={in_turn()}"] if "--in-turn" in sys.argv else []
    arguments = [word for word in sys.argv[2:] if word != "--in-turn"] or ["-n", "2"]
    loops = [
        subprocess.Popen(["nice", "-n", "19", sys.executable, "-c", "while True: pass"])
        for _ in range(os.cpu_count() or 1)
    ]
    first: Verdicts = {}
    differing: dict[Case, list[str]] = defaultdict(list)
    print(f"{'run':>4}{'wall s':>9}{'load':>7}{'cases':>7}  verdicts, and how many differ from the first run")
    try:
        for number in range(1, runs + 1):
            start = time.monotonic()
            verdicts = run(arguments + (turn if number == 1 else []))
            first = first or verdicts
            other = [key for key in first.keys() | verdicts if first.get(key, NONE)[0] != verdicts.get(key, NONE)[0]]
            for key in other:
                differing[key].append(f"run {number}: {': '.join(verdicts.get(key, NONE))}")
            words = Counter(verdict for verdict, _ in verdicts.values())
            counted = ", ".join(f"{count} {word}" for word, count in words.most_common())
            print(
                f"{number:4}{time.monotonic() - start:9.1f}{os.getloadavg()[0]:7.1f}{len(verdicts):7}  {counted};"
                f" {len(other)} differ",
                flush=True,
            )
    finally:
        for word in turn:
            os.unlink(word.partition("=")[2])
        for loop in loops:
            loop.kill()
            loop.wait()
    for (case, family, parameters), times in sorted(differing.items(), key=lambda item: -len(item[1])):
        print(f"differs in {len(times)} of {runs} runs: {case} {family} {parameters}")
        print(f"    run 1: {': '.join(first.get((case, family, parameters), NONE))}")
        for line in times:
            print(f"    {line}")
    return 1 if differing else 0


if __name__ == "__main__":
    sys.exit(main())
