"""The transcript as a ladder diagram (SVG), in the manner of the figures of RFC 9293.

The peer's lifeline is on the left, the target's on the right, time runs down. Bars along the lifelines are states.
"""

from __future__ import annotations

from math import atan2, degrees, hypot
from textwrap import wrap

from conformance.transcript import Entry, Transcript, svg
from conformance.transcript.account import Account, account_of
from conformance.transcript.end import damaged
from conformance.transcript.endpoints import Step
from conformance.transcript.heading import heading
from conformance.transcript.lifelines import BAR, PEER, TARGET, Lifelines, colour
from conformance.transcript.text import clock, fold, is_failure, remark_lines, wrapped

WIDTH = 1000
LARGEST = 95_000
"""The longest drawing, in octets: a longer one leaves out more of the middle."""

_AXIS = 92
_LEFT, _RIGHT = PEER + BAR / 2, TARGET - BAR / 2
_MIDDLE = (PEER + TARGET) / 2
_SLANT = 12
_LENGTH = hypot(_RIGHT - _LEFT, _SLANT)
_ANGLE = round(degrees(atan2(_SLANT, _RIGHT - _LEFT)), 3)
_COLUMNS = 70
"""How many characters fit over an arrow."""
_BREAK = 0.5
"""A longer pause, in seconds, is drawn as a break, a shorter one to scale: so many units a second."""
_SCALE = 56
_DRAWN = 80
"""How many entries are drawn at most: half of them from the start, half from the end."""
_FOOT = "Numbers count from ISS and IRS. States as RFC 9293 presumes them. Time runs down, pauses are cut short."


def render(transcript: Transcript, title: str, verdict: str = "", account: Account | None = None) -> str:
    """Return the ladder as one SVG document: no scripts, no external references, under 100 kB, always the same.

    `title` is what was tested, `verdict` its verdict's word. Long transcripts lose their middle, with a mark.
    `account` is the transcript's, where it has been made already.
    """
    account = account or account_of(transcript)
    drawn = _DRAWN
    while True:
        drawing = _Ladder(account, title, verdict).draw(drawn)
        if drawn < 4 or len(drawing.encode()) <= LARGEST:
            return drawing
        drawn //= 2


class _Ladder:
    def __init__(self, account: Account, title: str, verdict: str) -> None:
        self.entries, self.steps, self.words = account.entries, account.steps, account.words
        self.title, self.verdict = title, verdict
        self.shapes, self.top = heading(WIDTH, title, verdict, account.connections)
        self.lines = Lifelines(account.connections, self.top)
        self.unit, self.scale, self.decimals = clock(self.entries)
        self.breaks: list[str] = []
        self.time = ""
        self.y = self.top + 16
        self.wrong = {at for at in range(len(self.entries) - 1) if _is_wrong(*self.entries[at : at + 2])}

    def draw(self, drawn: int) -> str:
        """Return the drawing with at most `drawn` of the entries."""
        count = len(self.entries)
        skipped = range(drawn // 2, count - drawn // 2) if count > drawn else range(0)
        for at in range(count):
            if at not in skipped:
                self._entry(at)
            elif at == skipped[0]:
                self._cut(skipped)
        bottom = self.y + 14
        axis = svg.line(_AXIS, self.top, _AXIS, bottom, "x")
        unit = svg.text(_AXIS - 8, self.top + 2, self.unit, "t")
        parts = [*self.lines.draw(bottom), axis, unit, *self.breaks, *self.shapes]
        parts.append(svg.text(_MIDDLE, bottom + 24, _FOOT, "s u g m"))
        return self._document(parts, bottom + 42)

    def _document(self, parts: list[str], height: float) -> str:
        size = f'width="{WIDTH}" height="{height:.0f}"'
        page = f'<rect x=".5" y=".5" width="{WIDTH - 1}" height="{height:.0f}" rx="10" fill="#fff" stroke="#c9d1d9"/>'
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" role="img" class="tcpl" viewBox="0 0 {WIDTH} {height + 1:.0f}" '
            f"{size}><title>{svg.escape(self.title)}</title><desc>{svg.escape(self._description())}</desc>"
            f"<style>{svg.STYLE}</style>{page}{''.join(parts)}</svg>\n"
        )

    def _description(self) -> str:
        said = sum(entry.who in ("peer", "target") for entry in self.entries)
        remarks = [" ".join(entry.text.split()) for entry in self.entries if entry.who == "note"]
        failed = [remark for remark in remarks if is_failure(remark)]
        span = self.entries[-1].at - self.entries[0].at if self.entries else 0.0
        verdict = f"Verdict: {self.verdict}. " if self.verdict else ""
        return f"{verdict}Ladder diagram of {said} packets between peer and target in {_span(span)}. " + " ".join(
            failed
        )

    def _entry(self, at: int) -> None:
        entry, step = self.entries[at], self.steps[at]
        if at:
            self._pause(entry.at - self.entries[at - 1].at)
        if entry.who == "note":
            self._note(entry)
        elif entry.who == "call":
            self._call(entry, step)
        else:
            self._arrow(entry, step, self.words[at], at in self.wrong)

    def _pause(self, seconds: float) -> None:
        if seconds < _BREAK:
            self.y += max(seconds, 0.0) * _SCALE
            return
        y = self.y + 14
        self.breaks += [svg.tear(_AXIS, y, 16), *self.lines.tear(y)]
        self.shapes.append(svg.text(_MIDDLE, y + 4, f"·  ·  ·   {_span(seconds)}   ·  ·  ·", "s g m"))
        self.y += 30

    def _time(self, entry: Entry, y: float) -> None:
        time = f"{(entry.at - self.entries[0].at) * self.scale:.{self.decimals}f}"
        if time != self.time:
            self.shapes.append(svg.line(_AXIS - 4, y, _AXIS + 4, y, "x"))
            self.shapes.append(svg.text(_AXIS - 8, y + 3.5, time, "t"))
            self.time = time

    def _arrow(self, entry: Entry, step: Step, said: str, wrong: bool) -> None:
        peers = entry.who == "peer"
        tail = self.y + 18
        peer_y, target_y = (tail, tail + _SLANT) if peers else (tail + _SLANT, tail)
        number = f"#{step.connection} " if self.lines.many and step.connection else ""
        over, *under = fold(number + said + (" (again)" if step.again else ""), _COLUMNS)[:4]
        look = "f" if self.lines.many else "k"
        parts = [svg.text(_LENGTH / 2, -7, over, f"m {look}"), *_shaft(entry, step, peers)]
        parts += [svg.text(_LENGTH / 2, 14 + 14 * row, line.strip(), f"m {look}") for row, line in enumerate(under)]
        defects = [line for defect in (entry.segment.defects if entry.segment else ())[:4] for line in wrap(defect, 80)]
        below = 14 + 14 * len(under)
        parts += [svg.text(_LENGTH / 2, below + 14 * row, f"! {line}", "m u b f r") for row, line in enumerate(defects)]
        ink = "r w" if wrong else colour(step.connection)
        angle = _ANGLE if peers else -_ANGLE
        self.shapes.append(
            f'<g class="{ink}" transform="translate({_LEFT:g} {peer_y:g}) rotate({angle:g})">{"".join(parts)}</g>'
        )
        self._time(entry, peer_y)
        self.lines.move(step, peer_y, target_y)
        self.y = tail + _SLANT + 7 + 14 * (len(under) + len(defects))

    def _call(self, entry: Entry, step: Step) -> None:
        y = self.y + 16
        edge = TARGET + self.lines.outer + 3
        self._time(entry, y)
        lines = wrapped(" ".join(entry.text.split()), 24)[:3]
        arrow = svg.line(edge + 5, y, edge + 26, y, "l") + svg.head(edge, y, right=False)
        self.shapes.append(f'<g class="{colour(step.connection)}">{arrow}</g>')
        self.shapes += [svg.text(edge + 32, y + 4 + 15 * row, line, "s b k") for row, line in enumerate(lines)]
        self.y = y + 15 * len(lines) - 8
        if self.lines.move(step, self.y + 12, self.y + 12):
            self.y += 14

    def _note(self, entry: Entry) -> None:
        failed = is_failure(entry.text)
        width = 62 if failed else 70
        lines = [part for line in remark_lines(entry.text) for part in _hang(line, width, failed)][:8]
        top, height = self.y + 8, 17 * len(lines) + 11
        look = 'fill="#fff0ee" stroke="#cf222e" stroke-width="1.5"' if failed else 'fill="#f3f5f7"'
        self.shapes.append(svg.box(_LEFT + 16, top, _RIGHT - _LEFT - 32, height, look))
        if failed:
            self.shapes.append(f'<g class="r">{svg.cross(_LEFT + 34, top + height / 2)}</g>')
        for row, line in enumerate(lines):
            y = top + 18 + 17 * row
            self.shapes.append(_failure(y, line) if failed else svg.text(_MIDDLE, y, line, "s i g m"))
        self._time(entry, top + 14)
        self.y = top + height + 2

    def _cut(self, skipped: range) -> None:
        y = self.y + 22
        packets = sum(self.entries[at].who in ("peer", "target") for at in skipped)
        self.breaks += [svg.tear(_AXIS, y, 16), *self.lines.tear(y)]
        self.shapes.append(svg.text(_MIDDLE, y + 4, f"… {packets} segments not drawn …", "s b g m"))
        self.y = y + 16


def _shaft(entry: Entry, step: Step, peers: bool) -> list[str]:
    """Return the arrow itself, lying along the x axis: what it is made of tells what became of the segment."""
    start, end = (0.0, _LENGTH) if peers else (_LENGTH, 0.0)
    inward = -1 if peers else 1
    if entry.text.startswith("lost"):
        end = start + (end - start) * 0.62
        return [svg.line(start, 0, end, 0, "l d"), svg.cross(end, 0)]
    if entry.segment is not None and damaged(entry.segment):
        return [svg.line(start, 0, end + 16 * inward, 0, "l o"), svg.cross(end + 9 * inward, 0)]
    look = "l o" if entry.segment is None else "l d" if step.again else "l"
    return [svg.line(start, 0, end + 8 * inward, 0, look), svg.head(end, 0, peers)]


def _failure(y: float, line: str) -> str:
    label, _, rest = line.partition(" ")
    known = label in ("expected", "got", "differs")
    words = rest.strip() if known else line.strip()
    strong = svg.text(_LEFT + 52, y, label, "b f r") if known else ""
    return strong + svg.text(_LEFT + 124, y, words, "k")


def _hang(line: str, width: int, failed: bool) -> list[str]:
    return fold(line, width) if failed else wrapped(line, width)


def _is_wrong(entry: Entry, after: Entry) -> bool:
    """Tell whether it is the segment that came instead of the expected one."""
    if entry.who != "target" or after.who != "note" or not is_failure(after.text):
        return False
    got = next((line for line in remark_lines(after.text) if line.startswith("got")), "")
    return not got.removeprefix("got").strip().startswith(("nothing", "silence"))


def _span(seconds: float) -> str:
    """Write a length of time with three digits that matter."""
    if seconds < 1:
        return f"{seconds * 1e3:.3g} ms"
    return f"{seconds:.3g} s" if seconds < 100 else f"{seconds:.0f} s"
