"""Another Linux: a kernel of its own, as a process (User-Mode Linux), behind the cable's frames.

Its root is a directory of this host: our init, the agent, and two modules that IPv6 needs.
"""

from __future__ import annotations

import shlex
from pathlib import Path

from conformance import stacks
from conformance.lab import link, relay
from conformance.lab.holder import Place

MODULES = Path("/usr/lib/uml/modules")
WANTED = ("crc-ccitt.ko", "ipv6.ko")

_ROOT = "/mnt"  # covered with a file system in memory, in a mount namespace of our own; we may live below it
_LINE = 2048
"""Octets that may wait in the serial line. From about 3900 on, the kernel has the line wait and hears no more of it
(line_throttle, deactivate_fd; line_unthrottle does not undo that). Busy, it also misses that something has come, until
more comes: see `Pacer.nudge`."""


def hold(place: Place) -> None:
    """Lay the cable, boot the kernel on it, and carry the agent's control until SIGTERM."""
    link.lay(place.interface, place.tester, bare=True)
    inside = ["unshare", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc"]
    relay.run(place, [*inside, "sh", "-ec", _script()], room=_LINE)


def _script() -> str:
    files = [str(path) for name in WANTED for path in sorted(MODULES.glob(f"*/kernel/**/{name}"))]
    ipv4, ipv6 = (link.TARGET_ADDRESSES[family] for family in ("ipv4", "ipv6"))
    boot = [
        "mem=64M",
        *("root=/dev/root", "rootfstype=hostfs", f"rootflags={_ROOT}", "init=/init", "ro", "quiet"),
        # The control is a serial line; consoles would mix the kernel's own words in.
        *("con=null", "ssl=null", "ssl0=fd:3,fd:4", "CTL=/dev/ttyS0"),
        f"vec0:transport=raw,ifname={link.TARGET_INTERFACE}",
        f"T4={ipv4}/{link.IPV4_MASK}",
        f"T6={ipv6}/{link.PREFIX_LENGTHS['ipv6']}",
        f"uml_dir={_ROOT}/state",
    ]
    return f"""
exec 5<{shlex.quote(str(stacks.BUILT / "uml_init"))} 6<{shlex.quote(str(stacks.BUILT / "guest"))}
mount -t tmpfs none {_ROOT}
mkdir {_ROOT}/proc {_ROOT}/dev {_ROOT}/state
cat <&5 > {_ROOT}/init
cat <&6 > {_ROOT}/agent
chmod +x {_ROOT}/init {_ROOT}/agent
exec 5<&- 6<&-
cp {shlex.join(files)} {_ROOT}
exec 3<&0 4>&1 1>&2 </dev/null
TMPDIR={_ROOT}/state exec linux.uml {shlex.join(boot)}
"""
