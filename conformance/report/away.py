"""Workers of pytest-xdist that do not see the folders of the process that the user started: on another machine, say.

What they would write there comes home with their reports, and with their last word.
"""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import Any

import pytest

AWAY = pytest.StashKey[bool]()
_BOOT = Path("/proc/sys/kernel/random/boot_id")


def place_of(folder: Path) -> dict[str, Any]:
    """Return what another process needs to tell whether it sees the same folder, which is made."""
    folder.mkdir(parents=True, exist_ok=True)
    return {"path": str(folder.absolute()), "identity": _identity(folder)}


def is_seen(place: dict[str, Any]) -> bool:
    """Tell whether the folder is here as well."""
    return bool(_identity(Path(place["path"])) == place["identity"])


def _identity(folder: Path) -> list[str] | None:
    try:
        found = folder.stat()
        return [_BOOT.read_text().strip() if _BOOT.exists() else "", str(found.st_dev), str(found.st_ino)]
    except OSError:
        return None


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Have allure-pytest write where it shall, or where it can."""
    places = getattr(config, "workerinput", {}).get("places")
    if places is None:
        return
    config.stash[AWAY] = not is_seen(places["reports"])
    if "allure" in places:
        away = not is_seen(places["allure"])
        config.option.allure_report_dir = tempfile.mkdtemp(prefix="allure-") if away else places["allure"]["path"]


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Send Allure's files home."""
    config = session.config
    places = getattr(config, "workerinput", {}).get("places", {})
    if "allure" in places and config.option.allure_report_dir != places["allure"]["path"]:
        folder = Path(config.option.allure_report_dir)
        config.workeroutput["allure"] = {file.name: file.read_bytes() for file in folder.iterdir()}  # type: ignore[attr-defined]
        shutil.rmtree(folder)
