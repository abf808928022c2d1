"""Frames of ARP (RFC 826) and Neighbor Discovery (RFC 4861): made and read, without any state."""

from __future__ import annotations

import socket
import struct
from dataclasses import dataclass
from ipaddress import ip_address

from conformance.packet import FRAGMENT, ICMPV6, pseudo_sum, read_datagram

ETHERTYPE_IPV4 = 0x0800
ETHERTYPE_ARP = 0x0806
ETHERTYPE_IPV6 = 0x86DD
BROADCAST = b"\xff" * 6
_SOLICITATION = 135
_ADVERTISEMENT = 136


@dataclass(frozen=True, slots=True)
class Question:
    """Somebody asks on the link who has `address`; the answer goes to (`mac`, `asker`)."""

    address: str
    mac: bytes
    asker: str


@dataclass(frozen=True, slots=True)
class Answer:
    """Somebody says on the link that `address` is at `mac`."""

    address: str
    mac: bytes


def ethernet(dst: bytes, src: bytes, ethertype: int, payload: bytes) -> bytes:
    """Return an Ethernet II frame, without padding and frame check sequence."""
    return dst + src + struct.pack("!H", ethertype) + payload


def solicited_node(address: str) -> tuple[bytes, bytes]:
    """Return the solicited-node multicast address of an IPv6 address, and its MAC (RFC 4291, RFC 2464)."""
    tail = socket.inet_pton(socket.AF_INET6, address)[-3:]
    group = socket.inet_pton(socket.AF_INET6, "ff02::1:ff00:0")[:-3] + tail
    return group, b"\x33\x33" + group[-4:]


def group_mac(address: str) -> bytes | None:
    """Return the MAC of a multicast or the limited broadcast address (RFC 1112, RFC 2464); None for a unicast one."""
    if address == "255.255.255.255":
        return BROADCAST
    ip = ip_address(address)
    if not ip.is_multicast:
        return None
    if ip.version == 6:
        return b"\x33\x33" + ip.packed[-4:]
    return b"\x01\x00\x5e" + bytes([ip.packed[1] & 0x7F]) + ip.packed[2:]


def question(address: str, mac: bytes, asker: str | None) -> bytes:
    """Return the frame that asks who has `address`; without `asker` it is a probe for a duplicate address."""
    if ":" not in address:
        sender = socket.inet_aton(asker or "0.0.0.0")
        return ethernet(BROADCAST, mac, ETHERTYPE_ARP, _arp(1, mac, sender, bytes(6), socket.inet_aton(address)))
    group, group_mac = solicited_node(address)
    body = bytes(4) + socket.inet_pton(socket.AF_INET6, address)
    if asker:
        body += b"\x01\x01" + mac
    source = socket.inet_pton(socket.AF_INET6, asker or "::")
    return ethernet(group_mac, mac, ETHERTYPE_IPV6, _icmpv6(source, group, _SOLICITATION, body))


def answer(to: Question, mac: bytes) -> bytes:
    """Return the frame that answers a question: the address is at `mac`."""
    if ":" not in to.address:
        body = _arp(2, mac, socket.inet_aton(to.address), to.mac, socket.inet_aton(to.asker))
        return ethernet(to.mac, mac, ETHERTYPE_ARP, body)
    own = socket.inet_pton(socket.AF_INET6, to.address)
    probe = to.asker == "::"  # a probe for duplicates: the answer is for all nodes, and not solicited
    flags = 0x20000000 if probe else 0x60000000
    destination = socket.inet_pton(socket.AF_INET6, "ff02::1" if probe else to.asker)
    body = struct.pack("!I", flags) + own + b"\x02\x01" + mac
    frame_to = b"\x33\x33\x00\x00\x00\x01" if probe else to.mac
    return ethernet(frame_to, mac, ETHERTYPE_IPV6, _icmpv6(own, destination, _ADVERTISEMENT, body))


def read(frame: bytes) -> Question | Answer | None:
    """Read a question or an answer out of a frame; None when it is neither."""
    if len(frame) < 14:
        return None
    ethertype = struct.unpack_from("!H", frame, 12)[0]
    if ethertype == ETHERTYPE_ARP:
        return _read_arp(frame[14:])
    if ethertype == ETHERTYPE_IPV6:
        return _read_ndp(frame[6:12], frame[14:])
    return None


def _arp(operation: int, mac: bytes, sender: bytes, target_mac: bytes, target: bytes) -> bytes:
    return struct.pack("!HHBBH", 1, ETHERTYPE_IPV4, 6, 4, operation) + mac + sender + target_mac + target


def _read_arp(body: bytes) -> Question | Answer | None:
    if len(body) < 28 or body[:6] != struct.pack("!HHBB", 1, ETHERTYPE_IPV4, 6, 4):
        return None
    mac, sender, target = body[8:14], socket.inet_ntoa(body[14:18]), socket.inet_ntoa(body[24:28])
    if body[7] == 1 and sender != target:
        return Question(target, mac, sender)
    return Answer(sender, mac)


def _icmpv6(source: bytes, destination: bytes, kind: int, body: bytes) -> bytes:
    message = bytes([kind, 0, 0, 0]) + body
    total = pseudo_sum(
        socket.inet_ntop(socket.AF_INET6, source),
        socket.inet_ntop(socket.AF_INET6, destination),
        message,
        ICMPV6,
    )
    message = message[:2] + struct.pack("!H", ~total & 0xFFFF) + message[4:]
    return struct.pack("!IHBB", 0x60000000, len(message), ICMPV6, 255) + source + destination + message


def _read_ndp(source_mac: bytes, packet: bytes) -> Question | Answer | None:
    datagram = read_datagram(packet)
    if datagram is None or datagram.protocol != ICMPV6 or datagram.ttl != 255 or len(datagram.payload) < 24:
        return None
    if FRAGMENT in datagram.extensions:  # RFC 6980
        return None
    address = socket.inet_ntop(socket.AF_INET6, datagram.payload[8:24])
    if datagram.payload[0] == _SOLICITATION:
        return Question(address, source_mac, datagram.src)
    if datagram.payload[0] == _ADVERTISEMENT:
        return Answer(address, _link_layer_option(datagram.payload[24:]) or source_mac)
    return None


def _link_layer_option(options: bytes) -> bytes | None:
    return options[2:8] if options[:2] == b"\x02\x01" and len(options) >= 8 else None
