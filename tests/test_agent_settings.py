from __future__ import annotations

import socket
from collections.abc import Callable, Iterator

import pytest

from conformance.agent.primitives import Parameter
from conformance.agent.protocol import Result
from conformance.agent.refusal import Refused
from conformance.agent.settings import configure, value_of

TIMESTAMP = bytes.fromhex("44080500 00000000")


@pytest.fixture
def ipv4() -> Iterator[socket.socket]:
    with socket.socket(socket.AF_INET) as sock:
        yield sock


@pytest.fixture
def ipv6() -> Iterator[socket.socket]:
    with socket.socket(socket.AF_INET6) as sock:
        yield sock


@pytest.mark.parametrize(
    ("parameter", "value", "level", "option", "expected"),
    [
        (Parameter.TTL, 9, socket.IPPROTO_IP, socket.IP_TTL, 9),
        (Parameter.TRAFFIC_CLASS, 0x28, socket.IPPROTO_IP, socket.IP_TOS, 0x28),
        (Parameter.TOS, 0x10, socket.IPPROTO_IP, socket.IP_TOS, 0x10),
        (Parameter.DONT_FRAGMENT, 1, socket.IPPROTO_IP, 10, 2),
        (Parameter.DONT_FRAGMENT, 0, socket.IPPROTO_IP, 10, 0),
        (Parameter.NAGLE, 0, socket.IPPROTO_TCP, socket.TCP_NODELAY, 1),
        (Parameter.NAGLE, 1, socket.IPPROTO_TCP, socket.TCP_NODELAY, 0),
        (Parameter.RECEIVE_BUFFER, 8192, socket.SOL_SOCKET, socket.SO_RCVBUF, 16384),  # Linux doubles it
        (Parameter.SEND_BUFFER, 8192, socket.SOL_SOCKET, socket.SO_SNDBUF, 16384),
        (Parameter.KEEP_ALIVE, 1, socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1),
        (Parameter.KEEP_ALIVE_IDLE, 7, socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, 7),
        (Parameter.KEEP_ALIVE_INTERVAL, 3, socket.IPPROTO_TCP, socket.TCP_KEEPINTVL, 3),
        (Parameter.KEEP_ALIVE_COUNT, 2, socket.IPPROTO_TCP, socket.TCP_KEEPCNT, 2),
        (Parameter.USER_TIMEOUT, 1500, socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, 1500),
        (Parameter.URGENT_INLINE, 1, socket.SOL_SOCKET, socket.SO_OOBINLINE, 1),
        (Parameter.REUSE_ADDRESS, 1, socket.SOL_SOCKET, socket.SO_REUSEADDR, 1),
        (Parameter.FIN_WAIT_2_TIMEOUT, 5, socket.IPPROTO_TCP, socket.TCP_LINGER2, 5),
        (Parameter.SYN_RETRIES, 2, socket.IPPROTO_TCP, socket.TCP_SYNCNT, 2),
        (Parameter.ERROR_REPORTS, 1, socket.IPPROTO_IP, 11, 1),
        (Parameter.WINDOW_CLAMP, 5000, socket.IPPROTO_TCP, socket.TCP_WINDOW_CLAMP, 5000),
    ],
)
def test_a_parameter_sets_its_option(
    ipv4: socket.socket, parameter: Parameter, value: int, level: int, option: int, expected: int
) -> None:
    for size in (1, 2, 4):
        if value < 256**size:
            configure(ipv4, parameter, value.to_bytes(size, "big"))
            assert ipv4.getsockopt(level, option) == expected


def outcome(call: Callable[..., object], *args: object) -> bool:
    try:
        call(*args)
    except (OSError, Refused):
        return False
    return True


def test_the_longest_timeout_is_set_where_the_kernel_knows_it(ipv4: socket.socket) -> None:
    known = outcome(ipv4.getsockopt, socket.IPPROTO_TCP, 44)  # since Linux 6.15
    assert outcome(configure, ipv4, Parameter.LONGEST_TIMEOUT, b"\x07\xd0") == known
    assert not known or ipv4.getsockopt(socket.IPPROTO_TCP, 44) == 2000


@pytest.mark.parametrize(
    ("parameter", "option", "value", "expected"),
    [
        (Parameter.TTL, socket.IPV6_UNICAST_HOPS, 9, 9),
        (Parameter.TRAFFIC_CLASS, socket.IPV6_TCLASS, 0x28, 0x28),
        (Parameter.DONT_FRAGMENT, 23, 1, 2),
    ],
)
def test_ipv6_has_options_of_its_own(
    ipv6: socket.socket, parameter: Parameter, option: int, value: int, expected: int
) -> None:
    configure(ipv6, parameter, bytes([value]))
    assert ipv6.getsockopt(socket.IPPROTO_IPV6, option) == expected


def test_the_timestamp_option_is_set_as_it_stands_and_taken_out(ipv4: socket.socket) -> None:
    configure(ipv4, Parameter.IP_TIMESTAMP, TIMESTAMP)
    assert ipv4.getsockopt(socket.IPPROTO_IP, socket.IP_OPTIONS, 40) == TIMESTAMP
    configure(ipv4, Parameter.IP_TIMESTAMP, b"")
    assert ipv4.getsockopt(socket.IPPROTO_IP, socket.IP_OPTIONS, 40) == b""


def test_the_mss_is_taken(ipv4: socket.socket) -> None:
    configure(ipv4, Parameter.MSS, b"\x02\x18")  # Linux tells it only once it is connected


@pytest.mark.parametrize(
    ("parameter", "value"),
    [
        (Parameter.TTL, b""),
        (Parameter.TTL, b"\x01\x00"),
        (Parameter.TTL, b"\0\0\x01"),
        (Parameter.TTL, b"\0"),
        (Parameter.NAGLE, b"\x02"),
        (Parameter.DONT_FRAGMENT, b"\x02"),
        (Parameter.MSS, b"\0"),
        (Parameter.MSS, b"\x01"),
        (Parameter.KEEP_ALIVE_IDLE, b"\xff\xff\xff\xff"),
        (Parameter.IP_TIMESTAMP, bytes(41)),
        (Parameter.IP_TIMESTAMP, b"\x44\x01"),
        (Parameter.UDP_CHECKSUM, b"\x01"),
        (8, b"\x01"),
        (0xFF00, b"\x01"),
    ],
)
def test_what_cannot_be_set_is_an_invalid_parameter(ipv4: socket.socket, parameter: int, value: bytes) -> None:
    with pytest.raises(Refused) as caught:
        configure(ipv4, parameter, value)
    assert caught.value.result is Result.INVALID_PARAMETER


def test_a_parameter_can_be_read(ipv4: socket.socket) -> None:
    assert value_of(ipv4, Parameter.KEEP_ALIVE) == bytes(4)
    configure(ipv4, Parameter.KEEP_ALIVE_IDLE, b"\x01\x02")
    assert value_of(ipv4, Parameter.KEEP_ALIVE_IDLE) == b"\0\0\x01\x02"


@pytest.mark.parametrize("parameter", [Parameter.UDP_CHECKSUM, Parameter.KEEP_ALIVE_OCTET, Parameter.BACKLOG, 0xFF00])
def test_a_parameter_that_the_system_does_not_tell_is_an_invalid_one(ipv4: socket.socket, parameter: int) -> None:
    with pytest.raises(Refused) as caught:
        value_of(ipv4, parameter)
    assert caught.value.result is Result.INVALID_PARAMETER


def test_congestion_control_is_named_by_its_rfc(ipv4: socket.socket) -> None:
    configure(ipv4, Parameter.CONGESTION_CONTROL, (5681).to_bytes(2, "big"))
    assert ipv4.getsockopt(socket.IPPROTO_TCP, socket.TCP_CONGESTION, 16).rstrip(b"\0") == b"reno"
    with pytest.raises(Refused):
        configure(ipv4, Parameter.CONGESTION_CONTROL, (793).to_bytes(2, "big"))


@pytest.mark.parametrize("parameter", [Parameter.TOS, Parameter.IP_TIMESTAMP])
def test_ipv6_has_no_such_parameter(ipv6: socket.socket, parameter: Parameter) -> None:
    with pytest.raises(Refused):
        configure(ipv6, parameter, b"\x00")


@pytest.mark.parametrize(
    ("family", "address", "chosen"),
    [
        (socket.AF_INET, "127.0.0.1", (socket.IPPROTO_IP, socket.IP_TOS)),
        (socket.AF_INET6, "::1", (socket.IPPROTO_IPV6, socket.IPV6_TCLASS)),
    ],
)
def test_the_traffic_class_that_came_is_told(family: int, address: str, chosen: tuple[int, int]) -> None:
    with socket.socket(family) as listener, socket.socket(family) as peer:
        listener.bind((address, 0))
        listener.listen()
        peer.setsockopt(*chosen, 0x28)
        peer.connect(listener.getsockname()[:2])
        with listener.accept()[0] as accepted:
            with pytest.raises(Refused):
                value_of(accepted, Parameter.RECEIVED_TRAFFIC_CLASS)
            configure(accepted, Parameter.RECEIVED_TRAFFIC_CLASS, b"\1")
            assert value_of(accepted, Parameter.RECEIVED_TRAFFIC_CLASS) == bytes((0, 0, 0, 0x28))
