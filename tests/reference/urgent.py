"""Urgent data as the agent's user sees it: its last octet out of band, and a mark where that stands in the stream."""

from __future__ import annotations

from conformance.agent.primitives import Urgent
from reference.endpoint import Endpoint
from reference.numbers import add, ahead


class Mark:
    """The mark of one connection; without one as long as there is no connection."""

    def __init__(self) -> None:
        self.endpoint: Endpoint | None = None
        self._taken: int | None = None  # RCV.UP of the octet that was taken
        self._octet = b""  # passed over in reading, and not yet taken

    def at(self) -> bool:
        """Whether what is received next is the last urgent octet."""
        return self._before() == 0

    def take(self) -> tuple[Urgent, bytes]:
        """Return what is known, and take the octet if it is here."""
        octet, self._octet = self._octet, b""
        before = self._before()
        if octet or self.endpoint is None or before is None or self.endpoint.settings.urgent_inline:
            return (Urgent.TAKEN, octet) if octet else (Urgent.NONE, b"")
        if not self._is_new or before < 0:
            return Urgent.NONE, b""
        if before >= len(self.endpoint.received):
            return Urgent.ANNOUNCED, b""
        self._taken = self.endpoint.rcv_up
        return Urgent.TAKEN, bytes(self.endpoint.received[before : before + 1])

    def receive(self, endpoint: Endpoint, most: int) -> bytes:
        """RECEIVE up to `most` octets, but only up to the mark; from there on without the octet behind it."""
        before = self._before()
        if before is None or before < 0 or (before == 0 and endpoint.settings.urgent_inline):
            return endpoint.receive(most)
        if before > 0:
            return endpoint.receive(min(most, before))
        if len(endpoint.received) <= 1 and not endpoint.fin_taken:
            return b""
        octet = endpoint.receive(1)
        if self._is_new:
            self._octet, self._taken = octet, endpoint.rcv_up
        return endpoint.receive(most)

    @property
    def _is_new(self) -> bool:
        return self.endpoint is not None and self.endpoint.rcv_up != self._taken

    def _before(self) -> int | None:
        """Return how many octets stand before the last urgent one; negative behind it, None where there is none."""
        endpoint = self.endpoint
        if endpoint is None or endpoint.rcv_up is None:
            return None
        octet = add(endpoint.rcv_up, -1)
        first = add(endpoint.rcv_nxt, -endpoint.fin_taken - len(endpoint.received))
        return ahead(first, octet)
