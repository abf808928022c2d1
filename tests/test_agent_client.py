"""The client against a scripted agent, on a clock that moves only when it waits."""

from __future__ import annotations

import contextlib
from collections import deque
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.agent import primitives as p
from conformance.agent.client import Accepted, Agent, AgentRefused, Received
from conformance.agent.primitives import Parameter, Report, Urgent
from conformance.agent.protocol import Kind, Message, Result
from conformance.errors import Inconclusive, NotApplicable
from conformance.state import State

FOREIGN = p.IDENTIFY.answer(result=Result.NO_PRIMITIVE)
OURS = p.IDENTIFY.answer(p.IDENTITY)


class Script:
    """A channel that sends what it was given, one list of datagrams for each request; then it is silent."""

    def __init__(self, *answers: list[bytes]) -> None:
        self._answers = deque(answers)
        self._arrived: deque[bytes] = deque()
        self.sent: list[bytes] = []
        self.time = 0.0

    def send(self, datagram: bytes) -> None:
        self.sent.append(datagram)
        if self._answers:
            self._arrived.extend(self._answers.popleft())

    def arrives(self, *datagrams: bytes) -> None:
        self._arrived.extend(datagrams)

    def receive(self, until: float) -> bytes | None:
        if self._arrived:
            return self._arrived.popleft()
        self.time = max(self.time, until)
        return None

    def now(self) -> float:
        return self.time

    def close(self) -> None:
        pass


def scripted(*answers: list[bytes], **more: Any) -> tuple[Agent, Script]:
    script = Script(*answers)
    return Agent(script, "10.0.0.2:10000", **more), script


VECTORS: list[tuple[Callable[[Agent], Any], str, str, Any]] = [
    (
        Agent.version,
        "01050001 00000008 00000000 01010000",
        "01050001 0000000e 00000000 01018000 0001 0002 0000",
        (1, 2, 0),
    ),
    (
        lambda agent: agent.end_test(7, "T"),
        "01050003 00000011 00000000 01010000 0007 0005 efbbbf5400",
        "01050003 00000008 00000000 01018000",
        None,
    ),
    (
        lambda agent: agent.create_and_bind(5000),
        "01050201 00000011 00000000 01010000 01 1388 0004 00000000",
        "01050201 0000000a 00000000 01018000 0001",
        1,
    ),
    (
        lambda agent: agent.listen_and_accept(1, 5),
        "01050204 0000000c 00000000 01010000 0001 0005",
        "01050204 00000008 00000000 01018000",
        None,
    ),
    (
        lambda agent: agent.connect(1, 40000, "10.0.0.1", 9),
        "01050205 00000012 00000000 01010000 0001 9c40 0004 0a000001",
        "01050205 00000008 00000000 01010800",
        True,
    ),
    (
        lambda agent: agent.send_data(2, b"abc", push=True),
        "01050202 00000012 00000000 01010000 0002 0003 08 0003 616263",
        "01050202 00000008 00000000 01018000",
        None,
    ),
    (
        lambda agent: agent.shutdown(2, 1),
        "01050207 0000000b 00000000 01010000 0002 01",
        "01050207 00000008 00000000 01018000",
        None,
    ),
    (
        lambda agent: agent.close_socket(2, abort=True),
        "01050200 0000000b 00000000 01010000 0002 01",
        "01050200 00000008 00000000 01018000",
        None,
    ),
]


@pytest.mark.parametrize(("call", "request_octets", "response_octets", "value"), VECTORS)
def test_a_call_has_the_octets_of_its_vector(
    call: Callable[[Agent], Any], request_octets: str, response_octets: str, value: Any
) -> None:
    agent, script = scripted([bytes.fromhex(response_octets)], ours=False)
    assert call(agent) == value
    assert script.sent == [bytes.fromhex(request_octets)]


def test_an_accepted_connection_has_the_octets_of_its_vector() -> None:
    agent, script = scripted()
    script.arrives(bytes.fromhex("01058204 00000014 00000000 01010200 0001 0002 9c40 0004 0a000001"))
    assert agent.accepted(1) == Accepted(1, 2, 40000, "10.0.0.1")


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        (lambda agent: agent.start_test(), p.START_TEST.ask()),
        (lambda agent: agent.create_and_bind(), p.CREATE_AND_BIND.ask(True, 0xFFFF, "0.0.0.0")),
        (
            lambda agent: agent.create_and_bind(7, "fe80::1%eth0", bind=False),
            p.CREATE_AND_BIND.ask(False, 7, "fe80::1"),
        ),
        (lambda agent: agent.bind(1, 7, "::1"), p.BIND.ask(1, 7, "::1")),
        (lambda agent: agent.send_data(1, b"x", 9, urgent=True), p.SEND_DATA.ask(1, 9, 0x20, b"x")),
        (lambda agent: agent.open_and_send(1, 9, "::1%lo", b"x"), p.OPEN_AND_SEND.ask(1, 9, "::1", b"x")),
        (lambda agent: agent.flush(1), p.FLUSH.ask(1)),
        (lambda agent: agent.configure(1, Parameter.TTL, 9), p.CONFIGURE_SOCKET.ask(1, 0, b"\x09")),
        (lambda agent: agent.configure(1, Parameter.MSS, 536), p.CONFIGURE_SOCKET.ask(1, 5, b"\x02\x18")),
        (
            lambda agent: agent.configure(1, Parameter.USER_TIMEOUT, 1000),
            p.CONFIGURE_SOCKET.ask(1, 0xFFF9, b"\0\0\x03\xe8"),
        ),
        (
            lambda agent: agent.configure(1, Parameter.IP_TIMESTAMP, b"\x44\x04\x05\0"),
            p.CONFIGURE_SOCKET.ask(1, 3, b"\x44\x04\x05\0"),
        ),
    ],
)
def test_a_call_asks_what_it_says(call: Callable[[Agent], Any], expected: bytes) -> None:
    agent, script = scripted()
    with pytest.raises(Inconclusive):
        call(agent)
    assert script.sent == [expected]


def test_values_of_responses_are_returned() -> None:
    agent, _ = scripted(
        [p.RECEIVE_AND_FORWARD.answer(5)],
        [p.SOCKET_STATE.answer(11)],
        [p.SOCKET_STATE.answer(4)],
        [p.URGENT_DATA.answer(2, b"!")],
    )
    assert agent.receive_and_forward(1, 10, 20) == 5
    assert agent.socket_state(1) is State.TIME_WAIT
    assert agent.socket_state(1, ("fe80::2%eth0", 7)) is State.SYN_RECEIVED
    assert agent.urgent_data(1) == (Urgent.TAKEN, b"!")


def test_reports_are_told() -> None:
    agent, channel = scripted([p.ERRORS.answer(b"\1\3")])
    assert agent.errors(5, asking=False) == {Report.ICMP, Report.URGENT}
    assert channel.sent == [p.ERRORS.ask(5, False)]


def test_a_parameter_is_read() -> None:
    agent, channel = scripted([p.GET_PARAMETER.answer(b"\0\0\x1c\x20")])
    assert agent.parameter(5, Parameter.KEEP_ALIVE_IDLE) == 7200
    assert channel.sent == [p.GET_PARAMETER.ask(5, Parameter.KEEP_ALIVE_IDLE)]


def test_a_parameter_that_the_agent_cannot_tell_is_not_applicable() -> None:
    agent, _ = scripted([p.GET_PARAMETER.answer(result=Result.INVALID_PARAMETER)])
    with pytest.raises(NotApplicable, match="cannot tell parameter 0xFFFC"):
        agent.parameter(5, Parameter.KEEP_ALIVE_IDLE)


def test_states_are_numbered_as_in_rfc_4022() -> None:
    names = []
    for number in range(1, 12):
        agent, _ = scripted([p.SOCKET_STATE.answer(number)])
        names.append(agent.socket_state(1).value)
    assert names == [
        *("CLOSED", "LISTEN", "SYN-SENT", "SYN-RECEIVED", "ESTABLISHED", "FIN-WAIT-1"),
        *("FIN-WAIT-2", "CLOSE-WAIT", "LAST-ACK", "CLOSING", "TIME-WAIT"),
    ]


def test_a_number_that_is_no_state_is_inconclusive() -> None:
    agent, _ = scripted([p.SOCKET_STATE.answer(12)])
    with pytest.raises(Inconclusive, match="answers SOCKET_STATE with 12, which is no state"):
        agent.socket_state(1)


# Refusals and silence


def test_a_refusal_says_what_and_why() -> None:
    agent, _ = scripted([p.CREATE_AND_BIND.answer(result=Result.CANNOT_BIND)])
    with pytest.raises(AgentRefused) as caught:
        agent.create_and_bind(80)
    assert caught.value.result is Result.CANNOT_BIND
    assert str(caught.value) == "10.0.0.2:10000 answers CREATE_AND_BIND with result 0xED (CANNOT_BIND)"


def test_a_result_of_no_known_meaning_is_kept_as_a_number() -> None:
    agent, _ = scripted([Message(Kind.RESPONSE, 2, 7, b"", 0x42).encode()])
    with pytest.raises(AgentRefused) as caught:
        agent.shutdown(1, 1)
    assert (caught.value.result, caught.value.number) == (Result.NOT_OK, 0x42)
    assert str(caught.value).endswith("with result 0x42 (of no known meaning)")


def test_result_ec_is_an_invalid_parameter_in_version_1_1() -> None:
    refusal = p.SHUTDOWN.answer(result=Result.BAD_INTERFACE)
    version = Message(Kind.RESPONSE, 0, 1, bytes.fromhex("0001 0001")).encode()
    agent, _ = scripted([version], [refusal])
    assert agent.version() == (1, 1)
    with pytest.raises(AgentRefused) as caught:
        agent.shutdown(1, 9)
    assert caught.value.result is Result.INVALID_PARAMETER


def test_a_primitive_that_is_not_offered_is_not_applicable() -> None:
    agent, _ = scripted([p.SOCKET_STATE.answer(result=Result.NO_PRIMITIVE)])
    with pytest.raises(NotApplicable, match=r"10\.0\.0\.2:10000 does not offer SOCKET_STATE"):
        agent.socket_state(1)


def test_an_end_that_the_target_is_not_told_is_not_applicable() -> None:
    agent, script = scripted()
    script.arrives(p.RECEIVE_AND_FORWARD.report(0, b"", result=Result.NO_PRIMITIVE))
    with pytest.raises(NotApplicable, match="is not told how RECEIVE_AND_FORWARD ended"):
        agent.received(1.0)


def test_a_private_parameter_that_is_not_known_is_not_applicable() -> None:
    agent, _ = scripted(*2 * [[p.CONFIGURE_SOCKET.answer(result=Result.INVALID_PARAMETER)]])
    with pytest.raises(NotApplicable, match=r"cannot set parameter 0xFFF8 \(00000001\)"):
        agent.configure(1, Parameter.URGENT_INLINE, 1)
    with pytest.raises(AgentRefused):
        agent.configure(1, Parameter.TTL, 1)


def test_a_silent_agent_is_inconclusive_and_not_asked_again() -> None:
    agent, script = scripted(reply_within=2)
    with pytest.raises(Inconclusive) as caught:
        agent.create_and_bind()
    assert str(caught.value) == "10.0.0.2:10000 did not answer CREATE_AND_BIND within 2 s"
    assert script.time == 2
    with pytest.raises(Inconclusive, match="did not answer CREATE_AND_BIND, so it is not asked for SHUTDOWN"):
        agent.shutdown(1, 1)
    assert len(script.sent) == 1


def test_the_end_of_the_test_may_be_tried_with_an_agent_that_was_silent() -> None:
    agent, _ = scripted([], [p.CREATE_AND_BIND.answer(1), p.END_TEST.answer()], [p.CREATE_AND_BIND.answer(2)])
    with pytest.raises(Inconclusive):
        agent.create_and_bind()
    agent.end_test()
    assert agent.create_and_bind() == 2


def test_only_the_version_is_asked_for_twice() -> None:
    agent, script = scripted([], [p.GET_VERSION.answer(1, 2, 0)], reply_within=2)
    assert agent.version() == (1, 2, 0)
    assert script.sent == [p.GET_VERSION.ask()] * 2
    assert script.time == 1


def test_no_version_is_inconclusive_with_what_came_instead() -> None:
    agent, _ = scripted([b"HTTP/1.1 400 Bad Request"])
    with pytest.raises(Inconclusive) as caught:
        agent.version()
    assert str(caught.value) == (
        "10.0.0.2:10000 did not answer GET_VERSION, sent twice, within 2 s; "
        "it sent something malformed: service id 0x4854, not 0x0105"
    )


def test_a_malformed_response_is_inconclusive() -> None:
    agent, _ = scripted([Message(Kind.RESPONSE, 2, 1, b"\0").encode()])
    with pytest.raises(Inconclusive, match="malformed response to CREATE_AND_BIND: 2 octets wanted at 0, 1 there"):
        agent.create_and_bind()


def test_a_malformed_event_is_inconclusive() -> None:
    agent, script = scripted()
    script.arrives(Message(Kind.EVENT, 2, 4, b"\0").encode())
    with pytest.raises(Inconclusive, match="malformed event LISTEN_AND_ACCEPT"):
        agent.accepted(1)


def test_what_does_not_fit_is_a_mistake_of_the_caller() -> None:
    agent, script = scripted()
    with pytest.raises(ValueError, match="CREATE_AND_BIND: 65536 does not fit into 2 octets"):
        agent.create_and_bind(65536)
    assert script.sent == []


# Events


def test_events_that_come_before_the_response_are_kept_in_order() -> None:
    first, second = p.RECEIVE_AND_FORWARD.report(2, b"ab"), p.RECEIVE_AND_FORWARD.report(0, b"")
    accepted = p.LISTEN_AND_ACCEPT.report(1, 2, 7, "::1")
    agent, _ = scripted([first, accepted, second, p.SEND_DATA.answer()])
    agent.send_data(1, b"x")
    assert agent.accepted(0) == Accepted(1, 2, 7, "::1")
    assert agent.received(0) == Received(b"ab", 2, False, None)
    assert agent.received(0) == Received(b"", 0, True, None)
    assert agent.received(3) is None


def test_a_cut_event_tells_the_full_length() -> None:
    agent, script = scripted()
    script.arrives(p.RECEIVE_AND_FORWARD.report(1460, b"ab"))
    assert agent.received(1) == Received(b"ab", 1460, False, None)


def test_a_reset_while_receiving_is_an_error_and_no_end() -> None:
    agent, script = scripted()
    script.arrives(p.RECEIVE_AND_FORWARD.report(0, b"", result=Result.RESET))
    assert agent.received(1) == Received(b"", 0, False, Result.RESET)


def test_events_of_an_earlier_test_are_forgotten() -> None:
    event = p.RECEIVE_AND_FORWARD.report(1, b"a")
    agent, _ = scripted([event, p.END_TEST.answer()], [event, p.START_TEST.answer()])
    agent.end_test()
    agent.start_test()
    assert agent.received(1) is None


def test_what_nobody_asked_for_is_passed_over() -> None:
    agent, _ = scripted([b"", b"junk", p.SHUTDOWN.answer(), p.GET_VERSION.ask(), p.CLOSE_SOCKET.answer()])
    agent.close_socket(1)


# CONNECT


def test_our_server_tells_the_outcome_by_an_event() -> None:
    agent, script = scripted([OURS], [p.CONNECT.answer()])
    agent.connect(1, 7, "10.0.0.1")
    assert script.time == 0
    assert agent.connect_outcome(3) is None
    script.arrives(p.CONNECT.report(1, result=Result.REFUSED))
    assert agent.connect_outcome(4) is Result.REFUSED


def test_the_outcome_of_another_attempt_is_passed_over() -> None:
    agent, script = scripted([p.CONNECT.answer()], ours=True)
    agent.connect(2, 7, "10.0.0.1")
    script.arrives(p.CONNECT.report(1, result=Result.REFUSED), p.CONNECT.report(2))
    assert agent.connect_outcome(1) is Result.OK


@pytest.mark.parametrize("result", [Result.OK, Result.REFUSED, Result.USER_TIMEOUT])
def test_another_server_tells_the_outcome_by_a_late_response(result: Result) -> None:
    agent, script = scripted([FOREIGN])
    assert not agent.connect(1, 7, "10.0.0.1", 0.5)
    assert agent.connect_outcome(1) is None
    script.arrives(p.CONNECT.answer(result=result))
    assert agent.connect_outcome(2) is result


def test_a_late_response_that_came_during_another_request_is_kept() -> None:
    agent, _ = scripted([p.CONNECT.answer(), p.GET_VERSION.answer(1, 2, 0)], ours=False)
    agent.connect(1, 7, "10.0.0.1")
    agent.version()
    assert agent.connect_outcome(1) is Result.OK


def test_a_refused_connect_raises_when_it_is_waited_for() -> None:
    agent, _ = scripted([p.CONNECT.answer(result=Result.BAD_SOCKET)], ours=True)
    with pytest.raises(AgentRefused):
        agent.connect(1, 7, "10.0.0.1", 1)


def test_a_connect_that_was_refused_at_once_is_the_outcome_when_it_is_not() -> None:
    agent, _ = scripted([p.CONNECT.answer(result=Result.EXISTS)], ours=True)
    agent.connect(1, 7, "10.0.0.1")
    assert agent.connect_outcome(1) is Result.EXISTS


def test_a_server_that_is_silent_about_itself_is_another_one() -> None:
    agent, script = scripted(reply_within=2)
    assert not agent.is_ours()
    assert script.sent == [p.IDENTIFY.ask()] * 2
    assert not agent.is_ours()
    assert len(script.sent) == 2


@given(
    st.lists(st.binary(max_size=48) | st.builds(lambda data: p.GET_VERSION.answer(1, 2, 0)[:16] + data, st.binary()))
)
def test_whatever_a_server_sends_the_call_ends_as_it_says(datagrams: list[bytes]) -> None:
    agent, script = scripted(datagrams)
    with contextlib.suppress(Inconclusive):
        assert len(agent.version()) in (2, 3)
    assert script.time <= 2
