"""Tests of the addresses that are ours to spare."""

from __future__ import annotations

from dataclasses import replace

import pytest
from fakewire import FakeWire
from items import OURS, SUBJECT, THEIRS

from conformance.bench import Bench
from conformance.errors import NotApplicable
from conformance.spares import spares
from conformance.target.subject import Route, Subject

RANGE = tuple(f"198.51.100.{number}" for number in range(10, 16))
RANGED = replace(SUBJECT, routes={"ipv4": Route(THEIRS, RANGE)})


def test_processes_share_what_their_own_addresses_leave() -> None:
    left = [list(spares(RANGED, "ipv4", share, 2)) for share in range(2)]
    assert left == [["198.51.100.12", "198.51.100.14"], ["198.51.100.13", "198.51.100.15"]]


def test_the_lab_has_many_and_no_process_those_of_another() -> None:
    lab = replace(SUBJECT, lab=True)
    first, second = (set(spares(lab, "ipv4", share, 8)) for share in (0, 7))
    assert len(first) == len(second) == 512
    assert not first & second


def test_the_model_takes_any() -> None:
    addresses = list(spares(replace(SUBJECT, model=True), "ipv4", 0, 1))
    assert OURS not in addresses
    assert len(addresses) == len(set(addresses)) == 100


def test_a_bench_hands_out_one_after_the_other_and_lets_the_wire_know() -> None:
    wire = FakeWire()
    bench = Bench(RANGED, wire, {"ipv4": OURS}, 0, 4)
    assert [bench.spare_source("ipv4") for _ in range(3)] == ["198.51.100.14"] * 3
    assert wire.adopted == ["198.51.100.14"] * 3


@pytest.mark.parametrize("described", [SUBJECT, replace(RANGED, own_kernel=True)])
def test_no_address_to_spare(described: Subject) -> None:
    with pytest.raises(NotApplicable, match="--source"):
        Bench(described, FakeWire(), {"ipv4": OURS}).spare_source("ipv4")
