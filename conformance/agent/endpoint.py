"""One TCP socket under test: its calls, and what becomes of them later. Nothing here ever blocks."""

from __future__ import annotations

import contextlib
import errno
import socket
import struct
from typing import Any

from conformance.agent import fast_open, reports
from conformance.agent import primitives as p
from conformance.agent.flow import bare
from conformance.agent.listening import Listening
from conformance.agent.output import MOST, Output
from conformance.agent.owner import Owner
from conformance.agent.primitives import Report
from conformance.agent.protocol import Result
from conformance.agent.refusal import Refused, result_of
from conformance.agent.urgent import Urgency
from conformance.agent.watch import READ, WRITE

PIECE = 1400
"""Octets that one event forwards at most: no event is fragmented on an ordinary link."""

_ABORT = struct.pack("ii", 1, 0)  # linger on, for no time
_OF_THE_CALL = (errno.EPIPE, errno.ENOTCONN, errno.EINVAL, errno.ECONNRESET, errno.ETIMEDOUT)
_SENDING = (socket.SHUT_WR, socket.SHUT_RDWR)


class Endpoint(Listening):
    """A socket with its id: its calls, and what becomes of them."""

    def __init__(self, sock: socket.socket, number: int, owner: Owner) -> None:
        super().__init__(sock, number, owner)
        self.urgency = Urgency(sock)
        self._output = Output()
        self._connecting = False
        self._reported: set[Report] = set()  # unasked, in place of the answer to a call
        self._failure: Result | None = None  # how the connection ended, for those that ask later
        self._sent_all = False  # the user said that it sends no more
        self._shutdown_later: int | None = None
        self._close_later = False
        self._forward_left = 0
        self._forward_most = 0
        sock.setblocking(False)

    def connect(self, address: tuple[Any, ...]) -> None:
        """Issue a connection attempt."""
        if self._connecting:
            raise Refused(Result.EXISTS)
        number = self.sock.connect_ex(address)
        if number == errno.ECONNABORTED:  # so Linux says once more that the attempt before has failed
            number = self.sock.connect_ex(address)
        if number not in (0, errno.EINPROGRESS):
            raise Refused(result_of(number))
        self._begin_attempt(address)
        self._set_watch()

    def open_and_send(self, address: tuple[Any, ...], data: bytes) -> None:
        """Issue a connection attempt whose SYN carries data; what the kernel does not take yet is queued."""
        if not fast_open.AVAILABLE:
            raise Refused(Result.NO_PRIMITIVE)
        if self._connecting:
            raise Refused(Result.EXISTS)
        taken = fast_open.connect(self.sock, address, data)
        self._begin_attempt(address)
        self._output.add(data[taken:], 0)
        self._set_watch()

    def _begin_attempt(self, address: tuple[Any, ...]) -> None:
        self._failure = None
        self._connecting = True
        self.connected_to(bare(address[0]), address[1])

    def send(self, data: bytes, flags: int) -> None:
        """Send, or queue what the kernel does not take yet."""
        if self._sent_all and (self._connecting or self._output.octets):
            raise Refused(Result.CLOSING)  # nothing overtakes what is queued; otherwise the kernel has to refuse it
        if self._output.octets + len(data) > MOST:
            raise Refused(Result.NO_RESOURCES)
        in_turn = self._connecting or self._output.octets
        self._output.add(data, flags)
        if not in_turn:
            try:
                if not data:  # the system has to say what becomes of that
                    self.sock.send(data, flags)
                self._hand_over()
            except OSError as error:
                raise Refused(self._unsent(error)) from None
        self._set_watch()

    def _hand_over(self) -> None:
        """Hand the kernel as much as it takes; raises OSError when the connection takes no more at all."""
        try:
            self._output.write(self.sock)
        except OSError as error:
            if not self._is_soft(error):
                raise
            self._output.write(self.sock)

    def _unsent(self, error: OSError) -> Result:
        """Return why the kernel did not take it: a broken pipe after the user's own end is no failure."""
        if self._sent_all and error.errno == errno.EPIPE:
            self._output.clear()
            return Result.CLOSING
        return self._failed(error)

    def forward(self, most: int, total: int | None) -> None:
        """Read up to `total` octets (None: without end) from now on, each event forwarding up to `most`."""
        if self.flow is None or self.listening or self._connecting:
            self._try_to_receive()
        self._forward_most = most
        self._forward_left = 1 << 62 if total is None else total
        self._set_watch()

    def _try_to_receive(self) -> None:
        """Have the kernel say whether there can be anything to receive yet."""
        try:
            self.sock.recv(1, socket.MSG_PEEK)
        except (BlockingIOError, InterruptedError):
            pass
        except OSError as error:
            raise Refused(self._failed(error) if self._connecting else result_of(error.errno)) from None

    def reports(self, asking: bool) -> set[Report]:
        """Take what the TCP reports of the connection: unasked only, or also what it tells when it is asked."""
        told, self._reported = self._reported, set()
        taken, ended = reports.taken(self.sock, asking)
        if ended:
            self._failed(OSError(ended, ""))
        return told | taken

    def shutdown(self, how: int) -> None:
        """Shut down; sending ends after what is queued."""
        sending = how in _SENDING
        if sending and self._output.octets and not self._connecting:
            self._shutdown_later = how
        else:
            self.sock.shutdown(how)
        self._sent_all = self._sent_all or sending

    def close(self) -> None:
        """Release the socket, after what is queued is sent."""
        if self._output.octets and not self._connecting and self._failure is None:
            self._close_later = self._sent_all = True
            self._forward_left = 0
            self._set_watch()
        else:
            self._release()

    def abort(self) -> None:
        """Release the socket, with a RST if it is connected."""
        with contextlib.suppress(OSError):  # some systems refuse it once the connection has ended
            self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _ABORT)
        self._release()

    def _release(self) -> None:
        self._owner.watch.set(self.sock, 0, self._ready)
        self._output.clear()
        self.sock.close()
        self._owner.released(self.sock)

    def _set_watch(self) -> None:
        """Watch for what there is to do: nothing is read before it is asked for."""
        mask = WRITE if self._connecting or self._output.octets else 0
        reading = self._forward_left if self._accept_left == 0 else not self._starved
        if reading and not self._connecting:
            mask |= READ
        self._owner.watch.set(self.sock, mask, self._ready)

    def _ready(self, ready: int) -> None:
        if ready & WRITE and self._connecting:
            self._end_connect()
        elif ready & WRITE:
            self._write()
        if ready & READ and self._accept_left:
            self._accept()
        elif ready & READ and self._forward_left:
            self._forward()
        if self.sock.fileno() >= 0:
            self._set_watch()

    def _end_connect(self) -> None:
        """Tell how the attempt to connect ended."""
        self._connecting = False
        number = self.sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        if not number and self.flow is not None:
            # Linux answers the first connect after success with success, whoever calls it; and a reset that came
            # between the two calls is told to the second alone.
            number = self.sock.connect_ex((self.flow.remote, self.flow.remote_port))
        if number not in (0, errno.EISCONN):
            self._failed(OSError(number, ""))
        self._owner.report(p.CONNECT, self.number, result=self._failure or Result.OK)
        if self._failure is not None and self._forward_left:
            self._end_forward(self._failure)

    def _write(self) -> None:
        """Send what is queued, then do what waited for that."""
        try:
            self._hand_over()
        except OSError as error:
            self._failed(error)
        if self._output.octets:
            return
        if self._close_later:
            self._release()
        elif self._shutdown_later is not None:
            how, self._shutdown_later = self._shutdown_later, None
            try:
                self.sock.shutdown(how)
            except OSError as error:
                self._failed(error)

    def _is_soft(self, error: OSError) -> bool:
        """Tell whether the error only reports something of a connection that goes on; take note of it then."""
        soft = error.errno not in _OF_THE_CALL and reports.goes_on(self.sock)
        if soft:
            self._reported.add(Report.ICMP)
        return soft

    def _failed(self, error: OSError) -> Result:
        """Take note that the connection has ended, and how: a broken pipe, or that there is none, does not tell how."""
        if self._failure in (None, Result.DOES_NOT_EXIST):
            broken = error.errno == errno.EPIPE
            self._failure = Result.DOES_NOT_EXIST if broken else result_of(error.errno)
        self._output.clear()
        return self._failure

    def _forward(self) -> None:
        """Read once and forward it."""
        try:
            data = self.sock.recv(min(PIECE, self._forward_left))
        except (BlockingIOError, InterruptedError):
            return
        except OSError as error:
            if not self._is_soft(error):
                self._end_forward(self._failed(error))
            return
        if not data:  # the system says once how a connection broke off, and may have said it to another call
            self._end_forward(Result.OK if self._failure is Result.DOES_NOT_EXIST else self._failure or Result.OK)
            return
        self._forward_left -= len(data)
        self.urgency.received()
        self._owner.report(p.RECEIVE_AND_FORWARD, len(data), data[: self._forward_most])

    def _end_forward(self, result: Result) -> None:
        """Tell that nothing more will be received: an event without data."""
        self._forward_left = 0
        self._owner.report(p.RECEIVE_AND_FORWARD, 0, b"", result=result)
