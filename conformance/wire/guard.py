"""Keeps our own kernel quiet when the tester has no address of its own and speaks from the host's.

The kernel knows nothing of our connections and would answer their segments with RST. A table of nftables drops them
before its TCP sees them; AF_PACKET still does. The table carries the flag `owner`: it belongs to one `nft` process,
which reads from a pipe that only we hold, so the kernel removes it when we end, however we end.
"""

from __future__ import annotations

import contextlib
import ipaddress
import os
import secrets
import selectors
import shutil
import subprocess
import time
from collections.abc import Sequence
from types import TracebackType

from conformance.errors import UsageProblem
from conformance.wire.capability import NET_ADMIN, handed_on

ANSWER_LIMIT = 5.0
"""Seconds that nft may take to load the table or to remove it."""

_SBIN = "/usr/sbin:/sbin"


class Guard:
    """Drops TCP segments from `targets` (IPv4 and IPv6 addresses; a scope is ignored) to our source `ports`.

    Choose ports outside net.ipv4.ip_local_port_range, so that no connection of the host can use them. Everything
    else passes. `UsageProblem` when nft is missing or not permitted.
    """

    def __init__(self, targets: Sequence[str], ports: range) -> None:
        self._table = f"tcp_conformance_{secrets.token_hex(4)}"
        self._rules = len(targets)
        self._script = ruleset(self._table, targets, ports)
        self._nft: subprocess.Popen[bytes] | None = None

    @property
    def process(self) -> int | None:
        """The process id of the nft that owns the table; None while there is no guard."""
        return self._nft.pid if self._nft else None

    def __enter__(self) -> Guard:
        """Load the table; return when nft has read it back from the kernel."""
        program = shutil.which("nft") or shutil.which("nft", path=_SBIN)
        if program is None:
            raise UsageProblem(
                "nft is missing, which keeps this host's own TCP quiet: apt-get install nftables,"
                " or name an unused address with --source"
            )
        with handed_on(NET_ADMIN):
            self._nft = subprocess.Popen(
                [program, "--interactive"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                bufsize=0,
                env={**os.environ, "HOME": "/dev/null"},  # or nft would write a history there
                start_new_session=True,  # Ctrl-C is for us; nft ends when the pipe does
            )
        try:
            self._load(self._nft)
        except BaseException:
            self._end()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Remove the table."""
        self._end()

    def _load(self, nft: subprocess.Popen[bytes]) -> None:
        assert nft.stdin is not None
        with contextlib.suppress(BrokenPipeError):  # without permission nft ends at once, and says why
            nft.stdin.write(f"{self._script}\nlist table inet {self._table}\n".encode())
        answer = _read_listing(nft)
        if "\n}" not in answer or answer.count(" drop") < self._rules:
            raise UsageProblem(_why(answer))

    def _end(self) -> None:
        nft, self._nft = self._nft, None
        if nft is None:
            return
        assert nft.stdin is not None
        assert nft.stdout is not None
        nft.stdin.close()
        try:
            nft.wait(ANSWER_LIMIT)
        except subprocess.TimeoutExpired:
            nft.kill()
            nft.wait()
        nft.stdout.close()


def ruleset(table: str, targets: Sequence[str], ports: range) -> str:
    """The guard's table in the language of nft, on one line: at its prompt nft takes no other form."""
    if not targets or not ports or ports.step != 1:
        raise ValueError("a guard needs a target and a range of ports without gaps")
    drops = "".join(f"{_match(target)} tcp dport {ports[0]}-{ports[-1]} counter drop; " for target in targets)
    # Before connection tracking (priority -200), which would otherwise file our segments as invalid.
    hook = "type filter hook prerouting priority -300; policy accept; "
    return f"table inet {table} {{ flags owner; chain quiet {{ {hook}{drops}}}; }}"


def _match(target: str) -> str:
    address = ipaddress.ip_address(target.partition("%")[0])
    return f"{'ip6' if address.version == 6 else 'ip'} saddr {address}"


def _read_listing(nft: subprocess.Popen[bytes]) -> str:
    """Read until the listing is complete, or there is an error, or nft ends, or the time is up."""
    assert nft.stdout is not None
    said = b""
    until = time.monotonic() + ANSWER_LIMIT
    with selectors.DefaultSelector() as selector:
        selector.register(nft.stdout, selectors.EVENT_READ)
        while selector.select(max(0.0, until - time.monotonic())):
            chunk = os.read(nft.stdout.fileno(), 0x10000)
            said += chunk
            if not chunk or b"\n}" in said or b"Error" in said or b"not permitted" in said:
                break
    return said.decode(errors="replace")


def _why(answer: str) -> str:
    first = next((line.strip() for line in answer.splitlines() if line.strip()), "it did not answer")
    if "not permitted" in answer:
        return (
            "nft may not load the rules that keep this host's own TCP quiet: run as root or give python"
            " CAP_NET_ADMIN (setcap cap_net_raw,cap_net_admin+ep), or name an unused address with --source"
        )
    return f"nft did not load the rules that keep this host's own TCP quiet: {first}"
