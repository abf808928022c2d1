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

from conformance.errors import Inconclusive

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
        self._lost: Inconclusive | None = None

    def register(self, source: Readable, read: Callable[[], None]) -> None:
        """Call `read` whenever there is something to read."""
        self._selector.register(source, selectors.EVENT_READ, read)

    def unregister(self, source: Readable) -> None:
        """Stop watching a source."""
        self._selector.unregister(source)

    def close(self) -> None:
        """Give the selector back."""
        self._selector.close()

    def block(self, ready: Callable[[], bool], until: float) -> bool:
        """Wait until `ready`, or `until` has passed and all that came by then is read; tell whether it is ready.

        In a task, others go on meanwhile; outside of one, all tasks do.
        """
        current = getcurrent()
        if current in self._tasks:
            self._park(current, ready, until)
        else:
            self._wait(ready, until)
        if self._lost is not None:
            raise self._lost
        return ready()

    def _wait(self, ready: Callable[[], bool], until: float) -> None:
        while not ready():
            overdue = time.monotonic() >= until
            self.step(until)
            if overdue or self._lost is not None:
                return

    def _park(self, current: greenlet, ready: Callable[[], bool], until: float) -> None:
        if ready():
            return
        task = self._tasks[current]
        task.ready, task.until = ready, until
        self._parked[current] = task
        try:
            self._hub.switch()
        finally:
            self._parked.pop(current, None)

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
        parked = list(self._parked.values())
        due = min((task.until for task in parked), default=math.inf)
        if not any(task.ready() for task in parked):
            self._read(min(due, until))
        else:
            self._read(0.0)
        woken = False
        for task in parked:
            # A task whose time is up is woken only after a reading that began later: nothing in time is missed.
            if not task.done and (self._lost or task.ready() or task.until <= overdue):
                self._resume(task)
                woken = True
        return woken

    def _read(self, until: float) -> None:
        timeout = None if until == math.inf else max(0.0, until - time.monotonic())
        for key, _ in self._selector.select(timeout):
            try:
                key.data()
            except Inconclusive as lost:  # the link is gone: said to everybody who waits, now and later
                self._lost = lost

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
