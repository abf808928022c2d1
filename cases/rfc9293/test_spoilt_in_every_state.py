"""What is spoilt counts for nothing, and what is unknown does no harm, in whatever state (RFC 9293, 3.1 and 3.10.7)."""

import pytest

from conformance import (
    ACK,
    BOTH,
    CLOSE_WAIT,
    CLOSED,
    CLOSING,
    ESTABLISHED,
    FIN,
    FIN_WAIT_1,
    FIN_WAIT_2,
    LAST_ACK,
    LISTEN,
    NO_CTL,
    NOTHING,
    PSH,
    RST,
    SYN,
    SYN_RECEIVED,
    SYN_SENT,
    TIME_WAIT,
    Option,
    reply,
    requirement,
    target_in,
    wrong_checksum,
)

TEN = b"0123456789"
AFTER_ESTABLISHED = (FIN_WAIT_1, FIN_WAIT_2, CLOSE_WAIT, CLOSING, LAST_ACK, TIME_WAIT)
AFTER_FIN = (CLOSE_WAIT, CLOSING, LAST_ACK, TIME_WAIT)
"""The target has taken our FIN: there is nothing more to come."""

UNKNOWN = (Option(200, b"\x01\x02"),)
MALFORMED = {
    "unknown kind of length 0": b"\xc8\x00\x01\x01",
    "unknown kind past the header": b"\xc8\x05\x01\x01",
    "MSS of length 0": b"\x02\x00\x05\xb4",
}


def wrong_data_offset(packet):
    """Let the options of a packet without any end behind its segment."""
    packet["TCP"].dataofs = 15
    return packet


# -- wrong checksum --


@requirement("RFC9293:MUST-3")
@target_in(LISTEN)
def test_syn_with_a_wrong_checksum_opens_nothing(peer):
    peer.inject(wrong_checksum(peer.craft(SYN)))
    peer.restart()
    peer.send(SYN)
    peer.expect(SYN | ACK, ack=peer.iss + 1)  # the first thing that is said


@requirement("RFC9293:MUST-3")
@target_in(SYN_SENT)
def test_syn_ack_with_a_wrong_checksum_opens_nothing(peer):
    peer.inject(wrong_checksum(peer.craft(SYN | ACK, seq=peer.iss + 1000)))
    peer.send(SYN | ACK)
    peer.expect(ACK, seq=peer.irs + 1, ack=peer.iss + 1)  # the first thing that is said


@requirement("RFC9293:MUST-3")
@target_in(SYN_RECEIVED, opened=BOTH)
def test_reset_of_a_handshake_with_a_wrong_checksum_is_ignored(peer):
    peer.inject(wrong_checksum(peer.craft(RST)))
    peer.send(ACK, data=TEN)
    peer.expect(ACK, seq=peer.irs + 1, ack=peer.snd_nxt)  # the first thing that is said


@requirement("RFC9293:MUST-3")
@target_in(*AFTER_ESTABLISHED)
def test_syn_with_a_wrong_checksum_draws_nothing(peer):
    peer.inject(wrong_checksum(peer.craft(SYN)))
    peer.expect_ignored()


# -- wrong data offset --


@requirement("RFC9293:3.1-data-offset-invalid")
@target_in(SYN_SENT)
def test_syn_ack_with_a_wrong_data_offset_opens_nothing(peer):
    peer.inject(wrong_data_offset(peer.craft(SYN | ACK, seq=peer.iss + 1000, options=())))
    peer.send(SYN | ACK)
    peer.expect(ACK, seq=peer.irs + 1, ack=peer.iss + 1)


@requirement("RFC9293:3.1-data-offset-invalid")
@target_in(SYN_RECEIVED, opened=BOTH)
def test_reset_of_a_handshake_with_a_wrong_data_offset_is_not_obeyed(peer):
    peer.inject(wrong_data_offset(peer.craft(RST, options=())))
    peer.send(ACK, data=TEN)
    peer.expect(ACK, seq=peer.irs + 1, ack=peer.snd_nxt)


@requirement("RFC9293:3.1-data-offset-invalid")
@target_in(ESTABLISHED, FIN_WAIT_1, FIN_WAIT_2, CLOSE_WAIT, CLOSING, LAST_ACK)
def test_reset_with_a_wrong_data_offset_is_not_obeyed(peer):
    peer.inject(wrong_data_offset(peer.craft(RST, options=())))
    peer.expect_alive()


@requirement("RFC9293:3.1-data-offset-invalid")
@target_in(TIME_WAIT)
def test_syn_with_a_wrong_data_offset_reopens_nothing(peer):
    peer.inject(wrong_data_offset(peer.craft(SYN, seq=peer.snd_nxt + peer.snd_wnd + 100_000, options=())))
    peer.expect_alive()


# -- no ACK --


@requirement("RFC9293:3.10.7.4-ack-off")
@pytest.mark.parametrize("ctl", [NO_CTL, PSH, FIN], ids=str)
@target_in(*AFTER_FIN)
def test_after_our_fin_a_segment_without_ack_is_dropped_in_silence(peer, ctl):
    peer.inject(peer.craft(ctl, data=TEN))
    peer.expect_ignored()


@requirement("RFC9293:3.10.7.4-ack-off")
@pytest.mark.parametrize("ctl", [NO_CTL, PSH], ids=str)
@target_in(SYN_RECEIVED, opened="active")
def test_after_crossing_syns_data_without_ack_is_dropped(peer, ctl):
    peer.inject(peer.craft(ctl, data=2 * TEN))  # longer than what follows, so that it would show
    peer.send(ACK, data=TEN)
    peer.expect(ACK, seq=peer.irs + 1, ack=peer.snd_nxt)  # the first thing that is said


# -- options --


@requirement("RFC9293:MUST-6", "RFC9293:MUST-5")
@target_in(CLOSED)
def test_unknown_option_to_a_closed_port_changes_nothing(peer):
    syn = peer.send(SYN, options=UNKNOWN)
    peer.expect(RST | ACK, seq=0, ack=syn.end)


@requirement("RFC9293:MUST-6", "RFC9293:MUST-5")
@target_in(SYN_RECEIVED, opened="active")
def test_unknown_option_after_crossing_syns_is_skipped(peer):
    peer.send(ACK, data=TEN, options=UNKNOWN)
    peer.expect(ACK, seq=peer.irs + 1, ack=peer.snd_nxt)


@requirement("RFC9293:MUST-6", "RFC9293:MUST-5", "RFC9293:3.10.7.4-seq-unacceptable-ack")
@target_in(*AFTER_ESTABLISHED)
def test_unknown_option_in_an_old_segment_is_skipped(peer):
    peer.send(ACK, seq=peer.snd_nxt - 1, ack=peer.tcb.rcv_acked, data=b"\0", options=UNKNOWN)
    peer.expect(ACK, seq=peer.rcv_nxt, ack=peer.snd_nxt, data=b"")


@requirement("RFC9293:MUST-7")
@pytest.mark.parametrize("options", MALFORMED.values(), ids=MALFORMED)
@target_in(CLOSED)
def test_illegal_length_to_a_closed_port_is_survived(peer, another, options):
    peer.send(SYN, options=options)
    peer.expect_one_of(reply(RST | ACK, seq=0, ack=peer.iss + 1), NOTHING)
    other = another()
    other.send(SYN)
    other.expect(RST | ACK, seq=0, ack=other.iss + 1)


@requirement("RFC9293:MUST-7")
@pytest.mark.parametrize("options", MALFORMED.values(), ids=MALFORMED)
@target_in(SYN_RECEIVED, opened="active")
def test_illegal_length_after_crossing_syns_is_survived(peer, another, target, options):
    peer.send(ACK, options=options)
    peer.expect_one_of(reply(ACK), reply(RST), reply(RST | ACK), NOTHING)
    another(target.subject.open_port).expect_served()


@requirement("RFC9293:MUST-7")
@pytest.mark.parametrize("options", MALFORMED.values(), ids=MALFORMED)
@target_in(*AFTER_ESTABLISHED)
def test_illegal_length_in_an_old_segment_is_survived(peer, another, target, timing, options):
    peer.send(ACK, seq=peer.snd_nxt - 1, ack=peer.tcb.rcv_acked, data=b"\0", options=options)
    answers = reply(ACK, ack=peer.snd_nxt), reply(RST), reply(RST | ACK), NOTHING
    peer.expect_one_of(*answers, within=timing.ack_delay)  # what is taken for text may be acknowledged late
    another(target.subject.open_port).expect_served()
