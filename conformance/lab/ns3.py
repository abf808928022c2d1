"""ns-3's TCP (C++, of a network simulator) as a target: a simulation in real time on frames of the cable."""

from __future__ import annotations

from conformance import stacks
from conformance.lab import frames, link, relay
from conformance.lab.holder import Place

_IPV4_MASK = "255.255.0.0"


def hold(place: Place) -> None:
    """Lay the cable, start ns-3 on it, and carry the agent's control until SIGTERM."""
    with frames.lay(place) as cable:
        number = cable.fileno()
        ipv4, ipv6 = (link.TARGET_ADDRESSES[family] for family in ("ipv4", "ipv6"))
        program = str(stacks.BUILT / "ns-3")
        relay.run(place, [program, str(number), ipv4, _IPV4_MASK, ipv6], descriptors=[number])
