"""Tests of `conformance.invariants`: each rule broken once, under its own requirement."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from fakewire import IRS, FakeWire, answer, established, peer_on

from conformance.invariants import RULES
from conformance.options import NOP, SACK_PERMITTED, TIMESTAMPS_KIND, Option, mss, timestamps, window_scale
from conformance.peer import Peer
from conformance.requirements import lookup
from conformance.segment import Ctl, Segment, compose

SYN, ACK, FIN, RST, PSH = Ctl.SYN, Ctl.ACK, Ctl.FIN, Ctl.RST, Ctl.PSH

Said = Callable[[Segment], "list[Segment | tuple[float, Segment | bytes]]"]


def broken(peer: Peer) -> dict[str, str]:
    return {violation.requirement: violation.differs[0] for violation in peer.violations}  # type: ignore[attr-defined]


def after_handshake(*said: Said, **synack: object) -> Peer:
    """Send an octet for each of `said`, hear what the target says to it, and return the peer."""
    steps = iter(said)
    peer, _ = established(lambda segment: next(steps)(segment), **synack)
    for _step in said:
        peer.send(ACK, data=b"x")
        peer.drain_for(1.0)  # type: ignore[attr-defined]
    return peer


@pytest.fixture(autouse=True)
def _drain_for(monkeypatch: pytest.MonkeyPatch) -> None:
    def drain_for(self: Peer, span: float) -> None:
        until = self.wire.now() + span
        while self.hear(until):
            pass

    monkeypatch.setattr(Peer, "drain_for", drain_for, raising=False)


def good(segment: Segment, **fields: object) -> Segment:
    return answer(segment, ACK, **{"seq": IRS + 1, "ack": segment.end, **fields})  # type: ignore[arg-type]


def wrong_checksum(segment: Segment) -> list[tuple[float, bytes]]:
    octets = bytearray(bytes(compose(good(segment))))
    octets[36] ^= 1
    return [(0.001, bytes(octets))]


def offset_four(segment: Segment) -> list[tuple[float, bytes]]:
    packet = compose(good(segment))
    packet["TCP"].dataofs = 4
    return [(0.001, bytes(packet))]


CASES: dict[str, tuple[list[Said], str]] = {
    "RFC9293:MUST-2": ([wrong_checksum], "checksum 0x"),  # type: ignore[list-item,return-value]
    "RFC9293:3.1-data-offset": ([offset_four], "data offset 4"),  # type: ignore[list-item,return-value]
    "RFC9293:MUST-68": (
        [lambda s: [(0.001, bytes(compose(good(s), b"\x1e\x00\x00\x00")))]],
        "option kind 30 has length 0",
    ),
    "RFC9293:MUST-69": (
        [lambda s: [(0.001, bytes(compose(good(s), b"\x00\x01\x01\x01")))]],
        "octets after End of Option List",
    ),
    "RFC9293:3.1-reserved-sent-zero": ([lambda s: [good(s, reserved=2)]], "reserved bits are 010"),
    "RFC9293:MUST-65": ([lambda s: [good(s, options=(mss(1460),))]], "MSS in a segment without SYN"),
    "RFC2018:2-sackperm-syn-only": ([lambda s: [good(s, options=(SACK_PERMITTED, NOP, NOP))]], "SACK-permitted in"),
    "RFC9293:3.1-ack-always": ([lambda s: [replace(good(s), ctl=PSH)]], "without ACK"),
    "RFC9293:3.4-cumulative-ack": ([lambda s: [good(s, ack=s.end + 7)]], "acknowledges 7 octets that we never sent"),
    "RFC9293:3.8-ack-current": (
        [lambda s: [good(s)], lambda s: [good(s, ack=s.seq - 1, window=1002)]],
        "ACK went back by 1",
    ),
    "RFC9293:3.8.6-fit-window": (
        [lambda s: [good(s, seq=IRS + 1 + 65530, data=b"123456789")]],
        "4 octets beyond the window",
    ),
    "RFC9293:MUST-16": (
        [lambda s: [good(s, data=bytes(1461))]],
        "1461 octets of data and 0 of options, our MSS is 1460",
    ),
    "RFC2525:2.4-inconsistent-retx": (
        [lambda s: [good(s, data=b"abc")], lambda s: [good(s, data=b"abX")]],
        "octet 2 of the stream was 0x63 and is now 0x58",
    ),
    "RFC3168:6.1.4-pure-ack-not-ect": ([lambda s: [good(s, traffic_class=2)]], "a pure ACK with ECN codepoint 10"),
    "RFC9293:SHLD-14": ([lambda s: [good(s, window=500)]], "the right window edge went back by 499"),
    "RFC5681:4.2-one-ack": ([lambda s: [good(s), good(s), good(s), good(s)]], "more ACKs than segments"),
}


@pytest.mark.parametrize("requirement", CASES)
def test_a_broken_rule_is_seen_under_its_own_requirement(requirement: str) -> None:
    said, words = CASES[requirement]
    found = broken(after_handshake(*said))
    assert words in found[requirement]
    assert set(found) == {requirement}


def handshake(offer: tuple[Option, ...], options: tuple[Option, ...], ecn: int = 0) -> Peer:
    wire = FakeWire(
        lambda s: [answer(s, SYN | ACK, seq=IRS, ack=s.end, options=options, traffic_class=ecn)] if s.ctl & SYN else []
    )
    peer = peer_on(wire)
    peer.offer = offer
    peer.send(SYN)
    peer.expect(SYN | ACK)
    return peer


@pytest.mark.parametrize(
    ("requirement", "option"),
    [
        ("RFC7323:2.2-ws-synack-only-if-offered", window_scale(7)),
        ("RFC7323:3.2-ts-synack-only-if-offered", timestamps(1, 2)),
        ("RFC2018:4-sack-not-without-permission", SACK_PERMITTED),
    ],
)
def test_an_option_that_was_not_offered(requirement: str, option: Option) -> None:
    assert "did not offer" in broken(handshake((mss(1460),), (option,)))[requirement]


def test_what_the_target_offered_itself_is_repeated_where_the_syns_cross() -> None:
    options = (mss(1460), window_scale(7), timestamps(1, 0), SACK_PERMITTED)
    wire = FakeWire(
        lambda s: [answer(s, SYN, seq=IRS, options=options), answer(s, SYN | ACK, seq=IRS, ack=s.end, options=options)]
    )
    peer = peer_on(wire)
    peer.offer = (mss(1460),)
    peer.send(SYN)
    peer.expect(SYN)
    peer.expect(SYN | ACK)
    assert broken(peer) == {}


def test_a_syn_with_ect() -> None:
    assert set(broken(handshake((mss(1460),), (), ecn=1))) == {"RFC3168:6.1.1-no-ect-syn"}


def with_timestamps(*later: tuple[Option, ...]) -> Peer:
    steps = iter(later)

    def target(s: Segment) -> list[Segment]:
        ours = next(o.timestamps[0] for o in s.options if o.kind == TIMESTAMPS_KIND)
        if s.ctl & SYN:
            return [answer(s, SYN | ACK, seq=IRS, ack=s.end, options=(timestamps(1000, ours),))]
        return [good(s, options=tuple(timestamps(o.timestamps[0], o.timestamps[1] or ours) for o in next(steps)))]

    wire = FakeWire(target)
    peer = peer_on(wire)
    peer.offer = (mss(1460), timestamps(0))
    peer.send(SYN)
    peer.expect(SYN | ACK)
    for _ in later:
        peer.send(ACK, data=b"x")
        peer.expect(ACK)
    return peer


def test_timestamps_on_every_segment() -> None:
    assert set(broken(with_timestamps((timestamps(1001),)))) == set()
    assert set(broken(with_timestamps(()))) == {"RFC7323:3.2-ts-every-segment"}


def test_a_clock_that_goes_back() -> None:
    assert set(broken(with_timestamps((timestamps(1005),), (timestamps(1004),)))) == {"RFC7323:5.4-clock-monotone"}


def test_an_echo_of_nothing_we_sent() -> None:
    assert set(broken(with_timestamps((timestamps(1005, 4711),)))) == {"RFC7323:3.2-ts-echo"}


def test_a_reset_for_a_reset() -> None:
    peer, _ = established(lambda s: [answer(s, RST, seq=s.ack)])
    peer.send(RST)
    peer.hear(peer.wire.now() + 1)
    assert set(broken(peer)) == {"RFC9293:3.5.2-g1-rst-silent"}


def test_a_reset_for_something_else_is_none_for_a_reset() -> None:
    peer, _ = established(lambda s: [(0.5, answer(s, RST, seq=s.ack))] if s.data else [])
    peer.send(ACK, data=b"x")
    peer.send(RST)
    peer.hear(peer.wire.now() + 1)
    assert broken(peer) == {}


def test_a_reset_for_a_reset_is_seen_beside_one_for_a_probe() -> None:
    peer, _ = established(lambda s: [answer(s, RST, seq=s.ack)])
    peer.send(RST | ACK)
    peer.send(ACK)
    peer.hear(peer.wire.now() + 1)
    assert broken(peer) == {}
    peer.hear(peer.wire.now() + 1)
    assert set(broken(peer)) == {"RFC9293:3.5.2-g1-rst-silent"}


def test_a_reset_for_a_reset_is_told_from_one_for_a_probe_by_its_number() -> None:
    peer, _ = established(lambda s: [answer(s, RST | ACK, ack=s.end)] if s.ctl & RST else [])
    peer.send(RST)
    peer.send(ACK)
    peer.hear(peer.wire.now() + 1)
    assert set(broken(peer)) == {"RFC9293:3.5.2-g1-rst-silent"}


def test_a_reset_for_a_probe_after_a_reset_is_none_for_the_reset() -> None:
    peer, _ = established(lambda s: [] if s.ctl & RST else [answer(s, RST, seq=s.ack)])
    for ctl in (RST | ACK, ACK, RST | ACK, ACK):
        peer.send(ctl)
    peer.hear(peer.wire.now() + 1)
    peer.hear(peer.wire.now() + 1)
    assert broken(peer) == {}


def test_a_conforming_exchange_breaks_nothing() -> None:
    def target(s: Segment) -> list[Segment]:
        if s.data:
            return [good(s, window=999), good(s, data=b"hello", window=999), good(s, data=b"hello", window=999)]
        return [answer(s, FIN | ACK, seq=IRS + 6, ack=s.end, window=999)]

    peer, _ = established(target)
    peer.send(ACK, data=b"x")
    peer.expect_data(b"hello")
    peer.send(ACK)
    peer.expect(FIN | ACK)
    assert broken(peer) == {}


def test_a_window_update_needs_no_segment_of_ours() -> None:
    assert broken(after_handshake(lambda s: [good(s, window=w) for w in (999, 1200, 1300, 1400, 1500)])) == {}


def test_a_zero_window_probe_may_reach_beyond_the_window() -> None:
    assert broken(after_handshake(lambda s: [good(s, seq=IRS + 65536, data=b"p")])) == {}


def test_a_zero_window_probe_of_more_octets_comes_after_a_while() -> None:
    probe = {"seq": IRS + 65536, "data": b"probe"}
    assert broken(after_handshake(lambda s: [(0.5, good(s, **probe))])) == {}
    assert list(broken(after_handshake(lambda s: [good(s, **probe)]))) == ["RFC9293:3.8.6-fit-window"]
    assert list(broken(after_handshake(lambda s: [(0.5, good(s, **probe)), (0.51, good(s, **probe))])))


def test_text_that_begins_before_the_edge_and_reaches_beyond_it_is_no_probe() -> None:
    assert list(broken(after_handshake(lambda s: [(0.5, good(s, seq=IRS + 65530, data=bytes(10)))])))


def test_every_rule_is_tried_and_its_requirement_exists() -> None:
    here = set(CASES) | {
        "RFC7323:2.2-ws-synack-only-if-offered",
        "RFC7323:3.2-ts-synack-only-if-offered",
        "RFC2018:4-sack-not-without-permission",
        "RFC3168:6.1.1-no-ect-syn",
        "RFC7323:3.2-ts-every-segment",
        "RFC7323:5.4-clock-monotone",
        "RFC7323:3.2-ts-echo",
        "RFC9293:3.5.2-g1-rst-silent",
    }
    assert {requirement for requirement, _ in RULES} == here
    for requirement in here:
        assert lookup(requirement).text


def test_acks_for_the_incarnation_before_are_not_too_many() -> None:
    acks = iter([[], [good, good]])
    peer, _ = established(lambda segment: [ack(segment) for ack in next(acks)])
    for number in (1, 2):
        peer.send(ACK, seq=peer.snd_nxt + number * 1000, data=b"x")  # the first is answered late
        if number == 1:
            peer.restart(peer.iss)
    peer.drain_for(1.0)  # type: ignore[attr-defined]
    assert not broken(peer)
