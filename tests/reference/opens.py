"""User calls where there is no connection yet: OPEN, and what is an error without one (RFC 9293, section 3.10)."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

from conformance.state import State
from reference.addresses import is_unicast
from reference.segment import Flow
from reference.user import EXISTS, ILLEGAL, NO_CONNECTION, Refused, Settings, User

if TYPE_CHECKING:
    from reference.endpoint import Endpoint
    from reference.listen import Listener

EPHEMERAL = range(20000, 65536)
"""As many as can be (RFC 6056, section 3.2), apart from those where users listen."""


class Opens:
    """What a host does for its user where there is no connection yet."""

    listener: type[Listener]
    addresses: tuple[bytes, ...]
    broadcasts: frozenset[bytes] = frozenset()
    connections: dict[Flow, Endpoint]
    listeners: dict[tuple[bytes, int], Listener]
    _random: random.Random

    def new_endpoint(self, flow: Flow, settings: Settings) -> Endpoint:
        """Make a TCB."""
        raise NotImplementedError

    def listen(self, address: bytes, port: int, settings: Settings, backlog: int, user: User) -> Listener:
        """OPEN passive. It fails where somebody listens already, and leaves every connection alone (MUST-41)."""
        if (address, port) in self.listeners:
            raise Refused(EXISTS)
        listener = self.listener(self, address, port, settings, backlog)
        listener.user = user
        self.listeners[address, port] = listener
        return listener

    def connect(self, flow: Flow, settings: Settings, user: User, text: bytes = b"") -> Endpoint:
        """OPEN active; refused for an address that no TCP can have (MUST-46), and for a connection that exists."""
        if not self.may_be_opened_to(flow.remote):
            raise Refused(ILLEGAL)
        if flow in self.connections:
            raise Refused(EXISTS)
        endpoint = self.new_endpoint(flow, settings)
        endpoint.user = user
        endpoint.open_active(text)
        return endpoint

    def is_taken(self, address: bytes, port: int) -> bool:
        """Tell whether somebody listens there already: a passive OPEN fails then."""
        return (address, port) in self.listeners or (bytes(len(address)), port) in self.listeners

    def call_in_closed(self, call: str) -> None:
        """SEND, RECEIVE or CLOSE where there is no connection (sections 3.10.2 to 3.10.4): an error."""
        raise Refused(NO_CONNECTION)

    def may_be_opened_to(self, remote: bytes) -> bool:
        """Tell whether a TCP can be at this address."""
        return is_unicast(remote) and remote not in self.broadcasts

    def local_address(self, family: int) -> bytes:
        """Choose a local address, where the user names none (MUST-44). `family` is the length of an address."""
        return next(address for address in self.addresses if len(address) == family)

    def free_port(self) -> int:
        """Return a port that nobody uses (RFC 6056: at random)."""
        used = {flow.local_port for flow in self.connections} | {port for _, port in self.listeners}
        return next(port for port in iter(lambda: self._random.choice(EPHEMERAL), 0) if port not in used)

    def status(self, flow: Flow, listening: bool) -> State:
        """STATUS (section 3.10.6): the state."""
        endpoint = self.connections.get(flow)
        if endpoint is not None:
            return endpoint.status()
        return State.LISTEN if listening else State.CLOSED
