"""Virtual time, the agent, the faults, and `--target model`."""

import subprocess
import sys
from pathlib import Path

import pytest
from reference import faults
from reference.agent import CALLS
from reference.segment import RST, Segment
from reference.segment import Flow as Ends
from reference.target import OURS, THEIRS
from reference.wire import TRIP, ModelWire

from conformance.agent.client import Agent, AgentRefused
from conformance.agent.primitives import PRIMITIVES, Parameter, Report, Urgent
from conformance.agent.protocol import Result
from conformance.errors import NotApplicable, UsageProblem
from conformance.peer import Peer
from conformance.requirements import lookup
from conformance.segment import Ctl
from conformance.state import State
from conformance.target import model
from conformance.timing import Timing
from conformance.transcript import Transcript
from conformance.wire import Flow

ROOT = Path(__file__).parents[1]


@pytest.fixture
def wire():
    return ModelWire(list(THEIRS.values()))


@pytest.fixture
def agent(wire):
    return Agent(wire.channel(("192.0.2.2", 10000)), ours=True)


def peer_to(wire, port, family="ipv4"):
    return Peer(wire, Flow(OURS[family], 20000, THEIRS[family], port), Transcript(), Timing())


def connected(wire, agent):
    """Return a peer and the number of the target's socket."""
    listener = agent.create_and_bind(7777, THEIRS["ipv4"])
    agent.listen_and_accept(listener)
    peer = peer_to(wire, 7777)
    peer.send(Ctl.SYN)
    peer.expect(Ctl.SYN | Ctl.ACK)
    peer.send(Ctl.ACK)
    return peer, agent.accepted(wire.now() + 1).socket


def test_waiting_costs_no_time_but_takes_it(wire):
    start = wire.now()
    inbox = wire.open(Flow(OURS["ipv4"], 20000, THEIRS["ipv4"], 9))
    assert not wire.wait(inbox, start + 1e6)
    assert wire.now() == start + 1e6


@pytest.mark.parametrize("family", THEIRS)
def test_answer_takes_a_round_trip(wire, family):
    peer = peer_to(wire, 81, family)
    sent = peer.send(Ctl.SYN)
    assert peer.expect(Ctl.RST | Ctl.ACK).at - sent.at == 2 * TRIP


def test_retransmission_comes_after_exactly_a_second(wire):
    wire.wait(wire.open(Flow(OURS["ipv4"], 1, THEIRS["ipv4"], 9)), wire.now() + 0.1234567)
    peer = peer_to(wire, 9)
    peer.send(Ctl.SYN)
    first = peer.expect(Ctl.SYN | Ctl.ACK)
    assert peer.hear(wire.now() + 5).at - first.at == 1.0


def test_echo_service_echoes_and_closes(wire):
    peer = peer_to(wire, 7)
    peer.send(Ctl.SYN)
    peer.expect(Ctl.SYN | Ctl.ACK)
    peer.send(Ctl.ACK, data=b"echo")
    peer.expect(Ctl.ACK, data=b"echo")
    peer.send(Ctl.FIN | Ctl.ACK)
    peer.expect(Ctl.FIN | Ctl.ACK, ack=peer.snd_nxt)


def test_agent_has_every_primitive():
    assert set(CALLS) == set(PRIMITIVES)


def test_agent_knows_every_parameter_of_tcp(wire, agent):
    socket = agent.create_and_bind()
    for parameter in Parameter:
        if parameter not in (Parameter.IP_TIMESTAMP, Parameter.UDP_CHECKSUM, Parameter.CONGESTION_CONTROL):
            agent.configure(socket, parameter, 1)
    agent.configure(socket, Parameter.CONGESTION_CONTROL, 9438)
    with pytest.raises(NotApplicable):
        agent.configure(socket, Parameter.CONGESTION_CONTROL, 793)
    with pytest.raises(AgentRefused):
        agent.configure(socket, Parameter.UDP_CHECKSUM, 1)


def test_agent_tells_states_and_forwards(wire, agent):
    peer, socket = connected(wire, agent)
    assert agent.socket_state(socket) is State.ESTABLISHED
    agent.receive_and_forward(socket)
    peer.send(Ctl.FIN | Ctl.ACK, data=b"text")
    assert agent.received(wire.now() + 1).data == b"text"
    assert agent.received(wire.now() + 1).end
    assert agent.socket_state(socket) is State.CLOSE_WAIT


def test_agent_tells_how_a_connection_ended(wire, agent):
    peer, socket = connected(wire, agent)
    peer.send(Ctl.RST)
    agent.receive_and_forward(socket)
    assert agent.received(wire.now() + 1).error is Result.RESET
    with pytest.raises(AgentRefused):
        agent.send_data(socket, b"x")


def test_agent_tells_urgent_data_apart(wire, agent):
    peer, socket = connected(wire, agent)
    assert agent.urgent_data(socket) == (Urgent.NONE, b"")
    peer.send(Ctl.ACK | Ctl.URG, urgent=4)
    assert agent.urgent_data(socket) == (Urgent.ANNOUNCED, b"")
    peer.send(Ctl.ACK, data=b"123!45")
    assert agent.urgent_data(socket) == (Urgent.TAKEN, b"!")
    assert not agent.at_mark(socket)
    agent.receive_and_forward(socket, max_length=3)
    assert agent.received(wire.now() + 1).data == b"123"
    assert agent.at_mark(socket)
    agent.receive_and_forward(socket)
    assert agent.received(wire.now() + 1).data == b"45"
    assert not agent.at_mark(socket)


def test_agent_tells_urgent_data_unasked(wire, agent):
    peer, socket = connected(wire, agent)
    assert agent.urgent_notice(wire.now() + 1) is None
    peer.send(Ctl.ACK | Ctl.URG, data=b"ab!", urgent=3)
    assert agent.urgent_notice(wire.now() + 1) is Urgent.ANNOUNCED
    agent.receive_and_forward(socket)
    assert agent.received(wire.now() + 1).data == b"ab"
    peer.send(Ctl.ACK, data=b"cd")
    assert agent.received(wire.now() + 1).data == b"cd"
    assert agent.urgent_data(socket) == (Urgent.TAKEN, b"!")


def test_end_of_a_test_resets_everything(wire, agent):
    peer, _ = connected(wire, agent)
    agent.end_test()
    peer.expect(Ctl.RST)
    assert wire.host.connections == {}
    assert {port for _, port in wire.host.listeners} == {7, 9}


# -- faults --


@pytest.mark.parametrize("fault", faults.all_faults().values(), ids=str)
def test_fault_does_something_otherwise_and_breaks_what_there_is(fault):
    own = [name for name in vars(fault.part) if not name.startswith("__")]
    assert any(hasattr(base, name) for base in fault.part.__mro__[1:] for name in own)
    assert all(lookup(one) for one in fault.breaks)
    assert issubclass(fault.host(), faults.Host)


def test_fault_takes_effect():
    wire = ModelWire(list(THEIRS.values()), faults.load("reset-acknowledges-one-too-few").host())
    drawn = Segment(Ends(b"", 1, b"", 2), 100, ctl=2)
    assert wire.host.reset_numbers(drawn) == (0, 100, RST | 0x10)


def test_unknown_fault_is_told_with_its_neighbours():
    with pytest.raises(UsageProblem, match="did you mean rto-does-not-double"):
        faults.load("rto-does-not-duble")


# -- parameters --


def test_a_parameter_can_be_read(wire, agent):
    _, number = connected(wire, agent)
    assert agent.parameter(number, Parameter.KEEP_ALIVE) == 0
    assert agent.parameter(number, Parameter.KEEP_ALIVE_IDLE) == 7200
    with pytest.raises(NotApplicable):
        agent.parameter(number, Parameter.BACKLOG)


# -- OPEN and SEND together, FLUSH --


def test_what_the_syn_carried_in_vain_is_sent_again(wire, agent):
    number = agent.create_and_bind(None, THEIRS["ipv4"])
    peer = peer_to(wire, None)
    agent.open_and_send(number, 20000, OURS["ipv4"], b"hello")
    syn = peer.expect(Ctl.SYN)
    assert syn.data == b"hello"
    peer.tcb.rcv_nxt = syn.seq + 1 + 2
    peer.send(Ctl.SYN | Ctl.ACK)
    peer.expect_data(b"llo")
    assert agent.connect_outcome(wire.now() + 1) is Result.OK


def test_what_the_syn_carried_is_sent_after_crossing_syns(wire, agent):
    number = agent.create_and_bind(None, THEIRS["ipv4"])
    peer = peer_to(wire, None)
    agent.open_and_send(number, 20000, OURS["ipv4"], b"hello")
    syn = peer.expect(Ctl.SYN)
    peer.send(Ctl.SYN)
    peer.tcb.rcv_nxt = syn.seq + 1
    peer.expect(Ctl.SYN | Ctl.ACK, seq=syn.seq, data=b"")
    peer.send(Ctl.ACK, seq=peer.iss + 1)
    peer.expect_data(b"hello")


def test_flush_drops_what_has_no_numbers_yet(wire, agent):
    peer, number = connected(wire, agent)
    peer.send(Ctl.ACK, window=0)
    agent.send_data(number, b"stale")
    agent.flush(number)
    agent.send_data(number, b"fresh")
    peer.send(Ctl.ACK)
    peer.expect_data(b"fresh")


# -- error reports --


def test_urgent_data_is_reported(wire, agent):
    peer, number = connected(wire, agent)
    peer.send(Ctl.ACK | Ctl.URG, urgent=5, data=b"abc")
    peer.expect(Ctl.ACK)
    assert agent.errors(number, asking=False) == {Report.URGENT}
    assert agent.errors(number) == frozenset()


def test_many_retransmissions_are_reported_unless_the_user_does_not_want_it(wire, agent):
    _, number = connected(wire, agent)
    agent.configure(number, Parameter.ERROR_REPORTS, 0)
    agent.send_data(number, b"lost")
    wire.wait(wire.open(Flow(OURS["ipv4"], 1, THEIRS["ipv4"], 9)), wire.now() + 20)
    assert agent.errors(number, asking=False) == frozenset()
    assert agent.errors(number) == {Report.RETRANSMISSIONS}


# -- the option --


def test_model_is_named_alone_or_with_a_name():
    assert [model.is_model(one) for one in ("model", "mine=model", "10.0.0.2", "model=10.0.0.2")] == [
        True,
        True,
        False,
        False,
    ]
    assert [model.name_of(one) for one in ("model", "mine=model")] == ["model", "mine"]


def test_model_without_the_tests_is_a_usage_problem(monkeypatch):
    monkeypatch.setitem(sys.modules, "reference", None)
    monkeypatch.setitem(sys.modules, "reference.target", None)
    with pytest.raises(UsageProblem, match="directory tests"):
        model.profile_path()


def run(*arguments, python=("-m", "pytest")):
    """Run pytest on one file of cases."""
    case = "cases/rfc9293/test_time_wait_timer.py"
    command = [sys.executable, *python, "-q", "-p", "no:cacheprovider", *arguments, case]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)


def test_cases_pass_on_the_model():
    sound = run("--target", "model")
    assert sound.returncode == 0, sound.stdout


def test_cases_fail_on_a_fault():
    faulty = run("--target", "model", "--fault", "time-wait-is-not-restarted")
    assert faulty.returncode == 1
    assert "violates RFC9293:3.10.7.4-fin-timewait" in faulty.stdout


def test_a_real_target_has_the_faults_and_the_path_that_it_has():
    for option in (["--fault", "any"], ["--path", "loss=1%"]):
        assert "a real target is what it is" in run("--target", "192.0.2.99", *option).stderr


ELSEWHERE = """
import socket, sys
import scapy.layers.inet, scapy.layers.inet6  # knows its way on every system
for name in [name for name in dir(socket) if "PACKET" in name or "NETLINK" in name]:
    delattr(socket, name)
for name in ("pyroute2", "fcntl", "resource", "conformance.lab"):
    sys.modules[name] = None
import pytest
sys.exit(pytest.main(sys.argv[1:]))
"""


def test_model_needs_nothing_that_only_linux_has():
    sound = run("--target", "model", "-p", "no:faulthandler", python=("-c", ELSEWHERE))
    assert sound.returncode == 0, sound.stdout
