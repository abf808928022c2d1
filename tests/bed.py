"""A project of its own for the tests of the report: cases with a made-up record, run by a pytest of their own."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

TESTS = Path(__file__).parent

_CONFTEST = f"""
import sys
from dataclasses import dataclass, field
from pathlib import Path

import pytest

sys.path.insert(0, {str(TESTS)!r})
from story import A, R, S, Story

from conformance.report.keys import CASE_KEY, FACTS_KEY, PROFILES_KEY
from conformance.target.profile import load

pytest_plugins = ["conformance.report.folders", "conformance.report.away", "conformance.report.plugin"]


@dataclass
class Case:
    transcript: object
    family: str
    parameters: dict
    target_name: str = "lab:linux"
    facts: dict = field(default_factory=dict)
    violations: list = field(default_factory=list)
    span: tuple | None = None


def pytest_configure(config):
    profile = Path("profile.toml")
    profile.touch()
    config.stash[PROFILES_KEY] = {{"lab:linux": load(profile)}}
    config.stash[FACTS_KEY] = {{"lab:linux": {{"ipv4": "10.0.0.2", "rtt": 0.00002}}}}


def pytest_generate_tests(metafunc):
    if "case" in metafunc.fixturenames:
        metafunc.parametrize("subject", [("ipv4",)], ids=["ipv4"], indirect=True)


@pytest.fixture
def subject(request):
    return request.param


@pytest.fixture
def case(request, subject):
    story = Story()
    parameters = {{name: str(value) for name, value in request.node.callspec.params.items() if name != "subject"}}
    request.node.stash[CASE_KEY] = case = Case(story.transcript, subject[-1], parameters)
    case.story = story
    yield case
    if story.transcript.entries:
        story.peer(R)


@pytest.fixture
def opened(case):
    case.story.handshake()
    return case
"""

INI = """
[pytest]
addopts = --tb=short -p no:cacheprovider -p no:hypothesispytest
junit_family = xunit1
filterwarnings = error
markers =
    requirement: the requirement
"""

HEAD = """
import os
import pytest
from conformance.errors import Inconclusive, Nonconformance, NotApplicable
from conformance.invariants import InvariantBroken
from conformance.requirements.mark import requirement
"""


class Bed:
    """The project: write its cases and its profile, run it, read what it leaves behind."""

    def __init__(self, pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
        self.pytester = pytester
        self.path = pytester.path
        self.ini = INI
        pytester.makeini(INI)
        pytester.makeconftest(_CONFTEST)
        monkeypatch.setenv("COLUMNS", "100")

    def cases(self, text: str, name: str = "test_close.py") -> None:
        """Write a file of cases for RFC 9293."""
        folder = self.path / "cases" / "rfc9293"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(HEAD + text)

    def profile(self, text: str) -> None:
        """Write the target's profile."""
        (self.path / "profile.toml").write_text(text)

    def run(self, *args: str) -> pytest.RunResult:
        """Run the cases."""
        return self.pytester.runpytest_inprocess("cases", *args)

    def run_apart(self, *args: str) -> pytest.RunResult:
        """Run the cases in a process of their own, which pytest-xdist wants."""
        return self.pytester.runpytest_subprocess("cases", *args)

    @property
    def out(self) -> Path:
        """Where the reports on the target are."""
        return self.path / "reports" / "out" / "lab-linux"

    def allure(self) -> dict[str, dict[str, Any]]:
        """Read Allure's results by the function's name."""
        found = [json.loads(path.read_text()) for path in (self.path / "allure").glob("*-result.json")]
        return {one["fullName"].rpartition("#")[2]: one for one in found}

    def junit(self) -> dict[str, ElementTree.Element]:
        """Read JUnit's test cases by the function's name."""
        tree = ElementTree.parse(self.path / "junit.xml")
        return {one.attrib["name"].partition("[")[0]: one for one in tree.iter("testcase")}

    def document(self) -> dict[str, Any]:
        """Read `verdicts.json`."""
        found: dict[str, Any] = json.loads((self.out / "verdicts.json").read_text())
        return found

    def verdicts(self) -> dict[str, dict[str, Any]]:
        """Return the verdicts by the function's name."""
        return {one["case"].rpartition("::")[2]: one for one in self.document()["verdicts"]}
