from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

from conformance import stacks
from conformance.errors import UsageProblem
from conformance.requirements.scan import scan
from conformance.stacks import STACKS, Stack
from conformance.target import profile

CASES = Path(__file__).parents[1] / "cases"


@pytest.mark.parametrize("name", STACKS)
def test_every_stack_has_a_module_and_a_profile_of_its_name(name: str) -> None:
    assert importlib.util.find_spec(f"conformance.lab.{STACKS[name].module}")
    assert profile.load(STACKS[name].profile, scan(CASES)).name == name


def test_what_is_missing_is_told_as_commands(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(stacks, "BUILT", tmp_path)
    stack = Stack("x", "x", needs=(("/no/such", "one"), ("no-such-command", "two"), ("sh", "three")), built=("thing",))
    assert stack.missing() == "apt-get install one two && make stacks"
    (tmp_path / "thing").touch()
    assert stack.missing() == "apt-get install one two"
    assert Stack("x", "x", needs=(("sh", "three"),), built=("thing",)).missing() == ""
    assert (
        Stack("x", "x", needs=(("/no/such", "one"),), machine=(("/none", "qemu"),)).missing()
        == "apt-get install one qemu"
    )


def test_a_congestion_control_that_the_kernel_lacks_is_missing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(stacks, "_CONGESTION_CONTROLS", tmp_path / "available")
    (tmp_path / "available").write_text("reno cubic\n")
    assert Stack("x", "x", congestion_control="bbr").missing() == "modprobe tcp_bbr"
    assert Stack("x", "x", congestion_control="reno").missing() == ""


@pytest.fixture
def two(monkeypatch: pytest.MonkeyPatch) -> None:
    there, not_there = Stack("there", "x"), Stack("not-there", "x", needs=(("/no/such", "one"),))
    monkeypatch.setattr(stacks, "STACKS", {"there": there, "not-there": not_there})


@pytest.mark.usefixtures("two")
def test_all_is_each_that_can_start_and_notes_on_the_others() -> None:
    named, notes = stacks.expand(["10.0.0.1", "lab:there", "lab:all"])
    assert named == ["10.0.0.1", "lab:there"]
    assert notes == ["lab:not-there is left out: apt-get install one"]


@pytest.mark.usefixtures("two")
def test_each_is_listed_with_what_it_lacks() -> None:
    assert stacks.listing() == "lab:there      can start\nlab:not-there  apt-get install one\n"


@pytest.mark.usefixtures("two")
@pytest.mark.parametrize(
    ("option", "said"),
    [
        ("lab:ther", "--target lab:ther: the lab has no such stack; did you mean there or not-there?"),
        ("lab:?", "--target lab:?: the lab has no such stack; there are there, not-there, and all"),
        ("lab:not-there", "--target lab:not-there cannot start: apt-get install one"),
    ],
)
def test_a_stack_that_cannot_be_says_why(option: str, said: str) -> None:
    with pytest.raises(UsageProblem) as caught:
        stacks.expand([option])
    assert str(caught.value) == said


def test_a_stack_may_have_another_name_in_the_report() -> None:
    assert stacks.is_lab("mine=lab:linux")
    assert stacks.name_of("mine=lab:linux") == "mine"
    assert stacks.stack_of("mine=lab:linux") is STACKS["linux"]
    assert stacks.name_of("lab:linux") == "linux"
    assert not stacks.is_lab("lab")
