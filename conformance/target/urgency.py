"""What the user learns of urgent data: RFC 9293, sections 3.8.5 and 3.9.1.3.

A user of sockets gets the last urgent octet apart from the stream, and finds a mark where it stood.
"""

from __future__ import annotations

from conformance.agent.client import AgentRefused
from conformance.agent.primitives import Urgent
from conformance.target.calls import Calls


class Urgency(Calls):
    """Urgent data; every call is `NotApplicable` where the agent has no word for it."""

    def is_told_of_urgent_data(self, within: float | None = None) -> bool:
        """Tell whether the TCP tells the user, unasked, of urgent data; each notice is told once.

        `within` is in seconds from now; as long as a reply may take when it is not given.
        """
        agent = self._needs_agent("urgent notice")
        self.at_mark()  # not applicable where the agent would not tell
        span = self._timing.reply if within is None else within
        told = agent.urgent_notice(self._now() + span) is not None
        if told:
            self._transcript.note(self._now(), "the user is told of urgent data")
        return told

    def urgent_octet(self) -> bytes:
        """Take the last urgent octet; empty when it has not come, was taken, or there is none."""
        self._call("RECEIVE the urgent octet")
        what, octet = self._needs_agent("urgent data").urgent_data(self._open_connection())
        return octet if what is Urgent.TAKEN else b""

    def at_mark(self) -> bool:
        """Tell whether the user has received everything before the last urgent octet, and nothing after it.

        False also where the TCP answers that question with an error: its user cannot know.
        """
        agent = self._needs_agent("urgent mark")
        try:
            return agent.at_mark(self._open_connection())
        except AgentRefused:
            return False
