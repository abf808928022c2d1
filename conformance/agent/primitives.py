"""The primitives: one table, which the server and the client both read.

GENERAL and TCP are whole. Ours, as private primitives, are IDENTIFY, those of the TCP group from STATUS to
SOCKET_STATE, and the *event* of CONNECT, which tells how an attempt ended: the response only says that it was issued.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import Any

from conformance.agent.fields import ADDRESS, BOOL, OCTETS, TEXT, U8, U16, U32, Layout
from conformance.agent.protocol import GENERAL, SERVICE, TCP, Kind, Message, Result

EMPTY = Layout()
ANY_PORT = 0xFFFF
NOT_TOLD = 0xFFFFFFFF
UNLIMITED = 0xFFFF

URGENT_FLAG = 0x20
PUSH_FLAG = 0x08
"""Flags of SEND_DATA: as the control bits stand in the TCP header."""


@dataclass(frozen=True)
class Primitive:
    """A primitive: its numbers and the layouts of its request, response and event."""

    name: str
    group: int
    number: int
    request: Layout = EMPTY
    response: Layout = EMPTY
    event: Layout | None = None

    def ask(self, *values: Any, service: int = SERVICE) -> bytes:
        """Return the octets of a request."""
        return self._message(Kind.REQUEST, Result.OK, self.request.encode(*values), service)

    def answer(self, *values: Any, result: Result = Result.OK, service: int = SERVICE) -> bytes:
        """Return the octets of a response; one that refuses carries no values."""
        data = b"" if result is not Result.OK else self.response.encode(*values)
        return self._message(Kind.RESPONSE, result, data, service)

    def report(self, *values: Any, result: Result = Result.OK, service: int = SERVICE) -> bytes:
        """Return the octets of an event."""
        assert self.event is not None, f"{self.name} has no event"
        return self._message(Kind.EVENT, result, self.event.encode(*values), service)

    def _message(self, kind: Kind, result: Result, data: bytes, service: int) -> bytes:
        return Message(kind, self.group, self.number, data, result, service).encode()

    def matches(self, message: Message) -> bool:
        """Tell whether the message belongs to this primitive."""
        return (message.group, message.number) == (self.group, self.number)


GET_VERSION = Primitive("GET_VERSION", GENERAL, 0x01, response=Layout(U16, U16, U16, shortest=2))
START_TEST = Primitive("START_TEST", GENERAL, 0x02)
END_TEST = Primitive("END_TEST", GENERAL, 0x03, Layout(U16, TEXT))
IDENTIFY = Primitive("IDENTIFY", GENERAL, 0x7F, response=Layout(TEXT))

CLOSE_SOCKET = Primitive("CLOSE_SOCKET", TCP, 0x00, Layout(U16, BOOL))
CREATE_AND_BIND = Primitive("CREATE_AND_BIND", TCP, 0x01, Layout(BOOL, U16, ADDRESS), Layout(U16))
SEND_DATA = Primitive("SEND_DATA", TCP, 0x02, Layout(U16, U16, U8, OCTETS))
RECEIVE_AND_FORWARD = Primitive(
    "RECEIVE_AND_FORWARD", TCP, 0x03, Layout(U16, U16, U16), Layout(U16), Layout(U16, OCTETS)
)
LISTEN_AND_ACCEPT = Primitive("LISTEN_AND_ACCEPT", TCP, 0x04, Layout(U16, U16), event=Layout(U16, U16, U16, ADDRESS))
CONNECT = Primitive("CONNECT", TCP, 0x05, Layout(U16, U16, ADDRESS), event=Layout(U16))
CONFIGURE_SOCKET = Primitive("CONFIGURE_SOCKET", TCP, 0x06, Layout(U16, U16, OCTETS))
SHUTDOWN = Primitive("SHUTDOWN", TCP, 0x07, Layout(U16, U8))
STATUS = Primitive("STATUS", TCP, 0x77, Layout(U16), Layout(ADDRESS, U16, ADDRESS, U16, U32, U32, U32, U32))
AT_MARK = Primitive("AT_MARK", TCP, 0x78, Layout(U16), Layout(BOOL))
FLUSH = Primitive("FLUSH", TCP, 0x79, Layout(U16))
OPEN_AND_SEND = Primitive("OPEN_AND_SEND", TCP, 0x7A, Layout(U16, U16, ADDRESS, OCTETS))
GET_PARAMETER = Primitive("GET_PARAMETER", TCP, 0x7B, Layout(U16, U16), Layout(OCTETS))
ERRORS = Primitive("ERRORS", TCP, 0x7C, Layout(U16, BOOL), Layout(OCTETS))
URGENT_DATA = Primitive("URGENT_DATA", TCP, 0x7D, Layout(U16), Layout(U8, OCTETS), Layout(U16, U8))
BIND = Primitive("BIND", TCP, 0x7E, Layout(U16, U16, ADDRESS))
SOCKET_STATE = Primitive("SOCKET_STATE", TCP, 0x7F, Layout(U16, U16, ADDRESS, shortest=1), Layout(U8))

PRIMITIVES = (
    *(GET_VERSION, START_TEST, END_TEST, IDENTIFY),
    *(CLOSE_SOCKET, CREATE_AND_BIND, SEND_DATA, RECEIVE_AND_FORWARD, LISTEN_AND_ACCEPT, CONNECT),
    *(CONFIGURE_SOCKET, SHUTDOWN, STATUS, AT_MARK, FLUSH, OPEN_AND_SEND, GET_PARAMETER, ERRORS, URGENT_DATA),
    *(BIND, SOCKET_STATE),
)
BY_NUMBER = {(primitive.group, primitive.number): primitive for primitive in PRIMITIVES}

IDENTITY = "tcp-conformance agent"
"""What IDENTIFY says: this server has our private primitives, parameters and events."""


class Parameter(IntEnum):
    """The parameters of CONFIGURE_SOCKET. The value is an unsigned number, big-endian, in 1, 2 or 4 octets."""

    TTL = 0
    TRAFFIC_CLASS = 1
    DONT_FRAGMENT = 2
    IP_TIMESTAMP = 3  # not a number: the IP option as it stands in the header, or nothing to take it out
    TOS = 4
    MSS = 5  # octets
    NAGLE = 6  # 1 on, 0 off
    UDP_CHECKSUM = 7  # never for a TCP socket

    RECEIVE_BUFFER = 0xFFFF  # octets
    SEND_BUFFER = 0xFFFE  # octets
    KEEP_ALIVE = 0xFFFD  # 1 on, 0 off
    KEEP_ALIVE_IDLE = 0xFFFC  # seconds
    KEEP_ALIVE_INTERVAL = 0xFFFB  # seconds
    KEEP_ALIVE_COUNT = 0xFFFA  # probes
    USER_TIMEOUT = 0xFFF9  # milliseconds
    URGENT_INLINE = 0xFFF8  # 1 on, 0 off
    REUSE_ADDRESS = 0xFFF7  # 1 on (as every socket is created), 0 off; before BIND
    BACKLOG = 0xFFF6  # of LISTEN_AND_ACCEPT, in place of its maxCon
    FIN_WAIT_2_TIMEOUT = 0xFFF5  # seconds
    SYN_RETRIES = 0xFFF4  # retransmissions
    WINDOW_CLAMP = 0xFFF3  # octets
    ERROR_REPORTS = 0xFFF2  # 1 on: ICMP errors are reported unasked; 0 off
    CONGESTION_CONTROL = 0xFFF1  # the number of the RFC that it is: 5681 (Reno), 9438 (CUBIC)
    KEEP_ALIVE_OCTET = 0xFFF0  # 1: a keep-alive has an octet of text, 0: none
    LONGEST_TIMEOUT = 0xFFEF  # milliseconds; of retransmissions and of window probes
    RECEIVED_TRAFFIC_CLASS = 0xFFEE  # read: of the packet that came last; set 1 to be told, before it comes


class Urgent(IntEnum):
    """What URGENT_DATA tells: nothing urgent; announced, its octet not yet here; the octet, which is now taken."""

    NONE = 0
    ANNOUNCED = 1
    TAKEN = 2


class Report(IntEnum):
    """What ERRORS tells of a connection that goes on (RFC 9293, section 3.9.1.8)."""

    ICMP = 1
    RETRANSMISSIONS = 2  # R1 or more of one segment
    URGENT = 3  # the urgent pointer is ahead of what was received
