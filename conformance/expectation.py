"""What a segment must look like, and in words why one does not."""

from __future__ import annotations

from dataclasses import dataclass

from conformance import seq as sequence
from conformance.notation import notation, relative
from conformance.options import EOL_KIND, NOP_KIND, Option
from conformance.segment import Ctl, Segment


@dataclass(frozen=True, slots=True)
class Expectation:
    """A segment that the target has to send. Control bits are exact, PSH aside; each field that is named is equal.

    `options` compares what was negotiated or announced, in any order: NOP and EOL, which only pad, do not count.
    """

    ctl: Ctl
    seq: int | None = None
    ack: int | None = None
    window: int | None = None
    urgent: int | None = None
    data: bytes | None = None
    options: tuple[Option, ...] | None = None

    def differences(self, got: Segment, iss: int | None, irs: int | None) -> tuple[str, ...]:
        """Say in words, a line each, where `got` is not what is expected; nothing when it conforms."""
        wrong = []
        if (got.ctl ^ self.ctl) & ~Ctl.PSH:
            wrong.append(f"CTL is {got.ctl}, expected {self.ctl}")
        wrong += _number("SEQ", got.seq, self.seq, irs, "IRS")
        if got.ctl & Ctl.ACK or not self.ctl & Ctl.ACK:  # without the bit the field says nothing, and CTL differs
            wrong += _number("ACK", got.ack, self.ack, iss, "ISS")
        for name in ("window", "urgent"):
            expected, value = getattr(self, name), getattr(got, name)
            if expected is not None and value != expected:
                wrong.append(f"{name} is {value}, expected {expected}")
        if self.data is not None and got.data != self.data:
            wrong.append(f"DATA is {_octets(got.data)}, expected {_octets(self.data)}")
        if self.options is not None and _meaning(got.options) != _meaning(self.options):
            wrong.append(f"options are {_list(got.options)}, expected {_list(self.options)}")
        return tuple(wrong)

    def describe(self, iss: int | None, irs: int | None) -> str:
        """Write the expected segment in RFC notation, only what is named."""
        parts = [] if self.seq is None else [f"<SEQ={relative(self.seq, irs, 'IRS')}>"]
        if self.ack is not None:
            parts.append(f"<ACK={relative(self.ack, iss, 'ISS')}>")
        parts.append(f"<CTL={self.ctl}>")
        if self.data is not None:
            parts.append(f"<DATA={len(self.data)}>")
        if self.window is not None:
            parts.append(f"<WND={self.window}>")
        parts += [f"<{option}>" for option in self.options or ()]
        return "".join(parts)


def reply(
    ctl: Ctl,
    *,
    seq: int | None = None,
    ack: int | None = None,
    window: int | None = None,
    data: bytes | None = None,
    options: tuple[Option, ...] | None = None,
) -> Expectation:
    """Describe one of the segments that `Peer.expect_one_of` accepts; numbers are taken modulo 2**32."""
    seq, ack = (None if number is None else number % sequence.MODULUS for number in (seq, ack))
    return Expectation(ctl, seq=seq, ack=ack, window=window, data=data, options=options)


def show(got: Segment, iss: int | None, irs: int | None) -> str:
    """Write a segment of the target's in RFC notation."""
    return notation(got, ours=False, iss=iss, irs=irs)


def _number(field: str, got: int, expected: int | None, base: int | None, name: str) -> list[str]:
    if expected is None or got == expected:
        return []
    off = sequence.distance(expected, got)
    where = f"{abs(off)} too {'high' if off > 0 else 'low'}"
    return [f"{field} is {relative(got, base, name)}, expected {relative(expected, base, name)} ({where})"]


def _octets(data: bytes) -> str:
    shown = data[:24].hex(" ") + (" ..." if len(data) > 24 else "")
    return f"{len(data)} octets [{shown}]" if data else "empty"


def _meaning(options: tuple[Option, ...]) -> list[Option]:
    return sorted((o for o in options if o.kind not in (EOL_KIND, NOP_KIND)), key=lambda option: option.octets)


def _list(options: tuple[Option, ...]) -> str:
    return ", ".join(str(option) for option in options) or "none"
