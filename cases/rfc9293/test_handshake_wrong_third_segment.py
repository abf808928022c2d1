"""A third segment of the handshake that is not the one awaited (RFC 9293, sections 3.5.2 and 3.10.7.4)."""

import pytest

from conformance import ACK, FIN, RST, SYN, SYN_RECEIVED, reply, requirement, target_in

SEGMENTS = {"ACK": (ACK, b""), "data": (ACK, b"data"), "FIN,ACK": (FIN | ACK, b""), "SYN,ACK": (SYN | ACK, b"")}

OUTSIDE = {"below": -1_000_000, "just below": -10, "above": 1_000_000, "2^31 away": 2**31}


@requirement("RFC9293:3.10.7.4-ack-synrcvd-bad", "RFC9293:3.5.2-g2-bad-ack")
@pytest.mark.parametrize(("ctl", "data"), [(ACK, b""), (ACK, b"data"), (FIN | ACK, b"")], ids=["ACK", "data", "FIN"])
@pytest.mark.parametrize("offset", [0, -1, -1000], ids=["ISS", "ISS-1", "ISS-1000"])
@target_in(SYN_RECEIVED)
def test_old_ack_is_reset(peer, ctl, data, offset):
    peer.send(ctl, ack=peer.irs + offset, data=data)
    peer.expect(RST, seq=peer.irs + offset)


@requirement("RFC9293:3.10.7.4-ack-synrcvd-bad", "RFC9293:3.10.7.4-ack-5961", "RFC9293:3.5.2-g2-bad-ack")
@pytest.mark.parametrize(
    "offset", [2, 1000, 2**31, -1_000_000], ids=["ISS+2", "ISS+1000", "2^31 away", "far below ISS"]
)
@target_in(SYN_RECEIVED)
def test_ack_of_what_was_never_sent_is_reset_or_acknowledged(peer, offset):
    peer.send(ACK, ack=peer.irs + offset)
    peer.expect_one_of(
        reply(RST, seq=peer.irs + offset),
        reply(ACK, seq=peer.irs + 1, ack=peer.iss + 1),  # with the check of RFC 5961, section 5
    )


@requirement("RFC9293:3.5.2-g2-bad-ack", "RFC9293:3.10.7.4-ack-synrcvd-bad")
@pytest.mark.parametrize("offset", [0, 2, 1000], ids=["ISS", "ISS+2", "ISS+1000"])
@target_in(SYN_RECEIVED)
def test_right_ack_establishes_after_a_wrong_one(peer, offset):
    peer.send(ACK, ack=peer.irs + offset)
    resets = (reply(RST, seq=peer.irs + offset), reply(RST | ACK, seq=peer.irs + offset))
    peer.expect_one_of(*resets, reply(ACK, seq=peer.irs + 1, ack=peer.iss + 1))
    peer.send(ACK, data=b"data")
    peer.expect(ACK, seq=peer.rcv_nxt, ack=peer.snd_nxt)


@requirement("RFC9293:3.10.7.4-seq-synrcvd-oow", "RFC9293:3.10.7.4-seq-unacceptable-ack")
@pytest.mark.parametrize(("ctl", "data"), SEGMENTS.values(), ids=SEGMENTS)
@pytest.mark.parametrize("offset", OUTSIDE.values(), ids=OUTSIDE)
@target_in(SYN_RECEIVED)
def test_segment_outside_the_window_is_acknowledged(peer, timing, ctl, data, offset):
    peer.send(ctl, seq=peer.snd_nxt + offset, data=data)
    acknowledged = {"ack": peer.iss + 1, "data": b""}
    answers = reply(ACK, seq=peer.irs + 1, **acknowledged), reply(SYN | ACK, seq=peer.irs, **acknowledged)
    peer.expect_one_of(*answers, within=timing.rto / 2, repeats=True)


@requirement("RFC9293:3.10.7.4-seq-unacceptable-nodata", "RFC9293:3.10.7.4-seq-synrcvd-oow")
@pytest.mark.parametrize(("ctl", "data"), SEGMENTS.values(), ids=SEGMENTS)
@pytest.mark.parametrize("offset", [-1_000_000, 1_000_000], ids=["below", "above"])
@target_in(SYN_RECEIVED)
def test_segment_outside_the_window_establishes_nothing(peer, timing, ctl, data, offset):
    peer.send(ctl, seq=peer.snd_nxt + offset, data=data)
    answers = reply(ACK, seq=peer.irs + 1), reply(SYN | ACK, seq=peer.irs)
    peer.expect_one_of(*answers, within=timing.rto / 2, repeats=True)
    peer.send(ACK, seq=peer.iss + 1, ack=peer.irs)
    peer.expect_reset(seq=peer.irs)  # only in SYN-RECEIVED


@requirement("RFC9293:3.10.7.4-ack-synrcvd-ok", "RFC9293:3.10.7.4-seq-synrcvd-oow")
@pytest.mark.parametrize(("ctl", "data"), SEGMENTS.values(), ids=SEGMENTS)
@target_in(SYN_RECEIVED)
def test_right_ack_establishes_after_segment_outside_the_window(peer, timing, ctl, data):
    peer.send(ctl, seq=peer.snd_nxt + 1_000_000, data=data)
    answers = reply(ACK, seq=peer.irs + 1), reply(SYN | ACK, seq=peer.irs)
    peer.expect_one_of(*answers, within=timing.rto / 2, repeats=True)
    peer.send(ACK, seq=peer.iss + 1, data=b"data")
    peer.expect(ACK, seq=peer.irs + 1, ack=peer.iss + 1 + 4)
