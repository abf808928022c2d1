"""The walk that brings the target into each state of RFC 9293, from both open directions: one table."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import pytest

from conformance import seq
from conformance.errors import Nonconformance, NotApplicable, WalkFailed
from conformance.expectation import reply
from conformance.peer import Peer
from conformance.segment import Ctl
from conformance.state import State
from conformance.target import Target

PASSIVE = "passive"
ACTIVE = "active"

ACK, FIN, SYN = Ctl.ACK, Ctl.FIN, Ctl.SYN

OPENING_SYNS = (reply(SYN), reply(SYN | Ctl.ECE | Ctl.CWR), reply(SYN | Ctl.AE | Ctl.ECE | Ctl.CWR))
"""How an active open begins: plain, or asking for ECN (RFC 3168, section 6.1.1) or AccECN (RFC 9768, section 3.1.1)."""

ANSWER = b"HTTP/1.0 200 OK\r\n\r\n"
"""What makes a user who asks for a file as soon as he is connected read all that comes then, without a word."""


@dataclass(frozen=True, slots=True)
class Walk:
    """A state of the target and how its connection was opened: by our SYN (`passive`) or by its own (`active`)."""

    state: State
    opened: str = PASSIVE

    def __str__(self) -> str:
        plain = self.opened == PASSIVE or self.state is State.SYN_SENT
        return self.state.value if plain else f"{self.state.value}-{self.opened}"


Step = Callable[[Peer, Target], None]


def _opened_passively(peer: Peer, target: Target) -> None:
    peer.send(SYN)
    peer.expect(SYN | ACK, ack=peer.iss + 1)


def _handshake_completed(peer: Peer, target: Target) -> None:
    peer.send(ACK)
    if target.has_agent:
        target.accept()
    else:
        peer.expect_alive()


def _opened_actively(peer: Peer, target: Target) -> None:
    target.connect(peer.flow)
    peer.expect_one_of(*OPENING_SYNS)


def _syns_crossed(peer: Peer, target: Target) -> None:
    peer.send(SYN)
    patience = peer.timing.retransmission  # some say it in the place of the next SYN, when that is due
    peer.expect(SYN | ACK, seq=peer.irs, ack=peer.iss + 1, within=patience)


def _syn_answered(peer: Peer, target: Target) -> None:
    peer.send(SYN | ACK)
    peer.expect(ACK, seq=peer.irs + 1, ack=peer.iss + 1)
    if peer.user_speaks:
        peer.hear_user_out()
        peer.send(ACK, data=ANSWER)
        peer.expect_acknowledged()


def _peer_closed(peer: Peer, target: Target) -> None:
    if not target.has_agent:
        raise NotApplicable("needs an agent on the target: a plain service closes as soon as its peer has")
    peer.send(FIN | ACK)
    peer.expect(ACK, seq=peer.rcv_nxt, ack=peer.snd_nxt)


def _target_closed(peer: Peer, target: Target) -> None:
    target.close()
    peer.expect(FIN | ACK, seq=peer.rcv_nxt, ack=peer.snd_nxt)


def _fin_acknowledged(peer: Peer, target: Target) -> None:
    peer.send(ACK)


def _fins_crossed(peer: Peer, target: Target) -> None:
    peer.send(FIN | ACK, ack=seq.add(peer.rcv_nxt, -1))  # everything but its FIN
    peer.expect(ACK, seq=peer.rcv_nxt, ack=peer.snd_nxt)


WALKS: dict[Walk, tuple[Walk | None, Step | None]] = {
    Walk(State.CLOSED): (None, None),
    Walk(State.CLOSED, ACTIVE): (None, None),  # about to open: the peer takes its SYN from whatever port
    Walk(State.LISTEN): (None, None),
    Walk(State.SYN_RECEIVED): (Walk(State.LISTEN), _opened_passively),
    Walk(State.ESTABLISHED): (Walk(State.SYN_RECEIVED), _handshake_completed),
    Walk(State.SYN_SENT, ACTIVE): (Walk(State.CLOSED, ACTIVE), _opened_actively),
    Walk(State.SYN_RECEIVED, ACTIVE): (Walk(State.SYN_SENT, ACTIVE), _syns_crossed),
    Walk(State.ESTABLISHED, ACTIVE): (Walk(State.SYN_SENT, ACTIVE), _syn_answered),
}
for _opened in (PASSIVE, ACTIVE):
    WALKS |= {
        Walk(State.CLOSE_WAIT, _opened): (Walk(State.ESTABLISHED, _opened), _peer_closed),
        Walk(State.LAST_ACK, _opened): (Walk(State.CLOSE_WAIT, _opened), _target_closed),
        Walk(State.FIN_WAIT_1, _opened): (Walk(State.ESTABLISHED, _opened), _target_closed),
        Walk(State.FIN_WAIT_2, _opened): (Walk(State.FIN_WAIT_1, _opened), _fin_acknowledged),
        Walk(State.CLOSING, _opened): (Walk(State.FIN_WAIT_1, _opened), _fins_crossed),
        Walk(State.TIME_WAIT, _opened): (Walk(State.FIN_WAIT_2, _opened), _peer_closed),
    }


def target_in(*states: State, opened: str | Sequence[str] = PASSIVE) -> pytest.MarkDecorator:
    """Run the case once for each state, with the target brought there first.

    `opened` is `PASSIVE`, `ACTIVE` or both: how the connection came about. SYN-SENT is reached by an active open only.
    """
    ways = (opened,) if isinstance(opened, str) else tuple(opened)
    walks = [
        Walk(state, way)
        for state in states
        for way in ((ACTIVE,) if state is State.SYN_SENT else ways)
        if Walk(state, way) in WALKS
    ]
    return pytest.mark.parametrize("walk", walks, ids=str, indirect=True)


def steps_to(walk: Walk) -> list[Step]:
    """Return the steps of a walk, first to last."""
    before, step = WALKS[walk]
    return (steps_to(before) if before else []) + ([step] if step else [])


def go(walk: Walk, peer: Peer, target: Target) -> None:
    """Bring the target into a state, as far as the wire tells.

    Inconclusive when it does not get there: the case has not begun, so it cannot fail.
    """
    if str(walk) in target.subject.unreachable:
        raise NotApplicable(f"the target cannot be brought to {walk}, as its profile says")
    try:
        for step in steps_to(walk):
            step(peer, target)
    except Nonconformance as error:
        raise WalkFailed(f"the walk to {walk} failed:\n{error}") from error


def bring(walk: Walk, peer: Peer, target: Target) -> None:
    """Bring the target into a state and make sure of it: on the wire by each step, then by the agent's word.

    Inconclusive as `go`, or when the agent says something else.
    """
    go(walk, peer, target)
    if walk.state is State.CLOSED:
        return
    said = ", the agent says so too" if _is_told(walk, target) else ""
    peer.transcript.note(peer.wire.now(), f"the target is in {walk}{said}")


def _is_told(walk: Walk, target: Target) -> bool:
    """Tell whether the agent confirms the state; not where it cannot tell. Inconclusive when it says otherwise."""
    if not target.has_agent or not target.tells_state:
        return False
    try:
        if target.state_has_changed_to(walk.state):
            return True
    except NotApplicable:  # it tells the states of some connections only, such as those that have a socket
        return False
    if walk == Walk(State.SYN_RECEIVED) and target.state() is State.LISTEN:
        return False  # it answers from a SYN cookie, without state (RFC 4987, section 3.6): the SYN,ACK has to do
    raise WalkFailed(f"the walk to {walk} failed: the agent says {target.state()}")
