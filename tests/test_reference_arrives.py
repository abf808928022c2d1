"""SEGMENT ARRIVES at the reference endpoint, state by state (RFC 9293, section 3.10.7)."""

import pytest
from modelbed import ACK, FIN, HERE, ISS, RST, SYN, URG, Bed, State
from reference.user import Signal

from conformance.options import mss, timestamps, window_scale
from conformance.segment import Segment, compose


def texts(segments):
    return [str(segment.ctl) for segment in segments]


def test_closed_resets_with_the_number_after_a_segment():
    (reset,) = Bed().say(SYN | FIN, 0, data=b"ten octets")
    assert (reset.ctl, reset.seq, reset.ack) == (RST | ACK, 0, ISS + 12)


def test_closed_resets_with_the_number_acknowledged():
    (reset,) = Bed().say(ACK, 0, 777)
    assert (reset.ctl, reset.seq) == (RST, 777)


def test_listener_answers_a_syn():
    bed = Bed()
    bed.listen()
    (answer,) = bed.say(SYN, 0, options=(mss(1000), window_scale(3), timestamps(5)))
    assert answer.ack == ISS + 1
    assert {option.kind for option in answer.options} == {1, 2, 3, 8}
    assert answer.option(8).timestamps[1] == 5


def test_newcomer_takes_the_place_of_the_oldest_half_open_connection():
    bed = Bed()
    listener = bed.listen(backlog=1)
    assert len(bed.say(SYN, 0)) == 1
    other = Segment(src="192.0.2.9", dst=HERE, sport=1, dport=80, seq=0, ctl=SYN)
    bed.host.arrives(bytes(compose(other)))
    assert len(bed.taken()) == 1
    assert [one.flow.remote_port for one in listener.half_open] == [1]


@pytest.mark.parametrize("ack", [0, 2, -100])
def test_syn_sent_resets_a_wrong_ack(ack):
    bed = Bed()
    endpoint = bed.active()
    bed.taken()
    (reset,) = bed.say(SYN | ACK, 0, ack)
    assert (reset.ctl, reset.seq) == (RST, (bed.irs + ack) % 2**32)
    assert endpoint.state is State.SYN_SENT


def test_syn_sent_is_refused_by_a_reset():
    bed = Bed()
    bed.active()
    bed.say(RST | ACK, 0, 1)
    assert bed.user.signals == [Signal.REFUSED]
    assert bed.host.connections == {}


def test_syn_sent_takes_text_and_fin_with_the_answer():
    bed = Bed()
    endpoint = bed.active()
    bed.taken()
    (answer,) = bed.say(SYN | FIN | ACK, 0, 1, data=b"early")
    assert (answer.ctl, answer.ack) == (ACK, ISS + 7)
    assert endpoint.state is State.CLOSE_WAIT
    assert endpoint.receive(10) == b"early"


def test_syns_that_cross_make_one_connection():
    bed = Bed()
    endpoint = bed.active()
    bed.taken()
    (answer,) = bed.say(SYN, 0, data=b"early")
    assert (answer.ctl, answer.seq, answer.ack) == (SYN | ACK, bed.irs, ISS + 1)
    assert endpoint.state is State.SYN_RECEIVED
    (taken,) = bed.say(ACK, 1, 1)
    assert (endpoint.state, taken.ack) == (State.ESTABLISHED, ISS + 6)


@pytest.mark.parametrize(("seq", "answers"), [(1, []), (2, ["ACK"]), (0, []), (65536 + 1, [])])
def test_reset_is_obeyed_challenged_or_ignored(seq, answers):
    bed = Bed()
    endpoint = bed.passive()
    assert texts(bed.say(RST, seq)) == answers
    assert (endpoint.state is State.CLOSED) == (seq == 1)


def test_challenges_are_limited_for_a_while():
    bed = Bed()
    bed.passive()
    assert len([1 for _ in range(50) if bed.say(RST, 2)]) == 10
    bed.wait(5.0)
    assert len(bed.say(RST, 2)) == 1


def test_syn_in_the_window_is_challenged():
    bed = Bed()
    endpoint = bed.passive()
    (challenge,) = bed.say(SYN, 10)
    assert (challenge.ctl, challenge.seq, challenge.ack) == (ACK, (bed.irs + 1) % 2**32, ISS + 1)
    assert endpoint.state is State.ESTABLISHED


def test_ack_of_the_future_is_answered_and_its_text_dropped():
    bed = Bed()
    endpoint = bed.passive()
    (answer,) = bed.say(ACK, 1, 2, data=b"text")
    assert (answer.ack, endpoint.received) == (ISS + 1, b"")


def test_ack_far_below_is_challenged():
    bed = Bed()
    endpoint = bed.passive()
    assert texts(bed.say(ACK, 1, -10_001, data=b"text")) == ["ACK"]
    assert endpoint.received == b""
    bed.say(ACK, 1, -9_999, data=b"text")
    assert endpoint.received == b"text"


def test_window_of_an_older_segment_is_not_taken():
    bed = Bed()
    endpoint = bed.passive()
    bed.say(ACK, 1, 1, data=b"12345", window=600)
    bed.say(ACK, 6, 1, window=500)
    bed.say(ACK, 1, 1, data=b"1234567", window=400)
    assert endpoint.snd_wnd == 500


def test_passive_open_in_syn_received_returns_to_listen():
    bed = Bed()
    listener = bed.listen()
    for ctl in (RST, SYN):
        bed.say(SYN, 0)
        assert bed.say(ctl, 1) == []
        assert (bed.host.connections, listener.half_open) == ({}, {})


def test_active_open_in_syn_received_is_refused():
    bed = Bed()
    bed.active()
    bed.say(SYN, 0)
    bed.say(RST, 1)
    assert bed.user.signals == [Signal.REFUSED]


def test_urgent_pointer_is_told_once_while_it_stays():
    bed = Bed()
    endpoint = bed.passive()
    bed.say(ACK | URG, 1, 1, urgent=5)
    bed.say(ACK | URG, 1, 1, urgent=5)
    assert bed.user.signals.count(Signal.URGENT) == 1
    assert endpoint.rcv_up == ISS + 6


def test_zero_window_takes_ack_urg_and_rst_still():
    bed = Bed(receive_buffer=4)
    endpoint = bed.passive()
    endpoint.send(b"data")
    bed.say(ACK, 1, 1, data=b"full")
    bed.wait(1.0)
    (answer,) = bed.say(ACK | URG, 5, 5, data=b"more", urgent=2)
    assert (answer.ack, answer.window) == (ISS + 5, 0)
    assert (endpoint.in_flight, endpoint.received, endpoint.rcv_up) == (0, b"full", ISS + 7)
    bed.say(RST, 5)
    assert endpoint.state is State.CLOSED


def test_old_timestamp_makes_a_segment_unacceptable():
    bed = Bed()
    listener = bed.listen()
    (answer,) = bed.say(SYN, 0, options=(timestamps(100),))
    bed.irs = answer.seq
    bed.say(ACK, 1, 1, options=(timestamps(101),))
    endpoint = listener.accept()
    assert texts(bed.say(ACK, 1, 1, data=b"old", options=(timestamps(100),))) == ["ACK"]
    assert bed.say(ACK, 1, 1, data=b"none") == []
    assert endpoint.received == b""
    bed.say(ACK, 1, 1, data=b"new", options=(timestamps(101),))
    assert endpoint.received == b"new"
    bed.say(RST, 4, options=(timestamps(1),))
    assert endpoint.state is State.CLOSED


def test_source_that_no_host_can_have_is_ignored():
    bed = Bed()
    for source in ("255.255.255.255", "224.0.0.1", "0.0.0.0", "127.0.0.1", HERE):
        segment = Segment(src=source, dst=HERE, sport=1, dport=81, seq=0, ctl=SYN)
        bed.host.arrives(bytes(compose(segment)))
    assert bed.taken() == []


@pytest.mark.parametrize(("code", "ends"), [(3, True), (0, False), (4, False)])
def test_icmp_error_in_syn_sent(code, ends):
    bed = Bed()
    bed.active()
    bed.icmp(3, code, 0)
    assert (bed.host.connections == {}) is ends


def test_icmp_error_for_what_is_not_in_flight_is_ignored():
    bed = Bed()
    bed.active()
    bed.icmp(3, 3, 1)
    assert bed.user.signals == []


def test_hard_icmp_error_is_soft_once_established():
    bed = Bed()
    endpoint = bed.passive()
    endpoint.send(b"text")
    bed.icmp(3, 3, 1)
    assert bed.user.signals == [Signal.ICMP_ERROR]
    assert endpoint.state is State.ESTABLISHED
