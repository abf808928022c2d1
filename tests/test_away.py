"""Tests of `conformance.report.away`: workers that do not see the folders of the results."""

from __future__ import annotations

from pathlib import Path

import pytest
from bed import Bed

from conformance.report.away import is_seen, place_of

pytest_plugins = ["pytester"]

FAR = """

def pytest_plugin_registered(plugin):
    import os

    if getattr(plugin, "__name__", "") == "conformance.report.away" and "PYTEST_XDIST_WORKER" in os.environ:
        plugin._identity = lambda folder: ["another machine", "1", "2"]
"""

CASES = """
@requirement("RFC9293:MUST-13")
def test_conforms(opened):
    pass


@requirement("RFC9293:MUST-13")
def test_violates(opened):
    assert False
"""


def test_a_folder_is_known_again_by_what_it_is_and_not_by_its_name(tmp_path: Path) -> None:
    place = place_of(tmp_path / "out")
    assert is_seen(place)
    (tmp_path / "out").rename(tmp_path / "away")
    assert not is_seen(place)
    (tmp_path / "out").mkdir()
    assert not is_seen(place)


@pytest.mark.parametrize("conftest", ["", FAR], ids=["here", "far"])
def test_results_come_home(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, conftest: str) -> None:
    bed = Bed(pytester, monkeypatch)
    bed.cases(CASES)
    (bed.path / "conftest.py").write_text((bed.path / "conftest.py").read_text() + conftest)
    result = bed.run_apart("-n2", "--alluredir=allure")
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    for verdict in bed.verdicts().values():
        assert verdict["evidence"]
        assert all((bed.out / name).stat().st_size for name in verdict["evidence"])
    assert {name: one["status"] for name, one in bed.allure().items()} == {
        "test_conforms": "passed",
        "test_violates": "failed",
    }
    attached = [one["source"] for result in bed.allure().values() for one in result["attachments"]]
    assert attached
    assert all((bed.path / "allure" / name).exists() for name in attached)
