from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from story import A, S, Story

from conformance.transcript import ladder, pcapng, text
from conformance.transcript.plain import dump, load

FORMS = {
    "text": text.render,
    "capture": pcapng.render,
    "ladder": lambda transcript: ladder.render(transcript, "a case"),
}


@pytest.fixture
def story() -> Story:
    story = Story()
    story.peer(S)
    story.target(S | A)
    story.transcript.call(story.now, "CLOSE")
    story.peer(A, data=b"data")
    story.transcript.note(story.now, "the target is in CLOSE-WAIT")
    story.transcript.packet("target", story.now, b"E\0\0", "not a TCP segment")
    return story


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_what_was_loaded_looks_the_same(story: Story, form) -> None:
    assert form(load(dump(story.transcript))) == form(story.transcript)


def test_times_and_numbers_are_kept(story: Story) -> None:
    again = load(dump(story.transcript))
    assert again.epoch == story.transcript.epoch
    kept = [(one.at, one.who, one.text, one.packet, one.iss, one.irs) for one in again.entries]
    assert kept == [(one.at, one.who, one.text, one.packet, one.iss, one.irs) for one in story.transcript.entries]


def test_an_empty_transcript_stays_empty() -> None:
    assert load(dump(Story().transcript)).entries == []


ENTRIES = [{}, {"at": 1, "who": "x"}, {"at": 1, "who": "peer", "segment": "0"}, {"at": 1, "who": "peer", "segment": 1}]


@pytest.mark.parametrize(
    "values",
    [[], {}, {"version": 2}, {"version": 1}, *({"version": 1, "epoch": 0, "entries": [one]} for one in ENTRIES)],
    ids=str,
)
def test_anything_else_is_refused(values: object) -> None:
    with pytest.raises(ValueError):
        load(json.dumps(values).encode())


@given(st.binary(max_size=40))
def test_octets_are_taken_or_refused(octets: bytes) -> None:
    with pytest.raises(ValueError):
        load(octets)
