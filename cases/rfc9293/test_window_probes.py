"""The target's probes of a window that we have closed: RFC 9293, section 3.8.6.1.

Probes come in two forms: with an octet or more of what waits, as the RFC says, or empty and numbered below SND.UNA, as
Linux sends them. Either draws an ACK with our window; what is asked of their content has a case of its own.
"""

from itertools import pairwise

import pytest

from conformance import ACK, ESTABLISHED, FIN, RST, reply, requirement, seq, slow, target_in
from conformance.agent.primitives import Parameter
from conformance.errors import NotApplicable

TEN = b"0123456789"
OPEN = 65535


@pytest.fixture
def closed(peer, target):
    """The segment that closed our window, which the target had seen before its user sent ten octets.

    It acknowledges something as well: a window that shrinks in an ACK of nothing new is a matter of its own.
    """
    target.send(b"first")
    peer.expect(ACK, data=b"first")
    peer.rcv_wnd = 0
    segment = peer.send(ACK)
    peer.expect_alive()
    target.send(TEN)
    return segment


@pytest.fixture
def brief(target):
    """Have no timeout last longer than a second."""
    target.configure(Parameter.LONGEST_TIMEOUT, 1000)
    if target.parameter(Parameter.LONGEST_TIMEOUT) != 1000:
        raise NotApplicable("the target sets no limit to its timeouts, though it takes one")


@pytest.fixture
def probe(peer, timing):
    """Wait for the next probe."""

    def wait(within=timing.window_probe):
        text, whole = reply(ACK, seq=peer.rcv_nxt), reply(FIN | ACK, seq=peer.rcv_nxt, data=TEN)
        got = peer.expect_one_of(text, whole, reply(ACK, seq=peer.rcv_nxt - 1, data=b""), within=within)
        assert TEN.startswith(got.data)
        assert got.data or got.seq != peer.rcv_nxt  # which would draw no answer
        return got

    return wait


@pytest.fixture
def octets(probe):
    """How many octets of what waits the next probe has: at least one."""

    def count():
        data = probe().data
        if not data:
            raise NotApplicable("the target's probes have no octet that could be taken")
        return len(data)

    return count


@requirement("RFC9293:MUST-36")
@target_in(ESTABLISHED)
def test_closed_window_is_probed(closed, probe, facts):
    facts["zero window probe octets"] = len(probe().data)


@requirement("RFC9293:3.8.6.1-probe-content", "RFC2525:2.17-probe-old-data")
@target_in(ESTABLISHED)
def test_probe_has_an_octet_that_waits(peer, timing, closed):
    probe = peer.expect(ACK, seq=peer.rcv_nxt, within=timing.window_probe)
    assert probe.data
    assert TEN.startswith(probe.data)


@pytest.fixture
def rto(peer, target):
    """The target's retransmission timeout in seconds, once it has measured the round trip of data."""
    for _ in range(2):
        peer.send(ACK)
        target.send(TEN)
        data = peer.expect(ACK, data=TEN)
    timeout = peer.expect_retransmission(data).at - data.at
    peer.send(ACK)
    return timeout


@requirement("RFC9293:SHLD-29")
@target_in(ESTABLISHED)
def test_first_probe_comes_after_one_retransmission_timeout(peer, target, probe, rto):
    target.send(TEN)
    peer.expect(ACK, data=TEN)  # measured anew, which undoes the backing off
    peer.rcv_wnd = 0
    closed = peer.send(ACK)
    peer.expect_alive()
    target.send(TEN)
    waits = peer.expect_alive()  # the SEND may have taken its time
    probed = probe()
    assert probed.at - closed.at > 0.5 * rto
    assert probed.at - waits.at < 2 * rto


@requirement("RFC9293:SHLD-30")
@target_in(ESTABLISHED)
def test_intervals_between_probes_grow(peer, closed, probe, facts):
    times = [closed.at]
    for _ in range(4):
        times.append(probe().at)
        peer.send(ACK)
    gaps = [later - earlier for earlier, later in pairwise(times)]
    facts["zero window probe intervals in s"] = [round(gap, 2) for gap in gaps]
    assert all(later > 1.25 * earlier for earlier, later in pairwise(gaps[1:]))


@requirement("RFC9293:MUST-37", "RFC6429:4-zwp-close")
@slow(25)
@target_in(ESTABLISHED)
def test_answered_probes_keep_the_connection_open(peer, brief, closed, probe):
    for _ in range(20):
        probe()
        peer.send(ACK)
    peer.send(ACK, window=OPEN)
    peer.expect_data(TEN)


@requirement("RFC9293:MUST-37", "RFC6429:4-zwp-close")
@slow(104)
@target_in(ESTABLISHED)
def test_window_may_stay_closed_for_longer_than_r2(peer, timing, closed, probe):
    while probe(within=timing.r2).at < closed.at + timing.r2:
        peer.send(ACK)
    peer.send(ACK, window=OPEN)
    peer.expect_data(TEN)


@requirement("RFC9293:3.10.8-user-timeout", "RFC9293:MUST-20", "RFC9293:MUST-21")
@target_in(ESTABLISHED)
def test_probes_that_nobody_answers_end_the_connection(peer, target, timing, closed):
    target.configure(Parameter.USER_TIMEOUT, round(1000 * timing.retransmission))
    with pytest.raises(ConnectionError):  # at the probe that follows R2, at the latest
        target.receive(1, within=2 * timing.window_probe)
    peer.hear_all(quiet=timing.settle)  # probes of before
    peer.expect_gone()


@requirement("RFC9293:3.8.6.1-reopen")
@target_in(ESTABLISHED)
def test_data_follows_when_the_window_opens(peer, timing, closed, probe):
    probe()
    peer.send(ACK)
    peer.send(ACK, window=OPEN)
    peer.expect_data(TEN, within=timing.prompt)


@requirement("RFC9293:3.8.6.1-reopen", "RFC9293:MUST-36")
@target_in(ESTABLISHED)
def test_answer_to_a_probe_opens_the_window(peer, timing, closed, probe):
    probe()  # whose answer was lost
    probe()
    peer.send(ACK, window=OPEN)
    peer.expect_data(TEN, within=timing.prompt)


@requirement("RFC9293:3.8-sndnxt-advance", "RFC2525:2.4-inconsistent-retx")
@target_in(ESTABLISHED)
def test_octet_of_a_probe_may_be_taken(peer, target, closed, octets):
    taken = octets()
    peer.tcb.rcv_nxt = seq.add(peer.rcv_nxt, taken)
    peer.rcv_wnd = OPEN
    peer.send(ACK)
    target.send(TEN)  # the probe may have had all that waited
    peer.expect_data(TEN[taken:] + TEN, acknowledge=True)


@requirement("RFC9293:3.9.1.4-close-graceful")
@target_in(ESTABLISHED)
def test_close_waits_behind_data_for_the_window(peer, target, timing, closed, probe):
    target.close()
    probe()
    peer.rcv_wnd = OPEN
    peer.send(ACK)
    peer.expect_data(TEN, ctl=FIN | ACK, acknowledge=True, within=timing.prompt)


@requirement("RFC9293:3.9.1.6-abort-rst", "RFC6429:4-zwp-abortable")
@target_in(ESTABLISHED)
def test_abort_does_not_wait_for_the_window(peer, target, closed, probe):
    probe()
    peer.send(ACK)
    target.abort()
    peer.expect_one_of(reply(RST), reply(RST | ACK))
