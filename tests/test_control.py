from __future__ import annotations

import pytest

from conformance.errors import UsageProblem
from conformance.target.control import agent_address


@pytest.mark.parametrize(
    ("option", "address"),
    [
        (None, None),
        ("192.0.2.1", ("192.0.2.1", 10000)),
        ("192.0.2.1:5000", ("192.0.2.1", 5000)),
        ("ecu", ("ecu", 10000)),
        ("2001:db8::1", ("2001:db8::1", 10000)),
        ("[2001:db8::1]:5000", ("2001:db8::1", 5000)),
        ("[2001:db8::1]", ("2001:db8::1", 10000)),
    ],
)
def test_the_agents_address(option: str | None, address: tuple[str, int] | None) -> None:
    assert agent_address(option) == address


@pytest.mark.parametrize("option", ["192.0.2.1:0", "192.0.2.1:x", "192.0.2.1:65536"])
def test_an_agents_address_that_is_none(option: str) -> None:
    with pytest.raises(UsageProblem, match=r"--agent .*: give HOST or HOST:PORT"):
        agent_address(option)
