"""Why a call is refused: an exception, and what the system's errors are called in the protocol."""

from __future__ import annotations

import errno

from conformance.agent.protocol import Result

_RESULTS = {
    errno.ECONNREFUSED: Result.REFUSED,
    errno.ETIMEDOUT: Result.USER_TIMEOUT,
    errno.ECONNRESET: Result.RESET,
    errno.ECONNABORTED: Result.RESET,
    errno.ENOTCONN: Result.DOES_NOT_EXIST,
    errno.EPIPE: Result.CLOSING,
    errno.EISCONN: Result.EXISTS,
    errno.EALREADY: Result.EXISTS,
    errno.EADDRINUSE: Result.EXISTS,
    errno.EADDRNOTAVAIL: Result.EXISTS,
    errno.ENOBUFS: Result.NO_RESOURCES,
    errno.ENOMEM: Result.NO_RESOURCES,
    errno.EMFILE: Result.NO_RESOURCES,
    errno.ENFILE: Result.NO_RESOURCES,
    errno.EINVAL: Result.CONNECTION_ILLEGAL,
    errno.EOPNOTSUPP: Result.CONNECTION_ILLEGAL,
    errno.EAFNOSUPPORT: Result.CONNECTION_ILLEGAL,
    errno.EACCES: Result.CONNECTION_ILLEGAL,
    errno.EPERM: Result.CONNECTION_ILLEGAL,
}


class Refused(Exception):
    """The call is not done; `result` goes into the response."""

    def __init__(self, result: Result) -> None:
        super().__init__(result.name)
        self.result = result


def result_of(number: int | None) -> Result:
    """Return the result id for a system error number: OK for 0, NOT_OK for one that has no name here."""
    if number == 0:
        return Result.OK
    return _RESULTS.get(number or -1, Result.NOT_OK)
