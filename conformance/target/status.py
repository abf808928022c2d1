"""STATUS, and settings of a connection: RFC 9293, section 3.9.1.5."""

from __future__ import annotations

import contextlib

from conformance.agent.client import ConnectionStatus
from conformance.agent.primitives import Parameter, Report
from conformance.errors import NotApplicable
from conformance.state import State
from conformance.target.calls import Calls


class Status(Calls):
    """STATUS and what can be set."""

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

    def status(self) -> ConnectionStatus:
        """STATUS: sockets, windows and queues of the connection. `NotApplicable` with an agent that cannot tell."""
        return self._needs_agent("status").status(self._open_connection())

    def state_becomes(self, expected: State) -> bool:
        """Tell whether the agent's word is, or becomes while a reply may still be under way, `expected`."""
        until = self._now() + self._timing.reply
        while self.state() is not expected:
            if self._now() > until:
                return False
        return True

    def state_has_changed_to(self, expected: State) -> bool:
        """Tell the same of a state that is another than before: asked at once, before it may have changed again."""
        self.hurries = True
        try:
            return self.state_becomes(expected)
        finally:
            self.hurries = False

    def reported_errors(self, *, unasked: bool = False) -> frozenset[Report]:
        """Return what the TCP has reported of the connection since the last call: soft errors (section 3.9.1.8).

        `unasked` leaves out what the user had to ask for. `NotApplicable` with an agent that has no such primitive.
        """
        return self._needs_agent("error reports").errors(self._socket_at_hand, asking=not unasked)

    def parameter(self, parameter: Parameter) -> int:
        """Return what a parameter of the connection is, or of the listener where there is none.

        `NotApplicable` with an agent that cannot tell it.
        """
        return self._needs_agent("parameter").parameter(self._socket_at_hand, parameter)

    def prefer(self, parameter: Parameter, value: int) -> None:
        """Set a parameter if the agent can: the case is plainer with it, and good without."""
        with contextlib.suppress(NotApplicable):
            self.configure(parameter, value)

    def configure(self, parameter: Parameter, value: int | bytes) -> None:
        """Set a parameter of the connection, or of the listener where there is none."""
        self._needs_agent("configure").configure(self._socket_at_hand, parameter, value)
