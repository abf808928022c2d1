"""Tests of `conformance.target.survey` on a wire with virtual time."""

from __future__ import annotations

import itertools

import pytest
from fakewire import OURS, THEIRS, TRIP, Answers, FakeWire, answer

from conformance.errors import UsageProblem
from conformance.segment import Ctl, Segment
from conformance.target.measure import PROBES
from conformance.target.quality import PERFECT
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


def losing(wire: FakeWire, lost: set[int]) -> FakeWire:
    """Lose the first SYN to each of these ports."""
    left, script = set(lost), wire.script

    def lossy(segment: Segment) -> Answers:
        if segment.ctl == SYN and segment.dport in left:
            left.remove(segment.dport)
            return []
        return script(segment)

    wire.script = lossy
    return wire


def test_a_port_that_the_user_named_is_tried_again() -> None:
    found = look(losing(target({80}), {80, 81}), 80, 81)
    assert (found.open_port, found.closed_port) == (80, 81)
    assert found.path == PERFECT


def measured(wire: FakeWire, *, spoils: bool = False) -> Survey:
    lanes = {"ipv4": (OURS, THEIRS)}
    return survey(wire, lanes, iter(range(20000, 21000)), None, None, perfect=False, spoils=spoils)


def test_a_path_that_is_not_known_is_measured() -> None:
    found = measured(target({80}))
    assert found.path.probes == PROBES
    assert not found.path.spoils


def test_a_path_that_loses_has_silent_ports_tried_again() -> None:
    wire = losing(target({80, 7}), {7})
    lossy, count = wire.script, itertools.count()
    wire.script = lambda segment: lossy(segment) if next(count) % 50 else []
    found = measured(wire)
    assert found.path.spoils
    assert found.services == {"echo": 7, "http": 80}


def test_the_user_may_know_that_the_path_spoils() -> None:
    found = measured(target({80}), spoils=True)
    assert found.path.told
    assert found.path.spoils


def test_without_a_closed_port_the_open_one_is_asked() -> None:
    everything = set(range(65536)) - {80}
    found = measured(target({80}, filtered=everything))
    assert (found.path.probes, found.path.spoils) == (PROBES, False)
