"""Protection against wrapped sequence numbers (RFC 9293, section 3.4.3; RFC 7323, section 5)."""

import pytest

from conformance import (
    ACK,
    CLOSE_WAIT,
    ESTABLISHED,
    FIN_WAIT_2,
    NOP,
    NOTHING,
    RST,
    mss,
    offering,
    reply,
    requirement,
    target_in,
    timestamps,
)
from conformance.options import TIMESTAMPS_KIND

DATA = b"0123456789"


def stamped(peer):
    """Send an ACK, and return its timestamp, against which what comes after it is measured."""
    peer.needs_timestamps()
    return peer.send(ACK).option(TIMESTAMPS_KIND).timestamps[0]


AGES = {"a second": 1_000, "an hour": 3_600_000, "nearly as old as can be": 2**31 - 60_000}
"""How old a segment from the last time round is, in ticks of our timestamp clock: milliseconds."""


@requirement("RFC9293:3.4.3-paws-fast", "RFC7323:5.3-paws-drop")
@pytest.mark.parametrize("age", AGES.values(), ids=AGES)
@offering(mss(1000), timestamps(0))
@target_in(ESTABLISHED)
def test_data_with_an_old_timestamp_is_dropped(peer, age):
    old = timestamps((stamped(peer) - age) % 2**32, peer.tcb.ts_recent)
    dropped = peer.send(ACK, data=DATA, options=(NOP, NOP, old))
    peer.expect(ACK, seq=peer.rcv_nxt, ack=dropped.seq)


@requirement("RFC9293:3.4.3-paws-fast", "RFC7323:5.3-paws-drop")
@offering(mss(1000), timestamps(0))
@target_in(ESTABLISHED)
def test_data_that_was_dropped_as_old_does_not_reach_the_user(peer, target):
    old = timestamps((stamped(peer) - 1_000) % 2**32, peer.tcb.ts_recent)
    dropped = peer.send(ACK, data=b"duplicate!", options=(NOP, NOP, old))
    peer.expect(ACK, seq=peer.rcv_nxt, ack=dropped.seq)
    peer.send(ACK, seq=dropped.seq, data=DATA)
    peer.expect(ACK, seq=peer.rcv_nxt, ack=peer.snd_nxt)
    assert target.receive(len(DATA)) == DATA


@requirement("RFC7323:5.2-rst-no-paws", "RFC9293:3.10.7.4-rst-exact")
@pytest.mark.parametrize("age", AGES.values(), ids=AGES)
@offering(mss(1000), timestamps(0))
@target_in(ESTABLISHED, CLOSE_WAIT, FIN_WAIT_2)
def test_reset_with_an_old_timestamp_is_obeyed(peer, age):
    old = timestamps((stamped(peer) - age) % 2**32, peer.tcb.ts_recent)
    peer.send(RST, options=(NOP, NOP, old))
    peer.expect_gone()


@requirement("RFC9293:3.10.7.4-rst-exact", "RFC7323:5.2-rst-no-paws")
@offering(mss(1000), timestamps(0))
@target_in(ESTABLISHED, CLOSE_WAIT, FIN_WAIT_2)
def test_reset_without_a_timestamp_is_obeyed(peer):
    peer.needs_timestamps()
    peer.send(RST, options=())
    peer.expect_gone()


@requirement("RFC7323:5.2-rst-tsecr-check")
@offering(mss(1000), timestamps(0))
@target_in(ESTABLISHED)
def test_reset_that_echoes_what_was_never_said_is_not_obeyed(peer):
    """With an ACK: without, the field is to be ignored (RFC 7323, section 3.2)."""
    never = timestamps(stamped(peer), (peer.tcb.ts_recent + 2**30) % 2**32)
    peer.send(RST | ACK, options=(NOP, NOP, never))
    peer.expect_one_of(reply(ACK, seq=peer.rcv_nxt, ack=peer.snd_nxt), NOTHING)
    peer.expect_alive()
