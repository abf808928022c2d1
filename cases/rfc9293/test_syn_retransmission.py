"""A SYN that nobody answers: RFC 9293, section 3.8.3; RFC 6298, sections 2.1 and 5.5."""

from itertools import pairwise

from conformance import ACK, SYN, SYN_SENT, requirement, slow, target_in
from conformance.agent.primitives import Parameter
from conformance.errors import NotApplicable

NEARLY = 0.95
"""The share of a timeout after which it may be seen to expire: timers are coarse."""

TICK = 0.5
"""Seconds: the coarsest clock of a TCP (4.4BSD's, lwIP's). A timer may run out so much early (RFC 6298, section 4)."""


@requirement("RFC9293:3.10.8-retx-timeout", "RFC9293:3.8-retx-loss")
@target_in(SYN_SENT)
def test_syn_is_repeated_with_the_same_iss(peer):
    peer.expect_retransmission(peer.syn)


@requirement("RFC6298:2.1-initial-rto", "RFC8961:3-initial")
@target_in(SYN_SENT)
def test_first_repetition_comes_after_the_initial_timeout(peer, timing):
    gap = peer.expect_retransmission(peer.syn).at - peer.syn.at
    assert gap >= NEARLY * timing.initial_rto


@requirement("RFC6298:5.5-backoff", "RFC1122:4.2.3.1-syn-same-algo")
@target_in(SYN_SENT)
def test_gaps_between_syns_double(peer, timing, facts):
    again = [peer.expect_retransmission(peer.syn, within=more * timing.retransmission) for more in (1, 2, 4)]
    gaps = facts["gaps between SYNs in s"] = [round(b.at - a.at, 2) for a, b in pairwise([peer.syn, *again])]
    # Nearer to twice than to once, also where a coarse clock stretches the first. What holds the target up stretches
    # one gap, of which the next knows nothing.
    assert all(gap > 1.5**times * gaps[0] for times, gap in enumerate(gaps[1:], 1))


@requirement("RFC6298:5.7-syn-rto3", "RFC9293:MUST-18")
@target_in(SYN_SENT)
def test_timeout_of_text_is_three_seconds_after_a_repeated_syn(peer, target, timing, facts):
    peer.expect_retransmission(peer.syn)
    peer.send(SYN | ACK)
    peer.expect(ACK, seq=peer.irs + 1, ack=peer.iss + 1)
    target.send(b"text")
    text = peer.expect(ACK, data=b"text")
    rto = peer.expect_retransmission(text, within=2 * timing.retransmission).at - text.at
    facts["RTO in s"] = round(rto, 2)
    assert rto >= NEARLY * timing.rto_after_lost_syn - TICK


@slow(182)
@requirement("RFC9293:MUST-23")
@target_in(SYN_SENT)
def test_attempt_lasts_three_minutes(peer, timing):
    peer.expect_nothing(for_=timing.syn_r2)  # but the SYN again
    peer.send(SYN | ACK)
    peer.expect(ACK, seq=peer.irs + 1, ack=peer.iss + 1)


def outcome_after_one_repetition(peer, target):
    """Return what the user is told; not applicable where the SYN goes on: R2 is three minutes away, or more."""
    target.configure(Parameter.SYN_RETRIES, 1)
    outcome = target.connected(within=4 * peer.timing.retransmission)
    repetitions = len(peer.hear_all(quiet=0))
    if outcome == "pending" and repetitions > 1:
        raise NotApplicable(f"needs a SYN that is repeated once; the target has repeated it {repetitions} times")
    return outcome


@requirement("RFC9293:MUST-22", "RFC9293:3.8.3-syn-fail-rst")
@target_in(SYN_SENT)
def test_user_is_told_that_nobody_answered(peer, target):
    assert outcome_after_one_repetition(peer, target) not in ("ok", "pending")
