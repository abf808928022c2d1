"""The messages of the AUTOSAR Testability Protocol (document 778, test capability 1.2.0), as octets and as values.

A message is a header of 16 octets, shaped like SOME/IP, and data. Nothing here does I/O, and whatever the octets,
reading them raises nothing but `ProtocolError`.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from enum import IntEnum

SERVICE = 0x0105
"""The service id of the protocol where the deployment does not choose another."""

DEFAULT_PORT = 10000
"""The UDP port where none is given; the specification confirms none."""

VERSION = (1, 2, 0)
"""The version of the protocol that our server speaks."""

GENERAL = 0x00
TCP = 0x02

_HEADER = struct.Struct("!HBBIIBBBB")
_COVERED = 8  # octets of the header that its length field counts
_EVENT = 0x80
_LATE_RESPONSE = 0x08  # one implementation in the field sends this for 0x80


class ProtocolError(ValueError):
    """The octets are no message of this protocol, or the values do not fit into one."""


class Kind(IntEnum):
    """What a message is, by the type octet of its header."""

    REQUEST = 0x00
    EVENT = 0x02
    RESPONSE = 0x80


class Result(IntEnum):
    """The result ids of responses and events that concern TCP."""

    OK = 0x00
    NOT_OK = 0x01
    REFUSED = 0xE2
    USER_TIMEOUT = 0xE3
    RESET = 0xE4
    DOES_NOT_EXIST = 0xE5
    CLOSING = 0xE6
    EXISTS = 0xE7
    NO_RESOURCES = 0xE8
    CONNECTION_ILLEGAL = 0xE9
    BAD_INTERFACE = 0xEC  # in version 1.1.0: invalid parameter
    CANNOT_BIND = 0xED
    CANNOT_CREATE = 0xEE
    BAD_SOCKET = 0xEF
    INVALID_PARAMETER = 0xFC
    BUFFER_TOO_SMALL = 0xFD
    PENDING = 0xFE
    NO_PRIMITIVE = 0xFF


@dataclass(frozen=True)
class Message:
    """One message: `group` from 0 to 0x7F, `number` (the primitive's) and `result` from 0 to 0xFF."""

    kind: Kind
    group: int
    number: int
    data: bytes = b""
    result: int = 0
    service: int = SERVICE

    def encode(self) -> bytes:
        """Return the octets of the message; raises ProtocolError when a number does not fit its field."""
        event = _EVENT if self.kind is Kind.EVENT else 0
        if not 0 <= self.group < _EVENT:
            raise ProtocolError(f"group id {self.group} is not in 0..127")
        length = _COVERED + len(self.data)
        try:
            header = _HEADER.pack(
                self.service, event | self.group, self.number, length, 0, 1, 1, self.kind, self.result
            )
        except struct.error as error:
            raise ProtocolError(str(error)) from None
        return header + self.data


def decode(datagram: bytes, service: int = SERVICE) -> Message:
    """Return the message that the datagram holds; raises ProtocolError when it holds anything else.

    A response may also carry the type 0x08, as one server in the field sends it.
    """
    if len(datagram) < _HEADER.size:
        raise ProtocolError(f"{len(datagram)} octets are shorter than a header")
    its_service, group, number, length, _, *versions, kind, result = _HEADER.unpack_from(datagram)
    if its_service != service:
        raise ProtocolError(f"service id 0x{its_service:04X}, not 0x{service:04X}")
    if length != _COVERED + len(datagram) - _HEADER.size:
        raise ProtocolError(f"length {length} in a datagram of {len(datagram)} octets")
    if versions != [1, 1]:
        raise ProtocolError("protocol version {}, interface version {}".format(*versions))
    its_kind = _kind(kind, bool(group & _EVENT))
    if its_kind is Kind.REQUEST and result:
        raise ProtocolError(f"a request with result id 0x{result:02X}")
    return Message(its_kind, group & ~_EVENT, number, datagram[_HEADER.size :], result, service)


def _kind(number: int, event: bool) -> Kind:
    """Return the kind of a message by its type octet, which the event bit must agree with."""
    try:
        kind = Kind.RESPONSE if number == _LATE_RESPONSE else Kind(number)
    except ValueError:
        raise ProtocolError(f"message type 0x{number:02X}") from None
    if event is not (kind is Kind.EVENT):
        raise ProtocolError(f"message type 0x{number:02X} with the event bit {int(event)}")
    return kind
