"""lwIP's TCP (C, of embedded systems) as a target: a process of its own that takes whole frames off the cable."""

from __future__ import annotations

from conformance import stacks
from conformance.lab import frames, link, relay
from conformance.lab.holder import Place

_IPV4_MASK = "255.255.0.0"


def hold(place: Place) -> None:
    """Lay the cable, start lwIP on it, and carry the agent's control until SIGTERM."""
    with frames.lay(place) as cable:
        number = cable.fileno()
        ipv4, ipv6 = (link.TARGET_ADDRESSES[family] for family in ("ipv4", "ipv6"))
        program = str(stacks.BUILT / "lwip")
        relay.run(place, [program, str(number), ipv4, _IPV4_MASK, ipv6], descriptors=[number])
