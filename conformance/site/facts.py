"""What a run found out about its target, in words: how it was reached, and what it chose where RFCs leave a choice."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

MAIN = (
    "ISN of one four-tuple grows in a ms by",
    "of the ISNs of 100 four-tuples, go in steps",
    "options",
    "MSS over IPv4 and IPv6",
    "window",
    "initial window in segments",
    "RTO series in s",
    "gaps between SYNs in s",
    "ACK delay in ms",
    "ACKs of 40 segments",
    "zero window probe intervals in s",
    "zero window probe octets",
    "TIME-WAIT in s",
    "keep-alive idle by default, in s",
)
"""What a reader asks for first, in this order; some of it may not have been measured."""

ASIDE = ("run again", "tries")
"""What is no fact about the target: how the run went."""

_FEW = 4
"""So many values are told one by one; of more, where they lie."""


def how_run(facts: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield how the target was reached and what it offered: names and values, without what is unknown."""
    for name, key, tell in _LINES:
        if facts.get(key) not in (None, "", [], {}):
            text = tell(facts[key])
            if text:
                yield name, text


def _milliseconds(value: float) -> str:
    return f"{1000 * value:.2f} ms"


def _seconds(value: float) -> str:
    return f"{value:.4g} s"


def _pairs(values: Mapping[str, object]) -> str:
    return ", ".join(f"{name} {value}" for name, value in values.items())


def _mac(value: str) -> str:
    return ":".join(value[at : at + 2] for at in range(0, len(value), 2))


def _path(values: Mapping[str, Any]) -> str:
    """Nothing where nobody looked: a lab's cable does nothing to what crosses it."""
    if not values.get("probes"):
        return ""
    counts = ", ".join(f"{values[word]} {word}" for word in ("lost", "doubled", "reordered"))
    return f"of {values['probes']} probes {counts}"


_LINES = (
    ("date (UTC)", "date", str),
    ("addresses", "addresses", _pairs),
    ("MAC, ours", "mac", _mac),
    ("open port", "open_port", str),
    ("closed port", "closed_port", str),
    ("services", "services", _pairs),
    ("agent, its protocol's version", "agent_version", str),
    ("started in", "start_time", _seconds),
    ("round trip", "rtt", _milliseconds),
    ("slowest answer", "slowest_answer", _milliseconds),
    ("a SYN,ACK is sent again after", "syn_ack_rto", _seconds),
    ("MSL, as its profile has it", "msl", _seconds),
    ("path", "path", _path),
    ("path that was asked for", "asked_path", str),
    ("fault that was switched on", "fault", str),
    ("notes", "notes", "; ".join),
)


def measured(by_case: Mapping[str, Mapping[str, Any]]) -> dict[str, str]:
    """Return what cases measured, by the name of the fact: what a reader asks for first, then all else by name."""
    found: dict[str, list[Any]] = {}
    for facts in by_case.values():
        for name, value in facts.items():
            values = found.setdefault(name.replace("_", " "), [])
            if value not in values:
                values.append(value)
    names = [*(name for name in MAIN if name in found), *sorted(found.keys() - {*MAIN, *ASIDE}, key=str.lower)]
    return {name: _told(found[name]) for name in names}


def _told(values: Sequence[Any]) -> str:
    if len(values) > _FEW and all(_is_number(one) for one in values):
        return f"{min(values)} to {max(values)} ({len(values)} values)"
    more = f"; and {len(values) - _FEW} other values" if len(values) > _FEW else ""
    return "; ".join(_one(value) for value in values[:_FEW]) + more


def _one(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:g}" if abs(value) < 1000 else f"{value:.0f}"
    if not isinstance(value, list):
        return str(value)
    if len(value) > 4 * _FEW and all(_is_number(one) for one in value):
        return f"{_one(min(value))} to {_one(max(value))} ({len(value)} in a row)"
    return ", ".join(map(_one, value)) or "none"


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
