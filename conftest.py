"""Pytest's door to the suite: options and fixtures. It decides no verdict."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from typing import Any

import pytest

from conformance.case import Case
from conformance.errors import UsageProblem
from conformance.options import Option
from conformance.peer import Peer
from conformance.report.keys import CASE_KEY
from conformance.session import Session, add_options
from conformance.state import State
from conformance.states import Walk
from conformance.target import Target
from conformance.timing import Timing

pytest_plugins = ["conformance.report.plugin", "pytester"]

SESSION = pytest.StashKey[Session]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options that name the target."""
    add_options(parser.getgroup("target", "the TCP under test"))


def pytest_configure(config: pytest.Config) -> None:
    """Prepare the run; with pytest-xdist the controller does it for all workers, before they start."""
    try:
        config.stash[SESSION] = Session.prepare(config)
    except UsageProblem as problem:
        raise pytest.UsageError(str(problem)) from None


def pytest_unconfigure(config: pytest.Config) -> None:
    """Take down what `pytest_configure` put up."""
    session = config.stash.get(SESSION, None)
    if session is not None:
        session.close()


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Tell a pytest-xdist worker what the controller found out."""
    node.workerinput["conformance"] = node.config.stash[SESSION].plain()


def pytest_report_header(config: pytest.Config) -> list[str]:
    """Say what is under test."""
    return config.stash[SESSION].header()


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run every case against every target, in each family that it has."""
    if "case" in metafunc.fixturenames:
        subjects = metafunc.config.stash[SESSION].choices()
        metafunc.parametrize("subject", subjects, ids=["-".join(choice) for choice in subjects], indirect=True)


@pytest.hookimpl(wrapper=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> Generator[None, object, object]:
    """When a case has said what it has to say, hear what the target said last, for the invariants."""
    try:
        return (yield)
    finally:
        case = pyfuncitem.stash.get(CASE_KEY, None)
        if case is not None:
            case.conclude()


@pytest.fixture
def subject(request: pytest.FixtureRequest) -> tuple[str, ...]:
    """The name of a target (only where there are several) and the family."""
    choice: tuple[str, ...] = request.param
    return choice


@pytest.fixture
def walk(request: pytest.FixtureRequest) -> Walk:
    """The state that `target_in` asks for; without it the peer is aimed at a closed port."""
    chosen: Walk = getattr(request, "param", Walk(State.CLOSED))
    return chosen


@pytest.fixture
def offer(request: pytest.FixtureRequest) -> tuple[Option, ...] | None:
    """What our SYN offers: a parameter of that name, or what `offering` says; None for an MSS alone."""
    mark = request.node.get_closest_marker("offering")
    chosen: tuple[Option, ...] | None = getattr(request, "param", mark.args[0] if mark else None)
    return chosen


@pytest.fixture
def case(request: pytest.FixtureRequest, subject: tuple[str, ...]) -> Iterator[Case]:
    """Everything that belongs to one case."""
    bench = request.config.stash[SESSION].bench(*subject[:-1])
    callspec = getattr(request.node, "callspec", None)
    parameters = {name: str(value) for name, value in callspec.params.items() if name != "subject"} if callspec else {}
    case = Case(bench, subject[-1], parameters)
    request.node.stash[CASE_KEY] = case
    yield case
    case.end()


@pytest.fixture
def peer(case: Case, walk: Walk, offer: tuple[Option, ...] | None) -> Peer:
    """Our end of a connection that the target has in the state asked for."""
    return case.walk(walk, offer)


@pytest.fixture
def another(case: Case, peer: Peer) -> Callable[..., Peer]:
    """Make one more peer with a four-tuple of its own: `another()`, aimed at the same port, or `another(port)`."""

    def make(port: int | None = None) -> Peer:
        return case.peer(peer.flow.remote_port if port is None else port, offer=peer.offer)

    return make


@pytest.fixture
def target(case: Case) -> Target:
    """The user of the TCP under test."""
    return case.target


@pytest.fixture
def timing(case: Case) -> Timing:
    """How long to wait."""
    return case.timing


@pytest.fixture
def facts(case: Case) -> dict[str, object]:
    """Where a case records what the target chose."""
    return case.facts
