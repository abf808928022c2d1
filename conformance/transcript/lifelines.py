"""The two lifelines of a ladder diagram: a bar for each state along them, labelled where it begins."""

from __future__ import annotations

from collections.abc import Sequence

from conformance.state import State
from conformance.transcript import svg
from conformance.transcript.endpoints import Connection, Step

PEER, TARGET = 236, 776
"""Where the lifelines stand, in the drawing's units from the left."""
BAR = 10
_LANE = 12
_MOST_LANES = 3

_LOOKS = {
    State.CLOSED: 'fill="#fff" stroke-dasharray="2 3"',
    State.LISTEN: 'fill="#fff"',
    State.SYN_SENT: 'fill="currentColor" fill-opacity=".2"',
    State.SYN_RECEIVED: 'fill="currentColor" fill-opacity=".2"',
    State.ESTABLISHED: 'fill="currentColor" fill-opacity=".9"',
    State.TIME_WAIT: 'fill="currentColor" fill-opacity=".2" stroke-dasharray="5 2"',
}
_CLOSING = 'fill="currentColor" fill-opacity=".5"'


def colour(connection: int) -> str:
    """Return the class that gives a connection its colour."""
    return f"c{max(connection - 1, 0) % len(svg.COLOURS)}"


class Lifelines:
    """Both ends' states over the height of the drawing.

    Each pair of addresses and ports has a lane of bars; when there are more than three, only the labels tell.
    """

    def __init__(self, connections: Sequence[Connection], top: float) -> None:
        self.top = top
        self.many = len(connections) > 1
        self.connections = connections
        pairs = list(dict.fromkeys(connection.pair for connection in connections))
        lanes = {pair: at if len(pairs) <= _MOST_LANES else 0 for at, pair in enumerate(pairs)}
        self.lane = {connection.number: lanes[connection.pair] for connection in connections}
        self.barred = len(pairs) <= _MOST_LANES
        self.outer = BAR / 2 + (_LANE * (len(pairs) - 1) if self.barred and pairs else 0)
        self.now: dict[tuple[int, str], State] = {}
        self.bars: dict[tuple[int, str], list[tuple[float, int, State]]] = {}
        self.labels: list[str] = []
        if connections:
            before = connections[0].before
            self._enter(1, "peer", top + 8, before[0])
            self._enter(1, "target", top + 8, before[1])

    def move(self, step: Step, peer_y: float, target_y: float) -> bool:
        """Take the states after an entry, at the heights where it touches the lifelines; tell whether one is new."""
        if not step.connection:
            return False
        peer = self._enter(step.connection, "peer", peer_y, step.peer)
        return self._enter(step.connection, "target", target_y, step.target) or peer

    def _enter(self, connection: int, side: str, y: float, state: State) -> bool:
        if self.now.get((connection, side)) is state:
            return False
        self.now[connection, side] = state
        self.bars.setdefault((self.lane[connection], side), []).append((y, connection, state))
        words = f"#{connection} {state}" if self.many else str(state)
        x = PEER - self.outer - 8 if side == "peer" else TARGET + self.outer + 8
        look = f"u b f {colour(connection)}" + (" e" if side == "peer" else "")
        self.labels.append(svg.text(x, y + 4, words, look))
        return True

    def draw(self, bottom: float) -> list[str]:
        """Return the lines, the bars and their labels, down to `bottom`."""
        shapes = []
        if not self.barred or not self.bars:
            shapes = [svg.line(x, self.top, x, bottom, "x") for x in (PEER, TARGET)]
        else:
            for (lane, side), entered in self.bars.items():
                x = PEER - lane * _LANE if side == "peer" else TARGET + lane * _LANE
                ends = [y for y, _, _ in entered[1:]] + [bottom]
                for (y, connection, state), end in zip(entered, ends, strict=True):
                    shapes.append(_bar(x, y, end, connection, state))
        return shapes + self.labels

    def tear(self, y: float) -> list[str]:
        """Return the break marks of both lifelines, over all their lanes."""
        width = self.outer + BAR / 2 + 6
        off = (self.outer - BAR / 2) / 2
        return [svg.tear(PEER - off, y, width), svg.tear(TARGET + off, y, width)]


def _bar(x: float, y: float, end: float, connection: int, state: State) -> str:
    look = f'class="{colour(connection)}" stroke="currentColor" {_LOOKS.get(state, _CLOSING)}'
    return svg.box(x - BAR / 2, y, BAR, max(end - y - 2, 2), look)
