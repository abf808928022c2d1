"""Tests of `conformance.target.survey` on a wire with virtual time."""

from __future__ import annotations

import pytest
from fakewire import OURS, THEIRS, TRIP, Answers, FakeWire, answer

from conformance.errors import UsageProblem
from conformance.segment import Ctl, Segment
from conformance.target.survey import Survey, survey

SYN, ACK, RST = Ctl.SYN, Ctl.ACK, Ctl.RST


def target(opened: set[int], filtered: set[int] | None = None, rto: float = 1.0) -> FakeWire:
    def script(segment: Segment) -> Answers:
        if segment.ctl != SYN or segment.dport in (filtered or ()):
            return []
        if segment.dport not in opened:
            return [answer(segment, RST | ACK, ack=segment.end)]
        said = answer(segment, SYN | ACK, seq=9, ack=segment.end)
        return [said, (rto, said)]

    return FakeWire(script)


def look(wire: FakeWire, open_port: int | None = None, closed_port: int | None = None) -> Survey:
    return survey(wire, {"ipv4": (OURS, THEIRS)}, iter(range(20000, 21000)), open_port, closed_port)


def test_ports_and_times_are_found() -> None:
    found = look(target({80, 22}, rto=1.0))
    assert (found.open_port, found.closed_port) == (80, 81)
    assert found.services == {"http": 80, "ssh": 22}
    assert found.rtt == pytest.approx(TRIP)
    assert found.rto == pytest.approx(1.0, abs=0.01)


def test_a_port_that_takes_data_in_silence_is_preferred() -> None:
    assert look(target({22, 7, 9})).open_port == 9


def test_given_ports_are_checked_and_taken() -> None:
    found = look(target({80, 4711}), 4711, 4712)
    assert (found.open_port, found.closed_port) == (4711, 4712)


def test_no_open_port() -> None:
    with pytest.raises(UsageProblem, match=r"no open port found .* --open-port"):
        look(target(set()))
    with pytest.raises(UsageProblem, match="--open-port 81 does not accept"):
        look(target({80}), 81)


def test_a_closed_port_that_is_open() -> None:
    with pytest.raises(UsageProblem, match="--closed-port 80 is open"):
        look(target({80}), None, 80)


def test_a_closed_port_that_is_silent_is_said_and_not_used() -> None:
    found = look(target({80}, {4712}), None, 4712)
    assert found.closed_port is None
    assert found.closed_reason == "port 4712 is called closed but stays silent (a filter?)"


def test_a_target_that_never_resets() -> None:
    found = look(target({80}, set(range(80)) | set(range(81, 65536))))
    assert found.closed_port is None
    assert "no port of the target resets" in found.closed_reason


def test_a_syn_ack_that_is_not_sent_again() -> None:
    assert look(target({80}, rto=60)).rto is None


def test_an_interrupted_survey_leaves_nothing_half_open() -> None:
    wire = target({80})
    waited = iter(range(6))  # the ports are known by then, and the round trip is being measured

    def wait(inbox: object, until: float) -> bool:
        if next(waited, None) is None:
            raise KeyboardInterrupt
        return FakeWire.wait(wire, inbox, until)  # type: ignore[arg-type]

    wire.wait = wait  # type: ignore[method-assign]
    with pytest.raises(KeyboardInterrupt):
        look(wire, 80, 81)
    to_open = [one for one in wire.sent if one is not None and one.dport == 80]
    assert {one.sport for one in to_open if one.ctl == SYN} == {one.sport for one in to_open if one.ctl & RST}
