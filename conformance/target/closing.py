"""CLOSE and ABORT: RFC 9293, sections 3.9.1.4 and 3.9.1.6."""

from __future__ import annotations

from conformance.errors import NotApplicable
from conformance.target.calls import Calls

SEND_ONLY = 1
"""SHUTDOWN's word for sending (what RFC 9293 calls CLOSE)."""


class Closing(Calls):
    """CLOSE and ABORT."""

    def close(self) -> None:
        """CLOSE: no more data to send. Receiving goes on (what POSIX calls shutdown(SHUT_WR)).

        It ends where the profile says that the TCP knows no other CLOSE: then text that comes later is not applicable.
        """
        self._call("CLOSE")
        self._needs_agent("close").shutdown(self._open_connection(), SEND_ONLY)
        self._reads_no_more = self.subject.half_duplex_close

    def release(self) -> None:
        """Give the socket up in both directions (what POSIX calls close): nobody will read what still comes."""
        self._call("CLOSE and stop reading")
        self._needs_agent("release").close_socket(self._open_connection(), abort=False)

    def abort(self) -> None:
        """ABORT: reset the connection and discard it."""
        self._has_abort()
        if self._reads_no_more:
            raise NotApplicable("its user has no call left after the CLOSE")
        self._call("ABORT")
        self._needs_agent("abort").close_socket(self._open_connection(), abort=True)

    def stop_listening(self, *, abort: bool = False) -> None:
        """CLOSE in LISTEN, or ABORT."""
        agent = self._needs_agent("close")
        if abort:
            self._has_abort()
        assert self._listener is not None, "listen first"
        self._call(f"{'ABORT' if abort else 'CLOSE'} in LISTEN")
        agent.close_socket(self._listener, abort)

    def _has_abort(self) -> None:
        """NotApplicable where the profile says that its user has no ABORT."""
        if self.subject.no_abort:
            raise NotApplicable("its user has no ABORT, as its profile says")
