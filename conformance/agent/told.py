"""What an agent tells the tester of a connection."""

from __future__ import annotations

from dataclasses import dataclass

from conformance.agent.protocol import Result


@dataclass(frozen=True, slots=True)
class Accepted:
    """A connection that a listener handed over: the listener, the new socket, and the other end."""

    listener: int
    socket: int
    port: int
    address: str


@dataclass(frozen=True, slots=True)
class Received:
    """What the target's user received: `full_length` octets, of which `data` was forwarded.

    `end`: the other end sends no more. `error`: the connection ended otherwise (RESET, USER_TIMEOUT, ...).
    """

    data: bytes
    full_length: int
    end: bool
    error: Result | None


@dataclass(frozen=True, slots=True)
class ConnectionStatus:
    """What STATUS tells of a connection. Windows and counts are in octets, None where the target does not tell.

    `unacknowledged` is what was SENT and waits for an acknowledgment, `unread` what waits for a RECEIVE.
    """

    local: tuple[str, int]
    remote: tuple[str, int]
    send_window: int | None
    receive_window: int | None
    unacknowledged: int | None
    unread: int | None
