"""Tests of `conformance.wire.host`: which flow a packet belongs to. What needs a link is tried in the lab."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scapy.layers.inet import ICMP, IP, TCP, UDP
from scapy.layers.inet6 import ICMPv6DestUnreach, IPv6

from conformance.errors import Inconclusive
from conformance.wire import Flow
from conformance.wire import host as host_module
from conformance.wire.host import Host, flow_of
from conformance.wire.neighbour import question, solicited_node


def test_a_segment_belongs_to_its_four_tuple() -> None:
    packet = bytes(IP(src="192.0.2.2", dst="192.0.2.1") / TCP(sport=80, dport=20000))
    assert flow_of(packet) == Flow("192.0.2.1", 20000, "192.0.2.2", 80)


@pytest.mark.parametrize("octets", [8, 40])
def test_an_icmp_error_belongs_to_the_flow_it_quotes(octets: int) -> None:
    quoted = bytes(IP(src="192.0.2.1", dst="192.0.2.2") / TCP(sport=20000, dport=80))[: 20 + octets]
    packet = bytes(IP(src="192.0.2.2", dst="192.0.2.1") / ICMP(type=3, code=3) / quoted)
    assert flow_of(packet) == Flow("192.0.2.1", 20000, "192.0.2.2", 80)


def test_an_icmpv6_error_belongs_to_the_flow_it_quotes() -> None:
    quoted = bytes(IPv6(src="2001:db8::1", dst="2001:db8::2") / TCP(sport=20000, dport=80))
    packet = bytes(IPv6(src="2001:db8::2", dst="2001:db8::1") / ICMPv6DestUnreach() / quoted)
    assert flow_of(packet) == Flow("2001:db8::1", 20000, "2001:db8::2", 80)


class FakeLink:
    """A link that only remembers."""

    def __init__(self, interface: str, mac: bytes, groups: tuple[bytes, ...]) -> None:
        self.groups = list(groups)
        self.sent: list[bytes] = []

    def join(self, group: bytes) -> None:
        self.groups.append(group)

    def send(self, frame: bytes) -> float:
        self.sent.append(frame)
        return 0.0


MAC = bytes.fromhex("020000000001")


@pytest.mark.parametrize(
    ("address", "target"), [("192.0.2.9", "192.0.2.2"), ("2001:db8::9:9", "2001:db8::2")], ids=["ipv4", "ipv6"]
)
def test_an_adopted_address_makes_itself_known(monkeypatch: pytest.MonkeyPatch, address: str, target: str) -> None:
    monkeypatch.setattr(host_module, "Link", FakeLink)
    loop = SimpleNamespace(register=lambda source, read: None)
    host = Host("link0", MAC, {"ipv4": "192.0.2.1"}, {target: target}, loop=loop)  # type: ignore[arg-type]
    for _ in range(2):
        host.adopt(address, target)
    link: FakeLink = host._link  # type: ignore[assignment]
    assert link.groups == ([solicited_node(address)[1]] if ":" in address else [])
    assert link.sent == [question(target, MAC, address)] * 2


def test_a_packet_can_go_to_whom_it_is_not_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(host_module, "Link", FakeLink)
    loop = SimpleNamespace(register=lambda source, read: None)
    host = Host("link0", MAC, {"ipv4": "192.0.2.1"}, loop=loop)  # type: ignore[arg-type]
    host._neighbours["192.0.2.2"] = theirs = bytes.fromhex("020000000002")
    packet = bytes(IP(src="192.0.2.1", dst="203.0.113.77") / TCP())
    host.send(packet, "192.0.2.2")
    assert host._link.sent == [theirs + MAC + b"\x08\0" + packet]  # type: ignore[attr-defined]


def test_the_first_fragment_alone_tells_its_flow() -> None:
    segment = bytes(TCP(sport=80, dport=20000))
    fragments = [IP(src="192.0.2.2", dst="192.0.2.1", proto=6, flags="MF", frag=at) / segment for at in (0, 3)]
    assert [flow_of(bytes(one)) for one in fragments] == [Flow("192.0.2.1", 20000, "192.0.2.2", 80), None]


def test_anything_else_belongs_to_none() -> None:
    assert flow_of(bytes(IP(dst="192.0.2.1") / UDP(sport=1, dport=2))) is None
    assert flow_of(b"") is None


@given(st.binary(max_size=120))
def test_no_packet_is_too_odd(packet: bytes) -> None:
    flow_of(packet)
    flow_of(b"\x45\x00" + len(packet + bytes(20)).to_bytes(2, "big") + bytes(5) + b"\x01" + bytes(10) + packet)


def test_a_lost_link_is_told_to_those_who_wait_for_it_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    class Lost(FakeLink):
        def receive(self) -> Iterator[tuple[bytes, float]]:
            raise Inconclusive("the link went down")

    class Loop:
        def register(self, source: object, read: Callable[[], None]) -> None:
            self.read, self.stirred = read, list[object]()

        def stir(self, source: object) -> None:
            self.stirred.append(source)

        def block(self, ready: Callable[[], bool], until: float, source: object) -> bool:
            return ready()

    addresses = {"ipv4": "192.0.2.1"}
    monkeypatch.setattr(host_module, "Link", Lost)
    lost, other = (Host("x", MAC, addresses, loop=Loop()) for _ in range(2))  # type: ignore[arg-type]
    inboxes = [host.open(Flow("192.0.2.1", 20000, "192.0.2.2", 80)) for host in (lost, other)]
    lost.loop.read()  # type: ignore[attr-defined]
    assert lost.loop.stirred == inboxes[:1]  # type: ignore[attr-defined]
    with pytest.raises(Inconclusive, match="the link went down"):
        lost.wait(inboxes[0], 1.0)
    assert other.wait(inboxes[1], 1.0) is False
