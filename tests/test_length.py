"""Tests of `conformance.length`: what a case says of how long it waits."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from conformance.length import length_of, slow, told


@slow(60)
def waits() -> None: ...


@slow(61.5)
def waits_longer() -> None: ...


def item(name: str, mark: Any = None) -> Any:
    return SimpleNamespace(nodeid=f"cases/test_some.py::{name}[ipv4]", get_closest_marker=lambda _: mark)


def mark_of(function: Any) -> Any:
    (mark,) = function.pytestmark
    return mark


def test_a_case_says_how_long_it_waits() -> None:
    assert length_of(item("test_waits", mark_of(waits))) == 60
    assert length_of(item("test_quick")) == 0


def test_the_longest_is_told_beforehand() -> None:
    quick, slow_one = item("test_quick"), item("test_waits", mark_of(waits))
    longer = item("test_longer", mark_of(waits_longer))
    assert told([quick]) == ""
    assert told([quick, longer, slow_one]).startswith("longest: 61.5 s (test_longer); 2 slow")
