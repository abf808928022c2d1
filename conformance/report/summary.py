"""The closing summary of a run: lines of text with their colours, made from the verdicts alone."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from textwrap import wrap

from conformance.report.document import coverage
from conformance.report.matrix import matrix_of
from conformance.report.verdict import DIFFERS, WORDS, Verdict, Word
from conformance.requirements import LEVELS


@dataclass(frozen=True, slots=True)
class Line:
    """One line and its colour; `title` lines are drawn as pytest draws its own."""

    text: str
    colour: str = ""
    title: bool = False


COLOURS: dict[Word, str] = {
    "violates": "red",
    "deviates": "yellow",
    "not offered": "",
    "inconclusive": "red",
    "not applicable": "",
    "conforms": "green",
}

MAIN = "9293"
"""The RFC whose coverage is told by level and topic."""

_GROUPS = {"MUST": LEVELS[:2], "SHOULD": LEVELS[2:4], "MAY": LEVELS[4:]}


def summary(
    target: str, verdicts: Sequence[Verdict], place: str, width: int = 100, notes: Sequence[str] = ()
) -> list[Line]:
    """Return the lines on one target. `place` is where its evidence lies; no line is longer than `width` columns.

    `notes` are doubts about the target or the link: they stand beside what differs, which they may explain.
    """
    lines = [Line(f"verdicts on {target}", title=True), *_table(verdicts), Line("")]
    lines += [*_coverage(verdicts, width), Line("")]
    for word in WORDS:
        lines += _differing(word, [one for one in verdicts if one.verdict == word and not one.known], width)
    lines += _stale([one for one in verdicts if one.verdict == "conforms" and one.reason], width)
    lines += _known([one for one in verdicts if one.known], width)
    lines += _inconclusive([one for one in verdicts if one.verdict == "inconclusive"], width)
    if any(one.verdict in DIFFERS and not one.known for one in verdicts):
        lines += [Line(text, "yellow") for note in notes for text in _note(note, width)]
    return [*lines, Line(f"evidence  {place}")]


def _note(note: str, width: int) -> list[str]:
    return wrap(note, width, initial_indent="note      ", subsequent_indent=" " * 10)


def _table(verdicts: Iterable[Verdict]) -> Iterator[Line]:
    counts = Counter((one.verdict, group) for one in verdicts for group, of in _GROUPS.items() if one.level in of)
    known = Counter(one.verdict for one in verdicts if one.known)
    yield Line(f"{'':<16}{''.join(f'{group:>8}' for group in _GROUPS)}{'all':>8}")
    for word in WORDS:
        row = [counts[word, group] for group in _GROUPS]
        cells = "".join(f"{count or '.':>8}" for count in [*row, sum(row)])
        note = f"   {known[word]} known" if known[word] else ""
        yield Line(f"{word:<16}{cells}{note}", COLOURS[word] if sum(row) else "")


def _coverage(verdicts: Sequence[Verdict], width: int) -> Iterator[Line]:
    found = coverage(verdicts)
    total = sum(one.requirements for one in found.values())
    covered = sum(one.covered for one in found.values())
    named = sorted(((rfc, one) for rfc, one in found.items() if one.covered), key=lambda pair: -pair[1].covered)
    yield Line(f"requirements judged: {covered} of the catalogue's {total}")
    yield from (Line(f"  {text}") for text in _rows((f"RFC {rfc} {one}" for rfc, one in named), width - 2))
    main = found[MAIN]
    if main.covered:
        yield Line(f"of RFC {MAIN}, by level and topic")
        for tallies in (main.levels, main.topics):
            judged = (f"{name} {tally}" for name, tally in tallies.items() if tally.covered)
            yield from (Line(f"  {text}") for text in _rows(judged, width - 2))
    yield from _matrix(verdicts)


def _matrix(verdicts: Iterable[Verdict]) -> Iterator[Line]:
    cells = [cell["verdict"] for row in matrix_of(verdicts).values() for cell in row.values() if "verdict" in cell]
    counts = Counter(word for word in cells if word)
    if counts:
        told = ", ".join(f"{counts[word]} {word}" for word in WORDS if counts[word])
        yield Line(f"states x segments: {sum(counts.values())} of {len(cells)} cells: {told}")


def _differing(word: Word, verdicts: Sequence[Verdict], width: int) -> Iterator[Line]:
    if word not in DIFFERS or not verdicts:
        return
    yield Line(word, COLOURS[word])
    for of in _grouped(verdicts):
        yield Line(_cut(f"  {_name(of)}", width))
        yield Line(_cut(f"      {of[0].reason}", width))
    yield Line("")


def _known(verdicts: Sequence[Verdict], width: int) -> Iterator[Line]:
    if not verdicts:
        return
    yield Line("known deviations")
    for reason in dict.fromkeys(one.known or "" for one in verdicts):
        for of in _grouped([one for one in verdicts if one.known == reason]):
            yield Line(_cut(f"  {_name(of)}", width))
        yield Line(_cut(f"      {reason}", width))
    yield Line("")


def _stale(verdicts: Sequence[Verdict], width: int) -> Iterator[Line]:
    if verdicts:
        yield Line("no longer deviates", "red")
        for of in _grouped(verdicts):
            yield Line(_cut(f"  {_name(of)}", width))
            yield Line(_cut(f"      {of[0].reason}", width))
        yield Line("")


def _inconclusive(verdicts: Sequence[Verdict], width: int) -> Iterator[Line]:
    if verdicts:
        yield Line("inconclusive", "red")
        reasons = Counter(one.reason for one in verdicts)
        yield from (Line(_cut(f"  {count:>4} x  {reason}", width)) for reason, count in reasons.most_common())
        yield Line("")


def _grouped(verdicts: Iterable[Verdict]) -> list[list[Verdict]]:
    """Put the variants of a case together, as far as they were judged by the same requirement."""
    groups: dict[tuple[str, str], list[Verdict]] = defaultdict(list)
    for one in verdicts:
        groups[one.requirements[0], one.case].append(one)
    return list(groups.values())


def _name(variants: Sequence[Verdict]) -> str:
    """Name a requirement and the case, once for all its variants; a single one with its parameters."""
    first = variants[0]
    name = f"{first.requirements[0]}  {first.case.rpartition('::')[2]}"
    if len(variants) > 1:
        return f"{name}  x {len(variants)}"
    words = ", ".join(word for word in [first.family, *first.parameters.values()] if word)
    return f"{name}[{words}]" if words else name


def _rows(words: Iterable[str], width: int) -> list[str]:
    joined = " | ".join(word.replace(" ", "\N{NO-BREAK SPACE}") for word in words)
    return [row.strip("| ").replace("\N{NO-BREAK SPACE}", " ") for row in wrap(joined, width)]


def _cut(text: str, width: int) -> str:
    return text if len(text) <= width else f"{text[: width - 3].rstrip()}..."
