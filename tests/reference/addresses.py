"""Addresses as octets: which of them a TCP can have (RFC 9293, section 3.9.2.3; RFC 1122, section 3.2.1.3)."""

from __future__ import annotations

import socket


def octets(address: str) -> bytes:
    """Return the octets of an address in text form."""
    return socket.inet_pton(socket.AF_INET6 if ":" in address else socket.AF_INET, address)


def text(address: bytes) -> str:
    """Return the text form of an address."""
    return socket.inet_ntop(socket.AF_INET if len(address) == 4 else socket.AF_INET6, address)


def is_unicast(address: bytes) -> bool:
    """Tell whether it can be the address of another host: neither unspecified, loopback, multicast nor broadcast."""
    if len(address) == 16:
        return address[0] != 0xFF and int.from_bytes(address, "big") > 1
    return 0 < address[0] < 224 and address[0] != 127
