"""Characters one by one, and a lot at once: both cost few segments (RFC 1122, section 4.2.3.11)."""

from conformance import ACK, ESTABLISHED, PSH, requirement, target_in

TYPED = (b"e", b"c", b"h", b"o")

SEGMENTS = 8
"""So many full ones the user sends at once."""


def echoed(peer, target, octet):
    """Type a character, have the user read it and send it back; return how many segments that took the target."""
    peer.send(ACK | PSH, data=octet)
    target.send(target.receive_only(1))
    heard = [peer.expect(ACK)]
    while not heard[-1].data:
        heard.append(peer.expect(ACK))
    peer.send(ACK)
    return len(heard + peer.hear_all(peer.timing.ack_delay))


def pieces(peer, octets):
    """Take so many octets of text, each segment acknowledged; return how many octets each segment had."""
    sizes = []
    while sum(sizes) < octets:
        sizes.append(len(peer.expect(ACK).data))
        peer.send(ACK)
    return sizes


@requirement("RFC1122:4.2.3.11-single-char")
@target_in(ESTABLISHED)
def test_characters_and_bulk_cost_few_segments(peer, target, facts):
    drawn = facts["segments for each character"] = [echoed(peer, target, octet) for octet in TYPED]
    full = min(peer.tcb.rcv_mss(peer.family), peer.tcb.snd_mss(peer.family))
    target.send(bytes(100), total=SEGMENTS * full)
    sizes = facts["octets in each segment of bulk"] = pieces(peer, SEGMENTS * full)
    assert max(drawn) <= 2  # an ACK, and what is echoed
    assert len(sizes) <= 1.5 * SEGMENTS
