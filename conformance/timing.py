"""How long to wait: measured at the target, bounded by the RFCs. All times in seconds."""

from __future__ import annotations

from dataclasses import dataclass

ACK_DELAY = 0.5
"""An acknowledgment may be withheld for less than this (RFC 9293, MUST-40)."""

INITIAL_RTO = 1.0
"""The retransmission timeout before any sample (RFC 6298, section 2.1); larger values are allowed."""

RTO_AFTER_LOST_SYN = 3.0
"""The retransmission timeout that data starts with where a SYN had to be sent again (RFC 6298, section 5.7)."""

KEEP_ALIVE_IDLE = 7200.0
"""A connection is idle for this long before a keep-alive, at least, unless the user sets it (RFC 9293, MUST-28)."""

R2 = 100.0
"""Text that nobody acknowledges should be sent again for this long, at least (RFC 9293, SHLD-11)."""

SYN_R2 = 180.0
"""An attempt to connect has to be kept up for at least this long (RFC 9293, MUST-23)."""

OVERRIDE = 0.1, 1.0
"""How long a sender may hold text back that silly window avoidance or Nagle calls too little: the range of the override
timeout (RFC 9293, section 3.8.6.2.1)."""

FIRST_PROBE = 10.0
"""Within how many RTOs a closed window has to be probed. RFC 9293, section 3.8.6.1, has it done after one, as a SHOULD;
TCPs of 4.4BSD's family let five seconds pass."""

MSL = 120.0
"""The maximum segment lifetime that RFC 9293, section 3.4.2, assumes where nothing else is known."""


@dataclass(frozen=True, slots=True)
class Timing:
    """What was measured at the target, and the waits that follow from it.

    `rtt` is the median and `answer` the longest time from a segment to the answer that it draws at once; a profile's
    `reaction` stands in for `answer` where it is larger. `rto` is the first retransmission timeout of a SYN,ACK.
    `spread` is by how much the path makes one answer come later than another. A segment is under way to the target for
    `way` at most, or as long as the slowest answer took. By `tick` the target may measure a time as too short.
    """

    rtt: float = 0.0
    answer: float = 0.0
    rto: float = INITIAL_RTO
    msl: float = MSL
    spread: float = 0.0
    way: float = 0.0
    tick: float = 0.0

    @property
    def ack_delay(self) -> float:
        """How long an acknowledgment may be withheld, at most (RFC 9293, MUST-40), and its way here."""
        return ACK_DELAY + self.answer

    @property
    def reply(self) -> float:
        """How long to wait for a segment that is due. A delayed acknowledgment is still in time."""
        return max(2 * ACK_DELAY, ACK_DELAY + 4 * self.answer)

    @property
    def prompt(self) -> float:
        """How long to wait for what is due at once, and would come by a timer if it were not sent then.

        Less than the timeout before any sample, which is also the least that RFC 6298, section 2.4, advises.
        """
        return max(0.6 * INITIAL_RTO, 4 * self.answer)

    @property
    def silence(self) -> float:
        """How long to listen before silence is believed: many times what an answer took."""
        return min(self.reply, max(0.1, 8 * self.answer))

    @property
    def settle(self) -> float:
        """How long a second answer may trail behind the first, when both were drawn by segments sent together."""
        return min(self.silence, max(0.02, 4 * self.answer))

    @property
    def retransmission(self) -> float:
        """How long to wait for the next retransmission while the timeout has not backed off more than once."""
        return 2 * max(self.rto, INITIAL_RTO) + self.reply

    @property
    def held(self) -> float:
        """How long text may be expected to be held back: a little less than the shortest override timeout."""
        return 0.9 * OVERRIDE[0]

    @property
    def override(self) -> float:
        """How long to wait for text that was held back: the longest override timeout, and the way here."""
        return OVERRIDE[1] + max(0.1, 4 * self.answer)

    @property
    def window_probe(self) -> float:
        """How long to wait for the first probe of a closed window (see `FIRST_PROBE`)."""
        return FIRST_PROBE * max(self.rto, INITIAL_RTO) + self.reply

    @property
    def arrival(self) -> float:
        """How long a segment of ours may be under way.

        The stack's own time, which a profile's `reaction` may tell, counts for no more than 0.1 s: user calls that
        waited longer would miss what the target's short timers, of 0.2 s, change.
        """
        return max(self.way, min(self.answer, 0.1))

    @property
    def initial_rto(self) -> float:
        """The least time between a SYN and its first repetition (RFC 6298, section 2.1), as it is seen here."""
        return INITIAL_RTO - self.spread

    @property
    def rto_after_lost_syn(self) -> float:
        """The timeout, at least, that data starts with where a SYN had to be sent again (RFC 6298, section 5.7)."""
        return RTO_AFTER_LOST_SYN

    @property
    def syn_r2(self) -> float:
        """How long a SYN that nobody answers has to be sent again, at least (RFC 9293, MUST-23)."""
        return SYN_R2

    @property
    def r2(self) -> float:
        """How long text that nobody acknowledges should be sent again, at least (RFC 9293, SHLD-11)."""
        return R2

    @property
    def keep_alive_idle(self) -> float:
        """How long a connection is idle before a keep-alive, at least and by default (RFC 9293, MUST-28)."""
        return KEEP_ALIVE_IDLE

    @property
    def time_wait(self) -> float:
        """How long TIME-WAIT lasts: twice the MSL (RFC 9293, MUST-13)."""
        return 2 * self.msl
