from __future__ import annotations

import platform
from pathlib import Path

import pytest

from conformance import stacks
from conformance.lab import version
from conformance.lab.version import said, version_of
from conformance.stacks import STACKS, Stack


def test_a_kernel_tells_itself() -> None:
    assert version_of(STACKS["linux"]) == f"Linux {platform.release()}"


def test_a_stack_of_debian_is_what_its_first_package_is(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []
    monkeypatch.setattr(version, "said", lambda command: asked.append(command[-1]) or "2022.11-6")
    stack = Stack("x", "x", needs=(("/firmware", "ovmf"), ("/headers", "gnu-efi")), machine=(("qemu", "qemu"),))
    assert version_of(stack) == "ovmf 2022.11-6"
    assert asked == ["ovmf"]


def test_what_it_tells_comes_before_its_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(version, "said", lambda command: "6.1.176" if command == ("uml", "-v") else "6.1um4")
    assert version_of(Stack("x", "x", needs=(("uml", "user-mode-linux"),), tells=("uml", "-v"))) == (
        "6.1.176 (user-mode-linux 6.1um4)"
    )


def test_the_package_of_its_machine_is_not_its_own(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(stacks, "BUILT", tmp_path)
    monkeypatch.setattr(version, "said", lambda command: "U-Boot 2025.01" if command == ("grep",) else "7.2")
    stack = Stack("x", "x", machine=(("qemu", "qemu-system-arm"),), built=("x.bin",), tells=("grep",))
    assert version_of(stack) == "U-Boot 2025.01"


def test_a_stack_of_pypi_is_what_was_installed_of_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(stacks, "BUILT", tmp_path)
    for name, number in (("helper", "7"), ("stack", "0.3.8")):
        info = tmp_path / "stack" / f"{name}-{number}.dist-info"
        info.mkdir(parents=True)
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {number}\n")
    assert version_of(Stack("stack", "x", built=("stack",))) == "stack 0.3.8"


@pytest.mark.parametrize(
    ("command", "line"),
    [(("echo", "one\ntwo"), "one"), (("true",), ""), (("sh", "-c", "echo no; false"), ""), (("no-such-command",), "")],
)
def test_a_command_says_its_first_line(command: tuple[str, ...], line: str) -> None:
    assert said(command) == line


def test_nobody_tells(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(version, "said", lambda command: "")
    assert version_of(Stack("x", "x", needs=(("/firmware", "ovmf"),), tells=("x",))) == ""
