"""The command: `python -m proof`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from reference.faults import Fault, all_faults, load

from conformance.errors import UsageProblem
from proof import data, exceptions
from proof.collect import collect
from proof.play import run_of
from proof.pool import Pool
from proof.proof import Proof

BUDGET = 60.0
"""Seconds for which other faults are tried on cases that caught none of those that break what they cite."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Play the matrix, print it, check it. 1 when something is not found, not proven or not up to date."""
    options = _parser().parse_args(arguments)
    try:
        faults = _faults(options.fault)
        listed = exceptions.load()
    except (UsageProblem, ValueError) as problem:
        print(problem, file=sys.stderr)
        return 4
    items = collect()
    runs = [run_of(number, item) for number, item in enumerate(items)]
    pool = Pool(items)
    try:
        proof = Proof(pool, runs, faults, whole=options.whole)
        if options.fault:
            return proof.of_faults()
        trouble = proof.of_everything(listed, options.budget)
    finally:
        pool.close()
    return int(_keep(data.text_of(proof.matrix.caught, faults), options) or trouble)


def _keep(text: str, options: argparse.Namespace) -> bool:
    """Write or check the file; tell whether it is out of date."""
    if options.whole or (not options.update and data.is_current(text)):
        return False
    if not options.update:
        print(f"{data.FILE.relative_to(data.ROOT)} is out of date: make proof ARGS=--update")
        return True
    data.FILE.write_text(text, encoding="utf-8")
    return False


def _faults(names: Sequence[str]) -> dict[str, Fault]:
    return {name: load(name) for name in names} if names else dict(sorted(all_faults().items()))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("python -m proof", description=__doc__)
    parser.add_argument("--whole", action="store_true", help="play every case against every fault (minutes)")
    parser.add_argument("--update", action="store_true", help="write cases/proof.json anew")
    parser.add_argument(
        "--fault", action="append", default=[], metavar="NAME", help="this fault only, and what the cases say of it"
    )
    parser.add_argument(
        "--budget", type=float, default=BUDGET, metavar="SECONDS", help=f"how long to search ({BUDGET:.0f})"
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
