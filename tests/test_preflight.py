"""Tests of `conformance.target.preflight`: how the names and addresses a user gives are read."""

from __future__ import annotations

import pytest

from conformance.errors import UsageProblem
from conformance.target.preflight import Named, _refuse_own, named, sources_of


def test_a_target_is_named_after_its_address_unless_it_is_named() -> None:
    assert named(["192.0.2.1"]) == [Named("192.0.2.1", {"ipv4": "192.0.2.1"})]
    assert named(["ecu=2001:db8::1"]) == [Named("ecu", {"ipv6": "2001:db8::1"})]


def test_the_same_name_twice_is_one_target_with_two_families() -> None:
    assert named(["ecu=192.0.2.1", "ecu=2001:db8::1", "b=192.0.2.2"]) == [
        Named("ecu", {"ipv4": "192.0.2.1", "ipv6": "2001:db8::1"}),
        Named("b", {"ipv4": "192.0.2.2"}),
    ]


def test_one_target_has_one_address_of_a_family() -> None:
    with pytest.raises(UsageProblem, match=r"--target ecu=192.0.2.2: ecu has the ipv4 address 192.0.2.1 already"):
        named(["ecu=192.0.2.1", "ecu=192.0.2.2"])


def test_a_scope_is_kept() -> None:
    assert named(["fe80::1%lo"]) == [Named("fe80::1%lo", {"ipv6": "fe80::1%lo"})]


@pytest.mark.parametrize("address", ["no.such.host.invalid", "300.1.1.1", "a b"])
def test_a_host_that_is_unknown(address: str) -> None:
    with pytest.raises(UsageProblem, match="unknown host"):
        named([address])


def test_a_target_without_an_address() -> None:
    for option in ("", "ecu="):
        with pytest.raises(UsageProblem, match="--target names no address"):
            named([option])


@pytest.mark.parametrize(
    ("option", "addresses"),
    [
        ("192.0.2.9", ["192.0.2.9"]),
        ("192.0.2.254-192.0.3.1", ["192.0.2.254", "192.0.2.255", "192.0.3.0", "192.0.3.1"]),
        ("192.0.2.8/31", ["192.0.2.8", "192.0.2.9"]),
        ("2001:db8::1-2001:db8::2", ["2001:db8::1", "2001:db8::2"]),
    ],
)
def test_a_source_is_an_address_a_range_or_a_network(option: str, addresses: list[str]) -> None:
    assert sources_of(option) == addresses


@pytest.mark.parametrize(
    "option", ["host", "192.0.2.1-", "192.0.2.1/33", "192.0.2.1-2001:db8::1", "192.0.2.9-192.0.2.1", "10.0.0.0/8"]
)
def test_a_source_that_is_none(option: str) -> None:
    with pytest.raises(UsageProblem, match=r"--source .*: give an address"):
        sources_of(option)


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("127.0.0.1", "is a loopback address.*in the lab"),
        ("::1", "is a loopback address"),
        ("192.0.2.1", "is an address of this host.*in the lab"),
        ("224.0.0.1", "no unicast address"),
        ("0.0.0.0", "no unicast address"),
        ("255.255.255.255", "no unicast address"),
    ],
)
def test_an_address_that_cannot_be_a_target(address: str, words: str) -> None:
    with pytest.raises(UsageProblem, match=words):
        _refuse_own(address, {"192.0.2.1"})
