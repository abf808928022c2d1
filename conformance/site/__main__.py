"""The commands: `python -m conformance.site` builds the site, `... keep FOLDER` keeps results for it."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Container, Sequence
from itertools import chain, count
from pathlib import Path

from conformance.errors import UsageProblem
from conformance.site.results import SUFFIX, Result, beside, is_same, keep, load

ROOT = Path(__file__).parents[2]
RESULTS = ROOT / "reports" / "results"
RUNS = ROOT / "reports" / "out"
BUILD = ROOT / "build" / "allure"


def main(arguments: Sequence[str] | None = None) -> int:
    """Build or keep; 4 with one line for what cannot be."""
    options = _parser().parse_args(arguments)
    try:
        return int(options.command(options))
    except UsageProblem as problem:
        print(problem, file=sys.stderr)
        return 4


def _build(options: argparse.Namespace) -> int:
    from conformance.site.build import Site

    start = time.monotonic()
    results = _results(options.results or _found())
    Site(results, options.out, ROOT / "cases").build()
    names = ", ".join(one.name for one in results)
    print(f"{options.out}/index.html: {len(results)} stacks ({names}), {time.monotonic() - start:.1f} s")
    return 0


def _results(paths: Sequence[Path]) -> list[Result]:
    """Load results. A second one of the same target stands beside the first, as a run of the user's own."""
    by_name: dict[str, Result] = {}
    for path in paths:
        result = load(path)
        first = by_name.get(result.name)
        if first is None:
            by_name[result.name] = result
        elif not is_same(first, result):
            name = _free(f"{result.name} ({'own run' if path.is_dir() else 'another'})", by_name)
            by_name[name] = beside(first, result, name)
            print(f"{name}: {path}, beside {first.name}")
    if not by_name:
        raise UsageProblem("no results yet: run pytest first, or name an archive")
    return list(by_name.values())


def _free(name: str, taken: Container[str]) -> str:
    return next(one for one in chain([name], (f"{name} {at}" for at in count(2))) if one not in taken)


def _found() -> list[Path]:
    """Return the published results, and then this machine's own runs."""
    return [*sorted(RESULTS.glob(f"*{SUFFIX}")), *(path.parent for path in sorted(RUNS.glob("*/verdicts.json")))]


def _keep(options: argparse.Namespace) -> int:
    for folder in options.folders:
        path = keep(load(folder), options.to)
        print(f"{path}: {path.stat().st_size / 1000:.0f} kB")
    return 0


def _allure(options: argparse.Namespace) -> int:
    from conformance.site.allure import render

    print(render(options.results, options.out, BUILD))
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("python -m conformance.site", description=__doc__)
    commands = parser.add_subparsers(metavar="build|keep|allure")
    parser.set_defaults(command=_build, results=[], out=ROOT / "reports" / "site")
    build = commands.add_parser("build", help="write the pages")
    build.add_argument("results", nargs="*", type=Path, help="folders with verdicts.json, or archives (all there are)")
    build.add_argument("--out", type=Path, default=ROOT / "reports" / "site", help="where the pages go")
    build.set_defaults(command=_build)
    kept = commands.add_parser("keep", help="keep the results of runs as archives in reports/results")
    kept.add_argument("folders", nargs="+", type=Path, help="folders with verdicts.json, such as reports/out/linux")
    kept.add_argument("--to", type=Path, default=RESULTS, help="where the archives go")
    kept.set_defaults(command=_keep)
    allure = commands.add_parser("allure", help="render the results of pytest --alluredir with Allure 3 (Node.js)")
    allure.add_argument("results", type=Path, help="the folder given to --alluredir")
    allure.add_argument("--out", type=Path, default=ROOT / "reports" / "allure", help="where the report goes")
    allure.set_defaults(command=_allure)
    return parser


if __name__ == "__main__":
    sys.exit(main())
