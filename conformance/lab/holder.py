"""The process that holds the target's namespace: its end of the cable, its plain services and its agent.

Started by `conformance.lab.linux` as `python -m conformance.lab.holder PARENT INTERFACE STATUS CONTROL`: the parent's
process id, the tester's interface name, and two inherited descriptors: a pipe that takes one line of JSON when the
target is ready, and the agent's control socket. It lives no longer than its parent.
"""

from __future__ import annotations

import json
import os
import resource
import signal
import socket
import sys
from pathlib import Path

from conformance.agent.server import serve
from conformance.lab import link, services, system
from conformance.lab.offload import bring_up

SETTINGS = {
    # A path's RTT and threshold remembered from one connection would change the next: cases must not depend on order.
    "net/ipv4/tcp_no_metrics_save": "1",
    # The system's default may be BBR, which is not the congestion control of RFC 5681; Reno is, and is always there.
    "net/ipv4/tcp_congestion_control": "reno",
    # Nobody else is on this link: without these the target would probe and solicit in the first seconds.
    "net/ipv6/conf/default/accept_dad": "0",
    "net/ipv6/conf/default/router_solicitations": "0",
    # Some systems switch IPv6 off for new interfaces.
    "net/ipv6/conf/default/disable_ipv6": "0",
}
"""What the lab sets in the target's namespace, and why; everything else is the kernel's default."""

FILES = 4096
"""Open files of the agent, and of the services, at most."""


def main(arguments: list[str]) -> None:
    """Build the target's side, tell so, and run the agent until SIGTERM."""
    parent, interface, status, control = int(arguments[0]), arguments[1], int(arguments[2]), int(arguments[3])
    system.die_with_parent(parent)
    system.unshare(system.NEW_NET)
    _make_room()
    bring_up("lo")
    notes = _settle()
    link.lay(interface, parent)
    helper = _fork_services([status, control])
    with os.fdopen(status, "w") as pipe:
        json.dump({"notes": notes, "families": link.families()}, pipe)
    try:
        serve([socket.socket(fileno=control)], allow=("127.0.0.1",))
    finally:
        # It would end with us anyway, but as an orphan that the system's first process might never collect.
        os.kill(helper, signal.SIGKILL)
        os.waitpid(helper, 0)


def _make_room() -> None:
    """Let agent and services have as many sockets as they are made for, where the usual limit of 1024 can be raised."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (FILES if hard == resource.RLIM_INFINITY else min(FILES, hard), hard))


def _settle(proc_sys: Path = Path("/proc/sys")) -> list[str]:
    """Apply the settings; return in words those that the system refused (as where /proc/sys is read-only)."""
    notes = []
    for name, value in SETTINGS.items():
        try:
            (proc_sys / name).write_text(value)
        except OSError as error:
            if "ipv6" in link.families() or "ipv6" not in name:
                notes.append(f"{name.replace('/', '.')}={value} not set in the lab: {error.strerror}")
    return notes


def _fork_services(not_theirs: list[int]) -> int:
    """Run the plain services in a process of their own, without the descriptors `not_theirs`; return its id."""
    listening = services.listeners(link.families())
    holder = os.getpid()
    helper = os.fork()
    if helper:
        for listener in listening:
            listener.close()
        return helper
    system.die_with_parent(holder)
    for descriptor in not_theirs:
        os.close(descriptor)
    loop = services.Loop(listening)
    while True:
        loop.turn()


if __name__ == "__main__":
    main(sys.argv[1:])
