from __future__ import annotations

import errno
import os
import socket
import sys
import threading
from pathlib import Path
from typing import Any

import elsewhere
import pytest

from conformance.errors import UsageProblem
from conformance.lab import namespace, system


def report() -> dict[str, Any]:
    namespace.enter()
    with socket.create_server(("127.0.0.1", 0)) as here, socket.create_connection(here.getsockname()):
        pass
    return {"interfaces": [name for _, name in socket.if_nameindex()], "inode": os.stat("/proc/self/ns/net").st_ino}


def test_only_a_working_loopback_is_there() -> None:
    there = elsewhere.call(report)
    assert there["interfaces"] == ["lo"]
    assert there["inode"] != os.stat("/proc/self/ns/net").st_ino


def as_ordinary_user(function: str, limits: dict[str, int]) -> None:
    """Go on with `function` as somebody who is not root and has no capability, whoever runs the tests."""
    uid, gid = os.getuid(), os.getgid()
    system.unshare(system.NEW_USER)
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/uid_map").write_text(f"1000 {uid} 1")
    Path("/proc/self/gid_map").write_text(f"1000 {gid} 1")
    for name, value in limits.items():
        Path("/proc/sys/user", name).write_text(str(value))
    code = f"import json, test_namespace; print(json.dumps(test_namespace.{function}()))"
    os.execv(sys.executable, [sys.executable, "-W", "error", "-c", code])


def refused() -> str:
    with pytest.raises(UsageProblem) as caught:
        namespace.enter()
    return str(caught.value)


def test_an_ordinary_user_becomes_root_of_a_user_namespace() -> None:
    assert elsewhere.call(as_ordinary_user, "report", {})["interfaces"] == ["lo"]


def write_file(path: str) -> int:
    namespace.enter()
    Path(path).write_text("")
    return os.getpid()


def test_files_still_belong_to_the_user(tmp_path: Path) -> None:
    elsewhere.call(write_file, str(tmp_path / "written"))
    assert (tmp_path / "written").stat().st_uid == os.getuid()


def name_without_environment() -> str:
    for name in ("LOGNAME", "USER", "LNAME", "USERNAME"):
        os.environ.pop(name, None)
    namespace.enter()
    return os.environ["LOGNAME"]


def test_the_users_name_does_not_become_root() -> None:
    assert elsewhere.call(as_ordinary_user, "name_without_environment", {}) != "root"


@pytest.mark.parametrize("name", ["max_user_namespaces", "max_net_namespaces"])
def test_a_limit_of_none_is_named(name: str) -> None:
    words = elsewhere.call(as_ordinary_user, "refused", {name: 0})
    assert words == (
        "no private network for the lab (unshare: No space left on device):"
        f" allow it with `sysctl -w user.{name}=10000` (as root), or run as root"
    )


@pytest.mark.parametrize(
    ("switch", "refusing", "said"),
    [
        ("unprivileged_userns_clone", "0", "sysctl -w kernel.unprivileged_userns_clone=1"),
        ("apparmor_restrict_unprivileged_userns", "1", "sysctl -w kernel.apparmor_restrict_unprivileged_userns=0"),
    ],
)
def test_the_switch_that_forbids_is_named(tmp_path: Path, switch: str, refusing: str, said: str) -> None:
    (tmp_path / "kernel").mkdir()
    (tmp_path / "kernel" / switch).write_text(f"{refusing}\n")
    assert said in namespace.advice(errno.EPERM, tmp_path)


@pytest.mark.parametrize(
    ("number", "said"),
    [
        (errno.ENOSPC, "user.max_net_namespaces"),
        (errno.EINVAL, "CONFIG_USER_NS"),
        (errno.EPERM, "--privileged"),
    ],
)
def test_where_no_switch_forbids_the_error_tells(tmp_path: Path, number: int, said: str) -> None:
    assert said in namespace.advice(number, tmp_path)
    assert "\n" not in namespace.advice(number, tmp_path)


def threaded() -> str:
    done = threading.Event()
    thread = threading.Thread(target=done.wait)
    thread.start()
    try:
        with pytest.raises(RuntimeError) as caught:
            namespace.enter()
    finally:
        done.set()
        thread.join()
    return str(caught.value)


def test_a_process_with_threads_is_told_so() -> None:
    assert "threads" in elsewhere.call(threaded)
