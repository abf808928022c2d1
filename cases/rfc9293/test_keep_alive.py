"""Keep-alives: RFC 9293, section 3.8.4. How the target answers ours is in test_acceptability.py."""

from itertools import pairwise

import pytest

from conformance import ACK, ESTABLISHED, RST, reply, requirement, target_in
from conformance.agent.primitives import Parameter

TEN = b"0123456789"

IDLE = 1
"""Seconds without a word before a probe, as the user sets it: the least that it may be."""

SEVERAL = 4
"""Probes that nobody answers: more than may be lost by chance."""

NEARLY = 0.9
"""The share of a time set by the user after which its end may be seen: timers are coarse."""


def set_idle(target, seconds=IDLE):
    """Have the user set how long the connection is idle before a probe, and how far apart probes are."""
    target.configure(Parameter.KEEP_ALIVE_IDLE, seconds)
    target.configure(Parameter.KEEP_ALIVE_INTERVAL, seconds)


def keep_alive(target, seconds=IDLE):
    """Have the user switch keep-alives on."""
    set_idle(target, seconds)
    target.configure(Parameter.KEEP_ALIVE, 1)


def expect_probe(peer, seconds=IDLE):
    """Return what comes once the connection was idle for long enough."""
    return peer.expect_one_of(reply(ACK), within=seconds + peer.timing.reply, repeats=True)


@requirement("RFC9293:MAY-5", "RFC9293:MUST-24")
@target_in(ESTABLISHED)
def test_keep_alives_are_sent_when_the_user_wants_them(peer, target, facts):
    keep_alive(target)
    probe = expect_probe(peer)
    facts["octets of text in a keep-alive"] = len(probe.data)


@requirement("RFC9293:MUST-25", "RFC9293:MUST-24")
@target_in(ESTABLISHED)
def test_keep_alives_are_off_until_the_user_wants_them(peer, target):
    set_idle(target)
    assert not peer.hear_all(quiet=3 * IDLE)
    target.configure(Parameter.KEEP_ALIVE, 1)
    expect_probe(peer)


@requirement("RFC9293:MUST-24")
@target_in(ESTABLISHED)
def test_keep_alives_are_off_when_the_user_wants_no_more(peer, target):
    keep_alive(target)
    expect_probe(peer)
    peer.send(ACK)
    target.configure(Parameter.KEEP_ALIVE, 0)
    assert not peer.hear_all(quiet=3 * IDLE)
    peer.expect_alive()


@requirement("RFC9293:MUST-27", "RFC9293:MUST-26")
@pytest.mark.parametrize("seconds", [1, 3])
@target_in(ESTABLISHED)
def test_user_sets_how_long_the_connection_is_idle_before_a_probe(peer, target, facts, seconds):
    keep_alive(target, seconds)
    text = peer.send(ACK, data=TEN)
    peer.expect(ACK, ack=text.end)
    gap = expect_probe(peer, seconds).at - text.at
    facts["keep-alive idle as set, in s"] = round(gap, 2)
    assert gap >= NEARLY * seconds


@requirement("RFC9293:MUST-28", "RFC2525:2.11-ka-interval")
@target_in(ESTABLISHED)
def test_two_hours_or_more_pass_before_a_probe_by_default(peer, target, timing, facts):
    idle = facts["keep-alive idle by default, in s"] = target.parameter(Parameter.KEEP_ALIVE_IDLE)
    assert idle >= timing.keep_alive_idle


@requirement("RFC9293:MUST-26")
@pytest.mark.parametrize("data", [b"", TEN], ids=["ACK", "data"])
@target_in(ESTABLISHED)
def test_what_arrives_puts_the_probe_off(peer, target, data):
    keep_alive(target, 2 * IDLE)
    peer.expect_nothing(for_=IDLE)
    word = peer.send(ACK, data=data)
    peer.hear_all(quiet=peer.timing.ack_delay)
    assert expect_probe(peer, 2 * IDLE).at - word.at >= NEARLY * 2 * IDLE


@requirement("RFC9293:MUST-26")
@target_in(ESTABLISHED)
def test_connection_with_text_outstanding_is_not_probed(peer, target):
    keep_alive(target)
    target.send(TEN)
    text = peer.expect(ACK, data=TEN)
    until = peer.wire.now() + 3 * IDLE
    while again := peer.hear(until):
        assert (again.seq, again.data) == (text.seq, TEN)
    peer.send(ACK)
    expect_probe(peer)


@requirement("RFC9293:MUST-29")
@target_in(ESTABLISHED)
def test_probe_that_nobody_answers_does_not_end_the_connection(peer, target):
    keep_alive(target)
    expect_probe(peer)
    expect_probe(peer)
    peer.send(ACK)
    peer.expect_alive()


@requirement("RFC2525:2.9-short-ka-timeout", "RFC9293:MUST-29")
@target_in(ESTABLISHED)
def test_connection_outlives_several_probes_far_apart(peer, target):
    keep_alive(target)
    probes = [expect_probe(peer, 4 * IDLE) for _ in range(SEVERAL)]  # some have each wait longer
    assert min(later.at - earlier.at for earlier, later in pairwise(probes)) >= NEARLY * IDLE
    peer.send(ACK)
    peer.expect_alive()


@requirement("RFC9293:3.10.7.4-rst-exact")
@target_in(ESTABLISHED)
def test_probe_that_is_answered_with_a_reset_ends_the_connection(peer, target):
    keep_alive(target)
    expect_probe(peer)
    peer.send(RST)
    assert target.learns_of_reset()


@requirement("RFC9293:SHLD-12")
@target_in(ESTABLISHED)
def test_probe_has_no_text(peer, target):
    keep_alive(target)
    assert expect_probe(peer).data == b""


@requirement("RFC9293:3.8.4-ka-form")
@target_in(ESTABLISHED)
def test_probe_has_the_number_before_the_next(peer, target, timing):
    keep_alive(target)
    probe = reply(ACK, seq=peer.rcv_nxt - 1, ack=peer.snd_nxt)
    got = peer.expect_one_of(probe, within=IDLE + timing.reply, repeats=True)
    assert len(got.data) <= 1


@requirement("RFC9293:MAY-6", "RFC9293:3.8.4-ka-form")
@target_in(ESTABLISHED)
def test_probe_has_an_octet_when_the_user_wants_it(peer, target):
    target.configure(Parameter.KEEP_ALIVE_OCTET, 1)
    keep_alive(target)
    probe = expect_probe(peer)
    assert len(probe.data) == 1
