"""Each foreign stack that can start here: it answers, its agent too, and nothing of it is left."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import sys
from collections.abc import Iterator
from typing import Any

import elsewhere
from test_lab import children, exchange

from conformance.agent.client import Agent
from conformance.lab import link, namespace, running
from conformance.stacks import STACKS
from conformance.wire.host import Host

ONLY_OPENS = tuple(stack.name for stack in STACKS.values() if stack.opens_to)
"""What opens connections and takes none: nothing answers a SYN there."""

HERE = [stack.name for stack in STACKS.values() if stack.module != "linux" and not stack.missing()]


@contextlib.contextmanager
def lab(name: str) -> Iterator[tuple[running.LabTarget, list[int]]]:
    namespace.enter()
    with running.start(name) as target:
        yield target, children(os.getpid())


TRIES = 3
"""A machine that has just started may lose a frame where the processor is busy; a SYN is sent again then."""


def _said(host: Host, family: str, port: int) -> str:
    for _ in range(TRIES - 1):
        with contextlib.suppress(AssertionError):
            return exchange(host, family, port)
    return exchange(host, family, port)


def answers(name: str) -> dict[str, Any]:
    with lab(name) as (target, processes), contextlib.ExitStack() as stack:
        us = link.tester_addresses(7)
        host = Host(target.interface, bytes.fromhex(us.pop("mac").replace(":", "")), us)
        stack.callback(host.shut)
        flags = {
            family: [_said(host, family, port) for port in (target.open_port, target.closed_port)]
            for family in target.addresses
            if name not in ONLY_OPENS
        }
        channel = host.channel(target.agent)
        stack.callback(channel.close)
        ours = Agent(channel).is_ours()
        watched = [os.pidfd_open(process) for process in processes]
    left = [name for _, name in socket.if_nameindex()]
    return {"flags": flags, "ours": ours, "gone": elsewhere.all_gone(watched), "left": left}


def test_each_answers_and_leaves_nothing() -> None:
    both = {family: ["SA", "RA"] for family in ("ipv4", "ipv6")}
    for name in HERE:
        print(name)  # which of them it was, where one fails
        found = elsewhere.call(answers, name)
        assert found.pop("flags") == ({} if name in ONLY_OPENS else both), name
        assert found == {"ours": name not in ONLY_OPENS, "gone": True, "left": ["lo"]}, name


def run_until_told(name: str) -> None:
    with lab(name) as (_, processes):
        print(json.dumps(processes), flush=True)
        sys.stdin.read()


def test_nothing_is_left_of_any_after_sigkill() -> None:
    for name in HERE:
        with elsewhere.started(run_until_told, name) as process:
            assert process.stdout is not None
            watched = [os.pidfd_open(pid) for pid in json.loads(process.stdout.readline())]
            process.send_signal(signal.SIGKILL)
            assert len(watched) > 1
            assert elsewhere.all_gone(watched), name
            for pidfd in watched:
                os.close(pidfd)
