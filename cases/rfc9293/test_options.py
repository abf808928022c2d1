"""Options: any kind, any place, any segment (RFC 9293, sections 3.1 and 3.2)."""

import pytest

from conformance import (
    ACK,
    BOTH,
    EOL,
    ESTABLISHED,
    FIN,
    LISTEN,
    NOP,
    RST,
    SACK_PERMITTED,
    SYN,
    SYN_RECEIVED,
    SYN_SENT,
    Option,
    mss,
    offering,
    reply,
    requirement,
    target_in,
    timestamps,
    window_scale,
)
from conformance.options import EOL_KIND, MSS_KIND, NOP_KIND, TIMESTAMPS_KIND, encode

OBSOLETE = (6, 7, 9, 10, 11, 12, 13, 14, 15, 27, 28, 30, 69)
"""Kinds that are obsolete or rare: Echo, Partial Order, CC, Alternate Checksum, Quick-Start, UTO, MPTCP, ENO."""

UNKNOWN = {
    "kind 200": (Option(200, b"\x01\x02"),),
    "kind 255 without data": (Option(255), NOP, NOP),
    "40 octets of NOP": (NOP,) * 40,
    "40 octets of kind 200": (Option(200, bytes(38)),),
    "20 options of kind 200": (Option(200),) * 20,
    **{f"kind {kind}": (Option(kind, b"\x01\x02"),) for kind in OBSOLETE},
}

EXPERIMENTS = {f"kind {kind}": (Option(kind, b"\xab\xcd\x01\x02"), NOP, NOP) for kind in (253, 254)}
"""Shared kinds with an experiment identifier that nobody has (RFC 6994, section 3.2)."""

PLACES = {
    "first": (mss(300),),
    "after one NOP": (NOP, mss(300)),
    "after two NOPs": (NOP, NOP, mss(300)),
    "after three NOPs": (NOP, NOP, NOP, mss(300)),
    "after 36 NOPs": (*(NOP,) * 36, mss(300)),
    "before EOL": (mss(300), EOL),
    "after an unknown option of 2 octets": (Option(200), mss(300)),
    "after an unknown option of 3 octets": (Option(200, b"\x02"), mss(300)),
    "after an unknown option of 36 octets": (Option(200, bytes(range(34))), mss(300)),
    "after an unknown option that looks like MSS": (Option(200, mss(1400).octets), mss(300)),
    "after SACK-permitted": (SACK_PERMITTED, mss(300)),
}
"""Where the MSS option may stand in the field; what is unknown has to be skipped by its length."""

BULK = bytes(range(250)) * 16


def kinds(segment):
    """The options of a segment, padding aside."""
    return {option.kind for option in segment.options} - {EOL_KIND, NOP_KIND}


def size(segment):
    """What the MSS limits: octets of data and of options."""
    return len(segment.data) + sum(len(option.octets) for option in segment.options)


@requirement("RFC9293:MUST-6", "RFC9293:MUST-5", "RFC5482:3-unsupported-ignored", "RFC8684:3.7-nonmptcp-ignore")
@pytest.mark.parametrize("options", UNKNOWN.values(), ids=UNKNOWN)
@target_in(LISTEN)
def test_unknown_option_in_syn_is_skipped(peer, options):
    peer.send(SYN, options=options)
    peer.expect(SYN | ACK, ack=peer.iss + 1)


@requirement("RFC6994:3.2-exid-ignored", "RFC9293:MUST-6")
@pytest.mark.parametrize("options", EXPERIMENTS.values(), ids=EXPERIMENTS)
@target_in(LISTEN)
def test_unknown_experiment_in_syn_is_ignored(peer, options):
    peer.send(SYN, options=options)
    peer.expect(SYN | ACK, ack=peer.iss + 1)


@requirement("RFC6994:3.2-exid-ignored", "RFC9293:MUST-6")
@pytest.mark.parametrize("options", EXPERIMENTS.values(), ids=EXPERIMENTS)
@target_in(ESTABLISHED)
def test_unknown_experiment_with_data_is_ignored(peer, options):
    peer.send(ACK, data=b"data", options=options)
    peer.expect(ACK, seq=peer.rcv_nxt, ack=peer.snd_nxt)


@requirement("RFC9293:MUST-5", "RFC9293:MUST-6")
@pytest.mark.parametrize("options", UNKNOWN.values(), ids=UNKNOWN)
@target_in(SYN_RECEIVED)
def test_unknown_option_in_final_ack_is_skipped(peer, options):
    peer.send(ACK, options=options)
    peer.send(ACK, data=b"data")
    peer.expect(ACK, seq=peer.rcv_nxt, ack=peer.snd_nxt)


@requirement("RFC9293:MUST-5", "RFC9293:MUST-6")
@pytest.mark.parametrize("options", UNKNOWN.values(), ids=UNKNOWN)
@target_in(SYN_SENT)
def test_unknown_option_in_syn_ack_is_skipped(peer, options):
    peer.send(SYN | ACK, options=options)
    peer.expect(ACK, seq=peer.irs + 1, ack=peer.iss + 1)


@requirement("RFC9293:MUST-5", "RFC9293:MUST-6", "RFC5482:3-unsupported-ignored", "RFC8684:3.7-nonmptcp-ignore")
@pytest.mark.parametrize("options", UNKNOWN.values(), ids=UNKNOWN)
@target_in(ESTABLISHED, opened=BOTH)
def test_unknown_option_with_data_is_skipped(peer, options):
    peer.send(ACK, data=b"data", options=options)
    peer.expect(ACK, seq=peer.rcv_nxt, ack=peer.snd_nxt)


@requirement("RFC9293:MUST-5", "RFC9293:MUST-6")
@pytest.mark.parametrize("options", UNKNOWN.values(), ids=UNKNOWN)
@target_in(ESTABLISHED)
def test_unknown_option_with_fin_is_skipped(peer, options):
    peer.send(FIN | ACK, options=options)
    numbers = {"seq": peer.rcv_nxt, "ack": peer.snd_nxt}
    peer.expect_one_of(reply(ACK, **numbers), reply(FIN | ACK, **numbers))


@requirement("RFC9293:MUST-5", "RFC9293:3.10.7.4-rst-exact")
@pytest.mark.parametrize("options", UNKNOWN.values(), ids=UNKNOWN)
@target_in(ESTABLISHED)
def test_unknown_option_with_rst_is_skipped(peer, options):
    peer.send(RST, options=options)
    peer.expect_gone()


@requirement("RFC9293:MUST-64", "RFC9293:3.1-option-any-boundary", "RFC9293:3.2-nop-single", "RFC9293:MUST-6")
@pytest.mark.parametrize("offer", PLACES.values(), ids=PLACES, indirect=True)
@target_in(ESTABLISHED, opened=BOTH)
def test_mss_is_understood_wherever_it_stands(peer, target):
    target.send(BULK)
    assert 0 < size(peer.expect(ACK, seq=peer.rcv_nxt)) <= 300


@requirement("RFC9293:3.2-eol-ends-list", "RFC9293:MUST-4")
@target_in(LISTEN)
def test_mss_after_end_of_list_is_no_option(peer, target):
    peer.send(SYN, options=encode((NOP, NOP, NOP, EOL, mss(1460))))
    peer.expect(SYN | ACK, ack=peer.iss + 1)
    peer.send(ACK)
    target.accept()
    target.send(BULK)
    assert 0 < size(peer.expect(ACK, seq=peer.rcv_nxt)) <= {"ipv4": 536, "ipv6": 1220}[peer.family]


@requirement("RFC9293:3.2-eol-ends-list", "RFC9293:MUST-4")
@target_in(LISTEN)
def test_nothing_after_end_of_list_is_negotiated(peer):
    peer.send(SYN, options=encode((mss(1460), EOL, SACK_PERMITTED, window_scale(7), timestamps(1))))
    assert kinds(peer.expect(SYN | ACK, ack=peer.iss + 1)) <= {MSS_KIND}


@requirement("RFC9293:MUST-64", "RFC9293:3.1-option-any-boundary", "RFC9293:3.2-nop-single")
@pytest.mark.parametrize("shift", [0, 1, 2, 3], ids="{} NOPs first".format)
@target_in(LISTEN)
def test_options_mean_the_same_at_any_boundary(peer, another, shift):
    asked = (timestamps(1), window_scale(7), mss(1460), SACK_PERMITTED)  # 10, 3, 4 and 2 octets
    plain = another()
    plain.send(SYN, options=(mss(1460), SACK_PERMITTED, timestamps(1), NOP, window_scale(7)))
    wanted = kinds(plain.expect(SYN | ACK, ack=plain.iss + 1))
    peer.send(SYN, options=(NOP,) * shift + asked)
    assert kinds(peer.expect(SYN | ACK, ack=peer.iss + 1)) == wanted


@requirement("RFC9293:MUST-64", "RFC7323:3.2-ts-echo")
@pytest.mark.parametrize("shift", [0, 1, 2, 3], ids="{} NOPs first".format)
@offering(mss(1460), timestamps(0))
@target_in(ESTABLISHED)
def test_timestamps_are_echoed_at_any_boundary(peer, shift):
    stamp = timestamps(peer.clock + 1000, peer.tcb.ts_recent)
    peer.send(ACK, data=b"data", options=(NOP,) * shift + (stamp,))
    answer = peer.expect(ACK, seq=peer.rcv_nxt, ack=peer.snd_nxt)
    echoes = [option.timestamps[1] for option in answer.options if option.kind == TIMESTAMPS_KIND]
    assert echoes in ([stamp.timestamps[0]], [])  # none where the target did not agree to them


@requirement("RFC9293:MUST-68", "RFC9293:MUST-69", "RFC9293:3.1-option-length-counts")
@offering(mss(1460), SACK_PERMITTED, timestamps(0), window_scale(7))
@target_in(SYN_SENT, SYN_RECEIVED, ESTABLISHED)
def test_options_are_well_formed(peer):
    assert peer.syn.defects == ()


@requirement("RFC9293:MUST-5", "RFC9293:MUST-4")
@pytest.mark.parametrize(
    "options",
    [(mss(500), mss(600)), (window_scale(1), window_scale(14), NOP, NOP), (SACK_PERMITTED, SACK_PERMITTED)],
    ids=["MSS", "WS", "SACK-permitted"],
)
@target_in(LISTEN)
def test_option_said_twice_in_syn_does_no_harm(peer, options):
    peer.send(SYN, options=options)
    peer.expect(SYN | ACK, ack=peer.iss + 1)


@requirement("RFC9293:3.1-reserved-ignored", "RFC9293:3.1-reserved-sent-zero", "RFC8311:3-nonce-historic")
@pytest.mark.parametrize("reserved", [0b100, 0b010, 0b001, 0b111], ids="{:03b}".format)
@target_in(ESTABLISHED, opened=BOTH)
def test_reserved_bits_with_data_are_ignored(peer, reserved):
    peer.send(ACK, data=b"data", reserved=reserved)
    assert peer.expect(ACK, seq=peer.rcv_nxt, ack=peer.snd_nxt).reserved == 0
