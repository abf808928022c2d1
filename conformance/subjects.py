"""What `--target` may name: the model, stacks of the lab, addresses; and what each is judged by, its profile."""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from conformance import stacks
from conformance.errors import UsageProblem
from conformance.requirements.scan import scan
from conformance.target import model
from conformance.target import profile as profiles
from conformance.target.profile import Profile
from conformance.target.subject import Subject

CASES = Path(__file__).parents[1] / "cases"
DEFAULT = "lab:linux"


def load(path: str | Path | None) -> Profile:
    """Read a profile; one that says nothing where none is given."""
    return profiles.load(Path(path), scan(CASES)) if path else Profile()


def profile_targets(profile: Profile) -> list[str]:
    """Return the targets that a profile names, as `--target` would."""
    name = profile.name
    return [f"{name}={address}" for address in (profile.ipv4, profile.ipv6) if address]


def find(
    stack: contextlib.ExitStack, options: Any, addresses: list[str], given: Profile | None
) -> list[tuple[Subject, Profile]]:
    """Reach what the options name, each with the profile that is given, or else its own.

    The model alone needs nothing that Linux has.
    """
    models, labs, remote = _apart(addresses)
    if remote and (options.fault or options.path):
        raise UsageProblem("--fault and --path are for the lab and for --target model: a real target is what it is")
    if labs and remote:
        raise UsageProblem(f"{labs[0]} is in a network of its own, where {remote[0]} is not: judge them in two runs")
    if not remote:
        _check_nothing_is_left_unused(options, addresses)
    found = []
    for one in models:
        profile = given or load(model.profile_path())
        found.append((model.model_target(one, profile, options.fault, options.path), profile))
    if labs or remote:
        from conformance.target.find import lab_targets, named_targets

        profiles_of = {one: given or load(stacks.stack_of(one).profile) for one in labs}
        found += lab_targets(stack, profiles_of, _meddler(options)) if labs else []
        profile = given or Profile()
        found += [(subject, profile) for subject in named_targets(stack, options, remote, profile)]
    return found


def _apart(addresses: Sequence[str]) -> tuple[list[str], list[str], list[str]]:
    """Return the models, the stacks of the lab and the addresses among `--target` options; each of the first two, and
    all addresses of one target, have a name that no other has."""
    models, others = model.apart(addresses)
    labs = [one for one in others if stacks.is_lab(one)]
    remote = [one for one in others if not stacks.is_lab(one)]
    if nameless := [one for one in addresses if one.startswith("=")]:
        raise UsageProblem(f"--target {nameless[0]}: say NAME=ADDRESS, or the address alone")
    names = [model.name_of(one) for one in models] + [stacks.name_of(one) for one in labs]
    names += {one.rpartition("=")[0] or one for one in remote}
    for name, count in Counter(names).items():
        if count > 1:
            raise UsageProblem(f"--target: {count} targets have the name {name}: give each its own, as NAME=ADDRESS")
    return models, labs, remote


def _check_nothing_is_left_unused(options: Any, addresses: Sequence[str]) -> None:
    """Whoever says how a target is to be reached has not meant the lab's, or the model."""
    given = ("source", "interface", "agent", "open_port", "closed_port")
    for name in given:
        if getattr(options, name):
            word = name.replace("_", "-")
            raise UsageProblem(f"--{word} is for a target with an address; {addresses[0]} brings what it needs itself")


def _meddler(options: Any) -> Any:
    """Whoever is to be on the lab's cable; None where nobody is asked for."""
    from conformance.lab import deviations
    from conformance.lab.meddler import Meddler

    if options.fault:
        deviations.load(options.fault)  # before anything is started
    return Meddler(options.path, options.fault or "") if options.path or options.fault else None


def names_of(addresses: list[str]) -> list[tuple[str, tuple[str, ...]]]:
    """Name targets and families without sending anything."""
    models, labs, remote = _apart(addresses)
    names: list[tuple[str, tuple[str, ...]]] = [(model.name_of(one), model.FAMILIES) for one in models]
    names += [(stacks.name_of(one), stacks.stack_of(one).families) for one in labs]
    if remote:
        from conformance.target.preflight import named

        names += [(one.name, tuple(one.addresses)) for one in named(remote)]
    return names
