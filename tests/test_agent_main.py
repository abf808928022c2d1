"""The agent as a program, and as one file."""

from __future__ import annotations

import ast
import contextlib
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from conformance.agent import primitives as p
from conformance.agent.__main__ import main
from conformance.agent.build import build
from conformance.agent.primitives import Urgent

PATIENCE = 20
PACKAGE = Path(__file__).parent.parent / "conformance" / "agent"
Start = Callable[..., tuple["subprocess.Popen[str]", tuple[str, int]]]


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("agent") / "deep" / "agent.pyz"
    build(path)
    return path


@pytest.fixture
def start(file: Path) -> Iterator[Start]:
    """Start the one file with nothing of this checkout, and no package of this machine, in its path."""
    with contextlib.ExitStack() as stack:

        def run(*arguments: str, fds: tuple[int, ...] = ()) -> tuple[subprocess.Popen[str], tuple[str, int]]:
            process = subprocess.Popen(
                [sys.executable, "-I", "-S", str(file), *arguments],
                stdout=subprocess.PIPE,
                text=True,
                cwd="/",
                pass_fds=fds,
            )
            stack.enter_context(process)
            stack.callback(process.kill)
            assert process.stdout is not None
            words = process.stdout.readline().split()
            assert words[:2] == ["agent", "on"]
            return process, (words[2], int(words[4]))

        yield run


def ask(control: tuple[str, int], source: str, *requests: bytes) -> list[bytes]:
    """Send the requests, each after the answer to the one before; return the answers."""
    with socket.socket(socket.AF_INET6 if ":" in source else socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.settimeout(PATIENCE)
        sock.bind((source, 0))
        answers = []
        for request in requests:
            sock.sendto(request, control)
            answers.append(sock.recv(0x10000))
        return answers


@pytest.mark.parametrize(("bind", "source"), [("127.0.0.1:0", "127.0.0.1"), ("[::1]:0", "::1")])
def test_the_one_file_answers(start: Start, bind: str, source: str) -> None:
    _, control = start("--bind", bind, "--allow", source)
    assert ask(control, source, p.GET_VERSION.ask()) == [p.GET_VERSION.answer(1, 2, 0)]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_the_end_of_the_program_resets_what_is_open(start: Start, number: signal.Signals) -> None:
    process, control = start("--bind", "127.0.0.1:0", "--allow", "127.0.0.0/8")
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        listener.settimeout(PATIENCE)
        create = p.CREATE_AND_BIND.ask(True, p.ANY_PORT, "127.0.0.1")
        connect = p.CONNECT.ask(1, listener.getsockname()[1], "127.0.0.1")
        assert ask(control, "127.0.0.1", create, connect) == [p.CREATE_AND_BIND.answer(1), p.CONNECT.answer()]
        with listener.accept()[0] as ours:
            ours.settimeout(PATIENCE)
            process.send_signal(number)
            with pytest.raises(ConnectionResetError):
                ours.recv(1)
    assert process.wait(PATIENCE) == 0


def test_urgent_data_is_told_unasked(start: Start) -> None:
    _, control = start("--bind", "127.0.0.1:0", "--allow", "127.0.0.1")
    with socket.create_server(("127.0.0.1", 0)) as listener, socket.socket(type=socket.SOCK_DGRAM) as tester:
        for sock in (listener, tester):
            sock.settimeout(PATIENCE)
        create = p.CREATE_AND_BIND.ask(True, p.ANY_PORT, "127.0.0.1")
        for request in (create, p.CONNECT.ask(1, listener.getsockname()[1], "127.0.0.1")):
            tester.sendto(request, control)
            tester.recv(0x10000)
        assert tester.recv(0x10000) == p.CONNECT.report(1)
        with listener.accept()[0] as ours:
            for octets in (b"a", b"b", b"b"):
                ours.send(octets, socket.MSG_OOB)
                assert tester.recv(0x10000) == p.URGENT_DATA.report(1, Urgent.TAKEN)
                tester.sendto(p.URGENT_DATA.ask(1), control)
                assert tester.recv(0x10000) == p.URGENT_DATA.answer(Urgent.TAKEN, octets)


def test_an_open_socket_can_be_handed_over(start: Start) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind(("127.0.0.1", 0))
        number = sock.fileno()
        _, control = start("--fd", str(number), "--allow", "127.0.0.1", fds=(number,))
        assert control == sock.getsockname()
        assert ask(control, "127.0.0.1", p.START_TEST.ask()) == [p.START_TEST.answer()]


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (["--allow", "127.0.0.1"], "say where to listen: --bind ADDRESS[:PORT]"),
        (["--bind", "127.0.0.1:0"], "the following arguments are required: --allow"),
        (["--bind", "localhost", "--allow", "::1"], "'localhost' is not ADDRESS, ADDRESS:PORT or [IPV6]:PORT"),
        (["--bind", "127.0.0.1:65536", "--allow", "::1"], "'127.0.0.1:65536' is not ADDRESS, ADDRESS:PORT"),
        (["--bind", "127.0.0.1:", "--allow", "::1"], "'127.0.0.1:' is not ADDRESS, ADDRESS:PORT"),
        (["--bind", "[::1]9", "--allow", "::1"], "'[::1]9' is not ADDRESS, ADDRESS:PORT"),
        (["--bind", "192.0.2.77:1", "--allow", "::1"], "cannot listen on 192.0.2.77 port 1: Cannot assign"),
        (["--bind", "::1", "--allow", "tester"], "argument --allow: 'tester' does not appear to be"),
        (["--bind", "::1", "--allow", "10.0.0.1/8"], "argument --allow: 10.0.0.1/8 has host bits set"),
        (["--bind", "::1", "--allow", "::1", "--idle", "0"], "'0' is not a number of seconds above 0"),
        (["--bind", "::1", "--allow", "::1", "--idle", "nan"], "'nan' is not a number of seconds above 0"),
        (["--bind", "::1", "--allow", "::1", "--idle", "x"], "'x' is not a number of seconds above 0"),
        (["--bind", "::1", "--allow", "::1", "--max-sockets", "0"], "'0' is not a number from 1 to 65534"),
        (["--bind", "::1", "--allow", "::1", "--interface", "nowhere"], "no interface 'nowhere'"),
        (["--fd", "999", "--allow", "::1"], "Bad file descriptor"),
    ],
)
def test_a_bad_command_line_is_refused_with_the_reason(
    arguments: list[str], why: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as caught:
        main(arguments)
    assert caught.value.code == 2
    last = capsys.readouterr().err.splitlines()[-1]
    assert last.startswith("agent: error: ")
    assert why in last


def test_a_descriptor_that_is_no_udp_socket_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.socket() as sock, pytest.raises(SystemExit):
        main(["--fd", str(os.dup(sock.fileno())), "--allow", "::1"])
    assert "is no UDP socket" in capsys.readouterr().err


def test_the_same_sources_give_the_same_file(file: Path, tmp_path: Path) -> None:
    again = tmp_path / "again.pyz"
    build(again)
    assert again.read_bytes() == file.read_bytes()
    assert os.access(again, os.X_OK)


@pytest.mark.parametrize("path", sorted(PACKAGE.glob("*.py")), ids=lambda path: path.name)
def test_the_server_needs_only_an_old_python_and_its_library(path: Path) -> None:
    tree = ast.parse(path.read_text(), feature_version=(3, 8))
    if path.name in ("client.py", "exchange.py", "tuning.py", "build.py"):
        return
    for node in ast.walk(tree):
        names = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names = [node.module or ""]
        for name in names:
            assert name.startswith("conformance.agent") or name.split(".")[0] in sys.stdlib_module_names
