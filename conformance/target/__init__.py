"""The TCP under test, as its user sees it: the calls of RFC 9293, section 3.9.1, and nothing else."""

from __future__ import annotations

import random
from collections.abc import Callable

from conformance.agent.client import Agent, AgentRefused
from conformance.agent.primitives import Parameter
from conformance.agent.protocol import Result
from conformance.errors import Inconclusive, Nonconformance, NotApplicable
from conformance.state import State
from conformance.target.subject import Subject
from conformance.timing import Timing
from conformance.transcript import Transcript
from conformance.wire import Flow

LISTEN_PORTS = range(11000, 20000)
"""Where the target is made to listen: apart from well-known ports and from what systems take for ephemeral ones."""

_TAKEN = (Result.CANNOT_BIND, Result.EXISTS)
"""How a port in use is told: at once, or by LISTEN where another socket was bound to it meanwhile."""

ANY_ADDRESS = {"ipv4": "0.0.0.0", "ipv6": "::"}
"""The local address that leaves the choice to the target."""

SEND_ONLY = 1
"""SHUTDOWN's word for sending (what RFC 9293 calls CLOSE)."""


class Target:
    """The user of the TCP under test, for one case.

    Every call works on the connection that was accepted or connected last. A call that needs an agent on the target
    is `NotApplicable` where there is none. Nothing here waits longer than the agent's answer takes, but `accept`,
    `connected`, `receive` and `state_becomes`, which wait for the wire.
    """

    def __init__(
        self,
        subject: Subject,
        family: str,
        agent: Agent | None,
        transcript: Transcript,
        timing: Timing,
        now: Callable[[], float],
    ) -> None:
        self.subject = subject
        self.family = family
        self.address = subject.routes[family].address
        self._agent = agent
        self._transcript = transcript
        self._timing = timing
        self._now = now
        self._listener: int | None = None
        self._connection: int | None = None
        self._remote: tuple[str, int] | None = None
        self._receiving = False

    # -- OPEN --

    def listen(self, port: int | None = None, *, backlog: int | None = None, reuse: bool | None = None) -> int:
        """OPEN passive: listen on `port` (any free one when None) of the address under test; return the port.

        `backlog` is how many established connections may wait for `accept`; with it none is accepted before
        `accept_from_queue` says so. `reuse` sets or clears SO_REUSEADDR.
        """
        agent = self._needs_agent("listen")
        self._call("OPEN (passive)" + (f", backlog {backlog}" if backlog is not None else ""))
        for candidate in random.sample(LISTEN_PORTS, 8) if port is None else [port]:
            try:
                self._listen_on(agent, candidate, backlog, reuse)
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

    def connect(self, flow: Flow, *, port: int | None = None, address_chosen: bool = True) -> None:
        """OPEN active, to our end of `flow`; returns when the call is issued, before any answer of ours.

        The user names the address under test as the local one, unless `address_chosen` is false.
        """
        agent = self._needs_agent("connect")
        local = self.address if address_chosen else ANY_ADDRESS[self.family]
        self._connection, self._receiving = agent.create_and_bind(port, local), False
        self._remote = (flow.local, flow.local_port)
        self._call("OPEN (active)")
        agent.connect(self._connection, flow.local_port, flow.local)

    def connected(self, within: float | None = None) -> str:
        """Return how the active OPEN ended: `ok`, `refused`, `reset`, `timeout` ...; `pending` when it has not yet."""
        span = self._timing.reply if within is None else within
        outcome = self._needs_agent("connect").connect_outcome(self._now() + span)
        return "pending" if outcome is None else outcome.name.lower()

    # -- SEND and RECEIVE --

    def send(self, data: bytes, *, total: int | None = None, urgent: bool = False) -> None:
        """SEND `data`, repeated up to `total` octets (at most 65535)."""
        self._call(f"SEND {len(data) if total is None else total} octets" + (", URGENT" if urgent else ""))
        self._needs_agent("send").send_data(self._open_connection(), data, total, urgent=urgent)

    def receive(self, octets: int, within: float | None = None) -> bytes:
        """RECEIVE `octets` octets; return those that came, fewer at the end of the stream or when time is up.

        A reset raises `ConnectionResetError`, whatever else ends the connection `ConnectionError`.
        """
        agent = self._needs_agent("receive")
        self._call(f"RECEIVE {octets} octets")
        self._start_receiving(agent)
        until = self._now() + (self._timing.reply if within is None else within)
        data = b""
        while len(data) < octets:
            received = agent.received(until)
            if received is None or received.end:
                break
            if received.error is not None:
                kind = ConnectionResetError if received.error is Result.RESET else ConnectionError
                raise kind(received.error.name.lower())
            data += received.data
        return data

    def end_of_stream(self) -> bool:
        """RECEIVE once more; tell whether the user learns that the peer has closed, and gets no octet before that."""
        agent = self._needs_agent("receive")
        self._call("RECEIVE")
        self._start_receiving(agent)
        received = agent.received(self._now() + self._timing.reply)
        return received is not None and received.end

    def learns_of_reset(self) -> bool:
        """RECEIVE once more; tell whether the user learns that the connection was reset, not closed."""
        agent = self._needs_agent("receive")
        self._call("RECEIVE")
        self._start_receiving(agent)
        received = agent.received(self._now() + self._timing.reply)
        return received is not None and received.error is not None and received.error is not Result.USER_TIMEOUT

    def _start_receiving(self, agent: Agent) -> None:
        if not self._receiving:
            agent.receive_and_forward(self._open_connection())
            self._receiving = True

    # -- CLOSE, ABORT, STATUS --

    def close(self) -> None:
        """CLOSE: no more data to send. Receiving goes on (what POSIX calls shutdown(SHUT_WR))."""
        self._call("CLOSE")
        self._needs_agent("close").shutdown(self._open_connection(), SEND_ONLY)

    def release(self) -> None:
        """Give the socket up in both directions (what POSIX calls close): nobody will read what still comes."""
        self._call("CLOSE and stop reading")
        self._needs_agent("release").close_socket(self._open_connection(), abort=False)

    def abort(self) -> None:
        """ABORT: reset the connection and discard it."""
        self._call("ABORT")
        self._needs_agent("abort").close_socket(self._open_connection(), abort=True)

    def stop_listening(self, *, abort: bool = False) -> None:
        """CLOSE in LISTEN, or ABORT."""
        agent = self._needs_agent("close")
        assert self._listener is not None, "listen first"
        self._call(f"{'ABORT' if abort else 'CLOSE'} in LISTEN")
        agent.close_socket(self._listener, abort)

    def refuses(self, call: Callable[..., object], *args: object, **named: object) -> bool:
        """Make a user call that the TCP may refuse, such as `refuses(target.send, data)`; tell whether it did."""
        try:
            call(*args, **named)
        except AgentRefused as refused:
            if refused.result in (Result.BAD_SOCKET, Result.INVALID_PARAMETER):
                raise  # the agent's refusal, not the TCP's
            return True
        return False

    def state(self) -> State:
        """STATUS: the state of the connection, or of the listener where there is none, by the agent's word."""
        agent = self._needs_agent("state")
        if self._connection is not None:
            return agent.socket_state(self._connection, self._remote)
        assert self._listener is not None, "listen or connect first"
        if self._remote is not None:
            state = agent.socket_state(self._listener, self._remote)
            if state is not State.CLOSED:
                return state
        return agent.socket_state(self._listener)

    def state_becomes(self, expected: State) -> bool:
        """Tell whether the agent's word is, or becomes while a reply may still be under way, `expected`."""
        until = self._now() + self._timing.reply
        while self.state() is not expected:
            if self._now() > until:
                return False
        return True

    def concerns(self, flow: Flow) -> None:
        """Name the peer that STATUS of a connection not yet accepted is about."""
        self._remote = (flow.local, flow.local_port)

    @property
    def has_agent(self) -> bool:
        """Whether an agent drives the target's user calls."""
        return self._agent is not None

    @property
    def tells_state(self) -> bool:
        """Whether the agent can tell states: a private primitive, which no foreign server has."""
        return self.subject.agent_ours

    def configure(self, parameter: Parameter, value: int) -> None:
        """Set a parameter of the connection, or of the listener where there is none."""
        agent = self._needs_agent("configure")
        socket = self._connection if self._connection is not None else self._listener
        assert socket is not None, "listen or connect first"
        agent.configure(socket, parameter, value)

    def _listen_on(self, agent: Agent, port: int, backlog: int | None, reuse: bool | None) -> None:
        """Listen on `port`: the protocol cannot tell which one "any" was."""
        self._listener = self._socket(agent, port, reuse)
        if backlog is not None:
            agent.configure(self._listener, Parameter.BACKLOG, backlog)
        agent.listen_and_accept(self._listener, 0 if backlog is not None else 0x7FFF)

    def _socket(self, agent: Agent, port: int, reuse: bool | None) -> int:
        if reuse is None:
            return agent.create_and_bind(port, self.address)
        socket = agent.create_and_bind(None, self.address, bind=False)
        agent.configure(socket, Parameter.REUSE_ADDRESS, int(reuse))
        agent.bind(socket, port, self.address)
        return socket

    def _open_connection(self) -> int:
        if self._connection is None:
            raise Inconclusive("the target has no connection to work on")
        return self._connection

    def _needs_agent(self, call: str) -> Agent:
        if self._agent is None:
            raise NotApplicable(f"needs an agent on the target (user call {call}); see --agent")
        return self._agent

    def _call(self, text: str) -> None:
        self._transcript.call(self._now(), text)
