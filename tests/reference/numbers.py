"""Sequence numbers modulo 2**32 (RFC 9293, section 3.4): this endpoint's own arithmetic, apart from the tester's."""

from __future__ import annotations

_MASK = 0xFFFFFFFF
_HALF = 0x80000000


def add(number: int, octets: int) -> int:
    """Return the number `octets` (which may be negative) further on."""
    return (number + octets) & _MASK


def ahead(start: int, end: int) -> int:
    """Return how far `end` lies ahead of `start`; negative when it lies behind."""
    apart = (end - start) & _MASK
    return apart - (_MASK + 1) if apart >= _HALF else apart


def lt(first: int, second: int) -> bool:
    """Tell whether `first` < `second`."""
    return 0 < (second - first) & _MASK < _HALF


def le(first: int, second: int) -> bool:
    """Tell whether `first` =< `second`."""
    return (second - first) & _MASK < _HALF


def latest(first: int, second: int) -> int:
    """Return the later one of two numbers."""
    return second if lt(first, second) else first
