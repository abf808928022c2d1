"""Builds transcripts for the tests: both ends' numbers are kept, what is given by name overrides them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from conformance.segment import Ctl, Segment
from conformance.transcript import Transcript

F, S, R, P, A = Ctl.FIN, Ctl.SYN, Ctl.RST, Ctl.PSH, Ctl.ACK
ISS, IRS = 1000, 5000


@dataclass
class Story:
    """A transcript in the making. `here` and `there` are the numbers that peer and target say next."""

    transcript: Transcript = field(default_factory=lambda: Transcript(epoch=1_700_000_000.0))
    now: float = 100.0
    peer_address: str = "192.0.2.1"
    target_address: str = "192.0.2.2"
    port: int = 40001
    target_port: int = 80
    iss: int = ISS
    irs: int = IRS
    here: int = ISS
    there: int = IRS

    def peer(self, ctl: Ctl, **fields: Any) -> Segment:
        """The peer says a segment; `moves=False` leaves its number where it is."""
        moves = fields.pop("moves", "seq" not in fields)
        iss, irs = fields.pop("iss", self.iss), fields.pop("irs", self.irs)
        values = {"seq": self.here, "ack": self.there if ctl & A else 0, "window": 65535, **fields}
        segment = Segment(
            src=self.peer_address,
            dst=self.target_address,
            sport=self.port,
            dport=self.target_port,
            ctl=ctl,
            at=self._tick(),
            **values,
        )
        if moves:
            self.here = segment.end
        self.transcript.segment("peer", segment, iss, irs)
        return segment

    def target(self, ctl: Ctl, **fields: Any) -> Segment:
        """The target says a segment."""
        moves = fields.pop("moves", "seq" not in fields)
        iss, irs = fields.pop("iss", self.iss), fields.pop("irs", self.irs)
        values = {"seq": self.there, "ack": self.here if ctl & A else 0, "window": 64240, **fields}
        segment = Segment(
            src=self.target_address,
            dst=self.peer_address,
            sport=self.target_port,
            dport=self.port,
            ctl=ctl,
            at=self._tick(),
            **values,
        )
        if moves:
            self.there = segment.end
        self.transcript.segment("target", segment, iss, irs)
        return segment

    def call(self, text: str) -> None:
        """The target's user calls."""
        self.transcript.call(self._tick(), text)

    def note(self, text: str) -> None:
        """The suite remarks."""
        self.transcript.note(self._tick(), text)

    def wait(self, seconds: float) -> None:
        """Let time pass."""
        self.now += seconds

    def again(self, port: int, iss: int, irs: int) -> Story:
        """Another connection in the same transcript."""
        return Story(
            self.transcript,
            self.now,
            self.peer_address,
            self.target_address,
            port,
            self.target_port,
            iss,
            irs,
            iss,
            irs,
        )

    def handshake(self) -> Story:
        """The peer opens, the target listens."""
        self.peer(S)
        self.target(S | A)
        self.peer(A)
        return self

    def handshake_from_target(self) -> Story:
        """The target opens, the peer answers."""
        self.call("OPEN (active)")
        self.target(S)
        self.peer(S | A)
        self.target(A)
        return self

    def _tick(self) -> float:
        self.now += 0.0001
        return self.now
