"""gVisor's TCP (Go, `runsc`) as a target: a sandbox whose one program is our agent, behind a cable of its own.

`runsc` takes the addresses of the interface that it finds, and the interface, to itself. It takes any network namespace
for the system's own where a newer kernel shows settings of the latter in it, so those are hidden from it. All its
processes live in a namespace of their own, whose end is theirs.
"""

from __future__ import annotations

import json
import shlex
from pathlib import Path
from typing import Any

from conformance import stacks
from conformance.lab import link, relay
from conformance.lab.holder import Place

_PLACE = "/mnt"  # covered with a file system in memory, in a mount namespace of our own; we may live below it

OPTIONS = (
    *("--platform=ptrace", "--network=sandbox", "--ignore-cgroups"),
    # The way in from the cable holds 32 frames, and what comes meanwhile is lost: eight of them, by the flow.
    "--num-network-channels=8",
    # Otherwise it takes wrong checksums, sends none, and says segments of 4 kB.
    *("--gso=false", "--software-gso=false", "--tx-checksum-offload=false", "--rx-checksum-offload=false"),
)


def hold(place: Place) -> None:
    """Lay the cable, start the sandbox on it, and carry the agent's control until SIGTERM."""
    link.lay(place.interface, place.tester)
    relay.run(place, ["unshare", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc", "sh", "-ec", _script()])


def _script() -> str:
    bundle = json.dumps(_bundle())
    options = " ".join((*OPTIONS, *_for_one_user()))
    return f"""
mount -t tmpfs none /proc/sys/net/core
exec 5<{shlex.quote(str(stacks.BUILT / "guest"))}
mount -t tmpfs none {_PLACE}
mkdir {_PLACE}/root
cat <&5 > {_PLACE}/root/agent
chmod +x {_PLACE}/root/agent
exec 5<&-
printf %s {shlex.quote(bundle)} > {_PLACE}/config.json
TMPDIR={_PLACE} exec runsc --root {_PLACE}/state {options} run --bundle {_PLACE} target
"""


def _for_one_user() -> tuple[str, ...]:
    """Return the option without which it becomes another user; a user namespace of our own has one only."""
    mapped = sum(int(line.split()[2]) for line in Path("/proc/self/uid_map").read_text().splitlines())
    return ("--TESTONLY-unsafe-nonroot=true",) if mapped == 1 else ()


def _bundle() -> dict[str, Any]:
    """Return the description of the container (OCI runtime specification)."""
    capabilities = {kind: ["CAP_NET_BIND_SERVICE"] for kind in ("bounding", "effective", "permitted")}
    files = {"type": "RLIMIT_NOFILE", "hard": 4096, "soft": 4096}
    spaces = [{"type": kind} for kind in ("pid", "ipc", "uts", "mount")]
    return {
        "ociVersion": "1.0.0",
        "process": {
            "user": {"uid": 0, "gid": 0},
            "args": ["/agent", "--gvisor"],
            "env": ["PATH=/"],
            "cwd": "/",
            "capabilities": capabilities,
            "rlimits": [files],
        },
        "root": {"path": "root", "readonly": True},
        "hostname": "target",
        "mounts": [{"destination": "/proc", "type": "proc", "source": "proc"}],
        "linux": {"namespaces": [*spaces, {"type": "network", "path": "/proc/1/ns/net"}]},
    }
