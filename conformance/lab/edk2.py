"""EDK2's TCP (C, of PC firmware) as a target: a machine in QEMU that boots into our agent as an UEFI program.

The machine's network card is the target's end of the cable. The agent is controlled through the machine's memory, and
by a serial line that the firmware knows nothing of, for it reads those that it knows itself.
"""

from __future__ import annotations

import contextlib
import mmap
import os
import socket
from collections.abc import Iterator
from functools import partial

from conformance import stacks
from conformance.lab import frames, relay
from conformance.lab.bridge import Bridge
from conformance.lab.holder import Place
from conformance.lab.rings import Rings

_START_LIMIT = 55.0  # it needs four seconds of a processor, which may have other things to do
_MEMORY = 128 << 20
_LINE = "0x3e8"
_MAC = "02:00:00:00:00:02"


def hold(place: Place) -> None:
    """Lay the cable, boot the machine on it, and carry the agent's control until SIGTERM."""
    near, far = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)  # QEMU takes no packet socket
    number = far.fileno()
    with frames.lay(place) as cable, near, far, _memory() as (ram, memory):
        near.setblocking(False)
        relay.run(
            place,
            _machine(number, ram),
            descriptors=[number, ram],
            bridge=Bridge((cable, near)),
            start_limit=_START_LIMIT,
            line=partial(Rings, memory=memory),
        )


@contextlib.contextmanager
def _memory() -> Iterator[tuple[int, mmap.mmap]]:
    """Give the machine's memory, as a descriptor and mapped."""
    ram = os.memfd_create("ram")
    try:
        os.ftruncate(ram, _MEMORY)
        yield ram, mmap.mmap(ram, _MEMORY)
    finally:
        os.close(ram)


def _machine(cable: int, ram: int) -> list[str]:
    disk = stacks.BUILT / "uefi"
    return [
        # What the tester waits for goes before what others do. Without privileges `nice` does nothing.
        *("nice", "-n", "-10"),
        *("qemu-system-x86_64", "-M", "q35,memory-backend=ram", "-accel", "tcg", "-m", f"{_MEMORY >> 20}"),
        *("-object", f"memory-backend-file,id=ram,size={_MEMORY},mem-path=/proc/self/fd/{ram},share=on"),
        *("-nodefaults", "-no-user-config", "-display", "none", "-bios", "/usr/share/ovmf/OVMF.fd"),
        *("-drive", f"format=raw,if=none,id=disk,readonly=on,file=fat:{disk}"),
        *("-device", "virtio-blk-pci,drive=disk,bootindex=0"),
        *("-chardev", "stdio,id=control,signal=off"),
        *("-device", f"isa-serial,chardev=control,iobase={_LINE},irq=5,index=2"),
        *("-netdev", f"dgram,id=cable,local.type=fd,local.str={cable}"),
        *("-device", f"virtio-net-pci,netdev=cable,mac={_MAC},romfile="),
    ]
