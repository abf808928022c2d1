from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import elsewhere

from conformance.lab import system
from conformance.wire.capability import NET_ADMIN, handed_on


def capabilities_of_a_program() -> bool:
    code = "print(open('/proc/self/status').read())"
    status = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    found = re.search(r"CapEff:\s*([0-9a-f]+)", status)
    assert found
    return bool(int(found[1], 16) >> NET_ADMIN & 1)


def before_during_after() -> list[bool]:
    """As a user who is not root but has all capabilities, as those of a user namespace's maker are."""
    uid = os.getuid()
    system.unshare(system.NEW_USER)
    Path("/proc/self/uid_map").write_text(f"1000 {uid} 1")
    before = capabilities_of_a_program()
    with handed_on(NET_ADMIN):
        during = capabilities_of_a_program()
    return [before, during, capabilities_of_a_program()]


def test_a_capability_goes_to_what_is_started_in_the_context_only() -> None:
    assert elsewhere.call(before_during_after) == [False, True, False]


def without_any() -> bool:
    uid = os.getuid()
    system.unshare(system.NEW_USER)
    Path("/proc/self/uid_map").write_text(f"1000 {uid} 1")
    code = "import json, test_capability as t; print(json.dumps(t.nothing_to_hand_on()))"
    os.execv(sys.executable, [sys.executable, "-c", code])


def nothing_to_hand_on() -> bool:
    with handed_on(NET_ADMIN):
        return capabilities_of_a_program()


def test_without_the_capability_nothing_changes() -> None:
    assert elsewhere.call(without_any) is False
