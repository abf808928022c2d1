from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from conformance.report.allure_files import CATEGORIES, write


def test_the_environment_names_every_target_and_what_is_known_of_it(tmp_path: Path) -> None:
    facts = {"lab:linux": {"addresses": {"ipv4": "10.0.0.2", "ipv6": "fe80::1"}, "rtt": 0.00002, "notes": []}}
    write(tmp_path / "new", facts, ["lab:linux", "model"])
    lines = (tmp_path / "new" / "environment.properties").read_text().splitlines()
    assert lines[-3:] == [
        "targets=lab:linux, model",
        "lab\\:linux.addresses=ipv4 10.0.0.2, ipv6 fe80::1",
        "lab\\:linux.rtt=2e-05",
    ]
    assert [line.partition("=")[0] for line in lines[:-3]] == ["suite", "python", "pytest"]
    executor = json.loads((tmp_path / "new" / "executor.json").read_text())
    assert executor["reportName"] == "TCP conformance: lab:linux, model"


@pytest.mark.parametrize(
    ("status", "message", "category"),
    [
        ("failed", "violates RFC9293:MUST-13 (MUST): expected\nnothing", "Violates a MUST"),
        ("failed", "deviates from RFC9293:SHLD-1 (SHOULD): late", "Deviates from a SHOULD"),
        ("failed", "known: old\n\nviolates RFC9293:MUST-13 (MUST): x", "Known deviation"),
        ("failed", "conforms, but the profile lists it as a known deviation: old", "No longer deviates"),
        ("broken", "inconclusive: the walk failed", "Inconclusive"),
        ("skipped", "not offered: RFC9293:MAY-1 (MAY): x", "Not offered (MAY)"),
        ("skipped", "not applicable: needs an agent", "Not applicable"),
    ],
)
def test_every_message_falls_into_one_category(status: str, message: str, category: str) -> None:
    found = [
        one["name"]
        for one in CATEGORIES
        if status in one["matchedStatuses"] and re.fullmatch(str(one.get("messageRegex", r"[\s\S]*")), message)
    ]
    assert found == [category]
