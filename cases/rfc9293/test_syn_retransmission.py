"""A SYN that nobody answers: RFC 9293, section 3.8.3; RFC 6298, sections 2.1 and 5.5."""

from conformance import ACK, SYN, SYN_SENT, requirement, slow, target_in
from conformance.agent.primitives import Parameter


@requirement("RFC9293:MUST-22", "RFC1122:4.2.3.1-syn-same-algo")
@target_in(SYN_SENT)
def test_syn_is_repeated_with_the_same_iss(peer):
    peer.expect_retransmission(peer.syn)


@requirement("RFC6298:2.1-initial-rto")
@target_in(SYN_SENT)
def test_first_repetition_comes_after_the_initial_timeout(peer, timing):
    gap = peer.expect_retransmission(peer.syn).at - peer.syn.at
    assert gap >= timing.initial_rto


@requirement("RFC6298:5.5-backoff", "RFC1122:4.2.3.1-syn-same-algo")
@target_in(SYN_SENT)
def test_gaps_between_syns_double(peer, timing):
    second = peer.expect_retransmission(peer.syn)
    third = peer.expect_retransmission(peer.syn, within=2 * timing.retransmission)
    gap, next_gap = second.at - peer.syn.at, third.at - second.at
    assert next_gap > 1.5 * gap  # nearer to twice than to once


@slow(182)
@requirement("RFC9293:MUST-23")
@target_in(SYN_SENT)
def test_attempt_lasts_three_minutes(peer, timing):
    peer.expect_nothing(for_=timing.syn_r2)  # but the SYN again
    peer.send(SYN | ACK)
    peer.expect(ACK, seq=peer.irs + 1, ack=peer.iss + 1)


@requirement("RFC9293:MUST-22", "RFC9293:3.8.3-syn-fail-rst")
@target_in(SYN_SENT)
def test_user_is_told_that_nobody_answered(peer, target, timing):
    target.configure(Parameter.SYN_RETRIES, 1)
    assert target.connected(within=4 * timing.retransmission) not in ("ok", "pending")
