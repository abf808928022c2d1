"""A data offset that cannot be right: below five, or behind the segment's end (RFC 9293, section 3.1)."""

import pytest

from conformance import ACK, ESTABLISHED, LISTEN, NOTHING, RST, SYN, reply, requirement, target_in

TEN = b"0123456789"
INVALID = pytest.mark.parametrize("words", [0, 4, 15], ids=["zero", "too small", "beyond the segment"])
"""RFC 9293 leaves open what such a segment draws, as long as it is not taken for a segment."""


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
