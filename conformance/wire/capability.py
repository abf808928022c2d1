"""Hands a capability on to a program that this process starts.

A python that has its capabilities from its file (setcap) would otherwise start its helpers without them.
"""

from __future__ import annotations

import contextlib
import ctypes
from collections.abc import Iterator

NET_ADMIN = 12

_VERSION_3 = 0x20080522
_AMBIENT, _IS_SET, _RAISE, _LOWER = 47, 1, 2, 3


class _Header(ctypes.Structure):
    _fields_ = (("version", ctypes.c_uint32), ("pid", ctypes.c_int))


class _Data(ctypes.Structure):
    _fields_ = tuple((name, ctypes.c_uint32) for name in ("effective", "permitted", "inheritable"))


@contextlib.contextmanager
def handed_on(capability: int) -> Iterator[None]:
    """Programs started in the context keep `capability` (0 to 31), if this process has it; else nothing changes."""
    libc = ctypes.CDLL(None)
    header, data = _Header(_VERSION_3, 0), (_Data * 2)()
    if libc.capget(ctypes.byref(header), data) == 0:
        data[0].inheritable |= data[0].permitted & (1 << capability)
        libc.capset(ctypes.byref(header), data)
    kept_anyway = _ambient(libc, _IS_SET, capability) == 1
    _ambient(libc, _RAISE, capability)
    try:
        yield
    finally:
        if not kept_anyway:
            _ambient(libc, _LOWER, capability)


def _ambient(libc: ctypes.CDLL, what: int, capability: int) -> int:
    arguments = (ctypes.c_ulong(number) for number in (what, capability, 0, 0))
    return int(libc.prctl(ctypes.c_int(_AMBIENT), *arguments))
