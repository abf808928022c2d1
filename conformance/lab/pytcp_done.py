"""pmd-pytcp's calls, done at once: some are coroutines, and what fails is an error of the system's."""

from __future__ import annotations

import errno
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from conformance.agent.protocol import Result
from conformance.lab.core import Failed

T = TypeVar("T")

_RESULTS = {
    **{errno.EAGAIN: Result.PENDING, errno.ECONNREFUSED: Result.REFUSED, errno.ETIMEDOUT: Result.USER_TIMEOUT},
    **{errno.ECONNRESET: Result.RESET, errno.ECONNABORTED: Result.RESET, errno.EADDRINUSE: Result.EXISTS},
    **{errno.EADDRNOTAVAIL: Result.EXISTS, errno.EINVAL: Result.CONNECTION_ILLEGAL, errno.EPIPE: Result.CLOSING},
}


def do(call: Callable[[], T]) -> T:
    """Do a call; `Failed` for the error that it raises."""
    try:
        return call()
    except OSError as error:
        number = errno.ETIMEDOUT if isinstance(error, TimeoutError) else error.errno
        raise Failed(_RESULTS.get(number or 0, Result.NOT_OK)) from None


def at_once(call: Coroutine[Any, Any, T]) -> T:
    """Do a call that has nothing to wait for."""
    try:
        call.send(None)
    except StopIteration as done:
        result: T = done.value
        return result
    call.close()
    raise Failed(Result.PENDING)


class Attempt:
    """An active OPEN. It begins here and now, before its caller goes on, which no asyncio.Task does."""

    def __init__(self, call: Coroutine[Any, Any, None]) -> None:
        self.result = Result.PENDING
        self._call = call
        self._step()

    def _step(self, *_: Any) -> None:
        try:
            future = self._call.send(None)
        except StopIteration:
            self.result = Result.OK
        except OSError as error:
            number = errno.ETIMEDOUT if isinstance(error, TimeoutError) else error.errno
            self.result = _RESULTS.get(number or 0, Result.NOT_OK)
        else:
            future.add_done_callback(self._step)
