"""Tests of the matrix of proof: on stand-ins for cases and faults."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from proof import data, exceptions, play, pool
from proof.matrix import Matrix, Run, citing, watching, wrong_before
from proof.outcome import Outcome, Stuck, outcome_of
from proof.proof import Proof
from reference.faults import Fault
from reference.host import Host

from conformance.errors import Inconclusive, Nonconformance, NotApplicable

CLOSED = "RFC9293:3.10.7.1-closed-noack"
FIN = "RFC9293:3.10.7.4-fin-timewait"
NEAR = "RFC9293:3.10.7.4-ack-timewait"
MAY = "RFC9293:3.10.7.4-rst-inwindow-legacy"
CHECKSUM = "RFC9293:MUST-2"
FAR = "RFC6298:5.5-backoff"


def record(error: BaseException | None = None, phase: str = "call", broken: Sequence[str] = ()) -> Any:
    violations = [SimpleNamespace(requirement=name) for name in broken]
    return SimpleNamespace(error=error, phase=phase, case=SimpleNamespace(violations=violations))


WRONG = Nonconformance("this", "that")


@pytest.mark.parametrize(
    ("of", "word", "blames", "shows"),
    [
        (record(), "conforms", set(), False),
        (record(WRONG), "violates", {CLOSED}, True),
        (record(AssertionError()), "violates", {CLOSED}, True),
        (record(Inconclusive("walk"), "setup"), "inconclusive", set(), False),
        (record(IndexError()), "inconclusive", set(), False),
        (record(NotApplicable("no agent")), "not applicable", set(), False),
        (record(broken=[CHECKSUM]), "violates", {CHECKSUM}, False),
        (record(Inconclusive("walk"), "setup", [CHECKSUM]), "violates", {CHECKSUM}, False),
        (record(WRONG, broken=[CHECKSUM]), "violates", {CLOSED, CHECKSUM}, True),
        (record(broken=[CLOSED]), "violates", {CLOSED}, True),
    ],
    ids=[
        "conforms",
        "fails",
        "a plain assertion fails",
        "the walk fails",
        "falls over",
        "not applicable",
        "an invariant is broken",
        "an invariant is broken in the walk",
        "both",
        "an invariant that the case cites is broken",
    ],
)
def test_what_a_verdict_stands_under(of: Any, word: str, blames: set[str], shows: bool) -> None:
    outcome = outcome_of("case", "run", [CLOSED], of)
    assert (outcome.word, outcome.blames, outcome.shows) == (word, blames, shows)


def test_a_may_that_is_not_taken_up_is_proven_by_its_being_taken_up() -> None:
    assert Outcome("case", "run", (MAY,), "conforms").proves(taken_up=True)
    assert not Outcome("case", "run", (MAY,), "not offered", own=True).proves(taken_up=True)


RUNS = [Run(0, "a", (CLOSED, FIN)), Run(1, "a", (CLOSED,)), Run(2, "b", (FIN,)), Run(3, "b", (FIN,))]


def test_the_runs_that_cite_what_is_broken_are_played() -> None:
    assert citing([FIN], RUNS) == [0, 2, 3]
    assert citing([FAR], RUNS) == []


def test_what_an_invariant_watches_is_looked_for_in_every_case_once() -> None:
    assert watching([CHECKSUM], RUNS) == [0, 2]
    assert watching([CLOSED], RUNS) == []


def outcome(case: str, cites: str, word: Any = "violates", **named: Any) -> Outcome:
    return Outcome(case, "run", (cites,), word, own=word == "violates", **named)


def test_a_fault_is_found_by_a_case_that_cites_what_it_breaks() -> None:
    matrix = Matrix({"here": (CLOSED,), "there": (FIN,)}, RUNS)
    matrix.take("here", [outcome("a", CLOSED)])
    matrix.take("there", [outcome("a", CLOSED), outcome("b", FIN, "inconclusive")])
    assert matrix.unfound() == ["there"]
    assert matrix.unproven() == ["b"]
    assert matrix.caught == {"a": {"here"}}


def test_faults_near_to_a_case_come_first() -> None:
    assert Matrix({"far": (FAR,), "other": (CHECKSUM,), "same": (FAR, FIN), "z": (NEAR,)}, RUNS).nearest("b") == [
        "same",
        "z",
        "other",
        "far",
    ]


def test_without_a_fault_only_what_is_optional_may_be_missing() -> None:
    fine = [outcome("a", CLOSED, "conforms"), outcome("b", MAY, "not offered")]
    optional = outcome("c", "RFC7323:2.2-ws-synack-only-if-offered", "not applicable")
    wrong = [outcome("d", CLOSED, "not applicable"), outcome("e", CLOSED), outcome("f", CLOSED, "inconclusive")]
    assert wrong_before([*fine, optional, *wrong]) == wrong


class StandIn(Host):
    """Sends what nobody wants.

    At length.
    """


class Unnamed(Host):
    pass


FAULTS = {"sends": Fault("sends", (CLOSED,), StandIn), "ends-too-soon": Fault("ends-too-soon", (FIN,), Unnamed)}


def test_the_file_is_the_same_for_the_same_matrix(tmp_path: Path) -> None:
    text = data.text_of({"b": {"sends"}, "a": {"sends", "ends-too-soon"}}, FAULTS)
    assert json.loads(text) == {
        "cases": {"a": ["ends-too-soon", "sends"], "b": ["sends"]},
        "faults": {"ends-too-soon": "ends too soon", "sends": "sends: Sends what nobody wants."},
    }
    assert list(json.loads(text)["cases"]) == ["a", "b"]
    file = tmp_path / "proof.json"
    assert not data.is_current(text, file)
    file.write_text(text, encoding="utf-8")
    assert data.is_current(text, file)


def listed(path: Path, text: str) -> exceptions.Exceptions:
    file = path / "exceptions.toml"
    file.write_text(text, encoding="utf-8")
    return exceptions.load(file)


def test_an_exception_that_is_not_needed_is_stale(tmp_path: Path) -> None:
    entries = "\n".join(f'[[{kind}]]\nname = "{kind}-{n}"\nreason = "so"' for kind in ("fault", "case") for n in "12")
    found = list(listed(tmp_path, entries).stale({"fault-1"}, {"case-2"}))
    assert [line.partition(" is")[0] for line in found] == ["the fault fault-2", "the case case-1"]


@pytest.mark.parametrize(
    "text",
    ['[[fault]]\nname = "a"', '[[case]]\nname = "a"\nreason = " "', '[[cases]]\nname = "a"', '[case]\nname = "a"'],
    ids=["no reason", "empty reason", "no such table", "no list"],
)
def test_an_exception_has_a_reason(tmp_path: Path, text: str) -> None:
    with pytest.raises(ValueError, match=r"exceptions\.toml"):
        listed(tmp_path, text)


def test_the_list_of_exceptions_can_be_read() -> None:
    exceptions.load()


class Table:
    """A pool that knows the outcomes beforehand: by fault (None: without one), a word for each run."""

    def __init__(self, words: dict[str | None, str]) -> None:
        self._words = words
        self.searched: list[str] = []

    def play(self, tasks: Iterable[Any], *, each: bool = True) -> Iterator[tuple[str | None, list[Outcome]]]:
        for fault, runs in tasks:
            yield fault, [self._outcome(fault, run) for run in runs]

    def search(self, searches: Iterable[Any]) -> Iterator[tuple[str, Outcome] | None]:
        for search in searches:
            self.searched.append(search.case)
            tried = ((fault, self._outcome(fault, run)) for fault in search.faults for run in search.runs)
            yield next(((fault, one) for fault, one in tried if one.proves(search.taken_up)), None)

    def _outcome(self, fault: str | None, run: int) -> Outcome:
        word: Any = {"V": "violates", ".": "conforms", "E": "inconclusive"}[self._words[fault][run]]
        return Outcome(RUNS[run].case, str(run), RUNS[run].cites, word, own=word == "violates")


NOTHING = exceptions.Exceptions({}, {})


def proof_of(**words: str) -> tuple[Proof, Table]:
    pool = Table(
        {None: "....", "sends": "V...", "ends-too-soon": "..V."} | {k.replace("_", "-"): w for k, w in words.items()}
    )
    return Proof(pool, RUNS, FAULTS, whole=False), pool  # type: ignore[arg-type]


def test_a_proof(capsys: pytest.CaptureFixture[str]) -> None:
    proof, pool = proof_of()
    assert proof.of_everything(NOTHING, 100.0) == 0
    assert pool.searched == []
    assert "faults found 2 of 2, cases proven 2 of 2, exceptions 0" in capsys.readouterr().out


def test_a_fault_that_is_not_found_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    proof, _ = proof_of(sends="..VV", ends_too_soon="V...")
    assert proof.of_everything(NOTHING, 100.0) == 1
    out = capsys.readouterr().out
    assert f"not found: sends (breaks {CLOSED})" in out
    assert "proven by a fault of something else: b (sends)" in out
    assert "faults found 1 of 2, cases proven 2 of 2, exceptions 0" in out


def test_a_case_that_fails_on_no_fault_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    proof, pool = proof_of(ends_too_soon="V.EE")
    assert proof.of_everything(NOTHING, 100.0) == 1
    assert pool.searched == ["b"]
    assert "not proven: b" in capsys.readouterr().out
    proof, _ = proof_of(ends_too_soon="V.EE")
    assert proof.of_everything(exceptions.Exceptions({}, {"b": "so"}), 100.0) == 0


def test_what_is_wrong_without_a_fault_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    pool = Table({None: "...V", "sends": "V...", "ends-too-soon": "..V."})
    assert Proof(pool, RUNS, FAULTS, whole=False).of_everything(NOTHING, 100.0) == 1  # type: ignore[arg-type]
    assert "wrong without a fault: b[3]" in capsys.readouterr().out


def test_a_stale_exception_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    proof, _ = proof_of()
    assert proof.of_everything(exceptions.Exceptions({"sends": "so"}, {}), 100.0) == 1
    assert "exceptions.toml: the fault sends is found" in capsys.readouterr().out


def test_a_wire_on_which_everything_goes_on_for_ever_comes_to_an_end() -> None:
    wire = play.BoundedWire([], Host)

    def again() -> None:
        wire.later(again)

    again()
    with pytest.raises(Stuck, match="steps"):
        _exhaust(lambda: wire.step(wire.now() + 1.0))


def test_a_loop_without_time_comes_to_an_end() -> None:
    with pytest.raises(Stuck), play.limited(0.01):
        _exhaust(lambda: True)


def _exhaust(step: Callable[[], bool]) -> None:
    while step():
        pass


def play_all(monkeypatch: pytest.MonkeyPatch, outcomes: list[Outcome], *, each: bool) -> int:
    """Play one run for each of these outcomes, all of them of one case; return how many were played."""
    monkeypatch.setattr(pool, "_ITEMS", outcomes)
    monkeypatch.setattr(pool, "name_of", lambda item: item.case)
    monkeypatch.setattr(pool, "played", lambda item, fault: item)
    return len(pool._play(("sends", tuple(range(len(outcomes))), each))[1])


def test_a_case_that_has_shown_what_it_is_about_is_not_played_again(monkeypatch: pytest.MonkeyPatch) -> None:
    outcomes = [outcome("a", CLOSED, "conforms"), outcome("a", CLOSED), outcome("a", CLOSED)]
    assert play_all(monkeypatch, outcomes, each=False) == 2
    assert play_all(monkeypatch, outcomes, each=True) == 3


def test_a_fault_that_lets_nothing_end_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    outcomes = [outcome("a", CLOSED, "inconclusive", stuck=True) for _ in range(9)]
    assert play_all(monkeypatch, outcomes, each=True) == pool.MOST_STUCK


def test_a_search_ends_with_the_first_fault_on_which_the_case_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    tried = []

    def played(item: Any, fault: str) -> Outcome:
        tried.append((item, fault))
        return outcome("a", CLOSED, "violates" if (item, fault) == (1, "y") else "conforms")

    monkeypatch.setattr(pool, "_ITEMS", [0, 1])
    monkeypatch.setattr(pool, "played", played)
    found = pool._search(pool.Search("a", (0, 1), ("x", "y"), False, float("inf")))
    assert found is not None
    assert found[0] == "y"
    assert tried == [(0, "x"), (0, "y"), (1, "x"), (1, "y")]
    assert pool._search(pool.Search("a", (0, 1), ("x", "y"), False, 0.0)) is None
