"""Which release of a stack is judged: what the stack itself tells, or the package that it came in."""

from __future__ import annotations

import importlib.metadata
import subprocess
from collections.abc import Sequence

from conformance import stacks

_LIMIT = 10.0


def version_of(stack: stacks.Stack) -> str:
    """Return it in words, such as `Linux 6.18.5` or `ovmf 2022.11-6`; empty where nobody tells."""
    told = said(stack.tells) if stack.tells else ""
    package = _package(stack)
    return f"{told} ({package})" if told and package else told or package


def said(command: Sequence[str]) -> str:
    """Return the first line that a command says; nothing where it is missing, fails or takes its time."""
    try:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=_LIMIT)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    lines = done.stdout.splitlines()
    return lines[0].strip() if lines and not done.returncode else ""


def _package(stack: stacks.Stack) -> str:
    """The first of what a stack needs is in the Debian package that it is; what needs nothing may be one of PyPI."""
    if stack.needs:
        name = stack.needs[0][1]
        version = said(("dpkg-query", "--show", "--showformat=${Version}\n", name))
        return f"{name} {version}" if version else ""
    found = importlib.metadata.distributions(path=[str(stacks.BUILT / stack.name)])
    return next((f"{one.name} {one.version}" for one in found if one.name == stack.name), "")
