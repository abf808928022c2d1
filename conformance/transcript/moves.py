"""The states of RFC 9293 and what moves an end from one to the next: the one table of transitions."""

from __future__ import annotations

from enum import Enum, auto

from conformance.state import State


class Event(Enum):
    """What moves an end from one state to the next."""

    PASSIVE_OPEN = auto()
    ACTIVE_OPEN = auto()
    CLOSE = auto()
    ABORT = auto()
    FIN_SAID = auto()
    SYN_HEARD = auto()
    SYN_ACK_HEARD = auto()
    ACK_OF_SYN = auto()
    ACK_OF_FIN = auto()
    FIN_HEARD = auto()


S = State
_FIN_SAID = {S.SYN_RECEIVED: S.FIN_WAIT_1, S.ESTABLISHED: S.FIN_WAIT_1, S.CLOSE_WAIT: S.LAST_ACK}
MOVES: dict[Event, dict[State, State]] = {
    Event.PASSIVE_OPEN: {S.CLOSED: S.LISTEN},
    Event.ACTIVE_OPEN: {S.CLOSED: S.SYN_SENT, S.LISTEN: S.SYN_SENT},
    Event.CLOSE: {S.LISTEN: S.CLOSED, S.SYN_SENT: S.CLOSED, **_FIN_SAID},
    Event.ABORT: dict.fromkeys(S, S.CLOSED),
    Event.FIN_SAID: _FIN_SAID,
    Event.SYN_HEARD: {S.LISTEN: S.SYN_RECEIVED, S.SYN_SENT: S.SYN_RECEIVED},
    Event.SYN_ACK_HEARD: {S.SYN_SENT: S.ESTABLISHED},
    Event.ACK_OF_SYN: {S.SYN_RECEIVED: S.ESTABLISHED},
    Event.ACK_OF_FIN: {S.FIN_WAIT_1: S.FIN_WAIT_2, S.CLOSING: S.TIME_WAIT, S.LAST_ACK: S.CLOSED},
    Event.FIN_HEARD: {
        S.SYN_RECEIVED: S.CLOSE_WAIT,
        S.ESTABLISHED: S.CLOSE_WAIT,
        S.FIN_WAIT_1: S.CLOSING,
        S.FIN_WAIT_2: S.TIME_WAIT,
    },
}
"""The transitions of RFC 9293, sections 3.3.2 and 3.10. A state that is not there does not move."""
