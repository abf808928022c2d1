"""Where the agent of a target is asked, and what answers there."""

from __future__ import annotations

import contextlib
import re

from conformance.agent.client import Agent
from conformance.errors import Inconclusive, NotApplicable, UsageProblem
from conformance.wire.host import Host

AGENT_PORT = 10000
AGENT_VERSIONS = ((1, 1), (1, 2))


def agent_address(option: str | None) -> tuple[str, int] | None:
    """Read HOST, HOST:PORT, [IPV6]:PORT or a bare IPv6 address."""
    if not option:
        return None
    if option.count(":") > 1 and not option.startswith("["):
        return option, AGENT_PORT
    split = re.fullmatch(r"\[?(?P<host>[^\]]*?)\]?(:(?P<port>[^:\]]*))?", option)
    port = (split["port"] or str(AGENT_PORT)) if split else ""
    if split is None or not port.isdigit() or not 0 < int(port) < 65536:
        raise UsageProblem(f"--agent {option}: give HOST or HOST:PORT, with a port from 1 to 65535")
    return split["host"], int(port)


def agent_version(host: Host, address: tuple[str, int]) -> tuple[tuple[int, ...], bool]:
    """Ask the agent for its version, and whether it is ours; UsageProblem when none answers, or one of another kind."""
    where = f"{address[0]}:{address[1]}"
    try:
        channel = host.channel(address)
    except OSError as error:
        raise UsageProblem(f"--agent {where}: {error.strerror or error}") from None
    except Inconclusive as problem:
        raise UsageProblem(f"--agent: {problem}") from None
    with contextlib.closing(channel):
        agent = Agent(channel, where)
        try:
            version = tuple(agent.version())
        except (Inconclusive, NotApplicable):
            raise UsageProblem(
                f"no agent answers at {where}: start one there (python3 tcp-agent.pyz --bind {address[0]} --allow"
                " THIS_HOST), or see --agent"
            ) from None
        if version[:2] not in AGENT_VERSIONS:
            spoken = ".".join(map(str, version))
            raise UsageProblem(f"the agent at {where} speaks version {spoken} of the protocol; 1.1 and 1.2 are known")
        return version, agent.is_ours()
