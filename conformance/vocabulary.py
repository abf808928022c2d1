"""Where the vocabulary of a case comes from (see `conformance`)."""

from __future__ import annotations

import pytest

from conformance.expectation import reply
from conformance.family import only_over
from conformance.length import slow
from conformance.offer import offering
from conformance.options import EOL, NOP, SACK_PERMITTED, Option, mss, timestamps, window_scale
from conformance.peer import NOTHING
from conformance.requirements.mark import requirement
from conformance.segment import Ctl, wrong_checksum
from conformance.state import State
from conformance.states import ACTIVE, PASSIVE, target_in

FIN = Ctl.FIN
SYN = Ctl.SYN
RST = Ctl.RST
PSH = Ctl.PSH
ACK = Ctl.ACK
URG = Ctl.URG
ECE = Ctl.ECE
CWR = Ctl.CWR
AE = Ctl.AE
NO_CTL = Ctl(0)

CLOSED = State.CLOSED
LISTEN = State.LISTEN
SYN_SENT = State.SYN_SENT
SYN_RECEIVED = State.SYN_RECEIVED
ESTABLISHED = State.ESTABLISHED
FIN_WAIT_1 = State.FIN_WAIT_1
FIN_WAIT_2 = State.FIN_WAIT_2
CLOSE_WAIT = State.CLOSE_WAIT
CLOSING = State.CLOSING
LAST_ACK = State.LAST_ACK
TIME_WAIT = State.TIME_WAIT

alone = pytest.mark.alone
"""The case disturbs the whole target: no other is in flight at it meanwhile."""

own_address = pytest.mark.own_address
"""Our end has an address that no other case uses: the target's host will remember something of it, as a path MTU."""

BOTH = (PASSIVE, ACTIVE)
"""For `target_in(..., opened=BOTH)`: the connection opened by us, and opened by the target."""

__all__ = [
    "ACK",
    "ACTIVE",
    "AE",
    "BOTH",
    "CLOSED",
    "CLOSE_WAIT",
    "CLOSING",
    "CWR",
    "ECE",
    "EOL",
    "ESTABLISHED",
    "FIN",
    "FIN_WAIT_1",
    "FIN_WAIT_2",
    "LAST_ACK",
    "LISTEN",
    "NOP",
    "NOTHING",
    "NO_CTL",
    "PASSIVE",
    "PSH",
    "RST",
    "SACK_PERMITTED",
    "SYN",
    "SYN_RECEIVED",
    "SYN_SENT",
    "TIME_WAIT",
    "URG",
    "Ctl",
    "Option",
    "State",
    "alone",
    "mss",
    "offering",
    "only_over",
    "own_address",
    "reply",
    "requirement",
    "slow",
    "target_in",
    "timestamps",
    "window_scale",
    "wrong_checksum",
]
