"""Finds the subjects of a run: stacks of the lab, or the targets that the user named."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from functools import partial
from typing import Any

from conformance import stacks
from conformance.bench import PORTS
from conformance.errors import Inconclusive, UsageProblem
from conformance.lab import deviations, link, namespace, running
from conformance.lab.meddler import RELAY_TIME, Meddler
from conformance.lab.offload import offloads
from conformance.lab.version import version_of
from conformance.packet import family_of
from conformance.target.control import agent_address, agent_version
from conformance.target.hosts import host_on, mac_of, shutting
from conformance.target.preflight import Named, Reached, named, reach, sources_of
from conformance.target.profile import Profile
from conformance.target.subject import Route, Subject
from conformance.target.survey import Survey, survey
from conformance.timing import RTO_AFTER_LOST_SYN, Timing
from conformance.wire.guard import Guard
from conformance.wire.host import Host
from conformance.wire.loop import Loop

LAB_CONNECTIONS = 64
FEW_CONNECTIONS = 8
"""How many cases are in flight at a target of which nothing is known: what a home router bears easily."""

OPENER = Survey(0, None, "its user can only have it open a connection", {}, rtt=0.0, answer=0.0, rto=None)
"""What is known of a target that offers nothing."""

MERGING = frozenset({"generic receive"})
"""Offloads of our own interface that hand us other segments than the target sent."""


def lab_targets(
    stack: contextlib.ExitStack, profiles: Mapping[str, Profile], meddler: Meddler | None = None
) -> list[tuple[Subject, Profile]]:
    """Start the stacks that are named, as in `--target lab:NAME`; return them as subjects. They end with `stack`.

    A `meddler` is on the cable to each.
    """
    namespace.enter()
    started = {option: _started(stack, option, meddler) for option in profiles}
    with contextlib.closing(Loop()) as loop:  # one survey mostly waits: so they wait together
        looks = [partial(_lab_target, *started[option], option, profiles[option], meddler, loop) for option in profiles]
        return list(zip(loop.gather(looks), profiles.values(), strict=True))


def _started(stack: contextlib.ExitStack, option: str, meddler: Meddler | None) -> tuple[running.LabTarget, float]:
    """Start a stack; return it, and how many seconds that took."""
    started = time.monotonic()
    between = meddler.between if meddler else contextlib.nullcontext
    target = stack.enter_context(running.start(stacks.stack_of(option).name, between))
    return target, time.monotonic() - started


def _lab_target(
    target: running.LabTarget, took: float, option: str, profile: Profile, meddler: Meddler | None, loop: Loop
) -> Subject:
    ours = link.tester_addresses(0)
    routes = {
        family: Route(address, (ours[family],), None, target.second.get(family, ""), link.BROADCASTS[family])
        for family, address in target.addresses.items()
    }
    host = Host(target.interface, mac_of(ours["mac"]), {family: ours[family] for family in routes}, loop=loop)
    with shutting(host):
        perfect, one = not meddler or meddler.path is None, stacks.stack_of(option)
        found = OPENER if one.opens_to else _survey(host, routes, target.open_port, target.closed_port, perfect=perfect)
        version = agent_version(host, target.agent)
    subject = _subject(
        stacks.name_of(option),
        Reached(target.interface, mac_of(ours["mac"]), routes, own_kernel=False),
        found,
        profile,
        agent=target.agent,
        version=version,
        lab=True,
        facts={"notes": list(target.notes), "start_time": took, "version": version_of(one)}
        | _meddled(meddler, target.notes),
    )
    subject = replace(subject, opens_to=one.opens_to)
    return (
        replace(subject, timing=replace(subject.timing, way=max(RELAY_TIME, subject.timing.way)))
        if meddler
        else subject
    )


def _meddled(meddler: Meddler | None, notes: Sequence[str]) -> dict[str, Any]:
    if meddler is None:
        return {}
    facts: dict[str, Any] = {"asked_path": str(meddler.path)} if meddler.path else {}
    if meddler.deviation:
        facts |= {
            "fault": meddler.deviation,
            "notes": [*notes, f"fault on: {deviations.described(meddler.deviation)}"],
        }
    return facts


def named_targets(stack: contextlib.ExitStack, options: Any, addresses: list[str], profile: Profile) -> list[Subject]:
    """Reach and survey each target that the user named; the guard, where it is needed, ends with `stack`."""
    sources: dict[str, list[str]] = {}
    for option in options.source:
        for address in sources_of(option):
            sources.setdefault(family_of(address), []).append(address)
    return [_named_target(stack, options, one, sources, profile) for one in named(addresses)]


def _named_target(
    stack: contextlib.ExitStack, options: Any, target: Named, sources: dict[str, list[str]], profile: Profile
) -> Subject:
    reached = _with_more_addresses(reach(target, options.interface, sources), profile)
    addresses = [one for route in reached.routes.values() for one in (route.address, route.second) if one]
    host = host_on(reached, {family: route.sources[0] for family, route in reached.routes.items()})
    with shutting(host):
        _check_sources(host, reached)
        if reached.own_kernel:
            stack.enter_context(Guard(addresses, PORTS))
        _check_neighbours(host, addresses)
        found = _survey(
            host,
            reached.routes,
            options.open_port or profile.open_port,
            options.closed_port or profile.closed_port,
            perfect=False,
            spoils=profile.path_spoils,
        )
        agent = agent_address(options.agent or profile.agent)
        version = agent_version(host, agent) if agent else None
    merging = offloads(reached.interface) & MERGING
    notes = [f"{name} offload is on at {reached.interface}: ethtool -K {reached.interface} gro off" for name in merging]
    return _subject(
        target.name, reached, found, profile, agent=agent, version=version, lab=False, facts={"notes": notes}
    )


def _with_more_addresses(reached: Reached, profile: Profile) -> Reached:
    """Add what the profile tells of the target's addresses."""
    second = {"ipv4": profile.second_ipv4, "ipv6": profile.second_ipv6}
    broadcast = {"ipv4": profile.broadcast, "ipv6": ""}
    routes = {
        family: replace(route, second=second[family], broadcast=broadcast[family])
        for family, route in reached.routes.items()
    }
    return replace(reached, routes=routes)


def _survey(
    host: Host, routes: Any, open_port: int | None, closed_port: int | None, *, perfect: bool, spoils: bool = False
) -> Survey:
    lanes = {family: (route.sources[0], route.address) for family, route in routes.items()}
    try:
        return survey(host, lanes, iter(PORTS), open_port, closed_port, perfect=perfect, spoils=spoils)
    except Inconclusive as problem:
        raise UsageProblem(str(problem)) from None


def _subject(
    name: str,
    reached: Reached,
    found: Survey,
    profile: Profile,
    *,
    agent: tuple[str, int] | None,
    version: tuple[tuple[int, ...], bool] | None,
    lab: bool,
    facts: dict[str, Any],
) -> Subject:
    answer = max(found.answer, profile.reaction or 0.0)
    # Who does not send a SYN,ACK again may take the handshake for one that lost its SYN, and start with that timeout.
    rto = found.rto or RTO_AFTER_LOST_SYN
    timing = Timing(
        rtt=found.rtt,
        answer=answer,
        rto=rto,
        msl=profile.msl,
        spread=found.path.spread,
        way=found.answer,
        tick=profile.tick,
    )
    facts["notes"] = [*facts.get("notes", ()), *found.doubts]
    facts |= {
        "date": time.strftime("%Y-%m-%d", time.gmtime()),
        "description": profile.description,
        "mac": reached.mac.hex(),
        "addresses": {family: route.address for family, route in reached.routes.items()},
        "open_port": found.open_port,
        "closed_port": found.closed_port,
        "services": dict(found.services),
        "rtt": found.rtt,
        "slowest_answer": found.answer,
        "syn_ack_rto": found.rto,
        "msl": profile.msl,
        "path": asdict(found.path),
        "agent_version": ".".join(map(str, version[0])) if version else None,
    }
    return Subject(
        name=name,
        interface=reached.interface,
        routes=reached.routes,
        open_port=found.open_port,
        closed_port=found.closed_port,
        closed_reason=found.closed_reason,
        timing=timing,
        agent=agent,
        agent_ours=version is not None and version[1],
        own_kernel=reached.own_kernel,
        lab=lab,
        max_connections=profile.max_connections or (LAB_CONNECTIONS if lab else FEW_CONNECTIONS),
        unreachable=tuple(profile.unreachable),
        half_duplex_close=profile.half_duplex_close,
        no_abort=profile.no_abort,
        profile=profile.source or None,
        services=found.services,
        path=found.path,
        facts=facts,
    )


def _check_sources(host: Host, reached: Reached) -> None:
    """An address that somebody has already cannot be ours."""
    if reached.own_kernel:
        return
    for source in host.claimed([source for route in reached.routes.values() for source in route.sources]):
        raise UsageProblem(f"--source {source} is in use on {reached.interface}; name an unused address")


def _check_neighbours(host: Host, addresses: list[str]) -> None:
    for address in addresses:
        try:
            host.resolve(address)
        except Inconclusive as problem:
            raise UsageProblem(f"{problem}: is it switched on and on this link?") from None
