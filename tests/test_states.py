"""Tests of `conformance.states`: the table of walks, and what a walk that fails says."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from fakewire import IRS, FakeWire, answer, peer_on

from conformance.errors import Inconclusive, NotApplicable
from conformance.segment import Ctl, Segment
from conformance.state import State
from conformance.states import ACTIVE, PASSIVE, WALKS, Walk, bring, steps_to, target_in

SYN, ACK = Ctl.SYN, Ctl.ACK


class Deaf:
    """A target with no agent."""

    has_agent = False
    tells_state = False
    subject = SimpleNamespace(unreachable=("SYN-SENT",))


class Told(Deaf):
    """A target whose agent says one state, whatever happens."""

    has_agent = True
    tells_state = True

    def __init__(self, state: State) -> None:
        self._state = state

    def accept(self) -> None:
        """Take the connection."""

    def state(self) -> State:
        return self._state

    def state_has_changed_to(self, expected: State) -> bool:
        return self._state is expected


def test_every_state_is_reached_from_both_open_directions() -> None:
    both = set(State) - {State.CLOSED, State.LISTEN, State.SYN_SENT}
    assert {walk.state for walk in WALKS if walk.opened == PASSIVE} == both | {State.CLOSED, State.LISTEN}
    assert {walk.state for walk in WALKS if walk.opened == ACTIVE} == both | {State.CLOSED, State.SYN_SENT}


def test_a_walk_is_a_chain_of_steps() -> None:
    names = [step.__name__ for step in steps_to(Walk(State.TIME_WAIT))]
    assert names == [
        "_opened_passively",
        "_handshake_completed",
        "_target_closed",
        "_fin_acknowledged",
        "_peer_closed",
    ]
    assert len(steps_to(Walk(State.CLOSING, ACTIVE))) == 4


def test_ids_name_the_state_and_the_rarer_way() -> None:
    marks = target_in(State.LISTEN, State.SYN_SENT, State.LAST_ACK, opened=(PASSIVE, ACTIVE))
    assert [str(walk) for walk in marks.args[1]] == ["LISTEN", "SYN-SENT", "LAST-ACK", "LAST-ACK-active"]


def listening(segment: Segment) -> list[Segment]:
    if segment.ctl & SYN:
        return [answer(segment, SYN | ACK, seq=IRS, ack=segment.end)]
    return [answer(segment, ACK, seq=IRS + 1, ack=segment.end)] if segment.data else []


def test_without_an_agent_the_wire_alone_tells_that_the_target_got_there() -> None:
    peer = peer_on(FakeWire(listening))
    target: Any = Deaf()
    bring(Walk(State.ESTABLISHED), peer, target)
    assert peer.transcript.entries[-1].text == "the target is in ESTABLISHED"


def test_the_agent_is_asked_as_well() -> None:
    peer = peer_on(FakeWire(listening))
    agreeing: Any = Told(State.ESTABLISHED)
    bring(Walk(State.ESTABLISHED), peer, agreeing)
    assert peer.transcript.entries[-1].text == "the target is in ESTABLISHED, the agent says so too"
    contradicting: Any = Told(State.SYN_RECEIVED)
    with pytest.raises(Inconclusive, match="the walk to ESTABLISHED failed: the agent says SYN-RECEIVED"):
        bring(Walk(State.ESTABLISHED), peer_on(FakeWire(listening)), contradicting)


def test_a_listener_may_answer_from_a_syn_cookie_without_state() -> None:
    peer = peer_on(FakeWire(listening))
    stateless: Any = Told(State.LISTEN)
    bring(Walk(State.SYN_RECEIVED), peer, stateless)
    assert peer.transcript.entries[-1].text == "the target is in SYN-RECEIVED"


def test_a_walk_that_fails_is_inconclusive_and_says_why() -> None:
    target: Any = Deaf()
    with pytest.raises(Inconclusive) as caught:
        bring(Walk(State.ESTABLISHED), peer_on(FakeWire()), target)
    assert str(caught.value) == (
        "the walk to ESTABLISHED failed:\nexpected  <ACK=ISS+1><CTL=SYN,ACK>\ngot       nothing within 1 s"
    )


def test_a_walk_that_the_profile_says_leads_nowhere_is_not_applicable() -> None:
    with pytest.raises(NotApplicable, match="SYN-SENT"):
        bring(Walk(State.SYN_SENT, ACTIVE), peer_on(FakeWire()), Deaf())  # type: ignore[arg-type]
