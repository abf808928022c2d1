"""The cases as pytest collects them, without running one."""

from __future__ import annotations

import contextlib
import io
from pathlib import Path

import pytest

from conformance.play import known

ROOT = Path(__file__).parents[2]
OPTIONS = (
    *("--target", "model", "--collect-only", "-qq", "-p", "no:cacheprovider", "--rootdir", str(ROOT)),
    "--import-mode=importlib",  # inside a test run, tests of the same name may have been imported already
)


class _Plugin:
    def __init__(self) -> None:
        self.items: list[pytest.Item] = []

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        self.items = list(session.items)


def collect(*arguments: str) -> list[pytest.Function]:
    """Return every run of every case. SystemExit with what pytest says when that fails."""
    plugin, said = _Plugin(), io.StringIO()
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
        status = pytest.main([*OPTIONS, str(ROOT / "cases"), *arguments], plugins=[plugin])
    if status != pytest.ExitCode.OK:
        raise SystemExit(said.getvalue())
    runs = [item for item in plugin.items if isinstance(item, pytest.Function)]
    odd = [item.nodeid for item in runs if not known(item)]
    if odd:
        raise SystemExit(f"these use fixtures that only pytest can set up (see conformance/play.py): {odd}")
    return sorted(runs, key=lambda item: item.nodeid)
