"""Options of the SYN,ACK that answers an active OPEN: RFC 9293, section 3.1, RFC 7323 and RFC 2018."""

import pytest

from conformance import (
    ACK,
    ACTIVE,
    ESTABLISHED,
    NOTHING,
    RST,
    SYN,
    SYN_SENT,
    Option,
    mss,
    reply,
    requirement,
    target_in,
)
from conformance.options import SACK_KIND, TIMESTAMPS_KIND


@requirement("RFC9293:3.10.7.3-synsent-synack", "RFC9293:SHLD-5")
@target_in(SYN_SENT)
def test_syn_ack_without_options_establishes(peer):
    peer.send(SYN | ACK, options=())
    peer.expect(ACK, seq=peer.irs + 1, ack=peer.iss + 1)


@requirement("RFC7323:2.3-ws-set", "RFC7323:2.2-ws-both")
@target_in(SYN_SENT)
def test_window_is_not_scaled_without_our_offer(peer):
    peer.send(SYN | ACK, options=(mss(1460),))
    window, at_first = peer.expect(ACK).window, peer.syn.window
    assert window > 0.75 * at_first  # a scaled field would be about half of it, or less


@requirement("RFC7323:3.2-ts-synack-only-if-offered")
@target_in(ESTABLISHED, opened=ACTIVE)
def test_timestamps_are_not_used_without_our_offer(peer, target):
    target.send(b"data")
    assert peer.expect(ACK, data=b"data").option(TIMESTAMPS_KIND) is None


@requirement("RFC2018:4-sack-not-without-permission")
@target_in(ESTABLISHED, opened=ACTIVE)
def test_sack_is_not_used_without_our_offer(peer):
    peer.send(ACK, seq=peer.snd_nxt + 10, data=b"a gap before it")
    got = peer.expect(ACK, ack=peer.snd_nxt)
    assert got.option(SACK_KIND) is None


UNKNOWN = {
    "no-data": Option(253),
    "data": Option(254, b"\x12\x34\x56"),
    "unassigned": Option(200, bytes(4)),
    "twelve-octets": Option(77, bytes(10)),
}


@requirement("RFC9293:MUST-6")
@pytest.mark.parametrize("option", UNKNOWN.values(), ids=UNKNOWN)
@target_in(SYN_SENT)
def test_unknown_option_in_the_syn_ack_is_skipped(peer, option):
    peer.send(SYN | ACK, options=(option, mss(1000)))
    peer.expect(ACK, seq=peer.irs + 1, ack=peer.iss + 1)


MALFORMED = {
    "length-0": bytes([2, 4, 5, 180, 253, 0, 0, 0]),
    "length-1": bytes([2, 4, 5, 180, 253, 1, 0, 0]),
    "past-the-header": bytes([2, 4, 5, 180, 253, 9, 0, 0]),
    "no-length": bytes([2, 4, 5, 180, 1, 1, 1, 253]),
    "mss-of-length-3": bytes([2, 3, 5, 1]),
    "mss-of-length-0": bytes([2, 0, 5, 180]),
}
ANSWERS = (reply(ACK), reply(RST), reply(RST | ACK), NOTHING)


@requirement("RFC9293:MUST-7")
@pytest.mark.parametrize("options", MALFORMED.values(), ids=MALFORMED)
@target_in(SYN_SENT)
def test_malformed_option_in_the_syn_ack_is_survived(peer, another, target, options):
    peer.send(SYN | ACK, options=options)
    peer.expect_one_of(*ANSWERS)
    another(target.subject.open_port).expect_served()
