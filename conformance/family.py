"""Cases that make sense in one family only: IPv4 has options and source routes, IPv6 has extension headers."""

from __future__ import annotations

import pytest

from conformance.errors import NotApplicable

FAMILIES = {"ipv4": "IPv4", "ipv6": "IPv6"}


def only_over(family: str) -> pytest.MarkDecorator:
    """Run the case over `ipv4`, or over `ipv6`, alone."""
    if family not in FAMILIES:
        raise ValueError(f"{family!r} is no family: ipv4 or ipv6")
    return pytest.mark.only_over(family)


def leave_out_other_families(items: list[pytest.Item]) -> None:
    """Take out of `items` each that is about another family than the one it would run in, where its case has others.

    What stays because its target has no other family tells so when it is run (`check_family`).
    """
    right = {_case_of(item) for item in items if not is_misplaced(item)}
    items[:] = [item for item in items if not is_misplaced(item) or _case_of(item) not in right]


def is_misplaced(item: pytest.Item) -> bool:
    """Tell whether the item is about another family than the one it runs in."""
    mark = item.get_closest_marker("only_over")
    callspec = getattr(item, "callspec", None)
    return mark is not None and callspec is not None and callspec.params["subject"][-1] not in mark.args


def _case_of(item: pytest.Item) -> tuple[str, tuple[str, ...]]:
    """Name the case and the target of an item, without family and parameters."""
    callspec = getattr(item, "callspec", None)
    return item.nodeid.partition("[")[0], callspec.params.get("subject", ("",))[:-1] if callspec else ()


def check_family(item: pytest.Item, family: str) -> None:
    """Raise NotApplicable for a family that the case is not for: its target has no other."""
    mark = item.get_closest_marker("only_over")
    if mark is not None and family not in mark.args:
        raise NotApplicable(f"concerns {FAMILIES[mark.args[0]]} only")
