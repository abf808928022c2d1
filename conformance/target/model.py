"""`--target model`: the reference endpoint, which is part of the project's tests and not of this package."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

from conformance.errors import UsageProblem
from conformance.path import RoughPath
from conformance.target.profile import Profile
from conformance.target.subject import Subject

FAMILIES = ("ipv4", "ipv6")


def is_model(option: str) -> bool:
    """Tell whether a `--target` option, NAME=ADDRESS or ADDRESS, names the model."""
    return option.rpartition("=")[2] == "model"


def apart(options: Sequence[str]) -> tuple[list[str], list[str]]:
    """Return those of the `--target` options that name the model, and the others."""
    return [one for one in options if is_model(one)], [one for one in options if not is_model(one)]


def name_of(option: str) -> str:
    """Return the name for the report."""
    return option.rpartition("=")[0] or "model"


def profile_path() -> Path:
    """Return where the model's own profile is."""
    path: Path = _reference().PROFILE
    return path


def model_target(option: str, profile: Profile, fault: str | None, path: RoughPath | None = None) -> Subject:
    """Return the model as a subject, with one fault switched on if that is named, behind a path if one is given.

    UsageProblem for an unknown fault.
    """
    subject: Subject = _reference().subject(name_of(option), profile, fault, path)
    return subject


def wire_for(subject: Subject) -> tuple[Any, dict[str, str]]:
    """Return a wire to a model of this process's own, and our addresses on it."""
    sources = {family: route.sources[0] for family, route in subject.routes.items()}
    return _reference().wire_for(subject), sources


def _reference() -> Any:
    try:
        return import_module("reference.target")
    except ModuleNotFoundError as missing:
        if (missing.name or "").partition(".")[0] != "reference":
            raise
        raise UsageProblem(
            "--target model needs the project's directory tests, where the reference endpoint is:"
            " run pytest in the directory of the project"
        ) from None
