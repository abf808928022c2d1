"""Items and a bench as far as `conformance.ahead` and `conformance.play` look at them."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

from fakewire import FakeWire

from conformance.target.subject import Route, Subject
from conformance.timing import Timing

OURS, THEIRS = "198.51.100.1", "198.51.100.2"


class Item:
    """What `ahead` looks at of a pytest.Function."""

    def __init__(self, function: Callable[..., None], marks: dict[str, Any] | None = None, **params: Any) -> None:
        self.obj = function
        names = function.__code__.co_varnames[: function.__code__.co_argcount]
        self.fixturenames = list(names)
        self.callspec = SimpleNamespace(params={"subject": ("ipv4",), **params})
        self._fixtureinfo = SimpleNamespace(argnames=names, name2fixturedefs={})
        self._marks = marks or {}
        self.nodeid = "case"

    def get_closest_marker(self, name: str) -> Any:
        return SimpleNamespace(args=self._marks[name]) if name in self._marks else None


SUBJECT = Subject("stub", "none", {"ipv4": Route(THEIRS, (OURS,))}, 80, 81, Timing())


def bench_on(wire: FakeWire) -> Callable[..., Any]:
    bench = SimpleNamespace(
        subject=SUBJECT, wire=wire, check_alive=lambda family: None, source=lambda family: OURS, doubt=lambda: None
    )
    ports = iter(range(20000, 30000))
    bench.fresh_port = lambda: next(ports)
    return lambda *name: bench
