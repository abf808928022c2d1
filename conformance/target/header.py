"""What is said of a target before the first case."""

from __future__ import annotations

from conformance.target.profile import Profile
from conformance.target.subject import Subject


def header_of(subject: Subject, profile: Profile) -> list[str]:
    """Return the lines of pytest's header for one target."""
    addresses = ", ".join(route.address for route in subject.routes.values())
    sources = ", ".join(route.sources[0] for route in subject.routes.values())
    own = " (this host's own, behind the guard)" if subject.own_kernel else ""
    where = "the lab" if subject.lab else subject.interface
    version = subject.facts.get("version")
    lines = [
        f"target:  {subject.name} at {addresses} over {where}, from {sources}{own}",
        *([f"version: {version}"] if version else []),
        f"timing:  {_timing(subject)}",
        f"offers:  {_offers(subject)}",
    ]
    if subject.closed_reason:
        lines.append(f"note:    {subject.closed_reason}: cases that need a closed port are inconclusive")
    if subject.path.probes or subject.path.told:
        lines.append(f"path:    {_path(subject)}")
    lines += [f"note:    {note}" for note in subject.facts.get("notes", ())]
    if profile.source:
        deviations = len(profile.deviations)
        lines.append(f"profile: {profile.source} ({deviations} known deviation{'' if deviations == 1 else 's'})")
    return lines


def _timing(subject: Subject) -> str:
    timing = subject.timing
    rto = subject.facts.get("syn_ack_rto")
    measured = f"{rto:.2f} s" if isinstance(rto, float) else "not seen (no SYN,ACK was sent again)"
    return (
        f"RTT {timing.rtt * 1000:.2f} ms, slowest answer {timing.answer * 1000:.2f} ms, initial RTO {measured},"
        f" MSL {timing.msl:g} s"
    )


def _path(subject: Subject) -> str:
    asked = subject.facts.get("asked_path")
    again = "; what fails is run again until it is clear whose doing it is" if subject.path.spoils else ""
    return f"{f'{asked}: ' if asked else ''}{subject.path}{again}"


def _offers(subject: Subject) -> str:
    closed = "no closed port" if subject.closed_port is None else f"closed port {subject.closed_port}"
    agent = "no agent"
    if subject.agent is not None:
        kind = "ours" if subject.agent_ours else "foreign: it cannot tell states"
        agent = f"agent {subject.agent[0]}:{subject.agent[1]} ({kind})"
    services = ", ".join(f"{name} {port}" for name, port in subject.services.items()) or "none"
    return f"open port {subject.open_port}, {closed}, {agent}; services: {services}"
