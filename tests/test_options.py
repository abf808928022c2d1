"""Tests of TCP options: as values, on the wire, and read strictly."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance import options
from conformance.options import Option

EMPTY_KINDS = (options.EOL_KIND, options.NOP_KIND)
LEGAL = st.one_of(
    st.just(options.NOP),
    st.just(options.SACK_PERMITTED),
    st.builds(options.mss, st.integers(0, 0xFFFF)),
    st.builds(options.window_scale, st.integers(0, 255)),
    st.builds(options.timestamps, st.integers(0, 2**32 - 1), st.integers(0, 2**32 - 1)),
    st.builds(Option, st.integers(9, 255), st.binary(max_size=12)),
)


@pytest.mark.parametrize(
    ("option", "octets", "words"),
    [
        (options.EOL, b"\0", "EOL"),
        (options.NOP, b"\1", "NOP"),
        (options.mss(1460), b"\2\4\5\xb4", "MSS 1460"),
        (options.window_scale(7), b"\3\3\7", "WS 7"),
        (options.SACK_PERMITTED, b"\4\2", "SACK-permitted"),
        (options.timestamps(1, 2), b"\x08\x0a\0\0\0\1\0\0\0\2", "TS 1 2"),
        (Option(5, b"\xab" * 8), b"\x05\x0a" + b"\xab" * 8, "SACK abababababababab"),
        (Option(253, b"\x01\x02"), b"\xfd\x04\x01\x02", "kind 253 0102"),
        (Option(8, b"\x01"), b"\x08\x03\x01", "TS 01"),
    ],
)
def test_octets_and_words(option: Option, octets: bytes, words: str) -> None:
    assert option.octets == octets
    assert str(option) == words


def test_values() -> None:
    assert options.mss(536).value == 536
    assert options.timestamps(0xFFFFFFFF, 7).timestamps == (0xFFFFFFFF, 7)


def test_encode_pads_with_end_of_list() -> None:
    assert options.encode([]) == b""
    assert options.encode([options.window_scale(7)]) == b"\3\3\7\0"
    assert options.encode([options.NOP, options.window_scale(7)]) == b"\1\3\3\7"


@pytest.mark.parametrize(
    ("field", "wrong"),
    [
        (b"\2", "option kind 2 has no length octet"),
        (b"\2\0\5\xb4", "option kind 2 has length 0"),
        (b"\2\1\5\xb4", "option kind 2 has length 1"),
        (b"\1\2\4\5", "option kind 2 of length 4 runs past the header"),
        (b"\2\3\5\0", "option MSS has length 3, legal is 4"),
        (b"\4\4\0\0", "option SACK-permitted has length 4, legal is 2"),
        (b"\5\6\0\0\0\0", "option SACK has length 6, legal is 10 or 18 or 26 or 34"),
        (b"\0\1\1\1", "octets after End of Option List are not zero"),
    ],
)
def test_what_is_malformed_is_said(field: bytes, wrong: str) -> None:
    assert options.parse(field)[1] == (wrong,)


def test_reading_stops_at_a_length_without_sense() -> None:
    assert options.parse(b"\1\x63\0\2\4\5\xb4\0") == ((options.NOP,), ("option kind 99 has length 0",))


def test_one_defect_does_not_hide_another() -> None:
    assert options.parse(b"\2\3\5\3\0\1\1\1")[1] == (
        "option MSS has length 3, legal is 4",
        "option kind 3 has length 0",
    )


@given(st.lists(LEGAL, max_size=8))
def test_what_is_encoded_reads_back(known: list[Option]) -> None:
    field = options.encode(known)
    read, wrong = options.parse(field)
    assert wrong == ()
    assert len(field) % 4 == 0
    assert list(read[: len(known)]) == known
    assert set(read[len(known) :]) <= {options.EOL}


@given(st.binary(max_size=40))
def test_no_field_is_too_strange(field: bytes) -> None:
    read, wrong = options.parse(field)
    octets = b"".join(option.octets for option in read)
    assert field.startswith(octets)
    assert all(str(option) for option in read)
    # What was not read to its end is either padding or said to be wrong.
    assert wrong or not any(field[len(octets) :])
