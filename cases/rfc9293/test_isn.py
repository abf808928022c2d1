"""Initial sequence numbers (RFC 9293, section 3.4.1; RFC 6528)."""

from itertools import pairwise

from conformance import ACK, LISTEN, RST, SYN, alone, requirement, seq, target_in

TICKS = 250_000
"""How often in a second the ISN clock moves at least: every 4 microseconds, roughly (MUST-8)."""

NEAR = 1 << 24
"""Two random numbers of 32 bits are closer than this once in 128 times; clocks that read the same always are."""


def incarnation(one):
    """Open on the same four-tuple, and reset at once; return our SYN and its SYN,ACK."""
    one.restart()
    syn = one.send(SYN)
    answer = one.expect(SYN | ACK, ack=one.iss + 1)
    one.send(RST)
    return syn, answer


def isn_of(one):
    """Return the ISN that the target chooses for this four-tuple."""
    return incarnation(one)[1].seq


def near(numbers):
    """Return how many of `numbers` are closer to the one before than chance allows."""
    return sum(abs(seq.distance(earlier, later)) < NEAR for earlier, later in pairwise(numbers))


@requirement("RFC9293:MUST-8", "RFC9293:SHLD-1", "RFC6528:3-isn-expression")
@target_in(LISTEN)
@alone  # some ISNs grow with each connection, too
def test_isn_grows_with_the_clock(peer, timing, facts):
    _, first = incarnation(peer)
    peer.expect_nothing(timing.silence)  # time for the clock to move
    for _ in range(10):  # a number of no clock's is above the first one half of the time
        syn, later = incarnation(peer)
        between = syn.at - first.at  # the first was chosen before this span, the later one after it
        grown = seq.distance(first.seq, later.seq)
        facts["ISN of one four-tuple grows in a ms by"] = round(grown / between / 1000)
        assert grown >= 0.9 * TICKS * between


@requirement("RFC9293:MUST-8", "RFC6528:3-separate-spaces")
@target_in(LISTEN)
def test_isns_of_one_four_tuple_never_go_back(peer):
    numbers = [isn_of(peer) for _ in range(20)]
    assert all(seq.lt(earlier, later) for earlier, later in pairwise(numbers))


@requirement("RFC9293:3.4-isn-unique-incarnation", "RFC9293:MUST-8")
@target_in(LISTEN)
def test_two_incarnations_differ(peer):
    assert isn_of(peer) != isn_of(peer)


@requirement("RFC9293:MUST-9", "RFC6528:3-not-computable", "RFC9293:SHLD-1", "RFC6528:3-separate-spaces")
@target_in(LISTEN)
def test_isn_does_not_tell_those_of_other_four_tuples(another):
    numbers = [isn_of(another()) for _ in range(100)]
    assert near(numbers) < 10


@requirement("RFC9293:MUST-9", "RFC6528:3-not-computable", "RFC9293:7-isn-guess")
@target_in(LISTEN)
def test_isns_of_four_tuples_do_not_go_in_steps(another, facts):
    numbers = [isn_of(another()) for _ in range(100)]
    steps = [seq.distance(earlier, later) for earlier, later in pairwise(numbers)]
    regular = facts["of the ISNs of 100 four-tuples, go in steps"] = near([step % 2**32 for step in steps])
    assert regular < 10
