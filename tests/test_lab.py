from __future__ import annotations

import contextlib
import ctypes
import dataclasses
import io
import ipaddress
import json
import os
import signal
import socket
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import elsewhere
import pytest
from pyroute2.iproute.linux import IPRoute
from scapy.layers.inet import IP, TCP
from scapy.layers.inet6 import IPv6

from conformance.errors import UsageProblem
from conformance.lab import link, linux, namespace, offload, running
from conformance.wire import Flow
from conformance.wire.host import Host


@contextlib.contextmanager
def lab() -> Iterator[tuple[running.LabTarget, list[int]]]:
    """A target, and the processes that make it up: holder and plain services."""
    namespace.enter()
    before = set(elsewhere.processes_in(os.stat("/proc/self/ns/net").st_ino))
    assert before == {os.getpid()}
    with running.start() as target:
        yield target, children(os.getpid())


def children(of: int) -> list[int]:
    """All descendants, youngest last."""
    found = []
    for entry in Path("/proc").iterdir():
        with contextlib.suppress(OSError):
            if entry.name.isdigit() and int((entry / "stat").read_text().rpartition(")")[2].split()[1]) == of:
                found.append(int(entry.name))
    return found + [grandchild for child in found for grandchild in children(child)]


def addresses(interface: str) -> list[str]:
    with IPRoute() as netlink:
        (index,) = netlink.link_lookup(ifname=interface)
        return sorted(a.get("address") for a in netlink.get_addr() if a["index"] == index)


def mtu(interface: str) -> int:
    with IPRoute() as netlink:
        (found,) = netlink.link("get", ifname=interface)
        return int(found.get("mtu"))


def both_ends() -> dict[str, Any]:
    with lab() as (target, processes):
        ours = link_facts(target.interface)
        with open(f"/proc/{processes[0]}/ns/net") as there:
            assert ctypes.CDLL(None).setns(there.fileno(), 0) == 0
        settings = {name: Path("/proc/sys", name).read_text().strip() for name in linux.SETTINGS}
        return {"ours": ours, "theirs": link_facts("target0"), "settings": settings, **dataclasses.asdict(target)}


def link_facts(interface: str) -> dict[str, Any]:
    return {
        "addresses": addresses(interface),
        "offloads": sorted(offload.offloads(interface)),
        "mtu": mtu(interface),
    }


@pytest.fixture(scope="module")
def facts() -> dict[str, Any]:
    found: dict[str, Any] = elsewhere.call(both_ends)
    return found


def test_our_end_has_no_address(facts: dict[str, Any]) -> None:
    assert facts["ours"]["addresses"] == []


def test_their_end_has_the_targets_addresses(facts: dict[str, Any]) -> None:
    assert set(facts["addresses"].values()) <= set(facts["theirs"]["addresses"])
    assert facts["addresses"] == {"ipv4": "198.18.0.1", "ipv6": "2001:2::1"}


@pytest.mark.parametrize("end", ["ours", "theirs"])
def test_segments_cross_as_they_are(facts: dict[str, Any], end: str) -> None:
    assert facts[end]["offloads"] == []
    assert facts[end]["mtu"] == 1500


def test_every_setting_holds(facts: dict[str, Any]) -> None:
    assert facts["settings"] == linux.SETTINGS
    assert facts["notes"] == []


def test_testers_have_addresses_of_their_own_in_the_targets_networks() -> None:
    all_of_them = [link.tester_addresses(worker) for worker in range(65024)]
    for key in ("ipv4", "ipv6", "mac"):
        assert len({tester[key] for tester in all_of_them}) == 65024
    for family in ("ipv4", "ipv6"):
        target = f"{link.TARGET_ADDRESSES[family]}/{link.PREFIX_LENGTHS[family]}"
        network = ipaddress.ip_network(target, strict=False)
        assert all(ipaddress.ip_address(tester[family]) in network for tester in all_of_them)
    assert link.tester_addresses(1) == {"ipv4": "198.18.1.1", "ipv6": "2001:2::101", "mac": "02:00:00:00:01:01"}


@pytest.mark.parametrize("worker", [-1, 65024])
def test_there_is_no_address_beyond(worker: int) -> None:
    with pytest.raises(ValueError, match="0 to 65023"):
        link.tester_addresses(worker)


class Witness:
    """Sees every frame on our end of the cable, and tells those that went out from any address but `mac`."""

    def __init__(self, interface: str, mac: bytes) -> None:
        self.socket = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
        self.socket.bind((interface, 3))
        self.socket.setblocking(False)
        self.mac = mac

    def foreign(self) -> list[str]:
        found = []
        with contextlib.suppress(BlockingIOError):
            while True:
                frame, (_, _, kind, *_) = self.socket.recvfrom(2048)
                if kind == socket.PACKET_OUTGOING and frame[6:12] != self.mac:
                    found.append(frame.hex())
        return found


def exchange(host: Host, family: str, port: int) -> str:
    """Send a SYN and return the control bits of what comes back."""
    target = link.TARGET_ADDRESSES[family]
    inbox = host.open(Flow(host.addresses[family], 30000, target, port))
    header = IPv6 if family == "ipv6" else IP
    host.send(bytes(header(src=host.addresses[family], dst=target) / TCP(sport=30000, dport=port, flags="S")))
    assert host.wait(inbox, host.now() + 5.0)
    heard: str = header(inbox.arrivals[0].packet)[TCP].sprintf("%TCP.flags%")
    return heard


def exchanges(family: str) -> dict[str, Any]:
    with lab() as (target, _):
        us = link.tester_addresses(7)
        mac = bytes.fromhex(us.pop("mac").replace(":", ""))
        host, witness = Host(target.interface, mac, us), Witness(target.interface, mac)
        with contextlib.closing(witness.socket), contextlib.ExitStack() as stack:
            stack.callback(host.shut)
            open_port, closed_port = (exchange(host, family, p) for p in (target.open_port, target.closed_port))
            return {"open": open_port, "closed": closed_port, "foreign": witness.foreign()}


@pytest.mark.parametrize("family", ["ipv4", "ipv6"])
def test_ports_are_as_told_and_our_kernel_says_nothing(family: str) -> None:
    assert elsewhere.call(exchanges, family) == {"open": "SA", "closed": "RA", "foreign": []}


def version() -> str:
    with lab() as (target, _), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as channel:
        channel.settimeout(5.0)
        channel.sendto(bytes.fromhex("01050001000000080000000001010000"), target.agent)
        return channel.recv(100).hex()


def test_the_agent_answers_in_our_namespace() -> None:
    assert elsewhere.call(version) == "010500010000000e000000000101800000010002" + "0000"


def twice() -> list[str]:
    with lab() as (first, _), running.start() as second:
        return [first.interface, second.interface]


def test_there_can_be_two_at_once() -> None:
    assert elsewhere.call(twice) == ["tester0", "tester1"]


def afterwards() -> dict[str, Any]:
    reader, writer = os.pipe()
    os.set_inheritable(writer, True)
    with lab() as (_, processes):
        os.close(writer)
        # The pipe is at its end: nobody in the lab has taken a descriptor along.
        held = bool(os.read(reader, 1))
        os.close(reader)
        watched = [os.pidfd_open(process) for process in processes]
        descriptors = len(os.listdir("/proc/self/fd"))
    gone = elsewhere.all_gone(watched) and not any(os.path.exists(f"/proc/{process}") for process in processes)
    return {
        "held": held,
        "gone": gone,
        "processes": len(processes),
        "descriptors": descriptors - len(os.listdir("/proc/self/fd")),
        "interfaces": [name for _, name in socket.if_nameindex()],
    }


def test_nothing_is_left_after_the_end() -> None:
    left = elsewhere.call(afterwards)
    assert left == {"held": False, "gone": True, "processes": 2, "descriptors": 1, "interfaces": ["lo"]}


def run_until_told() -> None:
    with lab() as (_, processes):
        print(json.dumps(processes), flush=True)
        sys.stdin.read()


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_nothing_is_left_after_a_signal(number: signal.Signals) -> None:
    """SIGINT goes to the whole process group, as Ctrl-C does."""
    with contextlib.ExitStack() as stack, elsewhere.started(run_until_told) as process:
        assert process.stdout is not None
        others = json.loads(process.stdout.readline())
        # Open, a namespace keeps its inode number, which would else go to the next one made on this machine.
        spaces = {
            os.fstat(stack.enter_context(open(f"/proc/{pid}/ns/net")).fileno()).st_ino for pid in (process.pid, *others)
        }
        watched = [os.pidfd_open(pid) for pid in (process.pid, *others)]
        stack.callback(lambda: [os.close(pidfd) for pidfd in watched])
        (os.killpg if number is signal.SIGINT else os.kill)(process.pid, number)
        assert elsewhere.all_gone(watched)
        assert process.stdout.read() == ""
        assert len(spaces) == 2
        assert [elsewhere.processes_in(space) for space in spaces] == [[], []]
        assert spaces.isdisjoint(named_namespaces())
    assert [name for _, name in socket.if_nameindex() if name.startswith(("tester", "target"))] == []


def named_namespaces() -> list[int]:
    return [entry.stat().st_ino for entry in Path("/run/netns").glob("*")]


def failing(program: str) -> str:
    namespace.enter()
    sys.executable = program
    with pytest.raises(UsageProblem) as caught, running.start():
        pass
    return str(caught.value)


def test_a_target_that_does_not_start_says_why(tmp_path: Path) -> None:
    program = tmp_path / "python"
    program.write_text("#!/bin/sh\necho 'no such kernel' >&2\n")
    program.chmod(0o755)
    assert elsewhere.call(failing, str(program)) == "lab:linux did not start: no such kernel / exit status 0"


def killed_target() -> str:
    said = io.StringIO()
    with contextlib.redirect_stderr(said), lab() as (_, processes):
        watched = [os.pidfd_open(process) for process in processes]
        os.kill(processes[0], signal.SIGKILL)
        elsewhere.all_gone(watched)
    return said.getvalue()


def test_a_target_that_died_is_reported_at_the_end() -> None:
    assert elsewhere.call(killed_target) == "lab:linux ended before its time: SIGKILL\n"
