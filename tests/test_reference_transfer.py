"""Text, windows and timers of the reference endpoint (RFC 9293, sections 3.7 and 3.8; RFC 6298, RFC 5681)."""

from itertools import pairwise

import pytest
from modelbed import ACK, FIN, ISS, RST, SYN, URG, Bed, State
from reference.user import Signal

from conformance.options import mss, window_scale


def sizes(segments):
    return [len(segment.data) for segment in segments]


def test_text_out_of_order_is_held_and_acknowledged_at_once():
    bed = Bed()
    endpoint = bed.passive()
    (gap,) = bed.say(ACK, 5, 1, data=b"5678")
    assert gap.ack == ISS + 1
    (filled,) = bed.say(ACK, 1, 1, data=b"12345")  # overlaps by one
    assert (filled.ack, endpoint.receive(20)) == (ISS + 9, b"12345678"[:4] + b"5678")


def test_fin_above_a_gap_counts_when_the_gap_is_filled():
    bed = Bed()
    endpoint = bed.passive()
    bed.say(FIN | ACK, 3, 1, data=b"34")
    assert endpoint.state is State.ESTABLISHED
    (answer,) = bed.say(ACK, 1, 1, data=b"12")
    assert (answer.ack, endpoint.state, endpoint.receive(9)) == (ISS + 6, State.CLOSE_WAIT, b"1234")
    assert endpoint.at_end


def test_what_exceeds_the_window_is_cut_off():
    bed = Bed(receive_buffer=4)
    endpoint = bed.passive()
    bed.say(FIN | ACK, 1, 1, data=b"1234")
    bed.wait(1.0)
    assert (endpoint.received, endpoint.state) == (b"1234", State.ESTABLISHED)


def test_acknowledgment_is_delayed_but_not_for_every_second_segment():
    bed = Bed()
    bed.passive()
    assert bed.say(ACK, 1, 1, data=b"1") == []
    assert len(bed.wait(0.1)) == 1
    assert bed.say(ACK, 2, 1, data=b"2") == []
    assert [one.ack for one in bed.say(ACK, 3, 1, data=b"3")] == [ISS + 4]


def test_window_opens_only_by_what_is_worth_it():
    bed = Bed(receive_buffer=4000)
    endpoint = bed.passive()
    bed.say(ACK, 1, 1, data=bytes(2000))
    bed.say(ACK, 2001, 1, data=bytes(2000))
    endpoint.receive(1000)
    assert bed.taken() == []
    endpoint.receive(1000)
    assert [one.window for one in bed.taken()] == [2000]


def test_window_is_scaled_when_both_offer_it():
    bed = Bed()
    endpoint = bed.passive(options=(mss(1000), window_scale(4)))
    assert endpoint.snd_wnd == 160_000
    (answer,) = bed.say(ACK, 0, 1)
    assert answer.window << 2 == endpoint.rcv_wnd // 4 * 4 > 65535


@pytest.mark.parametrize(("options", "size"), [((), 536), ((mss(100),), 100), ((mss(0),), 536), ((mss(9000),), 1460)])
def test_segments_are_no_larger_than_the_peer_takes(options, size):
    bed = Bed()
    endpoint = bed.passive(options=options)
    endpoint.send(bytes(2000))
    assert sizes(bed.taken())[0] == size


def test_nagle_holds_little_back_while_something_is_in_flight():
    bed = Bed()
    endpoint = bed.passive()
    endpoint.send(b"one")
    endpoint.send(b"two")
    assert sizes(bed.taken()) == [3]
    assert sizes(bed.say(ACK, 1, 4)) == [3]


def test_nagle_can_be_switched_off():
    bed = Bed(nagle=False)
    endpoint = bed.passive()
    endpoint.send(b"one")
    endpoint.send(b"two")
    assert sizes(bed.taken()) == [3, 3]


def test_slow_start_begins_with_four_small_segments():
    bed = Bed()
    bed.passive().send(bytes(10_000))
    assert sizes(bed.taken()) == [536] * 4
    assert sizes(bed.say(ACK, 1, 1 + 2 * 536)) == [536] * 3


def test_third_duplicate_acknowledgment_retransmits():
    bed = Bed()
    bed.passive().send(bytes(10_000))
    first, *_ = bed.taken()
    assert sizes(bed.say(ACK, 1, 1)) == sizes(bed.say(ACK, 1, 1)) == [536]  # limited transmit
    assert [one.seq for one in bed.say(ACK, 1, 1)] == [first.seq]


def test_duplicate_acknowledgments_beyond_what_was_outstanding_draw_nothing():
    bed = Bed()
    bed.passive().send(bytes(10_000))
    outstanding = bed.taken()
    drawn = [one for _ in range(20) for one in bed.say(ACK, 1, 1)]
    assert len(drawn) <= len(outstanding) + 2  # limited transmit makes it two more


@pytest.mark.parametrize(("algorithm", "left"), [(5681, 2), (9438, 2.8)])
def test_a_loss_leaves_what_the_algorithm_says(algorithm, left):
    bed = Bed(congestion_control=algorithm)
    endpoint = bed.passive()
    endpoint.send(bytes(10_000))
    bed.wait(1.5)
    assert endpoint.ssthresh == int(left * 536)


@pytest.mark.parametrize(("mtu", "expected"), [(576, [536, 536, 388]), (1500, []), (60, [])])
def test_packet_that_is_too_big_is_sent_in_smaller_ones(mtu, expected):
    bed = Bed()
    endpoint = bed.passive(options=(mss(1460),))
    endpoint.send(bytes(1460))
    assert sizes(bed.taken()) == [1460]
    assert sizes(bed.icmp(3, 4, 1, mtu)) == expected
    bed.say(ACK, 1, 1461)
    assert endpoint.in_flight == 0


def test_little_is_sent_after_a_while_into_a_little_window():
    bed = Bed()
    endpoint = bed.passive(window=8000)
    bed.say(ACK, 1, 1, window=2)
    endpoint.send(b"much")
    assert bed.taken() == []
    assert sizes(bed.wait(0.5)) == [2]


def test_zero_window_is_probed_ever_more_slowly():
    bed = Bed()
    endpoint = bed.passive()
    bed.say(ACK, 1, 1, window=0)
    endpoint.send(b"text")
    times = []
    while len(times) < 5:
        for probe in bed.wait(0.5):
            times.append(bed.host.now)
            assert (probe.data, probe.seq) == (b"t", (bed.irs + 1) % 2**32)
            bed.say(ACK, 1, 1, window=0)
    gaps = [later - earlier for earlier, later in pairwise(times)]
    assert gaps == [2.0, 4.0, 8.0, 16.0]
    assert sizes(bed.say(ACK, 1, 1)) == [4]


def test_octet_of_a_probe_that_was_taken_is_not_sent_again():
    bed = Bed()
    endpoint = bed.passive()
    bed.say(ACK, 1, 1, window=0)
    endpoint.send(b"text")
    assert sizes(bed.wait(1.0)) == [1]
    assert [one.data for one in bed.say(ACK, 1, 2)] == [b"ext"]


def test_probes_that_are_answered_go_on_for_ever_and_others_do_not():
    bed = Bed(user_timeout=100.0)
    endpoint = bed.passive()
    bed.say(ACK, 1, 1, window=0)
    endpoint.send(b"text")
    for _ in range(20):
        bed.wait(30.0)
        bed.say(ACK, 1, 1, window=0)
    assert endpoint.state is State.ESTABLISHED
    bed.wait(200.0)
    assert bed.user.signals == [Signal.TIMED_OUT]


def test_closed_window_holds_the_fin_back_as_well():
    bed = Bed()
    endpoint = bed.passive()
    bed.say(ACK, 1, 1, window=0)
    endpoint.close()
    assert bed.taken() == []
    assert [one.ctl for one in bed.wait(1.0)] == [FIN | ACK]
    bed.say(ACK, 1, 2, window=0)
    assert endpoint.state is State.FIN_WAIT_2


def test_shrunk_window_stops_new_data_only():
    bed = Bed()
    endpoint = bed.passive()
    endpoint.send(bytes(1000))
    bed.taken()
    bed.say(ACK, 1, 1, window=100)
    endpoint.send(bytes(1000))
    assert bed.taken() == []
    assert sizes(bed.wait(1.0)) == [536]  # again


def test_rto_doubles_and_stays_until_something_new_is_acknowledged():
    bed = Bed()
    endpoint = bed.passive()
    endpoint.send(b"text")
    bed.taken()
    waits = []
    for seconds in (1.0, 2.0, 4.0):
        assert bed.wait(seconds - 0.01) == []
        waits += bed.wait(0.01)
    assert [one.data for one in waits] == [b"text"] * 3
    bed.say(ACK, 1, 5)
    endpoint.send(b"more")
    bed.taken()
    assert bed.wait(7.9) == []  # Karn: no sample was taken
    assert sizes(bed.wait(0.2)) == [4]


def test_rto_follows_the_round_trips():
    bed = Bed()
    endpoint = bed.passive()
    for number in range(3):
        endpoint.send(b"x")
        bed.wait(0.9)
        bed.say(ACK, 1, 2 + number)
    assert endpoint.srtt == pytest.approx(0.9 - 0.9 * 0.875**3)
    assert 1.5 < endpoint.rto < 3.0


def test_rto_is_three_seconds_after_a_lost_syn():
    bed = Bed()
    endpoint = bed.active()
    bed.wait(1.0)
    bed.say(SYN | ACK, 0, 1)
    assert (endpoint.rto, endpoint.cwnd) == (3.0, 536)


def test_attempt_is_given_up_after_more_than_three_minutes():
    bed = Bed()
    endpoint = bed.active()
    bed.wait(190.0)
    assert endpoint.state is State.SYN_SENT
    bed.wait(100.0)
    assert bed.user.signals[-1] is Signal.TIMED_OUT


def test_user_timeout_ends_what_is_not_acknowledged():
    bed = Bed(user_timeout=5.0)
    endpoint = bed.passive()
    bed.wait(100.0)
    endpoint.send(b"text")
    bed.wait(5.0)
    assert bed.user.signals[-1] is Signal.TIMED_OUT
    assert bed.host.connections == {}


def test_keep_alive_is_off_and_can_be_switched_on():
    bed = Bed()
    endpoint = bed.passive()
    assert bed.wait(10_000.0) == []
    endpoint.settings.keep_alive = True
    endpoint.settings.keep_alive_count = 2
    endpoint.settings_changed()
    assert bed.wait(7199.0) == []
    (probe,) = bed.wait(2.0)
    assert (probe.seq, probe.data) == (bed.irs, b"")
    bed.say(ACK, 1, 1)
    assert len(bed.wait(7199.0)) == 0
    assert len(bed.wait(300.0)) == 2
    assert bed.user.signals[-1] is Signal.TIMED_OUT


def test_keep_alive_may_have_an_octet():
    bed = Bed(keep_alive=True, keep_alive_octet=True)
    bed.passive()
    (probe,) = bed.wait(7201.0)
    assert (probe.seq, probe.data) == (bed.irs, b"\0")


def test_urgent_pointer_of_what_is_sent_designates_the_octet_after():
    bed = Bed()
    endpoint = bed.passive()
    endpoint.send(b"urgent", urgent=True)
    (sent,) = bed.taken()
    assert (sent.urgent, bool(sent.ctl & URG)) == (6, True)
    endpoint.send(b"plain")
    (plain,) = bed.say(ACK, 1, 7)
    assert (plain.urgent, bool(plain.ctl & URG)) == (0, False)


def test_full_close_with_something_unread_resets():
    bed = Bed()
    endpoint = bed.passive()
    bed.say(ACK, 1, 1, data=b"unread")
    endpoint.release()
    assert [one.ctl for one in bed.taken()] == [RST]


def test_text_after_a_full_close_is_reset():
    bed = Bed()
    endpoint = bed.passive()
    endpoint.release()
    assert [one.ctl for one in bed.taken()] == [FIN | ACK]
    assert [one.ctl for one in bed.say(ACK, 1, 2, data=b"unread")] == [RST]
    assert endpoint.state is State.CLOSED
