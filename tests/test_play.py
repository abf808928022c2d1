"""Tests of `conformance.play`: what a case is given by name, without pytest."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from items import Item

from conformance.options import mss
from conformance.play import known, offer_of, texts, values_of


def test_a_fixture_that_only_pytest_has_leaves_the_item_to_pytest() -> None:
    def plain(peer: Any, target: Any) -> None: ...

    def odd(peer: Any, tmp_path: Any) -> None: ...

    assert known(Item(plain))  # type: ignore[arg-type]
    assert not known(Item(odd))  # type: ignore[arg-type]


def test_a_plain_fixture_of_the_cases_own_file_is_called() -> None:
    def function(case: Any, doubled: int) -> None: ...

    item = Item(function, number=21)
    definition = SimpleNamespace(func=lambda number: 2 * number, params=None)
    item._fixtureinfo.name2fixturedefs["doubled"] = [definition]
    assert known(item)  # type: ignore[arg-type]
    case: Any = SimpleNamespace(target=None, timing=None, facts={})
    assert values_of(item, case)["doubled"] == 42  # type: ignore[arg-type]


def test_parameters_are_told_in_words_that_stay() -> None:
    told = texts({"subject": ("ipv4",), "cut": texts, "number": 1, "options": (mss(1),)})
    assert told == {"cut": "texts", "number": "1", "options": str((mss(1),))}


def test_what_our_syn_offers() -> None:
    def function(peer: Any) -> None: ...

    assert offer_of(Item(function)) is None  # type: ignore[arg-type]
    assert offer_of(Item(function, {"offering": ((mss(1),),)})) == (mss(1),)  # type: ignore[arg-type]
    assert offer_of(Item(function, {"offering": ((mss(1),),)}, offer=(mss(2),))) == (mss(2),)  # type: ignore[arg-type]
