"""The vocabulary of a case: control bits, states, options, `requirement`, `target_in`.

A case reads like the RFC; it says what is sent and what has to come back:

    @requirement("RFC9293:3.10.7.1-closed-noack")
    def test_syn_to_closed_port_is_reset(peer):
        syn = peer.send(SYN)
        peer.expect(RST | ACK, seq=0, ack=syn.seq + syn.len)
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from conformance.vocabulary import *  # noqa: F403

_WORDS = frozenset(
    """
    ACK ACTIVE AE BOTH CLOSED CLOSE_WAIT CLOSING CWR ECE EOL ESTABLISHED FIN FIN_WAIT_1 FIN_WAIT_2 LAST_ACK
    LISTEN NOP NOTHING NO_CTL PASSIVE PSH RST SACK_PERMITTED SYN SYN_RECEIVED SYN_SENT TIME_WAIT URG Ctl
    Option State alone mss offering only_over own_address reply requirement slow target_in timestamps window_scale
    wrong_checksum
    """.split()
)
"""The names of `conformance.vocabulary`."""


def __getattr__(name: str) -> Any:
    """Load the vocabulary when a case asks for it: the agent runs where neither pytest nor Scapy is installed."""
    if name not in _WORDS:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from conformance import vocabulary

    return getattr(vocabulary, name)
