"""The server: one thread, one loop, a session for each control address that asks."""

from __future__ import annotations

import signal
import socket
import time
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from conformance.agent.control import Allowed, Control
from conformance.agent.dispatch import handle
from conformance.agent.primitives import Primitive
from conformance.agent.protocol import SERVICE, Kind, Message, ProtocolError, Result, decode
from conformance.agent.room import Limits, Room
from conformance.agent.session import Session
from conformance.agent.watch import READ, Watch

_END = {signal.SIGTERM, signal.SIGINT}
_URGENT = {signal.SIGURG} if hasattr(signal, "SIGURG") else set()


class Server:
    """Answers on the UDP sockets `controls`, which are its own from then on, to the addresses in `allow`.

    `step` makes it work; `close` resets all connections and closes everything. `clock` tells seconds.
    """

    def __init__(
        self,
        controls: Sequence[socket.socket],
        allow: Iterable[str],
        limits: Limits | None = None,
        *,
        interface: int = 0,
        service: int = SERVICE,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.watch = Watch()
        self._limits = limits or Limits()
        self._room = Room(self._limits)
        self._interface = interface
        self._service = service
        self._clock = clock
        self._sessions: dict[tuple[Control, Any], Session] = {}
        self._heard: dict[tuple[Control, Any], float] = {}
        allowed = Allowed(allow)
        self._controls = [Control(sock, self.watch, allowed, self._handle) for sock in controls]

    @property
    def sockets(self) -> int:
        """How many TCP sockets are open."""
        return self._room.taken

    @property
    def sessions(self) -> int:
        """How many sessions there are."""
        return len(self._sessions)

    def step(self, seconds: float | None = None) -> None:
        """Wait up to so many seconds (None: for as long as nothing is due), do what there is to do, and return."""
        due = self._due()
        if due is not None and (seconds is None or due < seconds):
            seconds = due
        self.watch.step(seconds)
        self._end_idle()

    def look_for_urgent_data(self) -> None:
        """Tell the testers whose sockets have new urgent data: SIGURG came, which does not say where."""
        for session in self._sessions.values():
            session.look_for_urgent_data()

    def close(self) -> None:
        """Reset every connection and close everything."""
        for session in self._sessions.values():
            session.abort()
        for control in self._controls:
            control.close()
        self.watch.close()

    def _handle(self, control: Control, address: Any, datagram: bytes) -> None:
        """Hand a request over to its session; what is no request is not answered."""
        try:
            message = decode(datagram, self._service)
        except ProtocolError:
            return
        if message.kind is not Kind.REQUEST:
            return
        key = (control, address)
        session = self._sessions.get(key) or self._new_session(control, address)
        if key not in self._sessions and len(self._sessions) >= self._limits.sessions:
            control.send(_no_room(message), address)
            return
        handle(session, message)
        if session.empty:  # so that asking alone takes no memory
            self._sessions.pop(key, None)
            self._heard.pop(key, None)
        else:
            self._sessions[key] = session
            self._heard[key] = self._clock()

    def _new_session(self, control: Control, address: Any) -> Session:
        def reply(datagram: bytes) -> None:
            control.send(datagram, address)

        return Session(reply, self.watch, self._room, self._interface, self._service)

    def _due(self) -> float | None:
        """Return in how many seconds the next session becomes idle; None when there is none."""
        if not self._heard:
            return None
        return max(0.0, min(self._heard.values()) + self._limits.idle - self._clock())

    def _end_idle(self) -> None:
        """Reset the sessions that have asked nothing for too long."""
        limit = self._clock() - self._limits.idle
        for key in [key for key, heard in self._heard.items() if heard <= limit]:
            self._sessions.pop(key).abort()
            del self._heard[key]


def _no_room(message: Message) -> bytes:
    """Return the answer to a request for which there is no session any more."""
    refusal = Primitive("refused", message.group, message.number)
    return refusal.answer(result=Result.NO_RESOURCES, service=message.service)


def serve(
    sockets: Sequence[socket.socket],
    allow: Iterable[str],
    limits: Limits | None = None,
    *,
    interface: int = 0,
    service: int = SERVICE,
) -> None:
    """Serve on the UDP sockets until SIGTERM or SIGINT; then reset every connection and return.

    To be called in the main thread. The control sockets may belong to another network namespace than the process:
    a socket stays where it was made, and the sockets under test are made where the process is now.
    """
    server = Server(sockets, allow, limits, interface=interface, service=service)
    wake, woken = socket.socketpair()
    signals: set[int] = set()
    for sock in (wake, woken):
        sock.setblocking(False)
    server.watch.set(woken, READ, lambda ready: signals.update(woken.recv(0x1000)))
    before = signal.set_wakeup_fd(wake.fileno())
    handlers = {number: signal.signal(number, _noted) for number in (*_END, *_URGENT)}
    try:
        while not signals & _END:
            server.step()
            if signals & _URGENT:
                signals -= _URGENT
                server.look_for_urgent_data()
    finally:
        for number, handler in handlers.items():
            signal.signal(number, handler)
        signal.set_wakeup_fd(before)
        server.close()
        wake.close()
        woken.close()


def _noted(number: int, frame: Any) -> None:
    """Take a signal: it has woken the loop."""
