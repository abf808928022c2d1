"""Text behind a window that is nearly full (RFC 9293, section 3.10.7.4, first check; section 3.4, table 6)."""

import pytest

from conformance import ACK, LISTEN, SYN, requirement, target_in
from conformance.agent.primitives import Parameter
from conformance.errors import NotApplicable

BULK = bytes(range(250)) * 264
LEFT = 20
"""Octets of window that are left, or fewer."""


def fill(peer, octets):
    """Send so many octets in full segments, two at once, and see them acknowledged."""
    size = peer.tcb.snd_mss(peer.family)
    for start in range(0, octets, 2 * size):
        for at in range(start, min(start + 2 * size, octets), size):
            peer.send(ACK, data=BULK[at : min(at + size, octets)])
        peer.expect_acknowledged()


@pytest.fixture
def narrow(peer, target):
    """Open a connection whose user does not read, and fill its window; return how many octets are left of it."""
    target.prefer(Parameter.RECEIVE_BUFFER, 1024)
    peer.send(SYN)
    peer.expect(SYN | ACK, ack=peer.iss + 1)
    peer.send(ACK)
    target.accept()
    while peer.snd_wnd > LEFT:
        fill(peer, peer.snd_wnd - LEFT)
    if not peer.snd_wnd:
        raise NotApplicable("the target closes its window before it is full")
    return peer.snd_wnd


@requirement(
    "RFC9293:3.10.7.4-seq-unacceptable-nodata",
    "RFC9293:3.4-accept-lenpos-wndpos",
    "RFC9293:3.8.6-beyond-window-discard",
)
@target_in(LISTEN)
def test_text_wholly_beyond_the_window_is_not_kept(peer, narrow):
    peer.send(ACK, seq=peer.snd_nxt + narrow, data=b"beyond")
    peer.expect(ACK, seq=peer.rcv_nxt, ack=peer.snd_nxt)
    peer.send(ACK, data=bytes(narrow))
    peer.expect(ACK, ack=peer.snd_nxt)
