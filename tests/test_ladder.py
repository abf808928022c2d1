"""Tests of the ladder diagram: what is drawn, and that it is sound SVG whatever the transcript holds."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest

from conformance import options
from conformance.transcript import Entry, Transcript
from conformance.transcript.ladder import LARGEST, render
from tests.story import A, F, P, R, S, Story

NS = "{http://www.w3.org/2000/svg}"


def drawn(story: Story, title: str = "a title", verdict: str = "conforms") -> ElementTree.Element:
    return ElementTree.fromstring(render(story.transcript, title, verdict))


def labels(story: Story, title: str = "a title") -> list[str]:
    return [element.text or "" for element in drawn(story, title).iter(f"{NS}text")]


def height(story: Story) -> float:
    return float(drawn(story).attrib["height"])


def test_every_label_is_there() -> None:
    story = Story()
    story.handshake()
    story.call("CLOSE")
    story.target(F | A)
    story.note("the agent says FIN-WAIT-1")
    there = labels(story)
    for label in (
        "a title",
        "conforms",
        "peer",
        "192.0.2.1:40001",
        "ISS 1000",
        "target",
        "192.0.2.2:80",
        "IRS 5000",
        "ms",
        "0.000",
        "0.500",
        "CLOSED",
        "LISTEN",
        "SYN-SENT",
        "SYN-RECEIVED",
        "CLOSE",
        "FIN-WAIT-1",
        "CLOSE-WAIT",
        "<SEQ=IRS><ACK=ISS+1><CTL=SYN,ACK><WND=64240>",
        "<SEQ=IRS+1><ACK=ISS+1><CTL=FIN,ACK><WND=64240>",
        "the agent says FIN-WAIT-1",
    ):
        assert label in there
    assert there.count("ESTABLISHED") == 2


def test_it_tells_what_it_is_without_being_seen() -> None:
    story = Story()
    story.peer(S)
    story.note("expected <CTL=SYN,ACK>, got nothing within 1 s")
    root = drawn(story, "RFC9293:MUST-5", "violates")
    assert root.attrib["role"] == "img"
    assert [child.tag.removeprefix(NS) for child in root][:2] == ["title", "desc"]
    assert root.findtext(f"{NS}title") == "RFC9293:MUST-5"
    assert root.findtext(f"{NS}desc") == (
        "Verdict: violates. Ladder diagram of 1 packets between peer and target in 0.1 ms. "
        "expected <CTL=SYN,ACK>, got nothing within 1 s"
    )


def test_nothing_acts_and_nothing_is_loaded() -> None:
    story = Story()
    story.handshake()
    text = render(story.transcript, "<script>alert(1)</script>", "conforms")
    assert not re.search(r"<script|<image|<use|<foreignObject|href|url\(|@import|\son\w+=", text)
    assert text.count("http") == 1  # the namespace


def test_the_same_transcript_gives_the_same_drawing() -> None:
    first, second = Story().handshake(), Story().handshake()
    assert render(first.transcript, "t", "v") == render(second.transcript, "t", "v")


def test_everything_is_escaped() -> None:
    strange = "<&>\"' \x00\x1b\ud800\ufffe ]]> é 日"
    story = Story()
    story.note(strange)
    story.call(strange)
    story.note(f"expected {strange}")
    story.peer(S, defects=(strange,))
    story.transcript.packet("target", story.now, b"", strange)
    text = render(story.transcript, strange, strange)
    root = ElementTree.fromstring(text.encode())
    assert root.findtext(f"{NS}title") == "<&>\"' \ufffd\ufffd\ufffd\ufffd ]]> é 日"


def test_a_long_pause_is_a_break_and_takes_no_room() -> None:
    short, long = Story(), Story()
    for story, pause in ((short, 0.6), (long, 3600.0)):
        story.peer(S)
        story.wait(pause)
        story.target(S | A)
    assert height(long) == height(short)
    assert any("3600 s" in label for label in labels(long))
    assert "3600.000100" in labels(long)


def test_a_short_pause_is_drawn_to_scale() -> None:
    heights = []
    for pause in (0.0, 0.2, 0.4):
        story = Story()
        story.peer(S)
        story.wait(pause)
        story.target(S | A)
        heights.append(height(story))
    assert heights[0] < heights[1] < heights[2] < heights[0] + 40


def test_a_long_transcript_loses_its_middle() -> None:
    story = Story()
    story.handshake()
    for _ in range(300):
        story.target(A | P, data=b"x" * 1000)
        story.peer(A)
    story.note("expected <CTL=FIN>, got nothing within 1 s")
    there = labels(story)
    assert "… 524 segments not drawn …" in there
    assert "expected" in there
    assert "<SEQ=IRS+299001><ACK=ISS+1><CTL=PSH,ACK><DATA=1000><WND=64240>" in there


def test_the_size_has_an_end() -> None:
    story = Story()
    for _ in range(200):
        story.peer(S, defects=("&" * 900,) * 9)
        story.note("&" * 5000)
        story.call("&" * 500)
    assert len(render(story.transcript, "&" * 400, "&").encode()) <= LARGEST


def test_the_failing_segment_and_what_was_expected_are_marked() -> None:
    story = Story()
    story.handshake()
    story.target(R)
    story.note("expected <SEQ=IRS+1><ACK=ISS+1><CTL=ACK>, got <SEQ=IRS+1><CTL=RST>")
    text = render(story.transcript, "t", "violates")
    assert text.count('<g class="r w"') == 1
    there = labels(story)
    at = there.index("expected")
    assert there[at : at + 4] == ["expected", "<SEQ=IRS+1><ACK=ISS+1><CTL=ACK>", "got", "<SEQ=IRS+1><CTL=RST>"]


def test_silence_marks_no_segment() -> None:
    story = Story().handshake()
    story.target(A)
    story.note("expected  <CTL=FIN>\ngot       nothing within 1 s")
    assert '<g class="r w"' not in render(story.transcript, "t", "violates")


def test_repeats_are_dashed_and_said_to_be() -> None:
    story = Story()
    story.peer(S)
    story.peer(S, seq=1000)
    assert "<SEQ=ISS><CTL=SYN><WND=65535> (again)" in labels(story)
    assert render(story.transcript, "t").count('class="l d"') == 1


def test_damaged_lost_and_other_packets() -> None:
    story = Story()
    segment = story.peer(S, defects=("checksum 0x0001, right is 0x0002",))
    story.transcript.entries.append(Entry(story.now, "peer", segment, "lost on the way", iss=1000))
    story.transcript.packet("peer", story.now, b"\x00" * 4, "injected packet")
    text = render(story.transcript, "t")
    there = labels(story)
    assert "! checksum 0x0001, right is 0x0002" in there
    assert "injected packet: no whole IP packet, of length 4" in there
    assert text.count("m0 -10l-10 10") == 2  # crosses
    assert text.count('class="l o"') == 2


def test_connections_bear_numbers_and_colours() -> None:
    story = Story().handshake()
    other = story.again(40002, 7000, 8000)
    other.peer(S)
    there = labels(story)
    assert "#1 port 40001 to port 80 · ISS 1000 · IRS 5000" in there
    assert "#2 port 40002 to port 80 · ISS 7000 · IRS 8000" in there
    assert "#2 SYN-RECEIVED" in there
    assert "#2 <SEQ=ISS><CTL=SYN><WND=65535>" in there
    assert re.search(r'<g class="c1" ', render(story.transcript, "t"))


@pytest.mark.parametrize("count", [4, 9])
def test_many_connections_have_labels_only(count: int) -> None:
    story = Story()
    for number in range(count):
        story.again(41000 + number, number, number).peer(S)
    there = labels(story)
    assert f"#{count} SYN-SENT" in there
    assert (f"… and {count - 6} more connections" in there) == (count > 6)


def test_long_options_run_on_below_the_arrow() -> None:
    story = Story(peer_address="2001:db8::1", target_address="2001:db8::2")
    everything = options.mss(1460), options.SACK_PERMITTED, options.timestamps(4_000_000_000), options.window_scale(14)
    story.peer(S, options=everything)
    there = labels(story)
    assert "<SEQ=ISS><CTL=SYN><WND=65535><MSS 1460><SACK-permitted>" in there
    assert "<TS 4000000000 0><WS 14>" in there
    assert "[2001:db8::1]:40001" in there


def test_nothing_was_exchanged() -> None:
    root = ElementTree.fromstring(render(Transcript(), "t"))
    assert "0 packets" in (root.findtext(f"{NS}desc") or "")


def test_a_long_title_takes_two_lines_at_most() -> None:
    texts = labels(Story(), "word " * 60)
    [first, second] = [text for text in texts if text.startswith("word")]
    assert second.endswith("…")
    assert len(first) < 120


def test_a_long_reason_stands_below_the_title_and_is_cut() -> None:
    root = drawn(Story(), "a title", "inconclusive: the walk failed: expected " + "<CTL=SYN> or " * 30)
    texts = [element.text or "" for element in root.iter(f"{NS}text")]
    assert "inconclusive" in texts
    [below] = [text for text in texts if text.startswith("the walk failed")]
    assert below.endswith("…")
    assert len(below) < 140
