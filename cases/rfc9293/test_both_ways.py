"""Both users talk at once, and segments are lost, doubled and out of order (RFC 9293, sections 3.8 and 3.10.7.4)."""

import random

from conformance import ACK, ESTABLISHED, requirement, seq, target_in

SIZE = 500
OURS = bytes(range(250)) * 60
THEIRS = bytes(range(200)) * 60
RUN, THROUGH = 6, 4
"""Of so many segments that the target says for the first time the first few come through, and the others are lost."""

PAUSE = 0.1
"""Seconds for which we listen before we say more."""

ROUNDS = 200
"""More than are needed, where nothing is wrong."""


class Talk:
    """What was said and heard on a path that spoils, the same each time."""

    def __init__(self, peer):
        self.peer = peer
        self.first, self.base = peer.snd_nxt, peer.rcv_nxt
        self.seen, self.held = set(), {}
        self.heard = b""
        self.chance = random.Random(9293)

    @property
    def said(self):
        """How many of our octets are acknowledged."""
        return seq.distance(self.first, self.peer.snd_una)

    def say(self):
        """Send some of the next three segments: some of them twice, some not, in any order."""
        places = range(self.said, min(self.said + 3 * SIZE, len(OURS)), SIZE)
        for at in self.chance.choices(places, k=len(places)) if places else [len(OURS)]:
            self.answer(at)

    def answer(self, at):
        """Send the segment that begins at this octet of ours, with the current ACK."""
        self.peer.send(ACK, seq=self.first + at, ack=self.base + len(self.heard), data=OURS[at : at + SIZE])

    def hear(self):
        """Take what comes next, and hold what is above a gap."""
        for segment in filter(lambda one: one.data, self.peer.hear_all(PAUSE)):
            known = segment.seq in self.seen
            self.seen.add(segment.seq)
            if known or len(self.seen) % RUN < THROUGH:
                self.held[seq.distance(self.base, segment.seq)] = segment.data
        for at in sorted(self.held):
            if at <= len(self.heard):
                self.heard += self.held[at][len(self.heard) - at :]

    def goes_on(self):
        """Tell whether there is more to say, or to hear."""
        return self.said < len(OURS) or len(self.heard) < len(THEIRS)


@requirement("RFC9293:3.10.7.4-text-stream", "RFC9293:3.8-retx-loss", "RFC9293:3.8-dup-segment")
@target_in(ESTABLISHED)
def test_both_streams_come_whole_over_a_path_that_spoils(peer, target):
    target.begin_to_receive()
    target.send(THEIRS)
    talk = Talk(peer)
    for _ in range(ROUNDS):
        if talk.goes_on():
            talk.say()
            talk.hear()
    assert talk.heard == THEIRS
    assert target.receive(len(OURS)) == OURS
