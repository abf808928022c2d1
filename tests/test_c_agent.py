"""The C agent as a program: command line, whom it answers, how it ends. Its calls are tested with the Python one's."""

from __future__ import annotations

import contextlib
import signal
import socket
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from agentprogram import Program, build

from conformance.agent import primitives as p
from conformance.agent.primitives import Urgent

PATIENCE = 20
Start = Callable[..., Program]


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("agent") / "tcp-agent"
    build(path)
    return path


@pytest.fixture
def start(program: Path) -> Iterator[Start]:
    with contextlib.ExitStack() as stack:

        def run(*arguments: str, fds: tuple[int, ...] = ()) -> Program:
            running = Program(program, *arguments, fds=fds)
            stack.callback(running.close)
            return running

        yield run


def speaker(family: int, source: str) -> socket.socket:
    sock = socket.socket(family, socket.SOCK_DGRAM)
    sock.settimeout(PATIENCE)
    sock.bind((source, 0))
    return sock


def ask(control: tuple[str, int], sock: socket.socket, request: bytes) -> bytes:
    sock.sendto(request, control)
    return sock.recv(0x10000)


@pytest.mark.parametrize(
    ("bind", "allow", "source", "family"),
    [
        ("127.0.0.1:0", "127.0.0.1", "127.0.0.1", socket.AF_INET),
        ("127.0.0.1:0", "127.0.0.0/9", "127.127.0.1", socket.AF_INET),
        ("[::1]:0", "::/0", "::1", socket.AF_INET6),
    ],
)
def test_it_answers_whom_it_is_told_to(start: Start, bind: str, allow: str, source: str, family: int) -> None:
    agent = start("--bind", bind, "--allow", allow)
    with speaker(family, source) as sock:
        assert ask(agent.control, sock, p.GET_VERSION.ask()) == p.GET_VERSION.answer(1, 2, 0)


def test_it_answers_nobody_else(start: Start) -> None:
    agent = start("--bind", "127.0.0.1:0", "--allow", "127.128.0.0/9")
    with speaker(socket.AF_INET, "127.127.0.1") as stranger, speaker(socket.AF_INET, "127.128.0.1") as sock:
        stranger.sendto(p.GET_VERSION.ask(), agent.control)
        ask(agent.control, sock, p.GET_VERSION.ask())
        stranger.setblocking(False)
        with pytest.raises(BlockingIOError):
            stranger.recv(1)


def connected(agent: Program, sock: socket.socket) -> socket.socket:
    """Let the agent connect to us; return our end."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(PATIENCE)
        port = listener.getsockname()[1]
        create = p.CREATE_AND_BIND.ask(True, p.ANY_PORT, "127.0.0.1")
        assert ask(agent.control, sock, create) == p.CREATE_AND_BIND.answer(1)
        assert ask(agent.control, sock, p.CONNECT.ask(1, port, "127.0.0.1")) == p.CONNECT.answer()
        ours = listener.accept()[0]
        ours.settimeout(PATIENCE)
        assert sock.recv(0x10000) == p.CONNECT.report(1)
        return ours


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_the_end_of_the_program_resets_what_is_open(start: Start, number: signal.Signals) -> None:
    agent = start("--bind", "127.0.0.1:0", "--allow", "127.0.0.1")
    with speaker(socket.AF_INET, "127.0.0.1") as sock, connected(agent, sock) as ours:
        agent.end(number)
        with pytest.raises(ConnectionResetError):
            ours.recv(1)


def test_urgent_data_is_told_unasked(start: Start) -> None:
    agent = start("--bind", "127.0.0.1:0", "--allow", "127.0.0.1")
    with speaker(socket.AF_INET, "127.0.0.1") as sock, connected(agent, sock) as ours:
        for octets in (b"a", b"b", b"b"):
            ours.send(octets, socket.MSG_OOB)
            assert sock.recv(0x10000) == p.URGENT_DATA.report(1, Urgent.TAKEN)
            assert ask(agent.control, sock, p.URGENT_DATA.ask(1)) == p.URGENT_DATA.answer(Urgent.TAKEN, octets)


def test_a_tester_that_goes_silent_is_forgotten(start: Start) -> None:
    agent = start("--bind", "127.0.0.1:0", "--allow", "127.0.0.1", "--idle", "0.05")
    with speaker(socket.AF_INET, "127.0.0.1") as sock, connected(agent, sock) as ours:
        with pytest.raises(ConnectionResetError):
            ours.recv(1)
        answer = ask(agent.control, sock, p.CREATE_AND_BIND.ask(True, p.ANY_PORT, "127.0.0.1"))
        assert answer == p.CREATE_AND_BIND.answer(1)


def test_an_open_socket_can_be_handed_over(start: Start) -> None:
    with speaker(socket.AF_INET, "127.0.0.1") as control, speaker(socket.AF_INET, "127.0.0.1") as sock:
        number = control.fileno()
        agent = start("--fd", str(number), "--allow", "127.0.0.1", fds=(number,))
        assert agent.control == control.getsockname()
        assert ask(agent.control, sock, p.START_TEST.ask()) == p.START_TEST.answer()


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (["--allow", "127.0.0.1"], "say where to listen: --bind ADDRESS[:PORT]"),
        (["--bind", "127.0.0.1:0"], "say who is answered: --allow ADDRESS"),
        (["--bind"], "--bind wants a value"),
        (["--bind", "localhost"], "--bind takes ADDRESS, ADDRESS:PORT or [IPV6]:PORT"),
        (["--bind", "127.0.0.1:65536"], "--bind takes ADDRESS, ADDRESS:PORT or [IPV6]:PORT"),
        (["--bind", "127.0.0.1:"], "--bind takes ADDRESS, ADDRESS:PORT or [IPV6]:PORT"),
        (["--bind", "[::1]9"], "--bind takes ADDRESS, ADDRESS:PORT or [IPV6]:PORT"),
        (["--bind", "[::1"], "--bind takes ADDRESS, ADDRESS:PORT or [IPV6]:PORT"),
        (["--bind", "1" * 99], "--bind takes ADDRESS, ADDRESS:PORT or [IPV6]:PORT"),
        (["--bind", "192.0.2.77:1"], "cannot listen on 192.0.2.77 port 1: Cannot assign"),
        (["--allow", "tester"], "--allow takes an address or a network, not tester"),
        (["--allow", "10.0.0.0/33"], "--allow takes an address or a network, not 10.0.0.0/33"),
        (["--allow", "::/" + "9" * 99], "--allow takes an address or a network, not ::/99"),
        (["--allow", "::1"] * 33, "at most 32 times --allow"),
        (["--bind", "127.0.0.1:0"] * 9, "at most 8 control sockets"),
        (["--idle", "0"], "--idle takes a number of seconds above 0, not 0"),
        (["--idle", "nan"], "--idle takes a number of seconds above 0, not nan"),
        (["--max-sockets", "0"], "--max-sockets takes a number from 1 to 65534, not 0"),
        (["--max-per-session", "9x"], "--max-per-session takes a number from 1 to 65534, not 9x"),
        (["--interface", "nowhere"], "no interface nowhere"),
        (["--fd", "999"], "file descriptor 999 is no UDP socket"),
        (["--fd", "1"], "file descriptor 1 is no UDP socket"),
        (["--loudly", "1"], "what is --loudly?"),
    ],
)
def test_a_wrong_command_line_is_refused(program: Path, arguments: list[str], why: str) -> None:
    done = subprocess.run([program, *arguments], capture_output=True, text=True, timeout=PATIENCE)
    assert done.returncode == 2
    assert f"tcp-agent: {why}" in done.stderr


def test_help_tells_the_options(program: Path) -> None:
    done = subprocess.run([program, "--help"], capture_output=True, text=True, timeout=PATIENCE)
    assert done.returncode == 0
    for option in ("--bind", "--allow", "--interface", "--idle", "--max-sockets", "--max-per-session", "--fd"):
        assert option in done.stdout
