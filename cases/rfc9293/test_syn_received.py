"""RST and SYN in SYN-RECEIVED, entered from LISTEN (RFC 9293, section 3.10.7.4)."""

import pytest

from conformance import ACK, NO_CTL, PSH, RST, SYN, SYN_RECEIVED, reply, requirement, target_in


def syn_ack_again_or_ack(peer):
    """What acknowledges an unacceptable segment in SYN-RECEIVED: an ACK, or the SYN,ACK once more."""
    return reply(ACK, seq=peer.irs + 1, ack=peer.iss + 1), reply(SYN | ACK, seq=peer.irs, ack=peer.iss + 1)


@requirement("RFC9293:3.10.7.4-seq-synrcvd-oow", "RFC9293:3.10.7.4-seq-unacceptable-ack", "RFC9293:3.10.7.4-syn-oow")
@target_in(SYN_RECEIVED)
def test_same_syn_again_is_acknowledged_with_the_same_iss(peer, timing):
    peer.send(SYN, seq=peer.iss)
    peer.expect_one_of(*syn_ack_again_or_ack(peer), within=timing.rto / 2, repeats=True)


@requirement("RFC9293:3.10.7.4-syn-oow", "RFC9293:3.10.7.4-seq-synrcvd-oow")
@pytest.mark.parametrize("offset", [-1_000_000, 1_000_000, 2**31], ids=["below", "above", "2^31 away"])
@target_in(SYN_RECEIVED)
def test_syn_outside_the_window_is_acknowledged(peer, timing, offset):
    peer.send(SYN, seq=peer.iss + offset)
    peer.expect_one_of(*syn_ack_again_or_ack(peer), within=timing.rto / 2, repeats=True)


@requirement("RFC9293:3.10.7.4-seq-unacceptable-nodata", "RFC9293:3.10.7.4-syn-oow")
@pytest.mark.parametrize("offset", [0, -1_000_000, 1_000_000], ids=["same", "below", "above"])
@target_in(SYN_RECEIVED)
def test_handshake_goes_on_after_syn_outside_the_window(peer, timing, offset):
    numbers = {"seq": peer.snd_nxt, "ack": peer.rcv_nxt}
    peer.send(SYN, seq=peer.iss + offset)
    peer.expect_one_of(*syn_ack_again_or_ack(peer), within=timing.rto / 2, repeats=True)
    peer.send(ACK, data=b"data", **numbers)
    peer.expect(ACK, seq=numbers["ack"], ack=numbers["seq"] + 4)


@requirement("RFC9293:3.10.7.4-syn-synrcvd-passive")
@pytest.mark.parametrize("ctl", [SYN, SYN | ACK], ids=str)
@pytest.mark.parametrize("offset", [1, 1000], ids=["RCV.NXT", "in the window"])
@target_in(SYN_RECEIVED)
def test_syn_in_the_window_returns_to_listen(peer, ctl, offset):
    peer.send(ctl, seq=peer.iss + offset, ack=peer.irs)  # a reset of this one would be numbered ISS
    peer.send(ACK, seq=peer.iss + 1)
    peer.expect_reset(seq=peer.irs + 1)  # the first thing that is said: nobody knows the handshake any more
    peer.expect_gone()  # and nothing else, which a target may say a little later


@requirement("RFC9293:3.10.7.4-syn-synrcvd-passive", "RFC9293:3.10.7.2-listen-syn")
@pytest.mark.parametrize("ctl", [SYN, SYN | ACK], ids=str)
@target_in(SYN_RECEIVED)
def test_listener_takes_a_fresh_syn_after_syn_in_the_window(peer, ctl):
    peer.send(ctl, seq=peer.iss + 1000)
    peer.restart(peer.iss + 2**30)
    peer.send(SYN)
    peer.expect(SYN | ACK, ack=peer.iss + 1)
    peer.send(ACK)
    peer.expect_alive()


@requirement(
    "RFC9293:3.10.7.4-rst-synrcvd-passive",
    "RFC9293:3.5.3-rst-synrcvd-passive",
    "RFC9293:3.5-unsync-rst-listen",
    "RFC9293:3.3.2-rst-to-listen",
)
@pytest.mark.parametrize("ctl", [RST, RST | ACK], ids=str)
@target_in(SYN_RECEIVED)
def test_reset_returns_to_listen(peer, ctl):
    peer.send(ctl)
    peer.send(ACK)
    peer.expect_reset(seq=peer.rcv_nxt)  # the first thing that is said: nobody knows the handshake any more


@requirement("RFC9293:3.10.7.4-rst-synrcvd-passive")
@target_in(SYN_RECEIVED)
def test_syn_ack_is_not_sent_again_after_reset(peer, timing):
    peer.send(RST)
    peer.expect_gone()
    assert peer.hear_all(timing.retransmission) == []


@requirement("RFC9293:3.3.2-rst-to-listen", "RFC9293:3.10.7.4-rst-synrcvd-passive")
@target_in(SYN_RECEIVED)
def test_listener_takes_a_fresh_syn_after_reset(peer):
    peer.send(RST)
    peer.restart()
    peer.send(SYN)
    peer.expect(SYN | ACK, ack=peer.iss + 1)


@requirement("RFC9293:3.10.7.4-rst-oow", "RFC9293:3.5.3-validate-first")
@pytest.mark.parametrize("offset", [-2, -1_000_000, 2**31], ids=["ISS-1", "below", "2^31 away"])
@target_in(SYN_RECEIVED)
def test_reset_below_the_window_is_ignored(peer, offset):
    peer.send(RST, seq=peer.snd_nxt + offset)
    peer.send(ACK, data=b"data")
    peer.expect(ACK, seq=peer.rcv_nxt, ack=peer.snd_nxt)  # the first thing that is said


@requirement("RFC9293:3.10.7.4-rst-oow", "RFC9293:3.5.3-validate-first")
@pytest.mark.parametrize("beyond", [0, 1, 1_000_000], ids=["first beyond", "second beyond", "far beyond"])
@target_in(SYN_RECEIVED)
def test_reset_above_the_window_is_ignored(peer, beyond):
    peer.send(RST, seq=peer.snd_nxt + peer.snd_wnd + beyond)
    peer.send(ACK, data=b"data")
    peer.expect(ACK, seq=peer.rcv_nxt, ack=peer.snd_nxt)  # the first thing that is said


@requirement("RFC9293:3.10.7.4-rst-synrcvd-5961", "RFC9293:3.10.7.4-rst-inwindow-legacy")
@pytest.mark.parametrize("offset", [1, 1000], ids=["RCV.NXT+1", "RCV.NXT+1000"])
@target_in(SYN_RECEIVED)
def test_reset_in_the_window_is_challenged_or_obeyed(peer, offset, facts):
    peer.send(RST, seq=peer.snd_nxt + offset)
    peer.send(ACK, data=b"data")
    challenge, gone = reply(ACK, seq=peer.rcv_nxt, ack=peer.iss + 1), reply(RST, seq=peer.rcv_nxt)
    facts["RST in the window in SYN-RECEIVED"] = str(peer.expect_one_of(challenge, gone).ctl)


@requirement("RFC9293:3.10.7.4-ack-off")
@pytest.mark.parametrize("ctl", [NO_CTL, PSH], ids=str)
@target_in(SYN_RECEIVED)
def test_data_without_ack_bit_is_dropped(peer, ctl):
    peer.inject(peer.craft(ctl, data=b"to be lost"))
    peer.send(ACK, data=b"data")
    peer.expect(ACK, seq=peer.rcv_nxt, ack=peer.snd_nxt)  # the first thing that is said
