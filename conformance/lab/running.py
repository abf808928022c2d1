"""The tester's side of a lab target: starts the process that holds it, and ends it, whatever the stack is."""

from __future__ import annotations

import contextlib
import json
import os
import selectors
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from conformance.errors import UsageProblem
from conformance.lab import ended, link, services

START_LIMIT = 60.0
STOP_LIMIT = 5.0
CLOSED_PORT = 1


@dataclass(frozen=True, slots=True)
class LabTarget:
    """Where a lab target is and what it offers; `dataclasses.asdict` makes it fit to pass to another process."""

    name: str
    addresses: dict[str, str]
    """By family, `ipv4` and `ipv6`; a family that the kernel lacks is missing."""
    second: dict[str, str]
    """Further addresses, by family, where the stack has them."""
    interface: str
    """The tester's end of the cable."""
    agent: tuple[str, int]
    """The agent's control address, in the tester's namespace."""
    open_port: int
    """Takes connections, discards what comes, closes when its peer has closed."""
    closed_port: int
    services: dict[str, int]
    """Port by name: echo, discard, daytime, chargen."""
    prefix_lengths: dict[str, int]
    """Of the target's networks, by family; `link.tester_addresses` are in them."""
    notes: tuple[str, ...]
    """What could not be set up as the lab wants it, in words; usually nothing."""


Between = Callable[[str], AbstractContextManager[str]]
"""Somebody on the cable: from the end that would be the tester's to the one that is."""


@contextlib.contextmanager
def start(name: str = "linux", between: Between = contextlib.nullcontext) -> Iterator[LabTarget]:
    """Run a stack for as long as the context lasts; `namespace.enter` must have been called before.

    `name` is one of `stacks.STACKS`, with nothing missing; `between` is whoever relays what crosses the cable (see
    `conformance.lab.meddler`). `UsageProblem` when the system refuses. The target ends with this process, however it
    ends.
    """
    interface = link.free_name()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control, contextlib.ExitStack() as stack:
        # A socket stays in the namespace it was made in: control never crosses the cable under test.
        control.bind(("127.0.0.1", 0))
        address = control.getsockname()
        ready = _run_holder(stack, name, interface, control)
        link.attach(interface)
        control.close()
        interface = stack.enter_context(between(interface))
        yield LabTarget(
            name=name,
            addresses={family: link.TARGET_ADDRESSES[family] for family in ready["families"]},
            second={family: ready["second"][family] for family in ready["families"] if family in ready["second"]},
            interface=interface,
            agent=address,
            open_port=services.SERVICES["discard"].port,
            closed_port=CLOSED_PORT,
            services={name: service.port for name, service in services.SERVICES.items()},
            prefix_lengths=dict(link.PREFIX_LENGTHS),
            notes=tuple(ready["notes"]),
        )


def _run_holder(stack: contextlib.ExitStack, name: str, interface: str, control: socket.socket) -> dict[str, Any]:
    """Start the holder, to be stopped by `stack`; return what it says when it is ready."""
    log = stack.enter_context(os.fdopen(os.memfd_create("lab"), "w+b"))
    reader, writer = os.pipe()
    with os.fdopen(reader, "rb") as answer, os.fdopen(writer, "wb") as status:
        numbers = (status.fileno(), control.fileno())
        holder = subprocess.Popen(
            [sys.executable, "-m", "conformance.lab.holder", name, str(os.getpid()), interface, *map(str, numbers)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=log,
            pass_fds=numbers,
            env=_environment(),
            start_new_session=True,  # Ctrl-C is for us; we end the holder when all is done
        )
        stack.callback(_stop, holder, interface)
        status.close()
        said = _read_all(answer.fileno())
    if not said:
        why = ended.why(holder, _said(log))
        limit = f" within {START_LIMIT:g} s" if holder.returncode is None else ""
        raise UsageProblem(f"lab:{name} did not start{limit}: {why}")
    stack.callback(_report_early_end, name, holder, log)
    result: dict[str, Any] = json.loads(said)
    return result


def _environment() -> dict[str, str]:
    """Let the holder find this very package, from whatever directory the run was started."""
    root = str(Path(__file__).parents[2])
    path = os.environ.get("PYTHONPATH")
    return {**os.environ, "PYTHONPATH": f"{root}{os.pathsep}{path}" if path else root}


def _read_all(descriptor: int) -> bytes:
    """Read until the other end closes; give up when nothing comes for `START_LIMIT` seconds."""
    said = b""
    with selectors.DefaultSelector() as selector:
        selector.register(descriptor, selectors.EVENT_READ)
        while selector.select(START_LIMIT):
            chunk = os.read(descriptor, 0x10000)
            if not chunk:
                return said
            said += chunk
    return b""


def _report_early_end(name: str, holder: subprocess.Popen[bytes], log: BinaryIO) -> None:
    if holder.poll() is not None:
        print(f"lab:{name} ended before its time: {ended.why(holder, _said(log))}", file=sys.stderr)


def _stop(holder: subprocess.Popen[bytes], interface: str) -> None:
    try:
        link.cut(interface)
    finally:
        holder.terminate()
        _reap(holder)


def _reap(holder: subprocess.Popen[bytes]) -> None:
    try:
        holder.wait(STOP_LIMIT)
    except subprocess.TimeoutExpired:
        holder.kill()
        holder.wait()


def _said(log: BinaryIO) -> bytes:
    log.seek(0)
    return log.read()
