"""No input from the wire crashes the suite: whatever octets come on a connection, they are heard, judged and shown."""

from __future__ import annotations

import contextlib

from fakewire import IRS, OURS, THEIRS, FakeWire, answer, established, peer_on
from hypothesis import given, settings
from hypothesis import strategies as st

from conformance.craft import craft
from conformance.errors import Inconclusive, Nonconformance
from conformance.expectation import Expectation, reply, show
from conformance.options import Option, mss, window_scale
from conformance.peer import NOTHING, Peer
from conformance.segment import Ctl, Segment, parse
from conformance.transcript import ladder, pcapng, text
from conformance.wire.host import flow_of

NUMBERS = st.integers(0, 2**32 - 1) | st.integers(IRS - 3, IRS + 30) | st.integers(998, 1030)
FIELDS = st.integers(0, 0xFFFF)
RAW_OPTIONS = st.integers(0, 10).flatmap(lambda words: st.binary(min_size=4 * words, max_size=4 * words))


@st.composite
def from_the_target(draw: st.DrawFn, port: int = 80) -> bytes:
    """Octets that reach our connection: a segment with anything in it, or what spoils one, or a quoting ICMP error."""
    segment = Segment(
        src=THEIRS, dst=OURS, sport=port, dport=20000, seq=draw(NUMBERS), ack=draw(NUMBERS),
        ctl=Ctl(draw(st.integers(0, 0x1FF))), window=draw(FIELDS), urgent=draw(FIELDS),
        data=draw(st.binary(max_size=30)), reserved=draw(st.integers(0, 7)), ttl=draw(st.integers(1, 255)),
        traffic_class=draw(st.integers(0, 255)),
    )  # fmt: skip
    octets = bytearray(craft(segment, draw(RAW_OPTIONS)))
    for at, value in draw(st.lists(st.tuples(st.integers(24, len(octets) - 1), st.integers(0, 255)), max_size=4)):
        octets[at] = value  # behind the ports: it is still ours
    return bytes(octets[: draw(st.integers(40, len(octets)))]) if draw(st.booleans()) else bytes(octets)


def arrive(wire: FakeWire, packets: list[bytes]) -> None:
    """Let them come, a millisecond apart; what names no connection any more comes to none (`wire.host`)."""
    wire.schedule([(0.001 * number, one) for number, one in enumerate(packets) if flow_of(one) is not None])


def listened(peer: Peer) -> None:
    """Do what cases do, in spite of what comes."""
    for listen in (
        lambda: peer.expect(Ctl.ACK, seq=peer.rcv_nxt, ack=peer.snd_nxt, window=7, data=b"", options=(mss(1),)),
        lambda: peer.expect_one_of(reply(Ctl.RST), NOTHING),
        lambda: peer.expect_data(b"data"),
        peer.expect_ignored,
        lambda: peer.expect_nothing(),
        lambda: peer.hear_all(1.0),
    ):
        with contextlib.suppress(Nonconformance, Inconclusive):
            listen()
    peer.drain()
    peer.hang_up()


def shown(peer: Peer) -> None:
    assert text.render(peer.transcript)
    assert ladder.render(peer.transcript, "title").endswith("</svg>\n")
    assert pcapng.render(peer.transcript)
    assert all(str(one) for one in peer.violations)


@settings(deadline=None)
@given(st.lists(from_the_target(), max_size=6))
def test_whatever_comes_on_a_connection_is_heard_judged_and_shown(packets: list[bytes]) -> None:
    peer, wire = established()
    arrive(wire, packets)
    listened(peer)
    shown(peer)


@settings(deadline=None)
@given(st.lists(from_the_target(), max_size=6))
def test_whatever_comes_before_a_connection_is_heard_judged_and_shown(packets: list[bytes]) -> None:
    wire = FakeWire()
    peer = peer_on(wire, port=None)
    arrive(wire, packets)
    listened(peer)
    shown(peer)


@settings(deadline=None)
@given(from_the_target(), st.integers(0, 2**32 - 1), st.none() | st.integers(0, 2**32 - 1))
def test_whatever_comes_can_be_told_from_what_was_expected(packet: bytes, iss: int, irs: int | None) -> None:
    got = parse(packet)
    if got is None:
        return
    wanted = Expectation(Ctl.SYN | Ctl.ACK, 1, 2, 3, 4, b"data", (mss(1460), window_scale(7), Option(254, b"x")))
    differences = wanted.differences(got, iss, irs)
    assert all(isinstance(line, str) and line for line in differences)
    assert show(got, iss, irs).startswith("<SEQ=")
    same = Expectation(got.ctl, got.seq, got.ack, got.window, got.urgent, got.data, got.options)
    assert same.differences(got, iss, irs) == ()
    assert same.describe(iss, irs).startswith("<SEQ=")


def test_answers_are_ours() -> None:
    """The packets above do come to the connection that they are for."""
    peer, wire = established()
    wire.schedule([answer(peer.send(Ctl.ACK), Ctl.ACK, seq=IRS + 1, ack=1001)])
    assert len(peer.hear_all(1.0)) == 1
