"""OPEN, passive and active: RFC 9293, section 3.9.1.1; and the connections that a listener hands over."""

from __future__ import annotations

import random

from conformance.agent.client import Agent, AgentRefused
from conformance.agent.primitives import Parameter
from conformance.agent.protocol import Result
from conformance.errors import Inconclusive, Nonconformance, NotApplicable
from conformance.target.calls import Calls
from conformance.wire import Flow

LISTEN_PORTS = range(11000, 20000)
"""Where the target is made to listen: apart from well-known ports and from what systems take for ephemeral ones."""

_TAKEN = (Result.CANNOT_BIND, Result.EXISTS)
"""How a port in use is told: at once, or by LISTEN where another socket was bound to it meanwhile."""

BEGINS = 8.0
"""Seconds within which a user who can only open connections has to begin: it takes typing, or a machine's start."""

ANY_ADDRESS = {"ipv4": "0.0.0.0", "ipv6": "::"}
"""The local address that leaves the choice to the target."""


class Opening(Calls):
    """OPEN."""

    def listen(
        self,
        port: int | None = None,
        *,
        backlog: int | None = None,
        reuse: bool | None = None,
        address_chosen: bool = True,
    ) -> int:
        """OPEN passive: listen on `port` (any free one when None); return the port.

        The user names the address under test as the local one, unless `address_chosen` is false.

        `backlog` is how many established connections may wait for `accept`; with it none is accepted before
        `accept_from_queue` says so. `reuse` sets or clears SO_REUSEADDR.
        """
        agent = self._needs_agent("listen")
        self._call("OPEN (passive)" + (f", backlog {backlog}" if backlog is not None else ""))
        for candidate in random.sample(LISTEN_PORTS, 8) if port is None else [port]:
            try:
                self._listen_on(agent, candidate, backlog, reuse, address_chosen)
            except AgentRefused as refused:
                if port is not None or refused.result not in _TAKEN:
                    raise
            else:
                return candidate
        raise Inconclusive(f"the target has no port free between {LISTEN_PORTS[0]} and {LISTEN_PORTS[-1]}")

    def accept_from_queue(self, connections: int = 0x7FFF) -> None:
        """Let the user take connections from the listen queue that `listen(backlog=...)` left full."""
        agent = self._needs_agent("accept")
        assert self._listener is not None, "listen first"
        self._call("ACCEPT")
        agent.listen_and_accept(self._listener, connections)

    def accept(self) -> None:
        """Take the next connection of the listener, which becomes the one that the other calls are about."""
        accepted = self._needs_agent("accept").accepted(self._now() + self._timing.reply)
        if accepted is None:
            raise Inconclusive("the target's user was handed no connection")
        self._connection, self._remote = accepted.socket, (accepted.address, accepted.port)
        self._receiving = False

    def accepts_nothing(self) -> None:
        """Fail if the target's user is handed a connection."""
        accepted = self._needs_agent("accept").accepted(self._now() + self._timing.silence)
        if accepted is not None:
            raise Nonconformance("no connection for the user", f"one from {accepted.address}:{accepted.port}")

    def prepare(self) -> None:
        """Make a connection that is in CLOSED, for the calls that follow, of which `connect` may be one."""
        self._connection = self._needs_agent("open").create_and_bind(None, self.address)
        self._prepared, self._receiving, self._remote = True, False, None

    def connect(
        self, flow: Flow, *, port: int | None = None, address_chosen: bool = True, data: bytes = b"", address: str = ""
    ) -> None:
        """OPEN active, to our end of `flow`; returns when the call is issued, before any answer of ours.

        The user names the address under test as the local one, or `address`,
        unless `address_chosen` is false. `data` is what it
        SENDs together with the OPEN, for the SYN to carry.
        """
        agent = self._needs_agent("connect")
        local = (address or self.address) if address_chosen else ANY_ADDRESS[self.family]
        if not self._prepared or self._connection is None:
            self._connection = agent.create_and_bind(port, local)
        self._prepared = self._receiving = False
        self._remote = (flow.local, flow.local_port)
        self._call("OPEN (active)" + (f" and SEND {len(data)} octets" if data else ""))
        if data:
            self._open_with_data(agent, self._connection, flow, data)
        else:
            self._open(agent, self._connection, flow)

    def _open(self, agent: Agent, socket: int, flow: Flow) -> None:
        """Issue a CONNECT. Its response is waited for where it comes when the user, who takes his time, has begun."""
        until = self._now() + BEGINS if self.subject.opens_to else None
        if not agent.connect(socket, flow.local_port, flow.local, until) and until is not None:
            raise Inconclusive(f"the target's user did not begin to open a connection within {BEGINS:g} s")

    def _open_with_data(self, agent: Agent, socket: int, flow: Flow, data: bytes) -> None:
        try:
            agent.open_and_send(socket, flow.local_port, flow.local, data)
        except AgentRefused as refused:
            raise NotApplicable(f"its user calls have no SEND that opens: {refused}") from None

    def connect_listener(self, flow: Flow, data: bytes = b"") -> None:
        """OPEN active of the connection that is in LISTEN, to our end of `flow`; or SEND `data` there.

        `NotApplicable` where the target's user calls know no such thing, as those of POSIX do not.
        """
        self._call("SEND in LISTEN, to a remote socket" if data else "OPEN (active) in LISTEN")
        agent = self._needs_agent("connect")
        if data:
            self._open_with_data(agent, self._socket_at_hand, flow, data)
        else:
            try:
                agent.connect(self._socket_at_hand, flow.local_port, flow.local, self._now() + self._timing.reply)
            except AgentRefused as refused:
                raise NotApplicable(f"its user calls make no LISTEN active: {refused}") from None
        self._connection, self._listener = self._socket_at_hand, None
        self._remote, self._receiving = (flow.local, flow.local_port), False

    def listen_again(self) -> None:
        """OPEN passive of the connection at hand, whatever its state."""
        self._call("OPEN (passive)")
        self._needs_agent("listen").listen_and_accept(self._socket_at_hand)

    def connected(self, within: float | None = None) -> str:
        """Return how the active OPEN ended: `ok`, `refused`, `reset`, `timeout` ...; `pending` when it has not yet."""
        if self.subject.opens_to:
            raise NotApplicable("its user does not tell what becomes of an attempt")
        span = self._timing.reply if within is None else within
        outcome = self._needs_agent("connect").connect_outcome(self._now() + span)
        return "pending" if outcome is None else outcome.name.lower()

    def concerns(self, flow: Flow) -> None:
        """Name the peer that STATUS of a connection not yet accepted is about."""
        self._remote = (flow.local, flow.local_port)

    def _listen_on(
        self, agent: Agent, port: int, backlog: int | None, reuse: bool | None, address_chosen: bool
    ) -> None:
        """Listen on `port`: the protocol cannot tell which one "any" was."""
        self._listener = self._socket(agent, port, reuse, address_chosen)
        if backlog is not None:
            agent.configure(self._listener, Parameter.BACKLOG, backlog)
        agent.listen_and_accept(self._listener, 0 if backlog is not None else 0x7FFF)

    def _socket(self, agent: Agent, port: int, reuse: bool | None, address_chosen: bool) -> int:
        local = self.address if address_chosen else ANY_ADDRESS[self.family]
        if reuse is None:
            return agent.create_and_bind(port, local)
        socket = agent.create_and_bind(None, local, bind=False)
        agent.configure(socket, Parameter.REUSE_ADDRESS, int(reuse))
        agent.bind(socket, port, local)
        return socket
