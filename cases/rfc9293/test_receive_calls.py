"""RECEIVE in each state: RFC 9293, section 3.10.3, and what it returns: section 3.10.7.4, seventh check."""

import random

import pytest

from conformance import (
    ACK,
    ACTIVE,
    BOTH,
    CLOSING,
    ESTABLISHED,
    FIN,
    FIN_WAIT_1,
    FIN_WAIT_2,
    LAST_ACK,
    SYN,
    SYN_RECEIVED,
    SYN_SENT,
    TIME_WAIT,
    requirement,
    target_in,
)

STREAM = bytes(range(256)) * 4


@requirement("RFC9293:3.10.3-recv-early")
@target_in(SYN_SENT)
def test_receive_before_the_answer_waits(peer, target):
    assert not target.refuses(target.begin_to_receive)
    peer.send(SYN | ACK)
    peer.expect(ACK, seq=peer.irs + 1, ack=peer.iss + 1)
    peer.send(ACK, data=b"at last")
    assert target.receive(7) == b"at last"


@requirement("RFC9293:3.10.3-recv-early")
@target_in(SYN_RECEIVED, opened=ACTIVE)  # a passive one is not yet the user's to read from
def test_receive_before_the_last_ack_waits(peer, target):
    assert not target.refuses(target.begin_to_receive)
    peer.send(ACK, data=b"at last")
    assert target.receive(7) == b"at last"


@requirement("RFC9293:3.10.3-recv-estab")
@target_in(ESTABLISHED, FIN_WAIT_1, FIN_WAIT_2, opened=BOTH)
def test_receive_returns_data_in_order(peer, target):
    start = peer.snd_nxt
    for at in (8, 4, 0, 4, 8):  # and again, for a TCP that keeps none out of order
        peer.send(ACK, seq=start + at, ack=peer.tcb.rcv_acked, data=STREAM[at : at + 4])
    assert target.receive(12) == STREAM[:12]


@requirement("RFC9293:3.10.3-recv-estab")
@target_in(ESTABLISHED, FIN_WAIT_1, FIN_WAIT_2, opened=BOTH)
def test_receive_that_waits_returns_what_comes(peer, target):
    target.begin_to_receive()
    peer.send(ACK, ack=peer.tcb.rcv_acked, data=b"late")
    assert target.receive(4) == b"late"


@requirement("RFC9293:3.10.3-recv-closing")
@target_in(CLOSING, LAST_ACK, TIME_WAIT, opened=BOTH)
def test_receive_while_closing_ends(peer, target):
    assert target.receive_ends()


@requirement("RFC9293:3.10.4-close-synsent")
@target_in(SYN_SENT)
def test_close_of_an_attempt_ends_a_receive_that_waits(peer, target):
    target.begin_to_receive()
    target.close()
    assert target.receive_ends()


def pieces(seed):
    """Cut the stream into overlapping pieces of up to 100 octets: where each starts and ends.

    They come shuffled, and then in order, as a sender would repeat them for a TCP that keeps none out of order.
    """
    chance = random.Random(seed)
    cut = [(max(0, at - chance.randrange(40)), min(at + 60, len(STREAM))) for at in range(0, len(STREAM), 60)]
    return [*chance.sample(cut, len(cut)), *cut]


@requirement("RFC9293:3.10.7.4-text-stream", "RFC9293:3.10.3-recv-estab")
@pytest.mark.parametrize("seed", range(5))
@target_in(ESTABLISHED, opened=BOTH)
def test_user_gets_each_octet_once_and_in_order(peer, target, timing, seed):
    target.begin_to_receive()
    start = peer.snd_nxt
    for first, end in pieces(seed):
        peer.send(ACK, seq=start + first, data=STREAM[first:end])
        peer.hear_for(timing.settle)  # all at once might be more than a small host has room for
    peer.send(FIN | ACK, seq=start + len(STREAM))
    assert target.receive(len(STREAM)) == STREAM
    assert target.end_of_stream()
