"""The agent's core in C with the plain services, as a library, for a stack whose user calls are Python's.

`Calls` is the table of `../agent/c/stack.h` in Python; `run` begins the agent on it, controlled over standard input and
output. The library knows one stack in a process.
"""

from __future__ import annotations

import ctypes
import ipaddress
import os
import traceback
from collections.abc import Callable
from ctypes import CFUNCTYPE, POINTER, c_int, c_size_t, c_ubyte, c_uint16, c_uint32, c_uint64, c_void_p
from typing import Any, Protocol

from conformance.agent.protocol import Result

READ, WRITE = 1, 2

End = tuple[str, int]
"""An address, all zero meaning any, and a port, 0 meaning any."""


class Failed(Exception):
    """A call that does not do what it was asked for; `result` says why, or PENDING for "not yet"."""

    def __init__(self, result: Result) -> None:
        super().__init__(result.name)
        self.result = result


class Calls(Protocol):
    """The user calls of a stack. None waits; each raises `Failed`. A socket is a number of the stack's own choice."""

    def open(self, ipv6: bool) -> int:
        """Return a new socket for addresses of that family."""

    def bind(self, socket: int, local: End) -> None:
        """Give it its local end."""

    def listen(self, socket: int, backlog: int) -> None:
        """Listen, or change the backlog of one that does."""

    def accept(self, socket: int) -> tuple[int, End]:
        """Take one connection out of the queue; return its socket and remote end."""

    def connect(self, socket: int, remote: End) -> None:
        """Issue an attempt; the local end has to be known then."""

    def connected(self, socket: int) -> None:
        """Return when the attempt has succeeded."""

    def send(self, socket: int, octets: bytes, urgent: bool) -> int:
        """Send octets as far as there is room; return how many."""

    def receive(self, socket: int, most: int) -> bytes:
        """Return what is there; nothing is the end of the stream."""

    def shutdown(self, socket: int, how: int) -> None:
        """End receiving (0), sending (1), both (2)."""

    def close(self, socket: int) -> None:
        """CLOSE; the socket is no more."""

    def abort(self, socket: int) -> None:
        """ABORT; the socket is no more."""

    def local(self, socket: int) -> End:
        """Return the local end of a socket that was bound or connected."""

    def state(self, socket: int, local: End, remote: End) -> int:
        """Return the state of a connection in the numbering of RFC 4022; `socket` is -1 where it is closed."""

    def numbers(self, socket: int) -> tuple[int, int, int, int]:
        """Return send window, receive window, octets unacknowledged and octets unread."""

    def configure(self, socket: int, parameter: int, value: int) -> None:
        """Set a parameter."""

    def ready(self, socket: int, mask: int) -> int:
        """Return what of `mask`, READ and WRITE, the socket is ready for."""


class _Place(ctypes.Structure):
    _fields_ = (("length", c_ubyte), ("octets", c_ubyte * 16), ("port", c_uint16), ("scope", c_uint32))

    def read(self) -> End:
        return str(ipaddress.ip_address(bytes(self.octets[: self.length]))), self.port

    def write(self, end: End) -> None:
        octets = ipaddress.ip_address(end[0]).packed
        self.length, self.port, self.scope = len(octets), end[1], 0
        ctypes.memmove(self.octets, octets, len(octets))


class _Flow(ctypes.Structure):
    _fields_ = (("local", _Place), ("remote", _Place))


class _Numbers(ctypes.Structure):
    _fields_ = tuple((name, c_uint32) for name in ("send_window", "receive_window", "unacknowledged", "unread"))


_OCTETS, _SIZE = POINTER(c_ubyte), POINTER(c_size_t)
_VOID = CFUNCTYPE(None, c_void_p, c_int)


def _call(*arguments: Any) -> Any:
    return CFUNCTYPE(c_int, c_void_p, c_int, *arguments)


_TABLE = (
    ("open", _call(POINTER(c_int))),
    ("bind", _call(POINTER(_Place))),
    ("listen", _call(c_int)),
    ("accept", _call(POINTER(c_int), POINTER(_Place))),
    ("connect", _call(POINTER(_Place))),
    ("connected", _call()),
    ("send", _call(_OCTETS, c_size_t, c_int, _SIZE)),
    ("receive", _call(_OCTETS, c_size_t, _SIZE)),
    ("shutdown", _call(c_int)),
    ("close", _VOID),
    ("abort", _VOID),
    ("local", _call(POINTER(_Place))),
    ("state", _call(POINTER(_Flow), _OCTETS)),
    ("numbers", _call(POINTER(_Numbers))),
    ("configure", _call(c_int, _OCTETS, c_size_t)),
    *((name, c_void_p) for name in ("parameter", "open_and_send", "urgent", "urgent_news", "at_mark", "reports")),
    ("watch", c_void_p),
    ("ready", _call(c_int)),
    ("can_end", c_void_p),
)


class _Stack(ctypes.Structure):
    _fields_ = (("with", c_void_p), *_TABLE)


_URGENT = 0x20


class _Glue:
    """From the arguments of C to those of `Calls`, and back."""

    def __init__(self, calls: Calls) -> None:
        self._calls = calls

    def open(self, length: int, socket: Any) -> None:
        socket[0] = self._calls.open(length == 16)

    def bind(self, socket: int, local: Any) -> None:
        self._calls.bind(socket, local[0].read())

    def listen(self, socket: int, backlog: int) -> None:
        self._calls.listen(socket, backlog)

    def accept(self, socket: int, accepted: Any, remote: Any) -> None:
        accepted[0], end = self._calls.accept(socket)
        remote[0].write(end)

    def connect(self, socket: int, remote: Any) -> None:
        self._calls.connect(socket, remote[0].read())

    def connected(self, socket: int) -> None:
        self._calls.connected(socket)

    def send(self, socket: int, octets: Any, length: int, flags: int, taken: Any) -> None:
        taken[0] = 0
        taken[0] = self._calls.send(socket, ctypes.string_at(octets, length), bool(flags & _URGENT))

    def receive(self, socket: int, octets: Any, room: int, got: Any) -> None:
        got[0] = 0
        said = self._calls.receive(socket, room)
        ctypes.memmove(octets, said, len(said))
        got[0] = len(said)

    def shutdown(self, socket: int, how: int) -> None:
        self._calls.shutdown(socket, how)

    def close(self, socket: int) -> None:
        self._calls.close(socket)

    def abort(self, socket: int) -> None:
        self._calls.abort(socket)

    def local(self, socket: int, local: Any) -> None:
        local[0].write(self._calls.local(socket))

    def state(self, socket: int, flow: Any, state: Any) -> None:
        state[0] = self._calls.state(socket, flow[0].local.read(), flow[0].remote.read())

    def numbers(self, socket: int, numbers: Any) -> None:
        values = self._calls.numbers(socket)
        numbers[0].send_window, numbers[0].receive_window, numbers[0].unacknowledged, numbers[0].unread = values

    def configure(self, socket: int, parameter: int, octets: Any, length: int) -> None:
        self._calls.configure(socket, parameter, int.from_bytes(ctypes.string_at(octets, length), "big"))


def _guarded(function: Callable[..., None]) -> Callable[..., int]:
    """Have a call return its result; nothing that it raises may be lost in C."""

    def call(_: Any, *arguments: Any) -> int:
        try:
            function(*arguments)
        except Failed as failed:
            return int(failed.result)
        except Exception:
            traceback.print_exc()
            return int(Result.NOT_OK)
        return int(Result.OK)

    return call


class Core:
    """The agent and the services on a stack. `turn` makes them work; it never waits."""

    def __init__(self, library: str, calls: Calls) -> None:
        self._library = ctypes.CDLL(library)
        self._library.stream_now.restype = c_uint64
        glue = _Glue(calls)
        self._stack = _Stack()
        for name, kind in _TABLE:
            if name == "ready":
                self._stack.ready = kind(lambda _, socket, mask: calls.ready(socket, mask))
            elif kind is not c_void_p:
                setattr(self._stack, name, kind(_guarded(getattr(glue, name))))

    def begin(self) -> None:
        """Listen for the services, and tell over standard output that the target is ready."""
        out = os.dup(1)
        os.dup2(2, 1)  # what the stack has to say shall not end up in the stream
        os.set_blocking(0, False)
        if not self._library.services_begin(ctypes.byref(self._stack), (c_int * 2)(4, 16)):
            raise RuntimeError("the services cannot listen")
        self._library.stream_begin(ctypes.byref(self._stack), 0, out)

    def turn(self) -> bool:
        """Do what there is to do; tell whether the tester is still there."""
        now = c_uint64(self._library.stream_now())
        there = bool(self._library.stream_take(now))
        self._library.agent_turn(now)
        self._library.services_turn()
        return there
