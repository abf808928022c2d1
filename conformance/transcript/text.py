"""The transcript as text: one line an entry, in the manner of the figures of RFC 9293.

Time runs down, the peer stands on the left and the target on the right, each with its state where it changes.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from textwrap import wrap
from typing import Any

from conformance.transcript import Entry, Transcript
from conformance.transcript.account import Account, account_of
from conformance.transcript.endpoints import Connection, Step

WIDTH = 116
"""No line is longer, in columns, so that pytest's margin still fits into 120."""

_STATE = 12
"""The longest state name, in columns."""


def render(transcript: Transcript, account: Account | None = None) -> str:
    """Return the transcript as lines, without a line end after the last; times count from the first entry.

    Numbers are relative to ISS and IRS, which the header tells. States are those that RFC 9293 presumes. `account` is
    the transcript's, where it has been made already.
    """
    if not transcript.entries:
        return "nothing was exchanged"
    page = _Page(account or account_of(transcript))
    return "\n".join(line.rstrip() for line in page.lines())


def clock(entries: Sequence[Entry]) -> tuple[str, float, int]:
    """Return the unit of time that suits the entries, how many of it a second has, and the decimals to write."""
    span = entries[-1].at - entries[0].at if entries else 0.0
    return ("ms", 1e3, 3) if span < 10 else ("s", 1.0, 6)


class _Page:
    def __init__(self, account: Account) -> None:
        self.entries, self.steps, self.connections = account.entries, account.steps, account.connections
        self.unit, self.scale, self.decimals = clock(self.entries)
        self.many = len(self.connections) > 1
        self.indent = 12 + (len(f"#{len(self.connections)}") + 1 if self.many else 0)
        self.said = [
            "" if entry.who == "note" else said + (" (again)" if step.again else "")
            for entry, step, said in zip(self.entries, self.steps, account.words, strict=True)
        ]
        # Time and number, both states, both arrows, and the spaces between them take the rest of the width.
        room = WIDTH - self.indent - 2 * _STATE - 10
        self.middle = max(32, min(room, max(map(len, self.said))))
        self.states: dict[int, tuple[str, str]] = {}

    def lines(self) -> Iterator[str]:
        yield from self._header()
        for entry, step, said in zip(self.entries, self.steps, self.said, strict=True):
            prefix = self._prefix(entry, step)
            if entry.who == "note":
                yield from self._note(prefix, entry.text)
            else:
                yield from self._row(prefix, entry, step, said)

    def _header(self) -> Iterator[str]:
        for known in self.connections:
            yield from self._ends(known)
        if self.connections:
            yield ""
        heads = f"{self.unit:>10}".ljust(self.indent) + "peer".ljust(_STATE + 5 + self.middle + 5)
        yield heads + "target"
        for known in self.connections[:1]:
            before = str(known.before[0]), str(known.before[1])
            self.states[known.number] = before
            yield " " * self.indent + before[0].ljust(_STATE + 5 + self.middle + 5) + before[1]

    def _ends(self, known: Connection) -> Iterator[str]:
        peer = f"peer {socket_text(*known.pair[:2])} ISS {number_text(known.iss)}"
        target = f"target {socket_text(*known.pair[2:])} IRS {number_text(known.irs)}"
        number = f"#{known.number} " if self.many else ""
        line = f"{number}{peer}, {target}"
        yield from [line] if len(line) <= WIDTH else [f"{number}{peer},", " " * len(number) + target]

    def _prefix(self, entry: Entry, step: Step) -> str:
        time = f"{(entry.at - self.entries[0].at) * self.scale:10.{self.decimals}f}"
        number = f"  #{step.connection}" if self.many and step.connection and entry.who != "note" else ""
        return f"{time}{number}".ljust(self.indent)

    def _row(self, prefix: str, entry: Entry, step: Step, said: str) -> Iterator[str]:
        peer, target = self._changed(step)
        arrow = {"peer": "-->", "target": "<--"}.get(entry.who, "   ")
        first, *rest = fold(said, self.middle)
        if entry.who == "call":
            first, arrow = first.rjust(self.middle), "==>"
        left = arrow if entry.who != "call" else "   "
        yield f"{prefix}{peer:{_STATE}} {left} {first:{self.middle}} {arrow} {target}"
        hanging = " " * (self.indent + _STATE + 5)
        for line in rest:
            yield f"{hanging}  {line}"
        for defect in entry.segment.defects if entry.segment else ():
            yield f"{hanging}! {defect}"

    def _changed(self, step: Step) -> tuple[str, str]:
        """Return both states, an empty one where it is what it was."""
        before = self.states.get(step.connection, ("", ""))
        after = str(step.peer), str(step.target)
        self.states[step.connection] = after
        return after[0] if after[0] != before[0] else "", after[1] if after[1] != before[1] else ""

    def _note(self, prefix: str, text: str) -> Iterator[str]:
        mark = "** " if is_failure(text) else "-- "
        for line in remark_lines(text):
            for part in wrapped(line, WIDTH - self.indent - 3, subsequent_indent="  "):
                yield f"{prefix}{mark}{part}"
                prefix, mark = " " * self.indent, mark if mark == "** " else "   "


def is_failure(text: str) -> bool:
    """Tell whether a remark says that an expectation failed."""
    return text.startswith("expected")


def remark_lines(text: str) -> list[str]:
    """Return a remark's lines; what was expected and what came stand one below the other."""
    if is_failure(text) and ", got " in text and "\n" not in text:
        expected, _, got = text.partition(", got ")
        return [f"expected  {expected.removeprefix('expected').strip()}", f"got       {got}"]
    return text.splitlines() or [""]


def socket_text(address: str, port: int) -> str:
    """Return address and port in one, an IPv6 address in brackets (RFC 3986)."""
    return f"[{address}]:{port}" if ":" in address else f"{address}:{port}"


def number_text(number: int | None) -> str:
    """Return a sequence number, or that it never became known."""
    return "unknown" if number is None else str(number)


def wrapped(line: str, width: int, **how: Any) -> list[str]:
    """Break a line at spaces as `textwrap.wrap` does, which takes its time even where there is nothing to break."""
    return [line] if len(line) <= width else wrap(line, width, **how)


def fold(line: str, width: int) -> list[str]:
    """Break a long notation between its brackets, other words at spaces; all but the first leave room for two more."""
    if len(line) <= width:
        return [line]
    lines = [""]
    for part in line.replace("><", ">\0<").split("\0"):
        limit = width if len(lines) == 1 else width - 2
        if lines[-1] and len(lines[-1]) + len(part) > limit:
            lines.append("")
        lines[-1] += part
    return [piece for whole in lines for piece in (wrap(whole, width - 2) if len(whole) > width else [whole])]
