"""`--target model`: the reference endpoint as a subject, and the wire to it."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

from conformance.path import RoughPath
from conformance.target.measure import measure
from conformance.target.profile import Profile
from conformance.target.quality import Quality
from conformance.target.subject import Route, Subject
from conformance.timing import INITIAL_RTO, Timing
from reference import faults
from reference.services import DISCARD, SERVICES
from reference.user import Settings
from reference.wire import BROADCAST, TRIP, ModelWire

PROFILE = Path(__file__).parent / "model.toml"

THEIRS = {"ipv4": "192.0.2.2", "ipv6": "2001:db8::2"}
SECOND = {"ipv4": "192.0.2.3", "ipv6": "2001:db8::3"}
ADDRESSES = [*THEIRS.values(), *SECOND.values()]
OURS = {"ipv4": "192.0.2.1", "ipv6": "2001:db8::1"}
CLOSED_PORT = 81
AGENT = ("192.0.2.2", 10000)


def subject(name: str, profile: Profile, fault: str | None, path: RoughPath | None = None) -> Subject:
    """Describe the model; with `fault`, the name of one, it does that wrong. UsageProblem when there is none such.

    Behind a `path` the answers take as long as were measured over it.
    """
    quality = _measured(path) if path else Quality()
    slowest = max(2 * TRIP, quality.slowest)
    notes = [f"fault on: {faults.load(fault)}"] if fault else []
    facts = {
        "addresses": THEIRS,
        "open_port": DISCARD,
        "closed_port": CLOSED_PORT,
        "services": SERVICES,
        "rtt": 2 * TRIP,
        "slowest_answer": slowest,
        "path": asdict(quality),
        "asked_path": str(path) if path else None,
        "syn_ack_rto": INITIAL_RTO,
        "fault": fault,
        "notes": notes,
    }
    return Subject(
        name=name,
        interface="a virtual link",
        routes={
            family: Route(address, (OURS[family],), None, SECOND[family], BROADCAST if family == "ipv4" else "")
            for family, address in THEIRS.items()
        },
        open_port=DISCARD,
        closed_port=CLOSED_PORT,
        timing=Timing(rtt=2 * TRIP, answer=slowest, rto=INITIAL_RTO, msl=Settings().msl, spread=quality.spread),
        agent=AGENT,
        agent_ours=True,
        model=True,
        profile=profile.source or None,
        services=SERVICES,
        path=quality,
        facts=facts,
    )


def wire_for(subject: Subject) -> ModelWire:
    """Return a wire to a model of its own."""
    fault, path = subject.facts.get("fault"), subject.facts.get("asked_path")
    host = faults.load(str(fault)).host() if fault else faults.Host
    return ModelWire(ADDRESSES, host, RoughPath.read(str(path)) if path else None)


def _measured(path: RoughPath) -> Quality:
    wire = ModelWire(list(THEIRS.values()), path=path)
    lanes = {family: (OURS[family], address) for family, address in THEIRS.items()}
    return measure(wire, lanes, iter(range(20000, 30000)), CLOSED_PORT, closed=True)
