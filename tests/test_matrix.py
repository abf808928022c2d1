from __future__ import annotations

import json
from pathlib import Path

import pytest
from matrix.kinds import KINDS, View, kinds_of, without_connection
from matrix.matrix import Matrix, is_current
from matrix.watch import STATES
from test_document import verdict

from conformance.options import Option
from conformance.report import matrix as reported
from conformance.report.matrix_page import page
from conformance.segment import Ctl, Segment

CASE = "rfc9293/test_close.py::test_fin"
VIEW = View(snd_una=1000, snd_nxt=1100, window=(5000, 100))


def segment(ctl: str, number: int = 5000, ack: int = 1000, data: int = 0, **more) -> Segment:
    bits = Ctl(sum(Ctl[bit] for bit in ctl.split(",")) if ctl else 0)
    return Segment(
        src="192.0.2.1", dst="192.0.2.2", sport=1, dport=2, seq=number, ack=ack, ctl=bits, data=bytes(data), **more
    )


@pytest.mark.parametrize(
    ("given", "kinds"),
    [
        (segment("SYN"), ["SYN"]),
        (segment("SYN,FIN,PSH"), ["SYN"]),
        (segment("SYN,ACK"), ["SYN,ACK"]),
        (segment("ACK"), ["ACK acceptable"]),
        (segment("ACK", ack=1100), ["ACK acceptable"]),
        (segment("ACK", ack=1101), ["ACK too new"]),
        (segment("ACK", ack=999), ["ACK too old"]),
        (segment("ACK", number=4999), ["ACK outside the window"]),
        (segment("ACK", number=5100), ["ACK outside the window"]),
        (segment("ACK", data=100), ["data in the window"]),
        (segment("ACK", number=5001, data=100), ["data partly beyond the window"]),
        (segment("ACK", number=4999, data=2), ["data partly old"]),
        (segment("ACK", number=4998, data=2), ["data outside the window"]),
        (segment("ACK", number=5100, data=2), ["data outside the window"]),
        (segment("ACK", ack=1101, data=2), ["data in the window", "ACK too new"]),
        (segment("FIN,ACK", ack=999), ["FIN", "ACK too old"]),
        (segment("RST"), ["RST exact"]),
        (segment("RST", number=5099), ["RST in the window"]),
        (segment("RST", number=5100), ["RST outside the window"]),
        (segment("RST,ACK"), ["RST,ACK"]),
        (segment("URG,ACK", data=1), ["URG", "data in the window"]),
        (segment("PSH"), ["no ACK"]),
        (segment("FIN"), ["no ACK"]),
        (segment("", data=1), ["no flags"]),
        (segment("RST", defects=("checksum 0x0001, right is 0x0002",)), ["wrong checksum"]),
        (segment("RST", defects=("data offset 15 in a segment of 20 octets",)), ["wrong data offset"]),
        (segment("SYN", defects=("option MSS has length 0",)), ["malformed option"]),
        (segment("SYN", options=(Option(200, b""),)), ["unknown option", "SYN"]),
    ],
)
def test_a_segment_is_of_these_kinds(given: Segment, kinds: list[str]) -> None:
    assert list(kinds_of(given, VIEW)) == kinds
    assert set(kinds) <= set(KINDS)


def test_a_window_of_zero_has_room_for_its_own_number_only() -> None:
    closed = View(1000, 1100, (5000, 0))
    assert list(kinds_of(segment("ACK"), closed)) == ["ACK acceptable"]
    assert list(kinds_of(segment("ACK", number=5001), closed)) == ["ACK outside the window"]
    assert list(kinds_of(segment("ACK", data=1), closed)) == ["data partly beyond the window"]


def test_without_a_connection_every_number_is_outside_and_every_ack_too_new() -> None:
    view = without_connection(77)
    assert list(kinds_of(segment("ACK", ack=77), view)) == ["ACK too new"]
    assert list(kinds_of(segment("ACK", ack=77, data=1), view)) == ["data outside the window", "ACK too new"]
    assert list(kinds_of(segment("RST"), view)) == ["RST outside the window"]


def test_an_empty_cell_needs_a_reason_and_a_reason_an_empty_cell() -> None:
    matrix = Matrix()
    matrix.take(CASE, "", [("CLOSED", "RST exact")])
    faults = list(matrix.faults())
    assert f"CLOSED, RST exact is said to be impossible, but {CASE} does it" in faults
    assert "no case sends this segment in TIME-WAIT: SYN" in faults
    assert not any("CLOSED: data in the window" in fault for fault in faults)


def test_the_cases_that_do_least_else_come_first(tmp_path: Path) -> None:
    matrix = Matrix()
    matrix.take("broad", "LISTEN", [("LISTEN", "SYN"), ("LISTEN", "FIN")])
    matrix.take("special", "LISTEN", [("LISTEN", "SYN")])
    assert list(json.loads(matrix.text())["states"]["LISTEN"]["SYN"]["cases"]) == ["special", "broad"]
    path = tmp_path / "matrix.json"
    assert not is_current(matrix.text(), path)
    path.write_text(matrix.text(), encoding="utf-8")
    assert is_current(matrix.text(), path)


@pytest.fixture
def matrix(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A report that knows of one case in one cell, after one walk."""
    matrix = Matrix()
    matrix.take(CASE, "CLOSING", [("CLOSING", "FIN")])
    path = tmp_path / "matrix.json"
    path.write_text(matrix.text(), encoding="utf-8")
    known = reported.read(path)
    for module in ("matrix", "matrix_page"):
        monkeypatch.setattr(f"conformance.report.{module}.read", lambda: known)


def test_a_cell_has_the_gravest_verdict_of_its_runs(matrix: None) -> None:
    runs = [
        verdict(parameters={"walk": "CLOSING"}),
        verdict(parameters={"walk": "CLOSING"}, family="ipv6", verdict="violates", reason="x"),
        verdict(parameters={"walk": "LAST-ACK"}, verdict="inconclusive"),
    ]
    found = reported.matrix_of(runs)
    assert found["CLOSING"]["FIN"] == {"verdict": "violates", "runs": 2}
    assert found["CLOSING"]["SYN"] == {"impossible": ""}
    assert reported.matrix_of([])["CLOSING"]["FIN"] == {"verdict": None, "runs": 0}
    assert list(found) == list(STATES)


def test_the_page_links_to_the_evidence_of_what_is_wrong(matrix: None) -> None:
    wrong = {"verdict": "violates", "reason": "x", "parameters": {"walk": "CLOSING"}}
    text = page(
        "a <b>", [verdict(**wrong, evidence=("evidence/x/ladder.svg",)), verdict(parameters={"walk": "CLOSING"})]
    )
    assert "<h1>States x segments: a &lt;b&gt;</h1>" in text
    assert '<a href="#closing-fin" aria-label="CLOSING, FIN: violates">\N{MULTIPLICATION SIGN}</a>' in text
    assert '<section id="closing-fin">' in text
    assert '<a href="evidence/x/ladder.svg">ipv4</a>' in text


def test_a_copy_without_the_file_has_an_empty_matrix(tmp_path: Path) -> None:
    assert reported.read(tmp_path / "none.json") == {"segments": [], "states": {}}
