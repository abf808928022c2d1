"""The files that Allure reads beside the results: environment, categories, executor."""

from __future__ import annotations

import json
import platform
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path

_REST = "[\\s\\S]*"
"""The rest of a message: Allure 2 wants the whole of it matched, dot and line ends included."""

CATEGORIES = [
    {"name": "Violates a MUST", "matchedStatuses": ["failed"], "messageRegex": f"^violates {_REST}"},
    {"name": "Deviates from a SHOULD", "matchedStatuses": ["failed"], "messageRegex": f"^deviates {_REST}"},
    {"name": "Known deviation", "matchedStatuses": ["failed"], "messageRegex": f"^known: {_REST}"},
    {"name": "No longer deviates", "matchedStatuses": ["failed"], "messageRegex": f"^conforms, but {_REST}"},
    {"name": "Inconclusive", "matchedStatuses": ["broken"]},
    {"name": "Not offered (MAY)", "matchedStatuses": ["skipped"], "messageRegex": f"^not offered{_REST}"},
    {"name": "Not applicable", "matchedStatuses": ["skipped"], "messageRegex": f"^not applicable{_REST}"},
]
"""Sorted by what the messages of the results begin with."""


def write(folder: Path, environment: Mapping[str, Mapping[str, object]], targets: list[str]) -> None:
    """Write the files into the folder of the results, once, by the controller."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files(environment, targets).items():
        (folder / name).write_text(content, encoding="utf-8")


def files(environment: Mapping[str, Mapping[str, object]], targets: list[str]) -> dict[str, str]:
    """Return the files by name. `environment` is what is known of each target, by its name."""
    return {
        "environment.properties": "".join(f"{_key(name)}={value}\n" for name, value in _facts(environment, targets)),
        "categories.json": json.dumps(CATEGORIES, indent=1) + "\n",
        "executor.json": json.dumps(
            {"name": "tcp-conformance", "type": "pytest", "reportName": f"TCP conformance: {', '.join(targets)}"}
        )
        + "\n",
    }


def _facts(environment: Mapping[str, Mapping[str, object]], targets: list[str]) -> list[tuple[str, object]]:
    found: list[tuple[str, object]] = [
        ("suite", version("tcp-conformance")),
        ("python", platform.python_version()),
        ("pytest", version("pytest")),
        ("targets", ", ".join(targets)),
    ]
    for target, facts in environment.items():
        found.extend(
            (f"{target}.{name}", _value(value)) for name, value in facts.items() if value not in ({}, [], "", None)
        )
    return found


def _value(value: object) -> str:
    words = ", ".join(f"{name} {one}" for name, one in value.items()) if isinstance(value, Mapping) else str(value)
    return " ".join(words.split())


def _key(name: str) -> str:
    """A key of a Java properties file ends at a colon, an equals sign or a blank."""
    return "".join(f"\\{char}" if char in ":= \\" else char for char in name)
