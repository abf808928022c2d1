"""Checksums, reserved bits, options, windows: what is written into headers, and what is not read from them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from conformance.craft import craft
from conformance.lab.conversation import Out, Talk
from conformance.options import MSS_KIND, SACK_PERMITTED_KIND, TIMESTAMPS_KIND, WINDOW_SCALE_KIND, Option, mss
from conformance.segment import Segment
from meddling import hears, says
from meddling.look import ACK, FIN, PSH, RST, SYN, URG, is_pure_ack, restamped, without

KNOWN = frozenset({0, 1, MSS_KIND, WINDOW_SCALE_KIND, SACK_PERMITTED_KIND, 5, TIMESTAMPS_KIND})
USER_TIMEOUT = 28

# -- the fixed header --


@says("reserved-bits-are-set")
def reserved_bits_are_set(segment: Segment, talk: Talk) -> Iterator[Out]:
    yield replace(segment, reserved=0b010)


@hears("reserved-bits-drop-the-segment")
def reserved_bits_drop_the_segment(segment: Segment, talk: Talk) -> Iterator[Out]:
    if not segment.reserved:
        yield segment


@hears("checksum-is-not-verified")
def checksum_is_not_verified(segment: Segment, talk: Talk) -> Iterator[Out]:
    """Whatever it was, it is right from here on."""
    wrong = [defect for defect in segment.defects if defect.startswith("checksum")]
    yield craft(segment) if wrong == list(segment.defects) and wrong else segment


@says("checksum-of-a-fin-is-wrong")
def checksum_of_a_fin_is_wrong(segment: Segment, talk: Talk) -> Iterator[Out]:
    if not segment.ctl & FIN:
        yield segment
        return
    octets = bytearray(craft(replace(segment, ctl=segment.ctl & ~FIN)))
    octets[(40 if segment.family == "ipv6" else 20) + 13] |= FIN
    yield bytes(octets)


@says("data-offset-points-past-the-segment")
def data_offset_points_past_the_segment(segment: Segment, talk: Talk) -> Iterator[Out]:
    if not is_pure_ack(segment) or segment.options:
        yield segment
        return
    octets = bytearray(segment.raw)
    octets[(40 if segment.family == "ipv6" else 20) + 12] = 0x60
    again = craft(segment, b"\0\0\0\0")  # for the checksum of a header that says so
    header = 40 if segment.family == "ipv6" else 20
    octets[header + 16 : header + 18] = _plus(again[header + 16 : header + 18], 4)
    yield bytes(octets)


def _plus(checksum: bytes, octets: int) -> bytes:
    """Take octets out of the length that the pseudo-header counts."""
    total = int.from_bytes(checksum, "big") + octets
    return ((total & 0xFFFF) + (total >> 16)).to_bytes(2, "big")


@hears("syn-with-urg-or-psh-is-dropped")
def syn_with_urg_or_psh_is_dropped(segment: Segment, talk: Talk) -> Iterator[Out]:
    if not (segment.ctl & SYN and segment.ctl & (URG | PSH)):
        yield segment


@says("syn-is-ecn-capable")
def syn_is_ecn_capable(segment: Segment, talk: Talk) -> Iterator[Out]:
    yield replace(segment, traffic_class=segment.traffic_class | 2) if segment.ctl & SYN else segment


# -- options that are read wrongly --


@hears("unknown-option-drops-the-segment")
def unknown_option_drops_the_segment(segment: Segment, talk: Talk) -> Iterator[Out]:
    if all(option.kind in KNOWN for option in segment.options):
        yield segment


@hears("user-timeout-option-drops-the-segment")
def user_timeout_option_drops_the_segment(segment: Segment, talk: Talk) -> Iterator[Out]:
    if not segment.option(USER_TIMEOUT):
        yield segment


@hears("experimental-option-drops-the-segment")
def experimental_option_drops_the_segment(segment: Segment, talk: Talk) -> Iterator[Out]:
    if not (segment.option(253) or segment.option(254)):
        yield segment


@hears("mss-below-536-is-ignored")
def mss_below_536_is_ignored(segment: Segment, talk: Talk) -> Iterator[Out]:
    offered = segment.option(MSS_KIND)
    low = offered is not None and len(offered.data) == 2 and offered.value < 536
    yield replace(segment, options=(mss(536), *without(segment, MSS_KIND))) if low else segment


@hears("mss-of-the-peer-is-ignored")
def mss_of_the_peer_is_ignored(segment: Segment, talk: Talk) -> Iterator[Out]:
    own = mss(1440 if segment.family == "ipv6" else 1460)
    plain = segment.ctl & SYN and segment.option(MSS_KIND)
    yield replace(segment, options=(own, *without(segment, MSS_KIND))) if plain else segment


@hears("default-mss-is-512")
def default_mss_is_512(segment: Segment, talk: Talk) -> Iterator[Out]:
    none = segment.ctl & SYN and not segment.option(MSS_KIND)
    yield replace(segment, options=(mss(512), *segment.options)) if none else segment


@hears("default-mss-is-unbounded")
def default_mss_is_unbounded(segment: Segment, talk: Talk) -> Iterator[Out]:
    none = segment.ctl & SYN and not segment.option(MSS_KIND)
    own = mss(1440 if segment.family == "ipv6" else 1460)
    yield replace(segment, options=(own, *segment.options)) if none else segment


@hears("window-of-the-peer-is-ignored")
def window_of_the_peer_is_ignored(segment: Segment, talk: Talk) -> Iterator[Out]:
    yield replace(segment, window=0xFFFF)


# -- options that are written wrongly --


@says("syn-ack-announces-no-mss")
def syn_ack_announces_no_mss(segment: Segment, talk: Talk) -> Iterator[Out]:
    both = segment.ctl & SYN and segment.ctl & ACK
    yield replace(segment, options=without(segment, MSS_KIND)) if both else segment


@says("mss-in-every-segment")
def mss_in_every_segment(segment: Segment, talk: Talk) -> Iterator[Out]:
    yield segment if segment.ctl & (SYN | RST) else replace(segment, options=(mss(1460), *segment.options))


@says("sack-is-permitted-in-every-segment")
def sack_is_permitted_in_every_segment(segment: Segment, talk: Talk) -> Iterator[Out]:
    allowed = (Option(1), Option(1), Option(SACK_PERMITTED_KIND))
    yield segment if segment.ctl & (SYN | RST) else replace(segment, options=(*allowed, *segment.options))


def _unasked(segment: Segment, *options: Option) -> Segment:
    both = segment.ctl & SYN and segment.ctl & ACK
    return replace(segment, options=(*segment.options, *options)) if both else segment


@says("window-scale-is-offered-unasked")
def window_scale_is_offered_unasked(segment: Segment, talk: Talk) -> Iterator[Out]:
    yield _unasked(segment, Option(1), Option(WINDOW_SCALE_KIND, b"\7"))


@says("sack-is-permitted-unasked")
def sack_is_permitted_unasked(segment: Segment, talk: Talk) -> Iterator[Out]:
    yield _unasked(segment, Option(1), Option(1), Option(SACK_PERMITTED_KIND))


@says("timestamps-are-offered-unasked")
def timestamps_are_offered_unasked(segment: Segment, talk: Talk) -> Iterator[Out]:
    yield _unasked(segment, Option(1), Option(1), Option(TIMESTAMPS_KIND, b"\0\0\0\1\0\0\0\0"))


@says("timestamps-are-missing-on-pure-acks")
def timestamps_are_missing_on_pure_acks(segment: Segment, talk: Talk) -> Iterator[Out]:
    yield replace(segment, options=without(segment, TIMESTAMPS_KIND)) if is_pure_ack(segment) else segment


@says("timestamps-are-not-echoed")
def timestamps_are_not_echoed(segment: Segment, talk: Talk) -> Iterator[Out]:
    stamp = segment.option(TIMESTAMPS_KIND)
    yield replace(segment, options=restamped(segment, stamp.timestamps[0], 0)) if stamp else segment


@says("tsecr-is-our-own-clock")
def tsecr_is_our_own_clock(segment: Segment, talk: Talk) -> Iterator[Out]:
    stamp = segment.option(TIMESTAMPS_KIND) if segment.ctl & ACK else None
    yield replace(segment, options=restamped(segment, *2 * (stamp.timestamps[0],))) if stamp else segment


@says("timestamp-clock-goes-back")
def timestamp_clock_goes_back(segment: Segment, talk: Talk) -> Iterator[Out]:
    stamp = segment.option(TIMESTAMPS_KIND)
    if stamp is None:
        yield segment
        return
    tsval, tsecr = stamp.timestamps
    yield replace(segment, options=restamped(segment, tsval - 1000 * len(talk.said), tsecr))
