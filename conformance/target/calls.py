"""What every user call of the target's needs: the agent, the sockets it is about, the transcript."""

from __future__ import annotations

from collections.abc import Callable

from conformance.agent.client import Agent, AgentRefused
from conformance.agent.protocol import Result
from conformance.errors import Inconclusive, NotApplicable
from conformance.target.subject import Subject
from conformance.timing import Timing
from conformance.transcript import Transcript


class Calls:
    """The user of one target, for one case; each group of calls is a class on top of this one."""

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
        self._prepared = False
        self._reads_no_more = False
        self.hurries = False
        """Whether calls go out without waiting for what was said before them to arrive."""

    @property
    def has_agent(self) -> bool:
        """Whether an agent drives the target's user calls."""
        return self._agent is not None

    @property
    def second_address(self) -> str:
        """One more address of the target. `NotApplicable` where none is known."""
        if not self.subject.routes[self.family].second:
            raise NotApplicable(f"needs a second address of the target: [addresses] second_{self.family} in a profile")
        return self.subject.routes[self.family].second

    @property
    def broadcast_address(self) -> str:
        """The broadcast address of the target's IPv4 network. `NotApplicable` where it is not known."""
        if not self.subject.routes[self.family].broadcast:
            raise NotApplicable(
                "needs the broadcast address of the target's network: [addresses] broadcast in a profile"
            )
        return self.subject.routes[self.family].broadcast

    @property
    def tells_state(self) -> bool:
        """Whether the agent can tell states: a private primitive, which no foreign server has."""
        return self.subject.agent_ours

    def check_reads(self) -> None:
        """Raise `NotApplicable` where the target's CLOSE has ended reading, which leaves new text to be reset."""
        if self._reads_no_more:
            raise NotApplicable("the target's CLOSE ends reading, too, as RFC 9293 allows (section 3.6.1, MAY-1)")

    def refuses(self, call: Callable[..., object], *args: object, **named: object) -> bool:
        """Make a user call that the TCP may refuse, such as `refuses(target.send, data)`; tell whether it did."""
        try:
            call(*args, **named)
        except AgentRefused as refused:
            if refused.result in (Result.BAD_SOCKET, Result.INVALID_PARAMETER):
                raise  # the agent's refusal, not the TCP's
            return True
        return False

    @property
    def _socket_at_hand(self) -> int:
        """The connection, or the listener where there is none."""
        socket = self._connection if self._connection is not None else self._listener
        assert socket is not None, "listen or connect first"
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
