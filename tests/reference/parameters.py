"""CONFIGURE_SOCKET: what its parameters are among an endpoint's settings."""

from __future__ import annotations

from conformance.agent.primitives import Parameter
from conformance.agent.protocol import Result
from reference.congestion import DECREASE
from reference.sockets import Refusal
from reference.user import Settings

_MOST = 0x7FFFFFFF
_MOST_OPTIONS = 40

_NUMBERS: dict[int, tuple[str, int, int]] = {
    Parameter.TTL: ("ttl", 1, 0xFF),
    Parameter.TRAFFIC_CLASS: ("traffic_class", 0, 0xFF),
    Parameter.TOS: ("traffic_class", 0, 0xFF),
    Parameter.DONT_FRAGMENT: ("dont_fragment", 0, 1),
    Parameter.MSS: ("mss", 1, 0xFFFF),
    Parameter.NAGLE: ("nagle", 0, 1),
    Parameter.RECEIVE_BUFFER: ("receive_buffer", 0, _MOST),
    Parameter.WINDOW_CLAMP: ("window_clamp", 0, _MOST),
    Parameter.KEEP_ALIVE: ("keep_alive", 0, 1),
    Parameter.KEEP_ALIVE_IDLE: ("keep_alive_idle", 1, _MOST),
    Parameter.KEEP_ALIVE_INTERVAL: ("keep_alive_interval", 1, _MOST),
    Parameter.KEEP_ALIVE_COUNT: ("keep_alive_count", 1, _MOST),
    Parameter.KEEP_ALIVE_OCTET: ("keep_alive_octet", 0, 1),
    Parameter.CONGESTION_CONTROL: ("congestion_control", 0, _MOST),
    Parameter.URGENT_INLINE: ("urgent_inline", 0, 1),
    Parameter.ERROR_REPORTS: ("error_reports", 0, 1),
    Parameter.FIN_WAIT_2_TIMEOUT: ("fin_wait_2_timeout", 0, _MOST),
    Parameter.SYN_RETRIES: ("syn_retries", 1, 0xFF),
}
_MILLISECONDS: dict[int, str] = {
    Parameter.USER_TIMEOUT: "user_timeout",
    Parameter.LONGEST_TIMEOUT: "longest_timeout",
}
"""What is told in milliseconds; 0 for what it is without the user's word."""

_WITHOUT_EFFECT = (Parameter.SEND_BUFFER, Parameter.REUSE_ADDRESS, Parameter.RECEIVED_TRAFFIC_CLASS)
"""SEND takes whatever it is given; and a port in use by a connection can always be listened on (MUST-42)."""


def set_parameter(settings: Settings, parameter: int, value: bytes, *, ipv6: bool) -> None:
    """Set a parameter; refused when it, or its value, is none."""
    if parameter == Parameter.IP_TIMESTAMP:
        if ipv6 or len(value) > _MOST_OPTIONS:
            raise Refusal(Result.INVALID_PARAMETER)
        settings.ip_options = value
        return
    number = int.from_bytes(value, "big")
    if len(value) not in (1, 2, 4) or (parameter == Parameter.TOS and ipv6):
        raise Refusal(Result.INVALID_PARAMETER)
    if parameter == Parameter.CONGESTION_CONTROL and number not in DECREASE:
        raise Refusal(Result.INVALID_PARAMETER)
    if parameter in _MILLISECONDS:
        name = _MILLISECONDS[parameter]
        setattr(settings, name, number / 1000 or getattr(Settings(), name))
    elif parameter not in _WITHOUT_EFFECT:
        name, low, high = _NUMBERS.get(parameter, ("", 1, 0))
        if not low <= number <= high:
            raise Refusal(Result.INVALID_PARAMETER)
        setattr(settings, name, type(getattr(settings, name) or 0)(number))


def parameter_of(settings: Settings, parameter: int) -> bytes:
    """Return what a parameter is; refused when it is none, or without effect."""
    if parameter == Parameter.RECEIVED_TRAFFIC_CLASS:
        return settings.received_traffic_class.to_bytes(4, "big")
    if parameter in _MILLISECONDS:
        return int(1000 * (getattr(settings, _MILLISECONDS[parameter]) or 0)).to_bytes(4, "big")
    if parameter not in _NUMBERS:
        raise Refusal(Result.INVALID_PARAMETER)
    return int(getattr(settings, _NUMBERS[parameter][0]) or 0).to_bytes(4, "big")
