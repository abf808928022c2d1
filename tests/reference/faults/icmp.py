"""ICMP errors overlooked, or believed too readily (RFC 9293, sections 3.7.2 and 3.9.2.2; RFC 5927)."""

from __future__ import annotations

from conformance.state import State
from reference import icmp, ip
from reference.faults import Endpoint, Host, fault
from reference.segment import Segment
from reference.tcb import SYNCHRONIZED
from reference.user import Signal
from reference.windows import FIXED_HEADERS, MTU

ATTEMPTS = (State.SYN_SENT, State.SYN_RECEIVED)


class SoftIsHard(Endpoint):
    """Soft errors end connections in `states`."""

    states: frozenset[State] = frozenset()

    def icmp_error(self, hard: bool, seq: int) -> None:
        if self.state in self.states and self.quotes_what_is_in_flight(seq) and not hard:
            self.tell(Signal.UNREACHABLE)
            self.delete()
            self.finish()
        else:
            super().icmp_error(hard, seq)


@fault("soft-error-ends-a-connection", breaks="RFC9293:MUST-56")
class SoftErrorEndsAConnection(SoftIsHard):
    states = SYNCHRONIZED


@fault("error-of-an-unknown-type-ends-a-connection", breaks="RFC4443:2.4a-unknown-error")
class ErrorOfAnUnknownTypeEndsAConnection(Host):
    """Whatever is not known has to be grave."""

    def icmp_arrives(self, packet: ip.Packet) -> None:
        flow = icmp.quoted(packet.payload[8:])
        if packet.protocol == ip.ICMPV6 and packet.payload[0] not in (1, 2, 3, 4) and flow:
            endpoint = self.connections.get(flow[0])
            if endpoint:
                endpoint.delete()
        super().icmp_arrives(packet)


@fault("soft-error-ends-an-attempt-to-connect", breaks="RFC9293:MUST-56")
class SoftErrorEndsAnAttemptToConnect(SoftIsHard):
    """Seen in Linux."""

    states = frozenset({State.SYN_SENT})


@fault("soft-error-drops-a-half-open-connection", breaks="RFC9293:MUST-56")
class SoftErrorDropsAHalfOpenConnection(SoftIsHard):
    """Seen in Linux."""

    states = frozenset({State.SYN_RECEIVED})


@fault("nobody-is-told-of-soft-errors", breaks=("RFC9293:SHLD-25", "RFC9293:MUST-54"))
class NobodyIsToldOfSoftErrors(Endpoint):
    def icmp_error(self, hard: bool, seq: int) -> None:
        if hard and self.state in ATTEMPTS:
            super().icmp_error(hard, seq)


class SharedErrors(Host):
    """An error counts for every connection with the same remote address."""

    def concerns(self, endpoint: Endpoint) -> bool:
        raise NotImplementedError

    def icmp_arrives(self, packet: ip.Packet) -> None:
        super().icmp_arrives(packet)
        error = icmp.read(packet)
        for flow, endpoint in list(self.connections.items()):
            if error and flow != error.flow and flow.remote == error.flow.remote and self.concerns(endpoint):
                self.apply(endpoint, error)

    def apply(self, endpoint: Endpoint, error: icmp.Error) -> None:
        raise NotImplementedError


@fault("error-is-told-of-every-connection-with-that-host", breaks="RFC9293:MUST-54")
class ErrorIsToldOfEveryConnectionWithThatHost(SharedErrors):
    def concerns(self, endpoint: Endpoint) -> bool:
        return endpoint.state is State.ESTABLISHED

    def apply(self, endpoint: Endpoint, error: icmp.Error) -> None:
        endpoint.tell(Signal.ICMP_ERROR)
        endpoint.finish()


@fault("hard-error-ends-every-connection-with-that-host", breaks="RFC9293:MUST-54")
class HardErrorEndsEveryConnectionWithThatHost(SharedErrors):
    def concerns(self, endpoint: Endpoint) -> bool:
        return True

    def apply(self, endpoint: Endpoint, error: icmp.Error) -> None:
        if error.hard:
            endpoint.delete()


class HardIsNothing(Endpoint):
    """Hard errors have no effect in `state`."""

    ignoring: State = State.CLOSED

    def icmp_error(self, hard: bool, seq: int) -> None:
        if not (hard and self.state is self.ignoring):
            super().icmp_error(hard, seq)


@fault("hard-error-does-not-end-an-attempt-to-connect", breaks=("RFC9293:SHLD-26", "RFC9293:MUST-54"))
class HardErrorDoesNotEndAnAttemptToConnect(HardIsNothing):
    ignoring = State.SYN_SENT


@fault("hard-error-does-not-end-a-half-open-connection", breaks="RFC9293:SHLD-26")
class HardErrorDoesNotEndAHalfOpenConnection(HardIsNothing):
    """Seen in Linux."""

    ignoring = State.SYN_RECEIVED


@fault("hard-error-is-lost-on-an-established-connection", breaks=("RFC9293:SHLD-26", "RFC9293:MUST-54"))
class HardErrorIsLostOnAnEstablishedConnection(HardIsNothing):
    ignoring = State.ESTABLISHED


class Quenched(Host):
    """Source Quench is acted upon."""

    def icmp_arrives(self, packet: ip.Packet) -> None:
        if packet.protocol == ip.ICMP and packet.payload[0] == 4:
            # Read as an error about the same segment that is known.
            known = bytearray(packet.payload)
            known[0], known[2:4] = 3, b"\0\0"
            known[2:4] = ip.checksum(bytes(known)).to_bytes(2, "big")
            error = icmp.read(ip.Packet(packet.src, packet.dst, packet.protocol, bytes(known)))
            endpoint = error and self.connections.get(error.flow)
            if endpoint:
                self.quench(endpoint)
        else:
            super().icmp_arrives(packet)

    def quench(self, endpoint: Endpoint) -> None:
        raise NotImplementedError


@fault("source-quench-slows-down", breaks="RFC9293:MUST-55")
class SourceQuenchSlowsDown(Quenched):
    """As RFC 1122 asked for."""

    def quench(self, endpoint: Endpoint) -> None:
        endpoint.collapse(endpoint.eff_snd_mss())


@fault("source-quench-ends-an-attempt-to-connect", breaks="RFC9293:MUST-55")
class SourceQuenchEndsAnAttemptToConnect(Quenched):
    def quench(self, endpoint: Endpoint) -> None:
        if endpoint.state in ATTEMPTS:
            endpoint.delete()


@fault("forged-error-ends-a-connection", breaks="RFC9293:7-icmp-attacks")
class ForgedErrorEndsAConnection(Endpoint):
    """A hard error that quotes the connection is believed, whatever number it quotes."""

    def icmp_error(self, hard: bool, seq: int) -> None:
        if hard:
            self.tell(Signal.UNREACHABLE)
            self.delete()
            self.finish()
        else:
            super().icmp_error(hard, seq)


@fault("forged-error-ends-an-attempt-to-connect", breaks="RFC9293:7-icmp-attacks")
class ForgedErrorEndsAnAttemptToConnect(Endpoint):
    def quotes_what_is_in_flight(self, seq: int) -> bool:
        return self.state is State.SYN_SENT or super().quotes_what_is_in_flight(seq)


@fault("forged-packet-too-big-is-believed", breaks="RFC9293:7-icmp-attacks")
class ForgedPacketTooBigIsBelieved(Endpoint):
    def packet_too_big(self, mtu: int, seq: int) -> None:
        super().packet_too_big(mtu, self.snd_una)


# -- path MTU --


@fault("routers-may-fragment", breaks="RFC9293:3.7.2-pmtud")
class RoutersMayFragment(Host):
    def transmit(self, segment: Segment) -> None:
        segment.dont_fragment = False
        super().transmit(segment)


@fault("packet-too-big-is-ignored", breaks="RFC9293:3.7.2-pmtud")
class PacketTooBigIsIgnored(Endpoint):
    def packet_too_big(self, mtu: int, seq: int) -> None:
        pass


@fault("path-mtu-is-forgotten-at-once", breaks="RFC9293:3.7.2-pmtud")
class PathMtuIsForgottenAtOnce(Endpoint):
    def packet_too_big(self, mtu: int, seq: int) -> None:
        super().packet_too_big(mtu, seq)
        self.path_mtu = None


@fault("path-mtu-lowers-the-announced-mss", breaks=("RFC1191:3.1-mss-independent", "RFC8201:5.4-mss-independent"))
class PathMtuLowersTheAnnouncedMss(Endpoint):
    """The host remembers how large packets to a peer may be, and wants none larger from there. Seen in Linux."""

    def packet_too_big(self, mtu: int, seq: int) -> None:
        super().packet_too_big(mtu, seq)
        vars(self.host).setdefault("paths", {})[self.flow.remote] = mtu

    def announced_mss(self) -> int:
        way = vars(self.host).get("paths", {}).get(self.flow.remote, MTU)
        return min(super().announced_mss(), way - FIXED_HEADERS[len(self.flow.local)])


@fault("black-hole-is-not-found", breaks="RFC9293:3.7.2-pmtud")
class BlackHoleIsNotFound(Endpoint):
    """Packets that are too large for the path are sent again as they were until the connection ends. Seen in Linux."""

    def suspect_a_black_hole(self) -> None:
        pass
