"""The command: `python -m matrix`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from proof.collect import collect
from proof.play import name_of

from matrix.matrix import FILE, Matrix, is_current
from matrix.watch import watched


def main(arguments: Sequence[str] | None = None) -> int:
    """Play the cases, print the matrix, check it. 1 when a cell is empty or the file is out of date."""
    parser = argparse.ArgumentParser("python -m matrix", description=__doc__)
    parser.add_argument("--update", action="store_true", help=f"write cases/{FILE.name} anew")
    options = parser.parse_args(arguments)
    matrix = Matrix()
    for item in collect():
        parameters = item.callspec.params
        if parameters["subject"][-1] == "ipv4":
            matrix.take(name_of(item), str(parameters.get("walk", "")), watched(item))
    sys.stdout.writelines(f"{line}\n" for line in matrix.table())
    faults = list(matrix.faults())
    print(*faults, sep="\n")
    if options.update:
        FILE.write_text(matrix.text(), encoding="utf-8")
    elif not is_current(matrix.text()):
        faults.append("out of date")
        print(f"cases/{FILE.name} is out of date: make matrix ARGS=--update")
    return int(bool(faults))


if __name__ == "__main__":
    sys.exit(main())
