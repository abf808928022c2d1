"""One name, two beds: a deviation turns a case red on this machine's kernel as the fault of its name does on the model.

The kernel conforms in all that these cases look at; what deviates is done to its segments on the cable. So a case that
is known to catch a fault of the reference endpoint is seen to catch it on a real stack.
"""

from __future__ import annotations

from typing import Any

import elsewhere
import pytest
from meddling import all_deviations, described, load
from reference.faults import all_faults
from reference.faults import load as load_fault
from twobeds import lab, on_the_model, runs

from conformance.again import Try
from conformance.errors import UsageProblem
from conformance.report.subject import requirements

CAUGHT = {
    "abort-resets-one-too-far": "test_abort_counts_what_is_in_flight[ipv4-CLOSE-WAIT]",
    "abort-resets-with-number-zero": "test_abort_counts_what_is_in_flight[ipv6-CLOSE-WAIT]",
    "abort-sends-a-fin": "test_abort_counts_what_is_in_flight[ipv4-CLOSE-WAIT]",
    "abort-sends-no-reset": "test_abort_counts_what_is_in_flight[ipv6-CLOSE-WAIT]",
    "ack-goes-back": "test_text_and_fin_carry_the_current_ack[ipv4-ESTABLISHED-active]",
    "ack-is-of-what-was-never-sent": "test_no_ack_covers_a_gap[ipv6-ESTABLISHED]",
    "ack-of-the-future-is-ignored": "test_data_with_an_ack_of_something_not_yet_sent_is_dropped[ipv4-ESTABLISHED-0x1]",
    "ack-of-the-future-is-reset": "test_data_with_an_ack_of_something_not_yet_sent_is_dropped[ipv6-ESTABLISHED-0x1]",
    "challenge-has-a-wrong-number": (
        "test_reset_at_the_last_number_of_a_scaled_window_is_challenged_or_obeyed[ipv4-ESTABLISHED]"
    ),
    "checksum-is-not-verified": "test_corrupted_data_is_not_acknowledged[ipv6-ESTABLISHED]",
    "checksum-of-a-fin-is-wrong": "test_close_sends_the_next_number_as_fin[ipv4-CLOSE-WAIT]",
    "closed-port-does-not-answer-a-syn": (
        "test_segment_without_ack_is_reset_with_the_number_after_it[ipv6-SYN-FIN-data]"
    ),
    "closed-window-is-not-probed": "test_closed_window_is_probed[ipv4-ESTABLISHED]",
    "data-has-no-ack": "test_text_and_fin_carry_the_current_ack[ipv6-ESTABLISHED-active]",
    "data-is-never-acknowledged": "test_data_with_a_duplicate_ack_is_taken[ipv4-ESTABLISHED]",
    "data-offset-points-past-the-segment": (
        "test_data_starts_where_the_options_end[ipv6-ESTABLISHED-0 words of options]"
    ),
    "default-mss-is-512": "test_default_mss_is_that_of_a_peer_who_announces_it[ipv4-LISTEN]",
    "default-mss-is-unbounded": "test_default_mss_is_that_of_a_peer_who_announces_it[ipv6-LISTEN]",
    "experimental-option-drops-the-segment": "test_unknown_experiment_in_syn_is_ignored[ipv4-LISTEN-kind 253]",
    "fin-is-acknowledged-at-its-own-number": "test_fin_is_acknowledged[ipv6-ESTABLISHED-active]",
    "fin-is-acknowledged-one-too-far": "test_fin_is_acknowledged[ipv4-ESTABLISHED-active]",
    "fin-is-not-acknowledged": "test_fin_is_acknowledged[ipv6-ESTABLISHED-active]",
    "fin-is-not-retransmitted": "test_unacknowledged_fin_is_retransmitted[ipv4-CLOSE-WAIT-active]",
    "fin-is-retransmitted-once": "test_unacknowledged_fin_is_retransmitted[ipv6-CLOSE-WAIT-active]",
    "fin-without-ack": "test_fin_carries_ack_and_takes_one_number[ipv4-CLOSE-WAIT-active]",
    "initial-rto-of-200-ms": "test_syn_ack_is_not_sent_again_before_a_second[ipv6-SYN-RECEIVED]",
    "keep-alive-octet-is-ignored": "test_keep_alive_probe_is_answered[ipv4-CLOSE-WAIT-one-octet]",
    "local-address-changes-after-the-syn": "test_local_address_is_found_where_the_user_names_none[ipv6-CLOSED-active]",
    "mss-below-536-is-ignored": "test_no_segment_is_larger_than_our_mss[ipv4-ESTABLISHED-MSS 100]",
    "mss-in-every-segment": "test_no_mss_option_without_syn[ipv6-CLOSE-WAIT-active]",
    "mss-of-the-peer-is-ignored": "test_no_segment_is_larger_than_our_mss[ipv4-ESTABLISHED-MSS 1000]",
    "only-the-first-syn-is-reset": "test_every_syn_to_a_closed_port_is_reset[ipv6]",
    "repeated-fin-is-not-acknowledged": "test_repeated_fin_is_acknowledged_again[ipv4-ESTABLISHED]",
    "reserved-bits-are-set": "test_reserved_bits_of_syn_are_ignored[ipv6-LISTEN-001]",
    "reserved-bits-drop-the-segment": "test_reserved_bits_of_syn_are_ignored[ipv4-LISTEN-001]",
    "reset-acknowledges-nothing": "test_segment_without_ack_is_reset_with_the_number_after_it[ipv6-FIN-data]",
    "reset-acknowledges-one-too-few": "test_segment_without_ack_is_reset_with_the_number_after_it[ipv4-FIN-data]",
    "reset-acknowledges-the-syn-number": "test_segment_without_ack_is_reset_with_the_number_after_it[ipv6-FIN-data]",
    "reset-anywhere-is-obeyed": "test_reset_above_a_scaled_window_is_ignored[ipv4-ESTABLISHED]",
    "reset-counts-one-for-whatever-comes": (
        "test_number_after_a_segment_is_taken_modulo_2_to_the_32[ipv6-data-across-zero]"
    ),
    "reset-does-not-count-data": "test_number_after_a_segment_is_taken_modulo_2_to_the_32[ipv4-data-across-zero]",
    "reset-does-not-count-fin": "test_segment_without_ack_is_reset_with_the_number_after_it[ipv6-FIN-data]",
    "reset-does-not-count-syn": "test_number_after_a_segment_is_taken_modulo_2_to_the_32[ipv4-data-across-zero]",
    "reset-draws-a-reset": "test_reset_draws_no_reset[ipv6-RST-ACK]",
    "reset-for-a-syn-has-a-number-of-its-own": (
        "test_segment_without_ack_is_reset_with_the_number_after_it[ipv4-SYN-FIN-data]"
    ),
    "reset-for-an-ack-has-an-ack": "test_segment_with_ack_is_reset_with_the_number_it_acknowledges[ipv6-ACK-middle]",
    "reset-for-an-ack-has-no-number": "test_data_for_a_connection_that_never_was_is_reset[ipv4-LISTEN]",
    "reset-for-an-ack-is-one-further": (
        "test_segment_with_ack_is_reset_with_the_number_it_acknowledges[ipv4-ACK-middle]"
    ),
    "reset-has-no-checksum": "test_checksum_of_a_reset_is_right[ipv4-ACK-empty]",
    "reset-is-ignored-after-close": "test_reset_drawn_by_the_targets_fin_closes_the_connection[ipv6-FIN-WAIT-1-active]",
    "reset-with-data-draws-a-reset": "test_reset_draws_no_reset[ipv4-RST-data]",
    "reset-with-data-is-ignored": "test_reset_that_carries_data_is_obeyed[ipv6-CLOSE-WAIT-RST,ACK]",
    "rto-does-not-double": "test_syn_ack_backs_off[ipv4-SYN-RECEIVED]",
    "rto-grows-by-a-quarter": "test_syn_ack_backs_off[ipv6-SYN-RECEIVED]",
    "sack-is-permitted-in-every-segment": "test_abort_counts_what_is_in_flight[ipv4-CLOSE-WAIT]",
    "sack-is-permitted-unasked": "test_syn_without_options_draws_none_but_mss[ipv6-LISTEN]",
    "syn-ack-again-acknowledges-nothing": "test_unanswered_syn_ack_is_sent_again_with_its_numbers[ipv4-SYN-RECEIVED]",
    "syn-ack-again-has-other-options": "test_unanswered_syn_ack_is_sent_again_with_its_numbers[ipv6-SYN-RECEIVED]",
    "syn-ack-announces-no-mss": "test_syn_ack_announces_mss[ipv4-SYN-RECEIVED]",
    "syn-ack-is-not-sent-again": "test_unanswered_syn_ack_is_sent_again_with_its_numbers[ipv6-SYN-RECEIVED]",
    "syn-again-has-a-new-iss": "test_syn_is_repeated_with_the_same_iss[ipv4-SYN-SENT]",
    "syn-in-the-window-is-acknowledged-as-such": (
        "test_syn_in_the_window_is_challenged[ipv6-SYN-RECEIVED-active-SEQ=RCV.NXT+1000]"
    ),
    "syn-in-the-window-is-ignored": "test_syn_in_the_window_is_challenged[ipv4-SYN-RECEIVED-active-SEQ=RCV.NXT+1000]",
    "syn-is-ecn-capable": "test_abort_counts_what_is_in_flight[ipv6-CLOSE-WAIT]",
    "syn-is-not-sent-again": "test_syn_is_repeated_with_the_same_iss[ipv4-SYN-SENT]",
    "syn-with-urg-or-psh-is-dropped": "test_urg_and_psh_with_syn_change_nothing[ipv6-LISTEN-PSH with pointer]",
    "time-wait-acknowledges-with-the-number-of-the-fin": (
        "test_our_fin_is_acknowledged_again_after_closing[ipv4-CLOSING-active]"
    ),
    "time-wait-does-not-acknowledge-the-fin-again": (
        "test_each_retransmitted_fin_is_acknowledged[ipv6-TIME-WAIT-active]"
    ),
    "time-wait-resets-a-fin": "test_each_retransmitted_fin_is_acknowledged[ipv4-TIME-WAIT-active]",
    "timestamp-clock-goes-back": "test_timestamps_are_echoed_at_any_boundary[ipv6-ESTABLISHED-0 NOPs first]",
    "timestamps-are-missing-on-pure-acks": "test_timestamps_that_both_offered_are_used[ipv4-SYN-RECEIVED-active]",
    "timestamps-are-not-echoed": "test_timestamps_are_echoed_at_any_boundary[ipv6-ESTABLISHED-0 NOPs first]",
    "timestamps-are-offered-unasked": "test_syn_without_options_draws_none_but_mss[ipv4-LISTEN]",
    "tsecr-is-our-own-clock": "test_timestamps_are_echoed_at_any_boundary[ipv6-ESTABLISHED-0 NOPs first]",
    "two-acks-for-a-segment": "test_late_abort_deletes_the_connection[ipv4-CLOSING-active]",
    "unacceptable-segment-draws-data": (
        "test_empty_ack_for_an_unacceptable_segment_has_the_current_window[ipv6-ESTABLISHED]"
    ),
    "unacceptable-segment-is-reset": "test_flood_of_unacceptable_segments_draws_acks_alone[ipv4-ESTABLISHED]",
    "unknown-connection-does-not-answer": (
        "test_data_for_a_connection_that_the_target_aborted_is_reset[ipv6-ESTABLISHED-active]"
    ),
    "unknown-option-drops-the-segment": "test_unknown_option_in_the_syn_ack_is_skipped[ipv4-SYN-SENT-data]",
    "user-timeout-option-drops-the-segment": "test_unknown_option_in_syn_is_skipped[ipv6-LISTEN-kind 28]",
    "window-of-the-peer-is-ignored": "test_data_stops_where_the_window_ends[ipv4-LISTEN]",
    "window-scale-is-offered-unasked": "test_syn_without_options_draws_none_but_mss[ipv6-LISTEN]",
}
"""Each deviation, and a run of a case that catches it."""

Told = list[Any]
"""A `Try`, as JSON carries it."""


def played() -> dict[str, list[Told]]:
    """Play each run on the model with the fault, on the lab with the deviation, and on the lab with none."""
    items = runs()
    caught = {name: run for name, run in CAUGHT.items() if run in items}
    model = {name: on_the_model(items[run], name) for name, run in caught.items()}
    with lab(items) as bed:
        plain = bed.play([(run, "") for run in dict.fromkeys(caught.values())])
        meddled = bed.play([(run, name) for name, run in caught.items()])
    return {
        name: [flat(model[name]), flat(meddled[run, name]), flat(plain[run, ""]), list(requirements(items[run]))]
        for name, run in caught.items()
    }


def flat(one: Try) -> Told:
    return [one.kind, list(one.way), one.words]


@pytest.fixture(scope="module")
def outcomes() -> dict[str, list[Told]]:
    found: dict[str, list[Told]] = elsewhere.call(played)
    return found


@pytest.mark.parametrize("name", CAUGHT)
def test_case_fails_for_the_same_reason_on_both_beds(outcomes: dict[str, list[Told]], name: str) -> None:
    assert name in outcomes, f"there is no {CAUGHT[name]}: name another run that catches it"
    model, meddled, plain, cited = outcomes[name]
    assert plain[0] == "expected", plain[2]
    assert meddled[0] == model[0] == "wrong", meddled[2]
    assert meddled[1] == model[1], f"{meddled[2]}; on the model: {model[2]}"
    requirement = meddled[1][0]
    assert set(load_fault(name).breaks) & {requirement, *cited}


def test_every_deviation_is_caught_and_is_a_fault_of_the_model() -> None:
    assert sorted(CAUGHT) == sorted(all_deviations())
    assert set(CAUGHT) <= set(all_faults())


def test_what_the_lab_lacks_is_said() -> None:
    with pytest.raises(UsageProblem, match="segments alone cannot show it, so the lab has none such; --target model"):
        load("close-ends-both-directions")
    with pytest.raises(UsageProblem, match="did you mean reset-acknowledges-nothing"):
        load("reset-acknowledges-nothin")


def test_a_deviation_is_described_by_what_it_breaks() -> None:
    assert described("ack-goes-back") == "ack-goes-back (breaks RFC9293:3.8-ack-current)"
