"""Old duplicate SYNs and half-open connections (RFC 9293, section 3.5, Figure 8, and section 3.5.1, Figure 9)."""

import pytest

from conformance import ACK, ESTABLISHED, LISTEN, RST, SYN, requirement, target_in


@requirement("RFC9293:3.5-old-dup-syn")
@pytest.mark.parametrize(("old", "new"), [(90, 100), (100, 90), (2**32 - 5, 5)], ids=["lower", "higher", "wrapping"])
@target_in(LISTEN)
def test_recovery_from_old_duplicate_syn(peer, old, new):
    peer.restart(old)
    peer.send(SYN)
    peer.expect(SYN | ACK, ack=old + 1)
    peer.send(RST, seq=old + 1)
    peer.restart(new)
    peer.send(SYN)
    peer.expect(SYN | ACK, ack=new + 1)
    peer.send(ACK, data=b"data")
    peer.expect(ACK, seq=peer.rcv_nxt, ack=peer.snd_nxt)


@requirement("RFC9293:3.5.1-halfopen-syn", "RFC9293:3.10.7.4-syn-oow")
@pytest.mark.parametrize("offset", [-1_000_000, 1_000_000, 2**31], ids=["below", "above", "2^31 away"])
@target_in(ESTABLISHED)
def test_syn_on_half_open_connection_draws_its_numbers(peer, offset):
    seq, ack = peer.rcv_nxt, peer.snd_nxt
    peer.send(SYN, seq=peer.snd_nxt + offset)
    peer.expect(ACK, seq=seq, ack=ack, data=b"")


@requirement("RFC9293:3.5.1-halfopen-rst-accepted", "RFC5961:4.2-syn-valid-rst", "RFC9293:3.5.1-halfopen-syn")
@pytest.mark.parametrize("offset", [-1_000_000, 1_000_000], ids=["below", "above"])
@target_in(ESTABLISHED)
def test_half_open_connection_is_found_and_replaced(peer, offset):
    stale = peer.irs
    syn = peer.send(SYN, seq=peer.snd_nxt + offset)
    challenge = peer.expect(ACK, seq=peer.rcv_nxt, ack=peer.snd_nxt)
    peer.send(RST, seq=challenge.ack)
    peer.restart(syn.seq)
    peer.send(SYN)
    assert peer.expect(SYN | ACK, ack=syn.seq + 1).seq != stale


@requirement("RFC9293:3.5.1-halfopen-rst-accepted", "RFC9293:3.5.1-halfopen-syn")
@target_in(ESTABLISHED)
def test_half_open_connection_is_gone_after_the_reset(peer):
    peer.send(SYN, seq=peer.snd_nxt + 1_000_000)
    challenge = peer.expect(ACK, seq=peer.rcv_nxt, ack=peer.snd_nxt)
    peer.send(RST, seq=challenge.ack)
    peer.expect_gone()
