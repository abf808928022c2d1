"""One selector for everything a process reads, and the tasks that wait on it: many cases in flight, none of them aware.

A task is a greenlet: plain code that, where it would wait, lets others go on. There are no threads: whoever is running
runs until it waits.
"""

from __future__ import annotations

import math
import selectors
import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import Protocol, TypeVar

from greenlet import GreenletExit, getcurrent, greenlet

T = TypeVar("T")


class Readable(Protocol):
    """Something with a file descriptor."""

    def fileno(self) -> int: ...  # noqa: D102


class Task:
    """A function in flight. `done` tells that it has ended; it keeps what it found to itself."""

    def __init__(self, function: Callable[[], None], hub: greenlet) -> None:
        self.done = False
        self._function = function
        self._greenlet = greenlet(self._run, hub)
        self.ready: Callable[[], bool] = bool
        self.until = math.inf
        self.source: object = None

    def _run(self) -> None:
        try:
            self._function()
        finally:
            self.done = True

    def go_on(self) -> None:
        """Run it until it waits again, or ends."""
        self._greenlet.switch()

    def cancel(self) -> None:
        """Stop it where it waits; what it has to clean up it may still wait for."""
        self._greenlet.throw(GreenletExit)


class Loop:
    """Reads what comes, wakes whom it concerns. Times are in seconds on the monotonic clock."""

    def __init__(self) -> None:
        self._selector = selectors.DefaultSelector()
        self._hub = getcurrent()
        self._parked: dict[greenlet, Task] = {}
        self._tasks: dict[greenlet, Task] = {}
        self._listening: dict[int, Task] = {}  # by the identity of what each waits for
        self._stirred: list[Task] = []
        self._looked = time.monotonic()

    def register(self, source: Readable, read: Callable[[], None]) -> None:
        """Call `read` whenever there is something to read."""
        self._selector.register(source, selectors.EVENT_READ, read)

    def unregister(self, source: Readable) -> None:
        """Stop watching a source."""
        self._selector.unregister(source)

    def close(self) -> None:
        """Give the selector back."""
        self._selector.close()

    @property
    def lag(self) -> float:
        """For how many seconds what has come lies unread already, at most: since the loop looked last."""
        return time.monotonic() - self._looked

    def stir(self, source: object) -> None:
        """Say that something has come for whoever waits for `source`."""
        task = self._listening.get(id(source))
        if task is not None:
            self._stirred.append(task)

    def block(self, ready: Callable[[], bool], until: float, source: object = None) -> bool:
        """Wait until `ready`, or `until` has passed and all that came by then is read; tell whether it is ready.

        In a task, others go on meanwhile; outside of one, all tasks do. With a `source`, `ready` is asked only when
        that is stirred: of hundreds that wait, each step concerns a few.
        """
        current = getcurrent()
        if current in self._tasks:
            self._park(current, ready, until, source)
        else:
            self._wait(ready, until)
        return ready()

    def _wait(self, ready: Callable[[], bool], until: float) -> None:
        while not ready():
            overdue = time.monotonic() >= until
            self.step(until)
            if overdue:
                return

    def _park(self, current: greenlet, ready: Callable[[], bool], until: float, source: object) -> None:
        if ready():
            return
        task = self._tasks[current]
        task.ready, task.until, task.source = ready, until, source
        self._parked[current] = task
        if source is not None:
            self._listening[id(source)] = task
        try:
            self._hub.switch()
        finally:
            self._parked.pop(current, None)
            self._listening.pop(id(source), None)

    def start(self, function: Callable[[], None]) -> Task:
        """Run `function` as a task; return when it waits for the first time."""
        task = Task(function, self._hub)
        self._tasks[task._greenlet] = task
        self._resume(task)
        return task

    def after(self, seconds: float) -> float:
        """Return the time that it will be after so many seconds."""
        return time.monotonic() + seconds

    def gather(self, functions: Sequence[Callable[[], T]]) -> list[T]:
        """Run functions side by side; return what they return. What one of them raises ends them all."""
        results: dict[int, T] = {}

        def run(number: int) -> None:
            results[number] = functions[number]()

        tasks: list[Task] = []
        try:
            for number in range(len(functions)):
                tasks.append(self.start(partial(run, number)))
            while not all(task.done for task in tasks):
                self.step()
        except BaseException:
            for task in tasks:
                self.cancel(task)
            raise
        return [results[number] for number in range(len(functions))]

    def serve(self) -> None:
        """Let all tasks go on as far as they can without waiting."""
        while self.step(self.after(0.0)):
            pass

    def step(self, until: float | None = None) -> bool:
        """Wait for the next input or the next task's time, at most until `until`; then wake whom it concerns.

        Tell whether that was anybody.
        """
        until = math.inf if until is None else until
        overdue = time.monotonic()
        due = min((task.until for task in self._parked.values()), default=math.inf)
        self._read(0.0 if self._ready() else min(due, until))
        woken = False
        for task in list(self._parked.values()) if due <= overdue else self._ready():
            # A task whose time is up is woken only after a reading that began later: nothing in time is missed.
            wanted = task.ready() or task.until <= overdue
            if wanted and task._greenlet in self._parked:
                self._resume(task)
                woken = True
        return woken

    def _ready(self) -> list[Task]:
        """Return the tasks that have what they wait for."""
        self._stirred = [task for task in self._stirred if task._greenlet in self._parked and task.ready()]
        return self._stirred + [task for task in self._parked.values() if task.source is None and task.ready()]

    def _read(self, until: float) -> None:
        timeout = None if until == math.inf else max(0.0, until - time.monotonic())
        found = self._selector.select(timeout)
        self._looked = time.monotonic()
        for key, _ in found:
            key.data()

    def _resume(self, task: Task) -> None:
        self._parked.pop(task._greenlet, None)
        task.go_on()
        if task.done:
            self._tasks.pop(task._greenlet, None)

    def cancel(self, task: Task) -> None:
        """Stop a task; its cleaning up may wait, and is waited for."""
        if not task.done:
            self._parked.pop(task._greenlet, None)
            task.cancel()
        while not task.done:
            self.step(math.inf)
        self._tasks.pop(task._greenlet, None)
