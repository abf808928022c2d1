"""The transmission control block: the variables of RFC 9293, section 3.3.1, and those of its companions."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

from conformance.state import State
from reference.numbers import add
from reference.segment import FIN, SYN, Flow, Options
from reference.user import Settings, Signal, User

if TYPE_CHECKING:
    from reference.endpoint import Endpoint
    from reference.host import Host
    from reference.listen import Listener

SYNCHRONIZED = frozenset(State) - {State.CLOSED, State.LISTEN, State.SYN_SENT, State.SYN_RECEIVED}
RECEIVING = frozenset({State.ESTABLISHED, State.FIN_WAIT_1, State.FIN_WAIT_2})


@dataclass(slots=True)
class Sent:
    """A segment on the retransmission queue: sent at `at`, and sent `again` or not."""

    seq: int
    ctl: int
    text: bytes
    at: float
    again: bool = False

    @property
    def end(self) -> int:
        """The number after its last one."""
        return add(self.seq, len(self.text) + (self.ctl & FIN) + (self.ctl & SYN) // SYN)


class Tcb:
    """One connection's record. Sequence numbers are absolute, windows in octets, scaled already; times in seconds."""

    def __init__(self, host: Host, flow: Flow, settings: Settings) -> None:
        self.host = host
        self.flow = flow
        self.settings = settings
        self.user = User()
        self.state = State.CLOSED
        self.listener: Listener | None = None  # where a passive OPEN came from (MUST-11)
        self.previous: Endpoint | None = None  # the incarnation in TIME-WAIT that this one has replaced
        self.released = False  # nobody will RECEIVE any more
        self.opened_at = host.now
        self.syn_lost = False

        # Send sequence space
        self.iss = self.snd_una = self.snd_nxt = self.snd_wl1 = self.snd_wl2 = 0
        self.snd_wnd = self.max_snd_wnd = 0
        self.snd_up: int | None = None
        self.user_pushes = False  # the last SEND had the PUSH flag, which this TCP does not need (MUST-61)
        self.snd_shift = 0
        self.path_mtu: int | None = None  # where a router has told that it is less than the link's
        self.queue: deque[Sent] = deque()  # the retransmission queue
        self.unsent = bytearray()  # what SEND queued and has no segment yet
        self.urgent_left = 0  # how much of it is urgent, from its start
        self.fin_queued = False  # CLOSE was called
        self.fin_seq: int | None = None  # our FIN's number, once it is sent
        self.probing = False  # a window probe is out, which SND.NXT does not count

        # Receive sequence space
        self.irs = self.rcv_nxt = self.rcv_wnd = 0
        self.rcv_up: int | None = None
        self.rcv_shift = 0
        self.received = bytearray()  # what waits for RECEIVE
        self.held: dict[int, bytes] = {}  # text above a gap, by its number
        self.fin_at: int | None = None  # the number of the peer's FIN, once it came within the window
        self.fin_taken = False

        # What the SYNs said
        self.offered = Options()  # the peer's
        self.timestamps = False
        self.ts_recent = self.last_ack_sent = 0
        self.ts_recent_at = 0.0

        # Explicit congestion notification: in use, to be echoed, and our window reduced, which is to be told
        self.ecn = self.echoing = self.reduced = self.cwr_due = False

        # What the IP header is to say
        self.return_route = b""
        self.recorded: dict[int, bytes] = {}

        # Congestion control, in octets; `recover` is SND.NXT when a loss was found that is not yet made good
        self.cwnd = self.ssthresh = 1 << 30
        self.duplicates = 0
        self.recover: int | None = None
        self.frto_step: int | None = None  # of RFC 5682, section 2.1, while a timeout may have been spurious

        # Retransmission (RFC 6298)
        self.rto = 1.0
        self.srtt: float | None = None
        self.rttvar = 0.0
        self.retransmissions = 0  # of the segment at the front of the queue
        self.window_probes = 0  # since the window was closed
        self.keep_alive_probes = 0  # since the peer was last heard
        self.last_heard = self.last_sent = host.now

        # Acknowledgments
        self.ack_due = False  # with the end of what is being dealt with now
        self.unacknowledged = 0  # segments with text since the last ACK
        self.challenges: deque[float] = deque()

        self.deadlines: dict[str, float] = {}
        self._signals: deque[Signal] = deque()

    # -- timers: what runs out is dealt with in `timers` --

    def start(self, timer: str, seconds: float) -> None:
        """Start a timer, or start it anew."""
        self.deadlines[timer] = self.host.now + seconds
        self.host.arm(self, timer)

    def stop(self, *timers: str) -> None:
        """Stop timers that may run."""
        for timer in timers:
            self.deadlines.pop(timer, None)

    def expire(self, timer: str) -> None:
        """Deal with a timer that has expired."""
        raise NotImplementedError

    def runs(self, timer: str) -> bool:
        """Tell whether a timer runs."""
        return timer in self.deadlines

    # -- the user --

    def tell(self, signal: Signal) -> None:
        """Have the user told at the end of what is being dealt with now."""
        self._signals.append(signal)

    def tell_signals(self) -> None:
        """Tell the user."""
        while self._signals:
            self.user.told(self._signals.popleft())

    # -- states --

    def enter(self, state: State) -> None:
        """Change the state."""
        self.state = state

    def delete(self) -> None:
        """Enter CLOSED and delete the TCB: queues, timers and all."""
        self.enter(State.CLOSED)
        self.deadlines.clear()
        self.queue.clear()
        self.unsent.clear()
        self.held.clear()
        self.ack_due = False
        self.host.forget(self)

    @property
    def fin_acknowledged(self) -> bool:
        """Whether our FIN was sent and is acknowledged."""
        return self.fin_seq is not None and self.snd_una == add(self.fin_seq, 1)

    @property
    def in_flight(self) -> int:
        """Numbers that were sent and are not acknowledged."""
        return (self.snd_nxt - self.snd_una) & 0xFFFFFFFF
