"""ICMP errors about segments of the target's that are in flight (RFC 9293, section 3.9.2.2)."""

import pytest

from conformance import (
    ACK,
    BOTH,
    CLOSE_WAIT,
    ESTABLISHED,
    RST,
    SYN,
    SYN_RECEIVED,
    SYN_SENT,
    mss,
    offering,
    only_over,
    reply,
    requirement,
    target_in,
)
from conformance.agent.primitives import Report
from conformance.icmp import (
    HARD,
    HOST_UNREACHABLE,
    NO_ROUTE,
    PORT_UNREACHABLE,
    SOFT,
    SOURCE_QUENCH,
    UNKNOWN_ERROR,
    about,
    each,
    moved,
)

DATA = b"0123456789"
MUCH = 32_000
"""Octets that the user sends: more than the first windows of a connection take."""


def taken(another):
    """Have the target answer something else: what we sent before has been dealt with then.

    Whatever the connection itself hears may make it forget a soft error.
    """
    other = another()
    other.send(SYN)
    other.expect(SYN | ACK, ack=other.iss + 1)
    other.hear_for(other.timing.arrival)  # an error may go in by another queue than segments do, and take longer
    return other


def in_flight(peer, target):
    """Have the target send, and return the segment, which we do not acknowledge."""
    target.send(DATA)
    return peer.expect(ACK, seq=peer.rcv_nxt, data=DATA)


# -- soft errors --


@requirement("RFC9293:MUST-56", "RFC5461:2.2-soft")
@pytest.mark.parametrize("error", each(SOFT))
@target_in(ESTABLISHED, CLOSE_WAIT, opened=BOTH)
def test_soft_error_does_not_end_a_connection(peer, target, error):
    segment = in_flight(peer, target)
    peer.inject(about(segment, error))
    peer.expect_retransmission(segment)
    peer.expect_alive()


@requirement("RFC4443:2.4a-unknown-error")
@only_over("ipv6")
@target_in(ESTABLISHED, CLOSE_WAIT, opened=BOTH)
def test_error_of_an_unknown_type_does_not_end_a_connection(peer, target):
    segment = in_flight(peer, target)
    peer.inject(about(segment, UNKNOWN_ERROR))
    peer.expect_retransmission(segment)
    peer.expect_alive()


@requirement("RFC9293:MUST-56")
@pytest.mark.parametrize("error", each(SOFT))
@target_in(SYN_SENT)
def test_soft_error_does_not_end_an_attempt_to_connect(peer, error):
    peer.inject(about(peer.syn, error))
    peer.expect_retransmission(peer.syn)
    peer.send(SYN | ACK)
    peer.expect(ACK, seq=peer.irs + 1, ack=peer.iss + 1)


@requirement("RFC9293:MUST-56", "RFC1122:3.2.2.1-hint")
@pytest.mark.parametrize("error", each(SOFT))
@target_in(SYN_RECEIVED)
def test_soft_error_does_not_end_a_half_open_connection(peer, another, error):
    peer.inject(about(peer.syn, error))
    taken(another)
    peer.send(ACK, data=DATA)
    peer.expect(ACK, seq=peer.rcv_nxt, ack=peer.snd_nxt)


@requirement("RFC9293:SHLD-25", "RFC9293:MUST-54")
@pytest.mark.parametrize("error", each((NO_ROUTE, HOST_UNREACHABLE)))
@target_in(ESTABLISHED)
def test_user_can_learn_of_a_soft_error(peer, target, another, error):
    peer.inject(about(in_flight(peer, target), error))
    taken(another)
    assert Report.ICMP in target.reported_errors()


@requirement("RFC9293:MUST-54", "RFC1122:3.2.2-icmp-demux", "RFC5927:5.2-no-extrapolate")
@target_in(ESTABLISHED)
def test_error_is_not_told_of_another_connection(peer, target, another):
    segment = in_flight(peer, target)
    taken(another).send(ACK)
    target.accept()  # from here on the user's calls are about the other one
    peer.inject(about(segment, HOST_UNREACHABLE))
    taken(another)
    assert Report.ICMP not in target.reported_errors()


# -- hard errors --


@requirement("RFC9293:SHLD-26", "RFC9293:MUST-54", "RFC9293:3.8.3-syn-fail-rst", "RFC1122:3.2.2.1-port-unreach")
@pytest.mark.parametrize("error", HARD, ids=str)
@only_over("ipv4")
@target_in(SYN_SENT)
def test_hard_error_ends_an_attempt_to_connect(peer, target, error):
    peer.inject(about(peer.syn, error))
    assert target.connected() not in ("ok", "pending")


@requirement("RFC9293:MUST-54", "RFC1122:3.2.2-icmp-demux", "RFC5927:5.2-no-extrapolate")
@only_over("ipv4")
@target_in(SYN_SENT)
def test_hard_error_leaves_other_connections_alone(peer, target, another):
    other = another(target.listen())
    other.send(SYN)
    other.expect(SYN | ACK, ack=other.iss + 1)
    other.send(ACK)
    peer.inject(about(peer.syn, PORT_UNREACHABLE))
    other.expect_alive()


@requirement("RFC9293:SHLD-26", "RFC9293:MUST-54")
@pytest.mark.parametrize("error", HARD, ids=str)
@only_over("ipv4")
@target_in(SYN_RECEIVED)
def test_hard_error_ends_a_half_open_connection(peer, error):
    peer.inject(about(peer.syn, error))
    ack = peer.send(ACK)
    peer.expect_reset(seq=ack.ack)


def ended(peer):
    """Tell whether the target has forgotten the connection: an old octet then draws a reset, not an ACK."""
    peer.send(ACK, seq=peer.snd_nxt - 1, data=b"\0")
    return RST in peer.expect_one_of(reply(ACK, data=b""), reply(RST), reply(RST | ACK)).ctl


@requirement("RFC9293:SHLD-26", "RFC9293:MUST-54", "RFC5927:5.2-hard-as-soft", "RFC5461:2.1-hard")
@pytest.mark.parametrize("error", HARD, ids=str)
@only_over("ipv4")
@target_in(ESTABLISHED)
def test_hard_error_is_not_lost_on_an_established_connection(peer, target, another, facts, error):
    """It ends the connection (SHLD-26), or is taken for a soft one, as RFC 5461 found, and told."""
    peer.inject(about(in_flight(peer, target), error))
    taken(another)
    told = Report.ICMP in target.reported_errors()
    facts["hard error ends"] = ends = ended(peer)
    assert told or ends


# -- Source Quench --


def second_burst(one, target, *errors):
    """Have the target send, and acknowledge the first burst behind errors about it; return how many segments follow."""
    target.send(DATA, total=MUCH)
    first = one.expect(ACK, seq=one.rcv_nxt)
    one.hear_all(one.timing.settle)
    for error in errors:
        one.inject(about(first, error))
    one.send(ACK)
    one.expect(ACK, seq=one.rcv_nxt)
    return 1 + len(one.hear_all(one.timing.settle))


@requirement("RFC9293:MUST-55", "RFC5927:6.2-quench-ignored")
@only_over("ipv4")
@offering(mss(536))
@target_in(ESTABLISHED)
def test_source_quench_does_not_slow_down(peer, target, another):
    without = second_burst(peer, target)
    other = taken(another)
    other.send(ACK)
    target.accept()
    assert second_burst(other, target, SOURCE_QUENCH) >= without


@requirement("RFC9293:MUST-55", "RFC5927:6.2-quench-ignored")
@only_over("ipv4")
@target_in(SYN_SENT)
def test_source_quench_does_not_end_an_attempt_to_connect(peer):
    peer.inject(about(peer.syn, SOURCE_QUENCH))
    peer.expect_retransmission(peer.syn)
    peer.send(SYN | ACK)
    peer.expect(ACK, seq=peer.irs + 1, ack=peer.iss + 1)


# -- forged errors: RFC 5927 --


@requirement("RFC9293:7-icmp-attacks", "RFC5927:4.1-seq-check")
@pytest.mark.parametrize("error", each(HARD))
@pytest.mark.parametrize("octets", [-100_000, 100_000], ids=["old", "never sent"])
@target_in(ESTABLISHED)
def test_error_about_what_is_not_in_flight_does_not_end_a_connection(peer, target, error, octets):
    segment = in_flight(peer, target)
    peer.inject(about(moved(segment, octets), error))
    peer.expect_retransmission(segment)
    peer.expect_alive()


@requirement("RFC9293:7-icmp-attacks", "RFC5927:4.1-seq-check")
@pytest.mark.parametrize("error", each(HARD))
@target_in(SYN_SENT)
def test_error_about_another_syn_does_not_end_an_attempt(peer, error):
    peer.inject(about(moved(peer.syn, 100_000), error))
    peer.expect_retransmission(peer.syn)
    peer.send(SYN | ACK)
    peer.expect(ACK, seq=peer.irs + 1, ack=peer.iss + 1)
