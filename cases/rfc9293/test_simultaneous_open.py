"""Simultaneous open, Figure 7 and what may follow the crossing of the SYNs: RFC 9293, sections 3.5 and 3.10.7.4."""

import pytest

from conformance import (
    ACK,
    ACTIVE,
    FIN,
    NOTHING,
    RST,
    SYN,
    SYN_RECEIVED,
    SYN_SENT,
    mss,
    offering,
    reply,
    requirement,
    target_in,
    timestamps,
    window_scale,
)
from conformance.options import TIMESTAMPS_KIND

pytestmark = offering(mss(1460), window_scale(0))

REFUSALS = ("refused", "reset")
"""What the user may be told: RFC 9293 names its errors only to tell them apart (section 3.10)."""


@requirement("RFC9293:MUST-10", "RFC9293:3.5-simopen-cross", "RFC9293:3.10.7.3-synsent-syn")
@target_in(SYN_SENT)
def test_crossing_syn_is_answered(peer):
    peer.send(SYN)
    peer.expect(SYN | ACK, seq=peer.irs, ack=peer.iss + 1)


@requirement("RFC1122:4.2.2.8-synrcvd-label", "RFC9293:3.10.7.3-synsent-syn")
@target_in(SYN_SENT)
def test_crossing_syn_leads_to_syn_received(peer, target):
    peer.send(SYN)
    assert target.state_becomes(SYN_RECEIVED)


@requirement("RFC9293:3.5-simopen-cross", "RFC9293:3.10.7.3-synsent-syn")
@target_in(SYN_RECEIVED, opened=ACTIVE)
def test_nothing_is_established_before_our_ack(peer, target, timing):
    assert target.connected(within=timing.silence) == "pending"
    peer.send(ACK)
    assert target.connected() == "ok"


@requirement("RFC9293:3.5-simopen-establish", "RFC9293:3.10.7.4-seq-a2")
@target_in(SYN_RECEIVED, opened=ACTIVE)
def test_syn_acks_cross(peer, target):
    peer.send(SYN | ACK, seq=peer.iss)
    peer.expect_one_of(reply(ACK, seq=peer.irs + 1, ack=peer.iss + 1), NOTHING)
    peer.send(ACK)
    assert target.connected() == "ok"


@requirement("RFC1122:4.2.2.10-one-connection", "RFC9293:3.5-simopen-establish")
@target_in(SYN_RECEIVED, opened=ACTIVE)
def test_crossing_syn_acks_give_one_connection(peer):
    peer.send(SYN | ACK, seq=peer.iss)
    peer.expect_one_of(reply(ACK, seq=peer.irs + 1, ack=peer.iss + 1), NOTHING)
    peer.send(ACK, data=b"data")
    peer.expect(ACK, seq=peer.rcv_nxt, ack=peer.snd_nxt)


@requirement("RFC9293:3.10.7.4-ack-synrcvd-ok", "RFC9293:3.5-simopen-establish")
@target_in(SYN_RECEIVED, opened=ACTIVE)
def test_ack_establishes(peer, target):
    peer.send(ACK)
    assert target.connected() == "ok"


@requirement("RFC9293:3.10.7.4-ack-synrcvd-ok", "RFC9293:3.10.7.3-synsent-syn-window")
@target_in(SYN_RECEIVED, opened=ACTIVE)
def test_data_flows_both_ways(peer, target):
    peer.send(ACK, data=b"there")
    peer.expect(ACK, seq=peer.irs + 1, ack=peer.snd_nxt)
    target.send(b"back")
    peer.expect_data(b"back")


@requirement("RFC9293:3.10.7.4-ack-synrcvd-bad")
@target_in(SYN_RECEIVED, opened=ACTIVE)
def test_ack_of_nothing_is_reset(peer):
    peer.send(ACK, ack=peer.irs)
    peer.expect(RST, seq=peer.irs)


@requirement("RFC9293:3.10.7.4-ack-synrcvd-bad")
@pytest.mark.parametrize("off", [2, 100_000], ids=["ACK=ISS+2", "ACK=ISS+100000"])
@target_in(SYN_RECEIVED, opened=ACTIVE)
def test_ack_of_what_was_not_sent_is_reset(peer, off):
    wrong = peer.send(ACK, ack=peer.irs + off)
    discarded = reply(ACK, seq=peer.irs + 1, ack=peer.iss + 1)  # the check of RFC 5961, section 5, comes first
    peer.expect_one_of(reply(RST, seq=wrong.ack), discarded)


@requirement("RFC9293:3.10.7.4-rst-synrcvd-active", "RFC9293:MUST-11", "RFC9293:3.5.3-rst-synrcvd-active")
@pytest.mark.parametrize("ctl", [RST, RST | ACK], ids=str)
@target_in(SYN_RECEIVED, opened=ACTIVE)
def test_reset_is_told_to_the_user(peer, target, ctl):
    peer.send(ctl)
    assert target.connected() in REFUSALS


@requirement("RFC9293:3.5.3-rst-synrcvd-active", "RFC9293:3.10.7.4-rst-synrcvd-active")
@target_in(SYN_RECEIVED, opened=ACTIVE)
def test_reset_ends_the_connection(peer):
    peer.send(RST)
    peer.expect_gone()


@requirement("RFC9293:MUST-11", "RFC9293:3.5.3-rst-synrcvd-active")
@target_in(SYN_RECEIVED, opened=ACTIVE)
def test_reset_leaves_no_listener(peer, another):
    peer.send(RST)
    visitor = another()
    visitor.send(SYN)
    visitor.expect(RST | ACK, seq=0, ack=visitor.iss + 1)


@requirement("RFC9293:3.10.7.3-synsent-syn-data")
@target_in(SYN_SENT)
def test_data_on_the_crossing_syn_comes_once(peer, target):
    peer.send(SYN, data=b"early")
    peer.expect_one_of(
        reply(SYN | ACK, seq=peer.irs, ack=peer.iss + 1), reply(SYN | ACK, seq=peer.irs, ack=peer.iss + 6)
    )
    peer.send(ACK, seq=peer.iss + 1, data=b"early")  # again, as where the target did not take it
    peer.send(ACK, data=b", late")
    assert target.receive(11) == b"early, late"


@requirement("RFC9293:3.5-data-in-syn-hold")
@target_in(SYN_SENT)
def test_data_on_the_crossing_syn_is_held_back(peer, target, timing):
    peer.send(SYN, data=b"early")
    peer.expect(SYN | ACK)
    assert target.receive(5, within=timing.silence) == b""
    peer.send(ACK, seq=peer.iss + 1, data=b"early")
    assert target.receive(5) == b"early"


@requirement("RFC9293:3.10.7.4-fin-ack", "RFC9293:3.10.7.4-ack-synrcvd-ok")
@target_in(SYN_RECEIVED, opened=ACTIVE)
def test_fin_with_the_ack_is_acknowledged(peer):
    peer.send(FIN | ACK)
    peer.expect(ACK, seq=peer.irs + 1, ack=peer.snd_nxt)


LEGACY = (reply(RST), reply(RST | ACK))
"""Without RFC 5961 a SYN in the window resets the connection."""


@requirement("RFC9293:3.10.7.4-syn-sync-challenge", "RFC9293:3.10.7.4-syn-inwindow-legacy")
@pytest.mark.parametrize("off", [0, 1000], ids=["SEQ=RCV.NXT", "SEQ=RCV.NXT+1000"])
@target_in(SYN_RECEIVED, opened=ACTIVE)
def test_syn_in_the_window_is_challenged(peer, off):
    peer.send(SYN, seq=peer.snd_nxt + off)
    peer.expect_one_of(reply(ACK, seq=peer.irs + 1, ack=peer.iss + 1), *LEGACY)


OUTSIDE = {"left": -100_000, "right": 200_000}
"""Off RCV.NXT. The window of a SYN,ACK is not scaled, so it ends before the second."""


@requirement("RFC9293:3.10.7.4-syn-oow", "RFC9293:3.10.7.4-syn-sync-challenge")
@pytest.mark.parametrize("off", OUTSIDE.values(), ids=OUTSIDE)
@target_in(SYN_RECEIVED, opened=ACTIVE)
def test_syn_outside_the_window_is_acknowledged(peer, off):
    peer.send(SYN, seq=peer.snd_nxt + off)
    peer.expect(ACK, seq=peer.irs + 1, ack=peer.iss + 1)


@requirement("RFC9293:3.10.7.4-syn-oow", "RFC9293:3.10.7.4-ack-synrcvd-ok")
@pytest.mark.parametrize("off", OUTSIDE.values(), ids=OUTSIDE)
@target_in(SYN_RECEIVED, opened=ACTIVE)
def test_syn_outside_the_window_does_not_end_the_attempt(peer, target, off):
    peer.send(SYN, seq=peer.snd_nxt + off)
    peer.expect(ACK)
    peer.send(ACK, seq=peer.iss + 1)
    assert target.connected() == "ok"


@requirement("RFC7323:2.2-ws-both", "RFC7323:2.3-ws-set")
@offering(mss(1460))
@target_in(SYN_RECEIVED, opened=ACTIVE)
def test_window_is_not_scaled_without_our_offer(peer):
    peer.send(ACK, data=b"data")
    window, at_first = peer.expect(ACK, ack=peer.snd_nxt).window, peer.syn.window
    assert window > at_first // 2  # a scaled field would be half of it or less


@requirement("RFC7323:3.2-ts-synack-only-if-offered", "RFC7323:3.2-ts-crossing-syn", "RFC9293:MUST-10")
@target_in(SYN_RECEIVED, opened=ACTIVE)
def test_timestamps_are_not_used_without_our_offer(peer, target):
    peer.send(ACK)
    target.send(b"data")
    peer.expect(ACK, seq=peer.irs + 1, data=b"data", options=())


@requirement("RFC7323:3.2-ts-every-segment", "RFC9293:MUST-10")
@offering(mss(1460), timestamps(0), window_scale(0))
@target_in(SYN_RECEIVED, opened=ACTIVE)
def test_timestamps_that_both_offered_are_used(peer):
    peer.send(ACK, data=b"data")
    got = peer.expect(ACK, seq=peer.irs + 1, ack=peer.snd_nxt)
    used, offered = got.option(TIMESTAMPS_KIND), peer.syn.option(TIMESTAMPS_KIND)
    assert bool(used) is bool(offered)
