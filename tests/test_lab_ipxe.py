from __future__ import annotations

from conformance.lab import link
from conformance.lab.ipxe import Typist

US = link.tester_addresses(0)
OTHER = link.tester_addresses(1)


def test_two_keys_or_three_fetch_from_where_the_script_knows_already() -> None:
    typist = Typist()
    assert typist.keys(US["ipv4"]) == b"g4"
    assert typist.keys(US["ipv6"]) == b"g-6"


def test_another_address_is_typed_once() -> None:
    typist = Typist()
    assert typist.keys(OTHER["ipv6"]) == b"g--6\x01\x0b[" + OTHER["ipv6"].encode() + b"]\rg-6"
    assert typist.keys(OTHER["ipv6"]) == b"g-6"
    assert typist.keys(US["ipv4"]) == b"g4"
    assert typist.keys(OTHER["ipv4"]) == b"g--4\x01\x0b" + OTHER["ipv4"].encode() + b"\rg4"
