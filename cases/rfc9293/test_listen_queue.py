"""More connections than the user accepts: the queue of a listener (RFC 9293, sections 3.10.7.2 and 3.10.7.4)."""

from conformance import ACK, LISTEN, NOTHING, RST, SYN, reply, requirement, target_in

WAITING = 2
"""How many established connections the user lets wait; the target may round it up, as long as there is an end."""


def shakes_hands(one):
    """Open, and tell whether the target agreed. Whether a full queue may reset is for one case to judge."""
    one.send(SYN)
    answer = one.expect_one_of(reply(SYN | ACK, ack=one.iss + 1), reply(RST | ACK, ack=one.iss + 1), NOTHING)
    return answer is not None and SYN in answer.ctl and one.send(ACK)


def crowd(another, port):
    """Open more connections than may wait, one after the other; return those that were answered."""
    return [one for one in [another(port) for _ in range(4 * WAITING)] if shakes_hands(one)]


@requirement("RFC9293:3.10.7.4-ack-synrcvd-ok", "RFC9293:3.10.7.4-text-deliver")
@target_in(LISTEN)
def test_connection_takes_data_before_it_is_accepted(another, target):
    one = another(target.listen(backlog=WAITING))
    one.send(SYN)
    one.expect(SYN | ACK, ack=one.iss + 1)
    one.send(ACK, data=b"data")
    one.expect(ACK, seq=one.rcv_nxt, ack=one.snd_nxt)


@requirement("RFC9293:3.10.7.4-text-deliver", "RFC9293:3.10.7.4-ack-synrcvd-ok")
@target_in(LISTEN)
def test_connections_that_wait_do_not_suffer_from_a_full_queue(another, target):
    first, second = crowd(another, target.listen(backlog=WAITING))[:WAITING]
    first.send(ACK, data=b"first")
    first.expect(ACK, seq=first.rcv_nxt, ack=first.snd_nxt)
    second.send(ACK, data=b"second")
    second.expect(ACK, seq=second.rcv_nxt, ack=second.snd_nxt)


@requirement("RFC9293:3.10.7.4-text-ack-responsibility", "RFC9293:3.10.7.4-text-deliver")
@target_in(LISTEN)
def test_data_of_a_connection_that_waited_is_delivered(another, target):
    first = crowd(another, target.listen(backlog=WAITING))[0]
    first.send(ACK, data=b"first")
    first.expect(ACK, seq=first.rcv_nxt, ack=first.snd_nxt)
    target.accept_from_queue()
    target.accept()
    assert target.receive(5) == b"first"


@requirement("RFC9293:3.10.7.2-listen-syn", "RFC9293:3.5.2-rst-only-when-clear")
@target_in(LISTEN)
def test_syn_beyond_the_queue_is_answered_or_lost_but_not_reset(another, target, facts):
    port = target.listen(backlog=WAITING)
    facts["connections that waited"] = len(crowd(another, port))
    late = another(port)
    late.send(SYN)
    late.expect_one_of(reply(SYN | ACK, ack=late.iss + 1), NOTHING)


@requirement("RFC9293:3.10.7.2-listen-syn", "RFC9293:3.9.1.1-open-passive-any")
@target_in(LISTEN)
def test_queue_takes_connections_again_when_the_user_accepts(another, target):
    port = target.listen(backlog=WAITING)
    crowd(another, port)
    target.accept_from_queue()
    target.accept()
    late = another(port)
    late.send(SYN)
    late.expect(SYN | ACK, ack=late.iss + 1)
    late.send(ACK, data=b"data")
    late.expect(ACK, seq=late.rcv_nxt, ack=late.snd_nxt)


@requirement("RFC9293:3.10.7.2-listen-syn", "RFC9293:3.10.7.4-ack-synrcvd-ok")
@target_in(LISTEN)
def test_syn_that_was_lost_to_the_queue_succeeds_later(another, target):
    late = another(target.listen(backlog=WAITING))
    crowd(another, late.flow.remote_port)
    late.send(SYN)
    late.expect_one_of(reply(SYN | ACK, ack=late.iss + 1), NOTHING)
    target.accept_from_queue()
    target.accept()
    late.send(SYN, seq=late.iss)
    late.expect_one_of(reply(SYN | ACK, ack=late.iss + 1), reply(ACK, ack=late.iss + 1), repeats=True)
