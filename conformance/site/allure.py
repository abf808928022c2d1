"""An Allure 3 report of a run, without the analytics that Allure puts into its pages."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

from conformance.errors import UsageProblem

PACKAGE = Path(__file__).parent / "allure3"

MOST_IN_ONE = 400
"""Results in a single file at most: a file of more takes a browser long to open. It can be opened from disk."""

_ANALYTICS = re.compile(
    r"<script[^>]*googletagmanager[^>]*>\s*</script>\s*(?:<script>(?:(?!</script>).)*gtag\((?:(?!</script>).)*</script>)?",
    re.DOTALL,
)


def render(results: Path, out: Path, build: Path) -> str:
    """Render the results in folder `results` below `out`; return how to open it.

    Allure itself is installed below `build` when it is first needed. The history of earlier runs is kept in `build`
    too. UsageProblem when there are no results, no Node.js to render them with, or other things than a report in `out`.
    """
    count = sum(1 for _ in results.glob("*-result.json"))
    if not count:
        raise UsageProblem(f"{results} has no results of Allure: run pytest with --alluredir={results}")
    _check_place(out)
    single = count <= MOST_IN_ONE
    new = out.with_name(f".{out.name}.new")
    shutil.rmtree(new, ignore_errors=True)
    command = [_installed(build), "generate", "--config", str(PACKAGE / "allurerc.mjs"), str(results.resolve())]
    settings = {
        "OUTPUT": str(new.resolve()),
        "HISTORY": str((build / "history.jsonl").resolve()),
        "SINGLE_FILE": str(int(single)),
    }
    _run(command, build, settings)
    shutil.rmtree(out, ignore_errors=True)
    new.replace(out)
    for page in out.rglob("*.html"):
        page.write_text(without_analytics(page.read_text(encoding="utf-8")), encoding="utf-8")
    page = out / "index.html"
    return f"open {page}" if single else f"python3 -m http.server --bind 127.0.0.1 --directory {out}"


def _check_place(out: Path) -> None:
    """What is there goes: it has to be a report."""
    page = out / "index.html"
    is_report = page.is_file() and "allure" in page.read_text(encoding="utf-8", errors="replace").lower()
    if out.exists() and not is_report and (not out.is_dir() or any(out.iterdir())):
        raise UsageProblem(f"{out} has files that are no report of Allure's: name an empty folder with --out")


def without_analytics(page: str) -> str:
    """Return a page without the scripts that report its use to others."""
    return _ANALYTICS.sub("", page)


def _installed(build: Path) -> str:
    """Return the path of Allure, installed if it is not yet."""
    program = build / "node_modules" / ".bin" / "allure"
    npm = shutil.which("npm")
    if shutil.which("node") is None or (npm is None and not program.exists()):
        raise UsageProblem("Allure 3 needs Node.js: apt-get install nodejs npm; the results are in place for later")
    if npm is not None and not program.exists():
        build.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(PACKAGE / "package.json", build / "package.json")
        _run([npm, "install", "--no-audit", "--no-fund", "--silent"], build, {})
    return str(program.resolve())


def _run(command: list[str], folder: Path, settings: dict[str, str]) -> None:
    done = subprocess.run(
        command, cwd=folder, env={**os.environ, **settings}, capture_output=True, text=True, check=False
    )
    if done.returncode:
        said = (done.stderr or done.stdout).strip().splitlines()
        raise UsageProblem(f"{Path(command[0]).name} {command[1]} failed: {said[-1] if said else done.returncode}")
