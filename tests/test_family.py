"""Tests of cases that are for one family."""

from __future__ import annotations

import pytest
from items import Item

from conformance.errors import NotApplicable
from conformance.family import check_family, leave_out_other_families, only_over


def item(nodeid: str, family: str, about: str | None) -> Item:
    made = Item(lambda: None, {} if about is None else {"only_over": (about,)}, subject=("linux", family))
    made.nodeid = f"{nodeid}[{family}]"
    return made


def test_what_is_about_another_family_is_left_out() -> None:
    items = [item("one", "ipv4", "ipv6"), item("one", "ipv6", "ipv6"), item("two", "ipv4", None)]
    leave_out_other_families(items)  # type: ignore[arg-type]
    assert [one.nodeid for one in items] == ["one[ipv6]", "two[ipv4]"]


def test_a_target_without_that_family_learns_why() -> None:
    items = [item("one", "ipv4", "ipv6")]
    leave_out_other_families(items)  # type: ignore[arg-type]
    assert len(items) == 1


def test_no_other_family_can_be_named() -> None:
    with pytest.raises(ValueError, match="no family"):
        only_over("IPv4")


def test_a_case_is_not_applicable_in_the_other_family() -> None:
    only_ipv6 = item("one", "ipv4", "ipv6")
    check_family(only_ipv6, "ipv6")  # type: ignore[arg-type]
    with pytest.raises(NotApplicable, match="IPv6 only"):
        check_family(only_ipv6, "ipv4")  # type: ignore[arg-type]
