"""Where the data starts; a data offset below five, or behind the segment's end (RFC 9293, section 3.1)."""

import pytest

from conformance import (
    ACK,
    ESTABLISHED,
    LISTEN,
    NOP,
    NOTHING,
    RST,
    SYN,
    mss,
    offering,
    reply,
    requirement,
    target_in,
    timestamps,
)

TEN = b"0123456789"
INVALID = pytest.mark.parametrize("words", [0, 4, 15], ids=["zero", "too small", "beyond the segment"])
"""RFC 9293 leaves open what such a segment draws, as long as it is not taken for a segment."""


@requirement("RFC9293:3.1-data-offset")
@pytest.mark.parametrize("words", [0, 1, 9, 10], ids="{} words of options".format)
@target_in(ESTABLISHED)
def test_data_starts_where_the_options_end(peer, target, words):
    peer.send(ACK, data=TEN, options=(NOP,) * 4 * words)
    peer.expect(ACK, seq=peer.rcv_nxt, ack=peer.snd_nxt)
    assert target.receive(len(TEN)) == TEN


@requirement("RFC9293:3.1-data-offset")
@pytest.mark.parametrize("octets", [0, 1, 3])
@target_in(ESTABLISHED)
def test_padding_of_the_frame_is_no_data(peer, octets):
    """A frame has 46 octets at least, the packet in it may have fewer (IEEE 802.3): what is behind it is nothing."""
    peer.send(ACK, data=TEN)
    peer.expect(ACK, ack=peer.snd_nxt)
    again = peer.craft(ACK, seq=peer.snd_nxt - octets, data=TEN[len(TEN) - octets :])
    peer.inject(bytes(again) + b"padded")
    peer.expect_one_of(reply(ACK, seq=peer.rcv_nxt, ack=peer.snd_nxt), NOTHING)
    peer.expect_alive()


@requirement("RFC9293:3.1-data-offset")
@offering(mss(1000), timestamps(0))
@target_in(ESTABLISHED)
def test_data_of_the_target_starts_where_its_options_end(peer, target):
    target.send(TEN)
    peer.expect(ACK, seq=peer.rcv_nxt, data=TEN)


@requirement("RFC9293:3.1-data-offset-invalid")
@INVALID
@target_in(LISTEN)
def test_syn_with_an_invalid_data_offset_opens_nothing(peer, words):
    packet = peer.craft(SYN, options=())
    packet["TCP"].dataofs = words
    peer.inject(packet)
    peer.expect_one_of(reply(RST), reply(RST | ACK), NOTHING)
    peer.restart()
    peer.send(SYN)
    peer.expect(SYN | ACK, ack=peer.iss + 1)


@requirement("RFC9293:3.1-data-offset-invalid")
@INVALID
@target_in(ESTABLISHED)
def test_data_with_an_invalid_data_offset_is_not_taken(peer, words):
    packet = peer.craft(ACK, data=TEN)
    packet["TCP"].dataofs = words
    peer.inject(packet)
    peer.expect_alive()  # the number before the data is still the next
