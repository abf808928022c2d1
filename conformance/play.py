"""One case played: its walk, its body, and what became of them in a record. Pytest is not asked.

What a case asks for by name is found here as pytest's fixtures would give it (see `conftest.py`).
"""

from __future__ import annotations

import inspect
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import pytest

from conformance.case import Case, Left
from conformance.errors import Inconclusive, NotApplicable
from conformance.family import check_family
from conformance.length import length_of
from conformance.state import State
from conformance.states import Walk
from conformance.wire.loop import Task


@dataclass(eq=False, slots=True)
class Record:
    """One item, run at the target `name`, and what became of it. `phase` is where it failed with `error`: `setup` is
    the walk, which has the first `walked` entries of the transcript. `beside` tells that another case was in flight at
    the target meanwhile, `again` how often it was run before, to no avail, `remark` why it is run again."""

    item: pytest.Function
    bench: Callable[[], Any]
    name: str = ""
    alone: bool = field(init=False)
    length: float = field(init=False)
    case: Case | None = None
    left: Left | None = None
    values: dict[str, Any] = field(default_factory=dict)
    phase: str = "setup"
    walked: int = 0
    error: BaseException | None = None
    task: Task | None = None
    started: float = 0.0
    ended: float = 0.0
    beside: bool = False
    again: int = 0
    remark: str = ""

    def __post_init__(self) -> None:
        self.alone = self.item.get_closest_marker("alone") is not None
        self.length = length_of(self.item)

    def release(self) -> None:
        """Keep what its report needs, and let go of the rest: hundreds of cases may wait to be reported."""
        self.left = self.case.left if self.case is not None else None
        self.case, self.values = None, {}

    def reset(self, remark: str) -> None:
        """Forget what became of it: it is going to be played again, because of `remark`."""
        self.values, self.phase, self.error, self.task, self.ended = {}, "setup", None, None, 0.0
        self.remark = remark

    @property
    def done(self) -> bool:
        """Whether the case has run, and what it held has been given back."""
        return self.ended > 0.0 and (self.task is None or self.task.done)

    @property
    def parameters(self) -> dict[str, Any]:
        """What the item is parametrized with."""
        return dict(self.item.callspec.params)

    @property
    def family(self) -> str:
        """The family it is run in."""
        family: str = self.parameters["subject"][-1]
        return family


def play(record: Record) -> None:
    """Run a case here and now: walk, body, what came after it. What became of it is in `record`."""
    record.started = time.time()
    case: Case | None = None
    try:
        case = record.case = Case(record.bench(), record.family, texts(record.parameters))
        if record.remark:
            case.transcript.note(case.bench.wire.now(), record.remark)
            case.facts["run_again"] = record.remark
        check_family(record.item, record.family)
        record.values = values_of(record.item, case)
        record.phase, record.walked = "call", len(case.transcript.entries)
        arguments = {name: record.values[name] for name in record.item._fixtureinfo.argnames}
        record.item.obj(**arguments)
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException as error:
        record.error = error
    finally:
        record.ended = time.time()
        if case is not None:
            case.span = record.started, record.ended
            _finish(record, case)


def _finish(record: Record, case: Case) -> None:
    try:
        case.conclude()
        case.end()
    except Inconclusive as lost:
        record.error = record.error or lost


def values_of(item: pytest.Function, case: Case) -> dict[str, Any]:
    """Return what a case may ask for by name; its peer is brought to where it belongs."""
    values: dict[str, Any] = {**item.callspec.params}
    walk: Walk = values.get("walk", Walk(State.CLOSED))
    offer = offer_of(item)
    values |= {"case": case, "walk": walk, "offer": offer, "target": case.target, "timing": case.timing}
    values["facts"] = case.facts
    if {"peer", "another"} & set(item.fixturenames):
        peer = values["peer"] = case.walk(walk, offer, own_address=has_own_address(item))
        values["another"] = case.another(peer)
    for name in item.fixturenames:
        if name not in PROVIDED:
            _set_up(item, name, values)
    return values


def _set_up(item: pytest.Function, name: str, values: dict[str, Any]) -> None:
    """Call a fixture of the case's own file, and before it those that it asks for."""
    if name not in values:
        function = _own_fixture(item, name)
        assert function is not None  # `known` has looked
        arguments = _asks_for(function)
        for argument in arguments:
            _set_up(item, argument, values)
        values[name] = function(**{argument: values[argument] for argument in arguments})


def _own_fixture(item: pytest.Function, name: str) -> Callable[..., Any] | None:
    """Return the function of a plain fixture: one that tears nothing down, and has no parameters of its own."""
    definitions = item._fixtureinfo.name2fixturedefs.get(name, ())
    if not definitions or definitions[-1].params or inspect.isgeneratorfunction(definitions[-1].func):
        return None
    function = definitions[-1].func
    return None if "request" in _asks_for(function) else function


@cache
def _asks_for(function: Callable[..., Any]) -> tuple[str, ...]:
    """Return the names of what a fixture asks for: looked up once, for hundreds of items."""
    return tuple(inspect.signature(function).parameters)


PROVIDED = frozenset({"subject", "case", "walk", "offer", "peer", "target", "timing", "facts", "another", "request"})
"""The fixtures that `conftest.py` has. A case that uses others than these and plain ones of its own file is run in
pytest's turn, by pytest alone."""


def known(item: pytest.Function) -> bool:
    """Tell whether everything that the item needs can be had without pytest."""
    callspec = getattr(item, "callspec", None)
    if callspec is None or "subject" not in callspec.params:
        return False
    others = set(item.fixturenames) - PROVIDED - set(callspec.params)
    return all(_own_fixture(item, name) is not None for name in others)


def told(error: BaseException) -> BaseException:
    """Return an error to raise for pytest. What its text tells whole needs no traceback, which takes long to show."""
    return error.with_traceback(None) if isinstance(error, Inconclusive | NotApplicable) else error


def offer_of(item: pytest.Item) -> Any:
    """Return what our SYN offers: a parameter of that name, or what `offering` says; None for an MSS alone."""
    mark = item.get_closest_marker("offering")
    callspec = getattr(item, "callspec", None)
    parameters = callspec.params if callspec else {}
    return parameters.get("offer", mark.args[0] if mark else None)


def has_own_address(item: pytest.Item) -> bool:
    """Tell whether our end has an address that no other case uses."""
    return item.get_closest_marker("own_address") is not None


def texts(parameters: dict[str, Any]) -> dict[str, str]:
    """Return parameters as a verdict names them: in words that are the same in every run, a function by its name."""
    return {
        name: value.__name__ if inspect.isfunction(value) else str(value)
        for name, value in parameters.items()
        if name != "subject"
    }
