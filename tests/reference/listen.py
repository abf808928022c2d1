"""SEGMENT ARRIVES in LISTEN: RFC 9293, section 3.10.7.2. A listener stays in LISTEN; each SYN gets a TCB of its own."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

from reference.segment import ACK, RST, SYN, Segment
from reference.tcb import Tcb
from reference.user import NO_REMOTE, Refused, Settings, Signal, User

if TYPE_CHECKING:
    from reference.endpoint import Endpoint
    from reference.host import Host


class Listener:
    """A passive OPEN for any remote socket. `address` is empty for any local address.

    `backlog` is how many connections may be half open, or wait for the user to accept them.
    """

    def __init__(self, host: Host, address: bytes, port: int, settings: Settings, backlog: int) -> None:
        self.host = host
        self.address = address
        self.port = port
        self.settings = settings
        self.backlog = backlog
        self.user = User()
        self.half_open: dict[Tcb, None] = {}  # in the order in which they came
        self.waiting: deque[Endpoint] = deque()

    def arrives(self, segment: Segment) -> None:
        """Do the checks in their order; each tells whether to go on."""
        all(step(segment) for step in (self.check_rst, self.check_ack, self.check_syn))

    def check_rst(self, segment: Segment) -> bool:
        """First: a reset is ignored."""
        return not segment.ctl & RST

    def check_ack(self, segment: Segment) -> bool:
        """Second: any ACK is bad here and draws `<SEQ=SEG.ACK><CTL=RST>`."""
        if segment.ctl & ACK:
            self.host.send_reset(segment)
            return False
        return True

    def check_syn(self, segment: Segment) -> bool:
        """Third: a SYN opens a connection, if there is room in the queue. Fourth: anything else is dropped."""
        if not segment.ctl & SYN:
            return False
        if self.has_room():
            self.open(segment)
        return True

    def has_room(self) -> bool:
        """Tell whether one more connection may come into being; where not, the SYN is lost."""
        return len(self.waiting) < max(1, self.backlog)

    def make_room(self) -> None:
        """Let a flood of SYNs not keep others out: the oldest half-open connection goes (RFC 4987, section 3.3)."""
        if self.half_open and len(self.half_open) + len(self.waiting) >= max(1, self.backlog):
            next(iter(self.half_open)).delete()

    def open(self, segment: Segment, previous: Endpoint | None = None) -> None:
        """Make a TCB, and have it answer the SYN. `previous` is the one in TIME-WAIT that it replaces."""
        self.make_room()
        endpoint = self.host.new_endpoint(segment.flow, self.settings.copy())
        endpoint.listener = self
        endpoint.previous = previous
        self.half_open[endpoint] = None
        endpoint.syn_arrives_in_listen(segment)

    def established(self, endpoint: Tcb) -> None:
        """A connection is established: the user may accept it."""
        self.half_open.pop(endpoint, None)
        self.waiting.append(endpoint)  # type: ignore[arg-type]
        self.user.told(Signal.WAITING)

    def gone(self, endpoint: Tcb) -> None:
        """A connection was deleted before it was established, or before it was accepted."""
        self.half_open.pop(endpoint, None)

    def accept(self) -> Endpoint | None:
        """Hand over the connection that has waited longest."""
        return self.waiting.popleft() if self.waiting else None

    def send(self, text: bytes) -> None:
        """SEND in LISTEN (section 3.10.2): an error where no remote socket is specified."""
        raise Refused(NO_REMOTE)

    def become_active(self) -> None:
        """OPEN active in LISTEN (section 3.10.1): what was passive ends, and a SYN goes out in its place."""
        self.close()

    def close(self) -> None:
        """CLOSE in LISTEN (section 3.10.4): delete the TCB, and what nobody will ever accept."""
        self.host.listeners.pop((self.address, self.port), None)
        for half_open in list(self.half_open):
            half_open.delete()
        while self.waiting:
            self.waiting.popleft().abort()
