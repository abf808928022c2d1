"""Options whose length makes no sense (RFC 9293, section 3.1, MUST-7)."""

import random

import pytest

from conformance import (
    ACK,
    ESTABLISHED,
    FIN,
    LISTEN,
    NO_CTL,
    NOTHING,
    RST,
    SYN,
    SYN_RECEIVED,
    SYN_SENT,
    reply,
    requirement,
    target_in,
)
from conformance.errors import NotApplicable

MALFORMED = {
    "unknown kind of length 0": b"\xc8\x00\x01\x01",
    "unknown kind of length 1": b"\xc8\x01\x01\x01",
    "unknown kind of length 255": b"\xc8\xff\x01\x01",
    "unknown kind one octet past the header": b"\xc8\x05\x01\x01",
    "unknown kind as the last octet": b"\x01\x01\x01\xc8",
    "MSS of length 0": b"\x02\x00\x05\xb4",
    "MSS of length 1": b"\x02\x01\x05\xb4",
    "MSS of length 2": b"\x02\x02\x01\x01",
    "MSS of length 3": b"\x02\x03\x05\x01",
    "MSS of length 5": b"\x02\x05\x05\xb4\x00\x01\x01\x01",
    "MSS past the header": b"\x01\x01\x02\x04",
    "MSS as the last octet": b"\x01\x01\x01\x02",
    "TS of length 0": b"\x08\x00" + bytes(10),
    "TS of length 9": b"\x08\x09" + bytes(7) + b"\x01\x01\x01",
    "TS past the header": b"\x01\x01\x08\x0a",
    "SACK of length 0": b"\x05\x00\x01\x01",
    "SACK of length 9": b"\x05\x09" + bytes(7) + b"\x01\x01\x01",
    "WS of length 2": b"\x03\x02\x01\x01",
    "WS as the last octet": b"\x01\x01\x01\x03",
    "SACK-permitted of length 0": b"\x04\x00\x01\x01",
    "40 octets of lengths 0": b"\xc8\x00" * 20,
}

BURSTS = [[random.Random(seed).randbytes(40) for seed in range(first, first + 20)] for first in range(0, 100, 20)]
"""Options fields of random octets: always the same ones. A target may have room for some dozens of frames only."""

CTLS = [SYN, ACK, SYN | ACK, FIN | ACK, RST, RST | ACK, NO_CTL]


def still_serves(one):
    """Whatever came before, the listener takes a connection, and the connection takes data."""
    one.expect_served()
    one.send(ACK, data=b"data")
    one.expect(ACK, seq=one.rcv_nxt, ack=one.snd_nxt)


@requirement("RFC9293:MUST-7")
@pytest.mark.parametrize("options", MALFORMED.values(), ids=MALFORMED)
@target_in(LISTEN)
def test_illegal_length_in_syn_is_survived(peer, another, facts, options):
    peer.send(SYN, options=options)
    taken, refused = reply(SYN | ACK, ack=peer.iss + 1), reply(RST | ACK, seq=0, ack=peer.iss + 1)
    answer = peer.expect_one_of(taken, refused, NOTHING)
    facts["answer to an illegal option length in a SYN"] = str(getattr(answer, "ctl", "nothing"))
    still_serves(another())


@requirement("RFC9293:MUST-7")
@pytest.mark.parametrize("options", MALFORMED.values(), ids=MALFORMED)
@target_in(SYN_RECEIVED)
def test_illegal_length_in_final_ack_is_survived(peer, another, options):
    peer.send(ACK, options=options)
    peer.expect_one_of(reply(RST), reply(RST | ACK), NOTHING)
    still_serves(another())


@requirement("RFC9293:MUST-7")
@pytest.mark.parametrize("options", MALFORMED.values(), ids=MALFORMED)
@target_in(SYN_SENT)
def test_illegal_length_in_syn_ack_is_survived(peer, another, target, options):
    peer.send(SYN | ACK, options=options)
    peer.expect_one_of(reply(ACK, seq=peer.irs + 1, ack=peer.iss + 1), reply(RST), reply(RST | ACK), NOTHING)
    still_serves(another(target.subject.open_port))


@requirement("RFC9293:MUST-7")
@pytest.mark.parametrize("options", MALFORMED.values(), ids=MALFORMED)
@target_in(ESTABLISHED)
def test_illegal_length_with_data_is_survived(peer, another, facts, options):
    peer.send(ACK, data=b"data", options=options)
    taken, refused = reply(ACK, seq=peer.rcv_nxt, ack=peer.snd_nxt), (reply(RST), reply(RST | ACK))
    answer = peer.expect_one_of(taken, *refused, NOTHING)
    facts["answer to an illegal option length with data"] = str(getattr(answer, "ctl", "nothing"))
    still_serves(another())


@pytest.fixture
def established(peer, target, options):
    """Open with these options. A target may as well refuse a SYN like that."""
    peer.send(SYN, options=options)
    answer = peer.expect_one_of(reply(SYN | ACK, ack=peer.iss + 1), reply(RST | ACK), NOTHING)
    if answer is None or SYN not in answer.ctl:
        raise NotApplicable("the target refuses a SYN that has an option of illegal length")
    peer.send(ACK)
    target.accept()


@requirement("RFC9293:3.2-mss-format", "RFC9293:MUST-15", "RFC9293:MUST-7")
@pytest.mark.parametrize("options", [b"\x02\x03\x05\xb4", b"\x02\x05\x05\xb4\0\1\1\1"], ids=["length 3", "length 5"])
@target_in(LISTEN)
def test_mss_of_illegal_length_is_not_believed(peer, target, established):
    target.send(bytes(4000))
    assert 0 < len(peer.expect(ACK, seq=peer.rcv_nxt).data) <= {"ipv4": 536, "ipv6": 1220}[peer.family]


@requirement("RFC9293:MUST-7", "RFC9293:MUST-5")
@pytest.mark.parametrize("ctl", CTLS, ids=str)
@target_in(LISTEN)
def test_random_options_to_a_listener_are_survived(peer, another, ctl):
    for fields in BURSTS:
        for field in fields:
            peer.forge(ctl, options=field)
        still_serves(another())
    peer.send(RST, seq=peer.iss + 1)  # what the SYNs may have left half open
    still_serves(another())


@requirement("RFC9293:MUST-7", "RFC9293:MUST-5")
@pytest.mark.parametrize("ctl", CTLS, ids=str)
@target_in(ESTABLISHED)
def test_random_options_to_a_connection_are_survived(peer, another, ctl):
    for fields in BURSTS:
        for field in fields:
            peer.send(ctl, seq=peer.iss + 1, options=field, data=b"data")
        still_serves(another())
