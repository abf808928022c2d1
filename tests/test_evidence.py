"""Tests of `conformance.target.evidence`, by way of the survey, on a wire with virtual time."""

from __future__ import annotations

import pytest
from fakewire import OURS, THEIRS, Answers, FakeWire, answer

from conformance.segment import Ctl, Segment, compose, wrong_checksum
from conformance.target.evidence import UNCHECKED, UNCUT, UNFINISHED
from conformance.target.survey import survey

CHARGEN = 19


def doubts(checks: bool, text: int, finished: bool = True) -> tuple[str, ...]:
    """What is doubted of a target that looks at checksums or not, and whose chargen says so much, finished or not."""

    def script(segment: Segment) -> Answers:
        if checks and segment.defects:
            return []
        if segment.ctl == Ctl.SYN and segment.dport == CHARGEN:
            return [answer(segment, Ctl.SYN | Ctl.ACK, seq=9, ack=segment.end)]
        if segment.ctl == Ctl.ACK:
            said = answer(segment, Ctl.ACK, seq=10, ack=segment.end, data=bytes(text))
            return [said if finished else bytes(wrong_checksum(compose(said)))]
        return [] if segment.ctl & Ctl.RST else [answer(segment, Ctl.RST | Ctl.ACK, ack=segment.end)]

    return survey(FakeWire(script), {"ipv4": (OURS, THEIRS)}, iter(range(20000, 21000)), None, None).doubts


@pytest.mark.parametrize(
    ("checks", "text", "expected"),
    [(True, 1460, ()), (False, 1460, (UNCHECKED,)), (True, 1461, (UNCUT,)), (False, 4096, (UNCUT, UNCHECKED))],
)
def test_what_a_virtual_link_does_is_noticed(checks: bool, text: int, expected: tuple[str, ...]) -> None:
    assert doubts(checks, text) == expected


def test_a_checksum_nobody_computed_is_noticed_beside_what_nobody_cut() -> None:
    assert doubts(True, 1460, finished=False) == (UNFINISHED,)
    assert doubts(True, 4096, finished=False) == (UNFINISHED, UNCUT)
