"""What must hold for every segment the target ever sends, whatever the case is about.

Each rule is one small function with the requirement that it watches; it says in words what is wrong, or nothing.
A broken rule fails the case that it was seen in, under the rule's own requirement.
"""

from __future__ import annotations

from conformance import seq
from conformance.errors import Nonconformance
from conformance.expectation import show
from conformance.options import TIMESTAMPS_KIND
from conformance.rules import RULES, Memory, number_of_answer
from conformance.segment import Ctl, Segment
from conformance.tcb import Tcb

__all__ = ["RULES", "InvariantBroken", "Watch"]


class InvariantBroken(Nonconformance):
    """An invariant was broken; `requirement` is the id of the rule's own requirement."""

    def __init__(self, requirement: str, wrong: str, got: str) -> None:
        super().__init__("the invariant to hold for every segment", got, (wrong,))
        self.requirement = requirement


class Watch:
    """The rules at work on one connection. `violations` collects what they found, each rule at most once."""

    def __init__(self, family: str) -> None:
        self.violations: list[InvariantBroken] = []
        self._family = family
        self._memory = Memory(family)
        self._broken: set[str] = set()

    def of_the_next(self) -> Watch:
        """Return a new one for the next incarnation, in which ACKs for segments of this one may still come."""
        watch = Watch(self._family)
        watch._memory.acks_owed = max(0, self._memory.acks_owed)
        return watch

    def sent(self, segment: Segment, tcb: Tcb) -> None:
        """Take account of a segment of ours."""
        memory = self._memory
        # An ACK of all that we heard, at our next number, draws nothing from whoever knows the connection.
        plain = segment.ctl == Ctl.ACK and not segment.len and segment.ack == tcb.rcv_nxt and segment.seq == tcb.snd_nxt
        self.injected(segment, draws=not plain)
        if segment.ctl & Ctl.RST:
            return
        if memory.our_end is None or seq.lt(memory.our_end, segment.end):
            memory.our_end = segment.end
        stamp = segment.option(TIMESTAMPS_KIND)
        if stamp is not None and len(stamp.data) == 8:
            memory.our_tsvals.add(stamp.timestamps[0])
        if segment.ctl & Ctl.ACK:
            edge = seq.add(segment.ack, segment.window << (0 if segment.ctl & Ctl.SYN else tcb.rcv_shift))
            if memory.our_edge != tcb.rcv_edge:
                memory.our_edge, memory.our_edge_at = tcb.rcv_edge, segment.at
            if memory.our_right_edge is None or seq.lt(memory.our_right_edge, edge):
                memory.our_right_edge = edge

    def injected(self, segment: Segment, *, draws: bool = True) -> None:
        """Take account of a segment that is off the books; `draws` tells that it may draw an answer."""
        memory = self._memory
        memory.acks_owed += 1
        reset = bool(segment.ctl & Ctl.RST)
        memory.reset_last = reset and not memory.answer_due
        memory.answer_due = memory.answer_due or (draws and not reset)
        if reset:
            memory.resets.add(number_of_answer(segment))
        elif draws or memory.resets:  # after a reset even a plain ACK draws one
            memory.owed[number_of_answer(segment)] += 1

    def heard(self, segment: Segment, tcb: Tcb) -> None:
        """Put a segment of the target's to every rule."""
        for requirement, rule in RULES:
            wrong = "" if requirement in self._broken else rule(segment, tcb, self._memory)
            if wrong:
                self._broken.add(requirement)
                self.violations.append(InvariantBroken(requirement, wrong, show(segment, tcb.iss, tcb.irs)))
        self._memory.answer_due = self._memory.reset_last = False
        if not segment.ctl & Ctl.RST:  # it knows the connection: what it heard before is dealt with
            self._memory.owed.clear()
            self._memory.resets.clear()
