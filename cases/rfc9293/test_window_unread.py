"""The target's window while its user does not read: how it closes, what a closed one takes, how it opens again.

RFC 9293, sections 3.4 (table 6), 3.8.6 and 3.8.6.2.2.
"""

from itertools import pairwise

import pytest

from conformance import ACK, LISTEN, NOTHING, RST, SYN, reply, requirement, seq, target_in
from conformance.agent.primitives import Parameter

BULK = bytes(range(250)) * 264
"""Octets that tell their place, more than any window without scaling."""


@pytest.fixture
def room(peer, target):
    """Open a connection whose user does not read, with a small buffer if possible; return what fills its window."""
    target.prefer(Parameter.RECEIVE_BUFFER, 1024)
    peer.rcv_wnd = 1000
    peer.send(SYN)
    peer.expect(SYN | ACK, ack=peer.iss + 1)
    peer.send(ACK)
    target.accept()
    return BULK[: peer.snd_wnd]


def say(peer, data):
    """Send data in full segments, four at once, and see them acknowledged; return the last ACK.

    What is not acknowledged is sent again: more than a few at once may find no room on their way to TCP.
    """
    size = 4 * peer.tcb.snd_mss(peer.family)
    for start in range(0, len(data), size):
        ack = fly(peer, data[start : start + size])
    peer.catch_up()  # a large buffer takes long to fill
    return ack


def fly(peer, data, tries=3):
    first, size = peer.snd_nxt, peer.tcb.snd_mss(peer.family)
    for _ in range(tries):
        for start in range(seq.distance(first, peer.snd_una), len(data), size):
            peer.send(ACK, seq=seq.add(first, start), data=data[start : start + size])
        while ack := peer.expect_one_of(reply(ACK, data=b""), NOTHING, within=peer.timing.reply):
            if ack.ack == peer.snd_nxt:
                return ack
    peer.send(ACK, seq=peer.snd_nxt - 1000)  # what is all old draws an ACK, though the one for the text was forgotten
    return peer.expect_acknowledged()


@pytest.fixture
def closed(peer, room):
    """The octets that have closed the target's window: its buffer may hold more than it first offered."""
    data = b""
    while peer.snd_wnd:
        data += room[: peer.snd_wnd]
        say(peer, room[: peer.snd_wnd])
    return data


@pytest.fixture
def little(peer, room):
    """Half the buffer or a full segment: by less a window should not open."""
    return min(len(room) // 2, peer.tcb.snd_mss(peer.family), peer.tcb.rcv_mss(peer.family))


# -- closing --


@requirement("RFC9293:SHLD-14", "RFC9293:3.10.7.4-text-right-edge")
@target_in(LISTEN)
def test_right_edge_stays_while_the_window_fills(peer, room):
    edge = seq.add(peer.snd_nxt, len(room))
    for quarter in range(4):
        ack = say(peer, room[quarter * len(room) // 4 : (quarter + 1) * len(room) // 4])
        before, edge = edge, seq.add(ack.ack, ack.window)
        assert seq.le(before, edge)


@requirement("RFC9293:3.8.6-honour-advertised", "RFC7323:2.4-ws-honour", "RFC9293:3.4-accept-lenpos-wndpos")
@target_in(LISTEN)
def test_window_is_taken_to_its_last_octet(peer, target, room):
    say(peer, room[:-1])
    say(peer, room[-1:])
    assert target.receive_only(len(room)) == room


@requirement("RFC9293:3.8.6-honour-advertised", "RFC7323:2.4-ws-honour")
@target_in(LISTEN)
def test_full_segments_are_taken_to_the_end_of_a_large_window(peer, target):
    peer.send(SYN)
    peer.expect(SYN | ACK, ack=peer.iss + 1)
    peer.send(ACK)
    target.accept()
    data = BULK[: peer.snd_wnd]
    say(peer, data)
    assert target.receive_only(len(data)) == data


@pytest.fixture
def fill(peer, room):
    """Say so much that a segment is larger than the window that is left."""

    def say_much():
        while peer.snd_wnd > peer.tcb.snd_mss(peer.family) - 20:
            say(peer, room[: peer.snd_wnd - 10])

    return say_much


@pytest.fixture
def excess(peer, fill):
    """Send a segment that begins in the window and ends ten octets beyond it; return it, and the last that fits."""

    def say_more():
        fill()
        edge = peer.snd_nxt + peer.snd_wnd
        return peer.send(ACK, data=BULK[: peer.snd_wnd + 10]), edge

    return say_more


@requirement("RFC9293:3.10.7.4-seq-trim-right", "RFC9293:3.8.6-beyond-window-discard")
@target_in(LISTEN)
def test_data_beyond_the_window_is_not_taken(peer, excess):
    data, edge = excess()
    peer.expect_one_of(reply(ACK, ack=data.seq), reply(ACK, ack=edge))


@requirement("RFC9293:3.8.6-beyond-window-discard", "RFC9293:3.10.7.4-seq-trim-right")
@target_in(LISTEN)
def test_data_beyond_the_window_is_not_taken_behind_what_waits(peer, room, excess):
    say(peer, room[:100])
    data, edge = excess()
    peer.expect_one_of(reply(ACK, ack=data.seq), reply(ACK, ack=edge))


@requirement("RFC9293:3.10.7.4-seq-trim-right", "RFC9293:3.4-accept-lenpos-wndpos")
@target_in(LISTEN)
def test_data_around_the_whole_window_is_cut_to_it_or_not_taken(peer, fill, facts):
    """By table 6 it is not acceptable, as neither its first nor its last octet is in the window; most cut it."""
    fill()
    data = peer.send(ACK, seq=peer.snd_nxt - 5, data=BULK[: peer.snd_wnd + 15])
    ack = peer.expect_one_of(reply(ACK, ack=data.seq + 5), reply(ACK, ack=data.end - 10))
    facts["octets taken of what is around the window"] = seq.distance(data.seq + 5, ack.ack)


# -- closed --


@requirement("RFC9293:3.8.6.1-zero-wnd-acks-probe", "RFC9293:3.4-accept-lenpos-wnd0")
@pytest.mark.parametrize("ahead", [0, 1], ids=["next", "next-but-one"])
@target_in(LISTEN)
def test_data_for_a_closed_window_is_not_taken(peer, closed, ahead):
    peer.inject(peer.craft(ACK, seq=peer.snd_nxt + ahead, data=b"x"))
    peer.expect(ACK, seq=peer.rcv_nxt, ack=peer.snd_nxt, window=0, data=b"")


@requirement("RFC9293:3.4-accept-lenpos-wnd0")
@target_in(LISTEN)
def test_data_for_a_closed_window_does_not_reach_the_user(peer, target, closed):
    peer.inject(peer.craft(ACK, data=b"x"))
    peer.expect(ACK, ack=peer.snd_nxt, window=0)
    assert target.receive_only(len(closed)) == closed
    assert target.receive_only(1) == b""


@requirement("RFC9293:3.4-accept-len0-wnd0")
@target_in(LISTEN)
def test_empty_segment_at_a_closed_window_is_acceptable(peer, closed):
    peer.send(ACK)
    peer.expect_ignored()


@requirement("RFC9293:3.4-accept-len0-wnd0", "RFC9293:3.10.7.4-seq-unacceptable-ack")
@target_in(LISTEN)
def test_empty_segment_beyond_a_closed_window_draws_an_ack(peer, closed):
    peer.send(ACK, seq=peer.snd_nxt + 1)
    peer.expect(ACK, seq=peer.rcv_nxt, ack=peer.snd_nxt, window=0, data=b"")


@requirement("RFC9293:3.4-zero-wnd-acks", "RFC9293:3.10.7.4-seq-zero-window-special")
@target_in(LISTEN)
def test_target_sends_on_while_its_own_window_is_closed(peer, target, closed):
    target.send(BULK[:5000])  # five times our window: no ACK may be lost
    peer.expect_data(BULK[:5000], acknowledge=True)


@requirement("RFC9293:3.4-zero-wnd-acks", "RFC2525:2.12-window-probe-deadlock")
@target_in(LISTEN)
def test_target_sends_on_after_a_probe_of_its_closed_window(peer, target, closed):
    peer.inject(peer.craft(ACK, data=b"x"))
    peer.expect(ACK, ack=peer.snd_nxt, window=0)
    target.send(BULK[:5000])
    peer.expect_data(BULK[:5000], acknowledge=True)


@requirement("RFC9293:MUST-66", "RFC9293:3.10.7.4-seq-zero-window-special")
@target_in(LISTEN)
def test_reset_at_a_closed_window_is_taken(peer, closed):
    peer.send(RST)
    probe = peer.send(ACK)
    peer.expect_one_of(reply(RST, seq=probe.ack), reply(RST | ACK, seq=probe.ack))  # gone; of the form tell others


@requirement("RFC9293:MAY-8")
@target_in(LISTEN)
def test_window_stays_closed_while_the_user_does_not_read(peer, closed, timing):
    peer.inject(peer.craft(ACK, data=b"x"))
    peer.expect(ACK, ack=peer.snd_nxt, window=0)
    peer.expect_nothing(for_=timing.retransmission)
    peer.inject(peer.craft(ACK, data=b"x"))
    peer.expect(ACK, ack=peer.snd_nxt, window=0)


# -- opening --


@requirement("RFC9293:MUST-39")
@target_in(LISTEN)
def test_closed_window_does_not_open_by_a_few_octets(peer, target, closed, little):
    target.receive_only(10)
    window = peer.expect_alive().window
    assert window == 0 or window >= little


@requirement("RFC9293:3.8.6.2.2-edge-increments", "RFC9293:MUST-39")
@target_in(LISTEN)
def test_right_edge_moves_by_a_full_segment_or_half_the_buffer(peer, target, closed, little):
    windows = [0]
    for _ in range(20):
        target.receive_only(len(closed) // 20 + 1)
        windows.append(peer.expect_alive().window)
    steps = [after - before for before, after in pairwise(windows)]
    assert any(steps)
    assert all(step == 0 or step >= little for step in steps)


@requirement("RFC9293:3.8.6.2.2-edge-increments")
@target_in(LISTEN)
def test_window_is_open_again_when_all_is_read(peer, target, closed, little, facts):
    assert target.receive_only(len(closed)) == closed
    update = peer.expect_one_of(reply(ACK, ack=peer.snd_nxt), NOTHING)
    facts["window_update_unasked"] = update is not None
    assert peer.expect_alive().window >= little
    say(peer, closed[:little])
