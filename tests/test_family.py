"""Tests of cases that are for one family."""

from __future__ import annotations

import pytest
from items import Item

from conformance.errors import NotApplicable
from conformance.family import check_family, in_family, only_over

BOTH = [("linux", "ipv4"), ("linux", "ipv6")]


def test_choices_of_that_family_are_left() -> None:
    assert in_family(only_over("ipv6").mark, BOTH) == [("linux", "ipv6")]
    assert in_family(None, BOTH) == BOTH


def test_a_target_without_that_family_learns_why() -> None:
    assert in_family(only_over("ipv6").mark, [("ipv4",)]) == [("ipv4",)]


def test_no_other_family_can_be_named() -> None:
    with pytest.raises(ValueError, match="no family"):
        only_over("IPv4")


def test_a_case_is_not_applicable_in_the_other_family() -> None:
    item = Item(lambda: None, {"only_over": ("ipv6",)})
    check_family(item, "ipv6")  # type: ignore[arg-type]
    with pytest.raises(NotApplicable, match="IPv6 only"):
        check_family(item, "ipv4")  # type: ignore[arg-type]
