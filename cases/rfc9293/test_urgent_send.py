"""The target's user sends urgent data: RFC 9293, sections 3.8.5, 3.9.1.2 and 3.10.2."""

from conformance import ACK, CLOSE_WAIT, ESTABLISHED, URG, mss, offering, requirement, target_in
from conformance.agent.primitives import Parameter
from conformance.seq import distance

SMALL_SEGMENTS = offering(mss(500))  # so that what a small buffer takes whole needs several


@requirement("RFC9293:MUST-62", "RFC9293:3.9.1.2-send-urgent", "RFC6093:4-up-semantics", "RFC6093:5-support")
@target_in(ESTABLISHED, CLOSE_WAIT)
def test_pointer_shows_the_octet_after_the_urgent_data(peer, target):
    assert not target.refuses(target.send, b"ab!", urgent=True)
    peer.expect(ACK | URG, seq=peer.rcv_nxt, ack=peer.snd_nxt, urgent=3, data=b"ab!")


@requirement("RFC9293:3.10.2-send-urg", "RFC9293:3.9.1.2-send-urgent")
@SMALL_SEGMENTS
@target_in(ESTABLISHED, CLOSE_WAIT)
def test_first_segment_announces_urgent_data_that_others_bring(peer, target):
    assert not target.refuses(target.send, b"0123456789", total=1_500, urgent=True)  # more than one segment
    peer.expect(ACK | URG, seq=peer.rcv_nxt, urgent=1_500)


@requirement("RFC9293:3.9.1.2-send-urgent", "RFC9293:3.10.2-send-urg")
@SMALL_SEGMENTS
@target_in(ESTABLISHED)
def test_every_segment_up_to_the_end_of_the_urgent_data_carries_the_pointer(peer, target):
    end = peer.rcv_nxt + 1_500
    assert not target.refuses(target.send, b"0123456789", total=1_500, urgent=True)
    while distance(peer.rcv_nxt, end):
        peer.expect(ACK | URG, urgent=distance(peer.rcv_nxt, end))
        peer.send(ACK)


@requirement("RFC9293:3.8.5-urg-absent", "RFC9293:MUST-62")
@target_in(ESTABLISHED)
def test_data_after_the_urgent_data_is_not_urgent(peer, target):
    assert not target.refuses(target.send, b"ab!", urgent=True)
    peer.expect(ACK | URG, data=b"ab!")
    peer.send(ACK)
    target.send(b"cd")
    peer.expect(ACK, seq=peer.rcv_nxt, data=b"cd")


@requirement("RFC9293:3.8.5-urg-needs-data")
@target_in(ESTABLISHED)
def test_urgent_send_of_nothing_sends_nothing(peer, target, facts):
    facts["urgent SEND of no octet refused"] = target.refuses(target.send, b"", urgent=True)
    peer.expect_nothing()
    target.send(b"cd")
    peer.expect(ACK, seq=peer.rcv_nxt, data=b"cd")


@requirement("RFC9293:MUST-31", "RFC7323:A-urgptr-overflow")
@target_in(ESTABLISHED)
def test_urgent_data_longer_than_a_pointer_reaches_is_sent(peer, target):
    target.configure(Parameter.SEND_BUFFER, 400_000)  # so that the TCP takes each SEND whole
    start = peer.rcv_nxt
    for _ in range(10):
        assert not target.refuses(target.send, b"0123456789", total=10_000, urgent=True)
    while distance(start, peer.rcv_nxt) < 100_000:
        got = peer.expect(ACK | URG)
        peer.send(ACK)
        assert got.urgent == 0xFFFF or (distance(start, got.seq) + got.urgent) % 10_000 == 0
