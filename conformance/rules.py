"""The rules that hold for every segment of the target's, one small function each (see `conformance.invariants`)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field

from conformance import seq
from conformance.options import (
    EOL_KIND,
    MSS_KIND,
    SACK_PERMITTED_KIND,
    TIMESTAMPS_KIND,
    WINDOW_SCALE_KIND,
)
from conformance.segment import Ctl, Segment
from conformance.tcb import Tcb

_MAX_STREAM = 1 << 20
"""Octets of the target's stream that are remembered, to see whether they change: enough for any case."""

_BEFORE_PROBE = 0.1
"""Seconds that a window has to have been closed for, and nothing said, before text may be a probe of it: it should be a
retransmission timeout (RFC 9293, section 3.8.6.1, SHLD-29), than which no TCP's is shorter."""


@dataclass(slots=True)
class Memory:
    """What the rules remember of one connection. Numbers are absolute, windows in octets, times in seconds.

    `our_right_edge` is the furthest that we ever offered, `our_edge` the last one, first said at `our_edge_at`.
    """

    family: str
    our_end: int | None = None
    our_right_edge: int | None = None
    our_edge: int | None = None
    our_edge_at: float = 0.0
    text_at: float = 0.0
    our_tsvals: set[int] = field(default_factory=set)
    answer_due: bool = False
    reset_last: bool = False
    owed: defaultdict[tuple[str, int], int] = field(default_factory=lambda: defaultdict(int))
    resets: set[tuple[str, int]] = field(default_factory=set)
    acks_owed: int = 0
    last_ack: int | None = None
    pure_ack: tuple[int, int] | None = None
    right_edge: int | None = None
    tsval: int | None = None
    stream: bytearray = field(default_factory=bytearray)
    known: bytearray = field(default_factory=bytearray)


Rule = Callable[[Segment, Tcb, Memory], str]


def _defects(word: str) -> Rule:
    def rule(segment: Segment, tcb: Tcb, memory: Memory) -> str:
        return "; ".join(defect for defect in segment.defects if defect.startswith(word))

    return rule


def _reserved_bits(segment: Segment, tcb: Tcb, memory: Memory) -> str:
    return f"reserved bits are {segment.reserved:03b}, expected zero" if segment.reserved else ""


def _syn_only(kind: int, name: str) -> Rule:
    def rule(segment: Segment, tcb: Tcb, memory: Memory) -> str:
        return f"{name} in a segment without SYN" if segment.option(kind) and not segment.ctl & Ctl.SYN else ""

    return rule


def _only_if_offered(kind: int, name: str) -> Rule:
    def rule(segment: Segment, tcb: Tcb, memory: Memory) -> str:
        # Where the SYNs cross, it repeats in its SYN,ACK what its SYN offered (RFC 7323, section 3.2, for Timestamps).
        crossed = tcb.syn is not None and not tcb.syn.ctl & Ctl.ACK
        answers = segment.ctl & Ctl.SYN and segment.ctl & Ctl.ACK and tcb.offered and not crossed
        unasked = answers and segment.option(kind) and not any(option.kind == kind for option in tcb.offered)
        return f"SYN,ACK has {name}, which our SYN did not offer" if unasked else ""

    return rule


def _ack_always(segment: Segment, tcb: Tcb, memory: Memory) -> str:
    needs_none = segment.ctl & (Ctl.ACK | Ctl.RST | Ctl.SYN)
    return "" if needs_none else "a segment without ACK after the SYN"


def _ack_not_ahead(segment: Segment, tcb: Tcb, memory: Memory) -> str:
    if segment.ctl & Ctl.RST or not segment.ctl & Ctl.ACK or memory.our_end is None or tcb.irs is None:
        return ""  # without a SYN of its own it speaks of an earlier incarnation (RFC 9293, sections 3.5.1 and 3.6.1)
    ahead = seq.distance(memory.our_end, segment.ack)
    return f"it acknowledges {ahead} octets that we never sent" if ahead > 0 else ""


def _ack_not_back(segment: Segment, tcb: Tcb, memory: Memory) -> str:
    if segment.ctl & (Ctl.RST | Ctl.SYN) or not segment.ctl & Ctl.ACK:
        return ""
    before, memory.last_ack = memory.last_ack, segment.ack
    back = 0 if before is None else seq.distance(segment.ack, before)
    return f"ACK went back by {back}" if back > 0 else ""


def _within_window(segment: Segment, tcb: Tcb, memory: Memory) -> str:
    if memory.our_right_edge is None or not segment.data or segment.ctl & Ctl.RST:
        return ""
    since, memory.text_at = max(memory.our_edge_at, memory.text_at), segment.at
    beyond = seq.distance(memory.our_right_edge, seq.add(segment.seq, len(segment.data)))
    # A zero-window probe carries an octet or more beyond the edge, after a while (section 3.8.6.1).
    late = segment.seq == memory.our_edge and segment.at - since >= _BEFORE_PROBE
    probe = len(segment.data) == 1 or late
    return f"{beyond} octets beyond the window we offered" if beyond > 0 and not probe else ""


def _within_mss(segment: Segment, tcb: Tcb, memory: Memory) -> str:
    if not segment.data or not tcb.handshake_sent:
        return ""
    limit = tcb.rcv_mss(memory.family)
    options = sum(len(option.octets) for option in segment.options if option.kind != EOL_KIND)
    if limit <= options:
        return ""  # with no room for one octet it cannot be heeded; however little room there is, it has to be
    size = len(segment.data) + options
    return f"{len(segment.data)} octets of data and {options} of options, our MSS is {limit}" if size > limit else ""


def _same_octets(segment: Segment, tcb: Tcb, memory: Memory) -> str:
    if tcb.irs is None or not segment.data or segment.ctl & Ctl.RST:
        return ""
    start = seq.distance(tcb.irs, segment.seq) - 1 + bool(segment.ctl & Ctl.SYN)
    end = start + len(segment.data)
    garbage = len(segment.data) == 1 and seq.lt(segment.seq, tcb.rcv_nxt)  # a keep-alive's octet (section 3.8.4)
    if start < 0 or end > _MAX_STREAM or garbage:
        return ""
    memory.stream.extend(bytes(max(0, end - len(memory.stream))))
    memory.known.extend(bytes(max(0, end - len(memory.known))))
    for at, octet in enumerate(segment.data, start):
        if memory.known[at] and memory.stream[at] != octet:
            return f"octet {at} of the stream was 0x{memory.stream[at]:02x} and is now 0x{octet:02x}"
    memory.stream[start:end] = segment.data
    memory.known[start:end] = b"\1" * len(segment.data)
    return ""


def number_of_answer(segment: Segment) -> tuple[str, int]:
    """Return what would number the reset that a segment draws where there is no connection (section 3.10.7.1)."""
    return ("SEQ", segment.ack) if segment.ctl & Ctl.ACK else ("ACK", segment.end)


def _no_reset_for_reset(segment: Segment, tcb: Tcb, memory: Memory) -> str:
    if not segment.ctl & Ctl.RST:
        return ""
    number = ("SEQ", segment.seq)
    if segment.ctl & Ctl.ACK and not segment.seq and memory.owed[number] <= 0:  # some put an ACK on every reset
        number = ("ACK", segment.ack)
    memory.owed[number] -= 1  # what we sent beside the reset may draw one of the same number
    unowed = number in memory.resets and memory.owed[number] < 0
    return "a RST in answer to a RST" if memory.reset_last or unowed else ""


def _timestamps_present(segment: Segment, tcb: Tcb, memory: Memory) -> str:
    exempt = segment.ctl & (Ctl.RST | Ctl.SYN) or not tcb.timestamps
    return "" if exempt or segment.option(TIMESTAMPS_KIND) else "no Timestamps option, although it was negotiated"


def _clock_monotone(segment: Segment, tcb: Tcb, memory: Memory) -> str:
    stamp = segment.option(TIMESTAMPS_KIND)
    if stamp is None or len(stamp.data) != 8 or segment.ctl & Ctl.RST:
        return ""
    before, memory.tsval = memory.tsval, stamp.timestamps[0]
    back = 0 if before is None or segment.ctl & Ctl.SYN else seq.distance(memory.tsval, before)
    return f"TSval went back by {back}" if back > 0 else ""


def _echo_known(segment: Segment, tcb: Tcb, memory: Memory) -> str:
    stamp = segment.option(TIMESTAMPS_KIND)
    if stamp is None or len(stamp.data) != 8 or segment.ctl & Ctl.RST or not segment.ctl & Ctl.ACK:
        return ""
    known = memory.our_tsvals or {0}  # where the SYNs crossed, before any of ours came
    return "" if stamp.timestamps[1] in known else f"TSecr {stamp.timestamps[1]} is none of our TSvals"


def _not_ect(segment: Segment, tcb: Tcb, memory: Memory) -> str:
    ecn = segment.traffic_class & 3
    exempt = segment.data or segment.ctl & (Ctl.SYN | Ctl.FIN | Ctl.RST)
    return f"a pure ACK with ECN codepoint {ecn:02b}" if ecn and not exempt else ""


def _syn_not_ect(segment: Segment, tcb: Tcb, memory: Memory) -> str:
    ecn = segment.traffic_class & 3
    return f"a SYN with ECN codepoint {ecn:02b}" if ecn and segment.ctl & Ctl.SYN else ""


def _edge_stays(segment: Segment, tcb: Tcb, memory: Memory) -> str:
    if segment.ctl & Ctl.RST or not segment.ctl & Ctl.ACK or tcb.irs is None:
        return ""
    shift = 0 if segment.ctl & Ctl.SYN else tcb.snd_shift
    edge = seq.add(segment.ack, segment.window << shift)
    before, memory.right_edge = memory.right_edge, edge
    back = 0 if before is None else seq.distance(edge, before)
    # A window that is no multiple of the scale is rounded down: no retraction (RFC 7323, section 2.4).
    return f"the right window edge went back by {back} octets" if back >= 1 << shift else ""


def _one_ack_each(segment: Segment, tcb: Tcb, memory: Memory) -> str:
    probe = seq.lt(segment.seq, tcb.rcv_nxt)  # a keep-alive or window probe speaks for itself
    before, memory.pure_ack = memory.pure_ack, (segment.ack, segment.window)
    if segment.len or probe or segment.ctl & (Ctl.RST | Ctl.SYN):
        return ""
    if before and before[0] == segment.ack and before[1] < segment.window:
        return ""  # a window update
    memory.acks_owed -= 1
    return "more ACKs than segments that could draw one" if memory.acks_owed < 0 else ""


RULES: tuple[tuple[str, Rule], ...] = (
    ("RFC9293:MUST-2", _defects("checksum")),
    ("RFC9293:3.1-data-offset", _defects("data offset")),
    ("RFC9293:MUST-68", _defects("option")),
    ("RFC9293:MUST-69", _defects("octets after")),
    ("RFC9293:3.1-reserved-sent-zero", _reserved_bits),
    ("RFC9293:MUST-65", _syn_only(MSS_KIND, "MSS")),
    ("RFC2018:2-sackperm-syn-only", _syn_only(SACK_PERMITTED_KIND, "SACK-permitted")),
    ("RFC7323:2.2-ws-synack-only-if-offered", _only_if_offered(WINDOW_SCALE_KIND, "Window Scale")),
    ("RFC7323:3.2-ts-synack-only-if-offered", _only_if_offered(TIMESTAMPS_KIND, "Timestamps")),
    ("RFC2018:4-sack-not-without-permission", _only_if_offered(SACK_PERMITTED_KIND, "SACK-permitted")),
    ("RFC9293:3.1-ack-always", _ack_always),
    ("RFC9293:3.4-cumulative-ack", _ack_not_ahead),
    ("RFC9293:3.8-ack-current", _ack_not_back),
    ("RFC9293:3.8.6-fit-window", _within_window),
    ("RFC9293:MUST-16", _within_mss),
    ("RFC2525:2.4-inconsistent-retx", _same_octets),
    ("RFC9293:3.5.2-g1-rst-silent", _no_reset_for_reset),
    ("RFC7323:3.2-ts-every-segment", _timestamps_present),
    ("RFC7323:5.4-clock-monotone", _clock_monotone),
    ("RFC7323:3.2-ts-echo", _echo_known),
    ("RFC3168:6.1.4-pure-ack-not-ect", _not_ect),
    ("RFC3168:6.1.1-no-ect-syn", _syn_not_ect),
    ("RFC9293:SHLD-14", _edge_stays),
    ("RFC5681:4.2-one-ack", _one_ack_each),
)
