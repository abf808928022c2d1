"""How long TIME-WAIT lasts: RFC 9293, sections 3.6.1 (MUST-13), 3.10.7.4 and 3.10.8."""

from conformance import ACK, CLOSING, FIN, TIME_WAIT, requirement, slow, target_in

NEARLY = 0.95
"""The share of 2 MSL after which TIME-WAIT still has to be there."""

OVER = 1.2
"""The share of 2 MSL after which it has to be over: timers are coarse, and no RFC says how coarse."""


@slow(57)
@requirement("RFC9293:MUST-13")
@target_in(TIME_WAIT)
def test_time_wait_lasts_twice_the_msl(peer, timing, facts):
    still = NEARLY * timing.time_wait - timing.tick  # a timer that counts ticks may end one of them early
    peer.expect_nothing(for_=still)
    peer.send(FIN | ACK, seq=peer.snd_nxt - 1)
    peer.expect(ACK, seq=peer.rcv_nxt, ack=peer.snd_nxt)
    facts["TIME-WAIT in s"] = f"more than {still:g}"


@slow(72)
@requirement("RFC9293:3.10.8-tw-timeout", "RFC9293:MUST-13")
@target_in(TIME_WAIT)
def test_time_wait_ends_after_twice_the_msl(peer, timing, facts):
    peer.expect_nothing(for_=OVER * timing.time_wait)
    peer.send(FIN | ACK, seq=peer.snd_nxt - 1)
    peer.expect_reset(seq=peer.rcv_nxt)
    facts["TIME-WAIT in s"] = f"less than {OVER * timing.time_wait:g}"


def restarts(peer, timing):
    """The target in TIME-WAIT sees our FIN again after half of its time, and is there still when all of it is over."""
    peer.expect_nothing(for_=timing.time_wait / 2)
    peer.send(FIN | ACK, seq=peer.snd_nxt - 1)
    peer.expect(ACK, seq=peer.rcv_nxt, ack=peer.snd_nxt)
    peer.expect_nothing(for_=(OVER - 0.5) * timing.time_wait)
    peer.send(FIN | ACK, seq=peer.snd_nxt - 1)
    peer.expect(ACK, seq=peer.rcv_nxt, ack=peer.snd_nxt)


@slow(102)
@requirement("RFC9293:3.10.7.4-fin-timewait", "RFC9293:MUST-13")
@target_in(TIME_WAIT)
def test_retransmitted_fin_restarts_time_wait(peer, timing):
    restarts(peer, timing)


@slow(102)
@requirement("RFC9293:3.10.7.4-fin-timewait", "RFC9293:MUST-13")
@target_in(CLOSING)
def test_retransmitted_fin_restarts_time_wait_where_the_fins_have_crossed(peer, timing):
    peer.send(ACK)  # of the target's FIN, which leads to TIME-WAIT
    restarts(peer, timing)
