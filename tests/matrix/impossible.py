"""Which cells of the matrix cannot exist, and why."""

from __future__ import annotations

from conformance.state import State
from matrix import kinds as k

NO_WINDOW = (k.ACK_OUTSIDE, k.DATA, k.DATA_PARTLY, k.DATA_OVERLAPS, k.RST, k.RST_INSIDE)
NOTHING_SENT = (k.ACK_OK, k.ACK_OLD)

_WITHOUT_CONNECTION = {
    **dict.fromkeys(NO_WINDOW, "No connection, no window: every number is outside, and none is better than another."),
    **dict.fromkeys(NOTHING_SENT, "Nothing was sent that could be acknowledged: every ACK is too new."),
}

REASONS: dict[str, dict[str, str]] = {
    State.CLOSED.value: _WITHOUT_CONNECTION,
    State.LISTEN.value: _WITHOUT_CONNECTION,
    State.SYN_SENT.value: dict.fromkeys(
        NO_WINDOW, "RCV.NXT is not known before the peer's SYN: every number is outside, and only the ACK is looked at."
    ),
}
"""By state and kind of segment."""
