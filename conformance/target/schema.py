"""Which keys a profile has, and what may stand in them: one table, and the check that reads it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from ipaddress import IPv4Address, IPv6Address
from typing import Any

from conformance.errors import UsageProblem
from conformance.requirements import nearest

Check = Callable[[object], str | None]
"""Say what a value should be when it is not; None when it is."""


def check(source: str, data: dict[str, Any]) -> None:
    """Raise UsageProblem for the first key that is unknown, or whose value cannot stand there."""
    _table(source, "", data, SCHEMA)


def problem(where: str, what: str, word: str, words: Iterable[str]) -> UsageProblem:
    """Return the problem with the nearest valid word, or with all of them when there are few and none is near."""
    valid = sorted(words)
    near = nearest(word, valid)
    if not near and len(valid) <= 12:
        near = f"; valid are {', '.join(valid)}"
    return UsageProblem(f"{where}: {what}{near}")


def _table(source: str, prefix: str, table: dict[str, Any], schema: dict[str, Any]) -> None:
    for key, value in table.items():
        if key not in schema:
            raise problem(f"{source}: {prefix}{key}", "unknown key", key, schema)
        _value(source, prefix + key, value, schema[key])


def _value(source: str, key: str, value: object, rule: Any) -> None:
    if isinstance(rule, list):
        if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
            raise UsageProblem(f"{source}: {key}: must be a list of tables, written [[{key}]]")
        for at, one in enumerate(value, 1):
            _table(source, f"{key}[{at}].", one, rule[0])
    elif isinstance(rule, dict):
        if not isinstance(value, dict):
            raise UsageProblem(f"{source}: {key}: must be a table, written [{key}]")
        _table(source, f"{key}.", value, rule)
    elif (wanted := rule(value)) is not None:
        raise UsageProblem(f"{source}: {key}: must be {wanted}, not {value!r}")


def _integer(most: int, wanted: str) -> Check:
    def rule(value: object) -> str | None:
        return None if type(value) is int and 1 <= value <= most else wanted

    return rule


def _seconds(value: object) -> str | None:
    fits = type(value) in (int, float) and 0 < value <= 86400  # type: ignore[operator]
    return None if fits else "a number of seconds above 0, up to a day"


def _text(value: object) -> str | None:
    return None if isinstance(value, str) else "text"


def _truth(value: object) -> str | None:
    return None if isinstance(value, bool) else "true or false"


def _texts(value: object) -> str | None:
    return None if isinstance(value, list) and all(isinstance(one, str) for one in value) else "a list of texts"


def _text_or_texts(value: object) -> str | None:
    return None if isinstance(value, str) or (value and not _texts(value)) else "text, or a list of texts"


def _walks(value: object) -> str | None:
    from conformance.states import WALKS  # which needs pytest; a profile that names none does not

    names = {str(walk) for walk in WALKS}
    fits = isinstance(value, list) and all(one in names for one in value)
    return None if fits else f"a list of walks: {', '.join(sorted(names))}"


def _family(value: object) -> str | None:
    return None if value in ("ipv4", "ipv6") else '"ipv4" or "ipv6"'


def _address(kind: type[IPv4Address] | type[IPv6Address], wanted: str) -> Check:
    def rule(value: object) -> str | None:
        try:
            kind(value)
        except ValueError:
            return wanted
        return None if isinstance(value, str) else wanted

    return rule


def _parameters(value: object) -> str | None:
    fits = isinstance(value, dict) and all(
        all(isinstance(word, str | int) for word in (one if isinstance(one, list) else [one])) for one in value.values()
    )
    return None if fits else "a table of names with a value or a list of values each"


_PORT = _integer(65535, "a port number")

SCHEMA: dict[str, Any] = {
    "name": _text,
    "description": _text,
    "extends": _text,
    "addresses": {
        "ipv4": _address(IPv4Address, "an IPv4 address"),
        "ipv6": _address(IPv6Address, "an IPv6 address"),
        "second_ipv4": _address(IPv4Address, "an IPv4 address"),
        "second_ipv6": _address(IPv6Address, "an IPv6 address"),
        "broadcast": _address(IPv4Address, "an IPv4 address"),
    },
    "ports": {"open": _PORT, "closed": _PORT},
    "agent": {"address": _text},
    "timers": {"msl": _seconds, "reaction": _seconds, "tick": _seconds},
    "limits": {
        "max_connections": _integer(1_000_000, "a number of connections"),
        "unreachable": _walks,
        "half_duplex_close": _truth,
        "no_abort": _truth,
    },
    "path": {"spoils": _truth},
    "features": {"offered": _texts, "absent": _texts},
    "lifted": [{"case": _text, "requirement": _text, "family": _family, "reason": _text}],
    "known": [
        {
            "case": _text_or_texts,
            "requirement": _text,
            "parameters": _parameters,
            "family": _family,
            "reason": _text,
            "link": _text,
            "sometimes": _truth,
        }
    ],
}
"""A rule for each key: a check, a table of keys, or a list of such tables."""
