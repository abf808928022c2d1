"""Hands a capability on to a program that this process starts.

A python that has its capabilities from its file (setcap) would otherwise start its helpers without them.
"""

from __future__ import annotations

import ctypes

NET_ADMIN = 12

_VERSION_3 = 0x20080522
_AMBIENT, _AMBIENT_RAISE = 47, 2


class _Header(ctypes.Structure):
    _fields_ = (("version", ctypes.c_uint32), ("pid", ctypes.c_int))


class _Data(ctypes.Structure):
    _fields_ = tuple((name, ctypes.c_uint32) for name in ("effective", "permitted", "inheritable"))


def hand_on(capability: int) -> None:
    """Let programs executed by this process keep `capability` (0 to 31), if it has it; else nothing changes.

    Meant for the moment between fork and exec.
    """
    libc = ctypes.CDLL(None)
    header, data = _Header(_VERSION_3, 0), (_Data * 2)()
    if libc.capget(ctypes.byref(header), data) != 0:
        return
    data[0].inheritable |= data[0].permitted & (1 << capability)
    if libc.capset(ctypes.byref(header), data) == 0:
        numbers = (_AMBIENT_RAISE, capability, 0, 0)
        libc.prctl(ctypes.c_int(_AMBIENT), *(ctypes.c_ulong(number) for number in numbers))
