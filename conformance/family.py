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


def in_family(mark: pytest.Mark | None, choices: list[tuple[str, ...]]) -> list[tuple[str, ...]]:
    """Return the choices, whose last item is the family, that a case with this mark is run against.

    All, where none is left: then `check_family` says why it does not apply.
    """
    return [choice for choice in choices if mark is None or choice[-1] in mark.args] or choices


def check_family(item: pytest.Item, family: str) -> None:
    """Raise NotApplicable for a family that the case is not for: its target has no other."""
    mark = item.get_closest_marker("only_over")
    if mark is not None and family not in mark.args:
        raise NotApplicable(f"concerns {FAMILIES[mark.args[0]]} only")
