"""pmd-pytcp behind the agent's table of calls: what its sockets would do otherwise."""

from __future__ import annotations

import contextlib

import elsewhere

from conformance.agent.client import Agent, AgentRefused
from conformance.lab import link, namespace, running
from conformance.stacks import STACKS
from conformance.wire.host import Host

FAMILIES = () if STACKS["pmd-pytcp"].missing() else ("ipv4", "ipv6")
PORT = 12345


def listens_twice(family: str) -> list[str]:
    namespace.enter()
    with running.start("pmd-pytcp") as target, contextlib.ExitStack() as stack:
        us = link.tester_addresses(7)
        host = Host(target.interface, bytes.fromhex(us.pop("mac").replace(":", "")), us)
        stack.callback(host.shut)
        agents = []
        for _ in range(2):  # of two cases
            channel = host.channel(target.agent)
            stack.callback(channel.close)
            agents.append(Agent(channel))
        said = []
        for agent in (*agents, agents[0], agents[1]):
            try:
                agent.listen_and_accept(agent.create_and_bind(PORT, link.TARGET_ADDRESSES[family]))
                said.append("OK")
            except AgentRefused as refused:
                said.append(refused.result.name)
                agents[0].end_test()
        return said


def test_a_port_has_one_listener() -> None:
    for family in FAMILIES:
        assert elsewhere.call(listens_twice, family) == ["OK", "CANNOT_BIND", "OK", "CANNOT_BIND"]
