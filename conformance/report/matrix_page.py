"""`matrix.html`: the state x segment matrix of a target as one page, with no script and no request to anybody."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from html import escape
from typing import Any

from conformance.report.matrix import index, read, runs_in
from conformance.report.verdict import WORDS, Verdict, Word, gravest

SIGNS: dict[Word | None, str] = {
    "violates": "\N{MULTIPLICATION SIGN}",
    "deviates": "\N{ALMOST EQUAL TO}",
    "not offered": "\N{WHITE CIRCLE}",
    "inconclusive": "?",
    "not applicable": "n/a",
    "conforms": "\N{CHECK MARK}",
    None: "\N{MIDDLE DOT}",
}
"""A verdict's sign, so that colour is not all that tells it."""

_STYLE = """
:root { color-scheme: light dark; --line: #8884; }
:root { --violates: #c62828; --deviates: #b26a00; --conforms: #2e7d32; --doubt: #5b3fa8; }
@media (prefers-color-scheme: dark) {
  :root { --violates: #ff8a80; --deviates: #ffcc80; --conforms: #a5d6a7; --doubt: #c9b6ff; }
}
body { font: 15px/1.45 system-ui, sans-serif; margin: 2rem auto; max-width: 76rem; padding: 0 1rem; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; }
th, td { border: 1px solid var(--line); padding: .25rem .4rem; text-align: center; }
thead th { vertical-align: bottom; font-weight: 500; }
thead th span { writing-mode: vertical-rl; transform: rotate(180deg); white-space: nowrap; }
tbody th { text-align: left; white-space: nowrap; font-weight: 500; position: sticky; left: 0; background: Canvas; }
td a { text-decoration: none; color: inherit; display: block; }
.violates { color: var(--violates); font-weight: 700; }
.inconclusive { color: var(--doubt); font-weight: 700; }
.deviates { color: var(--deviates); font-weight: 700; }
.conforms { color: var(--conforms); }
.impossible { color: #8888; }
section { margin-top: 1.2rem; } h3 { margin-bottom: .2rem; } li { overflow-wrap: anywhere; }
code { font-size: .92em; }
"""


def page(target: str, verdicts: Iterable[Verdict]) -> str:
    """Return the page. Links to evidence are relative to the folder of the target's `verdicts.json`."""
    matrix, by_case = read(), index(verdicts)
    kinds: Sequence[str] = matrix["segments"]
    head = "".join(f'<th scope="col"><span>{escape(kind)}</span></th>' for kind in kinds)
    rows, cells = [], []
    for state, row in matrix["states"].items():
        found = {kind: list(runs_in(cell, by_case)) for kind, cell in row.items() if "cases" in cell}
        data = "".join(_cell(state, kind, row[kind], found.get(kind, [])) for kind in kinds)
        rows.append(f'<tr><th scope="row">{escape(state)}</th>{data}</tr>')
        cells += [_details(state, kind, runs) for kind, runs in found.items() if runs]
    legend = ", ".join(
        f"<span class='{_name(word)}'>{SIGNS[word]}</span> {word or 'not run'}" for word in (*WORDS, None)
    )
    return f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>States x segments: {escape(target)}</title><style>{_STYLE}</style></head><body>
<h1>States x segments: {escape(target)}</h1>
<p>Each cell: what became of the cases that send this segment to the target in this state, the gravest verdict first.
{legend}, <span class="impossible">-</span> cannot exist.</p>
<div class="wide"><table><thead><tr><td></td>{head}</tr></thead><tbody>
{"".join(rows)}
</tbody></table></div>
{"".join(cells)}
</body></html>
"""


def _cell(state: str, kind: str, cell: dict[str, Any], runs: Sequence[Verdict]) -> str:
    if "impossible" in cell:
        return f'<td class="impossible" title="{escape(cell["impossible"])}">-</td>'
    word = gravest(one.verdict for one in runs)
    told = f"{state}, {kind}: {word or 'not run'}"
    sign = f'<a href="#{anchor(state, kind)}" aria-label="{escape(told)}">{SIGNS[word]}</a>' if runs else SIGNS[word]
    return (
        f'<td class="{_name(word)}" title="{escape(told)}, {len(runs)} runs of {len(cell["cases"])} cases">{sign}</td>'
    )


def _details(state: str, kind: str, runs: Sequence[Verdict]) -> str:
    lines = "".join(_line(case, of) for case, of in index(runs).items())
    return f'<section id="{anchor(state, kind)}"><h3>{escape(state)}, {escape(kind)}</h3><ul>{lines}</ul></section>\n'


def _line(case: str, runs: Sequence[Verdict]) -> str:
    word = gravest(one.verdict for one in runs)
    links = ", ".join(_links(one for one in runs if one.verdict == word))
    return f'<li><span class="{_name(word)}">{SIGNS[word]} {word}</span> <code>{escape(case)}</code> {links}</li>'


def _links(runs: Iterable[Verdict]) -> Iterator[str]:
    for one in list(runs)[:6]:
        ladder = next((path for path in one.evidence if path.endswith(".svg")), None)
        name = escape(" ".join([one.family, *(text for key, text in one.parameters.items() if key != "walk")]))
        yield f'<a href="{escape(ladder)}">{name}</a>' if ladder else name


def anchor(state: str, kind: str) -> str:
    """Return the id of a cell in a page."""
    return f"{state} {kind}".replace(",", "").replace(" ", "-").lower()


def _name(word: str | None) -> str:
    return (word or "not run").replace(" ", "-")
