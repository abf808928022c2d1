"""What peers, and those who pretend to be, can do to a TCP (RFC 9293, section 7)."""

import pytest

from conformance import ACK, ESTABLISHED, LISTEN, RST, SYN, URG, alone, requirement, target_in

QUEUE = 8
"""How many connections the user lets wait: less than the flood has SYNs."""

MUCH = 50_000
"""Octets that the user sends: more than any window of these cases takes."""
TEXT = b"0123456789"


@alone
@requirement("RFC9293:7-syn-flood", "RFC4987:3.6-cookie-handshake")
@target_in(LISTEN)
def test_flood_of_syns_keeps_nobody_out(peer, another, target, timing, flood):
    port = target.listen(backlog=QUEUE)
    for _ in range(flood):
        another(port).send(SYN)
    peer.hear_for(timing.silence)  # what is lost in the rush is lost to the host, not to its queue
    late = another(port)
    late.send(SYN)
    late.expect(SYN | ACK, ack=late.iss + 1)
    late.send(ACK, data=TEXT)
    late.expect(ACK, seq=late.rcv_nxt, ack=late.snd_nxt)


@pytest.fixture
def flood(case):
    """How many SYNs make a flood: some times the connections that the target has room for.

    128 at most: each is from a port of its own, of which one of many workers has no more than that.
    """
    return min(128, 4 * case.bench.subject.max_connections)


@requirement("RFC9293:7-nonprogress", "RFC6429:4-zwp-abortable")
@pytest.mark.parametrize("window", [0, 1], ids=["no window", "one octet"])
@target_in(ESTABLISHED)
def test_connection_without_progress_can_be_ended(peer, target, timing, window):
    peer.send(ACK, data=b"x", window=window)
    peer.expect(ACK, ack=peer.snd_nxt)
    target.send(TEXT, total=MUCH)
    target.abort()
    assert any(RST in heard.ctl for heard in peer.hear_for(timing.reply))  # beside probes of the window


@requirement("RFC9293:7-nonprogress", "RFC6429:4-zwp-abortable")
@target_in(ESTABLISHED)
def test_connections_without_progress_keep_nobody_out(peer, target, another):
    for one in [another() for _ in range(min(QUEUE, target.subject.max_connections - 2))]:
        one.send(SYN)
        one.expect(SYN | ACK, ack=one.iss + 1)
        one.send(ACK, window=0)
        target.accept()
        target.send(TEXT, total=MUCH)
    late = another()
    late.send(SYN)
    late.expect(SYN | ACK, ack=late.iss + 1)


@requirement("RFC9293:7-urg-evasion")
@target_in(ESTABLISHED)
def test_urgent_octet_is_in_the_stream_or_beside_it(peer, target, facts):
    peer.send(ACK | URG, data=TEXT, urgent=4)
    peer.expect(ACK, ack=peer.snd_nxt)
    stream = target.receive(len(TEXT))
    missing = [octet for octet in TEXT.decode() if octet not in stream.decode()]
    facts["octets that the user did not get in the stream"] = missing
    assert missing in ([], ["3"], ["4"])  # by RFC 6093; as RFC 9293 has the pointer; as RFC 793 once had it
