"""TCP-AO and MD5 signatures, where the target has no key (RFC 5925, section 7.3; RFC 2385, section 2.0)."""

from conformance import ACK, ESTABLISHED, LISTEN, NOP, NOTHING, SYN, Option, reply, requirement, target_in

MD5 = (Option(19, bytes(range(16))), NOP, NOP)
AO = (Option(29, bytes((1, 1, *range(12)))),)  # the ids of two keys, and a MAC

TEXT = b"0123456789"


def still_serves(one):
    """Whatever came before, the listener takes a connection, and the connection takes data."""
    one.expect_served()
    one.send(ACK, data=TEXT)
    one.expect(ACK, seq=one.rcv_nxt, ack=one.snd_nxt)


@requirement("RFC2385:unconfigured-ignored")
@target_in(LISTEN)
def test_signed_syn_is_taken_or_dropped(peer, another, facts):
    peer.send(SYN, options=MD5)
    answer = peer.expect_one_of(reply(SYN | ACK, ack=peer.iss + 1), NOTHING)
    facts["a SYN with an MD5 signature is taken, though there is no key"] = answer is not None
    still_serves(another())


@requirement("RFC2385:unconfigured-ignored")
@target_in(ESTABLISHED)
def test_signed_data_is_taken_or_dropped(peer, timing, facts):
    signed = peer.send(ACK, data=TEXT, options=MD5)
    taken = reply(ACK, seq=peer.rcv_nxt, ack=signed.end)
    answer = peer.expect_one_of(taken, NOTHING, within=timing.ack_delay)
    facts["data with an MD5 signature is taken, though there is no key"] = answer is not None
    peer.send(ACK, seq=signed.seq, data=TEXT)
    peer.expect(ACK, seq=peer.rcv_nxt, ack=signed.end)


@requirement("RFC5925:7.3-no-mkt-accept")
@target_in(LISTEN)
def test_syn_with_ao_is_taken(peer):
    peer.send(SYN, options=AO)
    peer.expect(SYN | ACK, ack=peer.iss + 1)


@requirement("RFC5925:7.3-no-mkt-accept")
@target_in(ESTABLISHED)
def test_data_with_ao_is_taken(peer):
    peer.send(ACK, data=TEXT, options=AO)
    peer.expect(ACK, seq=peer.rcv_nxt, ack=peer.snd_nxt)
