"""pmd-pytcp's TCP (Python, PyTCP's descendant on asyncio) as a target: a process of its own that takes whole frames."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from conformance import stacks
from conformance.lab import frames, link, relay
from conformance.lab.holder import Place


def hold(place: Place) -> None:
    """Lay the cable, start the stack on it, and carry the agent's control until SIGTERM."""
    with frames.lay(place) as cable:
        number = cable.fileno()
        path = os.pathsep.join((str(Path(stacks.__file__).parents[1]), str(stacks.BUILT / "pmd-pytcp")))
        addresses = [f"{link.TARGET_ADDRESSES[family]}/{link.PREFIX_LENGTHS[family]}" for family in stacks.FAMILIES]
        library = str(stacks.BUILT / "agent.so")
        program = [sys.executable, "-m", "conformance.lab.pytcp_program", library, str(number), *addresses]
        relay.run(place, ["env", f"PYTHONPATH={path}", *program], descriptors=[number])
