"""What TCP says in the IP header, and what it has to overlook there (RFC 9293, sections 3.8.1, 3.9.1.9 and 3.9.2)."""

import pytest

from conformance import (
    ACK,
    BOTH,
    ESTABLISHED,
    LISTEN,
    SACK_PERMITTED,
    SYN,
    SYN_RECEIVED,
    mss,
    offering,
    only_over,
    requirement,
    target_in,
    timestamps,
    window_scale,
)
from conformance.agent.exchange import AgentRefused
from conformance.agent.primitives import Parameter
from conformance.errors import NotApplicable
from conformance.ip import Header, record_route, timestamp, unknown_option
from conformance.options import NAMES
from conformance.packet import IP_NOP, RECORD_ROUTE, TIMESTAMP

DATA = b"0123456789"
DSCP = {"CS1": 0x20, "AF11": 0x28, "EF": 0xB8, "CS7": 0xE0, "all bits": 0xFC}
"""Traffic classes, the two bits of ECN clear."""


def dscp(segment):
    """The traffic class without the two bits of ECN, which are not the user's (RFC 3168)."""
    return segment.traffic_class & 0xFC


def choose(target, traffic_class):
    """Have the target's user choose a Diffserv field."""
    target.configure(Parameter.TRAFFIC_CLASS if target.family == "ipv6" else Parameter.TOS, traffic_class)


def put_in(target, option):
    """Have the target's user put an IPv4 option into the header."""
    try:
        target.configure(Parameter.IP_TIMESTAMP, option)
    except AgentRefused:
        raise NotApplicable("the agent does not put this option into the IP header") from None


def said(peer, target):
    """Have the target send an octet, acknowledge it, and return the segment."""
    target.send(b"x")
    segment = peer.expect(ACK, seq=peer.rcv_nxt, data=b"x")
    peer.send(ACK)
    return segment


@requirement("RFC9293:MUST-49")
@target_in(ESTABLISHED, opened=BOTH)
def test_ttl_is_what_the_user_chose(peer, target):
    target.configure(Parameter.TTL, 90)
    first = said(peer, target)
    target.configure(Parameter.TTL, 103)
    assert said(peer, target).ttl - first.ttl == 13  # routers on the way take the same off both


@requirement("RFC9293:MUST-48", "RFC9293:SHLD-22")
@pytest.mark.parametrize("chosen", DSCP.values(), ids=DSCP)
@target_in(ESTABLISHED, opened=BOTH)
def test_diffserv_field_of_data_is_what_the_user_chose(peer, target, chosen):
    choose(target, chosen)
    assert dscp(said(peer, target)) == chosen


@requirement("RFC9293:SHLD-22", "RFC9293:MUST-48")
@pytest.mark.parametrize("chosen", DSCP.values(), ids=DSCP)
@target_in(ESTABLISHED)
def test_diffserv_field_of_acknowledgments_is_what_the_user_chose(peer, target, chosen):
    choose(target, chosen)
    assert dscp(peer.expect_alive()) == chosen


@requirement("RFC9293:SHLD-21")
@target_in(ESTABLISHED, opened=BOTH)
def test_diffserv_field_changes_during_the_connection(peer, target):
    choose(target, DSCP["EF"])
    assert dscp(said(peer, target)) == DSCP["EF"]
    choose(target, DSCP["AF11"])
    assert dscp(said(peer, target)) == DSCP["AF11"]


@requirement("RFC9293:3.9.1.9-dscp-per-direction")
@target_in(ESTABLISHED)
def test_diffserv_field_of_acknowledgments_is_not_the_senders(peer, target):
    choose(target, DSCP["AF11"])
    peer.ip = Header(traffic_class=DSCP["EF"])
    peer.send(ACK, data=DATA)
    assert dscp(peer.expect(ACK, ack=peer.snd_nxt)) == DSCP["AF11"]


@requirement("RFC9293:MAY-9")
@target_in(ESTABLISHED)
def test_user_can_learn_the_diffserv_field_that_came_last(peer, target):
    target.configure(Parameter.RECEIVED_TRAFFIC_CLASS, 1)
    peer.ip = Header(traffic_class=DSCP["AF11"])
    peer.send(ACK, data=DATA)
    peer.expect(ACK, ack=peer.snd_nxt)
    assert target.parameter(Parameter.RECEIVED_TRAFFIC_CLASS) & 0xFC == DSCP["AF11"]


@requirement("RFC9293:MAY-4")
@only_over("ipv4")
@target_in(ESTABLISHED)
def test_retransmission_has_the_identification_of_its_original(peer, target):
    target.send(DATA)
    first = peer.expect(ACK, data=DATA)
    assert peer.expect_retransmission(first).ip.identification == first.ip.identification


@requirement("RFC9293:MAY-4")
@only_over("ipv4")
@target_in(SYN_RECEIVED)
def test_repeated_syn_ack_has_the_identification_of_its_original(peer):
    assert peer.expect_retransmission(peer.syn).ip.identification == peer.syn.ip.identification


@requirement("RFC9293:3.8.1-ipid-no-rely")
@only_over("ipv4")
@target_in(ESTABLISHED)
def test_same_identification_does_not_make_a_duplicate(peer):
    peer.ip = Header(identification=0x1234)
    peer.send(ACK, data=DATA)
    peer.expect(ACK, seq=peer.rcv_nxt, ack=peer.snd_nxt)
    peer.send(ACK, data=DATA)
    peer.expect(ACK, seq=peer.rcv_nxt, ack=peer.snd_nxt)


@requirement("RFC9293:3.8.1-ipid-no-rely")
@only_over("ipv4")
@target_in(ESTABLISHED)
def test_other_identification_does_not_make_new_data(peer, target):
    for identification in (1, 2):
        peer.ip = Header(identification=identification)
        sent = peer.send(ACK, seq=peer.iss + 1, data=DATA)
        peer.expect(ACK, seq=peer.rcv_nxt, ack=sent.end)
    peer.send(ACK, data=b"more")
    assert target.receive(len(DATA) + 4) == DATA + b"more"


@pytest.fixture
def options_pass(another):
    """Raise NotApplicable where no packet with IPv4 options gets through to the target's TCP: a matter of policy."""
    other = another()
    other.ip = Header(options=bytes((IP_NOP,)) * 4)
    other.send(SYN)
    if other.hear(other.wire.now() + other.timing.reply) is None:
        raise NotApplicable("the target's host, or the way to it, drops packets with IP options")


@requirement("RFC9293:MUST-50", "RFC1122:3.2.1.8-ipopt-ignore")
@only_over("ipv4")
@target_in(LISTEN)
def test_syn_with_an_unknown_ip_option_opens(peer, options_pass):
    peer.ip = Header(options=unknown_option())
    peer.send(SYN)
    peer.expect(SYN | ACK, ack=peer.iss + 1)


@requirement("RFC9293:MUST-50", "RFC1122:3.2.1.8-ipopt-ignore")
@only_over("ipv4")
@target_in(ESTABLISHED)
def test_data_with_an_unknown_ip_option_is_taken(peer, options_pass):
    peer.ip = Header(options=unknown_option())
    peer.send(ACK, data=DATA)
    peer.expect(ACK, seq=peer.rcv_nxt, ack=peer.snd_nxt)


ROUTES_AND_TIMES = {"Record Route": record_route(), "Timestamp": timestamp()}


@requirement("RFC9293:MUST-50")
@pytest.mark.parametrize("option", ROUTES_AND_TIMES.values(), ids=ROUTES_AND_TIMES)
@only_over("ipv4")
@target_in(ESTABLISHED)
def test_data_with_a_route_or_times_to_record_is_taken(peer, options_pass, option):
    peer.ip = Header(options=option)
    peer.send(ACK, data=DATA)
    peer.expect(ACK, seq=peer.rcv_nxt, ack=peer.snd_nxt)


@requirement("RFC9293:MAY-11")
@only_over("ipv4")
@target_in(LISTEN)
def test_record_route_is_answered_in_kind(peer, options_pass):
    peer.ip = Header(options=record_route())
    peer.send(SYN)
    assert peer.expect(SYN | ACK, ack=peer.iss + 1).ip.option(RECORD_ROUTE) is not None


@requirement("RFC9293:MAY-10")
@only_over("ipv4")
@target_in(LISTEN)
def test_timestamp_is_answered_in_kind(peer, options_pass):
    peer.ip = Header(options=timestamp())
    peer.send(SYN)
    assert peer.expect(SYN | ACK, ack=peer.iss + 1).ip.option(TIMESTAMP) is not None


@requirement("RFC9293:MAY-10")
@only_over("ipv4")
@target_in(ESTABLISHED)
def test_timestamp_that_the_user_asks_for_is_sent(peer, target):
    put_in(target, timestamp())
    assert said(peer, target).ip.option(TIMESTAMP) is not None


@requirement("RFC9293:MAY-11")
@only_over("ipv4")
@target_in(ESTABLISHED)
def test_record_route_that_the_user_asks_for_is_sent(peer, target):
    put_in(target, record_route())
    assert said(peer, target).ip.option(RECORD_ROUTE) is not None


def fingerprint(syn):
    """What tells implementations apart: the order of options, sizes, and what IP says."""
    options = ", ".join(NAMES.get(option.kind, str(option.kind)) for option in syn.options)
    return {"TTL": syn.ttl, "don't fragment": syn.ip.dont_fragment, "window": syn.window, "options": options}


@requirement("RFC9293:7-fingerprint")
@offering(mss(1460), SACK_PERMITTED, timestamps(0), window_scale(7))
@target_in(SYN_RECEIVED)
def test_syn_ack_tells_who_answers(peer, another, facts):
    facts |= fingerprint(peer.syn)
    other = another()
    other.send(SYN)
    assert fingerprint(other.expect(SYN | ACK)) == fingerprint(peer.syn)
