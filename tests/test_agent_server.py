"""The agents for real, over loopback, with the suite's own client as the tester.

The Python one runs in this process, the C one as a program. What one of them alone can do, or can be made to do, is
marked `python_only`.
"""

from __future__ import annotations

import contextlib
import errno
import os
import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from agentprogram import Program, build
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from conformance.agent import primitives as p
from conformance.agent import reports
from conformance.agent.client import Accepted, Agent, AgentRefused, Received
from conformance.agent.primitives import Parameter, Report, Urgent
from conformance.agent.protocol import Kind, Message, ProtocolError, Result, decode
from conformance.agent.room import Limits
from conformance.agent.server import Server
from conformance.errors import NotApplicable
from conformance.state import State

PATIENCE = 20.0  # seconds; what is waited for comes in milliseconds
LOOPBACK = {socket.AF_INET: "127.0.0.1", socket.AF_INET6: "::1"}


class Loop:
    """A channel whose waiting makes the server work: one thread, nothing left to chance."""

    def __init__(self, server: Server | Program, control: tuple[str, int], source: str = "127.0.0.1") -> None:
        self._server = server
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind((source, 0))
        self._socket.connect(control)
        self._socket.setblocking(False)

    def send(self, datagram: bytes) -> None:
        self._socket.send(datagram)

    def receive(self, until: float) -> bytes | None:
        while True:
            self._server.step(0)
            with contextlib.suppress(BlockingIOError):
                return self._socket.recv(0x10000)
            if self.now() >= until:
                return None
            self._server.step(0.01)

    def now(self) -> float:
        return time.monotonic()

    def close(self) -> None:
        self._socket.close()


class Bench:
    """A server, the agents that ask it, and the sockets at the tester's end."""

    def __init__(
        self, stack: contextlib.ExitStack, allow: str, limits: Limits | None, program: Path | None = None
    ) -> None:
        self._stack = stack
        self.time = 0.0
        self.server: Server | Program
        if program is not None:
            self.server = Program.on_loopback(program, allow, limits)
            self._control = self.server.control
            stack.callback(self.server.close)
            return
        control = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        control.bind(("127.0.0.1", 0))
        self._control = control.getsockname()
        self.server = Server([control], [allow], limits, clock=lambda: self.time)
        stack.callback(self.server.close)

    def channel(self, source: str = "127.0.0.1") -> Loop:
        loop = Loop(self.server, self._control, source)
        self._stack.callback(loop.close)
        return loop

    def agent(self) -> Agent:
        return Agent(self.channel(), reply_within=PATIENCE)

    def open(self, family: int = socket.AF_INET) -> socket.socket:
        return self._stack.enter_context(socket.socket(family))

    def listener(self, family: int = socket.AF_INET, backlog: int = 8) -> socket.socket:
        sock = self.open(family)
        sock.bind((LOOPBACK[family], 0))
        sock.listen(backlog)
        sock.settimeout(PATIENCE)
        return sock

    def keep(self, sock: socket.socket) -> socket.socket:
        sock.settimeout(PATIENCE)
        return self._stack.enter_context(sock)

    def wait(self, condition: Callable[[], bool]) -> None:
        end = time.monotonic() + PATIENCE
        while not condition():
            assert time.monotonic() < end, "waited in vain"
            self.server.step(0.01)

    def at_rest(self) -> contextlib.AbstractContextManager[None]:
        """Give the server no time meanwhile: the one in this process has none anyway, unless it is told to step."""
        return self.server.at_rest() if isinstance(self.server, Program) else contextlib.nullcontext()

    def receive(self, sock: socket.socket, count: int) -> bytes:
        """Read `count` octets, or up to the end of the stream, while the server works."""
        sock.setblocking(False)
        got = b""
        end = time.monotonic() + PATIENCE
        while len(got) < count:
            assert time.monotonic() < end, f"{len(got)} of {count} octets"
            self.server.step(0)
            try:
                piece = sock.recv(count - len(got))
            except BlockingIOError:
                self.server.step(0.01)
                continue
            if not piece:
                break
            got += piece
        return got


Make = Callable[..., Bench]


@pytest.fixture(scope="session")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("agent") / "tcp-agent"
    build(path)
    return path


@pytest.fixture(params=["python", "c"])
def make(request: pytest.FixtureRequest) -> Iterator[Make]:
    program = request.getfixturevalue("program") if request.param == "c" else None
    with contextlib.ExitStack() as stack:
        yield lambda allow="127.0.0.1", limits=None: Bench(stack, allow, limits, program)


python_only = pytest.mark.parametrize("make", ["python"], indirect=True)


@pytest.fixture
def bench(make: Make) -> Bench:
    return make()


@pytest.fixture
def agent(bench: Bench) -> Agent:
    return bench.agent()


@pytest.fixture(params=[socket.AF_INET, socket.AF_INET6], ids=["ipv4", "ipv6"])
def family(request: pytest.FixtureRequest) -> int:
    number: int = request.param
    return number


def soon() -> float:
    return time.monotonic() + PATIENCE


def at_once() -> float:
    """A deadline that has passed: what is there is taken, nothing is waited for."""
    return time.monotonic()


def connected(bench: Bench, agent: Agent, family: int = socket.AF_INET) -> tuple[int, socket.socket]:
    """Return a connection that the target opened: the agent's socket and ours."""
    listener = bench.listener(family)
    number = agent.create_and_bind(address=LOOPBACK[family])
    agent.connect(number, listener.getsockname()[1], LOOPBACK[family])
    assert agent.connect_outcome(soon()) is Result.OK
    return number, bench.keep(listener.accept()[0])


def refusal(call: Callable[..., Any], *arguments: Any, **more: Any) -> Result:
    with pytest.raises(AgentRefused) as caught:
        call(*arguments, **more)
    return caught.value.result


def ends_with_reset(sock: socket.socket) -> bool:
    """Tell whether reading ends with a reset rather than with the end of the stream."""
    try:
        while sock.recv(0x10000):
            pass
    except ConnectionResetError:
        return True
    return False


# Who is answered, and what


def test_the_version_is_told(agent: Agent) -> None:
    assert agent.version() == (1, 2, 0)
    assert agent.is_ours()


def test_a_test_starts_and_ends(agent: Agent) -> None:
    agent.start_test()
    agent.end_test(7, "T")


def test_an_address_that_is_not_allowed_gets_no_answer(make: Make) -> None:
    bench = make(allow="127.0.0.2")
    stranger, tester = bench.channel("127.0.0.3"), bench.channel("127.0.0.2")
    stranger.send(p.GET_VERSION.ask())
    tester.send(p.GET_VERSION.ask())
    assert tester.receive(soon()) is not None
    assert stranger.receive(at_once()) is None


def test_a_network_can_be_allowed(make: Make) -> None:
    tester = make(allow="127.0.0.0/8").channel("127.9.9.9")
    tester.send(p.GET_VERSION.ask())
    assert tester.receive(soon()) == p.GET_VERSION.answer(1, 2, 0)


@pytest.mark.parametrize(
    "datagram",
    [
        b"",
        b"\x00",
        bytes(16),
        p.GET_VERSION.ask() + b"\x00",
        p.GET_VERSION.ask(service=0x0106),
        p.GET_VERSION.answer(1, 2, 0),
        p.CONNECT.report(1),
    ],
)
def test_what_is_no_request_gets_no_answer(bench: Bench, datagram: bytes) -> None:
    channel = bench.channel()
    channel.send(datagram)
    channel.send(p.START_TEST.ask())
    assert channel.receive(soon()) == p.START_TEST.answer()
    assert channel.receive(at_once()) is None


@pytest.mark.parametrize(("group", "number"), [(0, 0), (0, 4), (1, 1), (2, 8), (2, 0x60), (0x7F, 0xFF)])
def test_an_unknown_primitive_is_not_found(bench: Bench, group: int, number: int) -> None:
    channel = bench.channel()
    channel.send(Message(Kind.REQUEST, group, number, b"abc").encode())
    answer = channel.receive(soon())
    assert answer is not None
    assert decode(answer) == Message(Kind.RESPONSE, group, number, b"", Result.NO_PRIMITIVE)


def test_malformed_data_is_an_invalid_parameter(bench: Bench) -> None:
    channel = bench.channel()
    channel.send(Message(Kind.REQUEST, 2, 1, b"\x01\x00").encode())
    assert channel.receive(soon()) == p.CREATE_AND_BIND.answer(result=Result.INVALID_PARAMETER)


def test_a_socket_that_is_not_there_is_a_bad_one(agent: Agent) -> None:
    for call in (
        lambda: agent.close_socket(1),
        lambda: agent.send_data(1, b"x"),
        lambda: agent.receive_and_forward(1),
        lambda: agent.listen_and_accept(1),
        lambda: agent.connect(1, 9, "127.0.0.1", soon()),
        lambda: agent.configure(1, Parameter.NAGLE, 0),
        lambda: agent.shutdown(1, 1),
        lambda: agent.bind(1),
        lambda: agent.socket_state(1),
        lambda: agent.urgent_data(1),
        lambda: agent.at_mark(1),
        lambda: agent.errors(1),
        lambda: agent.parameter(1, Parameter.KEEP_ALIVE),
    ):
        assert refusal(call) is Result.BAD_SOCKET


# OPEN


def test_ids_count_up_and_are_not_given_again(agent: Agent) -> None:
    assert [agent.create_and_bind() for _ in range(3)] == [1, 2, 3]
    agent.close_socket(3)
    assert agent.create_and_bind() == 4


def test_a_syn_can_carry_data(bench: Bench, agent: Agent, family: int) -> None:
    listener = bench.listener(family)
    number = agent.create_and_bind(address=LOOPBACK[family])
    agent.open_and_send(number, listener.getsockname()[1], LOOPBACK[family], b"early, ")
    agent.send_data(number, b"late")
    assert agent.connect_outcome(soon()) is Result.OK
    assert bench.receive(bench.keep(listener.accept()[0]), 11) == b"early, late"


def test_a_listener_sends_nothing(bench: Bench, agent: Agent) -> None:
    number = agent.create_and_bind()
    agent.listen_and_accept(number)
    port = bench.listener().getsockname()[1]
    assert refusal(agent.open_and_send, number, port, "127.0.0.1", b"x") is Result.EXISTS


def test_posix_has_no_flush(bench: Bench, agent: Agent) -> None:
    number, _ = connected(bench, agent)
    with pytest.raises(NotApplicable):
        agent.flush(number)


def test_what_is_not_connected_receives_nothing(agent: Agent) -> None:
    number = agent.create_and_bind()
    assert refusal(agent.receive_and_forward, number) is Result.DOES_NOT_EXIST
    agent.listen_and_accept(number)
    assert refusal(agent.receive_and_forward, number) is Result.DOES_NOT_EXIST


def test_a_port_that_is_taken_cannot_be_bound(bench: Bench, agent: Agent, family: int) -> None:
    port = bench.listener(family).getsockname()[1]
    assert refusal(agent.create_and_bind, port, LOOPBACK[family]) is Result.CANNOT_BIND
    assert bench.server.sockets == 0


def test_an_address_of_another_family_is_an_invalid_parameter(agent: Agent) -> None:
    number = agent.create_and_bind(address="::1")
    assert refusal(agent.connect, number, 9, "127.0.0.1", soon()) is Result.INVALID_PARAMETER
    assert refusal(agent.bind, number, 9, "127.0.0.1") is Result.INVALID_PARAMETER
    assert refusal(agent.socket_state, number, ("127.0.0.1", 9)) is Result.INVALID_PARAMETER


def free_port(bench: Bench, family: int = socket.AF_INET) -> int:
    """Return a port where nobody listens and nobody else will: it is held, in a way that lets the agent share it."""
    sock = bench.open(family)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    sock.bind((LOOPBACK[family], 0))
    port: int = sock.getsockname()[1]
    return port


def listening(bench: Bench, agent: Agent, maximum: int, family: int = socket.AF_INET) -> tuple[int, int]:
    """Return the agent's listener and its port."""
    port = free_port(bench, family)
    number = agent.create_and_bind(port, LOOPBACK[family])
    agent.listen_and_accept(number, maximum)
    return number, port


def test_accepted_connections_are_told(bench: Bench, agent: Agent, family: int) -> None:
    number, port = listening(bench, agent, 2, family)
    for expected in (2, 3):
        ours = bench.keep(socket.create_connection((LOOPBACK[family], port), PATIENCE))
        assert agent.accepted(soon()) == Accepted(number, expected, ours.getsockname()[1], LOOPBACK[family])


def test_no_more_than_asked_for_are_accepted(bench: Bench, agent: Agent) -> None:
    number, port = listening(bench, agent, 1)
    for _ in range(2):
        bench.keep(socket.create_connection(("127.0.0.1", port), PATIENCE))
    assert agent.accepted(soon()) is not None
    agent.version()
    assert agent.accepted(at_once()) is None
    agent.listen_and_accept(number, 1)
    assert agent.accepted(soon()) is not None


def test_the_listen_queue_overflows_when_none_are_accepted_until_they_are(bench: Bench, agent: Agent) -> None:
    number, port = listening(bench, agent, 0)
    bench.keep(socket.create_connection(("127.0.0.1", port), PATIENCE))
    late = bench.open()
    late.setblocking(False)
    late.connect_ex(("127.0.0.1", port))  # Linux holds one more than the backlog; this one is two more
    assert late.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 1) == b"\x02"  # SYN-SENT
    assert agent.accepted(at_once()) is None
    agent.listen_and_accept(number, 5)
    assert agent.accepted(soon()) is not None


def test_the_backlog_can_be_set_apart_from_what_is_accepted(bench: Bench, agent: Agent) -> None:
    port = free_port(bench)
    number = agent.create_and_bind(port, "127.0.0.1")
    agent.configure(number, Parameter.BACKLOG, 2)
    agent.listen_and_accept(number, 0)
    pending = []
    for _ in range(4):
        sock = bench.open()
        sock.setblocking(False)
        sock.connect_ex(("127.0.0.1", port))
        pending.append(sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 1))
    assert pending == [b"\x01", b"\x01", b"\x01", b"\x02"]


def test_a_connection_is_opened(bench: Bench, agent: Agent, family: int) -> None:
    number, ours = connected(bench, agent, family)
    assert ours.getpeername()[0] == LOOPBACK[family]
    assert agent.socket_state(number) is State.ESTABLISHED


def test_a_refused_connection_is_told_by_an_event(bench: Bench, agent: Agent, family: int) -> None:
    number = agent.create_and_bind(address=LOOPBACK[family])
    agent.connect(number, free_port(bench, family), LOOPBACK[family], soon())
    assert agent.connect_outcome(soon()) is Result.REFUSED
    assert agent.socket_state(number) is State.CLOSED


def test_after_a_refused_attempt_there_can_be_another(bench: Bench, agent: Agent, family: int) -> None:
    number, port = agent.create_and_bind(address=LOOPBACK[family]), free_port(bench, family)
    for _ in range(2):
        agent.connect(number, port, LOOPBACK[family], soon())
        assert agent.connect_outcome(soon()) is Result.REFUSED
    listener = bench.listener(family)
    agent.connect(number, listener.getsockname()[1], LOOPBACK[family], soon())
    assert agent.connect_outcome(soon()) is Result.OK
    assert agent.socket_state(number) is State.ESTABLISHED


def test_an_attempt_stays_until_it_is_aborted(bench: Bench, agent: Agent) -> None:
    listener = bench.listener(backlog=0)
    port = listener.getsockname()[1]
    bench.keep(socket.create_connection(("127.0.0.1", port), PATIENCE))  # the queue is full
    number = agent.create_and_bind(address="127.0.0.1")
    agent.connect(number, port, "127.0.0.1", soon())
    assert agent.socket_state(number) is State.SYN_SENT
    assert agent.connect_outcome(at_once()) is None
    assert refusal(agent.connect, number, port, "127.0.0.1", soon()) is Result.EXISTS
    agent.close_socket(number, abort=True)
    assert agent.socket_state(number) is State.CLOSED


def test_a_reset_before_the_agent_has_seen_the_connection_is_told_to_who_receives(
    bench: Bench, agent: Agent, family: int
) -> None:
    listener = bench.listener(family, backlog=0)
    port = listener.getsockname()[1]
    bench.keep(socket.create_connection((LOOPBACK[family], port), PATIENCE))  # the queue is full
    number = agent.create_and_bind(address=LOOPBACK[family])
    agent.connect(number, port, LOOPBACK[family], at_once())
    assert agent.socket_state(number) is State.SYN_SENT
    with bench.at_rest():
        bench.keep(listener.accept()[0])
        reset(bench.keep(listener.accept()[0]))
    assert agent.connect_outcome(soon()) is Result.RESET
    agent.receive_and_forward(number)
    assert agent.received(soon()) == Received(b"", 0, False, Result.RESET)


def test_a_connected_socket_cannot_connect_again(bench: Bench, agent: Agent) -> None:
    number, ours = connected(bench, agent)
    assert refusal(agent.connect, number, ours.getsockname()[1], "127.0.0.1", soon()) is Result.EXISTS


def test_without_reuse_a_port_in_time_wait_cannot_be_bound(bench: Bench, agent: Agent) -> None:
    number, ours = connected(bench, agent)
    port = ours.getpeername()[1]
    agent.shutdown(number, 1)
    ours.close()
    bench.wait(lambda: agent.socket_state(number) is State.TIME_WAIT)
    agent.close_socket(number)
    strict = agent.create_and_bind(bind=False)
    agent.configure(strict, Parameter.REUSE_ADDRESS, 0)
    assert refusal(agent.bind, strict, port, "127.0.0.1") is Result.CANNOT_BIND
    agent.configure(strict, Parameter.REUSE_ADDRESS, 1)
    agent.bind(strict, port, "127.0.0.1")


# SEND


@pytest.mark.parametrize(
    ("data", "total", "expected"),
    [(b"abc", None, b"abc"), (b"abc", 8, b"abcabcab"), (b"", None, b""), (b"x", 65535, b"x" * 65535)],
)
def test_data_is_sent_and_repeated(bench: Bench, agent: Agent, data: bytes, total: Any, expected: bytes) -> None:
    number, ours = connected(bench, agent)
    agent.send_data(number, data, total, push=True)
    agent.close_socket(number)
    assert bench.receive(ours, len(expected) + 1) == expected


@pytest.mark.parametrize(("data", "total"), [(b"abc", 2), (b"", 1)])
def test_a_total_that_data_cannot_fill_is_an_invalid_parameter(
    bench: Bench, agent: Agent, data: bytes, total: int
) -> None:
    number, _ = connected(bench, agent)
    assert refusal(agent.send_data, number, data, total) is Result.INVALID_PARAMETER


def flood(bench: Bench, agent: Agent, number: int) -> int:
    """Send until the agent takes no more; return how many octets it took."""
    taken = 0
    for block in range(1000):
        try:
            agent.send_data(number, block.to_bytes(3, "big"), 65535)
        except AgentRefused:
            return taken
        taken += 65535
    raise AssertionError("no end to it")


def everything(taken: int) -> bytes:
    """Return what `flood` sent."""
    return b"".join(block.to_bytes(3, "big") * 21845 for block in range(taken // 65535))


@pytest.mark.parametrize("call", ["shutdown", "close"])
def test_what_the_kernel_does_not_take_waits_and_the_server_goes_on(bench: Bench, agent: Agent, call: str) -> None:
    number, ours = connected(bench, agent)
    taken = flood(bench, agent, number)
    assert agent.version() == (1, 2, 0)
    if call == "shutdown":
        agent.shutdown(number, 1)
        assert refusal(agent.send_data, number, b"x") is Result.CLOSING
    else:
        agent.close_socket(number)
        assert refusal(agent.send_data, number, b"x") is Result.BAD_SOCKET
    assert bench.receive(ours, taken + 1) == everything(taken)
    bench.wait(lambda: agent.socket_state(number) is State.FIN_WAIT_2)
    agent.end_test()
    assert bench.server.sockets == 0


def test_what_waits_is_gone_with_the_connection(bench: Bench, agent: Agent) -> None:
    number, ours = connected(bench, agent)
    flood(bench, agent, number)
    agent.close_socket(number)
    assert bench.server.sockets == 1
    reset(ours)
    bench.wait(lambda: bench.server.sockets == 0)


def test_nothing_is_sent_after_shutdown(bench: Bench, agent: Agent) -> None:
    number, ours = connected(bench, agent)
    agent.shutdown(number, 1)
    assert refusal(agent.send_data, number, b"x") is Result.CLOSING
    assert ours.recv(1) == b""


def test_without_a_connection_nothing_is_sent(agent: Agent) -> None:
    number = agent.create_and_bind()
    assert refusal(agent.send_data, number, b"x") is Result.DOES_NOT_EXIST
    assert refusal(agent.receive_and_forward, number) is Result.DOES_NOT_EXIST
    assert refusal(agent.shutdown, number, 1) is Result.DOES_NOT_EXIST


def test_data_for_a_connection_that_is_not_yet_up_waits(bench: Bench, agent: Agent) -> None:
    listener = bench.listener()
    number = agent.create_and_bind(address="127.0.0.1")
    agent.is_ours()  # so that both requests are there before the server works: the attempt cannot have ended
    agent.connect(number, listener.getsockname()[1], "127.0.0.1")
    agent.send_data(number, b"early")
    assert bench.receive(bench.keep(listener.accept()[0]), 5) == b"early"


def reset(ours: socket.socket) -> None:
    """ABORT our end."""
    ours.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, bytes([1, 0, 0, 0, 0, 0, 0, 0]))
    ours.close()


def test_a_reset_connection_says_so_every_time(bench: Bench, agent: Agent) -> None:
    number, ours = connected(bench, agent)
    reset(ours)
    for _ in range(2):
        assert refusal(agent.send_data, number, b"x") is Result.RESET
    for _ in range(2):
        assert refusal(agent.connect, number, 9, "127.0.0.1", soon()) is Result.EXISTS
        agent.receive_and_forward(number)
        assert agent.received(soon()) == Received(b"", 0, False, Result.RESET)


def test_a_reset_that_ends_what_waits_is_told_to_who_receives(bench: Bench, agent: Agent) -> None:
    number, ours = connected(bench, agent)
    flood(bench, agent, number)
    agent.receive_and_forward(number)
    reset(ours)
    assert agent.received(soon()) == Received(b"", 0, False, Result.RESET)


# RECEIVE


def test_nothing_is_read_before_it_is_asked_for(bench: Bench, agent: Agent) -> None:
    number, ours = connected(bench, agent)
    ours.sendall(b"hello")
    agent.version()
    assert agent.received(at_once()) is None
    assert agent.receive_and_forward(number) == 0
    assert agent.received(soon()) == Received(b"hello", 5, False, None)


def test_a_window_that_nobody_empties_closes(bench: Bench, agent: Agent) -> None:
    number, ours = connected(bench, agent)
    ours.setblocking(False)
    sent = 0
    with contextlib.suppress(BlockingIOError):
        while True:
            sent += ours.send(bytes(65536))
    got = 0
    while got < sent:
        piece = min(30000, sent - got)  # so that a program's events do not overrun our buffer
        agent.receive_and_forward(number, max_length=piece)
        while piece:
            received = agent.received(soon())
            assert received is not None
            got += len(received.data)
            piece -= len(received.data)
    assert got == sent


def test_what_is_forwarded_can_be_cut(bench: Bench, agent: Agent) -> None:
    number, ours = connected(bench, agent)
    ours.sendall(b"hello")
    agent.receive_and_forward(number, max_forward=2)
    assert agent.received(soon()) == Received(b"he", 5, False, None)


def test_no_more_is_read_than_asked_for(bench: Bench, agent: Agent) -> None:
    number, ours = connected(bench, agent)
    ours.sendall(b"hello")
    agent.receive_and_forward(number, max_length=2)
    assert agent.received(soon()) == Received(b"he", 2, False, None)
    agent.version()
    assert agent.received(at_once()) is None
    agent.receive_and_forward(number, max_length=9)
    assert agent.received(soon()) == Received(b"llo", 3, False, None)


def test_the_end_of_the_stream_is_an_event_without_data(bench: Bench, agent: Agent, family: int) -> None:
    number, ours = connected(bench, agent, family)
    agent.receive_and_forward(number)
    ours.sendall(b"bye")
    ours.close()
    assert agent.received(soon()) == Received(b"bye", 3, False, None)
    assert agent.received(soon()) == Received(b"", 0, True, None)
    assert agent.socket_state(number) is State.CLOSE_WAIT
    agent.receive_and_forward(number)
    assert agent.received(soon()) == Received(b"", 0, True, None)


def test_a_reset_is_an_event_with_its_result(bench: Bench, agent: Agent) -> None:
    number, ours = connected(bench, agent)
    agent.receive_and_forward(number)
    reset(ours)
    assert agent.received(soon()) == Received(b"", 0, False, Result.RESET)
    assert agent.socket_state(number) is State.CLOSED


def test_half_closed_either_way_data_flows_on(bench: Bench, agent: Agent) -> None:
    number, ours = connected(bench, agent)
    agent.shutdown(number, 1)
    assert ours.recv(1) == b""
    ours.sendall(b"still here")
    agent.receive_and_forward(number)
    assert agent.received(soon()) == Received(b"still here", 10, False, None)


def test_both_ways_can_be_shut_down(bench: Bench, agent: Agent) -> None:
    number, ours = connected(bench, agent)
    agent.shutdown(number, 2)
    assert ours.recv(1) == b""
    assert refusal(agent.shutdown, number, 3) is Result.INVALID_PARAMETER


# Urgent data


def test_urgent_data_is_sent(bench: Bench, agent: Agent) -> None:
    number, ours = connected(bench, agent)
    agent.send_data(number, b"ab!", urgent=True)
    assert bench.receive(ours, 2) == b"ab"
    assert ours.recv(1, socket.MSG_OOB) == b"!"


def test_urgent_data_is_told_out_of_band(bench: Bench, agent: Agent) -> None:
    number, ours = connected(bench, agent)
    assert agent.urgent_data(number) == (Urgent.NONE, b"")
    ours.send(b"ab!", socket.MSG_OOB)
    bench.wait(lambda: agent.urgent_data(number) == (Urgent.TAKEN, b"!"))
    agent.receive_and_forward(number)
    assert agent.received(soon()) == Received(b"ab", 2, False, None)


def test_the_mark_stands_before_the_last_urgent_octet(bench: Bench, agent: Agent) -> None:
    number, ours = connected(bench, agent)
    ours.send(b"ab!", socket.MSG_OOB)
    ours.sendall(b"cd")
    assert not agent.at_mark(number)
    agent.receive_and_forward(number, max_length=2)
    assert agent.received(soon()) == Received(b"ab", 2, False, None)
    assert agent.at_mark(number)
    agent.receive_and_forward(number)
    assert agent.received(soon()) == Received(b"cd", 2, False, None)
    assert not agent.at_mark(number)


def test_no_octet_can_be_sent_as_urgent_data(bench: Bench, agent: Agent) -> None:
    number, ours = connected(bench, agent)
    agent.send_data(number, b"", urgent=True)
    agent.send_data(number, b"ab")
    assert bench.receive(ours, 2) == b"ab"


def test_urgent_data_can_come_in_line(bench: Bench, agent: Agent) -> None:
    number, ours = connected(bench, agent)
    agent.configure(number, Parameter.URGENT_INLINE, 1)
    ours.send(b"ab!", socket.MSG_OOB)
    agent.receive_and_forward(number)
    got = b""
    while len(got) < 3:
        received = agent.received(soon())
        assert received is not None
        got += received.data
    assert got == b"ab!"


# Parameters


def test_a_parameter_is_what_it_was_set_to(bench: Bench, agent: Agent) -> None:
    number = agent.create_and_bind()
    agent.configure(number, Parameter.KEEP_ALIVE_IDLE, 5)
    assert agent.parameter(number, Parameter.KEEP_ALIVE_IDLE) == 5


# Error reports


def test_urgent_data_is_reported_until_it_is_taken(bench: Bench, agent: Agent) -> None:
    number, ours = connected(bench, agent)
    assert agent.errors(number) == frozenset()
    ours.send(b"ab!", socket.MSG_OOB)
    bench.wait(lambda: agent.errors(number, asking=False) == {Report.URGENT})
    agent.urgent_data(number)
    assert agent.errors(number) == frozenset()


def test_asking_for_reports_does_not_take_the_end_of_the_connection(bench: Bench, agent: Agent) -> None:
    number, ours = connected(bench, agent)
    reset(ours)
    bench.wait(lambda: agent.socket_state(number) is State.CLOSED)
    assert agent.errors(number) == frozenset()
    agent.receive_and_forward(number)
    assert agent.received(soon()) == Received(b"", 0, False, Result.RESET)


@python_only
@pytest.mark.parametrize("asking", [False, True])
def test_a_reset_that_comes_while_reports_are_asked_for_is_told_to_who_receives(
    bench: Bench, agent: Agent, monkeypatch: pytest.MonkeyPatch, asking: bool
) -> None:
    number, ours = connected(bench, agent)
    reset(ours)
    bench.wait(lambda: agent.socket_state(number) is State.CLOSED)
    real, looks = reports.goes_on, iter([True])
    monkeypatch.setattr(reports, "goes_on", lambda sock: next(looks, False) or real(sock))
    assert agent.errors(number, asking=asking) == frozenset()
    agent.receive_and_forward(number)
    assert agent.received(soon()) == Received(b"", 0, False, Result.RESET)


@python_only
@pytest.mark.parametrize("method", ["recv", "send"])
def test_an_error_of_a_connection_that_goes_on_is_reported_and_ends_nothing(
    bench: Bench, agent: Agent, monkeypatch: pytest.MonkeyPatch, method: str
) -> None:
    number, ours = connected(bench, agent)
    errors = [OSError(errno.EHOSTUNREACH, "")]
    real = getattr(socket.socket, method)

    def unreachable_once(sock: socket.socket, *arguments: Any) -> Any:
        if errors and sock.type == socket.SOCK_STREAM:
            raise errors.pop()
        return real(sock, *arguments)

    agent.receive_and_forward(number)
    monkeypatch.setattr(socket.socket, method, unreachable_once)
    agent.send_data(number, b"there")
    os.write(ours.fileno(), b"back")
    assert agent.received(soon()) == Received(b"back", 4, False, None)
    assert bench.receive(ours, 5) == b"there"
    assert agent.errors(number, asking=False) == {Report.ICMP}
    assert agent.errors(number) == frozenset()


# STATUS


def test_status_tells_sockets_and_queues(bench: Bench, agent: Agent, family: int) -> None:
    number, ours = connected(bench, agent, family)
    ours.send(b"unread")
    bench.wait(lambda: agent.status(number).unread == 6)
    status = agent.status(number)
    assert (status.local, status.remote) == (ours.getpeername()[:2], ours.getsockname()[:2])
    assert status.unacknowledged == 0
    assert None not in (status.send_window, status.receive_window)


def test_what_is_not_connected_has_no_status(agent: Agent) -> None:
    number = agent.create_and_bind()
    assert refusal(agent.status, number) is Result.DOES_NOT_EXIST
    agent.listen_and_accept(number)
    assert refusal(agent.status, number) is Result.DOES_NOT_EXIST


@python_only
def test_elsewhere_status_tells_sockets_alone(bench: Bench, agent: Agent, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("conformance.agent.status._LINUX", False)
    number, _ = connected(bench, agent)
    status = agent.status(number)
    assert {status.send_window, status.receive_window, status.unacknowledged, status.unread} == {None}


# CLOSE, ABORT, STATUS


def test_close_sends_a_fin(bench: Bench, agent: Agent) -> None:
    number, ours = connected(bench, agent)
    agent.close_socket(number)
    assert not ends_with_reset(ours)


def test_abort_sends_a_reset(bench: Bench, agent: Agent) -> None:
    number, ours = connected(bench, agent)
    agent.close_socket(number, abort=True)
    assert ends_with_reset(ours)


def test_close_with_unread_data_is_left_to_the_kernel(bench: Bench, agent: Agent) -> None:
    number, ours = connected(bench, agent)
    ours.sendall(b"never read")
    agent.close_socket(number)
    assert ends_with_reset(ours)  # as Linux does (RFC 1122, 4.2.2.13, allows it)


def test_the_states_of_an_active_close_are_told(bench: Bench, agent: Agent, family: int) -> None:
    number = agent.create_and_bind(address=LOOPBACK[family], bind=False)
    assert agent.socket_state(number) is State.CLOSED
    number, ours = connected(bench, agent, family)
    agent.shutdown(number, 1)
    bench.wait(lambda: agent.socket_state(number) is State.FIN_WAIT_2)
    ours.close()
    bench.wait(lambda: agent.socket_state(number) is State.TIME_WAIT)
    agent.close_socket(number)
    assert agent.socket_state(number) is State.TIME_WAIT
    assert refusal(agent.close_socket, number) is Result.BAD_SOCKET


def test_the_state_of_a_listener_and_of_its_connections_is_told(bench: Bench, agent: Agent, family: int) -> None:
    number, port = listening(bench, agent, 0, family)
    assert agent.socket_state(number) is State.LISTEN
    ours = bench.keep(socket.create_connection((LOOPBACK[family], port), PATIENCE))
    remote = (LOOPBACK[family], ours.getsockname()[1])
    bench.wait(lambda: agent.socket_state(number, remote) is State.ESTABLISHED)
    assert agent.socket_state(number, (LOOPBACK[family], 1)) is State.CLOSED
    agent.close_socket(number)
    assert agent.socket_state(number) is State.CLOSED
    assert agent.socket_state(number, remote) is State.CLOSED


def test_a_listener_on_any_address_tells_its_connections(bench: Bench, agent: Agent, family: int) -> None:
    port = free_port(bench, family)
    number = agent.create_and_bind(port, "::" if family == socket.AF_INET6 else "0.0.0.0")
    agent.listen_and_accept(number, 0)
    ours = bench.keep(socket.create_connection((LOOPBACK[family], port), PATIENCE))
    remote = (LOOPBACK[family], ours.getsockname()[1])
    bench.wait(lambda: agent.socket_state(number, remote) is State.ESTABLISHED)


@python_only
def test_a_system_that_tells_no_states_has_no_such_primitive(agent: Agent, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(socket, "AF_NETLINK")
    monkeypatch.setattr("conformance.agent.lookup._TABLES", {socket.AF_INET: "/nonexistent"})
    number = agent.create_and_bind(address="127.0.0.1")
    agent.listen_and_accept(number, 0)
    with pytest.raises(NotApplicable, match="the agent does not offer SOCKET_STATE"):
        agent.socket_state(number)


def test_parameters_are_set_and_unknown_ones_refused(agent: Agent) -> None:
    number = agent.create_and_bind()
    agent.configure(number, Parameter.NAGLE, 0)
    agent.configure(number, Parameter.RECEIVE_BUFFER, 4096)
    assert refusal(agent.configure, number, Parameter.UDP_CHECKSUM, 1) is Result.INVALID_PARAMETER
    with pytest.raises(NotApplicable, match="cannot set parameter 0x8000"):
        agent.configure(number, 0x8000, 1)


# Sessions and limits


def test_the_end_of_a_test_resets_its_own_sockets_only(bench: Bench) -> None:
    ending, going_on = bench.agent(), bench.agent()
    _, ours = connected(bench, ending)
    number, theirs = connected(bench, going_on)
    assert number == 1  # ids are each session's own
    ending.end_test(1, "one")
    assert ends_with_reset(ours)
    assert bench.server.sockets == 1
    going_on.send_data(number, b"alive")
    assert bench.receive(theirs, 5) == b"alive"
    assert ending.create_and_bind() == 1


@python_only
def test_an_idle_session_is_reset(make: Make) -> None:
    bench = make(limits=Limits(idle=300))
    idle, busy = bench.agent(), bench.agent()
    _, ours = connected(bench, idle)
    number, theirs = connected(bench, busy)
    bench.time = 299.0
    assert busy.socket_state(number) is State.ESTABLISHED
    assert bench.server.sessions == 2
    bench.time = 301.0
    bench.server.step(0)
    assert ends_with_reset(ours)
    assert bench.server.sessions == bench.server.sockets == 1
    busy.send_data(number, b"alive")
    assert bench.receive(theirs, 5) == b"alive"


@python_only
def test_asking_alone_leaves_no_session(bench: Bench, agent: Agent) -> None:
    agent.version()
    assert bench.server.sessions == 0
    number = agent.create_and_bind()
    assert bench.server.sessions == 1
    agent.close_socket(number)
    assert bench.server.sessions == 0


def test_a_session_has_no_more_sockets_than_allowed(make: Make) -> None:
    bench = make(limits=Limits(sockets=3, sockets_per_session=2))
    one, other = bench.agent(), bench.agent()
    one.create_and_bind()
    one.create_and_bind()
    assert refusal(one.create_and_bind) is Result.NO_RESOURCES
    other.create_and_bind()
    assert refusal(other.create_and_bind) is Result.NO_RESOURCES
    one.end_test()
    other.create_and_bind()


def test_a_listener_accepts_again_when_a_socket_is_released(make: Make) -> None:
    bench = make(limits=Limits(sockets_per_session=2))
    agent = bench.agent()
    _, port = listening(bench, agent, 9)
    for _ in range(2):
        bench.keep(socket.create_connection(("127.0.0.1", port), PATIENCE))
    first = agent.accepted(soon())
    assert first is not None
    agent.version()
    assert agent.accepted(at_once()) is None
    agent.close_socket(first.socket)
    assert agent.accepted(soon()) is not None


def test_a_listener_that_waits_for_room_can_be_closed(make: Make) -> None:
    bench = make(limits=Limits(sockets_per_session=2))
    agent = bench.agent()
    number, port = listening(bench, agent, 9)
    for _ in range(2):
        bench.keep(socket.create_connection(("127.0.0.1", port), PATIENCE))
    first = agent.accepted(soon())
    assert first is not None
    agent.version()
    agent.close_socket(number)
    agent.close_socket(first.socket)
    assert bench.server.sockets == 0


@python_only
def test_there_are_no_more_sessions_than_allowed(make: Make) -> None:
    bench = make(limits=Limits(sessions=1))
    bench.agent().create_and_bind()
    assert refusal(bench.agent().create_and_bind) is Result.NO_RESOURCES


def test_many_connections_at_once(bench: Bench, agent: Agent) -> None:
    _, port = listening(bench, agent, 100)
    ours = [bench.keep(socket.create_connection(("127.0.0.1", port), PATIENCE)) for _ in range(50)]
    for sock in ours:
        accepted = agent.accepted(soon())
        assert accepted is not None
        assert accepted.port == sock.getsockname()[1]
        agent.send_data(accepted.socket, str(accepted.port).encode())
    for sock in ours:
        name = str(sock.getsockname()[1]).encode()
        assert bench.receive(sock, len(name)) == name


@python_only
def test_a_tester_that_vanished_is_forgotten_in_time(bench: Bench) -> None:
    channel = bench.channel()
    agent = Agent(channel, reply_within=PATIENCE)
    _, port = listening(bench, agent, 9)
    channel.close()
    for _ in range(3):  # events go to a closed port: its ICMP errors do not disturb the server
        bench.keep(socket.create_connection(("127.0.0.1", port), PATIENCE))
    bench.wait(lambda: bench.server.sockets == 4)
    assert bench.agent().version() == (1, 2, 0)
    bench.time = 300.0
    bench.server.step(0)
    assert bench.server.sockets == bench.server.sessions == 0


# Whatever comes


def harmless(datagram: bytes) -> bool:
    """Tell whether the datagram makes the server connect nowhere but to itself."""
    try:
        message = decode(datagram)
        _, port, address = p.CONNECT.request.decode(message.data)
    except ProtocolError:
        return True
    return not p.CONNECT.matches(message) or (port in PORTS and address in LOOPBACK.values())


PORTS = (1, 61001, 61002, p.ANY_PORT)
ports = st.sampled_from(PORTS)
numbers = st.integers(0, 4) | st.integers(0, 0xFFFF)
addresses = st.sampled_from(["127.0.0.1", "0.0.0.0", "::1", "::", "fe80::1", "192.0.2.1"])
octets = st.binary(max_size=24)
requests = st.one_of(
    st.builds(p.CREATE_AND_BIND.ask, st.booleans(), ports, addresses),
    st.builds(p.BIND.ask, numbers, ports, addresses),
    st.builds(p.LISTEN_AND_ACCEPT.ask, numbers, numbers),
    st.builds(p.CONNECT.ask, numbers, ports, st.sampled_from(["127.0.0.1", "::1"])),
    st.builds(p.SEND_DATA.ask, numbers, numbers, st.integers(0, 255), octets),
    st.builds(p.RECEIVE_AND_FORWARD.ask, numbers, numbers, numbers),
    st.builds(p.CONFIGURE_SOCKET.ask, numbers, st.sampled_from(list(Parameter)), octets),
    st.builds(p.SHUTDOWN.ask, numbers, st.integers(0, 3)),
    st.builds(p.CLOSE_SOCKET.ask, numbers, st.booleans()),
    st.builds(p.SOCKET_STATE.ask, numbers, ports, addresses),
    st.builds(p.URGENT_DATA.ask, numbers),
    st.builds(p.AT_MARK.ask, numbers),
    st.builds(p.ERRORS.ask, numbers, st.booleans()),
    st.builds(p.GET_PARAMETER.ask, numbers, numbers),
    st.builds(p.END_TEST.ask, numbers, st.text(st.characters(min_codepoint=1, codec="utf-8"), max_size=4)),
)
anything = st.one_of(
    requests,
    octets,
    st.builds(
        lambda group, number, data: Message(Kind.REQUEST, group, number, data).encode(),
        st.sampled_from([0, 2]) | st.integers(0, 0x7F),
        st.integers(0, 8) | st.integers(0, 0xFF),
        octets,
    ),
    requests.flatmap(lambda datagram: st.integers(0, len(datagram)).map(lambda end: datagram[:end])),
).filter(harmless)


def check_answer(answer: bytes) -> None:
    """Assert that a datagram from the agent is one that it may send."""
    message = decode(answer)
    primitive = p.BY_NUMBER.get((message.group, message.number))
    if primitive is None:
        assert message.result == Result.NO_PRIMITIVE
    elif message.kind is Kind.EVENT:
        assert primitive.event is not None
        primitive.event.decode(message.data)
    elif message.result:
        assert message.data == b""
    else:
        primitive.response.decode(message.data)


@python_only
@given(st.lists(anything, max_size=12))
@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_comes_the_server_answers_in_its_own_words_and_keeps_nothing(
    bench: Bench, datagrams: list[bytes]
) -> None:
    before = len(os.listdir("/proc/self/fd"))
    channel = bench.channel()
    for datagram in datagrams:
        channel.send(datagram)
        answer = channel.receive(at_once())
        while answer is not None:
            check_answer(answer)
            answer = channel.receive(at_once())
    agent = Agent(channel, reply_within=PATIENCE)
    agent.end_test()
    assert bench.server.sockets == bench.server.sessions == 0
    channel.close()
    assert len(os.listdir("/proc/self/fd")) == before


@pytest.mark.parametrize("make", ["c"], indirect=True)
@given(st.lists(anything, max_size=12))
@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_comes_the_program_answers_in_its_own_words_and_keeps_nothing(
    bench: Bench, datagrams: list[bytes]
) -> None:
    program = bench.server
    assert isinstance(program, Program)
    channel = bench.channel()
    Agent(channel, reply_within=PATIENCE).version()  # so that it has begun
    before = program.descriptors
    for datagram in datagrams:
        channel.send(datagram)
        channel.send(p.GET_VERSION.ask())
        answer = channel.receive(soon())
        while answer != p.GET_VERSION.answer(1, 2, 0):
            assert answer is not None
            check_answer(answer)
            answer = channel.receive(soon())
    Agent(channel, reply_within=PATIENCE).end_test()
    assert program.descriptors == before
    channel.close()
