"""Tests of `conformance.subjects`: which targets a run may name together, and what may be said of them."""

from __future__ import annotations

import contextlib
from argparse import Namespace

import pytest

from conformance import subjects
from conformance.errors import UsageProblem

NOTHING = {"fault": None, "path": None, "source": [], "interface": None, "agent": None}
PORTS = {"open_port": None, "closed_port": None}


def find(*addresses: str, **more: object) -> None:
    with contextlib.ExitStack() as stack:
        subjects.find(stack, Namespace(**NOTHING | PORTS | more), list(addresses), None)


@pytest.mark.parametrize(
    ("addresses", "words"),
    [
        (["a=lab:linux", "a=lab:lwip"], "2 targets have the name a: give each its own"),
        (["a=lab:linux", "a=model"], "2 targets have the name a"),
        (["linux=192.0.2.1", "lab:linux"], "2 targets have the name linux"),
        (["=lab:linux"], "--target =lab:linux: say NAME=ADDRESS, or the address alone"),
    ],
)
def test_each_target_has_a_name_of_its_own(addresses: list[str], words: str) -> None:
    for ask in (lambda: subjects.names_of(addresses), lambda: find(*addresses)):
        with pytest.raises(UsageProblem, match=words):
            ask()


def test_both_addresses_of_one_target_have_its_name() -> None:
    assert subjects.names_of(["ecu=192.0.2.1", "ecu=2001:db8::1"]) == [("ecu", ("ipv4", "ipv6"))]


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("source", ["192.0.2.9"]),
        ("interface", "eth0"),
        ("agent", "192.0.2.1"),
        ("open_port", 80),
        ("closed_port", 81),
    ],
)
@pytest.mark.parametrize("target", ["lab:linux", "model"])
def test_how_to_reach_a_target_is_said_of_one_with_an_address(option: str, value: object, target: str) -> None:
    name = option.replace("_", "-")
    with pytest.raises(UsageProblem, match=f"--{name} is for a target with an address; {target} brings what it needs"):
        find(target, **{option: value})


def test_the_lab_and_an_address_are_two_runs() -> None:
    with pytest.raises(UsageProblem, match="judge them in two runs"):
        find("lab:linux", "192.0.2.1")


def test_a_real_target_has_no_fault_of_ours() -> None:
    with pytest.raises(UsageProblem, match="--fault and --path are for the lab"):
        find("192.0.2.1", fault="any")
