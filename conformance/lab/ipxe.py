"""iPXE's TCP (C, of network cards) as a target: a machine in QEMU that boots into iPXE, which runs a script of ours.

The script waits for a key, fetches a file from us by HTTP, and waits again. Beyond that its user has no say.
"""

from __future__ import annotations

import os

from conformance import stacks
from conformance.lab import console, link
from conformance.lab.holder import Place
from conformance.packet import family_of

FIRMWARE = "/boot/ipxe.lkrn"
"""Where Debian's package `ipxe` has it, as a kernel to boot."""

_READY, _BEGUN, _ENDED = b"our script runs", b"the fetch begins", b"the fetch is over"
_TESTER = link.tester_addresses(0)
_SCRIPT = f"""#!ipxe
set net0/ip {link.TARGET_ADDRESSES["ipv4"]}
set net0/netmask {link.IPV4_MASK}
set net0/ip6 {link.TARGET_ADDRESSES["ipv6"]}
set net0/len6 {link.PREFIX_LENGTHS["ipv6"]}
ifopen net0
set host4 {_TESTER["ipv4"]}
set host6 [{_TESTER["ipv6"]}]
echo {_READY.decode()}
:wait
prompt --key g || goto wait
prompt --key 4 && goto ipv4 ||
prompt --key 6 && goto ipv6 ||
prompt --key 4 && read host4 || read host6
goto wait
:ipv4
set host ${{host4}}
goto fetch
:ipv6
set host ${{host6}}
:fetch
echo {_BEGUN.decode()}
imgfetch --name file http://${{host}}/file && imgfree file ||
echo {_ENDED.decode()}
goto wait
"""
# What the prompts of the script take: another key leads to the next. The first lets nothing else in than g, such as an
# interrupt that came too late for what it was to end.
_FETCH = {"ipv4": b"g4", "ipv6": b"g-6"}
_CHANGE = {"ipv4": b"g--4", "ipv6": b"g--6"}
_ERASE = b"\x01\x0b"  # all of the line


class Typist:
    """Presses the keys that a script waits for which has just begun: few, for iPXE looks for them 18 times a second."""

    def __init__(self) -> None:
        self._hosts = {family: _TESTER[family] for family in stacks.FAMILIES}

    def keys(self, address: str) -> bytes:
        """Return the keys for a fetch from an address."""
        family = family_of(address)
        change = b""
        if self._hosts[family] != address:
            self._hosts[family] = address
            change = _CHANGE[family] + _ERASE + (f"[{address}]" if family == "ipv6" else address).encode() + b"\r"
        return change + _FETCH[family]


def hold(place: Place) -> None:
    """Lay the cable, boot the machine on it, and answer the agent's control until SIGTERM."""
    dialogue = console.Dialogue([(_READY, b"")], lambda: Typist().keys, _BEGUN, _ENDED)
    with os.fdopen(os.memfd_create("script"), "w") as script:
        script.write(_SCRIPT)
        script.flush()
        number = script.fileno()
        console.hold(place, _machine(number), dialogue, stacks.STACKS[place.name].families, [number])


def _machine(script: int) -> list[str]:
    return [
        *("qemu-system-x86_64", "-M", "pc,graphics=off", "-accel", "tcg", "-m", "256", "-vga", "none"),
        *("-kernel", FIRMWARE, "-initrd", f"/proc/self/fd/{script}"),
    ]
