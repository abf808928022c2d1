"""Pytest's door to the suite: options and fixtures. It decides no verdict."""

from __future__ import annotations

import gc
from collections.abc import Callable, Generator, Iterator
from typing import Any

import pytest

from conformance import length
from conformance.case import Case
from conformance.errors import UsageProblem
from conformance.family import check_family, leave_out_other_families
from conformance.length import length_of
from conformance.options import Option
from conformance.peer import Peer
from conformance.play import Record, has_own_address, offer_of, texts, told
from conformance.report.keys import CASE_KEY
from conformance.session import Session, add_options
from conformance.state import State
from conformance.states import Walk
from conformance.target import Target
from conformance.timing import Timing

pytest_plugins = ["conformance.report.folders", "conformance.report.away", "conformance.report.plugin", "pytester"]

SESSION = pytest.StashKey[Session]()
RECORD = pytest.StashKey[Record]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options that name the target."""
    add_options(parser.getgroup("target", "the TCP under test"))


def pytest_configure(config: pytest.Config) -> None:
    """Prepare the run; with pytest-xdist the controller does it for all workers, before they start."""
    try:
        config.stash[SESSION] = Session.prepare(config)
    except UsageProblem as problem:
        raise pytest.UsageError(str(problem)) from None
    except KeyboardInterrupt:
        pytest.exit("interrupted before the first case", returncode=pytest.ExitCode.INTERRUPTED)
    if config.stash[SESSION].names:
        config.pluginmanager.unregister(name="hypothesispytest")  # it loads all of hypothesis to say nothing at the end


def pytest_unconfigure(config: pytest.Config) -> None:
    """Take down what `pytest_configure` put up."""
    session = config.stash.get(SESSION, None)
    if session is not None:
        session.close()


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Tell a pytest-xdist worker what the controller found out."""
    node.workerinput["conformance"] = node.config.stash[SESSION].plain(node.config)


def pytest_report_header(config: pytest.Config) -> list[str]:
    """Say what is under test."""
    return config.stash[SESSION].header()


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run every case against every target, in each family that it has."""
    if "subject" in metafunc.fixturenames:
        subjects = metafunc.config.stash[SESSION].choices()
        metafunc.parametrize("subject", subjects, ids=["-".join(choice) for choice in subjects], indirect=True)


@pytest.hookimpl(wrapper=True)
def pytest_collection(session: pytest.Session) -> Generator[None, object, object]:
    """Keep Python's garbage collector from looking through thousands of cases that live as long as the run, over and
    over."""
    if not session.config.stash[SESSION].names:
        return (yield)
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Report what is quick first, though the slow are started before it; the alone come last (`conformance.ahead`)."""
    leave_out_other_families(items)
    if longer := length.leave_out_longer(items, config.option.longest):
        config.hook.pytest_deselected(items=longer)
    items.sort(key=lambda item: (item.get_closest_marker("alone") is not None, length_of(item)))


def pytest_report_collectionfinish(items: list[pytest.Item]) -> str:
    """Say beforehand what the run will take, where it is more than seconds."""
    return length.told(items)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Keep no exchange for longer than it takes to report it."""
    try:
        return (yield)
    finally:
        item.config.stash[SESSION].forget(item)
        for key in (RECORD, CASE_KEY):
            if key in item.stash:
                del item.stash[key]


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Wait for a case that is played ahead of its turn. What it asked for it has had: no fixture is set up again."""
    session = item.config.stash[SESSION]
    record = session.join(item) if session.names else None
    if record is None:
        return
    item.stash[RECORD] = record
    if record.left is not None:
        item.stash[CASE_KEY] = record.left
    if record.error is not None and record.phase == "setup":
        raise told(record.error)
    record.item.funcargs.update(dict.fromkeys(record.item.fixturenames))


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> object:
    """A case that has run already is not run again: what it found is told here."""
    record = pyfuncitem.stash.get(RECORD, None)
    if record is None:
        return None
    if record.error is not None:
        raise told(record.error)
    return True


@pytest.hookimpl(tryfirst=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Leave nothing open at the target when a run ends early."""
    session.config.stash[SESSION].cancel()


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Deal the cases so that each worker knows its share beforehand."""
    session = config.stash[SESSION]
    if config.getoption("dist") != "load" or not session.names:
        return None
    from conformance.shards import Shards

    return Shards(config, log, session.deal)


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
    chosen: tuple[Option, ...] | None = offer_of(request.node)
    return chosen


@pytest.fixture
def case(request: pytest.FixtureRequest, subject: tuple[str, ...]) -> Iterator[Case]:
    """Everything that belongs to one case, where that is run in pytest's turn."""
    check_family(request.node, subject[-1])
    params = texts(request.node.callspec.params)
    bench = request.config.stash[SESSION].bench(*subject[:-1])
    case = request.node.stash[CASE_KEY] = Case(bench, subject[-1], params)
    yield case
    case.end()


@pytest.fixture
def peer(request: pytest.FixtureRequest, case: Case, walk: Walk, offer: tuple[Option, ...] | None) -> Peer:
    """Our end of a connection that the target has in the state asked for."""
    return case.walk(walk, offer, own_address=has_own_address(request.node))


@pytest.fixture
def another(case: Case, peer: Peer) -> Callable[..., Peer]:
    """Make one more peer with a four-tuple of its own: `another()`, aimed at the same port, or `another(port)`."""
    return case.another(peer)


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
