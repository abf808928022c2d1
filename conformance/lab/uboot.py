"""U-Boot's TCP (C, of embedded boards) as a target: a machine in QEMU whose firmware it is, at its command line.

Its `wget` fetches a file by HTTP; that is all its user can do. Each case gets a machine of its own: a fetch finds the
state in which another left the connection when it was interrupted, and reads what has come for its card since then.
"""

from __future__ import annotations

from conformance import stacks
from conformance.lab import console, link
from conformance.lab.holder import Place

_PROMPT = b"=> "
_TYPED = b":/file\r\n"  # it says each key that it has read
_SETTINGS = f"setenv ipaddr {link.TARGET_ADDRESSES['ipv4']}; setenv netmask {link.IPV4_MASK}\n".encode()


def hold(place: Place) -> None:
    """Lay the cable, boot the machine on it, and answer the agent's control until SIGTERM."""
    asks = [(b"Hit any key", b"\n"), (_PROMPT, _SETTINGS), (_PROMPT, b"")]
    dialogue = console.Dialogue(asks, lambda: _fetch, _TYPED)
    console.hold(place, _machine(), dialogue, stacks.STACKS[place.name].families)


def _fetch(address: str) -> bytes:
    return f"wget $loadaddr {address}:/file\n".encode()


def _machine() -> list[str]:
    return [
        *("qemu-system-aarch64", "-M", "virt", "-cpu", "cortex-a53", "-accel", "tcg", "-m", "128"),
        *("-bios", str(stacks.BUILT / "u-boot.bin")),
    ]
