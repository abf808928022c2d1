"""More SYNs than a listener has room for: SYN cookies and what else saves state (RFC 4987, sections 3 and 3.6)."""

import pytest

from conformance import (
    ACK,
    LISTEN,
    NOTHING,
    RST,
    SACK_PERMITTED,
    SYN,
    mss,
    offering,
    reply,
    requirement,
    slow,
    target_in,
    timestamps,
    window_scale,
)
from conformance.errors import NotApplicable
from conformance.options import EOL_KIND, NOP_KIND
from conformance.states import OPENING_SYNS

SYNS = 6
"""So many come to a listener that has room for one: too few to disturb the target."""

TEXT = b"0123456789"


def crowd(another, target, data=b""):
    """Send the SYNs; return those that the target has answered, each as a peer. Some it may refuse (section 2)."""
    port = target.listen(backlog=1)
    most = min(SYNS, target.subject.max_connections - 2)
    if most < 3:
        raise NotApplicable(f"needs more than one SYN; the target bears {target.subject.max_connections} connections")
    peers = [another(port) for _ in range(most)]
    for one in peers:
        one.send(SYN, data=data)
    return [one for one in peers if is_answered(one)]


def is_answered(one):
    """Tell whether a SYN,ACK comes; a reset may come instead, or nothing."""
    answer = one.expect_one_of(reply(SYN | ACK), reply(RST | ACK, seq=0), NOTHING)
    return answer is not None and SYN in answer.ctl


def forgotten(peers, timing):
    """Return those whose SYN,ACK is not sent again: the target keeps nothing of their SYN, or no more."""
    until = peers[0].wire.now() + timing.retransmission
    return [one for one in peers if one.hear(until) is None]


def completes(one):
    """Send what ends the handshake, and text; tell whether that was a connection."""
    one.send(ACK, seq=one.iss + 1, data=TEXT)
    choices = reply(ACK, ack=one.iss + 1 + len(TEXT)), reply(RST), reply(RST | ACK), NOTHING
    answer = one.expect_one_of(*choices, within=one.timing.ack_delay)
    return answer is not None and RST not in answer.ctl


def first_forgotten(peers, timing):
    """Return one of those; not applicable where there is none."""
    for one in forgotten(peers, timing):
        return one
    raise NotApplicable("the target remembers every SYN that it answers")


@pytest.fixture
def stateless(another, target, timing):
    """A peer to which a SYN,ACK came, and of which the target remembers nothing."""
    return first_forgotten(crowd(another, target), timing)


@pytest.fixture
def from_cookie(stateless, target):
    """A connection that was made from a cookie, and accepted."""
    if not completes(stateless):
        raise NotApplicable("the target answers no SYN from a cookie")
    target.accept_from_queue()
    target.accept()
    return stateless


@requirement("RFC4987:3-syn-cache")
@target_in(LISTEN)
def test_state_is_kept_for_few_of_many_syns(another, target, timing, facts):
    answered = crowd(another, target)
    kept = len(answered) - len(forgotten(answered, timing))
    facts["SYN,ACKs to SYNs beyond the backlog, and those sent again"] = [len(answered), kept]
    assert 0 < kept < len(answered)


@requirement("RFC4987:3.6-cookie-no-retx", "RFC4987:3.6-cookie-handshake")
@target_in(LISTEN)
def test_syn_ack_that_is_not_sent_again_leads_to_a_connection(another, target, timing):
    assert any(completes(one) for one in forgotten(crowd(another, target), timing))


@requirement("RFC4987:3.6-cookie-bad-ack", "RFC9293:3.10.7.2-listen-ack")
@pytest.mark.parametrize("off", [-1000, 1000], ids=["below", "above"])
@target_in(LISTEN)
def test_ack_of_another_number_makes_no_connection(target, stateless, off):
    wrong = stateless.irs + 1 + off
    for data in (b"", TEXT):
        stateless.send(ACK, seq=stateless.iss + 1, ack=wrong, data=data)
        stateless.expect_one_of(reply(RST, seq=wrong), NOTHING)
    target.accept_from_queue()
    target.accepts_nothing()


@pytest.fixture
def lost(case, target, stateless):
    """The kinds of option that a SYN of ours offered and the target's own has, but not its SYN,ACK."""
    one = case.peer(None)
    target.connect(one.flow)
    usual = kinds(one.expect_one_of(*OPENING_SYNS).options)
    return usual & kinds(stateless.offer) - kinds(stateless.syn.options)


def kinds(options):
    """The kinds of options, padding aside."""
    return {option.kind for option in options} - {EOL_KIND, NOP_KIND}


@requirement("RFC4987:3.6-cookie-options")
@offering(mss(1460), SACK_PERMITTED, window_scale(7))
@target_in(LISTEN)
def test_options_may_be_lost_to_a_cookie(stateless, lost, facts):
    facts["options that were lost"] = sorted(lost)
    assert completes(stateless)
    assert lost


@requirement("RFC9293:MUST-16", "RFC4987:3.6-cookie-options")
@offering(mss(1000))
@target_in(LISTEN)
def test_connection_from_a_cookie_heeds_our_mss(from_cookie, target):
    target.send(bytes(4000))
    assert 0 < len(from_cookie.expect(ACK, seq=from_cookie.rcv_nxt).data) <= 1000


@requirement("RFC7323:2.2-ws-both", "RFC4987:3.6-cookie-options")
@offering(mss(1460), SACK_PERMITTED, timestamps(0), window_scale(7))
@target_in(LISTEN)
def test_connection_from_a_cookie_scales_windows_as_was_said(from_cookie, target):
    from_cookie.needs_window_scale()
    from_cookie.send(ACK, window=1)  # 128 octets
    target.send(bytes(100))
    from_cookie.expect_data(bytes(100))


@requirement("RFC4987:3.6-syn-data-lost")
@target_in(LISTEN)
def test_data_of_a_syn_may_be_lost(another, target, timing):
    one = first_forgotten(crowd(another, target, data=TEXT), timing)
    one.send(ACK, seq=one.iss + 1)
    one.expect_nothing(timing.ack_delay)
    assert completes(one)


@requirement("RFC4987:3-backlog-recovery", "RFC9293:7-syn-flood")
@target_in(LISTEN)
def test_listener_serves_again_when_the_syns_are_reset(another, target):
    peers = crowd(another, target)
    for one in peers:
        one.send(RST, seq=one.iss + 1)
    late = another(peers[0].flow.remote_port)
    late.send(SYN)
    late.expect(SYN | ACK, ack=late.iss + 1)
    assert completes(late)


def is_given_up(one, until):
    """Hear the SYN,ACK again and again; tell whether no more comes, for longer than any gap before would double to."""
    last, gap = one.syn.at, one.timing.retransmission
    while last + gap < until and (again := one.hear(last + gap)):
        last, gap = again.at, max(gap, 2 * (again.at - last) + one.timing.reply)
    return last + gap < until


@slow(70)
@requirement("RFC4987:3-backlog-recovery", "RFC9293:7-syn-flood")
@target_in(LISTEN)
def test_listener_serves_again_when_the_syns_have_had_their_time(another, target, timing):
    peers = crowd(another, target)
    until = peers[0].wire.now() + 2 * timing.syn_r2
    if not all(is_given_up(one, until) for one in peers):
        raise NotApplicable(f"the target gives no SYN up in {2 * timing.syn_r2} s")
    late = another(peers[0].flow.remote_port)
    late.send(SYN)
    late.expect(SYN | ACK, ack=late.iss + 1)
    assert completes(late)
