"""Small SENDs: the Nagle algorithm, and how to do without it (RFC 9293, section 3.7.4).

Text may be held back until the override timeout (section 3.8.6.2.1, point 4), so that silence is looked for only as
long as that lasts at least. Whether a full segment in flight holds a small one back is left open: appendix A.3.
"""

import pytest

from conformance import ACK, ESTABLISHED, mss, offering, requirement, target_in
from conformance.agent.primitives import Parameter

FULL = bytes(range(250)) * 2
"""A full segment, where our MSS is 500."""


@pytest.fixture
def grown(peer, target):
    """The congestion window, with which a TCP may begin at one segment, has grown: it holds nothing back."""
    for _ in range(2):
        target.send(FULL)
        peer.expect(ACK, data=FULL)
        peer.send(ACK)


@requirement("RFC9293:SHLD-7", "RFC9293:3.7.4-nagle-rule")
@target_in(ESTABLISHED)
def test_small_send_waits_for_the_ack_of_another(peer, target, timing, grown):
    target.send(b"one")
    peer.expect(ACK, data=b"one")
    target.send(b"two")
    peer.expect_nothing(for_=timing.held)
    peer.send(ACK)
    peer.expect(ACK, data=b"two")


@requirement("RFC9293:3.7.4-nagle-rule")
@target_in(ESTABLISHED)
def test_small_send_goes_out_at_once_when_nothing_is_in_flight(peer, target, timing):
    target.send(b"one")
    peer.expect(ACK, data=b"one", within=timing.silence)
    peer.send(ACK)
    target.send(b"two")
    peer.expect(ACK, data=b"two", within=timing.silence)


@requirement("RFC9293:3.7.4-nagle-rule", "RFC9293:3.8.6.2.1-usable")
@offering(mss(500))
@target_in(ESTABLISHED)
def test_small_sends_go_out_at_once_when_they_fill_a_segment(peer, target, timing, grown):
    target.send(b"one")
    peer.expect(ACK, data=b"one")
    target.send(FULL[:300])
    target.send(FULL[300:])
    peer.expect(ACK, data=FULL, within=timing.silence)


@requirement("RFC9293:MUST-17")
@target_in(ESTABLISHED)
def test_small_send_does_not_wait_without_nagle(peer, target, timing, grown):
    target.configure(Parameter.NAGLE, 0)
    target.send(b"one")
    peer.expect(ACK, data=b"one")
    target.send(b"two")
    peer.expect(ACK, data=b"two", within=timing.silence)
