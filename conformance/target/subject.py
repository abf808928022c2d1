"""What is known about a target before the first case: plain data, which travels to pytest-xdist workers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from conformance.target.quality import PERFECT, Quality
from conformance.timing import Timing


@dataclass(frozen=True, slots=True)
class Route:
    """How one family of a target is reached: its address, ours, and the neighbour in between where there is one.

    `second` is one more address of the target, reached in the same way, and `broadcast` that of its network; both are
    empty where they are not known.
    """

    address: str
    sources: tuple[str, ...]
    next_hop: str | None = None
    second: str = ""
    broadcast: str = ""


@dataclass(frozen=True, slots=True)
class Subject:
    """A TCP under test and what it offers.

    `routes` is by family. `own_kernel` tells that our address is the host's own, which needs the guard;
    `lab` and `model` that it is the embedded lab's kernel, or the reference endpoint.
    `closed_port` is None when no port was found that resets; `closed_reason` then says why.
    `unreachable` are the walks that the profile says lead nowhere; `half_duplex_close` and
    `no_abort` are what it says of CLOSE and ABORT.
    `opens_to` is our port that it opens connections to, where its user can have it do nothing else.
    `services` names the plain services found, by port. `path` is what was measured of the path to it.
    `facts` are for the report.
    """

    name: str
    interface: str
    routes: Mapping[str, Route]
    open_port: int
    closed_port: int | None
    timing: Timing
    agent: tuple[str, int] | None = None
    agent_ours: bool = False
    closed_reason: str = ""
    own_kernel: bool = False
    lab: bool = False
    model: bool = False
    max_connections: int = 100
    profile: str | None = None
    unreachable: tuple[str, ...] = ()
    half_duplex_close: bool = False
    no_abort: bool = False
    opens_to: int = 0
    services: Mapping[str, int] = field(default_factory=dict)
    path: Quality = PERFECT
    facts: Mapping[str, Any] = field(default_factory=dict)

    def plain(self) -> dict[str, Any]:
        """Return it as plain values, for another process."""
        return asdict(self)

    @classmethod
    def from_plain(cls, values: Mapping[str, Any]) -> Subject:
        """Take back what `plain` gave."""
        routes = {
            family: Route(**{**route, "sources": tuple(route["sources"])}) for family, route in values["routes"].items()
        }
        agent = values["agent"] and (values["agent"][0], values["agent"][1])
        path, timing = Quality(**values["path"]), Timing(**values["timing"])
        unreachable = tuple(values["unreachable"])
        return cls(
            **{**values, "routes": routes, "timing": timing, "agent": agent, "path": path, "unreachable": unreachable}
        )
