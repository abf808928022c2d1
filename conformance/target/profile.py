"""The profile: what the user knows of a target beforehand (the PICS and PIXIT of ISO 9646), and its known deviations.

A known deviation is strict: the case it names must fail. When it starts to pass, the run fails and says so.
"""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from conformance.errors import UsageProblem
from conformance.requirements import catalogue, lookup
from conformance.target.schema import check, problem


@dataclass(frozen=True, slots=True)
class Known:
    """A deviation that is known, with the reason. What is not given (empty) holds for all.

    `case` is a function's name, or `file.py::name`; `requirement` is the first requirement of a case, or the one of a
    broken invariant; `parameters` gives the values for which it holds, by the parameter's name. `sometimes`: by chance
    or by timing the case passes as well, which is no news then.
    """

    reason: str
    case: str = ""
    requirement: str = ""
    parameters: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    family: str = ""
    link: str = ""
    sometimes: bool = False

    def covers(self, case: str, parameters: Mapping[str, str], family: str, requirements: Collection[str]) -> bool:
        """Tell whether everything this entry names is true of the case."""
        return (
            (not self.case or is_case(self.case, case))
            and (not self.requirement or self.requirement in requirements)
            and (not self.family or self.family == family)
            and all(parameters.get(name) in values for name, values in self.parameters.items())
        )

    def __str__(self) -> str:
        """The entry as one line of TOML, so that it can be found in the profile."""
        values = {"case": self.case, "requirement": self.requirement, "family": self.family}
        words = [f'{name} = "{value}"' for name, value in values.items() if value]
        if self.parameters:
            inner = ", ".join(f"{name} = {_toml(values)}" for name, values in self.parameters.items())
            words.append(f"parameters = {{ {inner} }}")
        return ", ".join(words)


@dataclass(frozen=True, slots=True)
class Profile:
    """A target as its user describes it. Seconds for times; None or empty for what the user does not tell.

    `second_ipv4` and `second_ipv6` are further addresses of it, `broadcast` is that of its IPv4 network.
    `msl` is the target's maximum segment lifetime (RFC 9293, section 3.4.2: two minutes unless it chose otherwise).
    `half_duplex_close` tells that its CLOSE ends reading, too (section 3.6.1, MAY-1); `no_abort` that its user has no
    such call (section 3.9.1.6).
    `path_spoils` tells that the way to it loses, doubles or reorders segments, whatever preflight sees.
    `reaction` is the longest time its stack takes to answer at once, `tick` the granularity of the clock of its
    timers and round trips (RFC 6298, section 4, leaves that to the TCP). `offered` and `absent` are optional features,
    by the catalogue's names, that the target claims to have or not to have. `unreachable` are walks, such as
    `SYN-RECEIVED-active`, that lead nowhere for a known deviation's sake: cases that need them are not applicable.
    """

    name: str = ""
    description: str = ""
    ipv4: str = ""
    ipv6: str = ""
    second_ipv4: str = ""
    second_ipv6: str = ""
    broadcast: str = ""
    open_port: int | None = None
    closed_port: int | None = None
    agent: str = ""
    msl: float = 120.0
    reaction: float | None = None
    tick: float = 0.0
    max_connections: int | None = None
    unreachable: frozenset[str] = frozenset()
    half_duplex_close: bool = False
    no_abort: bool = False
    path_spoils: bool = False
    offered: frozenset[str] = frozenset()
    absent: frozenset[str] = frozenset()
    deviations: tuple[Known, ...] = ()
    source: str = ""

    def known(
        self,
        case: str,
        parameters: Mapping[str, str],
        family: str,
        requirements: Collection[str],
        *,
        invariant: bool = False,
    ) -> Known | None:
        """Return the first known deviation that covers this case.

        `requirements` are those that may be named: the case's first one, or that of a broken `invariant`. A broken
        invariant is covered only by an entry that names its requirement: an entry that names the case alone speaks
        of what the case itself asserts.
        """
        entries = (one for one in self.deviations if one.requirement or not invariant)
        return next((one for one in entries if one.covers(case, parameters, family, requirements)), None)


def load(path: Path, cases: Collection[str] | None = None) -> Profile:
    """Read a profile. `cases` are the cases there are, as `folder/file.py::name`; without it their names go unchecked.

    A profile that `extends` another, a file beside it, says only what is different: `lifted` names what of the other's
    known deviations it does not have.
    Raise UsageProblem, one line with the file, the key and the nearest valid one, for whatever is wrong.
    """
    data = _read(path)
    entries = data.get("known", [])
    deviations = tuple(
        _known(f"{path}: known[{at}]", one, cases) for at, entry in enumerate(entries, 1) for one in _each_case(entry)
    )
    if "extends" not in data:
        return _profile(str(path), data, deviations)
    base_path = path.parent / data["extends"]
    base = _read(base_path)
    if "extends" in base:
        raise UsageProblem(f"{path}: extends: {base_path} extends another itself")
    lifted = [Known(**{"reason": "", **one}) for one in data.get("lifted", [])]
    kept = [one for one in load(base_path, cases).deviations if not any(_is_lifted(one, lift) for lift in lifted)]
    return _profile(str(path), {**base, **data}, (*deviations, *kept))


def _is_lifted(known: Known, lift: Known) -> bool:
    return all(
        wanted in ("", mine)
        for wanted, mine in (
            (lift.case, known.case),
            (lift.requirement, known.requirement),
            (lift.family, known.family),
        )
    )


def _read(path: Path) -> dict[str, Any]:
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise UsageProblem(f"{path}: cannot be read: {error.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageProblem(f"{path}: no valid TOML: {error}") from None
    check(str(path), data)
    _check_features(str(path), data.get("features", {}))
    return data


def is_case(spec: str, case: str) -> bool:
    """Tell whether `spec`, a function's name or the end of `folder/file.py::name`, means this case."""
    return spec in (case, case.rpartition("::")[2]) or case.endswith(f"/{spec}")


def _profile(source: str, data: dict[str, Any], deviations: tuple[Known, ...]) -> Profile:
    ports, timers, features = data.get("ports", {}), data.get("timers", {}), data.get("features", {})
    return Profile(
        name=data.get("name", Path(source).stem),
        description=data.get("description", ""),
        **data.get("addresses", {}),
        open_port=ports.get("open"),
        closed_port=ports.get("closed"),
        agent=data.get("agent", {}).get("address", ""),
        msl=float(timers.get("msl", 120.0)),
        reaction=timers.get("reaction"),
        tick=float(timers.get("tick", 0.0)),
        path_spoils=bool(data.get("path", {}).get("spoils", False)),
        max_connections=data.get("limits", {}).get("max_connections"),
        unreachable=frozenset(data.get("limits", {}).get("unreachable", ())),
        half_duplex_close=bool(data.get("limits", {}).get("half_duplex_close", False)),
        no_abort=bool(data.get("limits", {}).get("no_abort", False)),
        offered=frozenset(features.get("offered", ())),
        absent=frozenset(features.get("absent", ())),
        deviations=deviations,
        source=source,
    )


def _check_features(source: str, features: dict[str, list[str]]) -> None:
    if not features:
        return
    valid = {one.feature for one in catalogue() if one.feature}
    for key, names in features.items():
        for name in names:
            if name not in valid:
                raise problem(f"{source}: features.{key}", f"unknown feature {name}", name, valid)


def _each_case(entry: dict[str, Any]) -> list[dict[str, Any]]:
    """Return an entry for each case that this one names: what they have in common needs to be told once."""
    named = entry.get("case", "")
    return [{**entry, "case": one} for one in named] if isinstance(named, list) else [entry]


def _known(where: str, entry: dict[str, Any], cases: Collection[str] | None) -> Known:
    if not entry.get("reason"):
        raise UsageProblem(f"{where}: reason: every known deviation needs a reason")
    if not entry.get("case") and not entry.get("requirement"):
        raise UsageProblem(f"{where}: name a case or a requirement")
    _check_case(where, entry.get("case", ""), cases)
    if "requirement" in entry:
        try:
            lookup(entry["requirement"])
        except UsageProblem as unknown:
            raise UsageProblem(f"{where}: requirement: {unknown}") from None
    parameters = {name: _words(value) for name, value in entry.get("parameters", {}).items()}
    return Known(**{**entry, "parameters": parameters})


def _check_case(where: str, spec: str, cases: Collection[str] | None) -> None:
    if spec and cases is not None and not any(is_case(spec, case) for case in cases):
        names = {case.rpartition("::")[2] for case in cases} if "::" not in spec else set(cases)
        raise problem(f"{where}: case", f"no case {spec}", spec, names)


def _words(value: object) -> tuple[str, ...]:
    return tuple(str(one) for one in (value if isinstance(value, list) else [value]))


def _toml(values: tuple[str, ...]) -> str:
    quoted = [f'"{value}"' for value in values]
    return quoted[0] if len(quoted) == 1 else f"[{', '.join(quoted)}]"
