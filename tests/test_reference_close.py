"""How connections of the reference endpoint end: RFC 9293, sections 3.6, 3.10.4 and 3.10.5."""

import pytest
from modelbed import ACK, FIN, ISS, RST, SYN, Bed, State
from reference.user import Refused, Signal

from conformance.options import timestamps


def time_wait(bed, **syn):
    """Bring a connection into TIME-WAIT: it has closed first."""
    endpoint = bed.passive(**syn)
    endpoint.close()
    bed.say(ACK, 1, 2)
    assert endpoint.state is State.FIN_WAIT_2
    bed.say(FIN | ACK, 1, 2)
    assert endpoint.state is State.TIME_WAIT
    return endpoint


def test_peer_closes_first():
    bed = Bed()
    endpoint = bed.passive()
    (answer,) = bed.say(FIN | ACK, 1, 1)
    assert (answer.ack, endpoint.state) == (ISS + 2, State.CLOSE_WAIT)
    endpoint.close()
    assert [one.ctl for one in bed.taken()] == [FIN | ACK]
    assert endpoint.state is State.LAST_ACK
    assert bed.say(ACK, 2, 2) == []
    assert bed.host.connections == {}


def test_both_close_at_once():
    bed = Bed()
    endpoint = bed.passive()
    endpoint.close()
    bed.taken()
    (answer,) = bed.say(FIN | ACK, 1, 1)
    assert (answer.ack, answer.seq, endpoint.state) == (ISS + 2, (bed.irs + 2) % 2**32, State.CLOSING)
    assert bed.say(ACK, 2, 2) == []
    assert endpoint.state is State.TIME_WAIT


def test_fin_waits_for_the_text():
    bed = Bed()
    endpoint = bed.passive()
    endpoint.send(bytes(3000))
    endpoint.close()
    assert endpoint.state is State.FIN_WAIT_1
    assert FIN not in bed.taken()[-1].ctl
    bed.say(ACK, 1, 1 + 4 * 536)
    bed.say(ACK, 1, 1 + 5 * 536)  # what was little waited for this: Nagle
    assert endpoint.fin_seq == (bed.irs + 3001) % 2**32


def test_time_wait_lasts_two_msl_and_starts_anew_with_the_fin():
    bed = Bed(msl=30.0)
    endpoint = time_wait(bed)
    bed.wait(59.0)
    (again,) = bed.say(FIN | ACK, 1, 2)
    assert again.ack == ISS + 2
    bed.wait(59.0)
    assert endpoint.state is State.TIME_WAIT
    bed.wait(1.1)
    assert bed.host.connections == {}


def test_pure_ack_in_time_wait_is_not_answered():
    bed = Bed()
    time_wait(bed)
    assert bed.say(ACK, 2, 2) == []


def test_syn_above_reopens_with_a_greater_isn():
    bed = Bed()
    old = time_wait(bed)
    (answer,) = bed.say(SYN, 100)
    assert answer.ctl == SYN | ACK
    assert 0 < (answer.seq - old.snd_nxt) % 2**32 < 2**31


def test_syn_below_is_acknowledged():
    bed = Bed()
    old = time_wait(bed)
    (answer,) = bed.say(SYN, -100)
    assert (answer.ctl, answer.seq, answer.ack) == (ACK, old.snd_nxt, ISS + 2)


def test_old_duplicate_leads_back_to_time_wait():
    bed = Bed()
    old = time_wait(bed)
    bed.say(SYN, 100)
    assert bed.say(RST, 101) == []
    assert list(bed.host.connections.values()) == [old]
    bed.wait(61.0)
    assert bed.host.connections == {}


@pytest.mark.parametrize(("stamp", "seq", "answers"), [(51, -100, 1), (50, 100, 1), (50, -100, 0), (49, 100, 0)])
def test_timestamp_of_a_syn_decides_in_time_wait(stamp, seq, answers):
    bed = Bed()
    listener = bed.listen()
    bed.irs = bed.say(SYN, 0, options=(timestamps(50),))[0].seq
    bed.say(ACK, 1, 1, options=(timestamps(50),))
    endpoint = listener.accept()
    endpoint.close()
    bed.taken()
    bed.say(FIN | ACK, 1, 2, options=(timestamps(50),))
    assert endpoint.state is State.TIME_WAIT
    assert [one.ctl for one in bed.say(SYN, seq, options=(timestamps(stamp),))] == [SYN | ACK] * answers


@pytest.mark.parametrize("state", [State.ESTABLISHED, State.CLOSE_WAIT, State.FIN_WAIT_1])
def test_abort_resets_with_the_next_number(state):
    bed = Bed()
    endpoint = bed.passive()
    if state is State.CLOSE_WAIT:
        bed.say(FIN | ACK, 1, 1)
    if state is State.FIN_WAIT_1:
        endpoint.close()
    bed.taken()
    number = endpoint.snd_nxt
    endpoint.abort()
    assert [(one.ctl, one.seq) for one in bed.taken()] == [(RST, number)]


def test_abort_in_time_wait_is_silent():
    bed = Bed()
    time_wait(bed).abort()
    assert bed.taken() == []
    assert bed.host.connections == {}


def test_close_of_an_attempt_deletes_it():
    bed = Bed()
    bed.active().close()
    assert len(bed.taken()) == 1
    assert bed.host.connections == {}


def test_close_in_syn_received_sends_a_fin():
    bed = Bed()
    endpoint = bed.active()
    bed.say(SYN, 0)
    endpoint.close()
    assert [(one.ctl, one.seq) for one in bed.taken()] == [(FIN | ACK, (bed.irs + 1) % 2**32)]


def test_calls_after_close_are_errors():
    bed = Bed()
    endpoint = bed.passive()
    endpoint.close()
    for call in (endpoint.close, lambda: endpoint.send(b"x")):
        with pytest.raises(Refused, match="connection closing"):
            call()


def test_calls_without_connection_are_errors():
    bed = Bed()
    endpoint = bed.passive()
    bed.say(RST, 1)
    assert bed.user.signals == [Signal.RESET]
    for call in (endpoint.close, lambda: endpoint.send(b"x")):
        with pytest.raises(Refused, match="does not exist"):
            call()


def test_listener_that_closes_resets_who_waits():
    bed = Bed()
    listener = bed.listen()
    bed.irs = bed.say(SYN, 0)[0].seq
    bed.say(ACK, 1, 1)
    listener.close()
    assert [one.ctl for one in bed.taken()] == [RST]
    assert [one.ctl for one in bed.say(SYN, 0)] == [RST | ACK]
