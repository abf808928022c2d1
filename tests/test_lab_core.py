from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from conformance.agent.primitives import CREATE_AND_BIND, GET_VERSION
from conformance.agent.protocol import Result, decode
from conformance.lab import core, datagrams

ROOT = Path(__file__).parents[1]

PROGRAM = """
import select, sys
from conformance.agent.protocol import Result
from conformance.lab.core import Core, Failed

class Calls:
    def __getattr__(self, name):
        def call(*arguments):
            raise Failed(Result.PENDING)
        return call

    def open(self, ipv6):
        return 7

    def bind(self, socket, local):
        if local[1] == 1:
            raise Failed(Result.EXISTS)
        if local[1] == 2:
            raise ZeroDivisionError

    def listen(self, socket, backlog):
        assert socket == 7

    def ready(self, socket, mask):
        return 0

    def close(self, socket):
        pass

core = Core(sys.argv[1], Calls())
core.begin()
while core.turn():
    select.select([0], [], [])
"""


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("core") / "agent.so"
    agent, lab = ROOT / "conformance/agent/c", ROOT / "conformance/lab/c"
    names = ("agent", "calls", "endpoint", "octets", "private", "sessions", "transfer", "urgent")
    sources = [*(agent / f"{name}.c" for name in names), lab / "services.c", lab / "stream.c"]
    flags = ["-std=c99", "-D_DEFAULT_SOURCE", f"-I{agent}", f"-I{lab}", "-fPIC", "-shared"]
    subprocess.run(["cc", *flags, "-o", made, *sources], check=True)
    return made


@pytest.fixture
def control(library: Path):
    near, far = socket.socketpair()
    with near, far:
        near.settimeout(10)
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        command = [sys.executable, "-c", PROGRAM, str(library)]
        with subprocess.Popen(command, stdin=far, stdout=far, stderr=subprocess.DEVNULL, env=environment) as program:
            frames = datagrams.Frames()
            assert (0, b"") in frames.take(near.recv(100))
            yield lambda request: _ask(near, frames, request)
            near.shutdown(socket.SHUT_WR)
            assert program.wait(10) == 0


def _ask(near: socket.socket, frames: datagrams.Frames, request: bytes):
    near.sendall(datagrams.frame(3, request))
    found = frames.take(near.recv(0x1000))
    assert [number for number, _ in found] == [3]
    return decode(found[0][1])


def test_the_core_answers_over_the_stream(control) -> None:
    assert control(GET_VERSION.ask()).result == Result.OK


@pytest.mark.parametrize(("port", "result"), [(1, Result.CANNOT_BIND), (2, Result.CANNOT_BIND), (3, Result.OK)])
def test_what_a_call_raises_is_its_result(control, port: int, result: Result) -> None:
    assert control(CREATE_AND_BIND.ask(True, port, "2001:db8::1")).result == result


def test_failed_says_why() -> None:
    assert core.Failed(Result.RESET).result is Result.RESET
