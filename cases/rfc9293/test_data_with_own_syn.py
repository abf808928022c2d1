"""A SYN of the target's that carries data, and data that waits for the answer: RFC 9293, sections 3.4 and 3.10.7.3."""

import pytest

from conformance import ACK, ACTIVE, CLOSED, RST, SYN, SYN_SENT, requirement, seq, target_in
from conformance.errors import NotApplicable
from conformance.states import OPENING_SYNS

TEN = b"0123456789"
TAKEN = {"the SYN": 0, "one octet": 1, "all but one": 9, "all": 10}
"""How many octets of the ten our SYN,ACK acknowledges: its ACK is ISS+1 and so many."""


@pytest.fixture
def syn(peer, target):
    """The SYN with ten octets of data that the target has sent; `peer.rcv_nxt` counts them."""
    target.connect(peer.flow, data=TEN)
    syn = peer.expect_one_of(*OPENING_SYNS)
    if syn.data != TEN:
        raise NotApplicable("its SYN carries no data")
    return syn


@requirement("RFC9293:3.10.7.3-synsent-ack-range")
@pytest.mark.parametrize("taken", TAKEN.values(), ids=TAKEN)
@target_in(CLOSED, opened=ACTIVE)
def test_any_ack_of_the_syn_establishes(peer, target, syn, taken):
    peer.send(SYN | ACK, ack=syn.seq + 1 + taken)
    assert target.connected() == "ok"


@requirement("RFC9293:3.10.7.3-synsent-ack-range")
@pytest.mark.parametrize("taken", [0, 1, 9], ids=["the SYN", "one octet", "all but one"])
@target_in(CLOSED, opened=ACTIVE)
def test_data_that_the_ack_leaves_out_is_sent_again(peer, timing, syn, taken):
    peer.tcb.rcv_nxt = seq.add(syn.seq, 1 + taken)  # the rest is lost
    peer.send(SYN | ACK)
    peer.expect_data(TEN[taken:], within=timing.retransmission)


@requirement("RFC7413:4.2.2-client-resend", "RFC9293:3.10.7.3-synsent-ack-range")
@pytest.mark.parametrize("taken", [0, 1, 9], ids=["the SYN", "one octet", "all but one"])
@target_in(CLOSED, opened=ACTIVE)
def test_data_that_the_ack_leaves_out_rides_on_the_first_ack(peer, syn, taken):
    peer.tcb.rcv_nxt = seq.add(syn.seq, 1 + taken)  # the rest is lost
    peer.send(SYN | ACK)
    peer.expect(ACK, seq=syn.seq + 1 + taken, ack=peer.iss + 1, data=TEN[taken:])


@requirement("RFC9293:3.10.7.3-synsent-bad-ack", "RFC9293:3.5.2-g2-bad-ack")
@pytest.mark.parametrize("beyond", [-1, 11], ids=["ISS", "beyond the data"])
@target_in(CLOSED, opened=ACTIVE)
def test_ack_outside_the_syn_is_reset(peer, syn, beyond):
    peer.send(SYN | ACK, ack=syn.seq + 1 + beyond)
    peer.expect(RST, seq=syn.seq + 1 + beyond)


@requirement("RFC9293:3.10.7.3-synsent-synack-data")
@target_in(SYN_SENT)
def test_data_that_waits_rides_on_the_ack_of_the_syn_ack(peer, target):
    target.send(TEN)
    peer.send(SYN | ACK)
    peer.expect(ACK, seq=peer.irs + 1, ack=peer.iss + 1, data=TEN)
