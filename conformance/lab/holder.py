"""The process that holds a lab target: started by `running` as `python -m conformance.lab.holder`.

Its arguments are the stack's name, the parent's process id, the tester's interface name, and two inherited descriptors:
a pipe that takes one line of JSON when the target is ready, and a UDP socket of the tester's namespace for the agent's
control. It enters a namespace of its own, lives no longer than its parent, and hands over to the stack's module.

A stack's module has a function `hold(place)`. That sets the stack up, calls `place.ready()`, and returns when SIGTERM
has come and everything is taken down. It raises `StackEnded` when the stack does not start or has ended of itself.
"""

from __future__ import annotations

import importlib
import json
import os
import resource
import socket
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from conformance import stacks
from conformance.lab import system
from conformance.lab.ended import StackEnded
from conformance.lab.offload import bring_up

FILES = 4096
"""Open files of the agent, and of the services, at most."""


@dataclass(frozen=True, slots=True)
class Place:
    """What a stack finds: the process and the interface of the tester, and the socket for the agent's control.

    The cable is not laid yet: `link.lay` or `link.lay_bare` does it.
    """

    name: str
    tester: int
    interface: str
    control: socket.socket
    status: int

    def ready(
        self,
        *,
        families: Sequence[str] = stacks.FAMILIES,
        notes: Sequence[str] = (),
        second: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        """Tell the tester that the target answers; `notes` say in words what could not be set up as it should be.

        `second` are further addresses that it has, by family.
        """
        with os.fdopen(self.status, "w") as pipe:
            json.dump({"notes": list(notes), "families": list(families), "second": dict(second)}, pipe)


def main(arguments: list[str]) -> None:
    """Hold the stack until SIGTERM."""
    name, parent, interface, status, control = arguments
    system.die_with_parent(int(parent))
    system.unshare(system.NEW_NET)
    _make_room()
    bring_up("lo")
    place = Place(name, int(parent), interface, socket.socket(fileno=int(control)), int(status))
    try:
        importlib.import_module(f"conformance.lab.{stacks.STACKS[name].module}").hold(place)
    except StackEnded as end:
        sys.exit(str(end))


def _make_room() -> None:
    """Let agent and services have as many sockets as they are made for, where the usual limit of 1024 can be raised."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (FILES if hard == resource.RLIM_INFINITY else min(FILES, hard), hard))


if __name__ == "__main__":
    main(sys.argv[1:])
