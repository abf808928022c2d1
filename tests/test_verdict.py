from __future__ import annotations

import itertools
from dataclasses import fields

import pytest

from conformance.errors import Inconclusive, Nonconformance, NotApplicable
from conformance.report.verdict import WORDS, Judgement, Shown, Verdict, judge, shown
from conformance.requirements import LEVELS


@pytest.mark.parametrize(
    ("level", "word"),
    [
        ("MUST", "violates"),
        ("MUST NOT", "violates"),
        ("SHOULD", "deviates"),
        ("SHOULD NOT", "deviates"),
        ("MAY", "not offered"),
    ],
)
@pytest.mark.parametrize("exception", [AssertionError, Nonconformance, pytest.fail.Exception])
def test_a_failed_case_is_judged_by_its_level(level, word, exception) -> None:
    assert judge("call", exception, level) == Judgement(word)


@pytest.mark.parametrize("level", LEVELS)
def test_a_case_that_passes_conforms(level) -> None:
    assert judge("call", None, level) == Judgement("conforms")


@pytest.mark.parametrize("exception", [AssertionError, Nonconformance, Inconclusive, OSError, pytest.fail.Exception])
def test_what_goes_wrong_on_the_way_there_is_inconclusive(exception) -> None:
    assert judge("setup", exception, "MUST") == Judgement("inconclusive")


@pytest.mark.parametrize("exception", [Inconclusive, OSError, TypeError])
def test_what_is_no_assertion_is_inconclusive(exception) -> None:
    assert judge("call", exception, "MUST") == Judgement("inconclusive")


@pytest.mark.parametrize("phase", ["setup", "call"])
@pytest.mark.parametrize("exception", [NotApplicable, pytest.skip.Exception])
def test_not_applicable_anywhere(phase, exception) -> None:
    assert judge(phase, exception, "MUST") == Judgement("not applicable")


@pytest.mark.parametrize(
    ("exception", "level", "violations", "judgement"),
    [
        (None, "MUST", ["MUST"], Judgement("violates", invariant=0)),
        (None, "MUST", ["SHOULD"], Judgement("deviates", invariant=0)),
        (None, "MAY", ["MAY", "SHOULD NOT", "MUST NOT", "MUST"], Judgement("violates", invariant=2)),
        (AssertionError, "MUST", ["MUST"], Judgement("violates")),
        (AssertionError, "SHOULD", ["SHOULD"], Judgement("deviates")),
        (AssertionError, "SHOULD", ["MUST"], Judgement("violates", invariant=0)),
        (AssertionError, "MUST", ["SHOULD"], Judgement("violates")),
        (Inconclusive, "MUST", ["SHOULD"], Judgement("deviates", invariant=0)),
        (NotApplicable, "MUST", ["MUST"], Judgement("violates", invariant=0)),
    ],
)
def test_a_broken_invariant_counts_under_its_own_level(exception, level, violations, judgement) -> None:
    assert judge("call", exception, level, violations=[(of, False) for of in violations]) == judgement


def test_a_broken_invariant_on_the_way_there_counts_too() -> None:
    assert judge("setup", Inconclusive, "SHOULD", violations=[("MUST", False)]) == Judgement("violates", invariant=0)


@pytest.mark.parametrize(
    ("exception", "known", "violations", "judgement"),
    [
        (AssertionError, True, [], Judgement("violates", known=True)),
        (None, True, [], Judgement("conforms", known=True)),
        (AssertionError, True, [("MUST", False)], Judgement("violates", invariant=0)),
        (AssertionError, True, [("SHOULD", False)], Judgement("deviates", invariant=0)),
        (AssertionError, False, [("MUST", True)], Judgement("violates")),
        (None, False, [("MUST", True)], Judgement("violates", known=True, invariant=0)),
        (None, False, [("MUST", True), ("MAY", False)], Judgement("not offered", invariant=1)),
        (None, True, [("MUST", True)], Judgement("conforms", known=True)),
        (Inconclusive, False, [("MUST", True)], Judgement("inconclusive")),
        (NotApplicable, False, [("MUST", True)], Judgement("not applicable")),
        (Inconclusive, True, [], Judgement("inconclusive")),
    ],
)
def test_what_is_known_hides_nothing_else(exception, known, violations, judgement) -> None:
    assert judge("call", exception, "MUST", known=known, violations=violations) == judgement


@pytest.mark.parametrize(
    ("word", "known", "strict", "look"),
    [
        ("conforms", False, False, Shown("passed", "conforms", ".")),
        ("conforms", True, False, Shown("failed", "no longer deviates", "U")),
        ("violates", False, False, Shown("failed", "violates", "V")),
        ("violates", True, True, Shown("skipped", "known", "k", expected=True)),
        ("deviates", False, False, Shown("skipped", "deviates", "d", expected=True)),
        ("deviates", False, True, Shown("failed", "deviates", "d")),
        ("deviates", True, True, Shown("skipped", "known", "k", expected=True)),
        ("not offered", False, True, Shown("skipped", "not offered", "o", expected=True)),
        ("not offered", True, False, Shown("skipped", "known", "k", expected=True)),
        ("not applicable", True, True, Shown("skipped", "not applicable", "n")),
        ("inconclusive", True, False, Shown("failed", "inconclusive", "E")),
    ],
)
def test_how_pytest_shows_it(word, known, strict, look) -> None:
    assert shown(word, known=known, strict=strict) == look


def test_every_verdict_has_a_look() -> None:
    looks = [shown(word, known=known, strict=strict) for word, known, strict in itertools.product(WORDS, *[(0, 1)] * 2)]
    assert len({look.letter for look in looks}) == 8
    assert all(look.outcome == "skipped" for look in looks if look.expected)


def test_a_verdict_has_the_fields_of_the_document() -> None:
    names = "target case family parameters requirements level verdict known reason seconds evidence"
    assert [field.name for field in fields(Verdict)] == names.split()
