"""Tests of `conformance.wire.loop`: tasks that wait side by side, over real sockets and the real clock."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Iterator

import pytest

from conformance.errors import Inconclusive
from conformance.wire.loop import Loop, Task


@pytest.fixture
def loop() -> Iterator[Loop]:
    made = Loop()
    yield made
    made.close()


def waits(loop: Loop, seconds: float, log: list[str], name: str) -> Callable[[], None]:
    def function() -> None:
        log.append(f"{name} waits")
        loop.block(bool, time.monotonic() + seconds)
        log.append(f"{name} is done")

    return function


def finish(loop: Loop, *tasks: Task) -> None:
    while not all(task.done for task in tasks):
        loop.step(time.monotonic() + 1)


def test_waits_overlap(loop: Loop) -> None:
    log: list[str] = []
    start = time.monotonic()
    tasks = [loop.start(waits(loop, 0.2, log, str(number))) for number in range(50)]
    finish(loop, *tasks)
    assert time.monotonic() - start < 5  # one after the other it would be ten seconds
    assert log[:50] == [f"{number} waits" for number in range(50)]


def test_the_shortest_wait_ends_first(loop: Loop) -> None:
    log: list[str] = []
    finish(loop, *[loop.start(waits(loop, seconds, log, name)) for seconds, name in ((0.2, "long"), (0.05, "short"))])
    assert log == ["long waits", "short waits", "short is done", "long is done"]


def test_tasks_go_on_while_the_hub_waits(loop: Loop) -> None:
    log: list[str] = []
    task = loop.start(waits(loop, 0.05, log, "task"))
    loop.block(lambda: task.done, time.monotonic() + 5)
    assert task.done


def test_input_wakes_only_whom_it_concerns(loop: Loop) -> None:
    here, there = socket.socketpair()
    with here, there:
        heard: list[bytes] = []
        loop.register(here, lambda: heard.append(here.recv(10)))
        log: list[str] = []

        def listens() -> None:
            loop.block(lambda: bool(heard), time.monotonic() + 5)
            log.append("heard")

        listener = loop.start(listens)
        other = loop.start(waits(loop, 0.2, log, "other"))
        there.send(b"x")
        finish(loop, listener, other)
        loop.unregister(here)
    assert log == ["other waits", "heard", "other is done"]


def test_who_waits_for_a_source_is_asked_only_when_that_is_stirred(loop: Loop) -> None:
    here, there, asked, heard = object(), object(), [], []

    def ready() -> bool:
        asked.append("?")
        return bool(heard)

    def function() -> None:
        assert loop.block(ready, time.monotonic() + 60, here)

    task = loop.start(function)
    loop.stir(there)
    loop.serve()
    assert asked == ["?"]  # before it began to wait
    loop.stir(here)
    loop.serve()
    assert len(asked) > 1
    assert not task.done
    heard.append("something")
    loop.stir(here)
    loop.serve()
    assert task.done


def test_what_has_come_by_the_deadline_is_read_before_it_is_over(loop: Loop) -> None:
    here, there = socket.socketpair()
    with here, there:
        heard: list[bytes] = []
        loop.register(here, lambda: heard.append(here.recv(10)))
        there.send(b"x")
        assert loop.block(lambda: bool(heard), time.monotonic() - 1)
        loop.unregister(here)


def test_a_cancelled_task_cleans_up_and_may_wait_for_that(loop: Loop) -> None:
    log: list[str] = []

    def function() -> None:
        try:
            waits(loop, 60, log, "task")()
        finally:
            waits(loop, 0.01, log, "cleaning")()

    task = loop.start(function)
    loop.cancel(task)
    assert task.done
    assert log == ["task waits", "cleaning waits", "cleaning is done"]


def test_functions_run_side_by_side_and_return_in_order(loop: Loop) -> None:
    log: list[str] = []

    def function(name: str, seconds: float) -> str:
        waits(loop, seconds, log, name)()
        return name

    assert loop.gather([lambda: function("long", 0.03), lambda: function("short", 0.01)]) == ["long", "short"]
    assert log == ["long waits", "short waits", "short is done", "long is done"]


def test_what_one_function_raises_ends_them_all(loop: Loop) -> None:
    log: list[str] = []

    def fails() -> None:
        loop.block(bool, time.monotonic() + 0.01)
        raise Inconclusive("lost")

    with pytest.raises(Inconclusive, match="lost"):
        loop.gather([waits(loop, 60.0, log, "long"), fails])
    assert log == ["long waits"]
