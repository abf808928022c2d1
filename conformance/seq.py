"""Sequence numbers: arithmetic and comparison modulo 2**32 (RFC 9293, section 3.4)."""

from __future__ import annotations

MODULUS = 1 << 32


def add(number: int, octets: int) -> int:
    """Return the sequence number that lies `octets` (which may be negative) after `number`."""
    return (number + octets) % MODULUS


def distance(start: int, end: int) -> int:
    """Return how many octets `end` lies after `start`, from -2**31 up to 2**31-1."""
    return (end - start + (MODULUS >> 1)) % MODULUS - (MODULUS >> 1)


def lt(a: int, b: int) -> bool:
    """Tell whether `a` comes before `b`."""
    return distance(a, b) > 0


def le(a: int, b: int) -> bool:
    """Tell whether `a` comes before `b` or is `b`."""
    return distance(a, b) >= 0


def in_window(number: int, left: int, size: int) -> bool:
    """Tell whether `left` =< `number` < `left` + `size`; `size` is in octets, from 0 to 2**30."""
    return 0 <= distance(left, number) < size
