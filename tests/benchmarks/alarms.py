"""Runs the quick cases on the lab behind a rough path, and tells how many the path spoiled, and whether one cried wolf.

    .venv/bin/python tests/benchmarks/alarms.py [SEED ...] [ARGUMENTS FOR PYTEST ...]

The kernel and the cases are those of a plain run, which finds nothing but known deviations: whatever else violates,
deviates or is no longer known to deviate here, is the path's doing, and a false alarm. Exit status 1 for one, or when
more than one case in twenty is inconclusive.
"""

from __future__ import annotations

import itertools
import json
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

PATH = "loss=1%,duplicate=1%,reorder=1%,jitter=20ms"
MOST = 0.05


def run(seed: str, arguments: list[str]) -> dict[str, Any]:
    """Run the cases once; return what verdicts.json says."""
    with tempfile.TemporaryDirectory() as folder:
        quick = ["-q", "-m", "not slow", f"--reports={folder}", "--path", f"{PATH},seed={seed}", *arguments]
        subprocess.run([sys.executable, "-m", "pytest", *quick], stdout=subprocess.DEVNULL, check=False)
        document: dict[str, Any] = json.loads((Path(folder) / "linux" / "verdicts.json").read_text(encoding="utf-8"))
    return document


def is_alarm(one: dict[str, Any]) -> bool:
    """Tell whether a verdict is one that a plain run does not have."""
    return (one["verdict"] in ("violates", "deviates") and not one["known"]) or "lists it as a known" in one["reason"]


def main() -> int:
    """Run, count, print."""
    print(f"{PATH}\n{'seed':>6}{'wall s':>9}{'cases':>7}{'again':>7}{'inconclusive':>14}{'false alarms':>14}")
    bad = False
    seeds = list(itertools.takewhile(str.isdigit, sys.argv[1:]))
    for seed in seeds or ["1"]:
        start = time.monotonic()
        document = run(seed, sys.argv[1 + len(seeds) :])
        verdicts = document["verdicts"]
        words = Counter(one["verdict"] for one in verdicts)
        alarms = [one for one in verdicts if is_alarm(one)]
        again = sum("tries" in facts for facts in document["facts"]["cases"].values())
        open_ones = words["inconclusive"] / len(verdicts)
        print(
            f"{seed:>6}{time.monotonic() - start:9.1f}{len(verdicts):7}{again:7}{open_ones:13.1%} {len(alarms):13}",
            flush=True,
        )
        for one in alarms:
            print(f"       {one['verdict']} {one['case']} {one['family']} {one['parameters']}: {one['reason']}")
        bad = bad or bool(alarms) or open_ones > MOST
    return int(bad)


if __name__ == "__main__":
    sys.exit(main())
