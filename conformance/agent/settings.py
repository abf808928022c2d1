"""CONFIGURE_SOCKET: the parameters that a socket option stands behind, on the system at hand."""

from __future__ import annotations

import socket
import struct
import sys
from typing import NamedTuple

from conformance.agent.primitives import Parameter
from conformance.agent.protocol import Result
from conformance.agent.refusal import Refused

_SIZES = (1, 2, 4)  # octets that a number may have
_SEVEN_WORDS = 40  # octets that the options of an IPv4 header may have
_MOST = 0x7FFFFFFF

if sys.platform.startswith("linux"):  # numbers that Python's socket module does not name
    _DONT_FRAGMENT = {socket.AF_INET: (socket.IPPROTO_IP, 10), socket.AF_INET6: (socket.IPPROTO_IPV6, 23)}
    _USER_TIMEOUT = 18
    _LONGEST_TIMEOUT = 44  # TCP_RTO_MAX_MS, since Linux 6.15
    _ERROR_REPORTS = {socket.AF_INET: (socket.IPPROTO_IP, 11), socket.AF_INET6: (socket.IPPROTO_IPV6, 25)}
    # IP_RECVTOS and IPV6_RECVTCLASS, and what tells it of a stream: IP_PKTOPTIONS and IPV6_2292PKTOPTIONS.
    _RECEIVED = {socket.AF_INET: (socket.IPPROTO_IP, 13, 9), socket.AF_INET6: (socket.IPPROTO_IPV6, 66, 6)}
else:
    _RECEIVED = {}
    _DONT_FRAGMENT = _ERROR_REPORTS = {}
    _USER_TIMEOUT = None
    _LONGEST_TIMEOUT = None
_CONTROL = struct.Struct("@Niii")  # length, level and type of a control message, and its number
_DISCOVER, _FRAGMENT = 2, 0
_CONGESTION_CONTROL = {5681: b"reno", 9438: b"cubic"}
"""Algorithms by the RFC that tells them, as systems call them."""


class Setting(NamedTuple):
    """A socket option of TCP or SOL_SOCKET for one parameter, and the values it takes."""

    level: int
    option: int | None
    low: int = 0
    high: int = _MOST


def _tcp(option: int | None, low: int = 0, high: int = _MOST) -> Setting:
    return Setting(socket.IPPROTO_TCP, option, low, high)


def _named(name: str) -> int | None:
    """Return the number of an option that not every system has."""
    number: int | None = getattr(socket, name, None)
    return number


_SETTINGS = {
    Parameter.MSS: _tcp(socket.TCP_MAXSEG, 1, 0xFFFF),
    Parameter.RECEIVE_BUFFER: Setting(socket.SOL_SOCKET, socket.SO_RCVBUF),
    Parameter.SEND_BUFFER: Setting(socket.SOL_SOCKET, socket.SO_SNDBUF),
    Parameter.KEEP_ALIVE: Setting(socket.SOL_SOCKET, socket.SO_KEEPALIVE, high=1),
    Parameter.KEEP_ALIVE_IDLE: _tcp(_named("TCP_KEEPIDLE"), 1),
    Parameter.KEEP_ALIVE_INTERVAL: _tcp(_named("TCP_KEEPINTVL"), 1),
    Parameter.KEEP_ALIVE_COUNT: _tcp(_named("TCP_KEEPCNT"), 1),
    Parameter.USER_TIMEOUT: _tcp(_USER_TIMEOUT),
    Parameter.URGENT_INLINE: Setting(socket.SOL_SOCKET, socket.SO_OOBINLINE, high=1),
    Parameter.REUSE_ADDRESS: Setting(socket.SOL_SOCKET, socket.SO_REUSEADDR, high=1),
    Parameter.FIN_WAIT_2_TIMEOUT: _tcp(_named("TCP_LINGER2")),
    Parameter.SYN_RETRIES: _tcp(_named("TCP_SYNCNT"), 1, 0xFF),
    Parameter.LONGEST_TIMEOUT: _tcp(_LONGEST_TIMEOUT),
    Parameter.WINDOW_CLAMP: _tcp(_named("TCP_WINDOW_CLAMP")),
}


def configure(sock: socket.socket, parameter: int, value: bytes) -> None:
    """Set one parameter of the socket; raises Refused when it, or its value, is none."""
    try:
        _set(sock, parameter, value)
    except OSError:
        raise Refused(Result.INVALID_PARAMETER) from None


def value_of(sock: socket.socket, parameter: int) -> bytes:
    """Return in 4 octets what a parameter of the socket is; raises Refused when the system does not tell it."""
    if parameter == Parameter.RECEIVED_TRAFFIC_CLASS:
        return _received_traffic_class(sock).to_bytes(4, "big")
    setting = _SETTINGS.get(parameter)  # type: ignore[call-overload]
    if setting is None or setting.option is None:
        raise Refused(Result.INVALID_PARAMETER)
    number: int = sock.getsockopt(setting.level, setting.option)
    return max(0, number).to_bytes(4, "big")


def _received_traffic_class(sock: socket.socket) -> int:
    """Return the traffic class that the system remembers of the peer's segments; Refused when it tells none."""
    if sock.family not in _RECEIVED:
        raise Refused(Result.INVALID_PARAMETER)
    level, _, told = _RECEIVED[sock.family]
    control = sock.getsockopt(level, told, 256)
    if len(control) < _CONTROL.size:
        raise Refused(Result.INVALID_PARAMETER)
    number: int = _CONTROL.unpack_from(control)[3]
    return number & 0xFF


def number_of(value: bytes, low: int = 0, high: int = _MOST) -> int:
    """Return the number that a parameter's value holds, from `low` to `high`; raises Refused otherwise."""
    number = int.from_bytes(value, "big")
    if len(value) not in _SIZES or not low <= number <= high:
        raise Refused(Result.INVALID_PARAMETER)
    return number


def _set(sock: socket.socket, parameter: int, value: bytes) -> None:
    """Set one parameter; raises also the OSError of the system."""
    if parameter in (Parameter.TTL, Parameter.TRAFFIC_CLASS, Parameter.TOS):
        sock.setsockopt(*_header_octet(sock.family, parameter), number_of(value, high=0xFF))
    elif parameter == Parameter.DONT_FRAGMENT and sock.family in _DONT_FRAGMENT:
        flag = number_of(value, high=1)
        sock.setsockopt(*_DONT_FRAGMENT[sock.family], _DISCOVER if flag else _FRAGMENT)
    elif parameter == Parameter.ERROR_REPORTS and sock.family in _ERROR_REPORTS:
        sock.setsockopt(*_ERROR_REPORTS[sock.family], number_of(value, high=1))
    elif parameter == Parameter.RECEIVED_TRAFFIC_CLASS and sock.family in _RECEIVED:
        sock.setsockopt(*_RECEIVED[sock.family][:2], number_of(value, high=1))
    elif parameter == Parameter.IP_TIMESTAMP and sock.family == socket.AF_INET and len(value) <= _SEVEN_WORDS:
        sock.setsockopt(socket.IPPROTO_IP, socket.IP_OPTIONS, value)
    elif parameter == Parameter.CONGESTION_CONTROL and _named("TCP_CONGESTION") is not None:
        name = _CONGESTION_CONTROL.get(number_of(value), b"")
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_CONGESTION, name)
    elif parameter == Parameter.NAGLE:
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1 - number_of(value, high=1))
    else:
        _set_plain(sock, parameter, value)


def _set_plain(sock: socket.socket, parameter: int, value: bytes) -> None:
    """Set a parameter whose number goes into an option as it is."""
    setting = _SETTINGS.get(parameter)  # type: ignore[call-overload]
    if setting is None or setting.option is None:
        raise Refused(Result.INVALID_PARAMETER)
    sock.setsockopt(setting.level, setting.option, number_of(value, setting.low, setting.high))


def _header_octet(family: int, parameter: int) -> tuple[int, int]:
    """Return the option for an octet of the IP header; raises Refused where the family has no such octet."""
    if family == socket.AF_INET:
        return socket.IPPROTO_IP, socket.IP_TTL if parameter == Parameter.TTL else socket.IP_TOS
    if parameter == Parameter.TOS:
        raise Refused(Result.INVALID_PARAMETER)
    return socket.IPPROTO_IPV6, (socket.IPV6_UNICAST_HOPS if parameter == Parameter.TTL else socket.IPV6_TCLASS)
