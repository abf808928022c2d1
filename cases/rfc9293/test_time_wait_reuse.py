"""The four-tuple, or the port alone, used again during TIME-WAIT: RFC 9293, sections 3.6.1 and 3.9.1.1; RFC 6191."""

import pytest

from conformance import (
    ACK,
    ACTIVE,
    FIN,
    FIN_WAIT_2,
    NOTHING,
    RST,
    SYN,
    TIME_WAIT,
    mss,
    offering,
    reply,
    requirement,
    target_in,
    timestamps,
)
from conformance import seq as sequence
from conformance.errors import NotApplicable
from conformance.options import TIMESTAMPS_KIND

ABOVE = 100_000
"""How far above (or, negative, below) the old numbers the new SYN lies: beyond any window that was offered."""


@pytest.fixture
def old(peer):
    """Our variables of the connection in TIME-WAIT; a SYN above them has been taken as a new connection."""
    old = peer.tcb
    peer.restart(iss=old.snd_nxt + ABOVE)
    peer.send(SYN)
    answer = peer.expect_one_of(reply(SYN | ACK, ack=peer.iss + 1), reply(ACK), reply(RST | ACK), NOTHING)
    if answer is None or SYN not in answer.ctl:
        raise NotApplicable("the target does not reopen a connection from TIME-WAIT (RFC9293:MAY-2)")
    return old


@requirement("RFC9293:MAY-2", "RFC9293:3.10.7.4-syn-timewait", "RFC6191:2-tw-nots-seq")
@pytest.mark.parametrize("above", [1, ABOVE], ids=["in-window", "beyond-window"])
@target_in(TIME_WAIT)
def test_syn_above_the_old_numbers_reopens_the_connection(peer, above):
    peer.restart(iss=peer.snd_nxt + above)
    peer.send(SYN)
    peer.expect(SYN | ACK, ack=peer.iss + 1)


@requirement("RFC9293:3.10.7.4-syn-oow", "RFC9293:MAY-2")
@target_in(TIME_WAIT)
def test_syn_above_the_old_numbers_is_not_reset(peer, another):
    last = reply(ACK, seq=peer.rcv_nxt, ack=peer.snd_nxt, data=b"")
    peer.restart(iss=peer.snd_nxt + ABOVE)
    peer.send(SYN)
    peer.expect_one_of(reply(SYN | ACK, ack=peer.iss + 1), last, NOTHING)
    newcomer = another()  # the target listens still
    newcomer.send(SYN)
    newcomer.expect(SYN | ACK, ack=newcomer.iss + 1)


@requirement("RFC9293:3.6.1-tw-isn-larger", "RFC9293:MAY-2")
@target_in(TIME_WAIT)
def test_new_isn_is_above_the_old_numbers(peer, old):
    assert sequence.lt(old.rcv_nxt, peer.irs)


@requirement("RFC9293:3.6.1-tw-old-dup-return", "RFC9293:MAY-2")
@target_in(TIME_WAIT)
def test_syn_that_was_an_old_duplicate_leads_back_to_time_wait(peer, old):
    peer.send(RST, seq=peer.iss + 1)
    peer.restart(old.iss)
    peer.send(FIN | ACK, seq=old.snd_nxt - 1, ack=old.rcv_nxt)
    peer.expect(ACK, seq=old.rcv_nxt, ack=old.snd_nxt)


@requirement("RFC9293:3.10.7.4-seq-unacceptable-ack", "RFC1337:2-h1")
@target_in(TIME_WAIT)
def test_old_data_does_not_get_into_the_new_connection(peer, target, old):
    peer.send(ACK)
    target.accept()
    peer.send(ACK, seq=old.snd_nxt - 3, ack=old.rcv_nxt, data=b"old")
    peer.expect(ACK, seq=peer.rcv_nxt, ack=peer.snd_nxt, data=b"")
    peer.send(ACK, data=b"new")
    peer.expect(ACK, seq=peer.rcv_nxt, ack=peer.snd_nxt)
    assert target.receive(3) == b"new"


# -- with timestamps: RFC 6191 --


@pytest.fixture
def last(peer):
    """Send our FIN and return it: the last segment, with the last timestamp, before TIME-WAIT."""
    peer.needs_timestamps()
    fin = peer.send(FIN | ACK)
    peer.expect(ACK, seq=peer.rcv_nxt, ack=peer.snd_nxt)
    return fin


def stamped(last, later):
    """Return what a SYN offers, stamped `later` than the last segment (ticks of our timestamp clock)."""
    value = (last.option(TIMESTAMPS_KIND).timestamps[0] + later) % sequence.MODULUS
    return (mss(1460), timestamps(value, 0))


@requirement("RFC6191:2-tw-ts-greater", "RFC9293:SHLD-4", "RFC9293:3.10.7.4-seq-timewait-ts")
@pytest.mark.parametrize(
    ("later", "above"), [(1000, -ABOVE), (1, -ABOVE), (1000, ABOVE)], ids=["later-below", "next-below", "later-above"]
)
@offering(mss(1460), timestamps(0))
@target_in(FIN_WAIT_2)
def test_syn_with_a_later_timestamp_reopens_the_connection(peer, last, later, above):
    peer.restart(iss=last.seq + above)
    peer.send(SYN, options=stamped(last, later))
    peer.expect(SYN | ACK, ack=peer.iss + 1)


@requirement("RFC6191:2-tw-ts-equal-seq", "RFC9293:SHLD-4")
@offering(mss(1460), timestamps(0))
@target_in(FIN_WAIT_2)
def test_syn_with_the_same_timestamp_above_reopens_the_connection(peer, last):
    peer.restart(iss=last.seq + ABOVE)
    peer.send(SYN, options=stamped(last, 0))
    peer.expect(SYN | ACK, ack=peer.iss + 1)


@requirement("RFC6191:2-tw-drop")
@pytest.mark.parametrize(
    ("later", "above"), [(0, -ABOVE), (-1, -ABOVE), (-1, ABOVE)], ids=["same-below", "earlier-below", "earlier-above"]
)
@offering(mss(1460), timestamps(0))
@target_in(FIN_WAIT_2)
def test_syn_that_is_not_later_leaves_time_wait(peer, last, later, above):
    peer.send(SYN, seq=last.seq + above, options=stamped(last, later))
    peer.expect_one_of(reply(ACK, seq=peer.rcv_nxt, ack=last.end, data=b""), NOTHING)
    peer.send(FIN | ACK, seq=last.seq)
    peer.expect(ACK, seq=peer.rcv_nxt, ack=last.end)


@requirement("RFC6191:2-tw-ts-absent-seq", "RFC9293:SHLD-4")
@offering(mss(1460), timestamps(0))
@target_in(TIME_WAIT)
def test_syn_without_timestamps_above_reopens_a_connection_that_had_them(peer):
    peer.needs_timestamps()
    peer.restart(iss=peer.snd_nxt + ABOVE)
    peer.send(SYN, options=(mss(1460),))
    peer.expect(SYN | ACK, ack=peer.iss + 1)


@requirement("RFC6191:2-tw-nots-new-ts", "RFC9293:SHLD-4")
@pytest.mark.parametrize("above", [ABOVE, -ABOVE], ids=["above", "below"])
@target_in(TIME_WAIT)
def test_syn_with_timestamps_reopens_a_connection_that_had_none(peer, above):
    peer.restart(iss=peer.snd_nxt + above)
    peer.send(SYN, options=(mss(1460), timestamps(peer.clock, 0)))
    peer.expect(SYN | ACK, ack=peer.iss + 1)


# -- the port alone --

REUSE = pytest.mark.parametrize("reuse", [True, False], ids=["reuse", "no-reuse"])


@requirement("RFC9293:MUST-41")
@REUSE
@target_in(TIME_WAIT, opened=ACTIVE)
def test_listening_on_the_port_does_not_disturb_time_wait(peer, target, facts, reuse):
    facts["OPEN refused"] = target.refuses(target.listen, peer.flow.remote_port, reuse=reuse)
    peer.send(FIN | ACK, seq=peer.snd_nxt - 1)
    peer.expect(ACK, seq=peer.rcv_nxt, ack=peer.snd_nxt)


@requirement("RFC9293:MUST-41")
@REUSE
@target_in(TIME_WAIT)
def test_listening_again_does_not_disturb_time_wait(peer, target, facts, reuse):
    target.stop_listening()
    facts["OPEN refused"] = target.refuses(target.listen, peer.flow.remote_port, reuse=reuse)
    peer.send(FIN | ACK, seq=peer.snd_nxt - 1)
    peer.expect(ACK, seq=peer.rcv_nxt, ack=peer.snd_nxt)


@requirement("RFC9293:MUST-41")
@REUSE
@target_in(TIME_WAIT)
def test_new_listener_either_listens_or_was_refused(peer, target, another, reuse):
    target.stop_listening()
    refused = target.refuses(target.listen, peer.flow.remote_port, reuse=reuse)
    newcomer = another()
    newcomer.send(SYN)
    newcomer.expect({True: RST | ACK, False: SYN | ACK}[refused], ack=newcomer.iss + 1)
