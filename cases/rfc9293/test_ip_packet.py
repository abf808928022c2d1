"""The IP packet before TCP sees it: header, fragments, destination (RFC 1122, section 3.2; RFC 8200; RFC 2873)."""

import pytest

from conformance import ACK, ESTABLISHED, LISTEN, NOTHING, SYN, only_over, reply, requirement, target_in
from conformance.agent.exchange import AgentRefused
from conformance.agent.primitives import Parameter
from conformance.errors import NotApplicable
from conformance.fragments import in_order, last_first, overlapping
from conformance.ip import ROUTING, Header, wrong_header_checksum, wrong_version

DATA = b"0123456789"
MUCH = bytes(range(200)) * 2
"""Text of a segment that is cut into some fragments."""


@pytest.fixture
def on_link(case):
    """Raise NotApplicable where a router is in between: it looks at the header before the target does."""
    if case.bench.subject.routes[case.family].next_hop is not None:
        raise NotApplicable("needs the target on our link; it is behind a router")


def opens_afresh(peer):
    """The target has to answer a SYN of ours as the first that it sees."""
    peer.restart()
    peer.send(SYN)
    peer.expect(SYN | ACK, ack=peer.iss + 1)


UNREADABLE = pytest.mark.parametrize("unreadable", [wrong_header_checksum, wrong_version])
"""What a router drops as well."""


@requirement("RFC1122:3.2.1.2-ipchecksum", "RFC1122:3.2.1.1-version")
@UNREADABLE
@only_over("ipv4")
@target_in(LISTEN)
def test_syn_in_a_packet_that_is_none_opens_nothing(peer, on_link, unreadable):
    peer.inject(unreadable(bytes(peer.craft(SYN))))
    opens_afresh(peer)


@requirement("RFC1122:3.2.1.2-ipchecksum", "RFC1122:3.2.1.1-version")
@UNREADABLE
@only_over("ipv4")
@target_in(ESTABLISHED)
def test_data_in_a_packet_that_is_none_is_ignored(peer, on_link, unreadable):
    peer.inject(unreadable(bytes(peer.craft(ACK, data=DATA))))
    peer.expect_ignored()


@requirement("RFC1122:3.2.1.7-ttl")
@pytest.mark.parametrize("ttl", [1, 0])
@only_over("ipv4")
@target_in(LISTEN)
def test_packets_at_the_end_of_their_life_are_taken(peer, on_link, ttl):
    peer.ip = Header(ttl=ttl)
    peer.send(SYN)
    peer.expect(SYN | ACK, ack=peer.iss + 1)
    peer.send(ACK, data=DATA)
    peer.expect(ACK, ack=peer.snd_nxt)


def choose_ttl_zero(target):
    """Have the target's user choose a TTL of 0, which may be refused."""
    try:
        target.configure(Parameter.TTL, 0)
    except AgentRefused:
        return "refused"
    return "taken"


@requirement("RFC1122:3.2.1.7-ttl")
@only_over("ipv4")
@target_in(ESTABLISHED)
def test_nothing_is_sent_with_a_ttl_of_zero(peer, target, facts):
    facts["a TTL of 0 is"] = choose_ttl_zero(target)
    target.send(DATA)
    assert peer.expect(ACK, data=DATA).ttl > 0


PRECEDENCE = {"routine": 0x00, "flash": 0x60, "network control": 0xE0}
"""The three bits of the old precedence field, which are Diffserv's now (RFC 2474)."""


@requirement("RFC2873:4-ignore-precedence")
@pytest.mark.parametrize("first", PRECEDENCE.values(), ids=PRECEDENCE)
@target_in(LISTEN)
def test_precedence_of_a_segment_does_not_matter(peer, first):
    peer.ip = Header(traffic_class=first)
    peer.send(SYN)
    peer.expect(SYN | ACK, ack=peer.iss + 1)
    peer.ip = Header(traffic_class=first ^ 0x40)
    peer.send(ACK)
    peer.ip = Header(traffic_class=first ^ 0xC0)
    peer.send(ACK, data=DATA)
    peer.expect(ACK, ack=peer.snd_nxt)


SEGMENTS_LEFT_0 = {"old source route": bytes(6) + b" \1\r\xb8" + bytes(11) + b"\7", "unknown": b"\xfd" + bytes(5)}
"""Routing headers whose way is over: of type 0, with an address (RFC 5095), and of one for experiments (RFC 4727)."""


@pytest.fixture
def routing_header(another):
    """Return a maker of IP headers; NotApplicable where such a packet does not get through: a matter of policy."""

    def make(octets):
        other = another()
        other.ip = Header(extensions=((ROUTING, octets),))
        other.send(SYN)
        if other.hear(other.wire.now() + other.timing.reply) is None:
            raise NotApplicable("the target's host, or the way to it, drops packets with a routing header")
        return other.ip

    return make


@requirement("RFC8200:8.4-routing-header")
@pytest.mark.parametrize("octets", SEGMENTS_LEFT_0.values(), ids=SEGMENTS_LEFT_0)
@only_over("ipv6")
@target_in(LISTEN)
def test_routing_header_is_not_sent_back(peer, routing_header, octets):
    peer.ip = routing_header(octets)
    peer.send(SYN)
    assert ROUTING not in peer.expect(SYN | ACK, ack=peer.iss + 1).ip.extensions
    peer.send(ACK, data=DATA)
    assert ROUTING not in peer.expect(ACK, ack=peer.snd_nxt).ip.extensions


# -- fragments --


@requirement("RFC1122:3.2.1.4-reassembly")
@pytest.mark.parametrize("cut", [in_order, last_first])
@target_in(ESTABLISHED)
def test_fragments_of_a_segment_are_put_together(peer, target, cut):
    peer.ip = Header(cut=cut)
    peer.send(ACK, data=MUCH)
    peer.expect(ACK, seq=peer.rcv_nxt, ack=peer.snd_nxt)
    assert target.receive(len(MUCH)) == MUCH


@requirement("RFC1122:3.2.1.4-reassembly")
@pytest.mark.parametrize("cut", [in_order, last_first])
@target_in(LISTEN)
def test_syn_in_fragments_opens(peer, cut):
    peer.ip = Header(cut=cut)
    syn = peer.send(SYN, data=MUCH)
    peer.expect_one_of(reply(SYN | ACK, ack=peer.iss + 1), reply(SYN | ACK, ack=syn.end))  # its text may have to wait


@requirement("RFC1122:3.2.1.4-reassembly")
@target_in(ESTABLISHED)
def test_overlapping_fragments_do_no_harm(peer, target):
    """They may be put together, or have to be dropped (RFC 8200, section 4.5)."""
    peer.ip = Header(cut=overlapping)
    first = peer.send(ACK, data=MUCH)
    peer.expect_one_of(reply(ACK, ack=first.end), NOTHING)
    peer.ip = Header(cut=in_order)
    peer.send(ACK, seq=first.seq, data=MUCH)
    peer.expect(ACK, ack=first.end)
    assert target.receive(len(MUCH)) == MUCH


@pytest.fixture
def held_back(peer):
    """Cut the peer's segments, and keep the last fragment of each here."""
    held = []

    def all_but_the_last(packet):
        *first, last = in_order(packet)
        held.append(last)
        return tuple(first)

    peer.ip = Header(cut=all_but_the_last)
    return held


@requirement("RFC1122:3.2.1.4-reassembly")
@target_in(ESTABLISHED)
def test_fragments_of_two_segments_are_told_apart(peer, target, held_back):
    """There may be room for the fragments of one segment only: the other is lost then, and comes again."""
    texts = MUCH, MUCH[::-1]
    segments = [peer.send(ACK, data=text) for text in texts]
    for last in held_back:
        peer.inject(last)
    peer.expect(ACK)
    peer.ip = Header()
    for segment, text in zip(segments, texts, strict=True):
        peer.send(ACK, seq=segment.seq, data=text)
    assert target.receive(2 * len(MUCH)) == b"".join(texts)


# -- where it is going to --

EVERYBODY = {"ipv4": "255.255.255.255", "ipv6": "ff02::1"}  # IPv6 has no broadcast: all nodes stand for it
A_GROUP = {"ipv4": "224.0.0.1", "ipv6": "ff02::1"}
NOT_ITS_OWN = {"ipv4": "203.0.113.77", "ipv6": "2001:db8:ffff::77"}
"""Addresses that nobody has: they are for documentation (RFC 5737, RFC 3849)."""


@requirement("RFC9293:MUST-57")
@pytest.mark.parametrize("address", [EVERYBODY, A_GROUP], ids=["everybody", "a group"])
@target_in(LISTEN)
def test_syn_to_everybody_or_a_group_opens_nothing(peer, on_link, address):
    packet = peer.craft(SYN)
    packet.dst = address[peer.family]
    peer.inject(packet)
    opens_afresh(peer)


@requirement("RFC9293:MUST-57")
@only_over("ipv4")
@target_in(LISTEN)
def test_syn_to_the_broadcast_address_of_its_network_opens_nothing(peer, target, on_link):
    packet = peer.craft(SYN)
    packet.dst = target.broadcast_address
    peer.inject(packet, via=EVERYBODY["ipv4"])
    opens_afresh(peer)


@requirement("RFC9293:MUST-57", "RFC1122:3.2.2-no-icmp-for")
@pytest.mark.parametrize("address", [EVERYBODY, A_GROUP], ids=["everybody", "a group"])
@target_in(LISTEN)
def test_syn_to_everybody_or_a_group_draws_nothing(case, peer, on_link, address):
    everybody = case.peer(peer.flow.remote_port, remote=address[case.family])
    everybody.inject(everybody.craft(SYN))
    peer.send(SYN)
    peer.expect(SYN | ACK, ack=peer.iss + 1)
    everybody.expect_nothing()
    assert not everybody.packets, "an error came"


@requirement("RFC1122:3.2.1.3-dst-not-mine")
@target_in(LISTEN)
def test_syn_to_an_address_that_is_not_its_own_is_not_answered(case, peer, on_link):
    other = case.peer(peer.flow.remote_port, remote=NOT_ITS_OWN[case.family])
    other.inject(other.craft(SYN), via=peer.flow.remote)
    peer.send(SYN)
    peer.expect(SYN | ACK, ack=peer.iss + 1)
    other.expect_nothing()
