"""A bench for the reference endpoint alone: octets in, segments out, time as the test says it."""

from __future__ import annotations

from reference import ip
from reference.addresses import octets
from reference.endpoint import Endpoint
from reference.host import Host
from reference.listen import Listener
from reference.segment import Flow
from reference.user import Settings, Signal, User

from conformance.packet import ICMP
from conformance.segment import Ctl, Segment, compose, parse
from conformance.state import State

ACK, FIN, PSH, RST, SYN, URG = Ctl.ACK, Ctl.FIN, Ctl.PSH, Ctl.RST, Ctl.SYN, Ctl.URG

THERE, HERE = "192.0.2.1", "192.0.2.2"
PORT, LISTENING = 20000, 80
ISS = 1000
MODULUS = 1 << 32


class Told(User):
    """A user that only remembers what it was told."""

    def __init__(self) -> None:
        self.signals: list[Signal] = []

    def told(self, signal: Signal) -> None:
        self.signals.append(signal)


class Bed:
    """A host with a listener, and one peer of it. `settings` are those of the listener, or of an active OPEN."""

    def __init__(self, host: type[Host] = Host, **settings: object) -> None:
        self.heard: list[Segment] = []
        self.host = host([octets(HERE), octets("2001:db8::2")], self._hear, seed=1)
        self.host.now = 1000.0
        self.settings = Settings(**settings)  # type: ignore[arg-type]
        self.user = Told()
        self.port, self.irs = LISTENING, 0

    def _hear(self, packet: bytes) -> None:
        segment = parse(packet, self.host.now)
        assert segment is not None
        assert segment.defects == ()
        self.heard.append(segment)

    def taken(self) -> list[Segment]:
        """Return what has come since the last time."""
        heard, self.heard = self.heard, []
        return heard

    def say(self, ctl: Ctl, seq: int, ack: int = 0, **fields: object) -> list[Segment]:
        """Send a segment; return what it draws. `seq` counts from our ISS, `ack` from the host's."""
        segment = Segment(
            src=THERE, dst=HERE, sport=PORT, dport=self.port, ctl=ctl,
            seq=(ISS + seq) % MODULUS, ack=(self.irs + ack) % MODULUS,
            **{"window": 10_000, **fields},  # type: ignore[arg-type]
        )  # fmt: skip
        self.host.arrives(bytes(compose(segment)))
        return self.taken()

    def wait(self, seconds: float) -> list[Segment]:
        """Let time pass; return what came meanwhile."""
        until = self.host.now + seconds
        while (due := self.host.next_timer()) <= until:
            self.host.now = due
            self.host.expire()
        self.host.now = until
        return self.taken()

    def listen(self, backlog: int = 10) -> Listener:
        """Have somebody listen."""
        return self.host.listen(octets(HERE), LISTENING, self.settings, backlog, self.user)

    def passive(self, **syn: object) -> Endpoint:
        """Open a connection to the listener; return the host's end of it."""
        listener = self.listen()
        (answer,) = self.say(SYN, 0, **syn)
        self.irs = answer.seq
        assert self.say(ACK, 1, 1) == []
        endpoint = listener.accept()
        assert endpoint is not None
        endpoint.user = self.user
        self.user.signals.clear()
        return endpoint

    def active(self) -> Endpoint:
        """Have the host open a connection to us; its SYN is what `heard` begins with."""
        flow = Flow(octets(HERE), 50000, octets(THERE), PORT)
        endpoint = self.host.connect(flow, self.settings, self.user)
        self.port, self.irs = 50000, self.heard[0].seq
        return endpoint

    def icmp(self, kind: int, code: int, seq: int, mtu: int = 0) -> list[Segment]:
        """Send an ICMP error that quotes the host's segment at `seq`, counted from its ISS."""
        head = self.port.to_bytes(2, "big") + PORT.to_bytes(2, "big") + ((self.irs + seq) % MODULUS).to_bytes(4, "big")
        quoted = ip.write(ip.Packet(octets(HERE), octets(THERE), ip.TCP, head))
        error = bytes([kind, code, 0, 0]) + mtu.to_bytes(4, "big") + quoted
        error = error[:2] + ip.checksum(error).to_bytes(2, "big") + error[4:]
        self.host.arrives(ip.write(ip.Packet(octets(THERE), octets(HERE), ICMP, error)))
        return self.taken()


__all__ = ["ACK", "FIN", "HERE", "ISS", "LISTENING", "PORT", "PSH", "RST", "SYN", "THERE", "URG", "Bed", "State"]
