from __future__ import annotations

import contextlib
import os
import select
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import elsewhere
import pytest
from pyroute2.iproute.linux import IPRoute
from scapy.layers.inet import IP, TCP
from scapy.layers.inet6 import IPv6
from scapy.layers.l2 import Ether

from conformance.errors import UsageProblem
from conformance.lab import link, namespace, running
from conformance.wire import guard
from conformance.wire.guard import Guard

PORTS = range(20000, 30000)
GUARDED, UNGUARDED = 20000, 31000

NFT = shutil.which("nft", path=f"{os.environ['PATH']}:/usr/sbin:/sbin")
needs_nft = pytest.mark.skipif(NFT is None, reason="nft is missing: apt-get install nftables")


@contextlib.contextmanager
def shared_address(family: str) -> Iterator[tuple[running.LabTarget, str]]:
    """A lab target, and an address of ours that, unlike the lab's own, belongs to our kernel."""
    namespace.enter()
    with running.start() as target:
        ours = link.tester_addresses(0)[family]
        with IPRoute() as netlink:
            (index,) = netlink.link_lookup(ifname=target.interface)
            flags = {"flags": 2} if family == "ipv6" else {}  # no duplicate address detection
            netlink.addr("add", index=index, address=ours, prefixlen=target.prefix_lengths[family], **flags)
        yield target, ours


class Tap:
    """Sees every frame on our end of the cable but its own, in both directions, and can send."""

    def __init__(self, interface: str, family: str, target: str, ours: str) -> None:
        self.header = IPv6 if family == "ipv6" else IP
        self.packet = self.header(src=ours, dst=target)
        self.socket = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
        self.socket.bind((interface, 3))
        self.socket.settimeout(5.0)
        self.mac = self.socket.getsockname()[4]
        self.there = b""

    def speak_to(self, address: tuple[str, int]) -> None:
        """Use an ordinary connection, and so learn where the target is on the link."""
        with socket.create_connection(address, 5.0) as connection:
            connection.sendall(b"abc")
            assert connection.recv(3) == b"abc"
            port = connection.getsockname()[1]
        while not self.there:
            frame = Ether(self.socket.recv(2048))
            if TCP in frame and frame[TCP].dport == port:
                self.there = bytes.fromhex(frame.src.replace(":", ""))

    def send_syn(self, sport: int, dport: int) -> None:
        ethertype = b"\x86\xdd" if self.header is IPv6 else b"\x08\x00"
        packet = bytes(self.packet / TCP(sport=sport, dport=dport, flags="S"))
        self.socket.send(self.there + self.mac + ethertype + packet)

    def heard(self, port: int, until: str) -> list[str]:
        """The control bits of each segment from or to our `port`, up to the first with the bits `until`."""
        found: list[str] = []
        while not found or found[-1] != until:
            frame = Ether(self.socket.recv(2048))
            if TCP in frame and port in (frame[TCP].sport, frame[TCP].dport):
                found.append(str(frame[TCP].flags))
        return found

    def drained(self, port: int) -> list[str]:
        """What else has crossed by now."""
        self.socket.setblocking(False)
        found: list[str] = []
        with contextlib.suppress(BlockingIOError):
            while True:
                frame = Ether(self.socket.recv(2048))
                if TCP in frame and port in (frame[TCP].sport, frame[TCP].dport):
                    found.append(str(frame[TCP].flags))
        self.socket.settimeout(5.0)
        return found


def handshakes(family: str) -> dict[str, Any]:
    with shared_address(family) as (target, ours), Guard([target.addresses[family]], PORTS):
        tap = Tap(target.interface, family, target.addresses[family], ours)
        with contextlib.closing(tap.socket):
            echo = (target.addresses[family], target.services["echo"])
            tap.speak_to(echo)
            tap.send_syn(GUARDED, target.open_port)
            guarded = tap.heard(GUARDED, "SA")
            # Our kernel answers, if at all, before the same cable carries another exchange.
            tap.speak_to(echo)
            guarded += tap.drained(GUARDED)
            tap.send_syn(UNGUARDED, target.open_port)
            return {"guarded": guarded, "unguarded": tap.heard(UNGUARDED, "R")}


@needs_nft
@pytest.mark.parametrize("family", ["ipv4", "ipv6"])
def test_only_the_guarded_ports_are_kept_from_our_kernel(family: str) -> None:
    """The exchange outside the range shows what our kernel would say."""
    assert elsewhere.call(handshakes, family) == {"guarded": ["SA"], "unguarded": ["SA", "R"]}


def tables() -> str:
    assert NFT is not None
    return subprocess.run([NFT, "list", "tables"], capture_output=True, text=True, check=True).stdout


def before_and_after() -> list[str]:
    namespace.enter()
    with Guard(["192.0.2.1", "2001:db8::1%eth0"], PORTS):
        during = tables()
    return [during, tables()]


@needs_nft
def test_nothing_is_left_after_the_end() -> None:
    during, after = elsewhere.call(before_and_after)
    assert during.startswith("table inet tcp_conformance_")
    assert after == ""


def written_to(home: str) -> list[str]:
    namespace.enter()
    os.environ["HOME"] = home
    with Guard(["192.0.2.1"], PORTS):
        pass
    return os.listdir(home)


@needs_nft
def test_nft_writes_no_history(tmp_path: Path) -> None:
    assert elsewhere.call(written_to, str(tmp_path)) == []


def hold() -> None:
    with Guard(["192.0.2.1"], PORTS) as held:
        assert held.process is not None
        print(held.process, flush=True)
        sys.stdin.read()


def kill_holder(number: int) -> list[str]:
    namespace.enter()
    with elsewhere.started(hold) as process:
        assert process.stdout is not None
        nft = os.pidfd_open(int(process.stdout.readline()))
        during = tables()
        process.send_signal(number)
        process.wait(elsewhere.LIMIT)
        assert select.select([nft], [], [], 10.0)[0]
        os.close(nft)
    return [during, tables()]


@needs_nft
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_nothing_is_left_after_a_signal(number: signal.Signals) -> None:
    during, after = elsewhere.call(kill_holder, int(number))
    assert during.startswith("table inet tcp_conformance_")
    assert after == ""


def refused_without_permission() -> str:
    """The namespace is a user's own, but the process gives up the right to it."""
    with pytest.raises(UsageProblem) as caught, Guard(["192.0.2.1"], PORTS):
        pass
    return str(caught.value)


def as_nobody_special() -> None:
    namespace.enter()
    code = "import json, test_guard as t; print(json.dumps(t.refused_without_permission()))"
    os.execvp("setpriv", ["setpriv", "--bounding-set=-net_admin", sys.executable, "-c", code])


@needs_nft
def test_without_permission_it_says_what_to_allow() -> None:
    assert elsewhere.call(as_nobody_special) == (
        "nft may not load the rules that keep this host's own TCP quiet: run as root or give python CAP_NET_ADMIN"
        " (setcap cap_net_raw,cap_net_admin+ep), or name an unused address with --source"
    )


def test_a_missing_nft_is_named_with_its_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guard.shutil, "which", lambda *_, **__: None)
    with pytest.raises(UsageProblem, match="apt-get install nftables") as caught, Guard(["192.0.2.1"], PORTS):
        pass
    assert "\n" not in str(caught.value)


def test_the_rules_name_every_target_in_its_family() -> None:
    assert guard.ruleset("t", ["192.0.2.1", "fe80::1%eth0"], range(20000, 20010)) == (
        "table inet t { flags owner; chain quiet { type filter hook prerouting priority -300; policy accept; "
        "ip saddr 192.0.2.1 tcp dport 20000-20009 counter drop; "
        "ip6 saddr fe80::1 tcp dport 20000-20009 counter drop; }; }"
    )


@pytest.mark.parametrize(
    ("targets", "ports"), [([], PORTS), (["192.0.2.1"], range(0)), (["192.0.2.1"], range(20000, 30000, 2))]
)
def test_a_guard_without_anything_to_guard_is_refused(targets: list[str], ports: range) -> None:
    with pytest.raises(ValueError, match="a guard needs"):
        guard.ruleset("t", targets, ports)


def answering(script: str, directory: str) -> str:
    """Stand in for nft by a shell script."""
    path = os.path.join(directory, "nft")
    with open(path, "w") as file:
        file.write(f"#!/bin/sh\n{script}\n")
    os.chmod(path, 0o755)
    guard.shutil.which = lambda *_, **__: path  # type: ignore[attr-defined]
    guard.ANSWER_LIMIT = 0.2
    return refused_without_permission()


@pytest.mark.parametrize(
    ("script", "said"),
    [
        ("cat >/dev/null", "it did not answer"),
        ("exit 1", "it did not answer"),
        ("read line; echo 'Error: syntax error'; exec cat", "Error: syntax error"),
        ("read line; echo 'table inet t {'; echo '}'; exec cat", "table inet t {"),
    ],
)
def test_an_nft_that_does_not_load_the_rules_is_quoted(tmp_path: Path, script: str, said: str) -> None:
    words = elsewhere.call(answering, script, str(tmp_path))
    assert words == f"nft did not load the rules that keep this host's own TCP quiet: {said}"
