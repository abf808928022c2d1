"""A SYN in a synchronized state: RFC 9293, section 3.10.7.4, first and fourth check; RFC 5961, section 4."""

import pytest

from conformance import (
    ACK,
    BOTH,
    CLOSE_WAIT,
    CLOSING,
    ESTABLISHED,
    FIN,
    FIN_WAIT_1,
    FIN_WAIT_2,
    LAST_ACK,
    NOTHING,
    PSH,
    RST,
    SYN,
    mss,
    offering,
    reply,
    requirement,
    target_in,
    timestamps,
    window_scale,
)
from conformance.options import TIMESTAMPS_KIND

SYNCHRONIZED = (ESTABLISHED, FIN_WAIT_1, FIN_WAIT_2, CLOSE_WAIT, CLOSING, LAST_ACK)
"""TIME-WAIT has rules of its own for a SYN."""

LEGACY = (reply(RST), reply(RST | ACK))
"""Without RFC 5961 a SYN in the window resets the connection."""

AFTER = {ACK: ACK, RST: RST, RST | ACK: RST}
"""What a probe draws, by how the SYN was answered: the connection is there still, or is gone."""

WITHIN = {"RCV.NXT": 0.0, "middle": 0.5, "last": 1.0}
"""Where in the window, as a share of it."""


@requirement(
    "RFC9293:3.10.7.4-syn-sync-challenge",
    "RFC5961:4.2-syn-challenge",
    "RFC9293:3.10.7.4-syn-inwindow-legacy",
)
@pytest.mark.parametrize("share", WITHIN.values(), ids=WITHIN)
@pytest.mark.parametrize("ctl", [SYN, SYN | ACK], ids=str)
@target_in(*SYNCHRONIZED, opened=BOTH)
def test_syn_in_the_window_is_challenged(peer, ctl, share):
    peer.inject(peer.craft(ctl, seq=peer.snd_nxt + int(share * (peer.snd_wnd - 1))))
    peer.expect_one_of(reply(ACK, seq=peer.rcv_nxt, ack=peer.snd_nxt, data=b""), *LEGACY)


@requirement("RFC9293:3.10.7.4-syn-sync-challenge", "RFC9293:3.10.7.4-syn-inwindow-legacy")
@pytest.mark.parametrize("ctl", [SYN, SYN | ACK, SYN | PSH, SYN | FIN], ids=str)
@target_in(*SYNCHRONIZED)
def test_connection_survives_its_challenge(peer, ctl):
    peer.inject(peer.craft(ctl))
    got = peer.expect_one_of(reply(ACK), *LEGACY)
    peer.send(ACK, seq=peer.snd_nxt - 1, ack=peer.irs + 1, data=b"\0")  # an old octet
    peer.expect(AFTER[got.ctl & ~FIN])


@requirement("RFC9293:3.10.7.4-syn-sync-challenge", "RFC9293:3.10.7.4-syn-inwindow-legacy")
@target_in(*SYNCHRONIZED)
def test_data_with_the_syn_is_not_taken(peer):
    peer.inject(peer.craft(SYN | PSH, data=b"data"))
    got = peer.expect_one_of(reply(ACK, ack=peer.snd_nxt), *LEGACY)
    peer.send(ACK, seq=peer.snd_nxt - 1, ack=peer.irs + 1, data=b"\0")  # an old octet
    peer.expect_one_of(reply(AFTER[got.ctl & ~FIN], ack=peer.snd_nxt), *LEGACY)


@requirement("RFC5961:4.2-syn-mitigation", "RFC9293:7-blind-inwindow")
@target_in(ESTABLISHED)
def test_after_a_challenged_syn_data_is_taken(peer):
    peer.inject(peer.craft(SYN))
    peer.expect(ACK, seq=peer.rcv_nxt, ack=peer.snd_nxt, data=b"")
    peer.send(ACK, data=b"x")
    peer.expect(ACK, ack=peer.snd_nxt)


OUTSIDE = {"RCV.NXT-1": -1, "RCV.NXT-2": -2, "RCV.NXT-100000": -100_000, "old": -(1 << 30)}
BEYOND = {"first": 0, "1000": 1000, "far": 1 << 30}


@requirement("RFC9293:3.10.7.4-syn-oow", "RFC9293:3.5.2-g3-oow-ack", "RFC5961:4.2-syn-challenge")
@pytest.mark.parametrize("off", OUTSIDE.values(), ids=OUTSIDE)
@pytest.mark.parametrize("ctl", [SYN, SYN | ACK], ids=str)
@target_in(*SYNCHRONIZED)
def test_syn_below_the_window_is_acknowledged(peer, ctl, off):
    peer.inject(peer.craft(ctl, seq=peer.snd_nxt + off))
    peer.expect(ACK, seq=peer.rcv_nxt, ack=peer.snd_nxt, data=b"")


@requirement("RFC9293:3.10.7.4-syn-oow", "RFC9293:3.5.2-g3-oow-ack", "RFC5961:4.2-syn-challenge")
@pytest.mark.parametrize("off", BEYOND.values(), ids=BEYOND)
@pytest.mark.parametrize("ctl", [SYN, SYN | ACK], ids=str)
@target_in(*SYNCHRONIZED)
def test_syn_beyond_the_window_is_acknowledged(peer, ctl, off):
    peer.inject(peer.craft(ctl, seq=peer.snd_nxt + peer.snd_wnd + off))
    peer.expect(ACK, seq=peer.rcv_nxt, ack=peer.snd_nxt, data=b"")


@requirement("RFC9293:3.10.7.4-syn-oow", "RFC9293:3.5.2-g3-oow-ack")
@pytest.mark.parametrize("off", [-100_000, 200_000], ids=["below", "beyond"])
@target_in(*SYNCHRONIZED)
def test_connection_survives_a_syn_outside_the_window(peer, off):
    peer.inject(peer.craft(SYN, seq=peer.snd_nxt + off))
    peer.expect(ACK)
    peer.expect_alive()


@requirement("RFC9293:3.10.7.4-syn-oow")
@target_in(*SYNCHRONIZED)
def test_first_syn_again_is_acknowledged(peer):
    peer.inject(peer.craft(SYN, seq=peer.iss))
    peer.expect(ACK, seq=peer.rcv_nxt, ack=peer.snd_nxt, data=b"")


@requirement("RFC5961:4.2-syn-valid-rst", "RFC9293:3.5.1-halfopen-rst-accepted")
@target_in(ESTABLISHED)
def test_rebooted_peer_connects_anew_over_the_challenge(peer):
    peer.restart(iss=peer.snd_nxt + 1000)
    peer.send(SYN)
    challenge = peer.expect_one_of(reply(ACK), *LEGACY)
    peer.send(RST, seq=challenge.ack)
    peer.send(SYN, seq=peer.iss)
    peer.expect(SYN | ACK, ack=peer.iss + 1)


@requirement("RFC9293:3.10.7.4-syn-oow", "RFC5961:4.2-syn-challenge", "RFC5961:4.2-syn-corner")
@target_in(ESTABLISHED)
def test_rebooted_peer_whose_isn_is_rcv_nxt_minus_1_clears_nothing(peer):
    """The challenge acknowledges its SYN, so that it has no reset to send."""
    peer.send(ACK, data=b"x")
    peer.expect(ACK, ack=peer.snd_nxt)
    syn = peer.craft(SYN, seq=peer.snd_nxt - 1)
    peer.inject(syn)
    peer.expect(ACK, seq=peer.rcv_nxt, ack=peer.snd_nxt, data=b"")
    peer.inject(syn)
    peer.expect_one_of(reply(ACK, seq=peer.rcv_nxt, ack=peer.snd_nxt, data=b""), NOTHING)  # challenges are limited
    peer.expect_alive()


@requirement("RFC9293:3.10.7.4-syn-oow")
@target_in(ESTABLISHED)
def test_first_syn_again_with_another_mss_changes_nothing(peer, target):
    peer.inject(peer.craft(SYN, seq=peer.iss, options=(mss(536),)))
    peer.expect(ACK, seq=peer.rcv_nxt, ack=peer.snd_nxt)
    target.send(bytes(1000))
    peer.expect(ACK, data=bytes(1000))


@requirement("RFC9293:3.10.7.4-syn-oow", "RFC7323:2.2-ws-both")
@offering(mss(1460), window_scale(7))
@target_in(ESTABLISHED)
def test_first_syn_again_with_another_scale_changes_nothing(peer, target):
    peer.needs_window_scale()
    peer.send(ACK, window=1)  # 128 octets
    peer.inject(peer.craft(SYN, seq=peer.iss, options=(mss(1460), window_scale(0))))
    peer.expect(ACK, seq=peer.rcv_nxt, ack=peer.snd_nxt)
    target.send(bytes(100))
    peer.expect_data(bytes(100))


@requirement("RFC7323:5.3-paws-syn", "RFC7323:3.2-ts-missing-drop")
@offering(mss(1460), timestamps(0))
@target_in(ESTABLISHED)
def test_first_syn_again_without_timestamps_changes_nothing(peer):
    peer.needs_timestamps()
    peer.inject(peer.craft(SYN, seq=peer.iss, options=(mss(1460),)))
    peer.expect_one_of(reply(ACK, seq=peer.rcv_nxt, ack=peer.snd_nxt), NOTHING)
    got = peer.expect_alive()
    assert got.option(TIMESTAMPS_KIND)
