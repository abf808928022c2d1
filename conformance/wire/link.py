"""An AF_PACKET socket on one interface: whole frames out, whole frames with the kernel's receive time in."""

from __future__ import annotations

import ctypes
import errno
import socket
import struct
import time
from collections.abc import Iterator

from conformance.errors import Inconclusive, NotApplicable, UsageProblem

ETH_P_ALL = 0x0003
SOL_PACKET = 263
PACKET_ADD_MEMBERSHIP = 1
PACKET_IGNORE_OUTGOING = 23
PACKET_MR_MULTICAST = 0
SO_ATTACH_FILTER = 26
SO_TIMESTAMPNS = 35

RECEIVE_BUFFER = 4 << 20


def make_room(frames: socket.socket) -> None:
    """Have a socket hold thousands of frames for a reader that is late: by default a few hundred are too many."""
    so_rcvbufforce = 33
    try:
        frames.setsockopt(socket.SOL_SOCKET, so_rcvbufforce, RECEIVE_BUFFER)
    except PermissionError:  # without CAP_NET_ADMIN the system's limit has to do
        frames.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER)


class Link:
    """Frames to and from one interface, those addressed to `mac` or to a group.

    Received frames carry the kernel's receive time, translated to the monotonic clock, so that a tester that is late
    in reading does not blur a measured gap.
    """

    def __init__(self, interface: str, mac: bytes, groups: tuple[bytes, ...] = ()) -> None:
        self.interface = interface
        self.mac = mac
        try:
            self._socket = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
        except PermissionError:
            raise UsageProblem(
                "raw sockets are not permitted: run as root, or give python CAP_NET_RAW (and CAP_NET_ADMIN when no"
                " --source is given): sudo setcap cap_net_raw,cap_net_admin+ep $(readlink -f .venv/bin/python)"
            ) from None
        self._socket.setblocking(False)
        self._socket.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
        self._socket.setsockopt(SOL_PACKET, PACKET_IGNORE_OUTGOING, 1)
        make_room(self._socket)
        self._attach_filter()
        try:
            self._socket.bind((interface, ETH_P_ALL))
        except OSError as error:
            self._socket.close()
            raise UsageProblem(f"interface {interface}: {error.strerror}; name another with --interface") from None
        for group in groups:
            self.join(group)

    def join(self, group: bytes) -> None:
        """Receive the frames for a group as well, by its MAC."""
        request = struct.pack("@iHH8s", socket.if_nametoindex(self.interface), PACKET_MR_MULTICAST, 6, group)
        self._socket.setsockopt(SOL_PACKET, PACKET_ADD_MEMBERSHIP, request)

    def _attach_filter(self) -> None:
        """Let the kernel drop the frames of others: several workers share the link, each wakes only for its own."""
        high, low = struct.unpack("!IH", self.mac)
        program = [
            (0x20, 0, 0, 0),  # A = destination, first four octets
            (0x15, 0, 2, high),
            (0x28, 0, 0, 4),  # A = destination, last two octets
            (0x15, 2, 0, low),
            (0x30, 0, 0, 0),  # A = first octet: its lowest bit marks a group address
            (0x45, 0, 1, 1),
            (0x06, 0, 0, 0x40000),  # take it
            (0x06, 0, 0, 0),  # drop it
        ]
        code = b"".join(struct.pack("@HBBI", *instruction) for instruction in program)
        buffer = ctypes.create_string_buffer(code)
        address = struct.pack("@HP", len(program), ctypes.addressof(buffer))
        self._socket.setsockopt(socket.SOL_SOCKET, SO_ATTACH_FILTER, address)

    def fileno(self) -> int:
        """The file descriptor, for a selector."""
        return self._socket.fileno()

    def send(self, frame: bytes) -> float:
        """Send a frame; return the monotonic time just before. Inconclusive when the link is gone.

        NotApplicable when it does not carry so much: what a target's window asks of a case may be more than a segment.
        """
        at = time.monotonic()
        try:
            self._socket.send(frame)
        except OSError as error:
            if error.errno == errno.EMSGSIZE:
                what = f"the case needs a frame of {len(frame)} octets here, more than {self.interface} carries"
                raise NotApplicable(what) from error
            raise Inconclusive(f"link {self.interface}: {error.strerror}") from error
        return at

    def receive(self) -> Iterator[tuple[bytes, float]]:
        """Yield what has arrived, each frame with its receive time in monotonic seconds."""
        offset = time.time() - time.monotonic()
        while True:
            try:
                frame, ancillary, _, _ = self._socket.recvmsg(0x10000, 64)
            except BlockingIOError:
                return
            except OSError as error:
                if error.errno == errno.ENETDOWN:
                    raise Inconclusive(f"link {self.interface} went down") from error
                raise
            seconds, nanoseconds = struct.unpack("@ll", ancillary[0][2])
            yield frame, seconds + nanoseconds / 1e9 - offset

    def close(self) -> None:
        """Close the socket."""
        self._socket.close()
