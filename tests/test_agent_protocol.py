from __future__ import annotations

import dataclasses
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conformance.agent import primitives as p
from conformance.agent.fields import ADDRESS, BOOL, OCTETS, TEXT, U8, U16, Layout
from conformance.agent.protocol import Kind, Message, ProtocolError, Result, decode

REQUESTS = [
    (p.GET_VERSION, (), "01050001 00000008 00000000 01010000"),
    (p.END_TEST, (7, "T"), "01050003 00000011 00000000 01010000 0007 0005 efbbbf5400"),
    (p.CREATE_AND_BIND, (True, 5000, "0.0.0.0"), "01050201 00000011 00000000 01010000 01 1388 0004 00000000"),
    (p.LISTEN_AND_ACCEPT, (1, 5), "01050204 0000000c 00000000 01010000 0001 0005"),
    (p.CONNECT, (1, 40000, "10.0.0.1"), "01050205 00000012 00000000 01010000 0001 9c40 0004 0a000001"),
    (p.SEND_DATA, (2, 3, 8, b"abc"), "01050202 00000012 00000000 01010000 0002 0003 08 0003 616263"),
    (p.SHUTDOWN, (2, 1), "01050207 0000000b 00000000 01010000 0002 01"),
    (p.CLOSE_SOCKET, (2, True), "01050200 0000000b 00000000 01010000 0002 01"),
]
RESPONSES = [
    (p.GET_VERSION, (1, 2, 0), "01050001 0000000e 00000000 01018000 0001 0002 0000"),
    (p.CREATE_AND_BIND, (1,), "01050201 0000000a 00000000 01018000 0001"),
]
EVENTS = [
    (
        p.LISTEN_AND_ACCEPT,
        (1, 2, 40000, "10.0.0.1"),
        "01058204 00000014 00000000 01010200 0001 0002 9c40 0004 0a000001",
    )
]


@pytest.mark.parametrize(("primitive", "values", "octets"), REQUESTS)
def test_a_request_has_the_octets_of_its_vector(primitive: Any, values: Any, octets: str) -> None:
    assert primitive.ask(*values) == bytes.fromhex(octets)
    message = decode(bytes.fromhex(octets))
    assert message.kind is Kind.REQUEST
    assert primitive.matches(message)
    assert primitive.request.decode(message.data) == values


@pytest.mark.parametrize(("primitive", "values", "octets"), RESPONSES)
def test_a_response_has_the_octets_of_its_vector(primitive: Any, values: Any, octets: str) -> None:
    assert primitive.answer(*values) == bytes.fromhex(octets)
    message = decode(bytes.fromhex(octets))
    assert message.kind is Kind.RESPONSE
    assert primitive.response.decode(message.data) == values


@pytest.mark.parametrize(("primitive", "values", "octets"), EVENTS)
def test_an_event_has_the_octets_of_its_vector(primitive: Any, values: Any, octets: str) -> None:
    assert primitive.report(*values) == bytes.fromhex(octets)
    message = decode(bytes.fromhex(octets))
    assert message.kind is Kind.EVENT
    assert primitive.matches(message)
    assert primitive.event.decode(message.data) == values


def test_every_primitive_has_numbers_of_its_own() -> None:
    assert len(p.BY_NUMBER) == len(p.PRIMITIVES)


def test_every_primitive_is_in_the_table() -> None:
    assert {one for one in vars(p).values() if isinstance(one, p.Primitive)} == set(p.PRIMITIVES)


def test_a_response_that_refuses_carries_no_values() -> None:
    assert decode(p.CREATE_AND_BIND.answer(result=Result.CANNOT_BIND)) == Message(
        Kind.RESPONSE, 2, 1, b"", Result.CANNOT_BIND
    )


def test_a_version_of_two_numbers_is_understood() -> None:
    assert p.GET_VERSION.response.decode(bytes.fromhex("00010001")) == (1, 1)


def test_the_response_type_08_is_understood() -> None:
    assert decode(bytes.fromhex("01050201 0000000a 00000000 01010800 0001")).kind is Kind.RESPONSE


def test_the_unused_field_is_ignored() -> None:
    assert decode(bytes.fromhex("01050001 00000008 deadbeef 01010000")).kind is Kind.REQUEST


def test_another_service_id_can_be_chosen() -> None:
    octets = p.START_TEST.ask(service=0x1234)
    assert octets[:2] == b"\x12\x34"
    assert decode(octets, 0x1234).service == 0x1234


@pytest.mark.parametrize(
    ("octets", "why"),
    [
        ("", "0 octets are shorter than a header"),
        ("01050001 00000008 00000000 010100", "15 octets are shorter than a header"),
        ("01060001 00000008 00000000 01010000", "service id 0x0106, not 0x0105"),
        ("01050001 00000009 00000000 01010000", "length 9 in a datagram of 16 octets"),
        ("01050001 00000008 00000000 01010000 00", "length 8 in a datagram of 17 octets"),
        ("01050001 00000000 00000000 01010000", "length 0 in a datagram of 16 octets"),
        ("01050001 00000008 00000000 02010000", "protocol version 2, interface version 1"),
        ("01050001 00000008 00000000 01000000", "protocol version 1, interface version 0"),
        ("01050001 00000008 00000000 01010100", "message type 0x01"),
        ("01050001 00000008 00000000 01010200", "message type 0x02 with the event bit 0"),
        ("01058001 00000008 00000000 01018000", "message type 0x80 with the event bit 1"),
        ("01050001 00000008 00000000 01010001", "a request with result id 0x01"),
    ],
)
def test_what_is_no_message_is_refused_with_the_reason(octets: str, why: str) -> None:
    with pytest.raises(ProtocolError) as caught:
        decode(bytes.fromhex(octets))
    assert str(caught.value) == why


@pytest.mark.parametrize(
    ("field", "octets", "why"),
    [
        (U16, "00", "2 octets wanted at 0, 1 there"),
        (BOOL, "02", "2 is no bool"),
        (OCTETS, "0003 6162", "3 octets wanted at 2, 2 there"),
        (ADDRESS, "0005 0a00000100", "an address of 5 octets"),
        (ADDRESS, "0000", "an address of 0 octets"),
        (TEXT, "0002 5400", "a text does not start with the byte order mark"),
        (TEXT, "0004 efbbbf54", "a text does not start with the byte order mark, or does not end"),
        (TEXT, "0005 efbbbf0000", "a text does not start with the byte order mark, or does not end"),
        (TEXT, "0005 efbbbfff00", "'utf-8' codec can't decode"),
        (U8, "0102", "1 octets too many"),
    ],
)
def test_malformed_data_is_refused_with_the_reason(field: Any, octets: str, why: str) -> None:
    with pytest.raises(ProtocolError, match=why):
        Layout(field).decode(bytes.fromhex(octets))


@pytest.mark.parametrize(
    ("field", "value"),
    [
        (U8, 256),
        (U16, -1),
        (OCTETS, bytes(65536)),
        (TEXT, "a\0b"),
        (TEXT, "\ud800"),
        (ADDRESS, "localhost"),
        (ADDRESS, "fe80::1%lo"),
        (ADDRESS, "1.2.3.4\0"),
    ],
)
def test_a_value_that_does_not_fit_is_refused(field: Any, value: Any) -> None:
    with pytest.raises(ProtocolError):
        Layout(field).encode(value)


def test_the_wrong_number_of_values_is_refused() -> None:
    with pytest.raises(ProtocolError, match="2 values for 3 fields"):
        p.SOCKET_STATE.request.encode(1, 2)
    with pytest.raises(ProtocolError):
        p.SOCKET_STATE.request.decode(bytes.fromhex("0001 0002"))


@pytest.mark.parametrize("change", [{"group": 128}, {"group": -1}, {"number": 256}, {"service": 65536}])
def test_a_number_that_does_not_fit_the_header_is_refused(change: dict[str, int]) -> None:
    with pytest.raises(ProtocolError):
        dataclasses.replace(Message(Kind.REQUEST, 0, 0), **change).encode()


def test_the_empty_text_has_no_octets() -> None:
    assert p.END_TEST.request.encode(7, "") == bytes.fromhex("0007 0000")
    assert p.END_TEST.request.decode(bytes.fromhex("0007 0000")) == (7, "")


def test_an_ipv6_address_has_sixteen_octets() -> None:
    octets = Layout(ADDRESS).encode("fd00::1")
    assert octets == bytes.fromhex("0010 fd00 0000 0000 0000 0000 0000 0000 0001")
    assert Layout(ADDRESS).decode(octets) == ("fd00::1",)


messages = st.builds(
    Message,
    st.sampled_from(Kind),
    st.integers(0, 0x7F),
    st.integers(0, 0xFF),
    st.binary(max_size=64),
    st.integers(0, 0xFF),
).filter(lambda message: not (message.kind is Kind.REQUEST and message.result))


@given(messages)
def test_a_message_survives_the_wire(message: Message) -> None:
    assert decode(message.encode()) == message


@given(st.binary(max_size=64) | messages.map(Message.encode).flatmap(lambda octets: st.permutations(octets).map(bytes)))
def test_whatever_the_octets_only_protocol_error_is_raised(octets: bytes) -> None:
    try:
        message = decode(octets)
    except ProtocolError:
        return
    # The unused field may hold anything and a response may have either type: all else is as it came.
    again = message.encode()
    assert (again[:8], again[12:14], again[15:]) == (octets[:8], octets[12:14], octets[15:])


@given(st.sampled_from(p.PRIMITIVES), st.binary(max_size=48))
def test_whatever_the_data_only_protocol_error_is_raised(primitive: p.Primitive, data: bytes) -> None:
    for layout in filter(None, (primitive.request, primitive.response, primitive.event)):
        try:
            values = layout.decode(data)
        except ProtocolError:
            continue
        assert layout.encode(*values) == data
