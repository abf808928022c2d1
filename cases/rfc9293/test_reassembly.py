"""Text that comes twice, overlapping, or above a gap: RFC 9293, sections 3.4, 3.8 and 3.10.7.4 (SHLD-31)."""

import random

import pytest

from conformance import (
    ACK,
    BOTH,
    CLOSE_WAIT,
    ESTABLISHED,
    FIN,
    FIN_WAIT_1,
    FIN_WAIT_2,
    NOTHING,
    reply,
    requirement,
    target_in,
)

TEXT = bytes(range(ord("A"), ord("A") + 20))
"""Octets that tell their place."""

RECEIVING = (ESTABLISHED, FIN_WAIT_1, FIN_WAIT_2)


@requirement("RFC9293:3.8-dup-segment")
@target_in(*RECEIVING, opened=BOTH)
def test_text_that_comes_again_is_acknowledged_again(peer):
    text = peer.send(ACK, data=TEXT)
    peer.expect(ACK, ack=text.end)
    peer.send(ACK, seq=text.seq, ack=peer.tcb.rcv_acked, data=TEXT)
    peer.expect(ACK, seq=peer.rcv_nxt, ack=text.end, data=b"")


@requirement("RFC9293:3.8-dup-segment", "RFC9293:3.10.7.4-text-stream")
@target_in(*RECEIVING)
def test_text_that_comes_again_is_delivered_once(peer, target):
    for at in range(0, 20, 5):
        text = peer.send(ACK, data=TEXT[at : at + 5])
        peer.expect(ACK, ack=text.end)
        peer.send(ACK, seq=text.seq, data=text.data)
        peer.expect(ACK, ack=text.end, data=b"")
    assert target.receive(len(TEXT)) == TEXT


@requirement("RFC9293:3.10.7.4-seq-overlap-old", "RFC9293:3.10.7.4-seq-inorder")
@pytest.mark.parametrize("old", [1, 9, 10])
@target_in(*RECEIVING)
def test_of_text_that_begins_before_the_window_the_rest_is_acknowledged(peer, old):
    peer.send(ACK, data=TEXT[:10])
    peer.expect(ACK, ack=peer.snd_nxt)
    text = peer.send(ACK, seq=peer.snd_nxt - old, data=TEXT[10 - old :])
    peer.expect(ACK, ack=text.end)


@requirement("RFC9293:3.10.7.4-seq-overlap-old", "RFC9293:3.10.7.4-seq-inorder", "RFC9293:3.10.7.4-text-stream")
@pytest.mark.parametrize("old", [1, 9, 10])
@target_in(*RECEIVING)
def test_of_text_that_begins_before_the_window_only_the_rest_is_delivered(peer, target, old):
    peer.send(ACK, data=TEXT[:10])
    peer.expect(ACK, ack=peer.snd_nxt)
    text = peer.send(ACK, seq=peer.snd_nxt - old, data=bytes(old) + TEXT[10:])  # what was taken stays as it was
    peer.expect(ACK, ack=text.end)
    assert target.receive(len(TEXT) + 1) == TEXT


@requirement("RFC9293:3.4-cumulative-ack", "RFC9293:3.10.7.4-seq-inorder")
@target_in(*RECEIVING)
def test_no_ack_covers_a_gap(peer):
    start = peer.snd_nxt
    peer.send(ACK, seq=start + 5, data=TEXT[5:10])
    peer.expect_one_of(reply(ACK, ack=start), NOTHING)
    peer.send(ACK, seq=start + 15, data=TEXT[15:20])
    peer.expect_one_of(reply(ACK, ack=start), NOTHING)
    peer.send(ACK, data=TEXT[:5])
    peer.expect_one_of(reply(ACK, ack=start + 10), reply(ACK, ack=start + 5))  # the latter if it holds nothing


@requirement("RFC9293:3.10.7.4-seq-hold-ooo", "RFC9293:SHLD-31", "RFC2525:2.5-no-retain-ooo")
@target_in(*RECEIVING, opened=BOTH)
def test_text_above_a_gap_is_held(peer):
    above = peer.send(ACK, seq=peer.snd_nxt + 10, data=TEXT[10:])
    peer.expect_one_of(reply(ACK, ack=peer.snd_nxt), NOTHING)  # which it may send (MAY-13)
    peer.send(ACK, data=TEXT[:10])
    peer.expect(ACK, ack=above.end)


@requirement("RFC9293:3.10.7.4-seq-hold-ooo", "RFC9293:SHLD-31")
@target_in(ESTABLISHED)
def test_text_that_comes_last_segment_first_is_held(peer, target, timing):
    start = peer.snd_nxt
    for at in range(19, 0, -1):
        peer.send(ACK, seq=start + at, data=TEXT[at : at + 1])
        peer.expect_one_of(reply(ACK, ack=start), NOTHING, within=timing.settle)
    peer.hear_all(quiet=timing.silence)
    peer.send(ACK, data=TEXT[:1])
    peer.expect(ACK, ack=start + 20)
    assert target.receive(len(TEXT)) == TEXT


PIECES = {"overlap-below": (10, 5), "overlap-above": (5, 10), "inside": (5, 8), "around": (8, 5)}
"""Where two segments above a gap begin; the first is 10 octets long, the second reaches to the end."""


@requirement("RFC9293:3.10.7.4-seq-inorder", "RFC9293:3.10.7.4-text-stream")
@pytest.mark.parametrize(("first", "second"), PIECES.values(), ids=PIECES)
@target_in(*RECEIVING)
def test_overlapping_text_above_a_gap_is_delivered_once(peer, target, first, second):
    start = peer.snd_nxt
    peer.send(ACK, seq=start + first, data=TEXT[first : first + 10])
    peer.send(ACK, seq=start + second, data=TEXT[second:])
    peer.hear_all(quiet=peer.timing.settle)
    peer.send(ACK, data=TEXT[:10])  # whatever it has held
    peer.send(ACK, data=TEXT[10:])
    assert target.receive(len(TEXT) + 1) == TEXT


@requirement("RFC9293:3.10.7.4-seq-inorder")
@target_in(ESTABLISHED)
def test_of_two_texts_above_a_gap_each_octet_is_delivered_once(peer, target, facts):
    """They differ where they overlap: the RFC does not say which of them counts."""
    start = peer.snd_nxt
    peer.send(ACK, seq=start + 5, data=b"a" * 10)
    peer.send(ACK, seq=start + 10, data=b"b" * 10)
    peer.send(ACK, data=b"." * 5)
    peer.send(ACK, seq=start + 5, data=b"c" * 15)  # where it has held nothing
    got = facts["overlapping text"] = target.receive(21).decode()
    assert len(got) == 20
    assert set(got[10:15]) in ({"a"}, {"b"}, {"c"})


LONG = bytes(range(250)) * 2
PIECE = 50
"""Ten pieces, and all of them fit into a small window: it may be that nobody reads before the last has come."""


@requirement("RFC9293:3.10.7.4-text-stream", "RFC9293:3.10.7.4-seq-inorder", "RFC9293:3.8-dup-segment")
@target_in(ESTABLISHED, FIN_WAIT_2)
def test_shuffled_text_is_delivered_in_order(peer, target, timing):
    start, places = peer.snd_nxt, range(0, len(LONG), PIECE)
    for at in random.Random(9293).sample(places, len(places)):
        peer.send(ACK, seq=start + at, data=LONG[at : at + PIECE])
    for at in places:  # again, in order, for whoever has not held everything
        peer.hear_all(quiet=timing.settle)
        peer.send(ACK, seq=start + at, data=LONG[at : at + PIECE])
    assert target.receive(len(LONG) + 1) == LONG


@requirement("RFC9293:3.10.7.4-text-ack-responsibility", "RFC9293:3.10.7.4-text-stream")
@target_in(ESTABLISHED)
def test_octets_between_as_many_holes_do_no_harm(peer, target, timing):
    """Each of them may be held, or has to be sent again; what is acknowledged is delivered."""
    start = peer.snd_nxt
    for at in range(1, len(LONG), 2):
        peer.send(ACK, seq=start + at, data=LONG[at : at + 1])
    peer.hear_all(quiet=timing.settle)
    for at in range(0, len(LONG), PIECE):
        peer.send(ACK, seq=start + at, data=LONG[at : at + PIECE])
        peer.hear_all(quiet=timing.settle)
    peer.send(ACK, data=TEXT)
    assert target.receive(len(LONG + TEXT)) == LONG + TEXT


@requirement("RFC9293:3.8-sndnxt-advance", "RFC9293:3.8-ack-current")
@target_in(ESTABLISHED, opened=BOTH)
def test_rcv_nxt_advances_over_syn_text_and_fin(peer):
    start = peer.snd_nxt
    peer.send(ACK, data=TEXT)
    peer.expect(ACK, ack=start + len(TEXT))
    peer.send(FIN | ACK)
    everything = start + len(TEXT) + 1
    peer.expect_one_of(reply(ACK, ack=everything), reply(FIN | ACK, ack=everything))


@requirement("RFC9293:3.8-sndnxt-advance")
@target_in(ESTABLISHED, CLOSE_WAIT, opened=BOTH)
def test_snd_nxt_advances_over_syn_text_and_fin(peer, target):
    target.send(TEXT)
    peer.expect(ACK, seq=peer.irs + 1, data=TEXT)
    peer.send(ACK)
    target.send(TEXT)
    peer.expect(ACK, seq=peer.irs + 1 + len(TEXT), data=TEXT)
    peer.send(ACK)
    peer.expect_alive()  # so that all is acknowledged by then
    target.close()
    peer.expect(FIN | ACK, seq=peer.irs + 1 + 2 * len(TEXT))
    peer.send(ACK, seq=peer.snd_nxt - 1, ack=peer.tcb.rcv_acked, data=b"0")
    peer.expect(ACK, seq=peer.irs + 1 + 2 * len(TEXT) + 1)


@requirement("RFC9293:3.1-ack-always", "RFC9293:3.8-ack-current")
@target_in(ESTABLISHED, opened=BOTH)
def test_text_and_fin_carry_the_current_ack(peer, target):
    peer.send(ACK, data=TEXT)
    peer.expect(ACK, ack=peer.snd_nxt)
    target.send(TEXT)
    peer.expect(ACK, ack=peer.snd_nxt, data=TEXT)
    peer.send(FIN | ACK)
    peer.expect(ACK, ack=peer.snd_nxt)
    target.receive(len(TEXT))  # what nobody has read may make a reset of the CLOSE
    target.close()
    peer.expect(FIN | ACK, ack=peer.snd_nxt)


@requirement("RFC9293:3.8-ack-current")
@target_in(ESTABLISHED)
def test_retransmission_carries_the_current_ack(peer, target, timing):
    target.send(TEXT)
    text = peer.expect(ACK, data=TEXT)
    peer.send(ACK, ack=text.seq, data=TEXT)
    peer.expect_one_of(reply(ACK, ack=peer.snd_nxt), repeats=True)  # on the retransmission, if that comes first
    assert peer.expect_retransmission(text, within=2 * timing.retransmission).ack == peer.snd_nxt
