"""Tests of `conformance.length`: what a case says of how long it waits."""

from __future__ import annotations

import argparse
from types import SimpleNamespace
from typing import Any

import pytest

from conformance.length import leave_out_longer, length_of, seconds, slow, told


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


def test_what_waits_longer_is_left_out() -> None:
    quick, slow_one = item("test_quick"), item("test_waits", mark_of(waits))
    items = [quick, slow_one, item("test_longer", mark_of(waits_longer))]
    assert [one.nodeid for one in leave_out_longer(items, 60)] == ["cases/test_some.py::test_longer[ipv4]"]
    assert items == [quick, slow_one]


@pytest.mark.parametrize("text", ["soon", "-1", "9", "nan"])
def test_what_is_no_length_is_refused(text: str) -> None:
    with pytest.raises(argparse.ArgumentTypeError, match="is no number of seconds from 10 on"):
        seconds(text)
