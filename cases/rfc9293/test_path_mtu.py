"""Path MTU discovery, by ICMP and without it (RFC 9293, section 3.7.2; RFC 1191, RFC 8201, RFC 4821)."""

from conformance import ACK, ESTABLISHED, SYN, mss, offering, only_over, own_address, requirement, slow, target_in
from conformance.errors import NotApplicable
from conformance.icmp import about, moved, too_big
from conformance.options import MSS_KIND

LARGE = bytes(range(250)) * 5
SMALL = {"ipv4": 1000, "ipv6": 1280}
"""What the next link takes, in octets: less than a packet with LARGE has."""


def large_segment(peer, target):
    """Have the target send LARGE, and return the first segment, which is not acknowledged.

    NotApplicable where it gets through anyhow: the target's own link takes no more, or a router may cut it to pieces.
    """
    target.send(LARGE)
    first = peer.expect(ACK, seq=peer.rcv_nxt)
    peer.hear_all(peer.timing.settle)
    if fits(first):
        raise NotApplicable("the target sends nothing that is too big for a path: small packets, or such as may be cut")
    return first


def fits(segment):
    """Tell whether a packet gets through: it is small enough, or a router may cut it to pieces."""
    may_be_cut = segment.family == "ipv4" and not segment.ip.dont_fragment
    return may_be_cut or segment.ip.length <= SMALL[segment.family]


@requirement("RFC9293:3.7.2-pmtud", "RFC1191:6.5-df")
@only_over("ipv4")
@target_in(ESTABLISHED)
def test_no_router_is_to_fragment_data(peer, target):
    target.send(LARGE)
    assert peer.expect(ACK, seq=peer.rcv_nxt).ip.dont_fragment


@requirement("RFC9293:3.7.2-pmtud", "RFC1191:3-reduce", "RFC8201:4-reduce", "RFC9293:MUST-54")
@own_address
@target_in(ESTABLISHED)
def test_what_was_too_big_comes_again_in_packets_that_fit(peer, target):
    first = large_segment(peer, target)
    peer.inject(about(first, too_big(SMALL[peer.family])))
    assert fits(peer.expect_retransmission(first))


@requirement("RFC9293:3.7.2-pmtud", "RFC1191:3-avoid-more", "RFC8201:4-reduce")
@own_address
@target_in(ESTABLISHED)
def test_packets_fit_from_then_on(peer, target):
    first = large_segment(peer, target)
    peer.inject(about(first, too_big(SMALL[peer.family])))
    peer.expect_retransmission(first)
    peer.hear_all(peer.timing.settle)
    peer.send(ACK)
    target.send(LARGE)
    assert fits(peer.expect(ACK, seq=peer.rcv_nxt))


def mss_over_the_smaller_path(peer, another, target):
    """Have the target learn of a smaller path to us; return the MSS option of its next SYN,ACK."""
    first = large_segment(peer, target)
    peer.inject(about(first, too_big(SMALL[peer.family])))
    peer.hear_all(peer.timing.silence)
    other = another()
    other.send(SYN)
    return other.expect(SYN | ACK, ack=other.iss + 1).option(MSS_KIND)


@requirement("RFC1191:3.1-mss-independent")
@only_over("ipv4")
@own_address
@target_in(ESTABLISHED)
def test_announced_mss_does_not_depend_on_the_path(peer, another, target):
    assert mss_over_the_smaller_path(peer, another, target) == peer.syn.option(MSS_KIND)


@requirement("RFC8201:5.4-mss-independent")
@only_over("ipv6")
@own_address
@target_in(ESTABLISHED)
def test_announced_mss_does_not_depend_on_the_path_over_ipv6(peer, another, target):
    assert mss_over_the_smaller_path(peer, another, target) == peer.syn.option(MSS_KIND)


@requirement("RFC9293:7-icmp-attacks", "RFC5927:4.1-seq-check")
@own_address
@target_in(ESTABLISHED)
def test_forged_packet_too_big_does_not_make_packets_smaller(peer, target):
    first = large_segment(peer, target)
    peer.inject(about(moved(first, 100_000), too_big(SMALL[peer.family])))
    assert peer.expect_retransmission(first).data == first.data


@slow(64)
@requirement("RFC9293:3.7.2-pmtud", "RFC4821:7.7-blackhole")
@offering(mss(1400))
@own_address
@target_in(ESTABLISHED)
def test_packets_that_vanish_without_a_word_get_smaller(peer, target, timing):
    first = large_segment(peer, target)
    again = [peer.expect_retransmission(first, within=timing.retransmission * 2**n) for n in range(6)]
    assert len(again[-1].data) < len(first.data)
