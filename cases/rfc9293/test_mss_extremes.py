"""An MSS of nothing, of next to nothing, and of everything; and segments as large as it allows (RFC 9293, 3.7.1)."""

import pytest

from conformance import (
    ACK,
    ESTABLISHED,
    LISTEN,
    NOTHING,
    SYN,
    mss,
    offering,
    only_over,
    reply,
    requirement,
    target_in,
    timestamps,
)
from conformance.agent.client import AgentRefused
from conformance.agent.primitives import Parameter
from conformance.errors import NotApplicable

TEXT = bytes(range(64))
BULK = bytes(range(250)) * 32
TINY = (1, 8, 40)
THE_TARGETS = "the target's MSS is not the user's to choose"


def size(segment):
    """What the MSS limits: octets of data and of options (MUST-16)."""
    return len(segment.data) + sum(len(option.octets) for option in segment.options)


def sizes_of(peer, data):
    """Take data as it comes, and acknowledge each segment; return how large they were."""
    sizes, end = [], peer.rcv_nxt + len(data)
    while peer.rcv_nxt != end % 2**32:
        sizes.append(size(peer.expect(ACK, seq=peer.rcv_nxt)))
        peer.send(ACK)
    return sizes


@requirement("RFC9293:3.7.1-mss-tiny", "RFC9293:MUST-16")
@pytest.mark.parametrize("offer", [(mss(n),) for n in TINY], ids=[f"MSS {n}" for n in TINY], indirect=True)
@target_in(ESTABLISHED)
def test_tiny_mss_is_heeded(peer, target, offer):
    target.send(TEXT)
    assert 0 < size(peer.expect(ACK, seq=peer.rcv_nxt)) <= offer[0].value


@requirement("RFC9293:3.7.1-mss-zero")
@offering(mss(0))
@target_in(ESTABLISHED)
def test_mss_of_zero_draws_no_stream_of_empty_segments(peer, target, timing):
    target.send(TEXT)
    empty = [segment for segment in peer.hear_for(timing.reply) if not segment.data]
    assert len(empty) <= 1  # it may have given up: a reset, or a FIN


@requirement("RFC9293:3.7.1-mss-zero")
@offering(mss(0))
@target_in(ESTABLISHED)
def test_mss_of_zero_leaves_others_alone(peer, target, another, timing):
    target.send(TEXT)
    peer.hear_for(timing.settle)
    other = another()
    other.offer = (mss(1000),)
    other.send(SYN)
    other.expect(SYN | ACK, ack=other.iss + 1)


@requirement("RFC9293:3.7.5-mss-65535", "RFC2675:5.1-mss-65535", "RFC6691:5.3-jumbo")
@only_over("ipv6")
@offering(mss(65535))
@target_in(ESTABLISHED)
def test_mss_of_65535_is_bounded_by_the_path(peer, target, facts):
    target.send(BULK)
    facts["largest segment"] = max(sizes_of(peer, BULK))  # what comes whole was no larger than the path takes


@requirement("RFC9293:SHLD-28")
@pytest.mark.parametrize("offer", [(mss(536),), (mss(1000), timestamps(0))], ids=["MSS 536", "TS"], indirect=True)
@target_in(ESTABLISHED)
def test_segments_are_as_large_as_they_may_be(peer, target, offer):
    target.send(BULK)
    largest = offer[0].value
    assert set(sizes_of(peer, BULK)[:-1]) == {largest}


@pytest.fixture
def too_large(peer, target):
    """Octets more than fit into a segment that the target announces to take, though our link carries them."""
    try:
        target.configure(Parameter.MSS, 1000)
    except AgentRefused:
        raise NotApplicable(THE_TARGETS) from None
    peer.send(SYN)
    peer.expect(SYN | ACK, ack=peer.iss + 1)
    peer.send(ACK)
    target.accept()
    announced = peer.tcb.snd_mss(peer.family)
    if announced + len(TEXT) > peer.offer[0].value:
        raise NotApplicable(THE_TARGETS)
    return bytes(announced) + TEXT


@requirement("RFC9293:3.10.7.4-text-stream", "RFC9293:3.10.7.4-text-deliver")
@target_in(LISTEN)
def test_segment_larger_than_the_announced_mss_does_no_harm(peer, target, facts, too_large):
    segment = peer.send(ACK, data=too_large)
    answer = peer.expect_one_of(reply(ACK), NOTHING)
    facts["a segment larger than the MSS is taken"] = answer is not None and answer.ack == segment.end
    peer.send(ACK, seq=segment.seq, data=too_large[:500])
    peer.send(ACK, seq=segment.seq + 500, data=too_large[500:])
    assert target.receive(len(too_large)) == too_large
