"""A private network for the whole run: the process moves into a namespace before anything else starts.

A namespace that only processes hold (no name in /run/netns) ends with the last of them, so nothing can be left
behind, not even by SIGKILL.
"""

from __future__ import annotations

import errno
import getpass
import os
from pathlib import Path

from conformance.errors import UsageProblem
from conformance.lab import system
from conformance.lab.offload import bring_up

PROC_SYS = Path("/proc/sys")

_USER_NAME_VARIABLES = ("LOGNAME", "USER", "LNAME", "USERNAME")


def enter() -> None:
    """Move this process, and all it will start, into a new network namespace where only `lo` is, and up.

    Without the right to do so the process first becomes root of a new user namespace, in which it stays the user it
    was for files. Call it before other threads or processes exist. `UsageProblem` says in one line what to allow
    where the system forbids it; the process should then end.
    """
    if len(os.listdir("/proc/self/task")) > 1:
        raise RuntimeError("a process with several threads cannot change its user namespace")
    try:
        _enter_network()
        bring_up("lo")
    except OSError as error:
        raise UsageProblem(f"no private network for the lab ({error.strerror}): {advice(error.errno)}") from error


def _enter_network() -> None:
    try:
        system.unshare(system.NEW_NET)
    except PermissionError:
        _enter_as_mapped_root()


def _enter_as_mapped_root() -> None:
    uid, gid = os.getuid(), os.getgid()
    _keep_user_name()
    system.unshare(system.NEW_USER | system.NEW_NET)
    # Without "deny" the kernel refuses a group map written by an ordinary user.
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/uid_map").write_text(f"0 {uid} 1")
    Path("/proc/self/gid_map").write_text(f"0 {gid} 1")


def _keep_user_name() -> None:
    """Keep per-user paths (such as pytest's temporary directory) from being looked up under the name root."""
    if any(os.environ.get(name) for name in _USER_NAME_VARIABLES):
        return
    try:
        os.environ["LOGNAME"] = getpass.getuser()
    except (KeyError, OSError):
        os.environ["LOGNAME"] = f"uid{os.getuid()}"


def advice(number: int | None, proc_sys: Path = PROC_SYS) -> str:
    """What has to be allowed so that `enter` works, after it failed with errno `number`; read off the system."""
    for name, refused, wanted in _SWITCHES:
        if _read(proc_sys / name) == refused:
            return f"allow it with `sysctl -w {name.replace('/', '.')}={wanted}` (as root), or run as root"
    if number == errno.ENOSPC:
        return "too many namespaces exist: raise user.max_user_namespaces and user.max_net_namespaces"
    if number in (errno.EINVAL, errno.ENOSYS):
        return "this kernel has no user or network namespaces (CONFIG_USER_NS, CONFIG_NET_NS): use another kernel"
    if os.getuid() == 0:
        return (
            "root lacks CAP_SYS_ADMIN or CAP_NET_ADMIN here; in a container, start it with `--privileged`, "
            "or use --target with a TCP elsewhere"
        )
    return (
        "something forbids user namespaces (a container's seccomp filter, a chroot, a security module): "
        "run as root, or start the container with `--privileged`"
    )


_SWITCHES = (
    ("kernel/unprivileged_userns_clone", "0", "1"),
    ("kernel/apparmor_restrict_unprivileged_userns", "1", "0"),
    ("user/max_user_namespaces", "0", "10000"),
    ("user/max_net_namespaces", "0", "10000"),
)


def _read(path: Path) -> str:
    try:
        return path.read_text().strip()
    except OSError:
        return ""
