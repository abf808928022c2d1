"""Interface switches by ioctl: bring an interface up; turn off what would change segments on their way.

Segmentation and checksum offload between two virtual interfaces means that the wire carries super-segments and
checksums nobody computed: what a conformance case would see then is not what the TCP sends on a real link.
"""

from __future__ import annotations

import array
import fcntl
import socket
import struct

_GET_FLAGS, _SET_FLAGS, _ETHTOOL = 0x8913, 0x8914, 0x8946
_UP = 0x1

# Name: the ethtool commands that read and set it (linux/ethtool.h).
_OFFLOADS = {
    "receive checksum": (0x14, 0x15),
    "generic receive": (0x2B, 0x2C),
    "TCP segmentation": (0x1E, 0x1F),
    "generic segmentation": (0x23, 0x24),
    "scatter-gather": (0x18, 0x19),
    "transmit checksum": (0x16, 0x17),
}


def bring_up(interface: str) -> None:
    """Set the interface up; OSError when it does not exist or the process may not."""
    with _control() as control:
        request = bytearray(struct.pack("16sH22x", interface.encode(), 0))
        fcntl.ioctl(control, _GET_FLAGS, request)
        flags = struct.unpack_from("H", request, 16)[0]
        fcntl.ioctl(control, _SET_FLAGS, struct.pack("16sH22x", interface.encode(), flags | _UP))


def turn_off_offloads(interface: str) -> None:
    """Turn every offload off and read each back; OSError names those that stay on."""
    with _control() as control:
        for _, setter in _OFFLOADS.values():
            _ethtool(control, interface, setter, 0)
    left = offloads(interface)
    if left:
        raise OSError(f"{interface}: offloads that cannot be turned off: {', '.join(sorted(left))}")


def offloads(interface: str) -> frozenset[str]:
    """The offloads that are on at the interface."""
    with _control() as control:
        return frozenset(name for name, (getter, _) in _OFFLOADS.items() if _ethtool(control, interface, getter, 0))


def _control() -> socket.socket:
    return socket.socket(socket.AF_INET, socket.SOCK_DGRAM)


def _ethtool(control: socket.socket, interface: str, command: int, value: int) -> int:
    data = array.array("I", [command, value])
    fcntl.ioctl(control, _ETHTOOL, struct.pack("16sP16x", interface.encode(), data.buffer_info()[0]))
    return data[1]
