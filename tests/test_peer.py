"""Tests of `conformance.peer` and `conformance.endpoint` on a wire with virtual time."""

from __future__ import annotations

import contextlib

import pytest
from fakewire import IRS, FakeWire, answer, established, peer_on

from conformance import seq
from conformance.errors import Inconclusive, Nonconformance, NotApplicable
from conformance.expectation import reply
from conformance.options import TIMESTAMPS_KIND, mss, timestamps
from conformance.peer import NOTHING
from conformance.segment import Ctl, Segment, parse
from conformance.timing import Timing
from conformance.wire import Flow, Inbox

SYN, ACK, FIN, RST, PSH = Ctl.SYN, Ctl.ACK, Ctl.FIN, Ctl.RST, Ctl.PSH


def ack_of(segment: Segment, *, ctl: Ctl = ACK, **fields: object) -> Segment:
    return answer(segment, ctl, **{"seq": IRS + 1, "ack": segment.end, **fields})  # type: ignore[arg-type]


def test_a_syn_carries_our_mss_and_nothing_else() -> None:
    peer = peer_on(FakeWire())
    assert peer.send(SYN).options == (mss(1460),)
    assert (peer.snd_nxt, peer.snd_una) == (1001, 1000)


def test_a_field_that_no_segment_has_is_refused() -> None:
    peer = peer_on(FakeWire())
    with pytest.raises(TypeError, match="a segment has no sqe"):
        peer.send(SYN, sqe=1)  # type: ignore[call-arg]
    with pytest.raises(TypeError, match="a segment has no windw"):
        peer.craft(SYN, windw=1)  # type: ignore[call-arg]


def test_nothing_is_sent_that_the_case_did_not_ask_for() -> None:
    peer, wire = established(lambda segment: [ack_of(segment), answer(segment, ACK, seq=IRS + 1, data=b"hello")])
    peer.send(ACK, data=b"x")
    peer.expect(ACK)
    peer.expect(ACK, data=b"hello")
    assert len(wire.sent) == 1


def test_expect_returns_what_came() -> None:
    peer, _ = established(lambda segment: [ack_of(segment)])
    data = peer.send(ACK, data=b"abc")
    got = peer.expect(ACK, seq=IRS + 1, ack=data.end)
    assert got.at > data.at


def test_a_difference_fails_with_expected_got_and_what_differs() -> None:
    peer, _ = established(lambda segment: [ack_of(segment, ack=segment.seq)])
    peer.send(ACK, data=b"abc")
    with pytest.raises(Nonconformance) as caught:
        peer.expect(ACK, ack=peer.snd_nxt)
    assert str(caught.value) == (
        "expected  <ACK=ISS+4><CTL=ACK>\n"
        "got       <SEQ=IRS+1><ACK=ISS+1><CTL=ACK><WND=1000>\n"
        "differs   ACK is ISS+1, expected ISS+4 (3 too low)"
    )
    assert peer.transcript.entries[-1].text.startswith("expected <ACK=ISS+4><CTL=ACK>, got ")


def test_silence_where_a_segment_is_due_fails() -> None:
    peer, wire = established()
    start = wire.now()
    with pytest.raises(Nonconformance, match="got       nothing within 1 s"):
        peer.expect(ACK)
    assert wire.now() - start == pytest.approx(Timing().reply)


def test_a_segment_that_comes_too_late_does_not_count() -> None:
    peer, wire = established(lambda segment: [(1.5, ack_of(segment))])
    peer.send(ACK, data=b"x")
    with pytest.raises(Nonconformance, match="nothing within"):
        peer.expect(ACK)
    assert peer.hear(wire.now() + 1) is not None


def test_a_tester_that_listens_to_silence_for_too_long_is_late_for_what_it_does_next() -> None:
    peer, wire = established(lambda segment: [])

    def wait(inbox: Inbox, until: float) -> bool:
        there = FakeWire.wait(wire, inbox, until)
        wire.time += 0.5
        return there

    wire.wait = wait  # type: ignore[method-assign]
    with pytest.raises(Nonconformance, match="nothing within"):
        peer.expect(ACK)
    peer.drain()
    assert (peer.late, peer.overdue) == (0.0, pytest.approx(0.5))
    peer.send(ACK)
    assert (peer.late, peer.overdue) == (pytest.approx(0.5), 0.0)


def test_a_tester_that_was_late_may_catch_up() -> None:
    peer, _ = established(lambda segment: [])
    peer.late, peer.overdue, peer.behind = 0.5, 0.4, 0.3
    peer.catch_up()
    assert (peer.late, peer.overdue, peer.behind) == (0.0, 0.0, 0.0)


def test_a_segment_that_lay_unheard_is_told() -> None:
    peer, wire = established(lambda segment: [ack_of(segment)])
    peer.send(ACK, data=b"x")
    FakeWire.wait(wire, peer.inbox, wire.now() + 1)
    wire.time += 0.3
    peer.expect(ACK)
    assert peer.behind == pytest.approx(0.3)


@pytest.mark.parametrize(("ctl", "told"), [(ACK, 0.3), (RST, 0.0)], ids=["ACK", "reset"])
def test_an_ack_that_was_waited_for_in_vain_and_comes_is_told(ctl: Ctl, told: float) -> None:
    peer, wire = established(lambda segment: [(0.3, ack_of(segment, ctl=ctl))])
    peer.send(ACK, data=b"x")
    with pytest.raises(Nonconformance, match="nothing within"):
        peer.expect(ACK, within=0.1)
    wire.time += 0.5
    peer.drain()
    assert (peer.behind, peer.slowest_ack) == (0.0, pytest.approx(told, abs=0.01))


def test_retransmissions_do_not_count_as_new() -> None:
    def target(segment: Segment) -> list[Segment]:
        said = answer(segment, ACK | PSH, seq=IRS + 1, ack=segment.end, data=b"abc")
        return [said, said, answer(segment, FIN | ACK, seq=IRS + 4, ack=segment.end)]

    peer, _ = established(target)
    peer.send(ACK, data=b"x")
    peer.expect(ACK, data=b"abc")
    peer.expect(FIN | ACK, seq=IRS + 4)


def test_a_listener_may_drop_a_syn_and_has_to_serve_the_next() -> None:
    wire = FakeWire(lambda segment: [answer(segment, SYN | ACK, seq=IRS, ack=1001)] if len(wire.sent) == 2 else [])
    peer = peer_on(wire)
    got = peer.expect_served()
    assert (got.ctl, peer.snd_nxt, [said.seq for said in wire.sent]) == (SYN | ACK, 1001, [1000, 1000])


def test_a_listener_that_drops_each_syn_serves_nobody() -> None:
    peer = peer_on(FakeWire())
    with pytest.raises(Nonconformance, match="nothing within"):
        peer.expect_served()


def says_its_fin_again(segment: Segment, delay: float = 0.001) -> list[tuple[float, Segment]]:
    """A target of 4.4BSD's family, whose FIN goes with each ACK until we have acknowledged it."""
    return [(delay, answer(segment, FIN | ACK, seq=IRS + 1, ack=1001 + len(segment.data)))]


def test_a_fin_said_again_at_once_is_the_ack_that_goes_with_it() -> None:
    peer, _ = established(says_its_fin_again)
    peer.send(ACK)
    peer.expect(FIN | ACK, seq=IRS + 1)
    peer.send(ACK, ack=IRS + 1, data=b"x")
    assert peer.expect(ACK, seq=IRS + 2, ack=peer.snd_nxt, data=b"").ctl == FIN | ACK
    with pytest.raises(Nonconformance, match="nothing within"):
        peer.expect(ACK)


def test_a_fin_said_again_acknowledges_no_more_than_it_says() -> None:
    peer, _ = established(lambda segment: [answer(segment, FIN | ACK, seq=IRS + 1, ack=1001)])
    peer.send(ACK)
    peer.expect(FIN | ACK)
    peer.send(ACK, ack=IRS + 1, data=b"x")
    with pytest.raises(Nonconformance, match="nothing within"):
        peer.expect(ACK, ack=peer.snd_nxt)


@pytest.mark.parametrize(("ours", "after"), [(IRS + 2, 0.001), (IRS + 1, 0.5)], ids=["acknowledged", "later"])
def test_a_fin_said_again_for_another_reason_is_no_ack(ours: int, after: float) -> None:
    peer, wire = established(says_its_fin_again)
    peer.send(ACK)
    peer.expect(FIN | ACK)
    wire.script = lambda segment: says_its_fin_again(segment, after)
    peer.send(ACK, ack=ours, data=b"x")
    with pytest.raises(Nonconformance, match="nothing within"):
        peer.expect(ACK, seq=IRS + 2)


def test_a_fin_said_again_when_an_ack_would_be_too_late_is_none() -> None:
    peer, wire = established(says_its_fin_again)
    peer.timing = Timing(answer=0.2)  # silence is believed after a second, but an ACK may not be withheld for as long
    peer.send(ACK)
    peer.expect(FIN | ACK)
    wire.script = lambda segment: says_its_fin_again(segment, 0.8)
    peer.send(ACK, ack=IRS + 1, data=b"x")
    with pytest.raises(Nonconformance, match="nothing within"):
        peer.expect(ACK, seq=IRS + 2)


def test_a_fin_said_again_before_we_speak_answers_nothing() -> None:
    peer, wire = established(says_its_fin_again)
    peer.send(ACK)
    peer.expect(FIN | ACK)
    wire.script = lambda segment: []
    wire.schedule(says_its_fin_again(wire.sent[-1]))  # type: ignore[arg-type]
    wire.wait(wire.open(Flow("", 0, "")), wire.now() + 0.01)
    peer.send(ACK, ack=IRS + 1, data=b"x")
    with pytest.raises(Nonconformance, match="nothing within"):
        peer.expect(ACK)


def test_expect_ignored_sees_an_answer_that_says_the_fin_again() -> None:
    peer, wire = established(says_its_fin_again)
    peer.send(ACK)
    peer.expect(FIN | ACK)
    wire.script = lambda segment: [] if segment.ctl & RST else says_its_fin_again(segment)[:1]
    peer.send(RST, seq=peer.snd_nxt - 5, ack=IRS + 1)
    wire.script = lambda segment: [(0.001, answer(segment, FIN | ACK, seq=IRS + 1, ack=1001))]
    peer.expect_ignored()
    peer.send(RST, seq=peer.snd_nxt - 5, ack=IRS + 1)
    with pytest.raises(Nonconformance, match="the segment before the probe was answered"):
        peer.expect_ignored()


@pytest.mark.parametrize(("after", "seen"), [(0.05, True), (0.2, False)], ids=["answer", "timer"])
def test_expect_ignored_sees_an_answer_that_came_before_the_probe(after: float, seen: bool) -> None:
    peer, wire = established(says_its_fin_again)
    peer.send(ACK)
    peer.expect(FIN | ACK)
    wire.script = lambda segment: []
    wire.time += after - 0.01
    peer.send(RST, seq=peer.snd_nxt - 5, ack=IRS + 1)
    wire.schedule([(0.01, answer(wire.sent[0], FIN | ACK, seq=IRS + 1, ack=1001))])  # type: ignore[arg-type, list-item]
    wire.wait(wire.open(Flow("", 0, "")), wire.now() + 0.02)
    wire.script = lambda segment: [answer(segment, ACK, seq=IRS + 2, ack=1001)]
    with pytest.raises(Nonconformance, match="the segment before the probe") if seen else contextlib.nullcontext():
        peer.expect_ignored()


def test_a_fin_that_may_be_an_answer_held_up_makes_the_case_doubtful() -> None:
    peer, wire = established(says_its_fin_again)
    peer.send(ACK)
    peer.expect(FIN | ACK)
    wire.script = lambda segment: says_its_fin_again(segment, 0.3)
    peer.send(ACK, ack=IRS + 1, data=b"x")
    with pytest.raises(Nonconformance, match="nothing within"):
        peer.expect(ACK, seq=IRS + 2)
    assert peer.behind == pytest.approx(0.3)


def test_a_syn_ack_with_the_number_of_the_syn_is_new() -> None:
    wire = FakeWire()
    peer = peer_on(wire, port=None)
    syn = Segment(src="198.51.100.2", dst="198.51.100.1", sport=80, dport=20000, seq=IRS, ctl=SYN, window=9)
    wire.schedule([syn])
    peer.expect(SYN, seq=IRS)
    wire.script = lambda segment: [answer(segment, SYN | ACK, seq=IRS, ack=segment.end)]
    peer.send(SYN)
    peer.expect(SYN | ACK, seq=IRS, ack=peer.iss + 1)


def test_the_port_of_an_opening_target_is_learned() -> None:
    wire = FakeWire()
    peer = peer_on(wire, port=None)
    with pytest.raises(Inconclusive, match="has not opened yet"):
        peer.send(SYN)
    wire.schedule([Segment(src="198.51.100.2", dst="198.51.100.1", sport=81, dport=20000, seq=IRS, ctl=SYN, window=9)])
    peer.expect(SYN)
    assert peer.send(SYN | ACK).dport == 81


def test_what_an_earlier_connection_says_yet_opens_nothing() -> None:
    wire = FakeWire()
    peer = peer_on(wire, port=None)
    late = Segment(src="198.51.100.2", dst="198.51.100.1", sport=81, dport=20000, seq=7, ack=9, ctl=FIN | ACK, window=9)
    wire.schedule([late, Segment(src="198.51.100.2", dst="198.51.100.1", sport=82, dport=20000, seq=IRS, ctl=SYN)])
    peer.expect(SYN, seq=IRS)
    assert peer.flow.remote_port == 82


def test_a_user_that_speaks_of_itself_may_put_its_text_and_fin_on_any_ack() -> None:
    script = [ACK | PSH, ACK | PSH, ACK]
    peer, wire = established(
        lambda segment: [
            ack_of(segment, seq=IRS + 1 + at, ctl=ctl, data=b"GET /"[: 5 - at]) for at, ctl in enumerate(script)
        ]
    )
    peer.user_speaks = True
    peer.send(ACK, data=b"x")
    peer.expect(ACK, seq=IRS + 1, ack=peer.snd_nxt, data=b"")
    peer.expect_nothing()  # the rest acknowledges nothing more
    wire.script = lambda segment: [answer(segment, FIN | ACK, seq=peer.rcv_nxt, ack=segment.end)]
    peer.send(ACK, data=b"y")
    peer.expect(ACK, ack=peer.snd_nxt)


def test_a_user_that_speaks_of_itself_is_heard_out() -> None:
    peer, _ = established(lambda segment: [ack_of(segment), ack_of(segment, data=b"GET /")])
    peer.user_speaks = True
    with pytest.raises(Nonconformance, match="text of the target's user"):
        peer.hear_user_out()
    peer.send(ACK, data=b"x")
    peer.hear_user_out()
    assert peer.rcv_nxt == IRS + 6


def test_a_choice_takes_either_and_silence_only_if_named() -> None:
    peer, _ = established(lambda segment: [answer(segment, RST, seq=segment.ack)])
    probe = peer.send(ACK)
    assert peer.expect_one_of(reply(ACK), reply(RST, seq=probe.ack)) is not None
    assert peer.expect_one_of(reply(ACK), NOTHING) is None
    with pytest.raises(Nonconformance, match="<CTL=ACK> or <CTL=RST>"):
        peer.expect_one_of(reply(ACK), reply(RST))


def test_a_choice_that_fails_names_the_nearest() -> None:
    peer, _ = established(lambda segment: [ack_of(segment, ack=0)])
    peer.send(ACK, data=b"x")
    with pytest.raises(Nonconformance) as caught:
        peer.expect_one_of(reply(RST, seq=7, ack=9), reply(ACK, ack=peer.snd_nxt))
    assert caught.value.differs == ("ACK is 0, expected ISS+2 (1002 too low)",) or len(caught.value.differs) == 1


def test_expect_nothing() -> None:
    peer, _ = established(lambda segment: [])
    peer.expect_nothing()
    peer, _ = established(lambda segment: [ack_of(segment)])
    peer.send(ACK, data=b"x")
    with pytest.raises(Nonconformance, match="expected  nothing"):
        peer.expect_nothing()


def keeps_alive(segment: Segment) -> list[Segment]:
    """A target that acknowledges what is old, and ignores everything else."""
    old = segment.seq == 1000
    return [answer(segment, ACK, seq=IRS + 1, ack=1001)] if old else []


def test_expect_ignored_has_a_positive_control() -> None:
    peer, wire = established(keeps_alive)
    peer.send(RST, seq=peer.snd_nxt - 5)
    peer.expect_ignored()
    assert wire.sent[-1] is not None
    assert wire.sent[-1].data == b"\0"
    peer, _ = established(lambda segment: [])
    with pytest.raises(Nonconformance, match="nothing within"):
        peer.expect_ignored()


def test_expect_ignored_sees_an_answer_that_looks_like_the_probes() -> None:
    peer, _ = established(lambda segment: [answer(segment, ACK, seq=IRS + 1, ack=1001)])
    peer.send(RST, seq=peer.snd_nxt - 5)
    with pytest.raises(Nonconformance, match="the segment before the probe was answered"):
        peer.expect_ignored()


def test_the_probe_acknowledges_nothing_new() -> None:
    peer, wire = established(lambda segment: [answer(segment, FIN | ACK, seq=IRS + 1, ack=segment.end)])
    peer.send(ACK, data=b"x")
    peer.expect(FIN | ACK)
    wire.script = lambda segment: [answer(segment, ACK, seq=IRS + 2, ack=1002)]
    peer.expect_alive()
    assert wire.sent[-1] is not None
    assert wire.sent[-1].ack == IRS + 1


def test_expect_gone() -> None:
    peer, _ = established(lambda segment: [answer(segment, RST, seq=segment.ack)])
    peer.expect_gone()
    peer, _ = established(keeps_alive)
    with pytest.raises(Nonconformance):
        peer.expect_gone()


def test_expect_gone_asks_with_a_number_that_no_syn_cookie_fits() -> None:
    peer, wire = established(lambda segment: [answer(segment, RST, seq=segment.ack)])
    peer.expect_gone()
    assert wire.sent[-1] is not None
    assert seq.distance(peer.snd_nxt, wire.sent[-1].seq) == -1000


def test_what_needs_scaled_windows_is_not_applicable_without() -> None:
    peer, _ = established(lambda segment: [])
    with pytest.raises(NotApplicable, match="window scaling"):
        peer.needs_window_scale()


def test_a_reset_in_the_window_is_challenged_or_obeyed() -> None:
    def challenges(segment: Segment) -> list[Segment]:
        return [answer(segment, ACK, seq=IRS + 1, ack=1001)]

    def obeys(segment: Segment) -> list[Segment]:
        return [] if segment.ctl & RST else [answer(segment, RST, seq=segment.ack)]

    for script, challenged in ((challenges, True), (obeys, False)):
        peer, _ = established(script)
        peer.send(RST, seq=peer.snd_nxt + 1)
        assert (peer.expect_challenge_or_gone() is not None) is challenged


def test_a_reset_in_the_window_is_not_to_be_ignored() -> None:
    peer, _ = established(lambda segment: [] if segment.ctl & RST else [answer(segment, ACK, seq=IRS + 1, ack=1001)])
    peer.send(RST, seq=peer.snd_nxt + 1)
    with pytest.raises(Nonconformance, match="CTL is ACK, expected RST"):
        peer.expect_challenge_or_gone()


def test_all_is_heard_until_it_is_quiet() -> None:
    peer, wire = established(lambda segment: [(0.1 * at, answer(segment, ACK, ack=1001)) for at in (1, 2, 3, 9)])
    peer.send(ACK)
    start = wire.now()
    assert len(peer.hear_all(0.2)) == 3
    assert wire.now() - start == pytest.approx(0.5)


def test_all_is_heard_for_a_while() -> None:
    peer, wire = established(lambda segment: [(0.1 * at, answer(segment, ACK, ack=1001)) for at in (1, 2, 3, 9)])
    peer.send(ACK)
    start = wire.now()
    assert len(peer.hear_for(1.0)) == 4
    assert wire.now() - start == pytest.approx(1.0)


def test_data_may_be_segmented_and_repeated() -> None:
    def target(segment: Segment) -> list[Segment]:
        ack = segment.end
        return [
            answer(segment, ACK, seq=IRS + 1, ack=ack, data=b"ab"),
            answer(segment, ACK, seq=IRS + 1, ack=ack, data=b"ab"),
            answer(segment, ACK, seq=IRS + 2, ack=ack, data=b"bcde"),
            answer(segment, FIN | ACK, seq=IRS + 6, ack=ack, data=b"f"),
        ]

    peer, _ = established(target)
    peer.send(ACK, data=b"x")
    last = peer.expect_data(b"abcdef", ctl=FIN | ACK)
    assert last.ctl & FIN


def test_the_fin_may_follow_the_data() -> None:
    def target(segment: Segment) -> list[Segment]:
        ack = segment.end
        return [
            answer(segment, ACK, seq=IRS + 1, ack=ack, data=b"ab"),
            answer(segment, FIN | ACK, seq=IRS + 3, ack=ack),
        ]

    peer, _ = established(target)
    peer.send(ACK, data=b"x")
    assert peer.expect_data(b"ab", ctl=FIN | ACK).seq == IRS + 3


def test_data_without_the_fin_it_needs_fails() -> None:
    peer, _ = established(lambda segment: [answer(segment, ACK, seq=IRS + 1, ack=segment.end, data=b"ab")])
    peer.send(ACK, data=b"x")
    with pytest.raises(Nonconformance, match="nothing within"):
        peer.expect_data(b"ab", ctl=FIN | ACK)


def test_a_fin_before_the_last_octet_fails() -> None:
    peer, _ = established(lambda segment: [answer(segment, FIN | ACK, seq=IRS + 1, ack=segment.end, data=b"ab")])
    peer.send(ACK, data=b"x")
    with pytest.raises(Nonconformance, match="the FIN came too early"):
        peer.expect_data(b"abc", ctl=FIN | ACK)


def test_wrong_data_fails() -> None:
    peer, _ = established(lambda segment: [answer(segment, ACK, seq=IRS + 1, ack=segment.end, data=b"abX")])
    peer.send(ACK, data=b"x")
    with pytest.raises(Nonconformance, match="octets 0 and on are 61 62 58, expected 61 62 63"):
        peer.expect_data(b"abcdef")


def test_data_is_acknowledged_only_on_request() -> None:
    def target(segment: Segment) -> list[Segment]:
        return [answer(segment, ACK, seq=IRS + 1, ack=segment.end, data=b"ab")] if segment.data else []

    peer, wire = established(target)
    peer.send(ACK, data=b"x")
    peer.expect_data(b"ab", acknowledge=True)
    assert [segment.ack for segment in wire.sent if segment] == [IRS + 1, IRS + 3]


def test_an_octet_beyond_the_window_is_refused_and_told_each_time() -> None:
    peer, _ = established(lambda segment: [answer(segment, ACK, seq=IRS + 1, data=b"h")] * 2)
    peer.send(ACK, window=0)
    peer.expect(ACK, seq=peer.rcv_nxt, data=b"h")
    peer.expect(ACK, seq=peer.rcv_nxt, data=b"h")


def test_an_octet_beyond_the_window_does_not_count_as_data() -> None:
    peer, _ = established(lambda segment: [answer(segment, ACK, seq=IRS + 1, data=b"hello"[: segment.window or 1])])
    peer.send(ACK, window=0)
    peer.send(ACK)
    peer.expect_data(b"hello")


def test_all_that_we_sent_may_be_acknowledged_in_parts() -> None:
    parts = [lambda segment: ack_of(segment, ack=segment.seq + 1), ack_of]
    peer, _ = established(lambda segment: [part(segment) for part in parts])
    peer.send(ACK, data=b"abc")
    assert peer.expect_acknowledged().ack == peer.snd_nxt


def test_what_is_not_acknowledged_to_its_end_fails() -> None:
    peer, _ = established(lambda segment: [ack_of(segment, ack=segment.end - 1)])
    peer.send(ACK, data=b"abc")
    with pytest.raises(Nonconformance, match="nothing within"):
        peer.expect_acknowledged()


def test_a_retransmission_is_the_same_again() -> None:
    def target(segment: Segment) -> list[object]:
        synack = answer(segment, SYN | ACK, seq=IRS, ack=segment.end)
        return [synack, (1.0, synack), (3.0, answer(segment, SYN | ACK, seq=IRS + 1, ack=segment.end))]

    peer = peer_on(FakeWire(target))  # type: ignore[arg-type]
    peer.send(SYN)
    first = peer.expect(SYN | ACK)
    again = peer.expect_retransmission(first)
    assert again.at - first.at == pytest.approx(1.0, abs=0.01)
    with pytest.raises(Nonconformance, match="SEQ is IRS"):
        peer.expect_retransmission(first)


def test_a_syn_that_gives_ecn_up_is_said_again() -> None:
    def target(segment: Segment) -> list[object]:
        ctl = SYN | ACK | Ctl.ECE, SYN | ACK
        first, again = (answer(segment, bits, seq=IRS, ack=segment.end) for bits in ctl)
        return [first, (0.01, again), (1.0, again)]

    peer = peer_on(FakeWire(target))  # type: ignore[arg-type]
    peer.send(SYN)
    first = peer.expect(SYN | ACK | Ctl.ECE)
    peer.expect_nothing()
    assert peer.expect_retransmission(first).ctl == SYN | ACK


def test_injected_packets_are_off_the_books() -> None:
    peer, wire = established()
    packet = peer.craft(ACK, data=b"abc")
    packet["TCP"].chksum = 1
    peer.inject(packet)
    assert peer.snd_nxt == 1001
    assert wire.sent[-1] is not None
    assert wire.sent[-1].defects
    assert peer.transcript.entries[-1].segment is not None


def test_malformed_options_travel_octet_by_octet() -> None:
    peer, wire = established()
    peer.send(ACK, options=b"\x02\x00\x01\x01", data=b"x")
    assert wire.sent[-1] is not None
    assert wire.sent[-1].raw[40:45] == b"\x02\x00\x01\x01x"
    assert wire.sent[-1].defects == ("option kind 2 has length 0",)


def test_negotiated_timestamps_ride_on_every_segment() -> None:
    wire = FakeWire(lambda segment: [answer(segment, SYN | ACK, seq=IRS, ack=segment.end, options=(timestamps(7, 1),))])
    peer = peer_on(wire)
    peer.offer = (mss(1460), timestamps(0))
    syn = peer.send(SYN)
    peer.expect(SYN | ACK)
    stamp = peer.send(ACK).option(TIMESTAMPS_KIND)
    assert stamp is not None
    assert stamp.timestamps[1] == 7
    assert syn.option(TIMESTAMPS_KIND) is not None


def test_icmp_is_kept_and_shown() -> None:
    peer, wire = established()
    quoted = peer.send(ACK, data=b"x").raw[:28]
    body = b"\x03\x03" + bytes(6) + quoted
    header = bytes.fromhex("4500") + (20 + len(body)).to_bytes(2, "big") + bytes.fromhex("0000000040010000")
    wire.schedule([(0.001, header + bytes([198, 51, 100, 2, 198, 51, 100, 1]) + body)])
    peer.expect_nothing()
    assert len(peer.packets) == 1
    assert peer.transcript.entries[-1].packet == peer.packets[0]


def test_hanging_up_resets_what_neither_side_has_reset() -> None:
    peer, wire = established()
    peer.hang_up()
    assert [segment.ctl for segment in wire.sent if segment] == [RST | ACK]
    peer, wire = established()
    peer.send(RST)
    peer.hang_up()
    assert len(wire.sent) == 1
    peer, wire = established()
    peer.send(RST, seq=peer.snd_nxt + 1)  # which may well be ignored
    peer.hang_up()
    assert [segment.ctl for segment in wire.sent if segment] == [RST, RST | ACK]


def test_restart_begins_a_new_incarnation() -> None:
    peer, _ = established(lambda segment: [])
    peer.restart(77)
    assert peer.iss == 77
    with pytest.raises(Inconclusive, match="IRS is not known"):
        _ = peer.irs
    peer.restart(2**32 + 5)
    assert peer.iss == 5


def test_the_old_incarnation_may_still_acknowledge_what_it_knows() -> None:
    wire = FakeWire(lambda segment: [answer(segment, ACK, seq=IRS, ack=100_000)])
    peer = peer_on(wire)
    peer.send(SYN)
    peer.expect(ACK, ack=100_000)
    assert not peer.violations


def test_what_is_sent_reads_back() -> None:
    peer, wire = established()
    sent = peer.send(ACK | PSH, data=b"abc", urgent=3, window=5)
    assert parse(sent.raw, sent.at) == sent == wire.sent[-1]
