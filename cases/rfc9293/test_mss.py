"""Maximum segment size: what the target announces and what it heeds (RFC 9293, section 3.7.1)."""

import pytest

from conformance import (
    ACK,
    BOTH,
    CLOSE_WAIT,
    ESTABLISHED,
    LISTEN,
    SACK_PERMITTED,
    SYN,
    SYN_RECEIVED,
    SYN_SENT,
    mss,
    offering,
    only_over,
    requirement,
    target_in,
    timestamps,
    window_scale,
)
from conformance.errors import NotApplicable
from conformance.options import MSS_KIND

DEFAULT = {"ipv4": 536, "ipv6": 1220}
"""The send MSS where none was announced (MUST-15)."""

SIZES = (100, 536, 1000, 1400)
"""Sizes that we announce, in octets."""

BULK = bytes(range(250)) * 16
"""More than the largest segment holds, and octets that tell their place."""


def size(segment):
    """What the MSS limits: octets of data and of options (MUST-16)."""
    return len(segment.data) + sum(len(option.octets) for option in segment.options)


def bulk_in_segments(peer, target):
    """Have the target send BULK; return the first segment, after the last one came. All are acknowledged."""
    target.send(BULK)
    first = peer.expect(ACK, seq=peer.rcv_nxt)
    peer.send(ACK)
    peer.expect_data(BULK[len(first.data) :], acknowledge=True)
    return first


@requirement("RFC9293:SHLD-5", "RFC9293:MUST-14")
@target_in(SYN_RECEIVED)
def test_syn_ack_announces_mss(peer):
    assert peer.syn.option(MSS_KIND) is not None


@requirement("RFC9293:3.2-mss-format", "RFC9293:MUST-14", "RFC9293:MUST-68")
@target_in(SYN_SENT, SYN_RECEIVED)
def test_mss_option_has_two_octets_of_data(peer):
    assert [len(option.data) for option in peer.syn.options if option.kind == MSS_KIND] in ([2], [])


@requirement("RFC9293:MUST-67", "RFC9293:MUST-14")
@target_in(ESTABLISHED, opened=BOTH)
def test_segment_of_the_announced_size_is_taken(peer, facts):
    facts["MSS"] = announced = peer.tcb.snd_mss(peer.family)
    peer.send(ACK, data=bytes(min(announced, peer.offer[0].value)))  # our link may take less than the target's
    peer.expect(ACK, seq=peer.rcv_nxt, ack=peer.snd_nxt)


@requirement("RFC9293:3.7.1-mss-excludes-options", "RFC6691:2-mss-value")
@target_in(SYN_RECEIVED)
def test_announced_mss_is_not_reduced_for_options(peer, another):
    other = another()
    other.offer = (mss(1460), SACK_PERMITTED, timestamps(0), window_scale(7))
    other.send(SYN)
    assert other.expect(SYN | ACK).option(MSS_KIND) == peer.syn.option(MSS_KIND)


@pytest.fixture
def over_ipv4(case):
    """The MSS that the same target announces over IPv4."""
    subject = case.bench.subject
    if "ipv4" not in subject.routes or not subject.open_port:
        raise NotApplicable("needs a port that accepts over IPv4 as well")
    one = case.peer(subject.open_port, address=case.bench.source("ipv4"), remote=subject.routes["ipv4"].address)
    one.send(SYN)
    one.expect(SYN | ACK, ack=one.iss + 1)
    return one.tcb.snd_mss("ipv4")


@requirement("RFC8200:8.3-mss60", "RFC9293:MUST-67")
@only_over("ipv6")
@target_in(SYN_RECEIVED)
def test_mss_leaves_room_for_the_longer_header_of_ipv6(peer, facts, over_ipv4):
    """A packet of that size, with the header, fits into our link, or is no larger than the one of IPv4."""
    facts["MSS over IPv4 and IPv6"] = [over_ipv4, peer.tcb.snd_mss("ipv6")]
    assert peer.tcb.snd_mss("ipv6") + 60 <= max(over_ipv4 + 40, peer.offer[0].value + 60)


@requirement("RFC9293:MUST-65")
@target_in(ESTABLISHED, CLOSE_WAIT, opened=BOTH)
def test_no_mss_option_without_syn(peer):
    assert peer.expect_alive().option(MSS_KIND) is None


@requirement("RFC9293:MUST-16", "RFC9293:MUST-14", "RFC1191:3.1-mss-peer")
@pytest.mark.parametrize("offer", [(mss(n),) for n in SIZES], ids=[f"MSS {n}" for n in SIZES], indirect=True)
@target_in(ESTABLISHED, opened=BOTH)
def test_no_segment_is_larger_than_our_mss(peer, target, offer):
    assert size(bulk_in_segments(peer, target)) <= offer[0].value


@requirement("RFC9293:MUST-15", "RFC9293:MUST-16")
@offering()
@target_in(ESTABLISHED, opened=BOTH)
def test_default_mss_where_none_was_announced(peer, target):
    assert size(bulk_in_segments(peer, target)) <= DEFAULT[peer.family]


def first_segment(one, target, *offer):
    """Open with this offer, and have the target send BULK; return how many octets the first segment holds."""
    one.offer = offer
    one.send(SYN)
    one.expect(SYN | ACK, ack=one.iss + 1)
    one.send(ACK)
    target.accept()
    target.send(BULK)
    return len(one.expect(ACK, seq=one.rcv_nxt).data)


@requirement("RFC9293:MUST-15")
@target_in(LISTEN)
def test_default_mss_is_that_of_a_peer_who_announces_it(peer, target, another):
    announced = first_segment(another(), target, mss(DEFAULT[peer.family]))
    assert 0 < first_segment(peer, target) == announced


@requirement("RFC9293:3.7.1-reduce-for-options", "RFC6691:2-sender-reduces", "RFC2525:2.18-options-mss")
@offering(mss(1000), timestamps(0))
@target_in(ESTABLISHED, opened=BOTH)
def test_data_makes_room_for_options(peer, target):
    assert size(bulk_in_segments(peer, target)) <= 1000


@requirement("RFC9293:3.7.1-reduce-for-options", "RFC9293:MUST-15", "RFC2525:2.18-options-mss")
@offering(timestamps(0))
@target_in(ESTABLISHED, opened=BOTH)
def test_data_makes_room_for_options_within_the_default(peer, target):
    assert size(bulk_in_segments(peer, target)) <= DEFAULT[peer.family]


@requirement("RFC9293:3.2-mss-in-nonsyn-received")
@offering(mss(1000))
@target_in(ESTABLISHED)
def test_mss_option_without_syn_is_ignored(peer, target):
    peer.send(ACK, data=b"data", options=(mss(1400),))
    peer.expect(ACK, seq=peer.rcv_nxt, ack=peer.snd_nxt)
    assert size(bulk_in_segments(peer, target)) <= 1000
