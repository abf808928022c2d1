"""Tests of the order in which a transcript is shown."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from conformance.transcript import Entry, Transcript
from conformance.transcript.ladder import render as render_ladder
from conformance.transcript.order import in_order
from conformance.transcript.pcapng import render as render_pcapng
from conformance.transcript.text import render as render_text
from tests.story import A, S, Story


def at(*times: float) -> list[Entry]:
    return [Entry(time, "note", text=str(number)) for number, time in enumerate(times)]


def shown(entries: list[Entry]) -> str:
    return "".join(entry.text for entry in in_order(entries))


def test_what_was_read_late_goes_to_where_it_arrived() -> None:
    assert shown(at(0.0, 0.3, 0.1, 0.2, 0.4)) == "02314"


def test_entries_at_one_time_stay() -> None:
    assert shown(at(0.1, 0.1, 0.1)) == "012"


def test_a_reply_stays_behind_its_cause_when_clocks_differ_a_little() -> None:
    assert shown(at(1.0, 0.999997)) == "01"


@given(st.lists(st.floats(0, 100)))
def test_nothing_is_lost_and_time_never_runs_far_back(times: list[float]) -> None:
    ordered = in_order(at(*times))
    assert sorted(entry.at for entry in ordered) == sorted(times)
    assert all(later.at - entry.at > -5.1e-6 for entry, later in pairwise(ordered))


def test_every_form_of_evidence_has_this_order() -> None:
    late, early = Story(), Story()
    for story in (late, early):
        story.peer(S)
        story.target(S | A)
        story.peer(A)
        story.target(A)
    late.transcript.entries[2:] = reversed(late.transcript.entries[2:])
    assert render_text(late.transcript) == render_text(early.transcript)
    assert render_ladder(late.transcript, "t") == render_ladder(early.transcript, "t")
    assert render_pcapng(late.transcript) == render_pcapng(early.transcript)
    assert Transcript().entries == in_order([])
