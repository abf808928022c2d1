"""SEND and RECEIVE: RFC 9293, sections 3.9.1.2 and 3.9.1.3."""

from __future__ import annotations

from conformance.agent.client import Agent, AgentRefused
from conformance.agent.protocol import Result
from conformance.target.calls import Calls

PIECE = 16384
"""Octets asked for at once: what one request draws has to fit into the buffer of a datagram socket."""


class Transfer(Calls):
    """SEND and RECEIVE."""

    def send(self, data: bytes, *, total: int | None = None, urgent: bool = False, push: bool = False) -> None:
        """SEND `data`, repeated up to `total` octets (at most 65535).

        `urgent`: the last octet is urgent. `push`: with the PUSH flag, which not every TCP has.
        """
        flags = ", URGENT" * urgent + ", PUSH" * push
        self._call(f"SEND {len(data) if total is None else total} octets{flags}")
        self._needs_agent("send").send_data(self._open_connection(), data, total, urgent=urgent, push=push)

    def send_from_listener(self, data: bytes) -> None:
        """SEND `data` on the connection that is in LISTEN, for which no remote socket was named."""
        assert self._listener is not None, "listen first"
        self._call(f"SEND {len(data)} octets in LISTEN")
        self._needs_agent("send").send_data(self._listener, data)

    def flush(self) -> None:
        """FLUSH: have the TCP drop what was SENT and is still beyond the window (RFC 9293, section 3.9.1.7).

        `NotApplicable` where the target's user calls know no such thing, as those of POSIX do not.
        """
        self._call("FLUSH")
        self._needs_agent("flush").flush(self._open_connection())

    def begin_to_receive(self) -> None:
        """RECEIVE, without waiting for what it returns: `receive` tells that."""
        self._call("RECEIVE")
        self._start_receiving(self._needs_agent("receive"))

    def receive(self, octets: int, within: float | None = None) -> bytes:
        """RECEIVE `octets` octets; return those that came, fewer at the end of the stream or when time is up.

        A reset raises `ConnectionResetError`, whatever else ends the connection `ConnectionError`. Nothing comes where
        there is no connection any more.
        """
        agent = self._needs_agent("receive")
        self._call(f"RECEIVE {octets} octets")
        if self._refusal(agent) is not None:
            return b""
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

    def receive_only(self, octets: int, within: float | None = None) -> bytes:
        """RECEIVE up to `octets` octets of what has come, and read no further: what remains fills the window still.

        Returns fewer at the end of the stream, or when a piece of them does not come within `within` seconds (as long
        as a reply may take). Not after `receive`, which has the user read whatever comes.
        """
        agent = self._needs_agent("receive")
        assert not self._receiving, "the user reads all that comes"
        self.check_reads()
        self._call(f"RECEIVE {octets} octets, and no more")
        data = b""
        while len(data) < octets:
            piece = self._receive_piece(agent, min(octets - len(data), PIECE), within)
            if not piece:
                break
            data += piece
        return data

    def _receive_piece(self, agent: Agent, octets: int, within: float | None) -> bytes:
        agent.receive_and_forward(self._open_connection(), max_length=octets)
        until = self._now() + (self._timing.reply if within is None else within)
        data = b""
        while len(data) < octets and (received := agent.received(until)) is not None and received.data:
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
        refusal = self._refusal(agent)
        if refusal is not None:
            return refusal is Result.RESET
        received = agent.received(self._now() + self._timing.reply)
        return received is not None and received.error is not None and received.error is not Result.USER_TIMEOUT

    def receive_ends(self) -> bool:
        """RECEIVE once more; tell whether that ends without an octet: with the stream's end or an error, or refused."""
        agent = self._needs_agent("receive")
        self._call("RECEIVE")
        if self.refuses(self._start_receiving, agent):
            return True
        received = agent.received(self._now() + self._timing.reply)
        return received is not None and (received.end or received.error is not None)

    def _refusal(self, agent: Agent) -> Result | None:
        """Begin to receive; return why the TCP refuses that, None when it does not."""
        try:
            self._start_receiving(agent)
        except AgentRefused as refused:
            if refused.result not in (Result.RESET, Result.DOES_NOT_EXIST, Result.CLOSING):
                raise  # the agent's refusal, not the TCP's
            return refused.result
        return None

    def _start_receiving(self, agent: Agent) -> None:
        self.check_reads()
        if not self._receiving:
            agent.receive_and_forward(self._open_connection())
            self._receiving = True
