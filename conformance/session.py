"""One run: the options, the subjects that they name, and a bench for each in every process."""

from __future__ import annotations

import argparse
import contextlib
import functools
import gc
import math
from collections.abc import Sequence
from typing import Any

import pytest

from conformance import length, stacks
from conformance.ahead import Ahead
from conformance.bench import Bench
from conformance.deal import Deal
from conformance.errors import UsageProblem
from conformance.path import RoughPath
from conformance.play import Record
from conformance.report.keys import FACTS_KEY, PROFILES_KEY
from conformance.subjects import CASES, DEFAULT, find, load, names_of, profile_targets
from conformance.target import model
from conformance.target.header import header_of
from conformance.target.profile import Profile
from conformance.target.subject import Subject
from conformance.wire.loop import Loop
from conformance.wire.turns import Places, Turns


def add_options(group: Any) -> None:
    """Register the options that name the target and how to reach it."""
    add = group.addoption
    add(
        "--target",
        action="append",
        default=[],
        metavar="[NAME=]ADDRESS",
        help="the TCP under test: IPv4, IPv6 (with %%scope), or host name; `lab:NAME`: a stack of the lab, `lab:all`:"
        " each that is installed; `model`: the reference endpoint; repeatable. Without it: lab:linux",
    )
    add("--open-port", type=_port, metavar="PORT", help="a port of the target that accepts connections")
    add("--closed-port", type=_port, metavar="PORT", help="a port of the target where nothing listens")
    add(
        "--source",
        action="append",
        default=[],
        metavar="ADDRESS",
        help="an unused address, or a range A-B, to be ours; without it the host's own is used, behind a guard",
    )
    add("--interface", metavar="NAME", help="the interface towards the target")
    add("--agent", metavar="HOST[:PORT]", help="the control address of the agent on the target")
    add(
        "--fault",
        metavar="NAME",
        help="a deviation that the lab's kernel, or with --target model the model, is to have",
    )
    add(
        "--path",
        metavar="WHAT",
        type=_path,
        help="a rough path to the lab or the model: loss=1%%,duplicate=1%%,reorder=1%%,delay=5ms,jitter=20ms,seed=7",
    )
    add(
        "--longest",
        metavar="SECONDS",
        type=length.seconds,
        default=math.inf,
        help="leave out cases that are known to wait longer; what waits less than ten seconds does not say so",
    )
    add("--profile", metavar="FILE", help="what is known of the target beforehand, and its known deviations (TOML)")


def _path(text: str) -> RoughPath:
    try:
        return RoughPath.read(text)
    except UsageProblem as problem:
        raise argparse.ArgumentTypeError(str(problem)) from None


def _port(text: str) -> int:
    if not text.isdigit() or not 0 < int(text) < 65536:
        raise argparse.ArgumentTypeError(f"{text} is no port: give a number from 1 to 65535")
    return int(text)


class Session:
    """What `conftest.py` asks: the subjects, a bench for each, the header; and `close` at the end."""

    def __init__(self, stack: contextlib.ExitStack, worker: int = 0, workers: int = 1) -> None:
        self.subjects: dict[str, Subject] = {}
        self.names: list[tuple[str, tuple[str, ...]]] = []
        self._profiles: dict[str, Profile] = {}
        self._left_out: list[str] = []
        self._stack = stack
        self._worker = worker
        self._workers = workers
        self._benches: dict[str, Bench] = {}
        self._ahead: Ahead | None = None
        self._dealt = False
        self._turns = Turns()
        self.loop = Loop()
        stack.callback(self.loop.close)

    @classmethod
    def prepare(cls, config: pytest.Config) -> Session:
        """Set the run up. UsageProblem for whatever cannot be: nothing is left behind then."""
        workerinput = getattr(config, "workerinput", None)
        if workerinput is not None:
            return cls._for_worker(config, workerinput)
        with contextlib.ExitStack() as stack:
            session = cls(stack)
            if _wants_cases(config):
                session._find_targets(config)
            session._stack = stack.pop_all()
            return session

    @classmethod
    def _for_worker(cls, config: pytest.Config, workerinput: Any) -> Session:
        session = cls(contextlib.ExitStack(), int(workerinput["workerid"][2:]) + 1, workerinput["workercount"] + 1)
        data = workerinput["conformance"]
        session.subjects = {name: Subject.from_plain(values) for name, values in data["subjects"].items()}
        session.names = [(name, tuple(families)) for name, families in data["names"]]
        for name, subject in session.subjects.items():
            session._profiles[name] = load(subject.profile)
        session._share(config)
        session._dealt = data["dealt"]
        session._turns = Turns(data["turns"])
        return session

    def plain(self, config: pytest.Config) -> dict[str, Any]:
        """Return what a worker has to know."""
        subjects = {name: subject.plain() for name, subject in self.subjects.items()}
        return {
            "subjects": subjects,
            "names": [(name, list(families)) for name, families in self.names],
            "dealt": config.getoption("dist") == "load" and bool(self.names),
            "turns": self._places.plain(),
        }

    @functools.cached_property
    def _places(self) -> Places:
        """Where the workers see whose turn it is at each target."""
        places = Places(self.subjects)
        self._stack.callback(places.close)
        return places

    @property
    def deal(self) -> Deal:
        """How cases are dealt to workers."""
        fewest = min((subject.max_connections for subject in self.subjects.values()), default=1)
        return Deal(tuple(self.names), fewest)

    def _find_targets(self, config: pytest.Config) -> None:
        options = config.option
        given = load(options.profile)
        named = options.target or (profile_targets(given) if options.profile else []) or [DEFAULT]
        addresses, self._left_out = stacks.expand(named)
        if options.collectonly:
            self.names = names_of(addresses)
        else:
            self._add(find(self._stack, options, addresses, given if options.profile else None), config)

    def _add(self, found: list[tuple[Subject, Profile]], config: pytest.Config) -> None:
        for subject, profile in found:
            self.subjects[subject.name] = subject
            self._profiles[subject.name] = profile
            self.names.append((subject.name, tuple(subject.routes)))
        self._share(config)

    def _share(self, config: pytest.Config) -> None:
        """Leave for the report what it needs."""
        config.stash[PROFILES_KEY] = dict(self._profiles)
        config.stash[FACTS_KEY] = {name: dict(subject.facts) for name, subject in self.subjects.items()}

    def header(self) -> list[str]:
        """Say what is under test, how fast it is and what it offers."""
        lines = [line for name, one in self.subjects.items() for line in header_of(one, self._profiles[name])]
        return lines + [f"note:    {note}" for note in self._left_out]

    def choices(self) -> list[tuple[str, ...]]:
        """Return what each case runs against: (family), or (target, family) where there are several targets."""
        several = len(self.names) > 1
        return [(name, family) if several else (family,) for name, families in self.names for family in families]

    def bench(self, *name: str) -> Bench:
        """Return this process's bench for a target, the only one when none is named."""
        wanted = name[0] if name else self.names[0][0]
        if wanted not in self._benches:
            subject = self.subjects[wanted]
            host, sources = self._host(subject)
            self._stack.callback(host.shut)
            self._benches[wanted] = Bench(subject, host, sources, self._worker, self._workers)
        return self._benches[wanted]

    def _host(self, subject: Subject) -> tuple[Any, dict[str, str]]:
        if subject.model:
            return model.wire_for(subject)
        from conformance.target.hosts import host_for

        return host_for(subject, self._worker, self.loop)

    def join(self, item: pytest.Item) -> Record | None:
        """Return the record of an item whose case has run, ahead of its turn or now; None when pytest has to run it."""
        if self._ahead is None:
            shares = self.deal.sharing(max(self._workers - 1, 1))
            limits = {name: subject.max_connections // shares for name, subject in self.subjects.items()}
            self._ahead = Ahead(self._share_of(item.session), self.bench, self.loop, limits, self._turns)
            _have_no_long_collections()
        return self._ahead.join(item)

    def _share_of(self, session: pytest.Session) -> Sequence[pytest.Item]:
        """Return the items that this process is going to run, as far as it can know."""
        workerinput = getattr(session.config, "workerinput", None)
        if workerinput is None:
            return session.items
        from conformance.shards import share_of  # pytest-xdist takes its time to load

        ids = [item.nodeid for item in session.items]
        return share_of(session.items, ids, workerinput, self.deal) if self._dealt else ()

    def forget(self, item: pytest.Item) -> None:
        """Let go of an item's record: it has been reported."""
        if self._ahead is not None:
            self._ahead.forget(item)

    def cancel(self) -> None:
        """Stop what is in flight."""
        if self._ahead is not None:
            self._ahead.cancel()

    def close(self) -> None:
        """Close links, and end what was started."""
        self._stack.close()


def _have_no_long_collections() -> None:
    """Keep Python's garbage collector from looking through all that there is: that takes 0.1 s and more, and cases in
    flight would wait meanwhile. What they leave behind goes without it, or while it is young."""
    gc.freeze()
    gc.set_threshold(*gc.get_threshold()[:2], 1000)


def _wants_cases(config: pytest.Config) -> bool:
    """Tell whether the run collects cases: the project's own tests need no target."""
    base = config.invocation_params.dir
    paths = [(base / str(arg).partition("::")[0]).resolve() for arg in config.args]
    return any(path == CASES or CASES in path.parents or path in CASES.parents for path in paths)
