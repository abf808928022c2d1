"""Faults for what cases look at and no other fault gets wrong."""

from __future__ import annotations

from reference.faults import Endpoint, fault
from reference.segment import Options, Segment
from reference.user import Signal


@fault("large-shift-is-used-without-the-peers-offer", breaks="RFC7323:2.3-ws-set")
class LargeShiftIsUsedWithoutThePeersOffer(Endpoint):
    """The window that the peer reads is smaller than that of the SYN."""

    def take_offer(self, offered: Options) -> None:
        super().take_offer(offered)
        if offered.shift is None:
            self.rcv_shift = 7


@fault("ack-alone-does-not-establish-after-crossing-syns", breaks="RFC9293:3.10.7.4-ack-synrcvd-ok")
class AckAloneDoesNotEstablishAfterCrossingSyns(Endpoint):
    """As if the peer's ACK had to come with its SYN."""

    def check_ack_in_syn_received(self, segment: Segment) -> bool:
        return self.listener is not None and super().check_ack_in_syn_received(segment)


@fault("user-is-handed-the-data-of-a-crossing-syn-at-once", breaks="RFC9293:3.5-data-in-syn-hold")
class UserIsHandedTheDataOfACrossingSynAtOnce(Endpoint):
    """The user takes the connection for open before the peer has acknowledged anything."""

    def queue_with_syn(self, segment: Segment) -> None:
        if self.listener is None and segment.text:
            self.take(segment.text)
            self.tell(Signal.OPENED)
        else:
            super().queue_with_syn(segment)
