"""The user of a connection: what it can be told (RFC 9293, section 3.9.1.8), and how a call is refused."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum, auto

LONGEST_TIMEOUT = 60.0
"""Seconds that a retransmission timeout, doubled and doubled, does not exceed (RFC 6298, section 2.5)."""


class Signal(Enum):
    """What happened to a connection. None of them waits for a RECEIVE to be outstanding."""

    OPENED = auto()
    TEXT = auto()  # there is something to RECEIVE
    URGENT = auto()  # the urgent pointer is ahead of what was received, or has advanced
    CLOSING = auto()  # the peer has closed
    REFUSED = auto()
    RESET = auto()
    ENDED = auto()  # the user has closed an attempt to connect: for a RECEIVE that waits
    TIMED_OUT = auto()
    UNREACHABLE = auto()  # an ICMP error ended the attempt
    ICMP_ERROR = auto()  # a soft one: the connection goes on
    DELIVERY_PROBLEM = auto()  # R1 retransmissions of one segment: the connection goes on
    WAITING = auto()  # told to a listener's user: there is a connection to accept


class User:
    """Whoever uses a connection or a listener. This one does not listen to anything."""

    def told(self, signal: Signal) -> None:
        """Take a signal. Calls may be made in answer."""


class Refused(Exception):
    """A user call that the RFC answers with an error; the text is the RFC's."""


NO_CONNECTION = "connection does not exist"
EXISTS = "connection already exists"
CLOSING = "connection closing"
ILLEGAL = "remote socket illegal"
NO_REMOTE = "remote socket unspecified"


@dataclass(slots=True)
class Settings:
    """What the user may choose for a connection, or for all that a listener takes. Times are in seconds,
    congestion control is an RFC's number.

    `receive_buffer` is RCV.BUFF in octets. `mss` caps what is announced and what is sent. `shift` is the Window Scale
    that is offered, None for none. A connection keeps what it was opened with, but for what is looked up when due.
    """

    msl: float = 30.0
    receive_buffer: int = 0x20000
    window_clamp: int = 1 << 30
    mss: int | None = None
    shift: int | None = 2
    timestamps: bool = True
    nagle: bool = True
    user_timeout: float | None = None
    syn_retries: int | None = None
    longest_timeout: float = LONGEST_TIMEOUT
    keep_alive: bool = False
    keep_alive_idle: float = 7200.0
    keep_alive_interval: float = 75.0
    keep_alive_count: int = 9
    keep_alive_octet: bool = False
    congestion_control: int = 5681
    fin_wait_2_timeout: float = 60.0
    urgent_inline: bool = False
    error_reports: bool = True
    ttl: int = 64
    traffic_class: int = 0
    received_traffic_class: int = 0
    dont_fragment: bool = True
    ip_options: bytes = b""

    def copy(self) -> Settings:
        """Return settings of their own, for one more connection."""
        return replace(self)
