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
    assert len(addresses) == len(set(addresses)) > 10_000


def test_a_bench_hands_out_each_once_and_lets_the_wire_know() -> None:
    wire = FakeWire()
    bench = Bench(RANGED, wire, {"ipv4": OURS})
    assert [bench.spare_source("ipv4") for _ in range(3)] == ["198.51.100.13", "198.51.100.14", "198.51.100.15"]
    assert wire.adopted == ["198.51.100.13", "198.51.100.14", "198.51.100.15"]
    with pytest.raises(NotApplicable, match="--source"):
        bench.spare_source("ipv4")


@pytest.mark.parametrize(("shares", "routers"), [(1, (11, 12)), (5, (15, 15))])
def test_routers_are_the_same_each_time(shares: int, routers: tuple[int, int]) -> None:
    bench = Bench(RANGED, FakeWire(), {"ipv4": OURS}, 0, shares)
    for _ in range(2):
        assert bench.routers("ipv4") == tuple(f"198.51.100.{number}" for number in routers)


@pytest.mark.parametrize("described", [SUBJECT, replace(RANGED, own_kernel=True)])
def test_no_address_to_spare(described: Subject) -> None:
    bench = Bench(described, FakeWire(), {"ipv4": OURS})
    with pytest.raises(NotApplicable, match="--source"):
        bench.spare_source("ipv4")
    with pytest.raises(NotApplicable, match="--source"):
        bench.routers("ipv4")
