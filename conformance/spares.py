"""More addresses of ours on the target's link, for cases that make it remember something of an address."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable

from conformance.target.subject import Subject

_LAB_FIRST, _LAB_SHARE = 0x4000, 512
"""Among the lab's addresses for testers: those of processes are below, and each process has so many to spare."""

_MODEL_SPARES = range(100, 60_000)
"""Those of the model, counted from our usual one: its own are before them."""


def spares(subject: Subject, family: str, share: int, shares: int) -> Iterable[str]:
    """Return the addresses that this process, `share` of `shares`, has to spare: none without `--source`."""
    route = subject.routes[family]
    if subject.lab:
        from conformance.lab.link import tester_addresses

        first = _LAB_FIRST + share * _LAB_SHARE
        return (tester_addresses(number)[family] for number in range(first, first + _LAB_SHARE))
    if subject.model:
        ours = ipaddress.ip_address(route.sources[0])
        return (str(ours + number) for number in _MODEL_SPARES)
    return () if subject.own_kernel else route.sources[shares + share :: shares]
