"""Tests of `conformance.lab.meddler`: what its process relays, how, and that nothing is left of it."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from typing import Any

import elsewhere
import pytest
from pyroute2.iproute.linux import IPRoute

from conformance.lab import link, namespace, running
from conformance.lab.meddler import Meddler
from conformance.path import RoughPath
from conformance.peer import Peer
from conformance.segment import Ctl
from conformance.timing import Timing
from conformance.transcript import Transcript
from conformance.wire import Flow
from conformance.wire.host import Host

QUIET = 0.2


def asked(path: str, deviation: str, questions: int) -> list[list[Any]]:
    """Ask the closed port behind a meddler; return for each SYN the answers: how long each took, and its number."""
    namespace.enter()
    meddler = Meddler(RoughPath.read(path) if path else None, deviation)
    with running.start("linux", meddler.between) as target, contextlib.ExitStack() as stack:
        ours = link.tester_addresses(0)
        host = Host(target.interface, bytes.fromhex(ours["mac"].replace(":", "")), {"ipv4": ours["ipv4"]})
        stack.callback(host.shut)
        host.resolve(target.addresses["ipv4"])
        flows = [Flow(ours["ipv4"], 20000 + n, target.addresses["ipv4"], target.closed_port) for n in range(questions)]
        peers = [Peer(host, flow, Transcript(), Timing()) for flow in flows]
        sent = [peer.send(Ctl.SYN) for peer in peers]
        heard = []
        for peer, syn in zip(peers, sent, strict=True):
            answers = [peer.hear(host.now() + elsewhere.LIMIT), *peer.hear_all(QUIET)]
            heard.append([[answer.at - syn.at, answer.ack - syn.seq] for answer in answers if answer is not None])
        return heard


def test_without_path_and_deviation_all_passes_once() -> None:
    heard = elsewhere.call(asked, "", "", 20)
    assert [[ack for _, ack in answers] for answers in heard] == [[1]] * 20


def test_path_delays_both_ways() -> None:
    heard = elsewhere.call(asked, "delay=50ms,seed=1", "", 5)
    assert all(took >= 0.1 for answers in heard for took, _ in answers)


def test_path_doubles() -> None:
    doubled = elsewhere.call(asked, "duplicate=100%,seed=1", "", 3)
    assert [len(answers) for answers in doubled] == [4, 4, 4]  # each of two SYNs is answered, each answer comes twice


def test_deviation_is_done_to_every_tester() -> None:
    heard = elsewhere.call(asked, "", "reset-acknowledges-the-syn-number", 2)
    assert [[ack for _, ack in answers] for answers in heard] == [[0], [0]]


def watched() -> dict[str, Any]:
    namespace.enter()
    mine = os.stat("/proc/self/ns/net").st_ino
    with running.start("linux", Meddler().between) as target:
        there = {"interfaces": interfaces(), "processes": len(elsewhere.processes_in(mine)), "ours": target.interface}
    return there | {"left": interfaces(), "left_processes": len(elsewhere.processes_in(mine))}


def interfaces() -> list[str]:
    with IPRoute() as netlink:
        return sorted(one.get("ifname") for one in netlink.get_links())


def test_nothing_is_left_of_it() -> None:
    found = elsewhere.call(watched)
    assert found["interfaces"] == ["lo", "tester0", "tester1", "tester1-far"]
    assert found["ours"] == "tester1"
    assert found["processes"] == 2
    assert found["left"] == ["lo"]
    assert found["left_processes"] == 1


def held() -> str:
    namespace.enter()
    with running.start("linux", Meddler().between):
        mine = os.stat("/proc/self/ns/net").st_ino
        print(*elsewhere.processes_in(mine), flush=True)
        sys.stdin.readline()
    return "ended"


def test_it_ends_with_the_process_that_started_it() -> None:
    with elsewhere.started(held) as process:
        assert process.stdout is not None
        pidfds = [os.pidfd_open(int(number)) for number in process.stdout.readline().split()]
        assert len(pidfds) == 2
        process.kill()
        assert elsewhere.all_gone(pidfds)
        for pidfd in pidfds:
            os.close(pidfd)


ROUGH = "loss=1%,duplicate=1%,reorder=1%,jitter=20ms,seed=1"


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *arguments]
    return subprocess.run(command, capture_output=True, text=True, cwd=elsewhere.ROOT, check=False, timeout=120)


@pytest.mark.parametrize(
    ("option", "wrong"),
    [
        (["--fault", "nonsense"], "no fault nonsense; tests/meddling/ has all that there are"),
        (["--fault", "close-ends-both-directions"], "segments alone cannot show it"),
        (["--path", "loss=2"], "loss is a share up to 100%"),
    ],
)
def test_what_cannot_be_is_said_in_one_line(option: list[str], wrong: str) -> None:
    done = run(*option)
    assert done.returncode == 4
    assert wrong in done.stderr


def test_a_fault_on_the_lab_fails_the_run(tmp_path: Any) -> None:
    name = "reset-acknowledges-one-too-few"
    done = run("--fault", name, f"--reports={tmp_path}", "-k", "every_syn_to_a_closed_port")
    assert done.returncode == 1
    assert f"note:    fault on: {name} (breaks RFC9293:3.10.7.1-closed-noack)" in done.stdout
    assert "differs   ACK is ISS, expected ISS+1 (1 too low)" in done.stdout


def test_what_violates_is_found_on_the_lab_behind_a_rough_path(tmp_path: Any) -> None:
    name = "fin-is-not-acknowledged"
    done = run("--path", ROUGH, f"--reports={tmp_path}", "--fault", name, "-k", "test_fin_is_acknowledged")
    assert done.returncode == 1
    assert " violates" in done.stdout.splitlines()[-1]
    assert f"path:    {ROUGH}: 200 probes: " in done.stdout
    assert "run again, as the path spoils: try 1: violates" in done.stdout
