"""The reference endpoint and the IP layer: options, source routes, ECN, Identification, paths without a word."""

from dataclasses import replace

from modelbed import ACK, HERE, ISS, LISTENING, PORT, SYN, THERE, Bed
from reference import ip

from conformance.craft import craft
from conformance.ip import Header, record_route, route_of, source_route, timestamp
from conformance.packet import LOOSE_SOURCE_ROUTE, RECORD_ROUTE, TIMESTAMP
from conformance.segment import Ctl, Segment

ROUTERS = ["192.0.2.8", "192.0.2.9"]
ECE, CWR = Ctl.ECE, Ctl.CWR
USUAL = Header()


def say(bed: Bed, header: Header, ctl: Ctl, seq: int, ack: int = 0, data: bytes = b"") -> list[Segment]:
    """Send a segment with an IP header of its own; return what it draws. Numbers as in `Bed.say`."""
    segment = Segment(
        src=THERE, dst=HERE, sport=PORT, dport=LISTENING, seq=ISS + seq, ack=bed.irs + ack, ctl=ctl, window=10_000,
        data=data,
    )  # fmt: skip
    bed.host.arrives(header.around(craft(segment)))
    return bed.taken()


def way(segment: Segment) -> tuple[str, ...]:
    return (segment.ip.hop, *route_of(segment.ip.option(LOOSE_SOURCE_ROUTE) or b""))


def opened(bed: Bed, ctl: Ctl = SYN, header: Header = USUAL) -> Segment:
    """Open a connection to a listener; return the SYN,ACK."""
    listener = bed.listen()
    (answer,) = say(bed, header, ctl, 0)
    bed.irs = answer.seq
    assert say(bed, header, ACK, 1, 1) == []
    bed.endpoint = listener.accept()
    return answer


def test_completed_source_route_is_the_way_back():
    answer = opened(Bed(), header=Header(options=source_route(ROUTERS, completed=True)))
    assert way(answer) == (ROUTERS[1], ROUTERS[0], THERE)
    assert answer.ip.dst == THERE


def test_source_route_with_hops_to_go_is_not_for_us():
    bed = Bed()
    assert way(opened(bed, header=Header(options=source_route(ROUTERS)))) == (THERE,)


def test_users_route_goes_before_a_received_one():
    bed = Bed(ip_options=source_route(ROUTERS[:1]))
    assert way(opened(bed, header=Header(options=source_route(ROUTERS[1:], completed=True)))) == (ROUTERS[0], THERE)


def test_routes_and_times_are_recorded_with_room():
    answer = opened(Bed(), header=Header(options=record_route(2) + timestamp(2)))
    assert answer.ip.option(RECORD_ROUTE) == record_route(2)
    assert answer.ip.option(TIMESTAMP) == timestamp(2)


def test_options_of_any_length_are_filled_up():
    packet = ip.Packet(b"\xc0\0\2\2", b"\xc0\0\2\1", 6, b"payload", options=b"\x1e\3x")
    again = ip.read(ip.write(packet))
    assert again == replace(packet, options=b"\x1e\3x\0")


def test_same_segment_has_the_same_identification():
    bed = Bed()
    endpoint = bed.passive()
    endpoint.send(b"text")
    (first,) = bed.taken()
    (again,) = bed.wait(1.0)
    assert first.raw == again.raw
    assert bed.say(ACK, 0, 1)[0].ip.identification != first.ip.identification


def test_ecn_is_used_when_the_syn_asks_for_it():
    bed = Bed()
    assert opened(bed, SYN | ECE | CWR).ctl == SYN | ACK | ECE
    bed.endpoint.send(b"text")
    assert bed.taken()[0].traffic_class == 0b10
    assert bed.wait(1.0)[0].traffic_class == 0  # a retransmission


def test_ecn_is_not_used_otherwise():
    bed = Bed()
    assert opened(bed, SYN | ECE).ctl == SYN | ACK
    bed.endpoint.send(b"text")
    assert bed.taken()[0].traffic_class == 0


def test_congestion_is_echoed_until_the_window_was_reduced():
    bed = Bed()
    opened(bed, SYN | ECE | CWR)
    say(bed, Header(traffic_class=0b11), ACK, 1, 1, b"abc")
    assert bed.wait(0.1)[0].ctl == ACK | ECE
    say(bed, Header(traffic_class=0b10), ACK | CWR, 4, 1, b"abc")
    assert bed.wait(0.1)[0].ctl == ACK


def test_echo_halves_the_window_once_in_a_round_trip():
    bed = Bed()
    opened(bed, SYN | ECE | CWR)
    endpoint = bed.endpoint
    endpoint.send(bytes(4 * 536))
    flight = endpoint.in_flight
    for _ in range(3):
        say(bed, Header(), ACK | ECE, 1, 1)
    assert endpoint.cwnd == endpoint.ssthresh == max(flight // 2, 2 * 536)
    assert endpoint.cwr_due


def test_large_packets_that_vanish_get_smaller_after_r1():
    bed = Bed()
    endpoint = bed.passive(options=())
    endpoint.offered.mss = 1460
    endpoint.send(bytes(1400))
    assert [len(one.data) for one in bed.taken()] == [1400]
    sizes = [len(one.data) for one in bed.wait(20.0)]
    assert sizes[:2] == [1400, 1400]
    assert set(sizes[2:]) == {1024 - 40}
