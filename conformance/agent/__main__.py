"""The command line of the agent: `python -m conformance.agent --bind ADDRESS --allow TESTER`."""

from __future__ import annotations

import argparse
import ipaddress
import re
import socket
from collections.abc import Sequence

from conformance.agent.flow import bare
from conformance.agent.protocol import DEFAULT_PORT
from conformance.agent.room import Limits
from conformance.agent.server import serve

_DESCRIPTION = """\
Lets a tester drive the TCP of this system: opens, uses and closes sockets as the AUTOSAR Testability Protocol asks.
The protocol knows no passwords. Bind to an address of a network that only the tester shares, and allow only the
tester's address; everybody else gets no answer. No privilege is needed."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Serve as the command line says."""
    parser = _parser()
    options = parser.parse_args(arguments)
    if not options.bind and options.fd is None:
        parser.error("say where to listen: --bind ADDRESS[:PORT]")
    try:
        controls = [_control(*place) for place in options.bind]
        if options.fd is not None:
            controls.append(_given(options.fd))
    except OSError as error:
        parser.error(str(error))
    for control in controls:
        address, port = control.getsockname()[:2]
        print(f"agent on {address} port {port}", flush=True)
    limits = Limits(options.max_sockets, min(options.max_sockets, options.max_per_session), idle=options.idle)
    serve(controls, options.allow, limits, interface=options.interface)


def _parser() -> argparse.ArgumentParser:
    """Return the parser of the command line."""
    parser = argparse.ArgumentParser(prog="agent", description=_DESCRIPTION)
    add = parser.add_argument
    add("--bind", type=_place, action="append", default=[], metavar="ADDRESS[:PORT]",
        help=f"listen for requests here (UDP, port {DEFAULT_PORT}); repeatable")  # fmt: skip
    add("--allow", type=_network, action="append", required=True, metavar="ADDRESS",
        help="answer this address or network; repeatable")  # fmt: skip
    add("--interface", type=_interface, default=0, metavar="NAME",
        help="the interface of link-local addresses under test, where there are several")  # fmt: skip
    limits = Limits()
    add("--idle", type=_positive, default=limits.idle, metavar="SECONDS",
        help="reset what a tester opened when it has asked nothing for so long (%(default)g)")  # fmt: skip
    add("--max-sockets", type=_count, default=limits.sockets, metavar="N",
        help="most sockets in all (%(default)d)")  # fmt: skip
    add("--max-per-session", type=_count, default=limits.sockets_per_session, metavar="N",
        help="most sockets of one control address (%(default)d)")  # fmt: skip
    add("--fd", type=int, metavar="N", help="serve on this open UDP socket, too")
    return parser


def _control(address: str, port: int) -> socket.socket:
    """Return a UDP socket that is bound there; OSError with the place in its text when it cannot be."""
    family, kind, _, _, where = socket.getaddrinfo(address, port, type=socket.SOCK_DGRAM)[0]
    sock = socket.socket(family, kind)
    try:
        if family == socket.AF_INET6:
            sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        sock.bind(where)
    except OSError as error:
        sock.close()
        raise OSError(f"cannot listen on {address} port {port}: {error.strerror}") from None
    return sock


def _given(number: int) -> socket.socket:
    """Return the UDP socket that was handed over; OSError when it is none."""
    sock = socket.socket(fileno=number)
    if sock.family not in (socket.AF_INET, socket.AF_INET6) or sock.type != socket.SOCK_DGRAM:
        sock.detach()
        raise OSError(f"file descriptor {number} is no UDP socket")
    return sock


def _place(text: str) -> tuple[str, int]:
    """Return the address and port of `1.2.3.4`, `1.2.3.4:5`, `fd00::1` or `[fd00::1]:5`."""
    match = re.fullmatch(r"\[(.*)\](?::(\d+))?", text) or re.fullmatch(r"([^:]*)(?::(\d+))?", text)
    address, port = match.groups() if match else (text, None)
    number = int(port or DEFAULT_PORT)
    try:
        ipaddress.ip_address(bare(address))
    except ValueError:
        number = -1
    if not 0 <= number <= 0xFFFF:
        raise argparse.ArgumentTypeError(f"{text!r} is not ADDRESS, ADDRESS:PORT or [IPV6]:PORT")
    return address, number


def _network(text: str) -> str:
    try:
        ipaddress.ip_network(bare(text))
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None
    return text


def _interface(text: str) -> int:
    try:
        return socket.if_nametoindex(text)
    except OSError:
        raise argparse.ArgumentTypeError(f"no interface {text!r}") from None


def _positive(text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = 0
    if not 0 < number < 1e9:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of seconds above 0")
    return number


def _count(text: str) -> int:
    number = int(text) if text.isdigit() else 0
    if not 1 <= number < 0xFFFF:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from 1 to 65534")
    return number


if __name__ == "__main__":
    main()
