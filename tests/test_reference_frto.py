"""The reference endpoint asks itself whether a timeout was spurious (RFC 5682, section 2.1)."""

from modelbed import ACK, Bed

SIZE = 536


def timed_out():
    """Open, send more than a flight, and let the timer expire; return the bed, and SND.NXT behind the flight."""
    bed = Bed()
    bed.passive().send(bytes(20 * SIZE))
    flight = bed.taken()
    (again,) = bed.wait(1.0)
    assert again.seq == flight[0].seq
    return bed, flight[-1].end


def offsets(bed, segments):
    return [(segment.seq - bed.irs - 1) // SIZE for segment in segments]


def test_new_text_goes_out_and_nothing_again_when_the_acks_were_only_late():
    bed, _ = timed_out()
    assert offsets(bed, bed.say(ACK, 1, 1 + SIZE)) == [4, 5]
    drawn = offsets(bed, bed.say(ACK, 1, 1 + 2 * SIZE))
    assert drawn
    assert min(drawn) == 6


def test_duplicate_ack_makes_what_is_lost_be_sent_again():
    bed, _ = timed_out()
    bed.say(ACK, 1, 1 + SIZE)
    assert offsets(bed, bed.say(ACK, 1, 1 + SIZE)) == [1]


def test_duplicate_ack_before_anything_new_ends_the_doubt():
    bed, _ = timed_out()
    assert bed.say(ACK, 1, 1) == []
    assert offsets(bed, bed.say(ACK, 1, 1 + SIZE))[0] == 1


def test_ack_of_the_whole_flight_ends_it_as_well():
    bed, end = timed_out()
    assert min(offsets(bed, bed.say(ACK, 1, end - bed.irs))) == 4
