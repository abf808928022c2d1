"""Tests of the states that both ends are presumed to be in."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance import options
from conformance.segment import Ctl
from conformance.state import State
from conformance.transcript.end import damaged
from conformance.transcript.endpoints import follow
from conformance.transcript.ladder import render as render_ladder
from conformance.transcript.text import render as render_text
from tests.story import IRS, ISS, A, F, P, R, S, Story


def states(story: Story) -> list[str]:
    """Each entry's states, peer before target."""
    return [f"{step.peer} {step.target}" for step in follow(story.transcript.entries)[0]]


def last(story: Story) -> str:
    return states(story)[-1]


def established(opens: str = "peer") -> Story:
    return Story().handshake() if opens == "peer" else Story().handshake_from_target()


def test_handshake_as_in_figure_6() -> None:
    story = established()
    assert states(story) == ["SYN-SENT SYN-RECEIVED", "ESTABLISHED SYN-RECEIVED", "ESTABLISHED ESTABLISHED"]
    [connection] = follow(story.transcript.entries)[1]
    assert connection.before == (State.CLOSED, State.LISTEN)
    assert (connection.number, connection.iss, connection.irs) == (1, ISS, IRS)
    assert connection.pair == ("192.0.2.1", 40001, "192.0.2.2", 80)


def test_handshake_from_the_target() -> None:
    story = established("target")
    assert states(story) == [
        "CLOSED SYN-SENT",
        "SYN-RECEIVED SYN-SENT",
        "SYN-RECEIVED ESTABLISHED",
        "ESTABLISHED ESTABLISHED",
    ]


def test_the_peer_listens_when_it_is_going_to_answer() -> None:
    story = Story()
    story.target(S)
    story.peer(S | A)
    assert follow(story.transcript.entries)[1][0].before == (State.LISTEN, State.CLOSED)


def test_passive_open_is_seen_as_a_call() -> None:
    story = Story()
    story.call("OPEN (passive)")
    story.handshake()
    assert states(story)[0] == "CLOSED LISTEN"
    assert follow(story.transcript.entries)[1][0].before == (State.CLOSED, State.CLOSED)


def test_a_call_without_any_segment() -> None:
    story = Story()
    story.note("no connection yet")
    story.call("OPEN (passive)")
    assert states(story) == ["CLOSED CLOSED", "CLOSED LISTEN"]
    assert follow(story.transcript.entries)[1] == []


def test_nothing_at_all() -> None:
    assert follow([]) == ([], [])


def test_closed_port() -> None:
    story = Story()
    story.peer(S)
    story.target(R | A, seq=0)
    assert states(story) == ["SYN-SENT CLOSED", "CLOSED CLOSED"]


@pytest.mark.parametrize("opens", ["peer", "target"])
class TestCloses:
    def test_target_closes_first(self, opens: str) -> None:
        story = established(opens)
        story.call("CLOSE")
        assert last(story) == "ESTABLISHED FIN-WAIT-1"
        story.target(F | A)
        assert last(story) == "CLOSE-WAIT FIN-WAIT-1"
        story.peer(A)
        assert last(story) == "CLOSE-WAIT FIN-WAIT-2"
        story.peer(F | A)
        assert last(story) == "LAST-ACK TIME-WAIT"
        story.target(A)
        assert last(story) == "CLOSED TIME-WAIT"

    def test_peer_closes_first(self, opens: str) -> None:
        story = established(opens)
        story.peer(F | A)
        assert last(story) == "FIN-WAIT-1 CLOSE-WAIT"
        story.target(A)
        assert last(story) == "FIN-WAIT-2 CLOSE-WAIT"
        story.call("CLOSE")
        assert last(story) == "FIN-WAIT-2 LAST-ACK"
        story.target(F | A)
        assert last(story) == "TIME-WAIT LAST-ACK"
        story.peer(A)
        assert last(story) == "TIME-WAIT CLOSED"

    def test_without_the_calls_the_fin_tells(self, opens: str) -> None:
        story = established(opens)
        story.target(F | A)
        story.peer(F | A)
        assert last(story) == "LAST-ACK TIME-WAIT"

    def test_simultaneous_close(self, opens: str) -> None:
        story = established(opens)
        story.target(F | A)
        story.peer(F | A, ack=story.there - 1)
        assert last(story) == "CLOSING CLOSING"
        story.target(A)
        assert last(story) == "TIME-WAIT CLOSING"
        story.peer(A)
        assert last(story) == "TIME-WAIT TIME-WAIT"

    def test_half_close_with_data_flowing_on(self, opens: str) -> None:
        story = established(opens)
        story.peer(F | A)
        story.target(A | P, data=b"x" * 100)
        story.peer(A)
        assert last(story) == "FIN-WAIT-2 CLOSE-WAIT"

    def test_reset_by_the_peer(self, opens: str) -> None:
        story = established(opens)
        story.peer(R)
        assert last(story) == "CLOSED CLOSED"

    def test_abort(self, opens: str) -> None:
        story = established(opens)
        story.call("ABORT")
        assert last(story) == "ESTABLISHED CLOSED"
        story.target(R | A)
        assert last(story) == "CLOSED CLOSED"

    def test_reset_without_a_call(self, opens: str) -> None:
        story = established(opens)
        story.target(R)
        assert last(story) == "CLOSED CLOSED"

    def test_release_in_every_spelling(self, opens: str) -> None:
        story = established(opens)
        for call in ("SEND 100", "RECEIVE", "STATUS"):
            story.call(call)
            assert last(story) == "ESTABLISHED ESTABLISHED"
        story.call("release, with data unread")
        assert last(story) == "ESTABLISHED FIN-WAIT-1"


@pytest.mark.parametrize("opens", ["peer", "target"])
def test_all_eleven_states_of_the_target(opens: str) -> None:
    seen = {State.LISTEN} if opens == "target" else {State.SYN_SENT}  # those that this way does not pass
    for close in (CLOSE_FIRST, CLOSE_LAST, CLOSE_TOGETHER):
        story = Story()
        story.call("OPEN (passive)" if opens == "peer" else "OPEN (active)")
        if opens == "peer":
            story.handshake()
        else:
            story.target(S)
            story.peer(S | A)
            story.target(A)
        for who, ctl, ack in close:
            getattr(story, who)(ctl, ack=(story.there if who == "peer" else story.here) + ack)
        steps, [connection] = follow(story.transcript.entries)
        seen |= {step.target for step in steps} | {connection.before[1]}
    if opens == "target":
        story = Story()
        story.call("OPEN (active)")
        story.target(S)
        story.peer(S)
        seen |= {step.target for step in follow(story.transcript.entries)[0]}
    assert seen == set(State)


CLOSE_FIRST = [("target", F | A, 0), ("peer", A, 0), ("peer", F | A, 0), ("target", A, 0)]
CLOSE_LAST = [("peer", F | A, 0), ("target", A, 0), ("target", F | A, 0), ("peer", A, 0)]
CLOSE_TOGETHER = [("target", F | A, 0), ("peer", F | A, -1), ("target", A, 0), ("peer", A, 0)]


def test_simultaneous_open_as_in_figure_7() -> None:
    story = Story()
    story.call("OPEN (active)")
    story.target(S)
    story.peer(S)
    assert states(story) == ["CLOSED SYN-SENT", "CLOSED SYN-SENT", "SYN-RECEIVED SYN-RECEIVED"]
    story.target(S | A, seq=IRS)
    assert last(story) == "ESTABLISHED SYN-RECEIVED"
    story.peer(S | A, seq=ISS)
    assert last(story) == "ESTABLISHED ESTABLISHED"


def test_simultaneous_open_with_the_peer_first() -> None:
    story = Story()
    story.peer(S)
    story.target(S)
    story.target(S | A, seq=IRS)
    story.peer(A)
    assert states(story)[0] == "SYN-SENT CLOSED"
    assert last(story).startswith("ESTABLISHED")


def test_old_duplicate_syn_as_in_figure_8() -> None:
    story = Story()
    story.peer(S, seq=90, iss=None)
    story.target(S | A, ack=91, seq=300)
    story.peer(R, seq=91)
    assert last(story) == "CLOSED LISTEN"
    story.peer(S, seq=100)
    story.target(S | A, seq=400, ack=101)
    story.peer(A, seq=101, ack=401)
    assert last(story) == "ESTABLISHED ESTABLISHED"


def test_reset_in_syn_received_returns_to_listen_or_closes() -> None:
    story = Story()
    story.peer(S)
    story.target(S | A)
    story.peer(R)
    assert last(story).endswith("LISTEN")
    story = Story()
    story.call("OPEN (active)")
    story.target(S)
    story.peer(S)
    story.peer(R)
    assert last(story) == "CLOSED CLOSED"


def test_close_in_syn_received() -> None:
    story = Story()
    story.peer(S)
    story.target(S | A)
    story.call("CLOSE")
    assert last(story).endswith("FIN-WAIT-1")


@pytest.mark.parametrize("call", ["CLOSE", "ABORT"])
def test_close_in_syn_sent(call: str) -> None:
    story = Story()
    story.call("OPEN (active)")
    story.target(S)
    story.call(call)
    assert last(story) == "CLOSED CLOSED"


class TestForgedSegmentsMoveNothing:
    def test_wrong_ack_in_syn_received(self) -> None:
        story = Story()
        story.peer(S)
        story.target(S | A)
        story.peer(A, ack=story.there + 7)
        assert last(story).endswith("SYN-RECEIVED")
        story.target(R, seq=story.there + 7)
        assert last(story).endswith("SYN-RECEIVED")

    @pytest.mark.parametrize("ack", [IRS, IRS + 2])
    def test_wrong_ack_in_syn_sent(self, ack: int) -> None:
        story = Story()
        story.call("OPEN (active)")
        story.target(S)
        story.peer(S | A, ack=ack)
        assert last(story).endswith("SYN-SENT")
        story.target(R, seq=ack)
        assert last(story).endswith("SYN-SENT")
        story.peer(R | A, ack=ack)
        assert last(story).endswith("SYN-SENT")

    def test_refusal_in_syn_sent(self) -> None:
        story = Story()
        story.call("OPEN (active)")
        story.target(S)
        story.peer(R | A, seq=0)
        assert last(story) == "CLOSED CLOSED"

    def test_reset_out_of_place(self) -> None:
        story = established()
        for number in (story.here + 1, story.here - 1, story.here + 100_000):
            story.peer(R, seq=number)
            assert last(story) == "ESTABLISHED ESTABLISHED"

    def test_syn_in_established(self) -> None:
        story = established()
        story.peer(S, seq=story.here + 10)
        story.target(A)
        assert last(story) == "ESTABLISHED ESTABLISHED"
        assert len(follow(story.transcript.entries)[1]) == 1

    def test_fin_outside_the_window(self) -> None:
        story = established()
        story.peer(F | A, seq=story.here + 70_000)
        assert last(story) == "ESTABLISHED ESTABLISHED"

    def test_fin_with_an_ack_of_the_future(self) -> None:
        story = established()
        story.peer(F | A, ack=story.there + 1)
        assert last(story).endswith(" ESTABLISHED")

    def test_fin_with_an_ack_of_long_ago(self) -> None:
        story = established()
        story.peer(F | A, ack=story.there - 70_000)
        assert last(story).endswith(" ESTABLISHED")

    def test_fin_without_ack(self) -> None:
        story = established()
        story.peer(F)
        assert last(story).endswith(" ESTABLISHED")

    def test_fin_behind_a_hole_counts_when_the_hole_is_filled(self) -> None:
        story = established()
        story.peer(F | A, seq=story.here + 4, data=b"late")
        assert last(story) == "ESTABLISHED ESTABLISHED"
        story.peer(A, data=b"gap.")
        assert last(story) == "ESTABLISHED CLOSE-WAIT"

    def test_damaged_segment(self) -> None:
        story = established()
        segment = story.peer(F | A, defects=("checksum 0x0001, right is 0x0002",))
        assert damaged(segment)
        assert last(story) == "ESTABLISHED ESTABLISHED"

    def test_syn_ack_out_of_nowhere(self) -> None:
        story = Story()
        story.peer(S | A)
        story.target(R)
        assert states(story) == ["CLOSED CLOSED", "CLOSED CLOSED"]

    def test_ack_to_a_listener(self) -> None:
        story = Story()
        story.call("OPEN (passive)")
        story.peer(A)
        story.target(R)
        assert last(story) == "CLOSED LISTEN"

    def test_wrong_ack_does_not_acknowledge_the_fin(self) -> None:
        story = established()
        story.target(F | A)
        story.peer(A, ack=story.there - 1)
        assert last(story).endswith("FIN-WAIT-1")
        story.peer(A, ack=story.there + 1)
        assert last(story).endswith("FIN-WAIT-1")


def test_fin_in_a_closed_window_is_not_taken() -> None:
    story = established()
    story.target(A, window=0)
    story.peer(F | A)
    assert last(story).endswith(" ESTABLISHED")


def test_scaled_window() -> None:
    story = Story()
    story.peer(S, options=(options.window_scale(7),))
    story.target(S | A, options=(options.window_scale(7),))
    story.peer(A)
    story.target(A, window=1000)
    story.peer(F | A, seq=story.here + 100_000)
    story.peer(A, data=bytes(100_000))
    assert last(story).endswith("CLOSE-WAIT")


def test_syn_ack_with_fin_is_read_to_its_end() -> None:
    story = Story()
    story.call("OPEN (active)")
    story.target(S)
    story.peer(S | A | F, data=b"bye")
    assert last(story).endswith("CLOSE-WAIT")


def test_time_wait_takes_a_new_incarnation_when_the_target_says_so() -> None:
    story = established()
    story.target(F | A)
    story.peer(F | A)
    story.target(A)
    assert last(story) == "CLOSED TIME-WAIT"
    story.peer(S, seq=90_000, iss=90_000, irs=None)
    assert last(story) == "SYN-SENT TIME-WAIT"
    story.target(S | A, seq=70_000, ack=90_001, iss=90_000, irs=70_000)
    story.peer(A, seq=90_001, ack=70_001, iss=90_000, irs=70_000)
    assert last(story) == "ESTABLISHED ESTABLISHED"
    steps, connections = follow(story.transcript.entries)
    assert [step.connection for step in steps] == [1, 1, 1, 1, 1, 1, 2, 2, 2]
    assert [(known.iss, known.irs) for known in connections] == [(ISS, IRS), (90_000, 70_000)]
    assert connections[1].before == (State.CLOSED, State.TIME_WAIT)


def test_time_wait_ends_with_a_reset() -> None:
    story = established()
    story.target(F | A)
    story.peer(F | A)
    story.wait(60)
    story.peer(A)
    story.target(R)
    assert last(story) == "CLOSED CLOSED"


def test_closing_the_listener_leaves_what_it_accepted() -> None:
    story = established()
    story.call("CLOSE in LISTEN")
    assert last(story) == "ESTABLISHED ESTABLISHED"
    story = Story()
    story.call("OPEN (passive), backlog 1")
    story.call("CLOSE in LISTEN")
    story.peer(S)
    assert states(story) == ["CLOSED LISTEN", "CLOSED CLOSED", "SYN-SENT CLOSED"]


def test_half_open_as_in_figure_9() -> None:
    story = established()
    story.note("the peer crashes")
    story.peer(S, seq=400, iss=400, irs=None)
    assert last(story) == "SYN-SENT ESTABLISHED"
    story.target(A)
    story.peer(R, seq=story.here)
    assert last(story).endswith(" CLOSED")
    story.peer(S, seq=400, iss=400, irs=None)
    story.target(S | A, seq=800, ack=401)
    assert last(story) == "ESTABLISHED SYN-RECEIVED"


def test_connections_are_told_apart() -> None:
    story = established()
    other = story.again(40002, 7000, 8000)
    other.peer(S)
    story.peer(F | A)
    other.target(S | A)
    steps, connections = follow(story.transcript.entries)
    assert [step.connection for step in steps[3:]] == [2, 1, 2]
    assert [f"{step.peer} {step.target}" for step in steps[3:]] == [
        "SYN-SENT SYN-RECEIVED",
        "FIN-WAIT-1 CLOSE-WAIT",
        "ESTABLISHED SYN-RECEIVED",
    ]
    assert [connection.number for connection in connections] == [1, 2]


def test_a_listening_port_is_known_from_another_connection() -> None:
    story = established()
    other = story.again(40002, 7000, 8000)
    other.peer(S)
    assert last(story) == "SYN-SENT SYN-RECEIVED"


def test_the_target_opens_anew_after_time_wait() -> None:
    story = established("target")
    story.target(F | A)
    story.peer(F | A)
    story.target(A)
    story.target(S, seq=99_000)
    assert last(story) == "CLOSED SYN-SENT"
    assert len(follow(story.transcript.entries)[1]) == 2


def test_repeats_are_marked() -> None:
    story = established()
    story.target(A, data=b"abc")
    story.target(A | P, data=b"abc", seq=story.there - 3)
    story.peer(A)
    story.peer(A)
    steps = follow(story.transcript.entries)[0]
    assert [step.again for step in steps] == [False, False, False, False, True, False, False]


def test_a_syn_ack_after_the_syn_is_no_repeat() -> None:
    story = Story()
    story.target(S)
    story.peer(S)
    story.target(S | A, seq=IRS)
    story.target(S | A, seq=IRS)
    assert [step.again for step in follow(story.transcript.entries)[0]] == [False, False, False, True]


def test_a_packet_that_is_no_segment_belongs_to_the_connection_at_hand() -> None:
    story = established()
    story.transcript.packet("target", story.now + 1, b"icmp", "ICMP port unreachable")
    step = follow(story.transcript.entries)[0][-1]
    assert (step.connection, str(step.target)) == (1, "ESTABLISHED")


NEAR = st.one_of(st.integers(-3, 3), st.integers(0, 2**32 - 1))
SAID = st.tuples(
    st.sampled_from(["peer", "target"]),
    st.sampled_from([S, S | A, A, F | A, R, R | A, F, S | F, S | R, A | P, Ctl(0)]),
    NEAR,
    NEAR,
    st.integers(0, 4),
    st.sampled_from([(), (options.window_scale(3),), (options.Option(options.WINDOW_SCALE_KIND, b"\xff" * 30),)]),
)
CALLED = st.sampled_from(["OPEN (active)", "OPEN (passive)", "CLOSE", "CLOSE in LISTEN", "ABORT", "", "SEND 3"])


@given(st.lists(st.one_of(SAID, CALLED), max_size=12))
def test_no_exchange_is_too_strange(
    events: list[tuple[str, Ctl, int, int, int, tuple[options.Option, ...]] | str],
) -> None:
    story = Story()
    for event in events:
        if isinstance(event, str):
            story.call(event)
            continue
        who, ctl, number, ack, length, chosen = event
        own, other = (story.here, story.there) if who == "peer" else (story.there, story.here)
        fields = {"seq": (own + number) % 2**32, "ack": (other + ack) % 2**32, "moves": number == 0}
        getattr(story, who)(ctl, data=bytes(length), options=chosen, **fields)
    steps, connections = follow(story.transcript.entries)
    assert len(steps) == len(events)
    assert all(0 <= step.connection <= len(connections) for step in steps)
    assert render_text(story.transcript)
    assert render_ladder(story.transcript, "t").endswith("</svg>\n")
