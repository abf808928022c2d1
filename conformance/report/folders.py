"""The folders that a run writes to, looked at before anything is sent: no verdict is lost for want of a place."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

OPTIONS = {"--reports": "reports", "--alluredir": "allure_report_dir"}
"""The options that name a folder, and where pytest keeps them."""


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Make the folders that were named. A worker of pytest-xdist is told where to write, and does not look."""
    if hasattr(config, "workerinput") or config.option.help or config.option.collectonly:
        return
    for option, name in OPTIONS.items():
        if given := config.getoption(name, None):
            _claim(config.invocation_params.dir / given, option)
    if not config.getoption("reports"):
        _look(default(config))


def default(config: pytest.Config) -> Path:
    """Return where the results go that nobody named a folder for."""
    return config.rootpath / "reports" / "out"


def _claim(folder: Path, option: str) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise pytest.UsageError(f"{option}={folder} cannot be made: {error.strerror}; name another folder") from None
    if not _is_writable(folder):
        raise pytest.UsageError(f"{option}={folder} cannot be written to; name another folder")


def _look(folder: Path) -> None:
    """It is made when there is something to write: not by a run that has no verdicts."""
    there = next(one for one in (folder, *folder.parents) if one.exists())
    if not there.is_dir() or not _is_writable(there):
        raise pytest.UsageError(f"{folder}: results cannot be written there; name another folder with --reports=DIR")


def _is_writable(folder: Path) -> bool:
    return os.access(folder, os.W_OK | os.X_OK)
