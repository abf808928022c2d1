"""One connection as our end knows it: its four-tuple, its variables under their RFC names, its record."""

from __future__ import annotations

import random
from collections.abc import Callable

from conformance import options as tcp_options
from conformance import seq as sequence
from conformance.errors import Inconclusive, Nonconformance
from conformance.invariants import Watch
from conformance.ip import Header
from conformance.options import Option
from conformance.packet import family_of
from conformance.segment import Segment
from conformance.tcb import Tcb
from conformance.timing import Timing
from conformance.transcript import Transcript
from conformance.wire import Flow, Wire

_OWN_MSS = {"ipv4": 1460, "ipv6": 1440}
"""What our SYN announces: an Ethernet MTU less the fixed headers (RFC 9293, section 3.7.1)."""


class Connection:
    """One connection with the target, seen from our end; state names are always the target's, variables ours.

    `flow` names the four-tuple; where the target opens, its port is learned from its SYN.
    """

    def __init__(self, wire: Wire, flow: Flow, transcript: Transcript, timing: Timing) -> None:
        self.wire = wire
        self.flow = flow
        self.transcript = transcript
        self.timing = timing
        self.family = family_of(flow.remote)
        self.offer: tuple[Option, ...] = (tcp_options.mss(_OWN_MSS[self.family]),)
        self.ip = Header()
        self.before_text: Callable[[], None] = lambda: None  # called with every text that is new to the target
        self.inbox = wire.open(flow)
        self.user_speaks = False  # of itself, as soon as there is a connection: nothing expects that text, nor its FIN
        self.packets: list[bytes] = []
        self.judging = True
        self.late = self.behind = self.overdue = 0.0
        self.slowest_ack = 0.0  # how long after we had spoken it came
        self.spoke = self.spoke_before = 0.0  # when we did last, and the time before
        self.fin_at = self.fin_before = -1.0  # when the target last said its FIN, and the time before
        self.tcb: Tcb
        self.watch: Watch
        self.restart()

    def restart(self, iss: int | None = None) -> None:
        """Forget the connection and begin a new incarnation on the same four-tuple, with a fresh ISS or the given."""
        if hasattr(self, "watch"):
            self.past_violations += self.watch.violations
            self.watch = self.watch.of_the_next()
        else:
            self.past_violations: list[Nonconformance] = []
            self.watch = Watch(self.family)
        self.tcb = Tcb(random.getrandbits(32) if iss is None else iss % sequence.MODULUS)
        self._said: dict[tuple[int, int], int] = {}  # how long it was
        self._acknowledged: int | None = None  # last
        self.reset = False

    # -- our variables, RFC 9293 section 3.3.1 --

    @property
    def iss(self) -> int:
        """Our initial send sequence number."""
        return self.tcb.iss

    @property
    def irs(self) -> int:
        """The target's initial sequence number. Inconclusive before its SYN was heard."""
        if self.tcb.irs is None:
            raise Inconclusive("IRS is not known: the target has sent no SYN")
        return self.tcb.irs

    @property
    def syn(self) -> Segment:
        """The target's SYN as it was first heard. Inconclusive before."""
        if self.tcb.syn is None:
            raise Inconclusive("the target has sent no SYN")
        return self.tcb.syn

    @property
    def snd_una(self) -> int:
        """The oldest number of ours that the target has not acknowledged."""
        return self.tcb.snd_una

    @property
    def snd_nxt(self) -> int:
        """The number that our next new octet gets."""
        return self.tcb.snd_nxt

    @property
    def snd_wnd(self) -> int:
        """The window that the target last offered, in octets, scaled."""
        return self.tcb.snd_wnd

    @property
    def rcv_nxt(self) -> int:
        """The number that we expect next from the target."""
        return self.tcb.rcv_nxt

    @property
    def rcv_wnd(self) -> int:
        """The window field of our segments; it may be set."""
        return self.tcb.rcv_wnd

    @rcv_wnd.setter
    def rcv_wnd(self, field: int) -> None:
        self.tcb.rcv_wnd = field

    @property
    def port(self) -> int:
        """Our port."""
        return self.flow.local_port

    @property
    def violations(self) -> list[Nonconformance]:
        """The invariants that the target broke on this connection (see `conformance.invariants`)."""
        return self.past_violations + self.watch.violations
