"""The reference endpoint's own reading and writing, against the tester's."""

from hypothesis import given
from hypothesis import strategies as st
from modelbed import ACK, SYN
from reference import ip, numbers
from reference.addresses import octets
from reference.host import Host
from reference.segment import Options, known_options, split_options

from conformance import seq
from conformance.packet import pseudo_sum
from conformance.segment import Segment, compose

NUMBERS = st.integers(0, 2**32 - 1)


@given(NUMBERS, NUMBERS)
def test_comparison_agrees_with_the_testers(first, second):
    if (second - first) % 2**32 != 2**31:  # there, neither is earlier
        assert numbers.lt(first, second) == seq.lt(first, second)
        assert numbers.le(first, second) == seq.le(first, second)
        assert numbers.ahead(first, second) == seq.distance(first, second)


@given(st.binary(max_size=64))
def test_checksum_is_one_that_the_tester_takes(payload):
    payload += bytes(len(payload) % 2)
    total = ip.tcp_checksum(octets("192.0.2.1"), octets("192.0.2.2"), payload + b"\0\0")
    assert pseudo_sum("192.0.2.1", "192.0.2.2", payload + total.to_bytes(2, "big")) == 0xFFFF


@given(st.binary(max_size=40))
def test_options_of_any_octets_are_read(field):
    assert isinstance(known_options(split_options(field)), Options)


def test_unknown_option_is_skipped_and_illegal_length_ends_the_list():
    assert split_options(bytes([253, 4, 1, 2, 2, 4, 5, 180, 7, 0, 2, 4, 1, 1])) == [
        (253, b"\1\2"),
        (2, b"\5\xb4"),
    ]


def test_option_with_the_length_of_another_is_unknown():
    assert known_options([(2, b"\1"), (3, b"\1\2"), (8, b"")]) == Options()


def test_shift_above_14_is_14():
    assert known_options([(3, b"\x20")]).shift == 14


@given(st.binary(max_size=80))
def test_host_survives_any_packet(packet):
    sent = []
    host = Host([octets("192.0.2.2")], sent.append)
    host.arrives(packet)
    assert sent == []


@given(st.binary(min_size=20, max_size=80))
def test_host_survives_any_segment(payload):
    sent = []
    host = Host([octets("192.0.2.2")], sent.append)
    src, dst = octets("192.0.2.1"), octets("192.0.2.2")
    payload = payload[:16] + b"\0\0" + payload[18:]
    payload = payload[:16] + ip.tcp_checksum(src, dst, payload).to_bytes(2, "big") + payload[18:]
    host.arrives(ip.write(ip.Packet(src, dst, ip.TCP, payload)))
    assert len(sent) <= 1


def test_wrong_checksums_are_noticed():
    segment = Segment(src="192.0.2.1", dst="192.0.2.2", sport=1, dport=2, seq=3, ctl=SYN)
    packet = bytearray(bytes(compose(segment)))
    sent = []
    host = Host([octets("192.0.2.2")], sent.append)
    for at in (8, 24):  # the TTL, the sequence number
        spoilt = bytearray(packet)
        spoilt[at] ^= 1
        host.arrives(bytes(spoilt))
    assert sent == []
    host.arrives(bytes(packet))
    assert len(sent) == 1


def test_ipv6_extension_headers_are_skipped():
    segment = Segment(src="2001:db8::1", dst="2001:db8::2", sport=1, dport=2, seq=3, ctl=ACK)
    packet = bytes(compose(segment))
    packet = (
        packet[:4]
        + (len(packet) - 40 + 8).to_bytes(2, "big")
        + bytes([60])
        + packet[7:40]
        + bytes([6, 0, 1, 4, 0, 0, 0, 0])
        + packet[40:]
    )
    sent = []
    Host([octets("2001:db8::2")], sent.append).arrives(packet)
    assert len(sent) == 1
